-- As an administrator of the server. Change both passwords.
CREATE ROLE jifen_owner LOGIN PASSWORD 'choose-one';
CREATE ROLE jifen LOGIN PASSWORD 'choose-another';
CREATE DATABASE jifen OWNER jifen_owner ENCODING 'UTF8' TEMPLATE template0;
CREATE DATABASE jifen_keys OWNER jifen;
\connect jifen
GRANT USAGE, CREATE ON SCHEMA public TO jifen_owner, jifen;

"""Points: value given to and taken from people, as lots of pools."""

"""People: holders, their crews, their badges. Names stand in the vault alone."""

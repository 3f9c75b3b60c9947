"""What can be wrong with a vault itself: for operators, never an answer to a client's wish."""

# ruff: noqa: N818 - the names say what is wrong with the vault; "Error" would add nothing to a message


class VaultError(Exception):
    """The vault cannot be used as it stands."""


class MasterKeyMissing(VaultError):
    """Neither the environment nor the ledger's directory has a master key."""


class MasterKeyUnsafe(VaultError):
    """The master key is malformed, or its file can be read by other users."""


class WrongMasterKey(VaultError):
    """The master key does not open this ledger's key store."""


class VaultMissing(VaultError):
    """The ledger has no vault here: it was never created, or its key store was not restored."""


class VaultExists(VaultError):
    """The ledger already has a vault: a second secret would orphan every key and cause of the first."""


class VaultDamaged(VaultError):
    """A row does not open under its own key: it was altered, or moved from another person or ledger."""


class ErasureIncomplete(VaultError):
    """The key is destroyed, but a reader still pins the old log of the database: erase again."""

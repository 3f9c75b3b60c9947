"""What an installation is told from outside: `JIFEN_*` variables, or a TOML file that they override."""

import difflib
import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Final, Self
from urllib.parse import urlsplit, urlunsplit

import msgspec
from msgspec import Meta

PREFIX: Final = "JIFEN_"
FILE: Final = "JIFEN_SETTINGS"
"""Names the TOML file, if there is one: the same names in lower case, without the prefix."""
BESIDE: Final = (FILE, "JIFEN_LANG", "JIFEN_MASTER_KEY", "JIFEN_REQUIRE")
"""Variables of other rooms and of the tests."""
OF_TOOLS: Final = ("JIFEN_TEST_", "JIFEN_BENCH_", "JIFEN_CONTRACT_")
"""How the names begin that tests, measurements and the contract's tests read."""

AtLeastOne = Annotated[int, Meta(ge=1)]


class SettingsError(ValueError):
    """A setting that is unknown or cannot be meant; the message names it and says what it takes."""


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The effective settings. `data` (SQLite) and `database_url` (PostgreSQL) exclude each other."""

    data: Path = Path("var")
    """The directory whose folders are ledgers (SQLite)."""
    database_url: str | None = None
    """`postgresql+psycopg://…` of the application's own role."""
    owner_url: str | None = None
    """The same database as its owner, who migrates; without it the application's role does."""
    keys_url: str | None = None
    """Where the vault's keys lie on PostgreSQL, a database with backups of its own; without it beside the rest."""
    host: str = "127.0.0.1"
    port: Annotated[int, Meta(ge=0, le=65_535)] = 8000
    """0 takes any that is free."""
    turn_size: AtLeastOne = 256
    """Commands of one turn at most."""
    backlog: AtLeastOne = 10_000
    """Commands that may wait; more are answered 429."""
    capacity: AtLeastOne = 200_000
    """Rows of the book that stay in memory."""
    deadline_seconds: AtLeastOne = 30
    """A command that waited longer is dropped undecided."""
    body_limit: AtLeastOne = 1_048_576
    """Bytes of one request body at most."""
    bulk_body_limit: AtLeastOne = 16_777_216
    """Bytes of the body of a batch or an imported file at most."""
    sweep_seconds: AtLeastOne = 60
    """How often what is due by time alone is recorded."""

    @classmethod
    def from_environ(cls, environ: Mapping[str, str] = os.environ) -> Self:
        """Read file and variables. Raises SettingsError."""
        values = _from_file(environ.get(FILE))
        for name in cls.__struct_fields__:
            if (said := environ.get(PREFIX + name.upper())) is not None:
                values[name] = said
        try:
            settings = msgspec.convert(values, cls, strict=False, dec_hook=_decoded)
        except msgspec.ValidationError as error:
            raise SettingsError(f"settings: {error}") from None
        if settings.database_url is not None and not settings.database_url.startswith("postgresql+psycopg://"):
            raise SettingsError("JIFEN_DATABASE_URL: expected postgresql+psycopg://…; for SQLite set JIFEN_DATA")
        for name in ("database_url", "owner_url", "keys_url"):
            _parted(name, getattr(settings, name))
        return settings

    @property
    def embedded(self) -> bool:
        """Whether ledgers are SQLite directories."""
        return self.database_url is None

    def shown(self) -> dict[str, Any]:
        """The effective settings with passwords masked, for `jifen settings`."""
        values = {name: getattr(self, name) for name in self.__struct_fields__}
        return {name: _masked(value) if name.endswith("_url") else _plain(value) for name, value in values.items()}


def strangers(environ: Mapping[str, str] = os.environ) -> dict[str, str | None]:
    """Variables that look like settings and are none, each with the nearest name that is one, if any is near."""
    known = [*(PREFIX + name.upper() for name in Settings.__struct_fields__), *BESIDE]
    return {
        name: next(iter(difflib.get_close_matches(name.upper(), known, n=1, cutoff=0.8)), None)
        for name in sorted(environ)
        if name.upper().startswith(PREFIX) and name not in known and not name.startswith(OF_TOOLS)
    }


def _parted(name: str, url: str | None) -> None:
    """Raise SettingsError for an address that has no parts; its password is not repeated."""
    try:
        _ = urlsplit(url or "").port
    except ValueError as error:
        raise SettingsError(f"{PREFIX}{name.upper()}: {error}") from None


def _from_file(path: str | None) -> dict[str, Any]:
    if not path:
        return {}
    try:
        return tomllib.loads(Path(path).read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SettingsError(f"{FILE}: {path} cannot be read: {error}") from None


def _decoded(kind: type, value: Any) -> Any:
    if kind is Path and isinstance(value, str):
        return Path(value)
    raise TypeError(f"expected a text, not {type(value).__name__}")


def _plain(value: Any) -> Any:
    return str(value) if isinstance(value, Path) else value


def _masked(url: str | None) -> str | None:
    parts = urlsplit(url or "")
    if not parts.password:
        return url
    host = parts.netloc.rpartition("@")[2]
    return urlunsplit(parts._replace(netloc=f"{parts.username}:***@{host}"))

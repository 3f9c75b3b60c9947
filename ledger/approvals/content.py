"""A command as data: how a proposal carries it, what binds an approval to it, and whom it is about."""

import hashlib
import re
from collections.abc import Mapping
from typing import Any, Final

import msgspec

from ledger.refusals import Malformed
from ledger.room import Command
from ledger.values import HolderId

_REFERENCE: Final = re.compile(r"[!-~]{1,128}")
_encoder: Final = msgspec.json.Encoder(order="sorted")


def command_of(content: Mapping[str, Any]) -> Command:
    """The command that `{type: <route>, …fields}` says, or Malformed."""
    kind = Command.routes.get(str(content.get("type") or " "))
    if kind is None:
        raise Malformed(errors=["command.type: no such command"])
    try:
        return msgspec.convert({key: value for key, value in content.items() if key != "type"}, kind)
    except msgspec.ValidationError as error:
        raise Malformed(errors=[f"command: {error}"]) from None


def content_of(command: Command) -> dict[str, Any]:
    """The command as `{type: <route>, …fields}`, every field written out, in the order in which the journal has them.

    In any other order a retry, answered from the journal, would not get the bytes of the first answer.
    """
    fields: dict[str, Any] = msgspec.to_builtins(command, order="sorted")
    return dict(sorted({"type": command.ROUTE, **fields}.items()))


def digest_of(content: Mapping[str, Any]) -> str:
    """SHA-256 over the content as canonical JSON, in hexadecimal."""
    return hashlib.sha256(_encoder.encode(dict(content))).hexdigest()


def holder_of(command: Command) -> HolderId | None:
    """The holder whom the command is about, if it names one."""
    for member in ("holder", "account", "to", "from_"):
        value = getattr(command, member, None)
        if isinstance(value, str) and member == "holder":
            return HolderId(value)
        if isinstance(value, str) and value.startswith("holder:"):
            return HolderId(value.removeprefix("holder:"))
    return None


def reference(name: str, value: str | None) -> str | None:
    """A reference into the vault or to a piece of evidence: 1 to 128 visible ASCII characters, never free text."""
    if value is not None and not _REFERENCE.fullmatch(value):
        raise Malformed(errors=[f"{name}: 1 to 128 visible ASCII characters"])
    return value

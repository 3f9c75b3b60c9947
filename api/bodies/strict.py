"""One reader in front of every model: bytes to plain JSON values and their canonical form, or what is wrong where."""

import re
from collections.abc import Iterator
from json import JSONDecodeError, JSONDecoder
from typing import Any, Final, NamedTuple, TypeVar

import msgspec

from ledger.refusals import Malformed, NotJson
from ledger.values import MAX_AMOUNT

MAX_DEPTH: Final = 32
MAX_ERRORS: Final = 20
DECIMAL: Final = "not-an-integer"
_CONTROL: Final = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufeff\u2028\u2029]")
_RAW_CONTROL: Final = re.compile("[\x00-\x1f\x7f-\x9f\ufeff\u2028\u2029]|\\\\")
"""What may stand in a text that has a control character in some string: the character itself, or an escape."""
_STRINGS: Final = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"', re.DOTALL)
_BRACKETS: Final = re.compile(r"[\[\]{}]")
_encode = msgspec.json.Encoder(order="sorted").encode
T = TypeVar("T")


class Fault(NamedTuple):
    """Stands in a parsed value where something is wrong; it has no JSON form, so it cannot pass unseen."""

    code: str
    text: str = ""
    """Of a number with a point or an exponent: as it was written."""


class Body(NamedTuple):
    """A body as received: its value, and the canonical bytes that its fingerprint is made of."""

    value: Any
    canonical: bytes


def _integer(text: str) -> Any:
    value = int(text) if len(text) <= 17 else MAX_AMOUNT + 1
    return value if abs(value) <= MAX_AMOUNT else _fault("number-out-of-range")


def _fault(code: str, text: str = "") -> dict[Any, Any]:
    # A key that is no text: the canonical encoder refuses it, whatever model the value was meant for.
    return {Fault(code, text): None}


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) != len(pairs):
        seen: set[str] = set()
        for name, _ in pairs:
            if name in seen:
                value[name] = _fault("duplicate-key")
            seen.add(name)
    return value


def _constant(_text: str) -> Any:
    raise NotJson


_decoder: Final = JSONDecoder(
    object_pairs_hook=_object,
    parse_int=_integer,
    parse_float=lambda text: _fault(DECIMAL, text),
    parse_constant=_constant,
    strict=False,
)


class Parsed(NamedTuple):
    """JSON whose faults have not been asked about yet: a batch asks each of its commands for its own."""

    value: Any
    suspicious: bool
    """Whether `found` has to look: nothing but a look at each value tells."""

    def of(self, part: Any, *, decimals: bool = False) -> Body:
        """A part of it as a body of its own. Raises Malformed for what is wrong in that part.

        With `decimals` a number with a point becomes the text that it was written as: models take degrees so, exactly.
        """
        if decimals:
            part = decimals_as_text(part)
        if self.suspicious and (errors := found(part)):
            raise Malformed(errors=errors)
        return Body(part, canonical(part))


def read(raw: bytes, *, decimals: bool = False) -> Body:
    """Parse strictly. Raises NotJson (400) or Malformed (422), which names each place as a JSON pointer."""
    parsed = parse(raw)
    return parsed.of(parsed.value, decimals=decimals)


def parse(raw: bytes) -> Parsed:
    """Parse; faults stand in the value. Raises NotJson (400), or Malformed where nothing could be read at all."""
    try:
        text = raw.decode("utf-8")
        value = _decoder.decode(text)
    except (UnicodeDecodeError, JSONDecodeError):
        raise NotJson from None
    except RecursionError:
        raise Malformed(errors=[": too-deep"]) from None
    return Parsed(value, _RAW_CONTROL.search(text) is not None or _deep(text))


def decimals_as_text(value: Any, depth: int = 0) -> Any:
    """The value with the text of each number that has a point in the number's place."""
    if depth > MAX_DEPTH:
        return value  # whoever looks for faults says so
    if isinstance(value, list):
        return [decimals_as_text(member, depth + 1) for member in value]
    if not isinstance(value, dict):
        return value
    if value and isinstance(first := next(iter(value)), Fault) and first.code == DECIMAL:
        return first.text
    return {name: decimals_as_text(member, depth + 1) for name, member in value.items()}


def _deep(text: str) -> bool:
    """Whether valid JSON is nested deeper than it may be: a batch has thousands of brackets and is flat."""
    if text.count("[") + text.count("{") <= MAX_DEPTH:
        return False
    depth = 0
    for bracket in _BRACKETS.findall(_STRINGS.sub("", text)):
        depth += 1 if bracket in "[{" else -1
        if depth > MAX_DEPTH:
            return True
    return False


def canonical(value: Any) -> bytes:
    """The canonical form: keys sorted, no spaces. Raises Malformed when a fault stands in it."""
    try:
        return _encode(value)
    except (TypeError, UnicodeEncodeError):
        raise Malformed(errors=found(value) or [": invalid"]) from None


def found(value: Any) -> list[str]:
    """What is wrong in a parsed value, `<pointer>: <code>`, at most twenty."""
    errors = []
    for pointer, code in _faults(value, "", 0):
        errors.append(f"{pointer}: {code}")
        if len(errors) == MAX_ERRORS:
            break
    return errors


def _faults(value: Any, pointer: str, depth: int) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        if value and isinstance(first := next(iter(value)), Fault):
            yield pointer, first.code
        elif depth >= MAX_DEPTH:
            yield pointer, "too-deep"
        else:
            for name, member in value.items():
                yield from _faults(name, pointer, depth)
                yield from _faults(member, f"{pointer}/{escaped(name)}", depth + 1)
    elif isinstance(value, list):
        if depth >= MAX_DEPTH:
            yield pointer, "too-deep"
        else:
            for index, member in enumerate(value):
                yield from _faults(member, f"{pointer}/{index}", depth + 1)
    elif isinstance(value, str) and _CONTROL.search(value):
        yield pointer, "control-character"


def escaped(name: str) -> str:
    """A member's name as a part of a JSON pointer (RFC 6901); what cannot be shown is replaced."""
    return _CONTROL.sub("\ufffd", name).replace("~", "~0").replace("/", "~1")


# Models ---------------------------------------------------------------------------------------------------------


def shaped(value: Any, model: type[T]) -> T:
    """The value as a model, or Malformed with the place of the first thing that does not fit."""
    try:
        return msgspec.convert(value, model)
    except msgspec.ValidationError as error:
        raise Malformed(errors=[complaint(str(error))]) from None


_PLACE: Final = re.compile(r" - at `(key in )?\$?(.*?)`$")
_NAMED: Final = re.compile(r"`(.+?)`")
_CODES: Final = (
    ("Object contains unknown field", "unknown-field"),
    ("Object missing required field", "missing"),
    ("Expected `int`", "wrong-type"),
    ("Expected `str` matching", "wrong-form"),
    ("Expected `str` of length", "wrong-length"),
    ("Expected `array` of length", "wrong-length"),
    ("Expected `int` >=", "number-out-of-range"),
    ("Expected `int` <=", "number-out-of-range"),
    ("Expected `datetime` with a timezone", "zone-missing"),
    ("Invalid RFC3339", "wrong-form"),
    ("Invalid enum value", "unknown-value"),
    ("Invalid value", "unknown-value"),
    ("Expected", "wrong-type"),
)


def complaint(message: str) -> str:
    """A model's complaint as `<pointer>: <code>`; the model's own words name no place that a caller knows."""
    place = _PLACE.search(message)
    pointer = _pointer(place.group(2)) if place else ""
    code = max(
        (row for row in _CODES if message.startswith(row[0])), key=lambda row: len(row[0]), default=("", "invalid")
    )
    if code[1] in {"unknown-field", "missing"} and (name := _NAMED.search(message)):
        pointer += "/" + escaped(name.group(1))
    return f"{pointer}: {code[1]}"


def _pointer(path: str) -> str:
    """`.lines[0].quantity` as `/lines/0/quantity`."""
    return re.sub(r"\[(.*?)\]", r"/\1", path).replace(".", "/").replace("/...", "")

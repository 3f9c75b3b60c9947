"""The shape of a scheme file: every key known, every value of its type, and all complaints at once."""

import re
from collections.abc import Callable
from typing import Any, Final

from msgspec import inspect

from ledger.scheme.complaints import Complaints, Path
from ledger.scheme.model import CODED, Scheme
from ledger.scheme.words import A_DAY, A_TIME

_MISWRITTEN: Final = {A_DAY: "not-a-day", A_TIME: "not-a-time"}
"""What is wrong with a text that a pattern does not fit; any other pattern is that of a code."""
_CODE: Final = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,62}")


def with_codes(raw: dict[str, Any]) -> dict[str, Any]:
    """The tables as the model wants them: each entry with its key as `code`."""
    coded = {
        name: {code: {**entry, "code": code} for code, entry in raw[name].items()} for name in CODED if name in raw
    }
    return {**raw, **coded}


def without_codes(raw: dict[str, Any]) -> dict[str, Any]:
    """The tables as a file writes them: the key alone is the code."""
    plain = {
        name: {code: {key: value for key, value in entry.items() if key != "code"} for code, entry in raw[name].items()}
        for name in CODED
    }
    return {**raw, **plain}


def check_shape(raw: dict[str, Any], complaints: Complaints) -> None:
    """Complain of everything in `raw` that the model would refuse."""
    _check(inspect.type_info(Scheme), raw, (), complaints)


def _check(kind: inspect.Type, value: Any, path: Path, out: Complaints) -> None:
    # Loud for a type without a check: it would reach the model and fail there without a key.
    _CHECKS[type(kind)](kind, value, path, out)


def _check_struct(kind: inspect.StructType, value: Any, path: Path, out: Complaints) -> None:
    """Known keys by their type, unknown ones with a suggestion, required ones if they are missing."""
    if not isinstance(value, dict):
        out.add(path, "not-a-table", key=".".join(path))
        return
    fields = {field.encode_name: field for field in kind.fields if not (field.name == "code" and len(path) > 1)}
    known = [*fields, *filter(None, [kind.tag_field])]
    for name, entry in value.items():
        if name in fields:
            _check(fields[name].type, entry, (*path, name), out)
        elif name not in known:
            out.add_unknown((*path, name), "key", name, known)
    for name, field in fields.items():
        if field.required and name not in value:
            out.add((*path, name), "missing-key")


def _check_union(kind: inspect.UnionType, value: Any, path: Path, out: Complaints) -> None:
    """A canonical form may say null where a file says nothing; of several structs the tag says which is meant."""
    if value is None and kind.includes_none:
        return
    choices = [choice for choice in kind.types if not isinstance(choice, inspect.NoneType)]
    tagged = {str(choice.tag): choice for choice in choices if isinstance(choice, inspect.StructType) and choice.tag}
    if not tagged:
        _check(choices[0], value, path, out)
    elif not isinstance(value, dict):
        out.add(path, "not-a-table", key=".".join(path))
    elif "policy" not in value:
        out.add((*path, "policy"), "missing-key")
    elif str(value["policy"]) not in tagged:
        out.add_unknown((*path, "policy"), "choice", str(value["policy"]), list(tagged))
    else:
        _check(tagged[str(value["policy"])], value, path, out)


def _check_dict(kind: inspect.DictType, value: Any, path: Path, out: Complaints) -> None:
    if not isinstance(value, dict):
        out.add(path, "not-a-table", key=".".join(path))
        return
    for code, entry in value.items():
        if not _CODE.fullmatch(code):
            out.add((*path, code), "bad-code", value=code)
        _check(kind.value_type, entry, (*path, code), out)


def _check_list(kind: inspect.VarTupleType, value: Any, path: Path, out: Complaints) -> None:
    if not isinstance(value, list):
        out.add(path, "not-a-list")
        return
    for number, entry in enumerate(value):
        _check(kind.item_type, entry, (*path[:-1], f"{path[-1]}[{number}]"), out)


def _check_int(kind: inspect.IntType, value: Any, path: Path, out: Complaints) -> None:
    # A bool is an int to Python: `points = true` would pay one point.
    if not isinstance(value, int) or isinstance(value, bool):
        out.add(path, "not-a-whole-number", value=repr(value))
    elif (kind.ge is not None and value < kind.ge) or (kind.le is not None and value > kind.le):
        out.add(path, "out-of-range", value=value, low=kind.ge, high=kind.le)


def _check_text(kind: inspect.StrType, value: Any, path: Path, out: Complaints) -> None:
    if not isinstance(value, str):
        out.add(path, "not-a-text", value=repr(value))
    elif kind.pattern is not None and not re.search(kind.pattern, value):
        out.add(path, _MISWRITTEN.get(kind.pattern, "bad-code"), value=value)
    elif len(value) < (kind.min_length or 0) or (kind.max_length is not None and len(value) > kind.max_length):
        out.add(path, "bad-length", length=len(value), low=kind.min_length or 0, high=kind.max_length)


def _check_choice(kind: inspect.LiteralType, value: Any, path: Path, out: Complaints) -> None:
    if value not in kind.values:
        out.add_unknown(path, "choice", str(value), [str(choice) for choice in kind.values])


def _check_bool(_kind: inspect.BoolType, value: Any, path: Path, out: Complaints) -> None:
    if not isinstance(value, bool):
        out.add(path, "not-true-or-false", value=repr(value))


_CHECKS: Final[dict[type[inspect.Type], Callable[[Any, Any, Path, Complaints], None]]] = {
    inspect.StructType: _check_struct,
    inspect.UnionType: _check_union,
    inspect.DictType: _check_dict,
    inspect.VarTupleType: _check_list,
    inspect.LiteralType: _check_choice,
    inspect.IntType: _check_int,
    inspect.StrType: _check_text,
    inspect.BoolType: _check_bool,
}

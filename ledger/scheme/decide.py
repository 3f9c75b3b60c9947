"""Deciding about schemes."""

from typing import Any, Final

from ledger.refusals import AlreadyExists, Malformed
from ledger.room import Book, Facts, Handler, Now
from ledger.scheme.commands import AdoptScheme
from ledger.scheme.complaints import SchemeError
from ledger.scheme.entities import Adopted
from ledger.scheme.facts import SchemeAdopted
from ledger.scheme.loading import canonical, checked
from ledger.scheme.model import Scheme


def adopt(command: AdoptScheme, book: Book, _now: Now) -> Facts:
    """Checks: a scheme of this name whose units and limits stay what they are (422), a version not adopted yet."""
    scheme = _sound(command.scheme)
    adopted = book.get(Adopted, Adopted.ID) or Adopted()
    for version in adopted.versions:
        _going_on(version.scheme, scheme)
        if version.scheme.rule == scheme.rule:
            raise AlreadyExists(kind="scheme", id=scheme.rule)
    yield SchemeAdopted(
        name=scheme.name,
        version=scheme.version,
        effective_from=command.effective_from,
        scheme=canonical(scheme),
    )


def _sound(tables: dict[str, Any]) -> Scheme:
    try:
        return checked(tables)
    except SchemeError as error:
        raise Malformed(errors=[complaint.text("en") for complaint in error.errors]) from None


def _going_on(old: Scheme, new: Scheme) -> None:
    errors = [f"name: {new.name!r} is another scheme than {old.name!r}"] if old.name != new.name else []
    for code, unit in old.units.items():
        other = new.units.get(code)
        # An amount is a count of the unit's smallest step: another scale would change every balance by a factor.
        if other is None or (other.scale, other.kind) != (unit.scale, unit.kind):
            errors.append(f"units.{code}: a unit in use keeps its scale and kind")
    for code, limit in old.limits.items():
        same = new.limits.get(code, limit)
        # Its counters go on counting: amounts that are added to times would limit neither.
        if (same.counts, same.unit) != (limit.counts, limit.unit):
            errors.append(f"limits.{code}: a limit keeps what it counts; name another one")
    for code, benefit in old.benefits.items():
        # Ceilings go on counting what was paid: fen of one unit added to those of another would limit neither.
        if new.benefits.get(code, benefit).unit != benefit.unit or code in new.limits:
            errors.append(f"benefits.{code}: a benefit keeps its unit; name another one")
    if errors:
        raise Malformed(errors=errors)


HANDLERS: Final = (Handler(AdoptScheme, adopt, (lambda _command, _book: [(Adopted.KIND, Adopted.ID)],)),)

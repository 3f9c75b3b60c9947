"""What every sale keeps to: how long goods may wait, who confirms, one unit, limits, and what can be spent."""

from collections.abc import Iterable, Mapping

from ledger.limits.drawing import limited_by_scheme
from ledger.limits.facts import Count
from ledger.points.entities import Account
from ledger.points.moving import holdable
from ledger.redemptions.commands import PlaceRedemption, WantedLine
from ledger.redemptions.entities import Line
from ledger.redemptions.facts import RedemptionHeld, RedemptionPlaced
from ledger.redemptions.selling import limited, limited_at_suppliers, pieces
from ledger.refusals import ConfirmationRequired, InsufficientFunds, Malformed, UnitMismatch
from ledger.room import Book, Now
from ledger.scheme.model import Redemption as Rules
from ledger.scheme.model import Unit
from ledger.stock.entities import Item
from ledger.values import HolderId, Instant, ItemId, later


def named_confirmer(command: PlaceRedemption) -> None:
    """A supervisor who confirms is named."""
    if command.confirmation == "supervisor" and command.confirmed_by is None:
        raise Malformed(errors=["confirmed_by: a supervisor's confirmation names the supervisor"])


def end_of_hold(command: PlaceRedemption, rules: Rules, now: Now) -> Instant | None:
    """Until when goods wait; None: they are sold at once."""
    if not command.hold:
        if command.expires_in is not None:
            raise Malformed(errors=["expires_in: only with hold"])
        return None
    seconds = rules.hold_default if command.expires_in is None else command.expires_in
    # Never clamped: who asks for a week must not believe that he got one.
    if not 1 <= seconds <= rules.hold_cap:
        raise Malformed(errors=[f"expires_in: {seconds} is not between 1 and the cap of {rules.hold_cap} seconds"])
    return later(now.recorded_at, seconds=seconds)


def confirmed(command: PlaceRedemption, rules: Rules) -> None:
    """Confirmed in one of the ways that the scheme asks for, or `confirmation-required`."""
    if rules.confirmation and command.confirmation not in rules.confirmation:
        raise ConfirmationRequired(allowed=list(rules.confirmation))


def one_unit(items: Mapping[ItemId, Item], lines: Iterable[WantedLine]) -> str:
    """The unit that all these items cost, or `unit-mismatch`."""
    units = {items[line.item].unit for line in lines}
    if len(units) > 1:
        expected, given = sorted(units)[:2]
        raise UnitMismatch(expected=expected, given=given)
    return units.pop()


def item_limits(
    lines: Iterable[WantedLine], items: Mapping[ItemId, Item], holder: HolderId, book: Book, now: Now
) -> tuple[Count, ...]:
    """What the lines draw on the limits of their items."""
    return tuple([count for line in lines for count in limited(book, line, items[line.item], holder, now.today)])


def scheme_limits(
    book: Book, now: Now, account: Account, lines: tuple[Line, ...], amount: int, items: Mapping[ItemId, Item]
) -> tuple[Count, ...]:
    """What goods for points draw on the scheme's limits: as a whole, then each supplier's part."""
    whole = limited_by_scheme(book, now, "redemption", account.account, account.unit, amount, pieces=pieces(lines))
    return whole + limited_at_suppliers(book, now, account, lines, items)


def affordable(account: Account, unit: Unit, amount: int) -> None:
    """So much can be spent now, or `insufficient-funds`."""
    available = account.available(unit)
    if amount > available:
        raise InsufficientFunds(required=amount, available=available, missing=amount - available)


def held(placed: RedemptionPlaced, expires_at: Instant) -> RedemptionHeld:
    """The same, set aside until then."""
    return RedemptionHeld(
        account=placed.account,
        unit=placed.unit,
        amount=placed.amount,
        redemption=placed.redemption,
        lines=placed.lines,
        paid=holdable(placed.paid),
        counts=placed.counts,
        confirmation=placed.confirmation,
        confirmed_by=placed.confirmed_by,
        expires_at=expires_at,
    )

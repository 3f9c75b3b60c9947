"""Selling and setting aside. Checks: shape, existence, unit, status, confirmation, limits, in force, funds, stock."""

from ledger.accounts.activity import kept_alive
from ledger.entitlements.issuing import free_ids, issue_bought, may_take
from ledger.limits.drawing import limited_by_scheme
from ledger.people.entities import Holder
from ledger.people.standing import living, may_redeem
from ledger.points.granting import account_of, moving
from ledger.points.moving import holdable
from ledger.redemptions.commands import PlaceRedemption
from ledger.redemptions.entities import Line, Redemption
from ledger.redemptions.facts import RedemptionHeld, RedemptionPlaced
from ledger.redemptions.selling import in_stock, limited, merged, on_sale, supplied, total
from ledger.refusals import (
    AlreadyExists,
    ConfirmationRequired,
    InsufficientFunds,
    Malformed,
    UnitMismatch,
)
from ledger.room import Book, Facts, Now
from ledger.scheme.model import Redemption as Rules
from ledger.stock.entities import Item
from ledger.values import Instant, ItemId, RedemptionId, holder_account, later


def place(command: PlaceRedemption, book: Book, now: Now) -> Facts:
    """Sell, or set aside: points, stock and limits in one fact."""
    wanted = merged(command.lines)
    _named_confirmer(command)
    book.the(Holder, command.holder)
    items = {line.item: book.the(Item, line.item) for line in wanted}
    scheme = book.scheme(now.today)
    unit = scheme.unit(_one_unit(items))
    expires_at = _end_of_hold(command, scheme.redemption, now)
    redemption = _new_id(command, book, now)
    may_redeem(living(book, command.holder), now.today)
    account = moving(account_of(book, holder_account(command.holder), unit))
    for line in wanted:
        on_sale(line.item, items[line.item], now.recorded_at)
        supplied(line.item, items[line.item], book)
    _confirmed(command, scheme.redemption)
    lines = tuple([Line(line.item, items[line.item].price(now.recorded_at), line.quantity) for line in wanted])
    amount = total(lines)
    counts = tuple(
        [count for line in wanted for count in limited(book, line, items[line.item], command.holder, now.today)]
    )
    counts += limited_by_scheme(book, now, "redemption", account.account, unit.code, amount)
    if scheme.entitlements:
        may_take(book, scheme, command.holder, lines, now.today)
        if command.id is not None:
            free_ids(book, scheme, redemption, lines)
    available = account.available(unit)
    if amount > available:
        raise InsufficientFunds(required=amount, available=available, missing=amount - available)
    for line in wanted:
        in_stock(line.item, items[line.item], line.quantity, now.recorded_at)
    placed = RedemptionPlaced(
        account=account.account,
        unit=unit.code,
        amount=amount,
        redemption=redemption,
        lines=lines,
        paid=account.payment(amount),
        counts=counts,
        confirmation=command.confirmation,
        confirmed_by=command.confirmed_by,
    )
    yield _held(placed, expires_at) if expires_at else placed
    yield from kept_alive(book, now, account.account, account.unit, "redemption")
    if scheme.entitlements and not expires_at:
        yield from issue_bought(scheme, command.holder, redemption, lines, now.today)


def _held(placed: RedemptionPlaced, expires_at: Instant) -> RedemptionHeld:
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


def _end_of_hold(command: PlaceRedemption, rules: Rules, now: Now) -> Instant | None:
    if not command.hold:
        if command.expires_in is not None:
            raise Malformed(errors=["expires_in: only with hold"])
        return None
    seconds = rules.hold_default if command.expires_in is None else command.expires_in
    # Never clamped: who asks for a week must not believe that he got one.
    if not 1 <= seconds <= rules.hold_cap:
        raise Malformed(errors=[f"expires_in: {seconds} is not between 1 and the cap of {rules.hold_cap} seconds"])
    return later(now.recorded_at, seconds=seconds)


def _named_confirmer(command: PlaceRedemption) -> None:
    if command.confirmation == "supervisor" and command.confirmed_by is None:
        raise Malformed(errors=["confirmed_by: a supervisor's confirmation names the supervisor"])


def _confirmed(command: PlaceRedemption, rules: Rules) -> None:
    if rules.confirmation and command.confirmation not in rules.confirmation:
        raise ConfirmationRequired(allowed=list(rules.confirmation))


def _new_id(command: PlaceRedemption, book: Book, now: Now) -> RedemptionId:
    if command.id is None:
        # One tx may sell twice (an atomic group): the second sale is told apart by its position.
        return RedemptionId(now.tx if book.get(Redemption, now.tx) is None else f"{now.tx}.{now.position}")
    if book.get(Redemption, command.id) is not None:
        raise AlreadyExists(kind="redemption", id=command.id)
    return command.id


def _one_unit(items: dict[ItemId, Item]) -> str:
    """The unit that all items cost, or `unit-mismatch`."""
    units = {item.unit for item in items.values()}
    if len(units) > 1:
        expected, given = sorted(units)[:2]
        raise UnitMismatch(expected=expected, given=given)
    return units.pop()

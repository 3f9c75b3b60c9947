"""What a movement draws on the scheme's limits, which counters that reads, and what a reversal gives back."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final, NamedTuple

from ledger.calendar import window
from ledger.crews.entities import Crew
from ledger.crews.standing import own_crew, region_on
from ledger.limits.entities import PIECES, Counter, counter_id, draw
from ledger.limits.facts import Count, LimitsReturned
from ledger.people.entities import Holder
from ledger.people.standing import records
from ledger.points.entities import Account, account_key
from ledger.room import Book, Key, Now
from ledger.scheme.limiting import Kind, Limit, Movement
from ledger.values import AccountId, Day, HolderId, TxId, UnitCode, holder_account

_CODED: Final = ("behaviour", "reason", "fund", "merchant")
"""What has a counter of its own by a code or id, beside the person."""

_HELD: Final = frozenset[Kind]({"hold", "redemption"})
"""What may be set aside, and give back by itself what it has drawn."""


class Days(NamedTuple):
    """By which local days limits look at a movement, where these are not the one on which it happened."""

    counted_on: Day
    """In whose window it counts, and whose figure holds: that of the occasion."""
    member_on: Day
    """On which the person's unit, and so his region, is looked at."""


def limited_by_scheme(  # noqa: PLR0913 - one parameter for each thing that a limit looks at
    book: Book,
    now: Now,
    kind: Kind,
    account: AccountId,
    unit: UnitCode | str,
    amount: int,
    *,
    behaviour: str | None = None,
    reason: str | None = None,
    fund: str | None = None,
    days: Days | None = None,
    merchant: str | None = None,
    pieces: int = 0,
    after: tuple[Count, ...] = (),
) -> tuple[Count, ...]:
    """What `amount` draws on every limit of the scheme that counts such a movement; or `limit-exceeded`.

    `account` is whose movement it is: the payee of a grant, else the payer. Windows and figures go by the local day on
    which it happened, unless `days` says otherwise. One man with records that were merged has one limit, and the same
    one in whatever unit and region he is. What moves nothing draws nothing, but for its pieces. With a `merchant` it
    is the part of a redemption at that one's till, for the limits by merchant alone. `after` is what another part of
    the same wish has drawn before.
    """
    limits = book.scheme(now.day).limits
    if not limits or not (amount or pieces):
        return ()
    days = days or _all_on(now.day)
    movement = Movement(kind=kind, unit=unit, behaviour=behaviour, reason=reason, fund=fund, merchant=merchant)
    before = {count.counter: count.amount for count in after}
    counts: list[Count] = []
    men: tuple[AccountId, ...] = ()
    for limit, figure, region in _binding(book, limits.values(), movement, account, days):
        men = men or _one_man(book, account)
        mine, *others = _counters(limit, movement, men, account, days.counted_on)
        drawn = _drawn(limit, amount, pieces, again=mine in before)
        if drawn:
            ahead = before.get(mine, 0)
            counts.append(draw(book, mine, drawn, limit=figure, beside=others, ahead=ahead, region=region))
    return tuple(counts)


def _drawn(limit: Limit, amount: int, pieces: int, *, again: bool) -> int:
    """What a movement counts for; for points and money together a sale is one time."""
    if limit.counts == "times":
        return int(amount > 0 and not again)
    return pieces if limit.counts == "pieces" else amount


def limited_by_sources(  # noqa: PLR0913 - one parameter for each thing that a limit looks at
    book: Book,
    now: Now,
    kind: Kind,
    account: AccountId,
    unit: UnitCode | str,
    parts: Mapping[str, int],
    *,
    reason: str | None = None,
    days: Days | None = None,
) -> tuple[Count, ...]:
    """The same for what several sources of money pay together: each limit counts the parts of those that it is for."""
    limits, days = book.scheme(now.day).limits, days or _all_on(now.day)
    drawn: dict[str, _Drawn] = {}
    for fund, part in parts.items():
        movement = Movement(kind=kind, unit=unit, reason=reason, fund=fund)
        for limit, figure, region in _binding(book, limits.values(), movement, account, days) if part else ():
            men = _one_man(book, account)
            mine, *others = _counters(limit, movement, men, account, days.counted_on)
            before = drawn[mine].amount if mine in drawn else 0
            # Two sources under one limit are one movement: counted together, and as one time.
            drawn[mine] = _Drawn(before + part if limit.counts == "amount" else 1, figure, region, others)
    return tuple(
        draw(book, mine, one.amount, limit=one.figure, beside=one.beside, region=one.region)
        for mine, one in drawn.items()
    )


class _Drawn(NamedTuple):
    amount: int
    figure: int
    region: str | None
    beside: list[str]


def limit_counters(  # noqa: PLR0913 - one parameter for each thing that a limit looks at
    book: Book,
    kind: Kind,
    account: AccountId,
    unit: UnitCode | str,
    *,
    behaviour: str | None = None,
    reason: str | None = None,
    fund: str | None = None,
    days: Days | None = None,
    merchant: str | None = None,
) -> Iterator[Key]:
    """The counters that `limited_by_scheme` will look at: for a round of `reads` after the one that names the holder.

    The holder must be known by then, for the records that were merged into his count too, and for his unit. Where
    holds in several units count together, his accounts in all of them are named as well.
    """
    limits = book.scheme(book.day).limits
    if limits:
        days = days or _all_on(book.day)
        men: tuple[AccountId, ...] = ()
        movement = Movement(kind=kind, unit=unit, behaviour=behaviour, reason=reason, fund=fund, merchant=merchant)
        for limit in limits.values():
            if not limit.fits(movement) or not (limit.regions or limit.figure(days.counted_on) is not None):
                continue
            men = men or _one_man(book, account)
            for id in _counters(limit, movement, men, account, days.counted_on):
                yield Counter.KIND, id
            if limit.unit is None and "person" in limit.per and not _HELD.isdisjoint(limit.kinds):
                # What a hold in another unit had drawn is free once it has ended: time acts where it is held.
                yield from ((Account.KIND, account_key(account, other)) for other in book.scheme(book.day).units)
            # Where the region decides nobody knows yet whether anything is limited: his unit is read with it.
            if limit.regions and (crew := _own_crew(book, account, days.member_on)) is not None:
                yield Crew.KIND, crew


def _binding(
    book: Book, limits: Iterable[Limit], movement: Movement, account: AccountId, days: Days
) -> Iterator[tuple[Limit, int, str | None]]:
    """Each limit that counts it, with its figure, and the region by which that was found, if it was."""
    for limit in limits:
        if limit.fits(movement):
            region = _region(book, account, days.member_on) if limit.regions else None
            figure = limit.figure(days.counted_on, region)
            if figure is not None:
                yield limit, figure, region if region in limit.regions else None


def _region(book: Book, account: AccountId, day: Day) -> str | None:
    holder = _holder(book, account)
    return None if holder is None else region_on(book, holder, day)


def _own_crew(book: Book, account: AccountId, day: Day) -> str | None:
    holder = _holder(book, account)
    return None if holder is None else own_crew(holder, day)


def _all_on(day: Day) -> Days:
    return Days(day, day)


def _counters(limit: Limit, movement: Movement, men: tuple[AccountId, ...], account: AccountId, day: Day) -> list[str]:
    """Of this account first, then of the records that were merged into its holder's (`men`)."""
    code, when = _named(limit), window(limit.window, day)
    ids = men if "person" in limit.per else (account,)
    return [counter_id(code, _subject(limit, movement, id), when) for id in ids]


def _named(limit: Limit) -> str:
    return PIECES + limit.code if limit.counts == "pieces" else limit.code


def _one_man(book: Book, account: AccountId) -> tuple[AccountId, ...]:
    holder = _holder(book, account)
    if holder is None or not holder.merged_from:
        return (account,)
    return tuple(map(holder_account, records(HolderId(account.partition(":")[2]), holder)))


def _holder(book: Book, account: AccountId) -> Holder | None:
    namespace, _, id = account.partition(":")
    return book.get(Holder, id) if namespace == "holder" else None


def _subject(limit: Limit, movement: Movement, account: AccountId) -> str:
    """What has this counter for its own: `holder:0198c7`, `reason:spring-festival+holder:0198c7`, `ledger`."""
    if limit.per == ("person",):
        return account  # most limits count nothing but the person
    parts = [f"{part}:{getattr(movement, part) or ''}" for part in _CODED if part in limit.per]
    # The account last: its id may hold any sign, a code none that separates.
    return "+".join([*parts, account] if "person" in limit.per else parts) or "ledger"


def merchant_of(counter: str) -> str | None:
    """By which merchant it counts, if it is one of a limit by merchant: the person's name stands behind it."""
    subject = counter.partition("/")[2].rpartition("/")[0]
    for part in subject.split("+"):
        kind, _, id = part.partition(":")
        if kind not in _CODED:
            return None
        if kind == "merchant":
            return id
    return None


# Giving back ---------------------------------------------------------------------------------------------------


def counted_back(counts: Iterable[Count], *, amount: int, original: int, before: int = 0) -> tuple[Count, ...]:
    """What reversing `amount` of `original` gives back to the counters that it drew on, in their old windows.

    An amount comes back as it is reversed; a time when nothing is left of the original: `before` was reversed earlier.
    What counts a part of the amount comes back in proportion, where nobody can say whose part it was.
    """
    back = ((count, _part(count.amount, amount, original, before)) for count in counts)
    return tuple(Count(amount=-part, counter=count.counter) for count, part in back if part)


def _part(counted: int, amount: int, original: int, before: int) -> int:
    """In proportion, rounded down, and all of it with the last: so an amount as it is reversed, a time at the end."""
    if before + amount == original:
        return counted - counted * before // original if original else counted
    return counted * (before + amount) // original - counted * before // original


def returning(
    of: TxId, counts: Iterable[Count], *, amount: int, original: int, before: int = 0
) -> Iterator[LimitsReturned]:
    """The fact beside a reversal whose own has no `counts`; none when nothing was counted."""
    back = counted_back(counts, amount=amount, original=original, before=before)
    if back:
        yield LimitsReturned(of=of, counts=back)

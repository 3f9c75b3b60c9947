"""What a movement draws on the scheme's limits, which counters that reads, and what a reversal gives back."""

from collections.abc import Iterable, Iterator, Mapping

from ledger.calendar import window
from ledger.limits.entities import Counter, counter_id, draw
from ledger.limits.facts import Count, LimitsReturned
from ledger.people.entities import Holder
from ledger.people.standing import records
from ledger.room import Book, Key, Now
from ledger.scheme.limiting import Kind, Limit, Movement
from ledger.values import AccountId, Day, HolderId, TxId, UnitCode, holder_account


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
) -> tuple[Count, ...]:
    """What `amount` draws on every limit of the scheme that counts such a movement; or `limit-exceeded`.

    `account` is whose movement it is: the payee of a grant, else the payer. Windows and figures go by the local day on
    which it happened. One man with records that were merged has one limit. What moves nothing draws nothing.
    """
    limits = book.scheme(now.day).limits
    if not limits or not amount:
        return ()
    movement = Movement(kind=kind, unit=unit, behaviour=behaviour, reason=reason, fund=fund)
    counts = []
    for limit, figure in _binding(limits.values(), movement, now.day):
        mine, *others = _counters(book, limit, movement, account, now.day)
        counts.append(draw(book, mine, amount if limit.counts == "amount" else 1, limit=figure, beside=others))
    return tuple(counts)


def limited_by_sources(
    book: Book,
    now: Now,
    kind: Kind,
    account: AccountId,
    unit: UnitCode | str,
    parts: Mapping[str, int],
    *,
    reason: str | None = None,
) -> tuple[Count, ...]:
    """The same for what several sources of money pay together: each limit counts the parts of those that it is for."""
    limits = book.scheme(now.day).limits
    drawn: dict[str, tuple[int, int, list[str]]] = {}
    for fund, part in parts.items():
        movement = Movement(kind=kind, unit=unit, reason=reason, fund=fund)
        for limit, figure in _binding(limits.values(), movement, now.day) if part else ():
            mine, *others = _counters(book, limit, movement, account, now.day)
            before = drawn[mine][0] if mine in drawn else 0
            # Two sources under one limit are one movement: counted together, and as one time.
            drawn[mine] = before + part if limit.counts == "amount" else 1, figure, others
    return tuple(draw(book, mine, sum_, limit=figure, beside=by) for mine, (sum_, figure, by) in drawn.items())


def limit_counters(
    book: Book,
    kind: Kind,
    account: AccountId,
    unit: UnitCode | str,
    *,
    behaviour: str | None = None,
    reason: str | None = None,
    fund: str | None = None,
) -> Iterator[Key]:
    """The counters that `limited_by_scheme` will look at: for a round of `reads` after the one that names the holder.

    The holder must be known by then, for the records that were merged into his count too.
    """
    limits = book.scheme(book.day).limits
    if limits:
        movement = Movement(kind=kind, unit=unit, behaviour=behaviour, reason=reason, fund=fund)
        for limit, _ in _binding(limits.values(), movement, book.day):
            for id in _counters(book, limit, movement, account, book.day):
                yield Counter.KIND, id


def _binding(limits: Iterable[Limit], movement: Movement, day: Day) -> Iterator[tuple[Limit, int]]:
    for limit in limits:
        figure = limit.figure(day) if limit.fits(movement) else None
        if figure is not None:
            yield limit, figure


def _counters(book: Book, limit: Limit, movement: Movement, account: AccountId, day: Day) -> list[str]:
    """Of this account first, then of the records that were merged into its holder's."""
    return [
        counter_id(limit.code, _subject(limit, movement, id), window(limit.window, day))
        for id in (_one_man(book, account) if "person" in limit.per else (account,))
    ]


def _one_man(book: Book, account: AccountId) -> tuple[AccountId, ...]:
    namespace, _, id = account.partition(":")
    holder = book.get(Holder, id) if namespace == "holder" else None
    return (account,) if holder is None else tuple(map(holder_account, records(HolderId(id), holder)))


def _subject(limit: Limit, movement: Movement, account: AccountId) -> str:
    """What has this counter for its own: `holder:0198c7`, `reason:spring-festival+holder:0198c7`, `ledger`."""
    parts = [f"{part}:{getattr(movement, part) or ''}" for part in ("behaviour", "reason", "fund") if part in limit.per]
    # The account last: its id may hold any sign, a code none that separates.
    return "+".join([*parts, account] if "person" in limit.per else parts) or "ledger"


# Giving back ---------------------------------------------------------------------------------------------------


def counted_back(counts: Iterable[Count], *, amount: int, original: int, before: int = 0) -> tuple[Count, ...]:
    """What reversing `amount` of `original` gives back to the counters that it drew on, in their old windows.

    An amount comes back as it is reversed; a time when nothing is left of the original: `before` was reversed earlier.
    """
    whole = before + amount == original
    back = ((count, amount if count.amount == original else count.amount if whole else 0) for count in counts)
    return tuple(Count(amount=-part, counter=count.counter) for count, part in back if part)


def returning(
    of: TxId, counts: Iterable[Count], *, amount: int, original: int, before: int = 0
) -> Iterator[LimitsReturned]:
    """The fact beside a reversal whose own has no `counts`; none when nothing was counted."""
    back = counted_back(counts, amount=amount, original=original, before=before)
    if back:
        yield LimitsReturned(of=of, counts=back)

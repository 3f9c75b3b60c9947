"""Whatever moves and is taken back, in whatever order: books balance, floors hold, and undoing all leaves no trace."""

from collections import Counter
from typing import Final

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from ledger.holds.commands import CaptureHold, PlaceHold, VoidHold
from ledger.holds.entities import Hold
from ledger.points.entities import Account
from ledger.points.facts import AccountFact
from ledger.refusals import Refusal
from ledger.reversals.originals import MOVEMENTS
from ledger.room import Command, Envelope
from ledger.scheme.loading import load_scheme
from ledger.scheme.model import Conversion, Scheme
from ledger.values import HoldId, TxId, UnitCode
from tests.given import Story
from tests.reversals.site import LI, LINE, MINT, TILL, WANG, bank, convert, deduct, grant, reverse, transfer

ACCOUNTS: Final = (WANG, LI, TILL, LINE, MINT)
UNITS: Final = ("A", "B", "D")
DAYS: Final = (None, "2022-06-03", "2022-06-20")
RATES: Final = {("A", "B"): (2, 3), ("B", "A"): (3, 2), ("A", "D"): (1, 1), ("D", "A"): (1, 2)}


def scheme() -> Scheme:
    """Holders transfer every unit, D may be owed, and each way from A and back loses or keeps."""
    value = load_scheme("conformance")
    names = value.names
    rates = {
        f"{here}-{there}": Conversion(
            code=f"{here}-{there}", names=names, from_unit=here, to_unit=there, numerator=up, denominator=down
        )
        for (here, there), (up, down) in RATES.items()
    }
    units = {code: replace(unit, transferable=True) for code, unit in value.units.items()}
    return replace(value, units=units, conversions=rates)


SCHEME: Final = scheme()
accounts, units, amounts = st.sampled_from(ACCOUNTS), st.sampled_from(UNITS), st.integers(1, 40)
movements: st.SearchStrategy[Command] = st.one_of(
    st.builds(
        lambda to, unit, amount, until: grant(amount, to, unit=unit, until=until),
        accounts,
        units,
        amounts,
        st.sampled_from(DAYS),
    ),
    st.builds(lambda of, unit, amount: deduct(amount, of, unit=unit), accounts, units, amounts),
    st.builds(
        lambda of, to, unit, amount, up_to: replace(transfer(amount, of, to, unit=unit), up_to=up_to),
        accounts,
        accounts,
        units,
        amounts,
        st.booleans(),
    ),
    st.builds(
        lambda of, pair, amount: convert(amount, of, of=pair[0], to=pair[1]),
        accounts,
        st.sampled_from(tuple(RATES)),
        amounts,
    ),
)
holding = st.builds(
    lambda of, to, unit, amount: PlaceHold(account=of, to=to, unit=UnitCode(unit), amount=amount),
    accounts,
    st.sampled_from((None, *ACCOUNTS)),
    units,
    amounts,
)
ending = st.tuples(st.sampled_from(["capture", "void"]), st.integers(0, 3), st.one_of(st.none(), amounts))
how = st.sampled_from(["refuse", "debt"])
undoing = st.one_of(
    st.tuples(st.just("reverse"), st.integers(0, 12), st.one_of(st.none(), st.integers(1, 9)), how),
    st.tuples(st.just("reverse all"), st.integers(0, 12), how),
)
steps = st.one_of(
    movements,
    movements,
    st.lists(movements, min_size=2, max_size=3),
    holding,
    ending,
    undoing,
    undoing,
    st.tuples(st.just("days"), st.integers(1, 9)),
)


def rich() -> Story:
    """A bank in which everybody has a little of every unit, of two last days."""
    story = bank(SCHEME)
    for until in (None, "2022-06-20"):
        story.together(*(grant(15, to, unit=unit, until=until) for to in ACCOUNTS for unit in UNITS))
    return story


BEFORE: Final = len(rich().journal)


def movements_of(story: Story) -> list[Envelope]:
    """What has moved since then."""
    return [item for item in story.journal[BEFORE:] if isinstance(item.data, MOVEMENTS)]


def tried(story: Story, *commands: Command) -> bool:
    """Decide them together; a refusal has changed nothing."""
    before = dict(story.book.rows)
    try:
        story.together(*commands)
    except Refusal:
        assert all(story.book.rows[key] is row for key, row in before.items())
        return False
    return True


def do(story: Story, step: object, day: int) -> int:
    """One step of the walk; the day after it."""
    holds = [id for (kind, id), row in story.book.rows.items() if kind == Hold.KIND and row is not None]
    match step:
        case ("days", int(days)):
            day += days
            story.on(f"2022-06-{min(day, 30):02d}").let_time_act()
        case PlaceHold(to=to, account=of) if to != of:
            tried(story, step)
        case ("capture", int(number), amount) if holds:
            tried(story, CaptureHold(hold=HoldId(holds[number % len(holds)]), amount=amount))  # type: ignore[arg-type] # drawn above
        case ("void", int(number), _) if holds:
            tried(story, VoidHold(hold=HoldId(holds[number % len(holds)])))
        case ("reverse", int(number), amount, if_spent) if movements_of(story):
            original = movements_of(story)[-1 - number % len(movements_of(story))]
            tried(story, reverse(original.tx, amount, position=original.pos, if_spent=if_spent))  # type: ignore[arg-type] # drawn above
        case ("reverse all", int(number), if_spent) if movements_of(story):
            original = movements_of(story)[-1 - number % len(movements_of(story))]
            tried(story, reverse(original.tx, if_spent=if_spent))  # type: ignore[arg-type] # drawn above
        case list(commands):
            tried(story, *commands)
        case Command():
            tried(story, step)
    return day


def holds_true(story: Story) -> None:
    """What must be so after every step."""
    posted: Counter[tuple[str, str]] = Counter()
    for envelope in story.journal:
        for posting in getattr(envelope.data.entry(), "postings", ()):
            posted[posting.account, posting.unit] += posting.amount
    for (kind, _), row in story.book.rows.items():
        if kind == Account.KIND and row is not None and isinstance(row.entity, Account):
            stands(row.entity)
            assert posted[row.entity.account, row.entity.unit] == row.entity.balance


def stands(account: Account) -> None:
    """One account: its lots make its balance, its floor holds, and nothing is owed while anything is open."""
    opened = sum(pool.remaining for pool in account.pools)
    earmarked = sum(pool.earmarked for pool in account.pools)
    owed = sum(item.amount for item in account.debts)
    assert account.balance == opened + earmarked - owed
    assert not (opened and owed)
    assert 0 <= earmarked <= account.held
    if account.floor is not None and (account.standing or account.unit != "D"):
        assert account.balance - account.held >= account.floor
    assert all(item.amount > 0 for item in account.debts)


@settings(max_examples=150)
@given(st.lists(steps, min_size=3, max_size=16))
def test_books_balance_and_floors_hold_whatever_is_done_and_undone(walk: list[object]) -> None:
    story, day = rich(), 1
    for step in walk:
        day = do(story, step, day)
        holds_true(story)


def trace(story: Story) -> dict[str, tuple[int, int, Counter[str]]]:
    """What all accounts have: balance, what is owed, and how much of each last day."""
    found = {}
    for (kind, id), row in story.book.rows.items():
        if kind == Account.KIND and row is not None and isinstance(row.entity, Account):
            lots: Counter[str] = Counter()
            for pool in row.entity.pools:
                lots[str(pool.terms.expires_on)] += pool.remaining
            owed = sum(item.amount for item in row.entity.debts)
            found[id] = row.entity.balance, owed, +lots
    return {id: item for id, item in found.items() if any(item)}


def moved(story: Story, tx: TxId) -> bool:
    return any(item.data.amount for item in story.journal if item.tx == tx and isinstance(item.data, AccountFact))


@settings(max_examples=100)
@given(before=st.lists(movements, max_size=5), then=st.lists(movements, min_size=1, max_size=5))
def test_undoing_everything_last_first_leaves_what_was_there(before: list[Command], then: list[Command]) -> None:
    story = rich()
    for command in before:
        tried(story, command)
    there = trace(story)
    txs = [story.tx for command in then if tried(story, command)]
    for tx in reversed(txs):
        if moved(story, tx):
            story.when(reverse(tx, if_spent="debt"))
    assert trace(story) == there


@settings(max_examples=100)
@given(before=st.lists(movements, max_size=4), group=st.lists(movements, min_size=2, max_size=4))
def test_so_does_undoing_a_group_at_once(before: list[Command], group: list[Command]) -> None:
    story = rich()
    for command in before:
        tried(story, command)
    there = trace(story)
    if tried(story, *group) and moved(story, story.tx):
        story.when(reverse(story.tx, if_spent="debt"))
        assert trace(story) == there

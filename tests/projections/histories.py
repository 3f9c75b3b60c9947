"""Random histories for tests of the past: lived by the real rooms in memory, then written into a real journal."""

from collections.abc import Sequence
from typing import Any, Final

import msgspec
from hypothesis import strategies as st

from ledger.accounts.commands import OpenAccount
from ledger.holds.commands import CaptureHold, ExtendHold, PlaceHold, VoidHold
from ledger.holds.entities import Hold
from ledger.journal.rows import FactRow
from ledger.journal.storage import Storage
from ledger.people.commands import LeaveSite, RegisterPerson, RejoinSite
from ledger.points.commands import DeductPoints, FreezeAccount, GrantPoints, UnfreezeAccount
from ledger.redemptions.commands import (
    CancelRedemption,
    FulfilRedemption,
    PlaceRedemption,
    RefundRedemption,
    WantedLine,
)
from ledger.redemptions.entities import Redemption
from ledger.refusals import Refusal
from ledger.reversals.commands import ReverseMovement
from ledger.room import Command
from ledger.scheme.loading import load_scheme
from ledger.scheme.model import Scheme, Spendable
from ledger.stock.commands import ListItem, ReceiveGoods
from ledger.transfers.commands import ConvertPoints, TransferPoints
from ledger.values import AccountId, Day, HolderId, HoldId, ItemId, RedemptionId, UnitCode, later
from tests.given import MAPPER, Story

A, B, D = UnitCode("A"), UnitCode("B"), UnitCode("D")
WANG, LI, SHOP = AccountId("holder:wang"), AccountId("holder:li"), AccountId("account:shop")
PLACES: Final = [(account, unit) for account in (WANG, LI) for unit in (A, B, D)] + [(SHOP, A)]
SOAP: Final = ItemId("soap")
REVERSIBLE: Final = {
    "points-earned.v1",
    "points-deducted.v1",
    "points-transferred.v1",
    "points-converted.v1",
    "hold-captured.v1",
}
AGO: Final = (0, 0, 0, 40, 3_600, 90_000, 900_000, 5_000_000, -30, -90_000)
"""Seconds before its record at which a fact happened; below zero a caller's clock ran ahead."""
Op = tuple[Any, ...]
amounts, places = st.integers(1, 60), st.integers(0, 3)
accounts, units = st.sampled_from([WANG, LI]), st.sampled_from([A, A, B, D])
days = st.sampled_from([None, -2, 0, 0, 3, 3, 30])
OPS: Final[st.SearchStrategy[Op]] = st.one_of(
    st.tuples(
        st.just("grant"), st.sampled_from([WANG, LI, SHOP]), units, amounts, st.sampled_from([None, -2, 0, 3, 30])
    ),
    st.tuples(st.just("grant"), accounts, units, amounts, st.sampled_from([None, 0, 3])),
    st.tuples(st.just("deduct"), accounts, units, amounts),
    st.tuples(st.just("reverse"), places, st.sampled_from([None, 5])),
    st.tuples(st.just("buy"), accounts, st.booleans()),
    st.tuples(st.sampled_from(["fulfil", "cancel", "refund"]), places),
    st.tuples(st.just("transfer"), st.sampled_from([(WANG, LI), (LI, WANG), (WANG, SHOP), (SHOP, LI)]), amounts),
    st.tuples(st.just("convert"), accounts, st.sampled_from([(A, B), (B, A)]), amounts),
    st.tuples(
        st.just("hold"),
        st.sampled_from([(WANG, None), (WANG, LI), (LI, SHOP), (SHOP, WANG)]),
        amounts,
        st.sampled_from([0, 60, 90_000, 500_000]),
    ),
    st.tuples(st.just("capture"), places, st.sampled_from([None, 3]), st.booleans()),
    st.tuples(st.sampled_from(["void", "extend"]), places),
    st.tuples(st.sampled_from(["leave", "rejoin", "freeze", "unfreeze"]), accounts),
)
MOMENTS: Final = st.tuples(st.sampled_from([0, 0, 1, 30, 600, 20_000, 86_400, 800_000]), st.sampled_from(AGO), OPS)
"""(seconds that pass before it, seconds ago at which it happened, what is wished)."""
LIVES: Final = st.lists(MOMENTS, min_size=4, max_size=25)


def scheme() -> Scheme:
    """One unit may be owed, and counts what is above 20; whoever leaves has two days."""
    found = load_scheme("conformance")
    above = Spendable(policy="threshold", base=20)
    changed = {**found.units, D: msgspec.structs.replace(found.unit(D), spendable=above)}
    periods = msgspec.structs.replace(found.periods, leaving_days=2)
    return msgspec.structs.replace(found, units=changed, periods=periods)


SCHEME: Final = scheme()


def lived(life: Sequence[tuple[int, int, Op]]) -> Story:
    """The story of these wishes; what the rules refuse has not happened."""
    story = Story(SCHEME).given(RegisterPerson(holder=HolderId("wang")), RegisterPerson(holder=HolderId("li")))
    story.given(ListItem(id=SOAP, name="香皂", price=10, unit=A), ReceiveGoods(item=SOAP, quantity=1_000))
    story.given(OpenAccount(id="shop", unit=A, floor=-50))
    for seconds, ago, op in life:
        story.on(later(story.at, seconds=seconds))
        command = _command(story, *op)
        if command is not None:
            try:
                story.when(command, occurred_at=later(story.at, seconds=-ago))
            except Refusal:
                continue
    return story


def _command(story: Story, kind: str, *said: Any) -> Command | None:  # noqa: PLR0911 - a line for each kind of wish
    match kind:
        case "grant":
            to, unit, amount, days = said
            expiry = None if days is None else Day((later(story.at, seconds=86_400 * days))[:10])
            return GrantPoints(to=to, unit=A if to == SHOP else unit, amount=amount, expires_on=expiry)
        case "deduct":
            return DeductPoints(account=said[0], unit=said[1], amount=said[2], reason="correction")
        case "reverse":
            found = [item.tx for item in story.journal if item.type in REVERSIBLE]
            return _nth(
                found, said[0], lambda tx: ReverseMovement(of=tx, amount=said[1], reason="correction", if_spent="debt")
            )
        case "buy":
            wanted, holder = (WantedLine(SOAP, 1),), HolderId(said[0].partition(":")[2])
            return PlaceRedemption(holder=holder, lines=wanted, hold=said[1], expires_in=90_000 if said[1] else None)
        case "transfer":
            (account, to), amount = said
            return TransferPoints(account=account, to=to, unit=A, amount=amount)
        case "convert":
            account, (from_unit, to_unit), amount = said
            return ConvertPoints(account=account, from_unit=from_unit, to_unit=to_unit, amount=amount)
        case "hold":
            (account, to), amount, seconds = said
            return PlaceHold(account=account, to=to, unit=A, amount=amount, expires_in=seconds, up_to=amount % 2 == 0)
        case _:
            return _following(story, kind, *said)


def _following(story: Story, kind: str, *said: Any) -> Command | None:  # noqa: PLR0911 - a line for each kind of wish
    holds = [HoldId(row.id) for row in _rows(story, Hold.KIND)]
    sales = [RedemptionId(row.id) for row in _rows(story, Redemption.KIND)]
    match kind:
        case "fulfil":
            return _nth(sales, said[0], lambda it: FulfilRedemption(redemption=it))
        case "cancel":
            return _nth(sales, said[0], lambda it: CancelRedemption(redemption=it, reason="correction"))
        case "refund":
            return _nth(sales, said[0], lambda it: RefundRedemption(redemption=it, reason="correction", amount=4))
        case "capture":
            return _nth(holds, said[0], lambda it: CaptureHold(hold=it, amount=said[1], final=said[2]))
        case "void":
            return _nth(holds, said[0], lambda it: VoidHold(hold=it))
        case "extend":
            return _nth(holds, said[0], lambda it: ExtendHold(hold=it, expires_in=200_000))
    holder, today = HolderId(said[0].partition(":")[2]), Day(later(story.at, seconds=28_800)[:10])
    match kind:
        case "leave":
            return LeaveSite(holder=holder, left_on=today, reason="correction")
        case "rejoin":
            return RejoinSite(holder=holder, joined_on=today)
        case "freeze":
            return FreezeAccount(account=said[0], unit=A, reason="correction")
    return UnfreezeAccount(account=said[0], unit=A, reason="correction")


class _Row(msgspec.Struct):
    id: str


def _rows(story: Story, kind: str) -> list[_Row]:
    return [_Row(id) for (other, id), row in story.book.rows.items() if other == kind and row is not None]


def _nth(found: Sequence[Any], number: int, make: Any) -> Command | None:
    """About one of the latest of them."""
    return make(found[-1 - number % len(found)]) if found else None


def written(story: Story, storage: Storage) -> None:
    """The story's facts in a real journal, as one turn."""
    rows = [
        FactRow(item.pos, item.stream, item.ver, item.type, MAPPER.encode(item), item.recorded_at)
        for item in story.journal
    ]
    with storage.turn() as turn:
        turn.append(rows, [], [], story.journal[-1].recorded_at)
        turn.commit()

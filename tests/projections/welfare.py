"""Random months of a union's coupons, told by the real rooms in memory, and kept in a real database."""

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from copy import copy
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from hypothesis import strategies as st

from ledger.coupons.commands import (
    ApproveBatch,
    BoughtLine,
    DraftBatch,
    DraftedLine,
    DraftLines,
    FinishBatch,
    IssueCoupons,
    Issuing,
    RefundPurchase,
    SpendCoupons,
    StrikeLines,
    SubmitBatch,
    VoidCoupon,
)
from ledger.coupons.entities import Batch, Coupon, Purchase
from ledger.deciding import Rows
from ledger.funds.commands import (
    AppropriateFund,
    CloseFund,
    CommitFunds,
    DisburseCommitment,
    OpenFund,
    RecoverCommitment,
    ReleaseCommitment,
    WriteOffCommitment,
)
from ledger.funds.entities import Commitment, Share
from ledger.handouts.commands import DefineKit, HandOutKits, ReceiveKits, ReturnKits
from ledger.handouts.entities import Component, HandOut
from ledger.merchants.commands import AdmitMerchant
from ledger.merchants.till import Till, till_id
from ledger.offers.commands import CancelClaim, ClaimOffer, OpenOffer, UseClaim
from ledger.offers.entities import OfferClaim
from ledger.people.commands import LeaveSite, MergeHolders, RegisterPerson
from ledger.people.entities import Holder
from ledger.periods.commands import ClosePeriod, FinishClosing, OpenBooks, SealPeriod
from ledger.periods.entities import Books
from ledger.refusals import Refusal
from ledger.room import By, Command
from ledger.settlements.commands import (
    AddSettlementLines,
    CheckSettlement,
    DisputeSettlement,
    DraftSettlement,
    PaySettlement,
    WithdrawSettlement,
)
from ledger.settlements.entities import settlement_id
from ledger.values import Day, HolderId, PeriodName, UnitCode, later
from projections import benefits, coupons, entitlements, funds, merchants, people, purchases, trial_balance, vouchers
from projections.store import Reading
from tests.given import LEADER, SUPERVISOR, Story
from tests.projections.following import following
from tests.projections.patrolling import Told

SHOWN: Final = (
    coupons.PROJECTION,
    funds.PROJECTION,
    merchants.PROJECTION,
    purchases.PROJECTION,
    benefits.PROJECTION,
    entitlements.PROJECTION,
    vouchers.PROJECTION,
    people.PROJECTION,
    trial_balance.PROJECTION,
)
PEOPLE: Final = ("li", "wang", "zhao")
SHOPS: Final = ("lixian", "corner")
CNY, COUPON_CNY = UnitCode("cny"), UnitCode("coupon_cny")
UNITS: Final = (None, "mill", "mine")
CASHIER: Final = By(principal="client:cashier", subject="person:cashier")
JUNE: Final = PeriodName("2022-06")
Op = tuple[Any, ...]

who, nth = st.sampled_from(PEOPLE), st.integers(0, 9)
OPS: Final[st.SearchStrategy[Op]] = st.one_of(
    st.tuples(
        st.just("batch"),
        st.sampled_from(["mid-autumn", "qingming"]),
        st.sampled_from(UNITS),
        st.integers(1, 3),
        st.sampled_from([100, 2_000, 38_533]),
        st.sampled_from([0, 3, 40]),
    ),
    st.tuples(st.just("spend"), who, st.integers(1, 3), st.sampled_from(SHOPS), st.sampled_from([150, 10_000, 77_777])),
    st.tuples(st.just("spend"), who, st.integers(1, 3), st.sampled_from(SHOPS), st.sampled_from([150, 10_000, 77_777])),
    st.tuples(st.just("refund"), nth, st.sampled_from([None, 1, 70]), st.just("keep")),
    st.tuples(st.just("refund"), nth, st.sampled_from([None, 1, 70]), st.sampled_from(["extend", "reissue"])),
    st.tuples(st.just("void"), nth),
    st.tuples(st.just("claim"), who, st.sampled_from(["soap", "ice"])),
    st.tuples(st.sampled_from(["use", "cancel"]), nth),
    st.tuples(st.just("promise"), st.integers(1, 5_000)),
    st.tuples(st.sampled_from(["pay", "release", "recover", "give up"]), nth, st.sampled_from([None, 9])),
    st.tuples(st.just("hand out"), st.sampled_from([None, *PEOPLE]), st.integers(1, 3)),
    st.tuples(st.just("take back"), nth),
    st.tuples(st.just("leave"), who),
    st.tuples(st.just("merge")),
    st.tuples(st.just("close fund")),
    st.tuples(st.just("days"), st.sampled_from([0, 1, 3, 35])),
    st.tuples(st.just("settle"), st.sampled_from(SHOPS), st.sampled_from([0, 1, 2, 3, 4])),
)
LIVES: Final = st.lists(OPS, min_size=8, max_size=30)


@lru_cache
def _begun() -> Story:
    """Three members with coupons, two funds of two sources, two shops, two offers, gloves in a depot."""
    story = Told("welfare-coupons").on("2022-06-01").given(OpenBooks(period=JUNE))
    story.given(*(RegisterPerson(holder=HolderId(id), joined_on=Day("2022-01-01")) for id in PEOPLE))
    for fund, source, revolving in (("gifts", "union", False), ("aid", "employer", True)):
        story.given(OpenFund(id=fund, unit=CNY, source=source, revolving=revolving))
        story.given(AppropriateFund(fund=fund, amount=400_000, reference="minutes-7"))
    for shop, rate in zip(SHOPS, (0, 150), strict=True):
        story.given(AdmitMerchant(id=shop, name=shop, admitted_from_on=Day("2022-01-01"), rate=rate))
    for offer, later_on in (("soap", "at-once"), ("ice", "later")):
        story.given(
            OpenOffer(
                id=offer,
                name=offer,
                merchant="corner",
                unit=CNY,
                price=100,
                supply=1_250,
                stock=50,
                opens_at=story.at,
                closes_at=later(story.at, seconds=90 * 86_400),
                handed_over=later_on,  # type: ignore[arg-type] # one of two words
                fund="gifts",
            )
        )
    story.given(DefineKit(id="gloves", name="手套", unit=CNY, components=(Component("gloves", 2, 350),)))
    story.given(ReceiveKits(kit="gloves", depot="mill", pieces=50))
    for terms in (("mid-autumn", "mill", 2, 10_000, 40), ("qingming", "mine", 1, 2_000, 3)):
        for command, by in _batch(story, *terms):
            story.given(command, by=by)
    return story


def begun() -> Story:
    """A copy of how each of them begins."""
    first = _begun()
    story = copy(first)
    story.book, story.journal = Rows(), list(first.journal)
    story.book.rows = dict(first.book.rows)
    return story


def lived(life: Sequence[Op]) -> Story:
    """What came of these wishes; what a rule refuses did not happen."""
    story = begun()
    for kind, *said in life:
        for command, by in _wishes(story, kind, *said):
            try:
                story.when(command, by=by)
            except Refusal:
                break
    story.let_time_act()
    return story


Wishes = Iterator[tuple[Command, By]]


def _wishes(story: Story, kind: str, *said: Any) -> Wishes:
    story.on(later(story.at, seconds=7))
    if kind == "days":
        story.on(later(story.at, seconds=86_400 * said[0] + 3))
        story.let_time_act()
    elif kind == "batch":
        yield from _batch(story, *said)
    elif kind == "settle":
        yield from _settle(story, *said)
    else:
        command = _wish(story, kind, *said)
        if command is not None:
            yield command, SUPERVISOR


def _batch(story: Story, occasion: str, of: str | None, pieces: int, face: int, days: int) -> Wishes:
    """Everybody gets so many pieces, but for who was struck; one line is never issued."""
    id = f"b{len(story.journal)}"
    last = Day(later(story.at, seconds=86_400 * days)[:10])
    fund = {"mine": "aid", "mill": "gifts"}.get(of or "")
    shares = () if fund else (Share("gifts", 1), Share("aid", 2))
    terms = {"fund": fund, "of": of, "expires_on": last, "shares": shares}
    yield DraftBatch(id=id, kind="welfare", occasion=occasion, **terms), SUPERVISOR  # type: ignore[arg-type] # the terms of a life, by their names
    members = [HolderId(one) for one in PEOPLE if story.the(Holder, one).merged_into is None]
    yield DraftLines(batch=id, lines=tuple(DraftedLine(one, face, pieces) for one in members)), SUPERVISOR
    if face == 2_000 and "zhao" in members:
        yield StrikeLines(batch=id, holders=(HolderId("zhao"),), reason="not-a-member"), SUPERVISOR
    yield SubmitBatch(batch=id), SUPERVISOR
    yield ApproveBatch(batch=id, digest=story.the(Batch, id).digest), LEADER
    for one in members:
        yield IssueCoupons(batch=id, lines=(Issuing(one),)), SUPERVISOR
    yield FinishBatch(batch=id), SUPERVISOR


def _settle(story: Story, shop: str, steps: int) -> Wishes:
    """The month is closed, then its settlement is drafted, filled, checked and paid, or only begun."""
    period = story.the(Books, Books.ID).period
    yield ClosePeriod(period=period), SUPERVISOR
    yield SealPeriod(period=period, root="0" * 64, accounts=0, totals=()), SUPERVISOR
    yield FinishClosing(period=period, holders=0, totals=()), SUPERVISOR
    unit = CNY if steps == 4 else COUPON_CNY
    id = settlement_id(shop, unit, period)
    yield DraftSettlement(merchant=shop, unit=unit, period=period), SUPERVISOR
    if steps == 1:
        yield WithdrawSettlement(settlement=id, reason="correction"), SUPERVISOR
        yield DraftSettlement(merchant=shop, unit=unit, period=period), SUPERVISOR
    if steps == 0 and (sale := _nth(story, Purchase, 0)):
        yield DisputeSettlement(settlement=id, purchase=sale, reason="correction"), SUPERVISOR
        return
    start = till_id(shop, unit, period, "")
    made = tuple(key[len(start) :] for kind, key in story.book.rows if kind == Till.KIND and key.startswith(start))
    if made:
        yield AddSettlementLines(settlement=id, of=made), SUPERVISOR
    yield CheckSettlement(settlement=id), LEADER
    if steps > 2:
        yield PaySettlement(settlement=id, reference="bank-17"), CASHIER


def _wish(story: Story, kind: str, *said: Any) -> Command | None:
    """The command, or None where there is nothing to name in it."""
    if kind in {"spend", "claim", "hand out", "leave", "merge", "promise", "close fund"}:
        return _new(story, kind, *said)
    kinds = {"refund": Purchase, "void": Coupon, "use": OfferClaim, "cancel": OfferClaim, "take back": HandOut}
    # What a room promised is that room's to pay; what was promised by hand is named here.
    id = _nth(story, kinds.get(kind, Commitment), said[0], "" if kind in kinds else "p")
    if id is None:
        return None
    wishes: dict[str, Any] = {
        "refund": lambda: RefundPurchase(purchase=id, amount=said[1], restore=said[2], reason="returned-goods"),
        "void": lambda: VoidCoupon(coupon=id, reason="left-unit"),
        "use": lambda: UseClaim(claim=id),
        "cancel": lambda: CancelClaim(claim=id, reason="returned-goods"),
        "take back": lambda: ReturnKits(hand_out=id, pieces=1, reason="returned-goods"),
        "pay": lambda: DisburseCommitment(commitment=id, payee="clinic", amount=said[1], reference="bank-3"),
        "release": lambda: ReleaseCommitment(commitment=id, amount=said[1], reason="not-needed"),
        "recover": lambda: RecoverCommitment(commitment=id, payer="debtor", amount=said[1]),
        "give up": lambda: WriteOffCommitment(commitment=id, amount=said[1], reason="not-needed"),
    }
    made: Command = wishes[kind]()
    return made


def _new(story: Story, kind: str, *said: Any) -> Command | None:
    wishes: dict[str, Any] = {
        "spend": lambda: _bill(story, *said),
        "claim": lambda: ClaimOffer(offer=said[1], holder=HolderId(said[0]), id=f"c{len(story.journal)}"),
        "hand out": lambda: HandOutKits(
            kit="gloves", depot="mill", pieces=said[1], occasion="birthday", holder=said[0], signature="sheet-1"
        ),
        "leave": lambda: LeaveSite(holder=HolderId(said[0]), left_on=Day(story.at[:10])),
        "merge": lambda: MergeHolders(old=HolderId("zhao"), into=HolderId("li"), reason="correction"),
        "promise": lambda: CommitFunds(
            id=f"p{len(story.journal)}", shares=(Share("gifts", 1), Share("aid", 2)), amount=said[0], of="aid:1"
        ),
        "close fund": lambda: CloseFund(fund="aid", reason="not-needed"),
    }
    made: Command = wishes[kind]()
    return made


def _bill(story: Story, who: str, pieces: int, shop: str, bill: int) -> SpendCoupons:
    """With the first coupons that were this man's when they were issued."""
    mine = [id for id, it in entities(story, Coupon).items() if it.left and it.account == f"holder:{who}"]
    lines = (BoughtLine("food", bill),)
    return SpendCoupons(merchant=shop, lines=lines, coupons=tuple(mine[:pieces]), holder=HolderId(who))


def entities(story: Story, kind: Any) -> dict[str, Any]:
    """Everything of a kind that is in the book."""
    return {id: row.entity for (known, id), row in story.book.rows.items() if known == kind.KIND and row is not None}


def _nth(story: Story, kind: Any, number: int, start: str = "") -> str | None:
    ids = sorted(id for id in entities(story, kind) if id.startswith(start))
    return ids[number % len(ids)] if ids else None


def followed(story: Story, path: Path | None, url: str = "", batch: int = 7) -> AbstractContextManager[Reading]:
    """The story's projections in a database, as the follower makes them: in small batches."""
    return following(story, SHOWN, path, url, batch)

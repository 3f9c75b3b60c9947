"""The real ledger as the machine of coupons drives it: its wishes as commands, and what it shows."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

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
    RejectBatch,
    SpendCoupons,
    StrikeLines,
    SubmitBatch,
    VoidCoupon,
)
from ledger.coupons.entities import Batch, Coupon
from ledger.coupons.facts import CouponIssued
from ledger.funds.commands import AppropriateFund, CloseFund, OpenFund, ReleaseCommitment
from ledger.funds.entities import Fund, Share
from ledger.journal.storage import Storage
from ledger.journal.turn import Submission
from ledger.merchants.commands import AdmitMerchant, ResumeMerchant, SuspendMerchant
from ledger.offers.commands import CancelClaim, ClaimOffer, OpenOffer, UseClaim
from ledger.offers.entities import Offer, OfferClaim
from ledger.people.commands import MergeHolders, RegisterPerson
from ledger.periods.commands import ClosePeriod, FinishClosing, SealPeriod
from ledger.points.entities import Account
from ledger.room import By, Command
from ledger.settlements.commands import (
    AddSettlementLines,
    CheckSettlement,
    DisputeSettlement,
    DraftSettlement,
    PaySettlement,
    ResolveDispute,
    WithdrawSettlement,
)
from ledger.settlements.entities import Settlement
from ledger.values import Day, HolderId, Instant, PeriodName, UnitCode
from tests.machines.welfare_things import (
    CAP,
    CNY,
    COUPON,
    FUNDS,
    MERCHANTS,
    PRICE,
    SHARES,
    SUPPLY,
    person_behind,
    written,
)
from tests.machines.world import OPERATOR, World

SCHEME = Path(__file__).resolve().parents[2] / "ledger" / "schemes" / "welfare-coupons.toml"
WHY = "correction"
Op = tuple[Any, ...]


def scheme_text() -> str:
    """The scheme that ships, with a cap of a year that a story can reach."""
    return SCHEME.read_text(encoding="utf-8").replace("amount = 150000", f"amount = {CAP}")


class WelfareWorld(World):
    """One ledger of a union in one database, worked on by two processes in turns."""

    def __init__(self, storages: Sequence[Storage], at: datetime, people: Sequence[str]) -> None:
        """These people, two funds with money, two shops."""
        super().__init__(storages, Instant(written(at)), scheme_text(), capacity=10_000)
        self.ids: dict[str, str] = {}
        """What the ledger calls each coupon of the model."""
        self._lots: dict[str, int] = {}
        commands: list[Command] = [RegisterPerson(holder=HolderId(id)) for id in people]
        for fund, (source, amount) in FUNDS.items():
            commands.append(OpenFund(id=fund, unit=UnitCode(CNY), source=source))
            commands.append(AppropriateFund(fund=fund, amount=amount))
        for id, (rate, goods) in MERCHANTS.items():
            commands.append(AdmitMerchant(id=id, name=id, admitted_from_on=Day("2022-01-01"), goods=goods, rate=rate))
        self.obey(commands)

    def obey(self, commands: Sequence[Command]) -> None:
        """What the operator does, who is never refused."""
        for command in commands:
            self.first.submit(command, by=OPERATOR)
        self.check()

    def close_books(self, period: str) -> None:
        """The whole run of a closing; nobody here has a month that turns."""
        name = PeriodName(period)
        seal = SealPeriod(period=name, root="0" * 64, accounts=0, totals=())
        self.obey((ClosePeriod(period=name), seal, FinishClosing(period=name, holders=0, totals=())))

    def submission(self, op: Op, client: str, key: str | None, fingerprint: str) -> Submission:
        by = By(principal=client, subject=person_behind(client))
        return Submission(wishes=(self.first.wish(self.wanted(op), by=by, key=key, fingerprint=fingerprint),))

    def run(self, submissions: Sequence[Submission], *, process: int) -> Any:
        """One turn of one of the processes; then everything that must always hold."""
        outcomes = self.ledgers[process % len(self.ledgers)].writer.runner.run(submissions)
        self.check()
        return outcomes

    def named(self, names: Sequence[str], outcome: Any) -> None:
        """The ids of the coupons that the model has given out too, in the same order."""
        issued = [it.data for it in outcome.envelopes if isinstance(it.data, CouponIssued)]
        assert len(issued) == len(names), f"facts issue {len(issued)} coupons, the model {len(names)}"
        self.ids |= {name: fact.coupon for name, fact in zip(names, issued, strict=True)}

    # Wishes ----------------------------------------------------------------------------------------------------

    def wanted(self, op: Op) -> Command:  # noqa: C901, PLR0911, PLR0912 - one line for each wish
        """The real wish for an operation of the model."""
        match op:
            case ("draft", id, kind, fund, expires):
                shares = tuple(Share(*share) for share in SHARES[fund])
                alone, shared = (fund, ()) if len(shares) < 2 else (None, shares)
                return DraftBatch(
                    id=id,
                    kind=kind,
                    occasion="mid-autumn",
                    fund=alone,
                    shares=shared,
                    expires_on=Day(str(expires)),
                )
            case ("lines", id, wanted):
                return DraftLines(batch=id, lines=tuple(DraftedLine(HolderId(who), *rest) for who, *rest in wanted))
            case ("strike", id, holder):
                return StrikeLines(batch=id, holders=(HolderId(holder),), reason=WHY)
            case ("hand-in", id):
                return SubmitBatch(batch=id)
            case ("approve", id):
                found = self.first.get(Batch, id)
                return ApproveBatch(batch=id, digest=found.digest if found else "")
            case ("reject", id):
                return RejectBatch(batch=id, reason=WHY)
            case ("issue", id, holders):
                return IssueCoupons(batch=id, lines=tuple(Issuing(HolderId(holder)) for holder in holders))
            case ("finish", id):
                return FinishBatch(batch=id)
            case ("release", id):
                return ReleaseCommitment(commitment="coupon-batch:" + id, reason=WHY)
            case ("void", coupon):
                return VoidCoupon(coupon=self.ids.get(str(coupon), str(coupon)), reason=WHY)
            case ("spend", id, merchant, bill, shown, holder):
                coupons = tuple(self.ids.get(name, name) for name in shown)
                lines = tuple(BoughtLine(*line) for line in bill)
                return SpendCoupons(id=id, merchant=merchant, lines=lines, coupons=coupons, holder=HolderId(holder))
            case ("refund", id, amount):
                return RefundPurchase(purchase=id, amount=amount, reason=WHY)
            case ("merge", old, into):
                return MergeHolders(old=HolderId(old), into=HolderId(into), reason=WHY)
            case ("close-fund", id):
                return CloseFund(fund=id, reason=WHY)
            case ("suspend", id):
                return SuspendMerchant(merchant=id, reason=WHY)
            case ("resume", id):
                return ResumeMerchant(merchant=id, reason=WHY)
        return _of_offers(op) or _of_settlements(op)

    # What a case compares with the model -----------------------------------------------------------------------

    def fund(self, id: str) -> tuple[int, int, int, int]:
        """What is promised, paid, free, and back at its source; in all what was put in."""
        fund = self.first.the(Fund, id)
        parts = fund.committed, fund.disbursed, fund.free, fund.returned
        assert fund.appropriated == sum(parts), f"facts: {id} is not promised, paid, free or returned"
        stages = ("source", "free", "committed", "disbursed", "recovered")
        booked = [self.posted[f"fund/{id}/{stage}", CNY] for stage in stages]
        there = [fund.returned - fund.appropriated, fund.free, fund.committed, fund.disbursed, 0]
        assert booked == there, f"facts book {booked} of {id}, not {there}"
        return parts

    def batch(self, id: str) -> tuple[str, int, int, int, int]:
        """How a batch stands: what it asks for, what is out, what of it is gone, how many lines wait."""
        found = self.first.the(Batch, id)
        return found.status, found.total, found.issued, found.gone, found.waiting

    def coupon(self, name: str) -> tuple[int, int, int, bool]:
        """What a coupon still holds by its own row, by its lot, what is gone, and whether it was taken back."""
        id = self.ids[name]
        found = self.first.the(Coupon, id)
        assert 0 <= found.left <= found.face, f"the facts leave {found.left} of {found.face}"
        return found.left, self._lots.get(id, 0), found.gone, found.voided_at is not None

    def look(self) -> None:
        """What lots hold now, whoever's they are."""
        self._lots = {}
        for holder in ("h0", "h1", "h2", "h3"):
            account = self.first.get(Account, f"holder:{holder}/{COUPON}")
            for pool in account.pools if account else ():
                assert pool.id not in self._lots, f"the facts have {pool.id} in two accounts"
                self._lots[pool.id] = pool.remaining

    def claim(self, id: str) -> str:
        return self.first.the(OfferClaim, id).status

    def stock(self, id: str) -> int:
        return self.first.the(Offer, id).stock

    def settlement(self, id: str) -> tuple[str, int, tuple[str, ...]]:
        found = self.first.the(Settlement, id)
        return found.status, found.payable, found.disputed

    def to_come(self, merchant: str, unit: str) -> int:
        """What a merchant has to come by the journal alone."""
        return self.posted[f"merchant/{merchant}", unit]


def _of_offers(op: Op) -> Command | None:
    match op:
        case ("offer", id, merchant, fund, stock, most, opens, closes, until):
            return OpenOffer(
                id=id,
                name=id,
                merchant=merchant,
                unit=UnitCode(CNY),
                price=PRICE,
                supply=SUPPLY,
                stock=stock,
                opens_at=Instant(written(opens)),
                closes_at=Instant(written(closes)),
                per_member=most,
                handed_over="at-once" if until is None else "later",
                use_until_on=None if until is None else Day(str(until)),
                fund=fund,
            )
        case ("claim", id, offer, holder, pieces):
            return ClaimOffer(id=id, offer=offer, holder=HolderId(holder), pieces=pieces)
        case ("use", id):
            return UseClaim(claim=id)
        case ("cancel", id):
            return CancelClaim(claim=id, reason=WHY)
    return None


def _of_settlements(op: Op) -> Command:  # noqa: PLR0911 - one line for each wish
    match op:
        case ("settle", merchant, unit, period):
            return DraftSettlement(merchant=merchant, unit=UnitCode(unit), period=PeriodName(period))
        case ("add-lines", id, of):
            return AddSettlementLines(settlement=id, of=of)
        case ("check", id):
            return CheckSettlement(settlement=id)
        case ("pay", id):
            return PaySettlement(settlement=id, reference="bank-17")
        case ("withdraw", id):
            return WithdrawSettlement(settlement=id, reason=WHY)
        case ("dispute", id, purchase):
            return DisputeSettlement(settlement=id, purchase=purchase, reason=WHY)
        case ("resolve", id, purchase):
            return ResolveDispute(settlement=id, purchase=purchase, reason=WHY)
    raise AssertionError(op)

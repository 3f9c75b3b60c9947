"""A member stands in two lists, and under each name has a thousand coupons and more: the records become one at once."""

from collections.abc import Iterator

import pytest

from api.ledgers import OpenLedger, create_ledger
from api.settings import Settings
from ledger.coupons.commands import ApproveBatch, FinishBatch, IssueCoupons, Issuing, SubmitBatch
from ledger.coupons.entities import Batch, Coupon
from ledger.coupons.facts import CouponIssued
from ledger.funds.commands import AppropriateFund, OpenFund
from ledger.funds.entities import Fund
from ledger.journal.clock import ManualClock
from ledger.journal.ledger import Ledger
from ledger.journal.rows import StorageUnavailableError
from ledger.journal.storage import Turn
from ledger.journal.turn import Submission
from ledger.merchants.commands import AdmitMerchant
from ledger.people.commands import MergeHolders, RegisterPerson
from ledger.people.entities import Holder
from ledger.points.entities import Account
from ledger.points.facts import AccountMerged
from ledger.refusals import HolderMerged, StorageUnavailable
from ledger.room import By, Command, Fact
from ledger.values import Day, HolderId, Instant, PeriodName, UnitCode
from projections.replay import Replay
from tests.coupons.gifts import bought, drafting, lines, returned

OFFICER = By(principal="client:officer", subject="person:officer")
CHECKER = By(principal="person:checker", subject="person:checker")
OLD, INTO = HolderId("old"), HolderId("into")
MERGE = MergeHolders(old=OLD, into=INTO, reason="correction")
BATCHES, PIECES, FACE = 21, 50, 100
WHOLE = BATCHES * PIECES * FACE
UNIT = UnitCode("coupon_cny")


@pytest.fixture
def opened(database: Settings) -> Iterator[OpenLedger]:
    """Both records have 1,050 coupons of 1.00 yuan each."""
    clock, june = ManualClock(Instant("2022-06-01T04:00:00.000000Z")), PeriodName("2022-06")
    with create_ledger(database, "union", "welfare-coupons", "Asia/Shanghai", period=june, clock=clock) as found:
        begun(found.ledger)
        yield found


def begun(ledger: Ledger) -> None:
    done(ledger, *(RegisterPerson(holder=holder) for holder in (OLD, INTO)))
    done(ledger, OpenFund(id="gifts", unit=UnitCode("cny"), source="union"))
    done(ledger, AppropriateFund(fund="gifts", amount=2 * WHOLE))
    done(ledger, AdmitMerchant(id="corner", name="corner", admitted_from_on=Day("2022-01-01")))
    for id in (f"b{number}" for number in range(BATCHES)):
        listed = lines((OLD, FACE, PIECES), (INTO, FACE, PIECES), batch=id)
        done(ledger, drafting(id, occasion="birthday"), listed, SubmitBatch(batch=id))
        done(ledger, ApproveBatch(batch=id, digest=ledger.the(Batch, id).digest), by=CHECKER)
        done(ledger, IssueCoupons(batch=id, lines=(Issuing(OLD), Issuing(INTO))), FinishBatch(batch=id))


def done(ledger: Ledger, *commands: Command, by: By = OFFICER) -> list[Fact]:
    outcomes = list(ledger.writer.ask_all(Submission(wishes=(ledger.wish(it, by=by),)) for it in commands))
    assert [outcome.refusal for outcome in outcomes] == [None] * len(commands)
    return [envelope.data for outcome in outcomes for envelope in outcome.envelopes]


def coupons_of(ledger: Ledger, holder: HolderId) -> list[str]:
    facts = (ledger.mapper.decode(row.state).data for row in ledger.storage.facts(0, 100_000))
    return [fact.coupon for fact in facts if isinstance(fact, CouponIssued) and fact.holder == holder]


def test_a_merge_that_was_torn_has_moved_nothing_and_the_next_try_moves_every_coupon_once(
    opened: OpenLedger, monkeypatch: pytest.MonkeyPatch
) -> None:
    ledger = opened.ledger
    mine, his = coupons_of(ledger, INTO), coupons_of(ledger, OLD)
    done(ledger, bought(his[0], bill=40, holder=OLD, merchant="corner", id="p"))
    with monkeypatch.context() as broken:
        broken.setattr(Turn, "commit", torn)
        with pytest.raises(StorageUnavailable):
            ledger.submit(MERGE, by=OFFICER, key="merge")
    assert [balance(ledger, holder) for holder in (OLD, INTO)] == [WHOLE - 40, WHOLE]
    assert ledger.the(Holder, OLD).merged_into is None
    first = ledger.submit(MERGE, by=OFFICER, key="merge")
    assert ledger.submit(MERGE, by=OFFICER, key="merge").replayed
    merged = [envelope.data for envelope in first.envelopes if isinstance(envelope.data, AccountMerged)]
    assert len(merged) > 10
    assert sorted(pool.pool for fact in merged for pool in fact.pools) == sorted(his)
    pools = ledger.the(Account, f"holder:{INTO}/{UNIT}").pools
    assert {pool.id: pool.remaining for pool in pools} == {id: ledger.the(Coupon, id).left for id in (*mine, *his)}
    assert [balance(ledger, holder) for holder in (OLD, INTO)] == [0, 2 * WHOLE - 40]
    with pytest.raises(HolderMerged):
        ledger.submit(MERGE, by=OFFICER)
    last, first_of_mine = (bought(coupon, bill=FACE, holder=INTO, merchant="corner") for coupon in (his[-1], mine[0]))
    done(ledger, last, first_of_mine, returned("p"))
    assert ledger.the(Coupon, his[0]).left == FACE
    fund = ledger.the(Fund, "gifts")
    assert (fund.committed, fund.disbursed) == (2 * WHOLE - 2 * FACE, 2 * FACE)
    replayed = Replay(ledger.storage, zone="Asia/Shanghai")
    replayed.advance()
    assert replayed.differences() == ()


def torn(_turn: Turn) -> None:
    raise StorageUnavailableError("the power went")


def balance(ledger: Ledger, holder: HolderId) -> int:
    return ledger.the(Account, f"holder:{holder}/{UNIT}").balance

"""Stories that the machine has found, told small: all but one broke the ledger once."""

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from ledger.holds.commands import CaptureHold, PlaceHold
from ledger.holds.facts import HoldCaptured, HoldExpired
from ledger.journal.ledger import Ledger
from ledger.journal.storage import Storage
from ledger.journal.turn import Submission
from ledger.points.commands import DeductPoints, GrantPoints, OpenInitial, TurnMonth
from ledger.points.entities import Account, Debt
from ledger.redemptions.commands import RefundRedemption
from ledger.redemptions.entities import Redemption
from ledger.refusals import NotFound
from ledger.reversals.commands import ReverseMovement
from ledger.scheme.loading import canonical, from_canonical, parse_scheme
from ledger.values import AccountId, Day, HoldId, RedemptionId, TxId, UnitCode
from tests.given import Story
from tests.holds import bank as holding
from tests.ledgers import COUNTER, POINT, asked, balance, group, opened, sale, stocked
from tests.machines.things import Unit
from tests.machines.wishes import LIMITS
from tests.machines.world import scheme_text
from tests.reversals import site
from tests.reversals.site import bank

MAN = AccountId("holder:h0")
SAFETY = UnitCode("safety_point")


def worker() -> Story:
    from ledger.people.commands import RegisterPerson
    from ledger.values import HolderId

    return Story().given(RegisterPerson(holder=HolderId("h0")))


def grant(amount: int, ends: str | None = None) -> GrantPoints:
    return GrantPoints(to=MAN, unit=SAFETY, amount=amount, expires_on=Day(ends) if ends else None)


def deduct(amount: int) -> DeductPoints:
    return DeductPoints(account=MAN, unit=SAFETY, amount=amount, reason="correction")


def lots(story: Story) -> dict[tuple[str, str | None], int]:
    """Open value by kind and month or expiry."""
    pools = story.the(Account, "holder:h0/safety_point").pools
    return {
        (pool.terms.kind, pool.terms.terms or pool.terms.expires_on): pool.remaining for pool in pools if pool.remaining
    }


def test_what_a_deduction_took_of_last_months_initial_lot_does_not_come_back_to_life() -> None:
    """Found: an initial lot that was used up stayed in the account, and a reversal in July opened it again."""
    story = worker().given(TurnMonth(account=MAN), deduct(100))
    deduction = story.tx
    story.on("2022-07-01").given(TurnMonth(account=MAN))
    story.when(ReverseMovement(of=deduction, reason="correction"))
    assert lots(story) == {("initial", "2022-07"): 100}


def test_an_initial_grant_in_a_new_month_ends_the_old_months_lot() -> None:
    """Found: granted as if the holder had just joined, he had two months' lots."""
    story = worker().given(OpenInitial(account=MAN)).on("2022-07-01").given(OpenInitial(account=MAN))
    assert lots(story) == {("initial", "2022-07"): 100}


def test_a_months_initial_lot_is_remembered_when_it_is_used_up_and_something_else_lapses() -> None:
    """Not found but feared: were the used-up lot swept away with others, its month could be granted twice."""
    story = worker().given(grant(10, "2022-06-02"), deduct(10))
    early = story.tx
    story.given(TurnMonth(account=MAN), deduct(100))
    late = story.tx
    story.on("2022-06-10").given(ReverseMovement(of=early, reason="correction"))
    story.when(ReverseMovement(of=late, reason="correction"))
    assert lots(story) == {("initial", "2022-06"): 100}


def test_a_lot_that_comes_after_its_day_lapses_at_once_and_so_does_the_next_of_that_day() -> None:
    """Found: it could be spent within the turn, and a second one broke on a pool that was already forgotten."""
    story = worker().on("2022-06-10").given(grant(10, "2022-06-05"), grant(10, "2022-06-05"))
    assert story.the(Account, "holder:h0/safety_point").lapsed == 20
    assert lots(story) == {}


def test_two_debts_of_one_transaction_are_repaid_one_after_the_other() -> None:
    """Found: one repayment was taken off both."""
    account = Account(account=MAN, unit=SAFETY, debts=(Debt(TxId("t"), 10), Debt(TxId("t"), 5)))
    assert account.forgiven(12, of=TxId("t")).debts == (Debt(TxId("t"), 3),)


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Ledger]:
    storage = Storage.sqlite(tmp_path / "journal.db", "shop")
    storage.create(scheme="conformance", created_at="2022-06-01T00:00:00.000000Z")
    with stocked(opened(storage)) as ledger:
        yield ledger


def test_two_sales_of_one_group_are_two_redemptions(shop: Ledger) -> None:
    """Found: both bore the id of the group, and the second hid the first."""
    outcome = shop.writer.ask(group(shop, sale(pieces=1), sale(pieces=2), key="both"))
    ids = [RedemptionId(envelope.data.redemption) for envelope in outcome.envelopes]
    assert [shop.the(Redemption, id).amount for id in ids] == [10, 20]
    for id in ids:
        asked(shop, RefundRedemption(redemption=id, amount=10, reason="correction"), key=id)
    assert balance(shop) == 90


def test_what_a_reversal_finds_does_not_hang_on_where_a_turn_ended(shop: Ledger) -> None:
    """Found: a transaction refused in this very turn was "not reversible", one of an earlier turn "not found"."""
    refused = TxId(f"id-{20:08}")
    shop.ids = shop.writer.runner.ids = iter([refused, *(f"later-{n}" for n in range(9))]).__next__
    batch = [
        Submission(wishes=(shop.wish(sale(pieces=99), by=COUNTER, key="s"),)),
        Submission(wishes=(shop.wish(ReverseMovement(of=refused, reason="correction"), by=COUNTER, key="r"),)),
    ]
    assert shop.writer.runner.run(batch)[1].refusal == NotFound(kind="transaction", id=refused)
    assert shop.writer.runner.run(batch[1:])[0].refusal == NotFound(kind="transaction", id=refused)
    assert asked(shop, GrantPoints(to=MAN, unit=POINT, amount=1), key="g").refusal is None


def test_a_capture_taken_back_does_not_pay_the_debt_of_a_deduction_in_its_group() -> None:
    """Found: what the deduction still owed was counted as given back with the other movement, and was neither."""
    story = bank().given(site.grant(50, unit="D"))
    hold = HoldId("h")
    story.given(PlaceHold(id=hold, account=site.WANG, unit=UnitCode("D"), amount=20))
    captured, _ = story.together(CaptureHold(hold=hold), site.deduct(100, unit="D"))
    assert isinstance(captured, HoldCaptured)
    story.when(site.reverse(story.tx, position=story.journal[-2].pos))
    account = site.account(story, site.WANG, "D")
    # 20 came back, and repaid as much of the 70 that were owed.
    assert (account.balance, account.debt, account.value("earned")) == (-50, 50, 0)


def test_holds_end_in_their_order_whether_the_payer_or_the_payee_is_named_first() -> None:
    """Found: named through the payee, the later hold ended first, and what it set free repaid in place of the other."""
    story = holding.bank(points=0).given(holding.opened("kiosk"))
    story.given(holding.granted(20, holding.LINE, until="2022-06-20"), holding.granted(20, holding.LINE))
    story.given(holding.hold(20, holding.LINE, id="first", expires_in=1_000))
    story.given(holding.hold(20, holding.LINE, to=AccountId("account:kiosk"), id="second", expires_in=2_000))
    story.given(holding.deducted(20, holding.LINE, unit="A")).on("2022-06-15")
    story.let_time_act()  # by name: the kiosk before the line
    assert [fact.hold for fact in story.facts(HoldExpired)] == ["first", "second"]
    pools = story.the(Account, "account:line/A").pools
    assert {pool.terms.expires_on: pool.remaining for pool in pools if pool.remaining} == {None: 20}


def test_who_adopts_a_scheme_knows_its_limits_in_the_order_in_which_all_others_read_them() -> None:
    """Found: of two limits that said no, a process named another one before it was started anew than after."""
    adopted = canonical(parse_scheme(scheme_text({"S": Unit("plain", "debt"), "P": Unit("plain", "debt")}, {}, LIMITS)))
    read = msgspec.json.decode(msgspec.json.Encoder(order="sorted").encode(adopted))
    assert list(from_canonical(adopted).limits) == list(from_canonical(read).limits)
    assert list(from_canonical(read).limits) != [limit.code for limit in LIMITS], "they were in that order before"

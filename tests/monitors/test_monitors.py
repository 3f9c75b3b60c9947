"""A monitor makes one fact each time its threshold is crossed, in the transaction that crossed it."""

import pytest

from ledger.accounts.commands import OpenAccount
from ledger.monitors.commands import RemoveMonitor, SetMonitor
from ledger.monitors.decide import MOST
from ledger.monitors.entities import Monitor
from ledger.monitors.facts import MonitorSet, ThresholdCrossed
from ledger.people.commands import RegisterPerson
from ledger.points.commands import DeductPoints, GrantPoints
from ledger.points.entities import Account
from ledger.points.facts import LotsLapsed, PointsEarned
from ledger.points.watching import Measure, Side, Watch
from ledger.refusals import AlreadyExists, LimitExceeded, Malformed, NotEligible, NotFound, UnknownSchemeTerm
from ledger.transfers.commands import TransferPoints
from ledger.values import MAX_AMOUNT, AccountId, Day, HolderId, UnitCode
from tests.given import Story

WANG, FUND = AccountId("holder:wang"), AccountId("account:fund")
A = UnitCode("A")


def monitor(
    threshold: int,
    *,
    id: str = "low",
    account: AccountId = WANG,
    side: Side = "below",
    measure: Measure = "balance",
    unit: str = "A",
) -> SetMonitor:
    return SetMonitor(id=id, account=account, unit=UnitCode(unit), measure=measure, side=side, threshold=threshold)


def grant(amount: int, to: AccountId = WANG, *, until: str | None = None) -> GrantPoints:
    return GrantPoints(to=to, unit=A, amount=amount, expires_on=None if until is None else Day(until))


def deduct(amount: int) -> DeductPoints:
    return DeductPoints(account=WANG, unit=A, amount=amount, reason="correction")


@pytest.fixture
def site() -> Story:
    """Wang with 100, and a fund that may go to -1000."""
    story = Story("conformance").given(RegisterPerson(holder=HolderId("wang")))
    return story.given(OpenAccount(id="fund", unit=A, floor=-1000), grant(100))


def crossings(story: Story) -> list[tuple[str, int | None, int | None]]:
    return [(fact.monitor, fact.was, fact.became) for fact in story.facts(ThresholdCrossed)]


def test_a_crossing_is_a_fact_in_the_transaction_that_crossed(site: Story) -> None:
    site.given(monitor(50))
    _, crossed = site.when(deduct(60))
    assert crossed == ThresholdCrossed(
        monitor="low", account=WANG, unit=A, measure="balance", side="below", threshold=50, was=100, became=40
    )
    assert {site.journal[-1].tx, site.journal[-1].by} == {site.journal[-2].tx, site.journal[-2].by}


def test_the_threshold_itself_is_not_past_it(site: Story) -> None:
    site.given(monitor(50), monitor(150, id="high", side="above"), deduct(50), grant(100))
    assert crossings(site) == []
    site.given(grant(1), deduct(102))
    assert crossings(site) == [("high", 150, 151), ("low", 151, 49)]


def test_what_is_past_it_stays_silent_until_it_came_back(site: Story) -> None:
    site.given(monitor(50), deduct(60), deduct(10), grant(10))
    assert crossings(site) == [("low", 100, 40)]
    site.given(grant(10), deduct(1))
    assert crossings(site) == [("low", 100, 40), ("low", 50, 49)]
    assert site.the(Monitor, "low").crossings == 2


def test_setting_a_monitor_past_its_threshold_says_so_and_is_no_crossing(site: Story) -> None:
    (fact,) = site.when(monitor(101))
    assert isinstance(fact, MonitorSet)
    assert fact.beyond
    site.given(deduct(1))
    assert crossings(site) == []


def test_value_that_time_takes_crosses_too_at_the_instant_when_it_lapsed(site: Story) -> None:
    site.given(grant(40, until="2022-06-10"), monitor(120), monitor(120, id="free", measure="available"))
    site.on("2022-06-20").let_time_act()
    assert crossings(site) == [("low", 140, 100), ("free", 140, 100)]
    lapse = next(envelope for envelope in site.journal if isinstance(envelope.data, LotsLapsed))
    after = site.journal[lapse.pos :]
    assert {(envelope.tx, envelope.occurred_at) for envelope in after} == {(lapse.tx, lapse.occurred_at)}
    assert site.the(Monitor, "low").crossed_at == "2022-06-10T16:00:00.000000Z"


def test_a_fund_is_an_account_and_a_transfer_crosses_on_both_sides(site: Story) -> None:
    site.given(monitor(-500, account=FUND), monitor(500, id="rich", side="above"))
    site.given(TransferPoints(account=FUND, to=WANG, unit=A, amount=600))
    assert sorted(crossings(site)) == [("low", 0, -600), ("rich", 100, 700)]


def test_several_monitors_of_one_account_each_have_their_own_threshold(site: Story) -> None:
    site.given(*(monitor(mark, id=f"m{mark}") for mark in (90, 50, 10)), deduct(60))
    assert crossings(site) == [("m90", 100, 40), ("m50", 100, 40)]


def test_what_a_group_did_before_it_was_watched_is_no_crossing(site: Story) -> None:
    site.together(deduct(60), monitor(50), grant(20), deduct(20))
    assert crossings(site) == [("low", 60, 40)]


def test_a_removed_monitor_is_silent_and_its_id_free(site: Story) -> None:
    site.given(monitor(50), RemoveMonitor(monitor="low"), deduct(60))
    assert crossings(site) == []
    assert not site.the(Account, f"{WANG}/A").watched
    site.refuses(RemoveMonitor(monitor="low"), NotEligible(reason="monitor-removed"))
    site.given(monitor(30), deduct(20))
    assert crossings(site) == [("low", 40, 20)]


def test_a_holders_account_can_be_watched_before_anything_has_moved(site: Story) -> None:
    site.given(monitor(9, id="b", side="above", unit="B"))
    site.given(GrantPoints(to=WANG, unit=UnitCode("B"), amount=10))
    assert crossings(site) == [("b", 0, 10)]


def test_without_monitors_an_account_asks_nobody(site: Story) -> None:
    assert [type(fact) for fact in site.when(grant(10**6))] == [PointsEarned]


@pytest.mark.parametrize("id", ["", "a b", "x" * 129])
def test_an_id_is_visible_and_short(site: Story, id: str) -> None:
    site.refuses(monitor(1, id=id), Malformed(errors=["id: 1 to 128 visible ASCII characters"]))


def test_what_cannot_be_watched_is_refused_in_words(site: Story) -> None:
    site.refuses(monitor(1, unit="X"), UnknownSchemeTerm(term="unit", value="X"))
    site.refuses(monitor(1, account=AccountId("account:moon")), NotFound(kind="account", id="account:moon"))
    site.refuses(monitor(1, account=AccountId("holder:moon")), NotFound(kind="holder", id="moon"))
    site.refuses(
        monitor(MAX_AMOUNT + 1),
        Malformed(errors=[f"threshold: {MAX_AMOUNT + 1} is not between {-MAX_AMOUNT} and {MAX_AMOUNT}"]),
    )
    site.refuses(RemoveMonitor(monitor="moon"), NotFound(kind="monitor", id="moon"))
    site.given(monitor(1))
    site.refuses(monitor(2), AlreadyExists(kind="monitor", id="low"))


def test_an_account_bears_only_so_many(site: Story) -> None:
    site.given(*(monitor(n, id=f"m{n}") for n in range(MOST)))
    site.refuses(monitor(1, id="more"), LimitExceeded(rule="monitors", limit=MOST, used=MOST, offered=0, period="ever"))


def test_what_has_no_end_is_above_every_threshold() -> None:
    low, high = (Watch("m", "available", side, 5) for side in ("below", "above"))
    assert not low.beyond(None)
    assert high.beyond(None)

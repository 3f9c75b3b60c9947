"""S03 and S04, 小李's June: patrols, reviews, points, coins, a policy; messages twice, an appeal after the close."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from api.closing import OpenItemsRemainError
from api.commands.explaining import patrols as printed
from api.settings import Settings
from ledger.entitlements.entities import Entitlement
from ledger.patrols.commands import FinishPatrol
from ledger.patrols.entities import Claim
from ledger.patrols.facts import PatrolFinished
from ledger.periods.facts import PeriodClosing
from ledger.points.commands import GrantPoints
from ledger.points.facts import PointsEarned
from ledger.redemptions.commands import PlaceRedemption, WantedLine
from ledger.refusals import EntitlementInForce, NotEligible, SelfApproval
from ledger.reviews.commands import AppealPatrol, ApprovePatrol, DecidePatrolAppeal
from ledger.reviews.facts import Finding, PatrolApproved, PatrolRejected
from ledger.room import By
from ledger.transfers.commands import ConvertPoints
from ledger.values import ClaimId, HolderId, holder_account
from projections.replay import Replay
from projections.trial_balance import differences, trial_balance
from projections.verify import deviations
from tests.reviews.walks import walking
from tests.stories.city import COIN, JUNE, POINT, POLICY, SHORT, City


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def city(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[City]:
    """On each database."""
    if request.param == "sqlite":
        settings = Settings(data=tmp_path / "var")
    else:
        monkeypatch.setenv("JIFEN_MASTER_KEY", "5a" * 32)
        settings = Settings(database_url=request.getfixturevalue("fresh_database"))
    begun = City(settings)
    yield begun
    begun.close_down()


def consistent(city: City) -> None:
    """Facts alone give this very book and these very projections, and debits equal credits."""
    city.projector.advance()
    replayed = Replay(city.ledger.storage, zone="Asia/Shanghai")
    replayed.advance()
    assert replayed.differences() == ()
    assert [name for name in city.projector.projections if deviations(city.projector, name)] == []
    with city.projector.store.reading() as reading:
        assert differences(trial_balance(reading)) == {}


def exchange(holder: HolderId, points: int) -> ConvertPoints:
    return ConvertPoints(account=holder_account(holder), from_unit=POINT, to_unit=COIN, amount=points)


def policy(holder: HolderId) -> PlaceRedemption:
    return PlaceRedemption(holder=holder, lines=(WantedLine(POLICY, 1),))


def rejected(city: City, holder: HolderId, day: str) -> ClaimId:
    claim = city.walk(holder, day)
    city.review(claim, seconds=SHORT)
    return claim


def test_the_june_of_xiaoli(city: City) -> None:
    """26 patrols filed, one of 97 minutes: 25 x 20 = 500 points, 500 coins, a policy of 400, 100 left."""
    xiaoli = city.volunteer("小李")
    claims = [city.walk(xiaoli, f"2022-06-{day:02}") for day in range(1, 27)]
    city.on("2022-06-27")
    outcomes = [city.review(claim, seconds=SHORT if claim == claims[9] else 7200) for claim in claims]

    (short,) = [it.data for outcome in outcomes for it in outcome.envelopes if isinstance(it.data, PatrolRejected)]
    assert (short.claim, short.findings) == (claims[9], (Finding("too-short", measured=97, limit=120),))
    assert city.balance(xiaoli, POINT) == 500

    city.do(exchange(xiaoli, 500))
    assert (city.balance(xiaoli, POINT), city.balance(xiaoli, COIN)) == (0, 500)

    sold = city.on("2022-06-30").do(policy(xiaoli))
    assert city.balance(xiaoli) == 100
    entitled = city.ledger.the(Entitlement, sold.tx)
    assert (entitled.starts_on, entitled.ends_on) == ("2022-07-01", "2023-06-30")
    consistent(city)


def test_a_holder_of_900_coins_is_refused_a_second_policy_and_keeps_500(city: City) -> None:
    zhou = city.volunteer("周")
    city.do(GrantPoints(to=holder_account(zhou), unit=COIN, amount=900, reason="other"), by=city.officer)
    city.do(policy(zhou))
    with pytest.raises(EntitlementInForce):
        city.do(policy(zhou))
    assert city.balance(zhou) == 500


def test_what_a_policy_cost_leads_to_the_patrols_that_paid_it(city: City) -> None:
    """From the debit through the conversion to each patrol: its task and route, what was found, who approved it."""
    xiaoli = city.volunteer("小李")
    claims = [city.walk(xiaoli, f"2022-06-{day:02}") for day in (1, 2)]
    city.review(claims[0])
    city.review(claims[1], gap=1500)
    approved = city.do(ApprovePatrol(claim=claims[1], reason="phone-failed"), by=city.reviewer)
    city.do(GrantPoints(to=holder_account(xiaoli), unit=COIN, amount=360, reason="other"), by=city.officer)
    city.do(exchange(xiaoli, 40))
    explained = city.explain(city.do(policy(xiaoli)).tx)

    before = [origin for lot in explained["lots"] for origin in lot.get("came_from", ())]
    patrols = [origin["patrol"] for origin in before]
    assert [(it["claim"], it["task"], it["route"], it["on"], it["slot"]) for it in patrols] == [
        (claims[0], "songtai-2.2022-06-01.evening", "songtai-2", "2022-06-01", "evening"),
        (claims[1], "songtai-2.2022-06-02.evening", "songtai-2", "2022-06-02", "evening"),
    ]
    assert [(it["reviewed_by"], it["by"]["subject"]) for it in patrols] == [
        ("machine", None),
        ("person", city.reviewer.subject),
    ]
    assert [[finding["code"] for finding in it["findings"]] for it in patrols] == [[], ["gap"]]
    assert city.explain(approved.tx)["patrol"] == patrols[1]

    # What `jifen explain` prints of it: a line for each, whether it looks at the policy or at the approval itself.
    lines = [
        (patrol["position"], patrol["task"], patrol["claim"], 120, reviewer, None)
        for patrol, reviewer in zip(patrols, ("machine", "person"), strict=True)
    ]
    assert [tuple(grid.rows) for grid in printed(explained)] == [tuple(lines)]
    assert [tuple(grid.rows) for grid in printed(city.explain(approved.tx))] == [(lines[1],)]


def test_finish_is_sent_twice_after_a_lost_answer(city: City) -> None:
    """With the same key the answer comes again; with another it is refused, and nothing has changed."""
    xiaoli = city.volunteer("小李")
    claim = city.walk(xiaoli, "2022-06-01")
    again = FinishPatrol(claim=claim, device="phone")
    city.on("2022-06-02")
    with pytest.raises(NotEligible) as refused:
        city.do(again, key="another")
    assert refused.value.reason == "finished"
    city.review(claim)
    city.review(claim)
    assert city.balance(xiaoli, POINT) == 20


def test_the_same_key_answers_a_finish_again(city: City) -> None:
    xiaoli = city.volunteer("小李")
    open_one, start, finish, _ = walking("c1", day="2022-06-01", holder=xiaoli)
    city.on("2022-06-01T10:00:00.000000Z").do(open_one)
    city.do(start)
    first = city.on("2022-06-01T12:00:00.000000Z").do(finish, key="finish-1")
    second = city.on("2022-06-01T12:00:07.000000Z").do(finish, key="finish-1")
    assert (second.replayed, second.tx) == (True, first.tx)
    assert sum(isinstance(it.data, PatrolFinished) for it in city.facts()) == 1


def test_an_appeal_granted_after_the_month_was_closed_pays_once_for_the_closed_one(city: City) -> None:
    xiaoli = city.volunteer("小李")
    claim = rejected(city, xiaoli, "2022-06-30")
    city.on("2022-07-01").do(AppealPatrol(claim=claim))
    city.closes(carry=True)
    grant = DecidePatrolAppeal(claim=claim, granted=True, reason="gps-drift")
    granted = city.on("2022-07-03").do(grant, by=city.officer)

    approved, earned = (
        next(it for it in granted.envelopes if isinstance(it.data, kind)) for kind in (PatrolApproved, PointsEarned)
    )
    rejection = next(it for it in city.facts() if isinstance(it.data, PatrolRejected))
    assert approved.data.corrects == rejection.pos
    assert (earned.period, earned.belongs_to) == ("2022-07", JUNE)
    assert (city.balance(xiaoli, POINT), city.ledger.the(Claim, claim).status) == (20, "approved")
    consistent(city)


def test_patrols_that_wait_for_a_person_are_open_items_of_the_month(city: City) -> None:
    xiaoli = city.volunteer("小李")
    contested = rejected(city, xiaoli, "2022-06-01")
    city.do(AppealPatrol(claim=contested))
    waiting = city.walk(xiaoli, "2022-06-02")
    city.review(waiting, gap=1500)
    city.review(city.walk(xiaoli, "2022-06-03"))
    city.on("2022-07-01")
    with pytest.raises(OpenItemsRemainError) as refused:
        city.closes()
    assert [(item.kind, item.id) for item in refused.value.items] == [("patrol-appeal", contested), ("review", waiting)]
    city.closes(carry=True)
    carried = next(it.data.carried for it in city.facts() if isinstance(it.data, PeriodClosing))
    assert [(count.kind, count.count) for count in carried] == [("patrol-appeal", 1), ("review", 1)]


def test_nobody_reviews_himself_under_any_of_his_keys(city: City) -> None:
    """A volunteer who also reviews is registered as the person behind his record."""
    xiaoli = city.volunteer("小李")
    claim = city.walk(xiaoli, "2022-06-01")
    city.review(claim, gap=1500)
    himself = f"person:{xiaoli}"
    for by in (By(principal=himself, subject=himself), By(principal="client:desk", subject=himself)):
        with pytest.raises(SelfApproval):
            city.do(ApprovePatrol(claim=claim), by=by)
    city.do(ApprovePatrol(claim=claim), by=city.reviewer)
    assert city.balance(xiaoli, POINT) == 20

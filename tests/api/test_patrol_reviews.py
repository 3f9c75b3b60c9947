"""What a review says over HTTP: to the volunteer, to those who review, and who may decide."""

from collections.abc import Iterator

import pytest

from ledger.vault.principals import Principal
from tests.api.patrolling import Ground, patrolling


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    with patrolling(tmp_path_factory.mktemp("reviews")) as running:
        yield running


def balance(ground: Ground, holder: str) -> int:
    account: int = ground.seen(f"/accounts/holder:{holder}?unit=patrol_point")["balance"]
    return account


def referred(ground: Ground, holder: str | None = None) -> str:
    """One with a gap, which the machine leaves to a person."""
    claim = ground.finished(holder)
    ground.reviewed(claim, longest_gap_seconds=1500)
    return claim


def rejected(ground: Ground, holder: str | None = None) -> str:
    """One that was 97 minutes short."""
    claim = ground.finished(holder)
    ground.reviewed(claim, minutes=97)
    return claim


# What the machine decides ------------------------------------------------------------------------------------


def test_an_approved_patrol_says_what_it_credited(ground: Ground) -> None:
    holder = ground.person()
    claim = ground.finished(holder)
    ground.reviewed(claim)
    shown = ground.seen(f"/claims/{claim}", holder)
    assert (shown["status"], shown["review"]["findings"], shown["review"]["reviewed_by"]) == ("approved", [], "machine")
    assert shown["review"]["credited"] == [{"behaviour": "patrol", "unit": "patrol_point", "amount": 20}]
    assert balance(ground, holder) == 20


def test_the_fourth_patrol_of_a_day_counts_and_says_why_it_earned_nothing(ground: Ground) -> None:
    holder = ground.person()
    claims = [ground.finished(holder) for _ in range(4)]
    for claim in claims:
        ground.reviewed(claim)
    shown = {it["id"]: it for it in ground.seen(f"/claims?holder={holder}")["claims"]}
    assert [shown[claim]["status"] for claim in claims] == ["approved"] * 4
    assert [len(shown[claim]["review"]["credited"]) for claim in claims] == [1, 1, 1, 0]
    (withheld,) = shown[claims[-1]]["review"]["withheld"]
    assert (withheld["code"], withheld["limit"], withheld["sentence"]) == ("limit-exceeded", 3, "超出限额")
    assert balance(ground, holder) == 60


def test_a_rejection_says_every_reason_in_both_languages_and_until_when_to_appeal(ground: Ground) -> None:
    claim = ground.finished()
    ground.reviewed(claim, minutes=97, missed=4)
    for lang, sentences in {
        "zh-CN": [
            "巡逻 97 分钟，不足 120 分钟。",
            "没有经过第 4 号巡逻点：最近时相距 287 米，应在 40 米以内。",
        ],
        "en": [
            "97 minutes walked; at least 120 are asked for.",
            "Patrol point 4 was missed: 287 m away at the nearest, at most 40 m count.",
        ],
    }.items():
        review = ground.get(f"/claims/{claim}", role="patrol-app", Accept_Language=lang).json()["review"]
        assert [it["sentence"] for it in review["findings"]] == sentences
        assert [(it["code"], it["measured"], it["limit"]) for it in review["findings"]] == [
            ("too-short", 97, 120),
            ("point-missed", 287, 40),
        ]
        assert review["appeal_until"] == "2022-06-29T16:00:00.000000Z"


def test_until_a_person_has_decided_a_volunteer_sees_that_it_is_under_review_and_nothing_else(ground: Ground) -> None:
    holder = ground.person()
    claim = referred(ground, holder)
    for role in (holder, "patrol-app"):
        shown = ground.seen(f"/claims/{claim}", role)
        assert (shown["status"], shown["review"]) == ("under-review", None)
    for role in ("reviewer", "officer"):
        findings = ground.seen(f"/claims/{claim}", role)["review"]["findings"]
        assert [(it["code"], it["measured"]) for it in findings] == [("gap", 1500)]


def test_neither_the_feed_nor_the_transaction_tells_the_volunteer_what_was_found(ground: Ground) -> None:
    holder = ground.person()
    after = ground.opened.ledger.storage.head().position
    referred(ground, holder)
    (fact,) = ground.seen(f"/events?after={after}&types=patrol-referred.v1", holder)["events"]
    assert not {"findings", "measured"} & set(fact["data"])
    for path in (f"/transactions/{fact['tx']}", f"/transactions/{fact['tx']}/explain"):
        assert ground.get(path, role="officer").text.count('"gap"') >= 1
        assert "gap" not in ground.get(path, role=holder).text


def test_an_app_follows_what_becomes_of_patrols_and_is_not_told_what_a_person_has_yet_to_decide(ground: Ground) -> None:
    after = ground.opened.ledger.storage.head().position
    referred(ground)
    ground.reviewed(ground.finished())
    types = "patrol-referred.v1,patrol-approved.v1,points-earned.v1"
    told = ground.seen(f"/events?after={after}&types={types}")["events"]
    assert [it["type"] for it in told] == ["patrol-referred.v1", "patrol-approved.v1"]
    assert not {"findings", "measured"} & set(told[0]["data"])
    (seen,) = ground.seen(f"/events?after={after}&types=patrol-referred.v1", "officer")["events"]
    assert seen["data"]["findings"][0]["code"] == "gap"
    for role in ("counter", "supervisor", "reviewer"):
        assert ground.seen(f"/events?after={after}", role)["events"] == []


# People ------------------------------------------------------------------------------------------------------


def test_the_queue_shows_the_longest_waiting_first_with_a_sentence_for_each_finding(ground: Ground) -> None:
    before = len(ground.seen("/reviews", "reviewer")["reviews"])
    first, second = referred(ground), referred(ground)
    waiting = ground.seen("/reviews?limit=1000", "reviewer")["reviews"][before:]
    assert [it["claim"] for it in waiting] == [first, second]
    assert waiting[0]["findings"][0]["sentence"] == "轨迹中断 25 分钟（超过 5 分钟），由人工审核。"
    assert (waiting[0]["on"], waiting[0]["slot"]) == ("2022-06-14", "evening")
    page = ground.seen(f"/reviews?limit={before + 1}", "reviewer")
    assert ground.seen(f"/reviews?after={page['next']}", "reviewer")["reviews"] == waiting[1:]


@pytest.mark.parametrize("role", ["patrol-app", "counter", "auditor", "approver", "supervisor"])
def test_only_who_reviews_sees_the_queue_or_decides(ground: Ground, role: str) -> None:
    claim = referred(ground)
    assert ground.get("/reviews", role=role).status_code == 403
    for verb, body in (("approve", {}), ("reject", {"reason": "not-walked"})):
        assert ground.refused(f"/claims/{claim}/{verb}", body, role) == (403, "forbidden")


def test_a_person_approves_and_the_volunteer_is_credited(ground: Ground) -> None:
    holder = ground.person()
    claim = referred(ground, holder)
    body = {"reason": "phone-failed", "note": "电池没电了"}
    approved = ground.done(f"/claims/{claim}/approve", body, "reviewer")
    assert (approved["type"], approved["status"], approved["amount"]) == ("review", "approved", 20)
    review = ground.seen(f"/claims/{claim}", holder)["review"]
    assert (review["reviewed_by"], review["reason"], review["reason_name"]) == ("person", "phone-failed", "手机故障")
    assert "note" not in review
    assert ground.seen(f"/claims/{claim}", "reviewer")["review"]["note"] == "电池没电了"
    assert "电池" not in ground.get(f"/transactions/{approved['tx']}").text
    assert balance(ground, holder) == 20
    assert ground.refused(f"/claims/{claim}/reject", {"reason": "not-walked"}, "officer") == (409, "already-decided")


def test_an_approval_is_answered_to_the_byte_when_it_is_sent_again(ground: Ground) -> None:
    claim = referred(ground)
    first, again = (
        ground.post(f"/claims/{claim}/approve", {"note": "看过了"}, key="approve-again", role="reviewer") for _ in "ab"
    )
    assert (first.status_code, again.content) == (201, first.content)
    assert again.headers["Idempotent-Replayed"] == "true"


@pytest.mark.parametrize(
    ("verb", "body", "status", "code"),
    [
        ("approve", {"reason": "no-such-reason"}, 422, "unknown-scheme-term"),
        ("reject", {}, 422, "malformed"),
        ("appeal", {}, 409, "not-eligible"),
        ("appeal/decide", {"granted": True, "reason": "appeal-granted"}, 404, "not-found"),
    ],
)
def test_what_waits_for_a_person_refuses(
    ground: Ground, verb: str, body: dict[str, object], status: int, code: str
) -> None:
    claim = referred(ground)
    assert ground.refused(f"/claims/{claim}/{verb}", body, "officer") == (status, code)


def test_a_client_decides_nothing_whatever_it_may(ground: Ground) -> None:
    principals = ground.opened.vault.principals
    principals.add(Principal(id="client:robot", roles=("reviewer",)))
    ground.keys = {**ground.keys, "robot": principals.create_key("client:robot")[0]}
    claim = referred(ground)
    for verb, body in (
        ("approve", {}),
        ("reject", {"reason": "not-walked"}),
        ("appeal/decide", {"granted": True, "reason": "appeal-granted"}),
    ):
        assert ground.refused(f"/claims/{claim}/{verb}", body, "robot") == (403, "forbidden")


def test_nobody_reviews_a_patrol_that_he_has_reported_himself(ground: Ground) -> None:
    claim = ground.claimed()["id"]
    ground.done(f"/claims/{claim}/start", {"device": "p", "occurred_at": "2022-06-14T18:42:00+08:00"}, "officer")
    ground.done(f"/claims/{claim}/finish", {"occurred_at": "2022-06-14T20:55:00+08:00"}, "officer")
    ground.reviewed(claim, longest_gap_seconds=1500)
    assert ground.refused(f"/claims/{claim}/approve", {}, "officer") == (403, "self-approval")
    ground.done(f"/claims/{claim}/approve", {}, "reviewer")


# Appeals -----------------------------------------------------------------------------------------------------


def test_a_volunteer_appeals_and_another_person_decides(ground: Ground) -> None:
    holder = ground.person()
    claim = rejected(ground, holder)
    appealed = ground.done(f"/claims/{claim}/appeal", {"note": "手机中途没电"}, holder)
    assert (appealed["type"], appealed["status"]) == ("review", "appealed")
    (waiting,) = [it for it in ground.seen("/reviews?status=appealed", "reviewer")["reviews"] if it["claim"] == claim]
    assert waiting["note"] == "手机中途没电"

    body = {"granted": True, "reason": "appeal-granted"}
    granted = ground.done(f"/claims/{claim}/appeal/decide", body, "reviewer")

    shown = ground.seen(f"/claims/{claim}", holder)
    assert (granted["status"], shown["status"], balance(ground, holder)) == ("approved", "approved", 20)
    assert shown["review"]["corrects"] is not None
    assert ground.refused(f"/claims/{claim}/appeal/decide", body, "officer") == (409, "already-decided")
    assert balance(ground, holder) == 20


def test_an_appeal_that_is_denied_leaves_the_rejection(ground: Ground) -> None:
    holder = ground.person()
    claim = rejected(ground, holder)
    ground.done(f"/claims/{claim}/appeal", {})
    denied = ground.done(f"/claims/{claim}/appeal/decide", {"granted": False, "reason": "rule-not-met"}, "reviewer")
    shown = ground.seen(f"/claims/{claim}", holder)
    assert (denied["status"], shown["status"], shown["review"]["status"]) == ("upheld", "rejected", "upheld")
    assert shown["review"]["appeal_reason"] == "rule-not-met"
    assert (balance(ground, holder), ground.refused(f"/claims/{claim}/appeal")) == (0, (409, "already-exists"))

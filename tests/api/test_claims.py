"""A claim over HTTP, from the grab to the finish: whose it is, what stands in its way, and what is sent twice."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from ledger.patrols.entities import Claim
from ledger.values import Instant
from ledger.vault.principals import Principal
from tests.api.patrolling import FINISHED, STARTED, Ground, patrolling


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    with patrolling(tmp_path_factory.mktemp("claims")) as running:
        yield running


# The life of a claim ------------------------------------------------------------------------------------------


def test_an_app_takes_a_volunteer_from_the_grab_to_the_review(ground: Ground) -> None:
    holder = ground.person()
    claim = ground.claimed(holder)
    assert (claim["type"], claim["status"], claim["holder"]) == ("claim", "open", holder)

    ground.done(f"/claims/{claim['id']}/start", {"device": "phone-1", "occurred_at": STARTED})
    ground.done(f"/claims/{claim['id']}/points", {"point": 1, "occurred_at": STARTED})
    finished = ground.done(f"/claims/{claim['id']}/finish", {"device": "phone-1", "occurred_at": FINISHED})

    shown = ground.seen(f"/claims/{claim['id']}")
    assert (finished["status"], shown["status"]) == ("under-review", "under-review")
    assert [(it["point"], it["times"]) for it in shown["points"]] == [(1, 1)]
    assert (shown["started_at"], shown["finished_at"]) == ("2022-06-14T10:42:00.000000Z", "2022-06-14T12:55:00.000000Z")


def test_a_place_that_is_given_back_is_free_and_says_why(ground: Ground) -> None:
    claim = ground.claimed()
    ground.done(f"/claims/{claim['id']}/give-back", {"reason": "cannot-come"})
    assert ground.seen(f"/tasks/{claim['task']}")["free"] == 1
    ended = ground.seen(f"/claims/{claim['id']}")["ended"]
    assert (ended["cause"], ended["reason"], ended["sentence"]) == ("given-back", "cannot-come", "已退回任务。")


def test_a_phone_that_comes_back_goes_on_and_another_is_let_go_on_by_a_reviewer(ground: Ground) -> None:
    claim = ground.started()
    ground.done(f"/claims/{claim}/resume", {"device": "phone-1"})
    assert ground.refused(f"/claims/{claim}/start", {"device": "phone-2"}) == (409, "patrol-running")
    assert ground.refused(f"/claims/{claim}/resume", {"device": "phone-2"}) == (409, "patrol-running")
    assert ground.refused(f"/claims/{claim}/resume", {"device": "phone-2", "replaces": True}) == (403, "forbidden")
    ground.done(f"/claims/{claim}/resume", {"device": "phone-2", "replaces": True}, "officer")
    assert ground.refused(f"/claims/{claim}/finish", {"device": "phone-1"}) == (409, "patrol-running")


def test_a_finish_may_bring_the_start_with_it(ground: Ground) -> None:
    claim = ground.claimed()["id"]
    body = {"started_at": STARTED, "occurred_at": FINISHED, "device": "phone-1"}
    finished = ground.done(f"/claims/{claim}/finish", body)
    assert finished["status"] == "under-review"
    assert [it["status"] for it in finished["effects"]] == ["under-review"]


def test_a_device_is_kept_as_a_mac_alone(ground: Ground) -> None:
    claim = ground.started(device="IMEI-356938035643809")
    kept = ground.opened.ledger.the(Claim, claim).device
    assert kept is not None
    assert len(kept) == 40
    assert "35693803" not in kept + ground.get(f"/claims/{claim}").text
    facts = ground.opened.ledger.storage.facts_of(f"claim:{claim}")
    assert not [row for row in facts if b"35693803" in row.state]


# What stands in the way -----------------------------------------------------------------------------------------


def test_places_go_first_come_first_served(ground: Ground) -> None:
    task, people = ground.task(places=3), [ground.person() for _ in range(50)]
    with ThreadPoolExecutor(25) as threads:
        answers = list(
            threads.map(lambda it: ground.post(f"/tasks/{task}/claim", {"holder": it}, key=it, role="admin"), people)
        )
    assert sorted(it.status_code for it in answers) == [201] * 3 + [409] * 47
    assert {it.json()["code"] for it in answers if it.status_code == 409} == {"task-taken"}
    assert ground.seen(f"/tasks/{task}")["free"] == 0


def test_one_open_claim_a_person_and_once_a_task(ground: Ground) -> None:
    holder = ground.person()
    claim = ground.claimed(holder, places=5)
    other = ground.task()
    answer = ground.post(f"/tasks/{other}/claim", {"holder": holder}, key=ground.key(), role="patrol-app")
    assert (answer.status_code, answer.json()["code"], answer.json()["claim"]) == (409, "claim-open", claim["id"])
    ground.done(f"/claims/{claim['id']}/finish", {"started_at": STARTED, "occurred_at": FINISHED})
    assert ground.refused(f"/tasks/{claim['task']}/claim", {"holder": holder}) == (409, "limit-exceeded")


@pytest.mark.parametrize(
    ("verb", "body", "status", "code"),
    [
        ("start", {"device": "p", "occurred_at": "2022-06-14T17:59:00+08:00"}, 409, "slot-closed"),
        ("finish", {}, 409, "not-eligible"),
        ("resume", {"device": "p"}, 409, "not-eligible"),
        ("points", {"point": 7}, 404, "not-found"),
        ("points", {"point": 0}, 422, "malformed"),
        ("start", {}, 422, "malformed"),
        ("finish", {"started_at": "2999-01-01T00:00:00Z"}, 422, "malformed"),
        ("give-back", {"reason": "no-such-reason"}, 422, "unknown-scheme-term"),
    ],
)
def test_an_open_claim_refuses(ground: Ground, verb: str, body: dict[str, object], status: int, code: str) -> None:
    claim = ground.claimed()["id"]
    assert ground.refused(f"/claims/{claim}/{verb}", body) == (status, code)
    assert ground.seen(f"/claims/{claim}")["status"] == "open"


@pytest.mark.parametrize("verb", ["start", "resume", "finish", "give-back"])
def test_a_finished_claim_refuses_and_stays_as_it_is(ground: Ground, verb: str) -> None:
    claim = ground.finished()
    body = {"device": "phone-1"} if verb != "give-back" else {}
    answer = ground.post(f"/claims/{claim}/{verb}", body, key=ground.key(), role="patrol-app")
    assert (answer.status_code, answer.json()["code"], answer.json()["reason"]) == (409, "not-eligible", "finished")
    assert ground.seen(f"/claims/{claim}")["status"] == "under-review"


@pytest.mark.parametrize("verb", ["start", "resume", "finish", "give-back", "points", "appeal"])
def test_a_claim_that_is_not_there_is_not_found(ground: Ground, verb: str) -> None:
    body = {"points": {"point": 1}, "start": {"device": "p"}, "resume": {"device": "p"}}.get(verb, {})
    assert ground.refused(f"/claims/nothing/{verb}", body) == (404, "not-found")
    assert ground.refused("/tasks/nothing/claim", {"holder": ground.person()}) == (404, "not-found")


# Twice, late, at once ---------------------------------------------------------------------------------------------


def test_every_step_is_answered_to_the_byte_when_it_is_sent_again(ground: Ground) -> None:
    task, holder = ground.task(), ground.person()
    first = ground.post(f"/tasks/{task}/claim", {"holder": holder}, key="again", role="patrol-app")
    claim = first.json()["id"]
    steps = {
        "start": {"device": "p", "occurred_at": STARTED},
        "points": {"point": 2, "occurred_at": STARTED},
        "resume": {"device": "p"},
        "finish": {"device": "p", "occurred_at": FINISHED},
    }
    sent = {
        verb: ground.post(f"/claims/{claim}/{verb}", body, key=f"again-{verb}", role="patrol-app")
        for verb, body in steps.items()
    }
    for verb, body in steps.items():
        again = ground.post(f"/claims/{claim}/{verb}", body, key=f"again-{verb}", role="patrol-app")
        assert (again.content, again.headers["Idempotent-Replayed"]) == (sent[verb].content, "true")
    again = ground.post(f"/tasks/{task}/claim", {"holder": holder}, key="again", role="patrol-app")
    assert again.content == first.content


def test_a_finish_under_another_key_changes_nothing(ground: Ground) -> None:
    claim = ground.finished()
    before = ground.opened.ledger.the(Claim, claim)
    assert ground.refused(f"/claims/{claim}/finish", {"occurred_at": FINISHED}) == (409, "not-eligible")
    assert ground.opened.ledger.the(Claim, claim) == before


def test_a_batch_carries_a_whole_patrol(ground: Ground) -> None:
    task, holder, claim = ground.task(), ground.person(), "claim-of-a-batch"
    commands = [
        {"type": "claim", "id": claim, "task": task, "holder": holder},
        {"type": "start", "id": "b-start", "claim": claim, "device": "p", "occurred_at": STARTED},
        {"type": "point", "id": "b-point", "claim": claim, "point": 3, "occurred_at": STARTED},
        {"type": "resume", "id": "b-resume", "claim": claim, "device": "p"},
        {"type": "finish", "id": "b-finish", "claim": claim, "occurred_at": FINISHED},
        {"type": "give-back", "id": "b-back", "claim": claim},
    ]
    outcomes = ground.post("/batches", {"commands": commands}, role="patrol-app").json()["outcomes"]
    assert [it["status"] for it in outcomes] == [201, 201, 201, 201, 201, 409]
    assert ground.seen(f"/claims/{claim}")["status"] == "under-review"


# Whose it is ------------------------------------------------------------------------------------------------------


def test_a_holder_walks_for_itself_with_its_own_key(ground: Ground) -> None:
    holder, task = ground.person(), ground.task()
    claim = ground.done(f"/tasks/{task}/claim", {}, holder)
    assert claim["holder"] == holder
    ground.done(f"/claims/{claim['id']}/start", {"device": "p", "occurred_at": STARTED}, holder)
    ground.done(f"/claims/{claim['id']}/points", {"point": 1}, holder)
    ground.done(f"/claims/{claim['id']}/finish", {"occurred_at": FINISHED}, holder)
    assert ground.seen(f"/claims/{claim['id']}", holder)["status"] == "under-review"
    assert [it["id"] for it in ground.seen("/claims", holder)["claims"]] == [claim["id"]]


@pytest.mark.parametrize("verb", ["start", "resume", "finish", "give-back", "points", "appeal"])
def test_anothers_claim_looks_to_a_holder_like_none(ground: Ground, verb: str) -> None:
    holder, claim = ground.person(), ground.claimed()["id"]
    body = {"points": {"point": 1}, "start": {"device": "p"}, "resume": {"device": "p"}}.get(verb, {})
    anothers, none = (
        ground.post(f"/claims/{id}/{verb}", body, key=ground.key(), role=holder) for id in (claim, "claim-none")
    )
    assert (anothers.status_code, none.status_code) == (404, 404)
    assert anothers.text.replace(claim, "…") == none.text.replace("claim-none", "…")
    app = ground.post(f"/claims/claim-none/{verb}", body, key=ground.key(), role="patrol-app")
    assert app.text == none.text


def test_a_holder_neither_claims_nor_sees_for_another(ground: Ground) -> None:
    holder, other, task = ground.person(), ground.person(), ground.task()
    claim = ground.done(f"/tasks/{task}/claim", {"holder": other})["id"]
    answers = [
        ground.post(f"/tasks/{task}/claim", {"holder": other}, key=ground.key(), role=holder),
        ground.get(f"/claims/{claim}", role=holder),
        ground.get(f"/claims?holder={other}", role=holder),
    ]
    nobody = [
        ground.post(f"/tasks/{task}/claim", {"holder": "h-none"}, key=ground.key(), role=holder),
        ground.get("/claims/h-none", role=holder),
        ground.get("/claims?holder=h-none", role=holder),
    ]
    assert [it.status_code for it in (*answers, *nobody)] == [404] * 6
    for real, none in zip(answers, nobody, strict=True):
        assert real.text.replace(other, "…").replace(claim, "…") == none.text.replace("h-none", "…")
    assert ground.seen("/claims", holder)["claims"] == []


def test_whoever_answers_for_a_merged_record_goes_on_with_its_patrol(ground: Ground) -> None:
    old, living, stranger = ground.person(), ground.person(), ground.person()
    claim = ground.started(old)
    ground.done(f"/people/{old}/merge", {"into": living, "reason": "correction"}, "admin")
    assert ground.get(f"/claims/{claim}", role=stranger).status_code == 404
    assert [it["id"] for it in ground.seen("/claims", living)["claims"]] == [claim]
    assert [it["id"] for it in ground.seen(f"/claims?holder={living}")["claims"]] == [claim]
    ground.done(f"/claims/{claim}/finish", {"device": "phone-1", "occurred_at": FINISHED}, living)
    assert ground.seen(f"/claims/{claim}", living)["status"] == "under-review"


def test_a_holders_key_that_is_bound_to_nobody_sees_and_does_nothing(ground: Ground) -> None:
    principals = ground.opened.vault.principals
    principals.add(Principal(id="person:unbound", roles=("holder",)))
    ground.keys = {**ground.keys, "unbound": principals.create_key("person:unbound")[0]}
    claim, task = ground.claimed()["id"], ground.task()
    assert ground.refused(f"/claims/{claim}/finish", {"occurred_at": FINISHED}, "unbound") == (404, "not-found")
    assert ground.refused(f"/tasks/{task}/claim", {"holder": ground.person()}, "unbound") == (404, "not-found")
    assert [ground.get(path, role="unbound").status_code for path in (f"/claims/{claim}", "/claims")] == [404, 404]


@pytest.mark.parametrize("type", ["claim", "start", "finish", "patrol-approval", "patrol-appeal-decision"])
def test_nobody_proposes_to_walk_or_to_review(ground: Ground, type: str) -> None:
    answer = ground.post("/proposals", {"command": {"type": type}}, key=ground.key(), role="admin")
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/command/type")


def test_who_claims_for_nobody_in_particular_is_told_so(ground: Ground) -> None:
    answer = ground.post(f"/tasks/{ground.task()}/claim", {}, key=ground.key(), role="patrol-app")
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/holder")


def test_the_feed_tells_a_volunteer_its_own_patrols_alone(ground: Ground) -> None:
    holder, other = ground.person(), ground.person()
    after = ground.opened.ledger.storage.head().position
    mine, theirs = ground.finished(holder), ground.finished(other)
    told = ground.get(f"/events?after={after}", role=holder)
    assert [it["type"] for it in told.json()["events"]] == [
        "task-claimed.v1",
        "patrol-started.v1",
        "patrol-finished.v1",
    ]
    assert mine in told.text
    assert theirs not in told.text
    assert other not in told.text


# Lists ------------------------------------------------------------------------------------------------------------


def test_claims_are_listed_by_whose_and_how_they_stand(ground: Ground) -> None:
    holder = ground.person()
    finished, open = ground.finished(holder), ground.claimed(holder)["id"]
    listed = [
        [it["id"] for it in ground.seen(f"/claims?holder={holder}{more}")["claims"]]
        for more in ("", "&status=under-review", "&status=open", "&limit=1")
    ]
    assert listed == [[finished, open], [finished], [open], [finished]]
    following = ground.seen(f"/claims?holder={holder}&limit=1")["next"]
    assert [it["id"] for it in ground.seen(f"/claims?holder={holder}&after={following}")["claims"]] == [open]
    assert ground.get("/claims?status=referred").status_code == 422


# Time ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def evening(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    """One whose clock a test may move."""
    with patrolling(tmp_path_factory.mktemp("evening"), Instant("2022-06-14T10:30:00.000000Z")) as running:
        yield running


def test_what_was_not_started_in_time_is_shown_as_fallen_back_before_anything_records_it(evening: Ground) -> None:
    claim = evening.claimed()
    head = evening.opened.ledger.storage.head().position
    evening.clock.move_to(Instant("2022-06-14T11:00:00.000000Z"))

    shown, task = evening.seen(f"/claims/{claim['id']}"), evening.seen(f"/tasks/{claim['task']}")

    assert (shown["status"], shown["ended"]["cause"]) == ("lapsed", "not-started")
    assert (task["free"], task["open"]) == (1, True)
    open = [it["id"] for it in evening.seen("/tasks?on=2022-06-14&open=true")["tasks"]]
    assert open == [claim["task"]]
    listed = {status: evening.seen(f"/claims?status={status}")["claims"] for status in ("open", "lapsed")}
    assert [[it["id"] for it in found] for found in listed.values()] == [[], [claim["id"]]]
    assert evening.opened.ledger.storage.head().position == head


def test_a_start_that_happened_in_time_revives_and_one_that_did_not_is_expired(evening: Ground) -> None:
    late, early = evening.claimed()["id"], evening.claimed()["id"]
    evening.clock.move_to(Instant("2022-06-14T12:00:00.000000Z"))
    assert evening.refused(f"/claims/{late}/start", {"device": "p"}) == (409, "claim-expired")
    revived = evening.done(f"/claims/{early}/start", {"device": "p", "occurred_at": "2022-06-14T18:45:00+08:00"})
    assert revived["revived"] is True


def test_a_typhoon_frees_the_claims_and_tells_why(evening: Ground) -> None:
    claim = evening.claimed()
    evening.done(f"/tasks/{claim['task']}/cancel", {"reason": "typhoon"})
    ended = evening.seen(f"/claims/{claim['id']}")["ended"]
    assert (ended["cause"], ended["reason"], ended["sentence"]) == ("released", "typhoon", "任务已取消：台风。")
    english = evening.get(f"/claims/{claim['id']}", role="patrol-app", Accept_Language="en").json()["ended"]
    assert english["sentence"] == "The task was called off: Typhoon."
    assert evening.refused(f"/tasks/{claim['task']}/claim", {"holder": evening.person()}) == (409, "not-eligible")

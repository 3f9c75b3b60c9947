"""Health checks, quota places and service fairs: each a scheme file alone, on the same rooms (S22, S24, S25)."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from ledger.entitlements.commands import OpenSession
from ledger.entitlements.entities import Entitlement, EntitlementId, Session, SessionId
from ledger.entitlements.facts import EntitlementBooked
from ledger.journal.ledger import Ledger
from ledger.journal.storage import Storage
from ledger.journal.turn import Submission
from ledger.people.commands import RegisterPerson
from ledger.refusals import BookingClosed, EntitlementInForce, NotEligible
from ledger.room import Command
from ledger.scheme.loading import parse_scheme
from ledger.values import Day, HolderId, Instant
from tests.entitlements.mall import LI, WANG, book, cancel, given_to, people, places, scheme_file, unbook, used
from tests.given import Story
from tests.ledgers import COUNTER, opened

CT = scheme_file(
    ct="""
names = { zh = "CT 检查", en = "CT check" }
use = "booking"
one_in_force = true
life = { policy = "fixed-date", month = 12, day = 31 }
"""
)
QUOTA = scheme_file(
    trip="""
names = { zh = "疗休养名额", en = "Recuperation place" }
use = "booking"
one_in_force = true
cancel_days = 7
"""
)
FAIR = scheme_file(
    **{
        code: f"""
names = {{ zh = "{zh}", en = "{code}" }}
use = "once"
life = {{ policy = "rolling-days", days = 0 }}
"""
        for code, zh in {"check": "健康体检", "pack": "暖新礼包", "law": "法律服务"}.items()
    }
)


@contextmanager
def city(folder: Path, scheme: str, day: str) -> Iterator[Ledger]:
    """A stored ledger under a scheme that came as a file."""
    file = folder / "scheme.toml"
    file.write_text(scheme, encoding="utf-8")
    storage = Storage.sqlite(folder / "journal.db", "city")
    storage.create(zone="Asia/Shanghai", scheme="benefits", created_at="2022-05-01T00:00:00.000000Z")
    with opened(storage, at=Instant(day + "T04:00:00.000000Z"), scheme=str(file)) as ledger:
        yield ledger


def all_of(ledger: Ledger, commands: Iterable[Command]) -> None:
    """Many at once, none of them refused."""
    wishes = (Submission(wishes=(ledger.wish(command, by=COUNTER),)) for command in commands)
    assert {outcome.refusal for outcome in ledger.writer.ask_all(wishes)} == {None}


def applied(ledger: Ledger, people: list[HolderId], code: str) -> None:
    """Each is registered and given one, under his own id."""
    all_of(ledger, (RegisterPerson(holder=holder) for holder in people))
    all_of(ledger, (given_to(holder, code, id=holder) for holder in people))


def day_of(id: str, code: str, starts: str, number: int, *, until: str | None = None) -> OpenSession:
    book_until_on = Day(until) if until else None
    return OpenSession(
        id=SessionId(id),
        code=code,
        starts_on=Day(starts),
        ends_on=Day(starts),
        places=number,
        book_until_on=book_until_on,
    )


# Health checks -------------------------------------------------------------------------------------------------


def test_a_van_of_two_hundred_slots_a_day_lets_the_201st_wait(tmp_path: Path) -> None:
    with city(tmp_path, CT, "2022-06-20") as ledger:
        workers = [HolderId(f"w{number:03}") for number in range(201)]
        applied(ledger, workers, "ct")
        all_of(ledger, [day_of("van-1", "ct", "2022-06-21", 200), day_of("van-2", "ct", "2022-06-22", 200)])
        all_of(ledger, (book(worker, "van-1") for worker in workers))
        first = ledger.the(Session, "van-1")
        assert (len(first.booked), [item.entitlement for item in first.waiting]) == (200, ["w200"])
        all_of(ledger, [unbook("w200"), book("w200", "van-2")])
        assert ledger.the(Session, "van-2").booked == ("w200",)


def test_a_check_up_is_had_once_and_not_given_twice_in_a_year() -> None:
    story = people(Story(parse_scheme(CT)).on("2022-06-20"), LI, coins=0)
    story.given(given_to(LI, "ct", id="first"), day_of("van", "ct", "2022-06-20", 1), book("first", "van"))
    story.refuses(given_to(LI, "ct"), EntitlementInForce(until=Day("2022-12-31")))
    story.given(used("first"), given_to(LI, "ct", id="second"))
    story.refuses(used("first"), NotEligible(reason="used"))


# Quota places --------------------------------------------------------------------------------------------------


def test_a_thousand_places_for_1004_applications_by_rank(tmp_path: Path) -> None:
    """1,004 ranked, 1,000 allocated, 4 wait; 6 give up, 4 move up, 998 travel."""
    with city(tmp_path, QUOTA, "2022-06-01") as ledger:
        applicants = [HolderId(f"a{number:04}") for number in range(1004)]
        applied(ledger, applicants, "trip")
        all_of(ledger, [day_of("2022", "trip", "2022-09-01", 0, until="2022-06-30")])
        # The last to apply has the best rank: the order of coming decides nothing here.
        all_of(ledger, (book(one, "2022", rank=1004 - number) for number, one in enumerate(applicants)))
        assert len(ledger.the(Session, "2022").waiting) == 1004

        all_of(ledger, [places(1000, "2022")])
        allocated = ledger.the(Session, "2022")
        assert list(allocated.booked) == [*map(EntitlementId, reversed(applicants))][:1000]
        assert [item.entitlement for item in allocated.waiting] == ["a0003", "a0002", "a0001", "a0000"]

        given_up = [applicants[number] for number in (1003, 900, 77, 500, 4, 321)]
        all_of(ledger, (cancel(one) for one in given_up))
        travelling = ledger.the(Session, "2022")
        assert (len(travelling.booked), travelling.waiting, travelling.free) == (998, (), 2)
        moved = [ledger.mapper.decode(row.state).data for row in ledger.storage.facts(0, 100_000)]
        up = [fact.entitlement for fact in moved if isinstance(fact, EntitlementBooked)][1000:]
        assert up == ["a0003", "a0002", "a0001", "a0000"]
        assert {ledger.the(Entitlement, one).status for one in given_up} == {"cancelled"}


def test_one_place_a_person_whatever_he_applies_for() -> None:
    story = people(Story(parse_scheme(QUOTA)), LI, coins=0).given(given_to(LI, "trip"))
    story.refuses(given_to(LI, "trip"), EntitlementInForce(until=None))


# Service fairs -------------------------------------------------------------------------------------------------


def test_a_courier_uses_three_services_in_one_visit_and_each_once() -> None:
    story = people(Story(parse_scheme(FAIR)).on("2022-06-11"), LI, WANG, coins=0)
    for code in ("check", "pack", "law"):
        story.given(given_to(LI, code, id=code)).given(used(code))
    assert {story.the(Entitlement, code).status for code in ("check", "pack", "law")} == {"used"}
    story.refuses(used("pack"), NotEligible(reason="used"))


def test_what_was_not_used_at_the_fair_is_over_the_next_day() -> None:
    story = (
        people(Story(parse_scheme(FAIR)).on("2022-06-11"), LI, coins=0)
        .given(given_to(LI, "law", id="law"))
        .on("2022-06-12")
    )
    story.refuses(used("law"), NotEligible(reason="lapsed"))


def test_a_service_from_tomorrow_on_is_neither_used_nor_booked_for_today() -> None:
    tomorrow = scheme_file(
        pack="""
names = { zh = "礼包", en = "Pack" }
use = "once"
starts = "next-day"
""",
        seat="""
names = { zh = "座位", en = "Seat" }
use = "booking"
starts = "next-day"
""",
    )
    story = people(Story(parse_scheme(tomorrow)).on("2022-06-11"), LI, coins=0)
    story.given(given_to(LI, "pack", id="pack"), given_to(LI, "seat", id="seat"))
    story.given(day_of("today", "seat", "2022-06-11", 9), day_of("tomorrow", "seat", "2022-06-12", 9))
    story.refuses(used("pack"), NotEligible(reason="not-begun"))
    story.refuses(book("seat", "today"), NotEligible(reason="not-valid-then"))
    story.given(book("seat", "tomorrow")).on("2022-06-12").given(used("pack"), used("seat"))


def test_a_place_that_is_never_refunded_can_be_given_up_until_the_day_before() -> None:
    story = people(Story(parse_scheme(CT)).on("2022-06-20"), LI, WANG, coins=0)
    story.given(given_to(LI, "ct", id="li"), given_to(WANG, "ct", id="wang"), day_of("van", "ct", "2022-06-22", 1))
    story.given(book("li", "van"), book("wang", "van")).on("2022-06-21").given(unbook("li"))
    story.on("2022-06-22").refuses(unbook("wang"), BookingClosed(until=Day("2022-06-21")))

"""What many patrollers want at once: the last place, one claim a person, one finish that is said again and again."""

from ledger.deciding import Wish
from ledger.journal.ledger import Ledger
from ledger.patrols.commands import ClaimTask, FinishPatrol, GiveBackClaim, PublishRoute, PublishTasks, StartPatrol
from ledger.patrols.entities import Claim, PatrolPoint, Task
from ledger.people.commands import RegisterPerson
from ledger.scheme.commands import AdoptScheme
from ledger.scheme.loading import canonical, load_scheme
from ledger.values import ClaimId, Day, HolderId, RouteId, TaskId
from tests.exactly.scenarios import THREADS, Scenario
from tests.ledgers import COUNTER

PEOPLE = 2 * THREADS
ROUTE, TODAY = RouteId("songtai-2"), Day("2022-06-15")
TASKS = tuple(TaskId(f"{ROUTE}.{TODAY}.{slot}") for slot in ("day", "evening"))
MINE = ClaimId("mine")
ENDS = {("finished", 1), ("given-back", 0)}
RULES = {
    "version": 2,
    "slots": {
        "day": {"names": {"zh": "白天", "en": "Day"}, "opens": "08:00", "closes": "18:00"},
        "evening": {"names": {"zh": "晚间", "en": "Evening"}, "opens": "18:00", "closes": "22:00"},
    },
    "patrols": {},
}


def city(ledger: Ledger, *, places: int = 1, people: int = PEOPLE) -> None:
    """A person for each who asks, and two slots of so many places: one runs, one is to come."""
    tables = canonical(load_scheme("conformance")) | RULES
    point = PatrolPoint(number=1, lon_e7=1206000000, lat_e7=279000000, radius_m=40)
    commands = (
        AdoptScheme(scheme=tables, effective_from=Day("2022-06-01")),
        *(RegisterPerson(holder=HolderId(f"p{number}")) for number in range(people)),
        PublishRoute(id=ROUTE, name="松台-2", owner="平台", points=(point,)),
        PublishTasks(route=ROUTE, from_on=TODAY, to_on=TODAY, places=places),
    )
    for number, command in enumerate(commands):
        ledger.submit(command, by=COUNTER, key=f"city {number}")


def under_way(ledger: Ledger) -> None:
    """The first of them has claimed and started."""
    city(ledger, people=1)
    ledger.submit(ClaimTask(task=TASKS[0], holder=HolderId("p0"), id=MINE), by=COUNTER, key="claim")
    ledger.submit(StartPatrol(claim=MINE, device="phone"), by=COUNTER, key="start")


def claiming(ledger: Ledger, number: int) -> Wish:
    wish = ClaimTask(task=TASKS[0], holder=HolderId(f"p{number % PEOPLE}"))
    return ledger.wish(wish, by=COUNTER, key=f"claim {number}")


def claiming_everything(ledger: Ledger, number: int) -> Wish:
    return ledger.wish(ClaimTask(task=TASKS[number % 2], holder=HolderId("p0")), by=COUNTER, key=f"claim {number}")


def finishing(ledger: Ledger, number: int) -> Wish:
    return ledger.wish(FinishPatrol(claim=MINE), by=COUNTER, key=f"finish {number}")


def ending(ledger: Ledger, number: int) -> Wish:
    command = FinishPatrol(claim=MINE) if number % 2 else GiveBackClaim(claim=MINE)
    return ledger.wish(command, by=COUNTER, key=f"end {number}")


def one_person(ledger: Ledger) -> None:
    city(ledger, places=PEOPLE, people=1)


def taken(ledger: Ledger) -> list[int]:
    return [ledger.the(Task, task).taken for task in TASKS]


def mine(ledger: Ledger) -> tuple[str, int]:
    return ledger.the(Claim, MINE).status, sum(taken(ledger))


PATROLLING = {
    "the last place": Scenario(city, claiming, 1, "task-taken", taken, [1, 0]),
    "the last seven places": Scenario(lambda ledger: city(ledger, places=7), claiming, 7, "task-taken", taken, [7, 0]),
    "one claim a person": Scenario(
        one_person, claiming_everything, 1, "claim-open", lambda ledger: sum(taken(ledger)), 1
    ),
    "one finish": Scenario(under_way, finishing, 1, "not-eligible", mine, ("finished", 1)),
    "finish or give back": Scenario(
        under_way, ending, 1, "not-eligible", lambda ledger: mine(ledger) in ENDS, expected=True
    ),
}

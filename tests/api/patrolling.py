"""A served ledger of the scheme `patrol` on the evening of 14 June 2022, for tests of its routes."""

import itertools
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import httpx2

from api.auth import ROLES
from api.ledgers import create_ledger
from api.openapi import document
from api.routes.table import BASE
from ledger.journal.clock import ManualClock
from ledger.reviews.commands import ReviewPatrol
from ledger.reviews.facts import Measured, Passed
from ledger.room import By
from ledger.values import ClaimId, Instant, instant, moment
from ledger.vault.principals import Principal
from tests.api.served import Server, role_key, served, settings_in

DATA: Final = Path(__file__).parents[1] / "patrols" / "data"
GEOJSON: Final = json.loads((DATA / "route-songtai-2.geojson").read_text(encoding="utf-8"))
HALF_PAST_NINE: Final = Instant("2022-06-14T13:30:00.000000Z")
"""In the evening, in Shanghai: within the slot, and late enough for a whole patrol to lie behind."""
STARTED, FINISHED = "2022-06-14T18:42:00+08:00", "2022-06-14T20:55:00+08:00"
SYSTEM: Final = By(principal="system")
PATHS: Final = document()["paths"]
Json = dict[str, Any]


class Ground(Server):
    """The server, with a key for each role, and what an app says in the course of a patrol."""

    clock: ManualClock
    numbers: Iterator[int]

    def key(self) -> str:
        """One that nobody has used."""
        return f"key-{next(self.numbers)}"

    def done(self, path: str, body: Any = None, role: str = "patrol-app", *, key: str | None = None) -> Json:
        """A write that must succeed."""
        answer = self.post(path, body, key=key or self.key(), role=role)
        assert answer.status_code == 201, answer.text
        found: Json = answer.json()
        return found

    def refused(self, path: str, body: Any = None, role: str = "patrol-app") -> tuple[int, str]:
        """Status and code of a write that must be refused."""
        answer = self.post(path, body, key=self.key(), role=role)
        assert answer.status_code >= 400, answer.text
        status, code = answer.status_code, str(answer.json()["code"])
        assert code in described(path, status), f"{path} does not say that it may answer {status} {code}"
        return status, code

    def seen(self, path: str, role: str = "patrol-app") -> Json:
        """A read that must succeed."""
        answer = self.get(path, role=role)
        assert answer.status_code == 200, answer.text
        found: Json = answer.json()
        return found

    def person(self) -> str:
        """A new volunteer; as a role, the holder's id speaks with a key of its own."""
        holder: str = self.done("/people", {"name": "李"}, "admin")["holder"]
        principals = self.opened.vault.principals
        principals.add(Principal(id="person:" + holder, roles=("holder",), holder=holder))
        self.keys = {**self.keys, holder: principals.create_key("person:" + holder)[0]}
        return holder

    def route(self, **members: Any) -> str:
        """A new route, as the data have it."""
        id = f"songtai-{next(self.numbers)}"
        body = {"id": id, "name": "松台-2", "owner": "区总工会", "geojson": GEOJSON, "fund": "union", **members}
        return str(self.done("/routes", body)["id"])

    def task(self, *, places: int = 1, on: str = "2022-06-14", slot: str = "evening", **members: Any) -> str:
        """A task of its own on a route of its own."""
        body = {"route": self.route(**members), "from_on": on, "to_on": on, "slots": [slot], "places": places}
        return str(self.done("/tasks", body)["id"])

    def claimed(self, holder: str | None = None, **members: Any) -> Json:
        """A place of a new task."""
        return self.done(f"/tasks/{self.task(**members)}/claim", {"holder": holder or self.person()})

    def started(self, holder: str | None = None, device: str = "phone-1") -> str:
        """A patrol that began at 18:42."""
        claim: str = self.claimed(holder)["claim"]
        self.done(f"/claims/{claim}/start", {"device": device, "occurred_at": STARTED})
        return claim

    def finished(self, holder: str | None = None) -> str:
        """A patrol that ended at 20:55."""
        claim = self.started(holder)
        self.done(f"/claims/{claim}/finish", {"device": "phone-1", "occurred_at": FINISHED})
        return claim

    def reviewed(self, claim: str, **measured: Any) -> None:
        """What the machine makes of a track: of one without fault, unless something else was measured."""
        self.opened.ledger.submit(ReviewPatrol(claim=ClaimId(claim), measured=measure(**measured)), by=SYSTEM)


def described(path: str, status: int) -> list[str]:
    """The codes with which the description says that a post may be refused."""
    (operation,) = (
        methods["post"]
        for template, methods in PATHS.items()
        if "post" in methods and re.fullmatch(re.sub(r"{\w+}", "[^/]+", template.removeprefix(BASE)), path)
    )
    refused = operation["responses"][str(status)]["content"]["application/problem+json"]["schema"]
    codes: list[str] = refused["allOf"][1]["properties"]["code"]["enum"]
    return codes


def measure(minutes: int = 133, missed: int | None = None, **members: Any) -> Measured:
    """What was measured in a track of a route of six points."""
    first = Instant(instant(moment(Instant("2022-06-14T10:42:00.000000Z"))))
    points = tuple(
        Passed(n, None if n == missed else Instant(f"2022-06-14T1{n}:00:00.000000Z"), 287 if n == missed else 3)
        for n in range(1, 7)
    )
    plain: Json = {
        "first_at": first,
        "last_at": Instant("2022-06-14T12:55:00.000000Z"),
        "seconds": minutes * 60,
        "points": points,
        "fastest_kmh": 5,
        "fastest_step_kmh": 12,
        "longest_gap_seconds": 10,
        "fixes": 800,
        "walked_m": 7900,
    }
    return Measured(**(plain | members))


@contextmanager
def patrolling(place: Path, at: Instant = HALF_PAST_NINE) -> Iterator[Ground]:
    """Serve such a ledger until the block ends."""
    settings, clock = settings_in(place), ManualClock(at)
    with create_ledger(settings, "patrols", "patrol", "Asia/Shanghai", clock=clock) as opened:
        keys = {role: role_key(opened, role) for role in set(ROLES) - {"holder"}}
        with served(settings, opened) as url:
            ground = Ground(url, opened, keys)
            ground.clock, ground.numbers = clock, itertools.count(1)
            try:
                yield ground
            finally:
                ground.close()


def statuses(*answers: httpx2.Response) -> list[int]:
    """Of several answers."""
    return [answer.status_code for answer in answers]

"""Reports of benefits and of kits hold what the facts say folded anew, whoever was merged into whom meanwhile."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from api.commands.following import followed
from api.ledgers import OpenLedger, create_ledger
from api.settings import Settings
from ledger.aids.commands import ApproveAid, ClaimAid, CollectShare, PayAid, RecoverAid, RejectAid, WriteOffAid
from ledger.aids.entities import Asked
from ledger.funds.commands import AppropriateFund, OpenFund
from ledger.handouts.commands import (
    CollectKits,
    CountKits,
    DefineKit,
    HandOutKits,
    MoveKits,
    ReceiveKits,
    ReleaseKits,
    ReturnKits,
    SetKitsAside,
)
from ledger.handouts.entities import Component
from ledger.journal.clock import ManualClock
from ledger.people.commands import MergeHolders, RegisterPerson
from ledger.room import Command
from ledger.values import Day, HolderId, Instant, UnitCode
from projections import aids, handouts
from projections.projector import Projector
from projections.verify import deviations
from tests.aids.giving import HALF, scheme
from tests.given import LEADER, SUPERVISOR

A, B = HolderId("a"), HolderId("b")
EVER = handouts.Span(Instant("1970-01-02T00:00:00.000000Z"), Instant("9998-01-01T00:00:00.000000Z"))


def claims() -> Iterator[Command]:
    """Three paid, of which one came back and one is partly given up; one waits for its share, one was rejected."""
    for id, holder, amount in (("c1", A, 100), ("c2", B, 100), ("c3", A, 50), ("c4", A, 700), ("c5", B, 700)):
        yield ClaimAid(id=id, benefit="aid", lines=(Asked(holder, amount),), funds=("town",))
    yield from (CollectShare(claim=id) for id in ("c1", "c2", "c3"))
    yield from (PayAid(claim=id) for id in ("c1", "c2", "c3"))
    yield RecoverAid(claim="c1", amount=50, payer="a")
    yield WriteOffAid(claim="c2", amount=20, reason="correction")
    yield RejectAid(claim="c5", reason="correction")


def kits() -> Iterator[Command]:
    """Twenty come; some move, are handed out, drawn, collected, released, brought back and missed."""
    yield DefineKit(id="k", name="k", unit=UnitCode("cny"), components=(Component("k", 1, 10),))
    yield ReceiveKits(kit="k", depot="store", pieces=20)
    yield MoveKits(kit="k", depot="store", to="post", pieces=8)
    yield HandOutKits(kit="k", depot="post", pieces=3, heads=2, occasion="joined", place="gate")
    for id, holder in (("h1", A), ("h2", B)):
        signed = {"kit": "k", "depot": "store", "pieces": 1, "occasion": "joined", "signature": "s"}
        yield HandOutKits(id=id, holder=holder, **signed)  # type: ignore[arg-type] # mypy cannot tell which is which
    yield ReturnKits(hand_out="h1", pieces=1, damaged=True, reason="correction")
    for id in ("r1", "r2", "r3"):
        kept = {"kit": "k", "depot": "store", "pieces": 2, "occasion": "joined", "holder": A}
        yield SetKitsAside(id=id, collect_by_on=Day("2022-06-30"), **kept)  # type: ignore[arg-type] # nor here which of them are which
    yield CollectKits(reservation="r1", signature="s")
    yield ReleaseKits(reservation="r2", reason="correction")
    yield CountKits(kit="k", depot="post", good=4)


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[OpenLedger]:
    clock = ManualClock(Instant("2022-06-10T04:00:00.000000Z"))
    terms = {"approval_limit": 300, "own_share": "collected"}
    with create_ledger(Settings(data=tmp_path), "union", scheme(HALF, **terms), "Asia/Shanghai", clock=clock) as made:
        for holder in (A, B):
            made.ledger.submit(RegisterPerson(holder=holder), by=SUPERVISOR)
        money = (OpenFund(id="town", unit=UnitCode("cny"), source="town"), AppropriateFund(fund="town", amount=999))
        for command in (*money, *claims(), *kits(), MergeHolders(old=B, into=A, reason="correction")):
            made.ledger.submit(command, by=SUPERVISOR)
        made.ledger.submit(ApproveAid(claim="c4"), by=LEADER)
        yield made


@pytest.fixture
def projector(opened: OpenLedger, tmp_path: Path) -> Iterator[Projector]:
    with followed(opened, Settings(data=tmp_path), caught_up=True) as following:
        yield following


def test_every_row_is_what_the_facts_say(projector: Projector) -> None:
    assert {name: deviations(projector, name) for name in ("aids", "handouts")} == {"aids": (), "handouts": ()}


def test_figures_tell_persons_from_times_and_what_came_back(projector: Projector) -> None:
    with projector.store.reading() as reading:
        (found,) = aids.figures(reading)
        nothing = aids.figures(reading, aids.Span(since=Instant("2023-01-01T00:00:00.000000Z")))
    counts = (found.claims, found.paid, found.waiting, found.approved, found.rejected, found.automatic)
    assert counts == (5, 3, 0, 1, 1, 3)
    assert (found.persons, found.person_times, found.above_limit, found.mean) == (1, 3, 2, 42)
    assert (found.amount, found.aid, found.own, found.collected) == (250, 125, 125, 125)
    assert (found.recovered, found.written_off, found.outstanding) == (50, 20, 55)
    assert nothing == []


def test_every_piece_is_somewhere(projector: Projector) -> None:
    with projector.store.reading() as reading:
        post, store = handouts.stock(reading, kit="k")
        lines = handouts.hand_outs(reading, EVER, "place")
    assert (post.depot, post.moved_in, post.handed_out, post.found, post.stock) == ("post", 8, 3, -1, 4)
    # 20 - 8 moved - 2 handed out - 2 collected + 1 back; two are still kept for somebody.
    assert (store.stock, store.set_aside, store.returned, store.damaged) == (9, 2, 1, 1)
    assert [(line.name, line.hand_outs, line.heads, line.persons, line.bearers, line.collected) for line in lines] == [
        ("", 3, 3, 1, 0, 1),
        ("gate", 1, 2, 0, 2, 0),
    ]

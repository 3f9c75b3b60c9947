"""A transaction is found by its id: where its first fact stands is part of it."""

import uuid
from collections.abc import Callable, Iterator
from itertools import count

import pytest
import uuid_utils
from hypothesis import given
from hypothesis import strategies as st

from ledger.deciding import Wish
from ledger.journal import desk
from ledger.journal.ledger import Ledger
from ledger.journal.storage import Storage
from ledger.journal.transactions import placed, position_of
from ledger.journal.turn import Submission
from ledger.people.commands import RegisterPerson
from ledger.points.commands import GrantPoints
from ledger.redemptions.commands import PlaceRedemption, WantedLine
from ledger.refusals import NotFound
from ledger.reversals.commands import ReverseMovement
from ledger.room import Command
from ledger.stock.commands import ReceiveGoods
from ledger.values import AccountId, Day, HolderId, Instant, ItemId, RedemptionId, TxId
from tests.ledgers import COUNTER, POINT, asked, group, opened, sale, stocked


@pytest.fixture
def shop(storage: Storage) -> Iterator[Ledger]:
    with stocked(opened(storage, repeatable=False)) as ledger:
        yield ledger


def grant(amount: int = 1, *, expires_on: str | None = None) -> GrantPoints:
    day = Day(expires_on) if expires_on else None
    return GrantPoints(to=AccountId("holder:h0"), unit=POINT, amount=amount, expires_on=day)


def receipt(quantity: int = 1) -> ReceiveGoods:
    return ReceiveGoods(item=ItemId("soap"), quantity=quantity)


def found(shop: Ledger, tx: TxId) -> list[int]:
    """The positions of what the journal gives back, which must be of this transaction alone."""
    facts = shop.transaction(tx)
    assert {fact.tx for fact in facts} <= {tx}
    return [fact.pos for fact in facts]


@given(at=st.integers(0, 2**48 - 1), rest=st.binary(min_size=10, max_size=10), position=st.integers(0, 2**53 - 1))
def test_an_id_with_a_position_is_still_a_uuid_of_version_seven_and_says_it(
    at: int, rest: bytes, position: int
) -> None:
    raw = bytearray(at.to_bytes(6) + rest)
    raw[6], raw[8] = raw[6] & 0x0F | 0x70, raw[8] & 0x3F | 0x80
    given_id = uuid.UUID(bytes=bytes(raw))
    made = placed(str(given_id), position)
    assert (uuid.UUID(made).version, uuid.UUID(made).variant) == (7, uuid.RFC_4122)
    assert uuid.UUID(made).int >> 53 == given_id.int >> 53
    assert position_of(made) == position


@pytest.mark.parametrize(
    "id", ["", "id-00000001", "d4514827-0061-4546-a7ee-4093738bc4bc", "01A20247-13C6-71C4-BA54-A419B7436274", "0198é"]
)
def test_what_is_no_uuid_of_version_seven_stays_and_says_no_position(id: str) -> None:
    assert placed(id, 7) == id
    assert position_of(id) is None


@pytest.mark.parametrize(
    "command",
    [
        PlaceRedemption(id=RedemptionId("R-own"), holder=HolderId("h0"), lines=(WantedLine(ItemId("soap"), 1),)),
        receipt(),
        RegisterPerson(holder=HolderId("h-new")),
        grant(),
    ],
    ids=lambda command: command.ROUTE,
)
def test_whatever_a_transaction_did_it_is_found_by_its_id(shop: Ledger, command: Command) -> None:
    outcome = asked(shop, command, key="one")
    asked(shop, grant(), key="another")
    assert position_of(outcome.tx) == outcome.position
    assert found(shop, outcome.tx) == [fact.pos for fact in outcome.envelopes]


@pytest.mark.parametrize("members", [8, 32, 40, 300])
def test_a_long_transaction_is_found_whole_wherever_its_pages_end(shop: Ledger, members: int) -> None:
    outcome = shop.writer.ask(group(shop, *[grant() for _ in range(members)]))
    at_the_end = found(shop, outcome.tx)
    asked(shop, grant(), key="another")
    assert at_the_end == found(shop, outcome.tx) == list(range(outcome.position, outcome.position + members))


def test_what_time_did_is_a_transaction_that_is_found(shop: Ledger) -> None:
    asked(shop, grant(50, expires_on="2022-06-20"), key="g")
    shop.clock.move_to(Instant("2022-06-21T04:00:00.000000Z"))  # type: ignore[attr-defined] # the shop's clock is a test's
    assert shop.writer.sweep() == 1
    last = shop.mapper.decode(shop.storage.facts(0, 1_000)[-1].state)
    assert (position_of(last.tx), found(shop, last.tx)) == (last.pos, [last.pos])


def test_an_id_that_lost_its_position_to_another_transaction_names_none(shop: Ledger) -> None:
    """A failed turn gives its positions back: its ids must not find what stands there now."""
    other = asked(shop, grant(), key="g")
    lost = placed(str(uuid_utils.uuid7()), other.position)
    assert lost != other.tx
    assert found(shop, lost) == found(shop, placed(lost, 10_000)) == []


def test_of_a_transaction_only_what_stands_behind_a_position_is_given(shop: Ledger) -> None:
    outcome = shop.writer.ask(group(shop, *[grant() for _ in range(12)]))
    asked(shop, grant(), key="another")
    behind = shop.onwards(outcome.position + 9)
    assert [fact.pos for fact in behind] == [outcome.position + place for place in (9, 10, 11)]
    assert shop.onwards(10_000) == ()


def wanted(shop: Ledger, *commands: Command) -> list[Submission]:
    return [Submission(wishes=(Wish(command=command, by=COUNTER),)) for command in commands]


def test_a_rule_finds_what_the_same_turn_has_decided(storage: Storage) -> None:
    with stocked(opened(storage, repeatable=False)) as shop:
        of_the_turn = str(uuid_utils.uuid7())
        shop.writer.runner.ids = iter([of_the_turn]).__next__
        of = placed(of_the_turn, shop.storage.head().position + 2)
        undo = ReverseMovement(of=of, reason="correction")
        outcomes = shop.writer.runner.run(wanted(shop, sale(), grant(5), undo))
    assert [outcome.refusal for outcome in outcomes] == [None, None, None]
    assert outcomes[1].tx == of


# Ids that say no position --------------------------------------------------------------------------------------------


class WithoutPosition:
    """Ids as they were made before they said a position."""

    def __init__(self, ids: Callable[[], str]) -> None:
        self.ids = ids

    def at(self, _position: int) -> TxId:
        return TxId(self.ids())


@pytest.fixture(params=["counted", "from before"])
def old(request: pytest.FixtureRequest, storage: Storage, monkeypatch: pytest.MonkeyPatch) -> Iterator[Ledger]:
    monkeypatch.setattr(desk, "TxIds", WithoutPosition)
    with stocked(opened(storage, repeatable=request.param == "counted")) as ledger:
        yield ledger


def test_without_a_position_a_transaction_is_found_through_the_stream_it_began(old: Ledger) -> None:
    receipts = [receipt() for _ in range(45)]
    outcome = old.writer.ask(group(old, *receipts, grant(), *receipts))
    asked(old, grant(), key="another")
    assert found(old, outcome.tx) == list(range(outcome.position, outcome.position + 91))


def test_without_a_position_the_first_transaction_of_a_ledger_is_found(old: Ledger) -> None:
    first = asked(old, grant(), key="g")
    assert found(old, first.tx) == [first.position]
    assert found(old, TxId("nobody")) == []


def test_a_stream_that_a_caller_named_like_a_transaction_does_not_pass_for_it(old: Ledger) -> None:
    asked(old, PlaceRedemption(id=RedemptionId("R-own"), holder=HolderId("h0"), lines=sale().lines), key="r")
    assert found(old, TxId("R-own")) == []


@pytest.mark.parametrize("together", [True, False], ids=["one turn", "two turns"])
def test_a_rule_finds_the_same_whether_or_not_a_turn_ended_between(storage: Storage, *, together: bool) -> None:
    with stocked(opened(storage)) as shop:
        ids = (f"tx-{number}" for number in count(1))
        shop.writer.runner.ids = ids.__next__
        wishes = wanted(
            shop,
            receipt(),
            grant(5),
            ReverseMovement(of=TxId("tx-1"), reason="correction"),
            ReverseMovement(of=TxId("tx-2"), reason="correction"),
        )
        run = shop.writer.runner.run
        outcomes = run(wishes) if together else [outcome for wish in wishes for outcome in run([wish])]
    assert [outcome.refusal for outcome in outcomes] == [None, None, NotFound(kind="transaction", id="tx-1"), None]

"""Receipts: from the facts of a transaction alone, so that a reprint is equal."""

import msgspec
import pytest

from ledger.journal.mapper import Mapper
from ledger.redemptions.receipt import Receipt, number_of, receipt
from ledger.refusals import NotFound
from ledger.room import Envelope
from ledger.values import RedemptionId
from tests.given import MAPPER, Story
from tests.redemptions.shop import back, buy, cancel, fulfil, granted, hold, rules, shop


def printed(story: Story) -> Receipt:
    """Of the last transaction."""
    return receipt(item for item in story.journal if item.tx == story.tx)


def stored(envelopes: list[Envelope], mapper: Mapper = MAPPER) -> list[Envelope]:
    """As they come back from the journal."""
    return [mapper.decode(mapper.encode(envelope)) for envelope in envelopes]


def test_a_receipt_shows_lines_prices_amount_balance_and_where_it_stands() -> None:
    story = shop(rules(confirmation=("pin",)))
    story.given(msgspec.structs.replace(buy(id="r", G002=2, G001=1), confirmation="pin"))
    slip = printed(story)
    assert [(line.item, line.price, line.quantity, line.amount) for line in slip.lines] == [
        ("G002", 10, 2, 20),
        ("G001", 35, 1, 35),
    ]
    assert (slip.kind, slip.amount, slip.balance, slip.available, slip.confirmation) == ("sale", 55, 45, 45, "pin")
    assert (slip.position, slip.number) == (len(story.journal), number_of(len(story.journal)))


def test_a_reprint_is_equal_whatever_happened_since() -> None:
    story = shop().given(buy(id="r", G002=2))
    first, tx = printed(story), story.tx
    story.given(granted(5), back("r", G002=1))
    assert receipt(stored([item for item in story.journal if item.tx == tx])) == first


def test_each_step_of_a_redemption_has_a_receipt_of_its_own() -> None:
    story = shop().given(hold(id="h", G002=2))
    held = printed(story)
    assert (held.kind, held.amount, held.balance, held.available) == ("hold", 20, 100, 80)
    assert held.expires_at is not None
    story.given(fulfil("h"))
    assert (printed(story).kind, printed(story).balance) == ("fulfilment", 80)
    story.given(back("h", shelf=False, G002=1))
    refunded = printed(story)
    assert (refunded.kind, refunded.amount, refunded.balance, refunded.lines[0].restocked) == ("refund", 10, 90, False)
    story.given(hold(id="i", G002=1), cancel("i"))
    assert (printed(story).kind, printed(story).available) == ("cancellation", 90)


def test_a_refund_into_an_ended_lot_says_what_lapsed_with_it() -> None:
    story = shop(points=0).given(granted(30, until="2022-06-10"), buy(id="r", G002=3))
    story.on("2022-06-20").given(back("r", G002=3))
    assert (printed(story).amount, printed(story).lapsed, printed(story).balance) == (30, 30, 0)


def test_a_group_has_a_receipt_for_each_redemption() -> None:
    story = shop().given(buy(id="a", G002=1), buy(id="b", G001=1))
    assert receipt(story.journal, RedemptionId("b")).lines[0].item == "G001"
    assert receipt(story.journal).redemption == "a"


def test_a_transaction_without_a_redemption_has_no_receipt() -> None:
    story = shop(points=0).given(granted(1))
    with pytest.raises(NotFound):
        printed(story)


@pytest.mark.parametrize(("position", "number"), [(1, "0000-0001"), (26713, "0002-6713"), (123456789, "1-2345-6789")])
def test_a_number_is_read_in_groups_of_four(position: int, number: str) -> None:
    assert number_of(position) == number

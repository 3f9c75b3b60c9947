"""Row 8: a book made anew from facts, beside what `msgspec` takes to decode the same bytes into the same types."""

from collections.abc import Iterator, Sequence
from typing import Final

import msgspec

from bench import redemptions
from bench.measuring import ROUNDS, Timing, Verdict, in_turn
from bench.shop import Shop, settle, stored
from ledger.journal.storage import FactRow, Storage
from ledger.rooms import Registry
from projections.replay import Replay

HOLDERS, CREDITS, SALES = 1000, 10, 20_000
WANTED: Final = 100_000
"""Facts/s."""


def replayed() -> Iterator[Verdict]:
    """Facts/s decoded and evolved, of those only decoded: credits and sales, two of the latter to one of the former."""
    with redemptions.scratch() as directory:
        shop = Shop.opened(stored(directory, None), holders=HOLDERS, credits=CREDITS)
        shop.sell(shop.sales(SALES))
        storage = shop.ledger.storage
        rows = storage.facts(0, storage.head().position)
        decoders = typed(shop.ledger.registry)
        settle()
        figure = in_turn(_round(storage, rows, decoders) for _ in range(ROUNDS))
        shop.close()
    rate = figure.rates["replay"]
    decoded = f"msgspec decode alone: {figure.rates['decode']:,.0f}/s"
    yield Verdict(8, "replay, decode and evolve", f"{rate:,.0f} facts/s", decoded, figure.ratios["decode"], 0.25, 0.5)
    yield Verdict(8, "replay, decode and evolve", f"{rate:,.0f} facts/s", f"{WANTED:,} facts/s", rate / WANTED, 1.0)


def typed(registry: Registry) -> dict[str, "msgspec.json.Decoder[object]"]:
    """A decoder a topic that knows every type at once: the least that anybody can do with these bytes in Python."""
    return {topic: msgspec.json.Decoder(_leaf(topic, fact)) for topic, fact in registry.topics.items()}


def _leaf(topic: str, fact: type) -> type:
    from ledger.room import Envelope

    fields = [(field.name, fact if field.name == "data" else field.type) for field in msgspec.structs.fields(Envelope)]
    return msgspec.defstruct("Leaf of " + topic, fields, frozen=True, kw_only=True, gc=False)


def _round(
    storage: Storage, rows: Sequence[FactRow], decoders: dict[str, "msgspec.json.Decoder[object]"]
) -> Iterator[Timing]:
    yield Timing("replay", len(rows), lambda: _replay(storage, rows))
    yield Timing("decode", len(rows), lambda: _decode(rows, decoders))


def _replay(storage: Storage, rows: Sequence[FactRow]) -> None:
    Replay(storage, zone="Asia/Shanghai").take(rows)


def _decode(rows: Sequence[FactRow], decoders: dict[str, "msgspec.json.Decoder[object]"]) -> None:
    for row in rows:
        decoders[row.topic].decode(row.state)

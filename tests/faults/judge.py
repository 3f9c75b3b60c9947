"""The judge after a bad day: an outside journal of what was sent and what was told, against the ledger as it stands."""

from collections import Counter

from ledger.calendar import local_day
from ledger.deciding import Rows, replay
from ledger.journal.ledger import Ledger
from ledger.journal.turn import Submission
from ledger.points.entities import Account
from ledger.points.facts import PointsEarned
from ledger.redemptions.facts import RedemptionPlaced
from ledger.requests.entities import Cause
from tests.faults.load import HOLDERS, Place, command, digest
from tests.ledgers import COUNTER, SECRET


def sent(place: Place) -> list[str]:
    return (place.folder / "sent").read_text().split()


def told(place: Place) -> dict[str, tuple[str, int, str]]:
    """What was acknowledged: key → (tx, position, digest). A line that a kill cut short was told to nobody."""
    lines = (place.folder / "told").read_text().splitlines(keepends=True)
    found = (line.split() for line in lines if line.endswith("\n"))
    return {key: (tx, int(position), what) for key, tx, position, what in found}


def mac(key: str) -> str:
    return SECRET.mac("key", COUNTER.principal, key)


def nothing_lost_twice_or_invented(ledger: Ledger, place: Place) -> None:
    """Every acknowledged command stands once where it was said to; nothing stands that was never sent."""
    envelopes = [ledger.mapper.decode(row.state) for row in ledger.storage.facts(0, 10_000_000)]
    assert [envelope.pos for envelope in envelopes] == list(range(1, len(envelopes) + 1))
    times = Counter(envelope.key.mac for envelope in envelopes if envelope.key is not None)
    assert not [key for key, count in times.items() if count > 1], "a command stands twice"
    for key, (tx, position, _) in told(place).items():
        fact = envelopes[position - 1]
        assert (fact.tx, fact.key and fact.key.mac) == (tx, mac(key)), f"{key} was acknowledged and is not there"
    known = {mac(key) for key in sent(place)} | {mac(key) for key in SETUP}
    assert not times.keys() - known, "something stands that nobody sent"
    _book_is_what_the_facts_say(ledger)


SETUP = [
    "scheme",
    "list",
    "receive",
    *(f"{what} {number}" for number in range(HOLDERS) for what in ("person", "grant")),
]


def _book_is_what_the_facts_say(ledger: Ledger) -> None:
    rows, encode = Rows(), ledger.book.codec.encode
    granted: Counter[str] = Counter()
    for row in ledger.storage.facts(0, 10_000_000):
        envelope = ledger.mapper.decode(row.state)
        replay(ledger.registry, rows, envelope, local_day(envelope.occurred_at, ledger.zone))
        if isinstance(envelope.data, PointsEarned | RedemptionPlaced):
            sign = 1 if isinstance(envelope.data, PointsEarned) else -1
            granted[envelope.data.account] += sign * envelope.data.amount
    kinds = [*ledger.registry.kinds, Cause.KIND]
    stored = {(row.kind, row.id): row for kind in kinds for row in ledger.storage.book_scan(kind, "", 1_000_000)}
    assert stored == {key: encode(key, row) for key, row in rows.rows.items() if row is not None}
    for account, amount in granted.items():
        assert ledger.the(Account, f"{account}/A").balance == amount


def keys_answer_again(ledger: Ledger, place: Place, *, most: int = 60) -> None:
    """The same request under the same key: the same answer to the byte, or done now, once."""
    answers = told(place)
    for key in sent(place)[-most:]:
        _, thread, number = map(int, key.split("-"))
        wish = ledger.wish(command(thread, number), by=COUNTER, key=key)
        outcome = ledger.writer.ask(Submission(wishes=(wish,)))
        if key in answers:
            assert outcome.replayed
            assert (outcome.tx, outcome.position, digest(ledger, outcome)) == answers[key]

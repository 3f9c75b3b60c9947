"""A second operating-system process at a ledger: opens it, says so, waits for the word, and lets 64 threads ask."""

import json
import sys

from ledger.journal.storage import Storage
from tests.exactly.every import SCENARIOS
from tests.exactly.scenarios import everybody_asks
from tests.ledgers import opened


def main(url: str, name: str, first: str) -> None:
    with opened(Storage.postgres(url, "shop"), repeatable=False) as ledger:
        print("ready", flush=True)
        sys.stdin.readline()
        answers = everybody_asks(ledger, SCENARIOS[name], int(first))
        print(json.dumps(answers), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])

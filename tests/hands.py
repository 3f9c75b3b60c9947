"""The clock of another process, set from outside while it runs; its monotonic clock goes on as it was."""

import subprocess
from pathlib import Path


def clock_of(faketime: str, hands: Path) -> dict[str, str]:
    """The variables that let a process go by these hands, as the tool itself sets them."""
    said = subprocess.run([faketime, "-f", "+0", "env"], capture_output=True, text=True, check=True, timeout=60).stdout
    preload = next(line.partition("=")[2] for line in said.splitlines() if line.startswith("LD_PRELOAD="))
    still = {"FAKETIME_NO_CACHE": "1", "FAKETIME_DONT_FAKE_MONOTONIC": "1", "DONT_FAKE_MONOTONIC": "1"}
    return {"LD_PRELOAD": preload, "FAKETIME_TIMESTAMP_FILE": str(hands), **still}


def set_clock(hands: Path, seconds: int) -> None:
    """So many seconds before or after the machine's."""
    # Renamed into place: the process may look at any instant, and half a number is another time.
    whole = hands.with_suffix(".new")
    whole.write_text(f"{seconds:+d}\n")
    whole.rename(hands)

"""`python -m tests.api.described` writes docs/openapi.json; a test compares it with the app."""

import json

from api.openapi import document
from tests.house.sources import ROOT

PATH = ROOT / "docs" / "openapi.json"


def text() -> str:
    """The description as it is kept."""
    return json.dumps(document(), ensure_ascii=False, indent=1, sort_keys=True) + "\n"


if __name__ == "__main__":
    PATH.write_text(text(), encoding="utf-8")

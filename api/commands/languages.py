"""Which of the two languages a command speaks: `JIFEN_LANG`, else the locale's."""

import os
from collections.abc import Mapping
from typing import Final

from api.imports.wording import Language

VARIABLES: Final = ("JIFEN_LANG", "LC_ALL", "LC_MESSAGES", "LANG")
"""The first that names a language counts; `C` and `POSIX` name none."""


def spoken(environ: Mapping[str, str] = os.environ) -> Language:
    """`zh-CN` or `en`; Chinese when nothing names another language."""
    for variable in VARIABLES:
        said = environ.get(variable, "").lower()
        if said.startswith("zh"):
            return "zh-CN"
        if said and said.partition(".")[0] not in {"c", "posix"}:
            return "en"
    return "zh-CN"

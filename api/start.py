"""Where `jifen` begins: loading the program takes a moment, and whoever interrupts that reads words, no traceback."""

import sys
from importlib import import_module
from typing import Final

INTERRUPTED: Final = "已中断，命令还没有开始。 / Interrupted before the command had begun.\n"
"""In both languages: which of them is wanted is not known before the program is loaded."""
EXIT: Final = 130


def main() -> int:
    """Load the command line and run it; its exit code."""
    try:
        run = import_module("api.cli").main
    except KeyboardInterrupt:
        sys.stderr.write(INTERRUPTED)
        return EXIT
    return int(run())


if __name__ == "__main__":
    sys.exit(main())

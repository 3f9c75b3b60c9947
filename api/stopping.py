"""Stopping: who follows a feed is let go as soon as a signal says so."""

import contextlib
import signal
import threading
from collections.abc import Iterator
from types import FrameType


@contextlib.contextmanager
def letting_go(stopping: threading.Event) -> Iterator[None]:
    """Set `stopping` on a stop signal, before the server hears of it.

    The server tells the app only when the last connection has closed, which a follower never does by itself.
    """
    handlers = {}
    if threading.current_thread() is threading.main_thread():
        heard = {int(number): signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
        # Where nobody handles the signal, the process just ends.
        handlers = {number: handler for number, handler in heard.items() if callable(handler)}

    def stop(number: int, frame: FrameType | None) -> None:
        stopping.set()
        handlers[number](number, frame)

    for number in handlers:
        signal.signal(number, stop)
    try:
        yield
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)

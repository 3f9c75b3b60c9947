"""`jifen serve` and `jifen worker`: the API with its pages, and what goes on without anybody asking."""

import signal
import socket
import threading
from contextlib import ExitStack
from typing import Annotated, Any

from cyclopts import Parameter

from api.commands.context import here
from api.commands.failures import CommandFailed, Failure, failure_of
from api.commands.following import followed
from api.commands.saying import Said, Words
from api.ledgers import ledger_names, open_ledger
from api.reviewing import Reviewing
from api.scrubbing import scrub_of, stepping
from api.settings import Settings
from api.tracks.keeping import let_go
from ledger.refusals import LedgerInUse, Malformed

ROUTE = "/v1/ledgers/{ledger}/…"
GRACE_SECONDS = 20
"""How long a stop waits for requests in work; whoever follows the feed would otherwise keep the process for ever."""
SCRUBBED = 20
"""Chunks of the book that a round compares with its facts."""


def serve(
    *,
    host: Annotated[str | None, Parameter(help="监听地址 / Address")] = None,
    port: Annotated[int | None, Parameter(help="端口 / Port")] = None,
    workers: Annotated[int, Parameter(help="进程数;SQLite 只能一个 / Processes; one on SQLite")] = 1,
) -> Said:
    """提供接口和页面 / Serve the API and the pages."""
    settings = here().settings
    if workers < 1:
        raise Malformed(errors=["workers: at least 1"])
    if workers > 1 and settings.embedded:
        raise CommandFailed(failure_of(LedgerInUse(path=str(settings.data)), route=ROUTE.replace("{ledger}", "…")))
    _free_to_write(settings)
    _free_address(host or settings.host, settings.port if port is None else port)
    run(settings, host or settings.host, settings.port if port is None else port, workers=workers)
    return Said({"served": True})


def run(settings: Settings, host: str, port: int, *, workers: int = 1) -> None:
    """Serve until a signal says stop."""
    import uvicorn

    if workers > 1:
        uvicorn.run(
            "api.commands.serving:app",
            factory=True,
            host=host,
            port=port,
            workers=workers,
            log_level="warning",
            timeout_graceful_shutdown=GRACE_SECONDS,
        )
        return
    from api.app import create_app

    here().voice.line(Words(f"服务地址 http://{host}:{port}", f"Serving on http://{host}:{port}"))
    serving = create_app(settings)
    uvicorn.run(serving, host=host, port=port, log_level="warning", timeout_graceful_shutdown=GRACE_SECONDS)


def app() -> Any:
    """The application of one of several worker processes, from the environment."""
    from api.app import create_app

    return create_app(Settings.from_environ())


def _free_address(host: str, port: int) -> None:
    """Say at once that nobody can listen there: the server would only say so once it has opened every ledger."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as tried:
            tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            tried.bind(address)
    except (OSError, OverflowError) as error:
        why = getattr(error, "strerror", None) or str(error)
        what = Words(f"无法监听 {host}:{port}:{why}。", f"Cannot listen on {host}:{port}: {why}.")
        to_do = Words(
            "请停下占用该端口的程序,或用 --host、--port 另选。",
            "Stop what listens there, or choose another with --host and --port.",
        )
        raise CommandFailed(Failure("address-in-use", what, to_do)) from None


def _free_to_write(settings: Settings) -> None:
    """Say at once, in the command's own words, that another process has a ledger: a traceback helps nobody."""
    for name in ledger_names(settings) if settings.embedded else ():
        try:
            open_ledger(settings, name).close()
        except LedgerInUse as error:
            raise CommandFailed(failure_of(error, route=ROUTE.format(ledger=name))) from None


def worker(
    *,
    once: Annotated[bool, Parameter(help="做一遍就结束 / One round, then end")] = False,
    every: Annotated[int | None, Parameter(help="间隔秒数 / Seconds between rounds")] = None,
) -> Said:
    """到期、预占、巡逻审核、投影的后台工作 / Expiry, holds, patrol reviews, projections, apart from the server."""
    settings = here().settings
    seconds = settings.sweep_seconds if every is None else every
    if seconds < 1:
        raise Malformed(errors=["every: at least 1"])
    stopped = threading.Event()
    if threading.current_thread() is threading.main_thread():
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda _number, _frame: stopped.set())
    rounds = _rounds(settings, stopped, seconds, once=once)
    return Said({"rounds": len(rounds), "swept": sum(rounds)})


def _rounds(settings: Settings, stopped: threading.Event, seconds: int, *, once: bool) -> list[int]:
    from api.site import ORPHANS_EVERY

    swept: list[int] = []
    with ExitStack() as stack:
        ledgers = []
        for name in ledger_names(settings):
            try:
                opened = stack.enter_context(open_ledger(settings, name))
            except LedgerInUse as error:
                raise CommandFailed(failure_of(error, route=ROUTE.format(ledger=name))) from None
            projector = stack.enter_context(followed(opened, settings))
            scrub = stepping(scrub_of(opened.ledger, projector.store))
            ledgers.append((opened, projector, scrub, Reviewing(opened.ledger, opened.vault)))
        while not stopped.is_set():
            swept.append(sum(opened.ledger.writer.sweep() for opened, _, _, _ in ledgers))
            for opened, projector, scrub, reviewing in ledgers:
                reviewing.step()
                if len(swept) % ORPHANS_EVERY == 1:
                    let_go(opened.ledger, opened.vault)
                projector.advance()
                for _ in range(SCRUBBED):
                    scrub()
            if once:
                break
            stopped.wait(seconds)
    return swept

"""The application: ledgers opened at the start, routes from the tables, closed in order at the end."""

import asyncio
import contextlib
import gc
import sys
from collections.abc import AsyncIterator, Mapping

from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from api.answers import problem
from api.languages import language_of
from api.ledgers import OpenLedger, ledger_names, open_ledger
from api.openapi import document
from api.pages.routes import page_routes
from api.pages.visits import lost, reads_pages
from api.routes.acting import ActionEndpoint
from api.routes.actions import ACTIONS
from api.routes.batches import BatchEndpoint
from api.routes.endpoint import Slashes
from api.routes.feed import FeedEndpoint
from api.routes.importing import ImportEndpoint
from api.routes.operations import operations_routes
from api.routes.reading import Read, ReadEndpoint
from api.routes.reads import READS
from api.routes.table import BASE
from api.routes.tracks import UPLOADS, UploadEndpoint
from api.routes.writes import WRITES
from api.routes.writing import WriteEndpoint
from api.settings import Settings
from api.site import Site
from api.stopping import letting_go
from ledger.refusals import MethodNotAllowed, NotFound, Refusal


def create_app(settings: Settings | None = None, opened: Mapping[str, OpenLedger] | None = None) -> FastAPI:
    """An app on the ledgers of the settings, or on `opened` ones, which stay the caller's to close."""
    settings = settings or Settings.from_environ()
    site = Site(settings)

    @contextlib.asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        mine = {} if opened is not None else _open_all(settings)
        site.open(opened if opened is not None else mine)
        goes_on = [asyncio.create_task(site.sweep()), asyncio.create_task(site.review())]
        _settle_memory()
        try:
            with letting_go(site.stopping):
                yield
        finally:
            for task in goes_on:
                task.cancel()
            await asyncio.to_thread(site.close)
            for ledger in mine.values():
                await asyncio.to_thread(ledger.close)

    app = FastAPI(title="Jifen", docs_url=None, redoc_url=None, openapi_url=None, lifespan=lifespan)
    app.state.site = site
    app.router.routes.extend([*ledger_routes(site), *operations_routes(site), *page_routes(site)])
    app.openapi = document  # type: ignore[method-assign] # FastAPI's documented way to describe an app by other means
    app.add_middleware(Slashes)
    app.add_exception_handler(HTTPException, _no_route)
    return app


def ledger_routes(site: Site) -> list[Route]:
    """Every route of a ledger; the hot ones first, for routes are tried in order."""
    writes = [Route(BASE + write.path, WriteEndpoint(site, write), methods=["POST"]) for write in WRITES]
    reads = [Route(BASE + read.path, _reading(site, read), methods=["GET"]) for read in READS]
    acts = [Route(BASE + action.path, ActionEndpoint(site, action), methods=["POST"]) for action in ACTIONS]
    batches = Route(BASE + "/batches", BatchEndpoint(site), methods=["POST"])
    imports = Route(BASE + "/imports/{profile}", ImportEndpoint(site), methods=["POST"])
    uploads = [Route(BASE + upload.path, UploadEndpoint(site, upload), methods=["POST"]) for upload in UPLOADS]
    return [*writes, batches, *acts, imports, *uploads, *reads]


def _reading(site: Site, read: Read) -> ReadEndpoint:
    return FeedEndpoint(site, read) if read.streams else ReadEndpoint(site, read)


def _open_all(settings: Settings) -> dict[str, OpenLedger]:
    opened: dict[str, OpenLedger] = {}
    try:
        for name in ledger_names(settings):
            opened[name] = open_ledger(settings, name)
    except BaseException:
        for ledger in opened.values():
            ledger.close()
        raise
    return opened


def _settle_memory() -> None:
    """What stands at the start stays: a collector that walks it again and again costs the slowest requests most."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)
    # A thread that computes keeps the interpreter for 5 ms else, against loop, writer and follower in turn.
    sys.setswitchinterval(0.001)


async def _no_route(request: Request, error: Exception) -> Response:
    """An unknown address or method, as a problem document; to a person's browser as a page."""
    status = error.status_code if isinstance(error, HTTPException) else 404
    refusal: Refusal = MethodNotAllowed() if status == 405 else NotFound(kind="path", id=request.url.path[:200])
    headers = getattr(error, "headers", None)
    if reads_pages(request):
        page = await lost(request, request.app.state.site, refusal)
        page.headers.update(headers or {})
        return page
    answer = problem(refusal, language_of(request.headers.get("accept-language", "")))
    return Response(answer.body, answer.status, headers, media_type=answer.media_type.decode())

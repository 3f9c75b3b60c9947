"""Beside the ledgers: health, readiness, metrics, and the description of the API. Nothing here needs a key."""

import html
from collections.abc import Iterable
from functools import cache
from typing import Any, Final

import msgspec
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from api.answers.sentences import EN, ZH, words_of
from api.openapi import document
from api.routes.endpoint import aside
from api.site import Site
from ledger.journal.storage import StorageError
from ledger.refusals import Refusal

SECURE: Final = {
    "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'",
    "x-content-type-options": "nosniff",
}
STYLE: Final = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}"
    "code{background:#eee;padding:0 .2em}table{border-collapse:collapse;width:100%}"
    "td,th{border:1px solid #ccc;padding:.3em .5em;text-align:left;vertical-align:top}"
    "h2{margin-top:2em;font-size:1.1rem}"
)


def operations_routes(site: Site) -> list[Route]:
    """The routes that belong to the process, not to a ledger."""

    async def ready(_request: Request) -> Response:
        """503 until every ledger's database answers."""
        down = [name for name in sorted(site.ledgers) if not await aside(_answers, site, name)]
        body = {"ready": not down and bool(site.ledgers), "ledgers": len(site.ledgers), "down": len(down)}
        return json_response(body, 200 if body["ready"] else 503)

    async def metrics(_request: Request) -> Response:
        """For Prometheus."""
        text = await aside(_exposed, site)
        return Response(text, media_type=CONTENT_TYPE_LATEST)

    return [
        Route("/healthz", _healthy),
        Route("/readyz", ready),
        Route("/metrics", metrics),
        Route("/openapi.json", _described),
        Route("/docs", _docs),
        Route("/problems", _problems),
    ]


def json_response(value: Any, status: int = 200) -> Response:
    """A JSON response."""
    return Response(msgspec.json.encode(value), status, media_type="application/json")


def _answers(site: Site, name: str) -> bool:
    try:
        site.ledgers[name].ledger.storage.head()
    except StorageError:
        return False
    return True


async def _healthy(_request: Request) -> Response:
    """The process lives."""
    return json_response({"alive": True})


# Metrics ----------------------------------------------------------------------------------------------------------


class Figures:
    """What a ledger is doing, collected when asked for."""

    def __init__(self, site: Site) -> None:
        """Of this process's ledgers."""
        self._site = site

    def collect(self) -> Iterable[Metric]:
        """Gauges by ledger: no figure names a person or an account."""
        position = GaugeMetricFamily("jifen_position", "Facts in the ledger.", labels=["ledger"])
        behind = GaugeMetricFamily(
            "jifen_projection_behind", "Facts that a projection has not shown yet.", labels=["ledger", "projection"]
        )
        halted = GaugeMetricFamily(
            "jifen_projection_halted", "1 when a projection cannot go on.", labels=["ledger", "projection"]
        )
        for name, served in self._site.ledgers.items():
            try:
                position.add_metric([name], served.ledger.storage.head().position)
                for lag in served.projector.status():
                    behind.add_metric([name, lag.name], lag.behind)
                    halted.add_metric([name, lag.name], int(lag.error is not None))
            except StorageError:
                continue
        yield from (position, behind, halted)


def _exposed(site: Site) -> bytes:
    registry = CollectorRegistry(auto_describe=False)
    registry.register(Figures(site))
    return generate_latest(registry)


# Description ------------------------------------------------------------------------------------------------------


@cache
def _document() -> bytes:
    return msgspec.json.encode(document())


async def _described(_request: Request) -> Response:
    """OpenAPI 3.1."""
    return Response(_document(), media_type="application/json")


async def _docs(_request: Request) -> Response:
    """The description as a page that needs no script."""
    return Response(_page("Jifen API", _operations()), media_type="text/html", headers=SECURE)


async def _problems(_request: Request) -> Response:
    """Every code in both languages."""
    return Response(_page("Jifen 问题代码 · Problems", _codes()), media_type="text/html", headers=SECURE)


def _page(title: str, rows: Iterable[str]) -> str:
    head = f'<!doctype html><html lang="zh-CN"><meta charset="utf-8"><title>{title}</title><style>{STYLE}</style>'
    return f"{head}<h1>{title}</h1>{''.join(rows)}"


@cache
def _operations() -> tuple[str, ...]:
    found = []
    for path, operations in document()["paths"].items():
        for method, operation in operations.items():
            answers = "".join(
                f"<tr><td>{status}<td>{html.escape(answer['description'])}"
                for status, answer in operation["responses"].items()
            )
            found.append(
                f"<h2><code>{method.upper()} {html.escape(path)}</code></h2>"
                f"<p>{html.escape(operation['summary'])} · <code>{operation['x-permission']}</code>"
                f"<p>{html.escape(operation['description'])}<table>{answers}</table>"
            )
    return ('<p><a href="/openapi.json">openapi.json</a> · <a href="/problems">problems</a>', *found)


def _codes() -> Iterable[str]:
    for code, refusal in sorted(Refusal.registry.items()):
        lines = (html.escape(f"{words.title}: {words.sentence}") for words in map(words_of, (code, code), (ZH, EN)))
        yield f'<h2 id="{code}"><code>{code}</code> {refusal.status}</h2><p>' + "<br>".join(lines)

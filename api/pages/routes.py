"""The addresses of the pages."""

from collections.abc import Callable
from typing import Final

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Mount, Route

from api.auth import Caller
from api.pages import counter, merchant, office
from api.pages.rendering import STATIC, Assets
from api.pages.sessions import PATH, at_counter, at_office, at_shop
from api.pages.visits import Page, page
from api.site import Site

Door = Callable[[Caller], bool]
FOR_ALL: Final = frozenset({"/language/{lang:str}", "/sign-in", "/sign-out"})
"""For whoever is signed in, and for who is not."""


def anybody(_caller: Caller) -> bool:
    """Every session."""
    return True


def page_routes(site: Site) -> list[BaseRoute]:
    """Every page of this process, for the application's routes."""
    gets = {
        "": counter.start,
        "/language/{lang:str}": counter.language,
        "/sale/{ticket}": counter.goods,
        "/receipts/{position:int}": counter.receipt,
    }
    others: dict[str, tuple[Page, Door]] = {
        "/office": (office.show, at_office),
        "/shop": (merchant.show, at_shop),
        "/shop/{unit}/{period}": (merchant.statement, at_shop),
    }
    posts = {
        "/sign-in": counter.sign_in,
        "/sign-out": counter.sign_out,
        "/badge": counter.badge,
        "/sale/{ticket}": counter.till,
        "/receipts": counter.find_receipt,
        "/receipts/{position:int}/cancel": counter.cancel,
    }
    return [
        Route("/", _front, methods=["GET"]),
        *(
            Route(PATH + path, page(site, work, anybody if path in FOR_ALL else at_counter), methods=["GET"])
            for path, work in gets.items()
        ),
        *(Route(PATH + path, page(site, work, door), methods=["GET"]) for path, (work, door) in others.items()),
        *(
            Route(PATH + path, page(site, work, anybody if path in FOR_ALL else at_counter), methods=["POST"])
            for path, work in posts.items()
        ),
        Mount(PATH + "/static", Assets(directory=STATIC)),
    ]


async def _front(_request: Request) -> Response:
    """Whoever opens the server's bare address is at a counter."""
    return RedirectResponse(PATH, 307)

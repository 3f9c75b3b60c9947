"""The addresses of the pages."""

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Mount, Route

from api.pages import counter
from api.pages.rendering import STATIC, Assets
from api.pages.sessions import PATH
from api.pages.visits import page
from api.site import Site


def page_routes(site: Site) -> list[BaseRoute]:
    """Every page of this process, for the application's routes."""
    gets = {
        "": counter.start,
        "/language/{lang:str}": counter.language,
        "/sale/{ticket}": counter.goods,
        "/receipts/{position:int}": counter.receipt,
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
        *(Route(PATH + path, page(site, work), methods=["GET"]) for path, work in gets.items()),
        *(Route(PATH + path, page(site, work), methods=["POST"]) for path, work in posts.items()),
        Mount(PATH + "/static", Assets(directory=STATIC)),
    ]


async def _front(_request: Request) -> Response:
    """Whoever opens the server's bare address is at a counter."""
    return RedirectResponse(PATH, 307)

"""One request of a browser: its session, its language, its form, and the answer as a page or a fragment."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final
from urllib.parse import parse_qsl, urlsplit

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from api.answers.sentences import LANGUAGES
from api.auth import Caller
from api.languages import language_of
from api.pages import sessions
from api.pages.notices import Notice, notice, sentence
from api.pages.rendering import PRIVATE, html
from api.pages.sessions import COOKIE, PATH, Session
from api.problems import refusal_for
from api.routes.endpoint import Call, Gone
from api.site import Site
from ledger.refusals import Forbidden, Refusal, Unauthenticated

LANGUAGE_COOKIE: Final = "jifen_lang"
FORM_BYTES: Final = 65_536
YEAR: Final = 31_536_000
UTC_ZONE: Final = "UTC"


class Visit:
    """A request with what the browser remembers."""

    def __init__(self, request: Request, site: Site, session: Session | None) -> None:
        """Use `visit`."""
        self.request = request
        self.site = site
        self.session = session
        chosen = request.cookies.get(LANGUAGE_COOKIE, "")
        self.lang = chosen if chosen in LANGUAGES else language_of(request.headers.get("accept-language", ""))

    @property
    def by_htmx(self) -> bool:
        """Whether a script asked, which takes fragments."""
        return "hx-request" in self.request.headers

    @property
    def signed_in(self) -> Session:
        """The session. Raises Unauthenticated."""
        if self.session is None:
            raise Unauthenticated
        return self.session

    async def form(self) -> dict[str, str]:
        """The fields of the form; a field twice counts once, the last. Raises TooLarge."""
        body = await Call(self.request.scope, self.request.receive).body(FORM_BYTES)
        return dict(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=2000))

    # Answering ---------------------------------------------------------------------------------------------------

    def show(self, name: str, *, status: int = 200, reswap: str | None = None, **values: Any) -> Response:
        """A fragment `_name.html` for htmx, the page `name.html` around it for everybody else."""
        template = f"_{name}.html" if self.by_htmx else f"{name}.html"
        shared = {
            "session": self.session,
            "csrf": self.session.csrf if self.session else "",
            "here": self._here,
            "idle": sessions.IDLE_SECONDS,
            "notice": None,
            "places": sessions.places(self.session.caller) if self.session else (),
            "selling": self.session is not None and sessions.at_counter(self.session.caller),
        }
        response = html(template, self.lang, {**shared, **values}, status=status)
        if reswap is not None:
            response.headers["hx-reswap"] = reswap
        return self._remembered(response)

    @property
    def _here(self) -> str:
        """Where a change of language leads back to; what only takes forms leads home."""
        path = self.request.url.path
        return path if self.request.method == "GET" or path.startswith(PATH + "/sale/") else PATH

    def go(self, path: str) -> Response:
        """On to another page."""
        if self.by_htmx:
            return self._remembered(Response(None, 200, {**PRIVATE, "hx-redirect": path}))
        return self._remembered(RedirectResponse(path, 303, dict(PRIVATE)))

    def notice(self, refusal: Refusal, names: Mapping[str, str] | None = None) -> Notice:
        """A refusal in the visitor's language, on the site's clock."""
        zone = self.session.served.ledger.zone if self.session else UTC_ZONE
        return notice(refusal, self.lang, zone, names)

    def _remembered(self, response: Response) -> Response:
        """With the session's cookie anew."""
        if self.session is not None:
            set_cookie(response, self.request, COOKIE, self.session.cookie, seconds=sessions.IDLE_SECONDS)
        return response


def set_cookie(response: Response, request: Request, name: str, value: str, *, seconds: int) -> None:
    """A cookie that no script and no other site can use; only over TLS where the page came over TLS."""
    secure = request.url.scheme == "https"
    response.set_cookie(name, value, max_age=seconds, path=PATH, httponly=True, samesite="strict", secure=secure)


Page = Callable[[Visit], Awaitable[Response]]


def page(
    site: Site, work: Page, door: Callable[[Caller], bool] = sessions.at_counter
) -> Callable[[Request], Awaitable[Response]]:
    """An endpoint: whatever goes wrong becomes a page that says so. Who is signed in elsewhere is led to his own."""

    async def answer(request: Request) -> Response:
        visit = Visit(request, site, None)
        try:
            visit.session = await sessions.resume(site, request.cookies.get(COOKIE, ""))
            if request.method == "POST" and not _same_origin(request):
                return failed(visit, Forbidden(permission="same-origin"), sentence("form-outdated", visit.lang))
            if visit.session is not None and not door(visit.session.caller):
                return visit.go(sessions.home(visit.session.caller))
            return await work(visit)
        except Gone:
            return Response(status_code=400)
        except Unauthenticated:
            return visit.go(PATH)
        except Exception as error:  # noqa: BLE001 - refusal_for tells refusals from defects and logs the latter
            return failed(visit, refusal_for(error))

    return answer


def reads_pages(request: Request) -> bool:
    """Whether somebody reads the answer in a browser. Below `/v1` nobody does: some libraries ask for HTML by habit."""
    if request.url.path.startswith("/v1/") or "authorization" in request.headers:
        return False
    return any(part.partition(";")[0].strip() == "text/html" for part in request.headers.get("accept", "").split(","))


async def lost(request: Request, site: Site, refusal: Refusal) -> Response:
    """The page for an address that is none of ours, or that only takes forms."""

    async def work(visit: Visit) -> Response:
        return failed(visit, refusal)

    answer: Response = await page(site, work, lambda _caller: True)(request)
    return answer


def failed(visit: Visit, refusal: Refusal, said: Notice | None = None) -> Response:
    """A page of its own for what stopped a visit; for a passing trouble a notice above a form that stays as it is."""
    shown = said or visit.notice(refusal)
    if visit.by_htmx and refusal.status >= 429:
        response = visit.show("notice", status=refusal.status, reswap="innerHTML", notice=shown)
        response.headers["hx-retarget"] = "#alert"
        return response
    return visit.show("failed", status=refusal.status, notice=shown)


def _same_origin(request: Request) -> bool:
    """Whether a page of this server sent the form: browsers say so in headers that no page can forge."""
    if request.headers.get("sec-fetch-site", "same-origin") not in {"same-origin", "none"}:
        return False
    origin = request.headers.get("origin")
    return origin is None or urlsplit(origin).netloc == request.headers.get("host", "")

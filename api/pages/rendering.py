"""Templates made into answers: one environment a language, addresses of assets with their digest, strict headers."""

from collections.abc import Mapping
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.responses import HTMLResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from api.answers.sentences import LANGUAGES
from api.pages.sessions import PATH
from api.pages.words import number, words
from ledger.people.badges import print_form
from ledger.redemptions.receipt import number_of

FOLDER: Final = Path(__file__).parent
STATIC: Final = FOLDER / "static"
SECURE: Final = {
    # No inline script or style, no other host: what a page of ours may load lies in this folder.
    "content-security-policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=()",
}
# Names and balances stay in no cache: the next person at the counter must not find them with "back".
PRIVATE: Final = {**SECURE, "cache-control": "no-store", "vary": "HX-Request, Cookie"}


def html(template: str, lang: str, values: Mapping[str, Any], *, status: int = 200) -> Response:
    """A page or a fragment."""
    text = environment(lang).get_template(template).render(lang=lang, **values)
    return HTMLResponse(text, status, dict(PRIVATE))


@cache
def environment(lang: str) -> Environment:
    """Templates in a language; whatever a template does not know is an error, not an empty place."""
    made = Environment(
        loader=FileSystemLoader(FOLDER / "templates"),
        autoescape=True,
        extensions=["jinja2.ext.i18n"],
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    catalogue = words(lang)
    made.install_gettext_callables(catalogue.ugettext, catalogue.ungettext, newstyle=True)  # type: ignore[attr-defined] # added by the extension
    made.globals.update(asset=asset, path=PATH, languages=LANGUAGES)
    made.filters.update(n=lambda value: number(value, lang), printed=print_form, numbered=number_of)
    return made


@cache
def asset(name: str) -> str:
    """The address of a file of ours, with its digest: a browser keeps it until it changes."""
    digest = sha256((STATIC / name).read_bytes()).hexdigest()[:12]
    return f"{PATH}/static/{name}?v={digest}"


class Assets(StaticFiles):
    """Our files, kept by browsers as long as their address."""

    def file_response(self, full_path: Any, stat_result: Any, scope: Scope, status_code: int = 200) -> Response:
        """With the headers of every page."""
        response = super().file_response(full_path, stat_result, scope, status_code)
        response.headers.update({**SECURE, "cache-control": "public, max-age=31536000, immutable"})
        return response

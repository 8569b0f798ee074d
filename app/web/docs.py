"""The machine-readable contract and its page for people; nothing is loaded from elsewhere."""

from importlib.resources import files
from typing import Any, Final

from fastapi import FastAPI
from fastapi.openapi.docs import get_swagger_ui_html
from fastapi.openapi.utils import get_openapi
from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.staticfiles import StaticFiles

from app.kit.problems import Problem
from app.kit.settings import Settings
from app.kit.surfaces import Surface
from app.web.examples import give_examples

TITLE: Final = "Timebank"
VERSION: Final = "0.1.0"
DOCS_PATH: Final = "/docs"
OPENAPI_PATH: Final = "/openapi.json"
_ASSETS: Final = "/docs-assets"
# Never decided by what else is installed; FastAPI would look it up with every request.
_NO_TELEMETRY: Final = {"tracing": False, "metrics": False, "logs": False}
_MADE: Final[dict[Surface, dict[str, Any]]] = {}
_PAGE_POLICY: Final = (
    "default-src 'self'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; frame-ancestors 'none'"
)
"""Only the demo's documentation runs scripts; they are its own, one of them inline."""
_SUMMARY: Final = "Members give and receive hours; a double-entry ledger keeps every minute."
_DESCRIPTION: Final = """
Sign in at `POST /v1/token`, then send `Authorization: Bearer …`.
Every error is a problem document (RFC 9457); its `type` never changes, its words follow
`Accept-Language`. Send an `Idempotency-Key` with a POST to do it once, however often it is sent.
Lists have `items` and `next_cursor`. Amounts are whole minutes, times are UTC.
"""
_TAGS: Final = {
    "identity": "Signing in, sessions, keys.",
    "alerts": "What the safeguarding staff should look at.",
    "bank": "The bank, its areas and meeting points.",
    "members": "Joining, my record, my account.",
    "listings": "Offers, requests and categories.",
    "matching": "What fits what, and why.",
    "exchanges": "The life of an exchange.",
    "moderation": "Disputes and their outcomes.",
    "rights": "What is held about me; leaving.",
    "fund": "Giving to the community, and granting from it.",
    "groups": "Sessions of one with many, posted in one step.",
    "ledger": "The proof of the books.",
    "screening": "Texts that wait for a moderator.",
    "records": "A member's record, for staff and for a reason.",
    "openings": "Who looked at whom.",
    "partners": "Hours for services that people of other time banks gave.",
    "notices": "What is there to be read.",
    "sealed": "The record that only a case worker opens.",
    "operating": "For the operator.",
}


def described(settings: Settings) -> dict[str, Any]:
    """The application's description; FastAPI's own pages are off, they load from elsewhere."""
    return {
        "title": TITLE,
        "version": VERSION,
        "summary": _SUMMARY,
        "description": _DESCRIPTION,
        "openapi_tags": [{"name": name, "description": text} for name, text in _TAGS.items()],
        "openapi_url": OPENAPI_PATH if settings.is_demo else None,
        "docs_url": None,
        "redoc_url": None,
        "redirect_slashes": False,
        "telemetry": _NO_TELEMETRY,
    }


def mount(app: FastAPI, settings: Settings) -> None:
    """Serve the contract, and in the demo its page with the assets of an installed package."""
    surface = settings.surface
    app.openapi = lambda: _contract(app, surface)  # type: ignore[method-assign]  # as documented
    if not settings.is_demo:
        return
    folder = str(files("fastapi_swagger") / "resources")
    app.mount(_ASSETS, StaticFiles(directory=folder), name="docs_assets")

    async def page(_request: Request) -> HTMLResponse:
        html = get_swagger_ui_html(
            openapi_url=OPENAPI_PATH,
            title=TITLE,
            swagger_js_url=f"{_ASSETS}/swagger-ui-bundle.js",
            swagger_css_url=f"{_ASSETS}/swagger-ui.css",
            swagger_favicon_url=f"{_ASSETS}/favicon-32x32.png",
        )
        html.headers["Content-Security-Policy"] = _PAGE_POLICY
        return html

    app.add_route(DOCS_PATH, page, include_in_schema=False)


def _contract(app: FastAPI, surface: Surface) -> dict[str, Any]:
    """OpenAPI with the shape of every problem, and with examples.

    It hangs on the surface alone and takes a second, so it is made once in a process.
    """
    if surface not in _MADE:
        contract = get_openapi(
            title=app.title,
            version=app.version,
            summary=app.summary,
            description=app.description,
            routes=app.state.routes,
            tags=app.openapi_tags,
        )
        give_examples(contract)
        template = "#/components/schemas/{model}"
        problem = Problem.model_json_schema(ref_template=template)
        contract["tags"] = _used(contract)
        contract["components"]["schemas"] |= problem.pop("$defs") | {"Problem": problem}
        _MADE[surface] = contract
    return _MADE[surface]


def _used(contract: dict[str, Any]) -> list[dict[str, str]]:
    """The tags of the operations that are served here."""
    told = [one for item in contract["paths"].values() for one in item.values()]
    used = {tag for one in told for tag in one.get("tags", ())}
    return [tag for tag in contract["tags"] if tag["name"] in used]

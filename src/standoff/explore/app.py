"""The explorer's pages: one HTML page, files that were read at the start, and answers under ``/api/``.

No path of a request reaches the file system: what can be served as a file is a fixed table of names.
"""

from __future__ import annotations

import asyncio
import importlib
from collections.abc import Awaitable, Callable, Iterable
from importlib import resources

from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from standoff.explore import answer
from standoff.explore.exchange import failed, freshened, reply
from standoff.explore.session import Broken, Session
from standoff.version import VERSION

KINDS = {".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8", ".svg": "image/svg+xml"}
PANELS = ("regions", "jobs", "panels", "compare", "downloads")  # modules with `routes(session)`


def application(session: Session) -> Starlette:
    """The application, without the guard in front of it."""
    files = _files()
    page = _page()

    async def root(_: Request) -> Response:
        return Response(page, media_type="text/html; charset=utf-8")

    async def static(request: Request) -> Response:
        name = request.path_params["name"]
        if name not in files:
            return JSONResponse({"problems": []}, 404)
        content, kind = files[name]
        return Response(content, media_type=kind)

    routes = [
        Route("/", root, methods=["GET"]),
        Route("/static/tree.css", _tree_style(session), methods=["GET"]),
        Route("/static/{name}", static, methods=["GET"]),
        Route("/favicon.ico", _icon, methods=["GET"]),
        _version_route(session),
        *answer.routes(session),
    ]
    for name in PANELS:
        routes += importlib.import_module(f"standoff.explore.{name}").routes(session)
    return Starlette(routes=routes)


def _version_route(session: Session) -> Route:
    """What the page asks for every second: which reading there is, and the file's mistakes if there are any."""

    async def version(_: Request) -> Response:
        try:
            await freshened(session)
        except Exception as error:
            return failed(error)
        current, good = session.current, session.last_good
        problems = [problem.to_dict() for problem in current.problems] if isinstance(current, Broken) else []
        return reply({"version": session.version, "good": good.version if good else None, "problems": problems})

    return Route("/api/version", version, methods=["GET"])


def _tree_style(session: Session) -> Callable[[Request], Awaitable[Response]]:
    """The style sheet of tree drawings, from the module that draws them; the page asks for it with the first tree."""

    def style(_: Callable[[], bool]) -> str:
        from standoff.draw.tree import tree_css

        return tree_css()

    async def answer_with_style(_: Request) -> Response:
        future = session.lanes["quick"].submit(("", "tree.css"), 0, style)
        return Response(await asyncio.wrap_future(future), media_type=KINDS[".css"])

    return answer_with_style


async def _icon(_: Request) -> Response:
    return Response(status_code=204)


def _page() -> bytes:
    environment = Environment(
        loader=PackageLoader("standoff.explore"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("page.html").render(version=VERSION).encode()


def _files() -> dict[str, tuple[bytes, str]]:
    """Name to content and kind, for everything in the package's folder of static files."""
    found: dict[str, tuple[bytes, str]] = {}
    for entry in _entries():
        kind = KINDS.get(entry.name[entry.name.rfind(".") :])
        if kind is not None:
            found[entry.name] = entry.read_bytes(), kind
    return found


def _entries() -> Iterable[resources.abc.Traversable]:
    return resources.files("standoff.explore").joinpath("static").iterdir()

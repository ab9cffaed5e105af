"""The ledger and the diagram of influences: panels whose modules take long to load, which happens when they are opened.

The page itself is sooner there without them.
"""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from standoff.explore.exchange import Asked, fetched, posted
from standoff.explore.session import Loaded, Session


def routes(session: Session) -> list[Route]:
    """The ledger, with the page that was given, and the style of its drawing; the boxes, and the drawing of them."""

    def ledger(loaded: Loaded) -> dict[str, Any]:
        from standoff.explore.sources import ledger_view, saved_page

        return ledger_view(loaded.model, None if session.page is None else saved_page(session.page))

    async def style(_: Request) -> Response:
        from standoff.draw.custody import custody_css

        return Response(custody_css(), media_type="text/css")

    def boxes(loaded: Loaded) -> dict[str, Any]:
        from standoff.explore.influence import details

        return details(loaded.model)

    def drawing(asked: Asked) -> dict[str, Any]:
        from standoff.explore.influence import drawn

        return {"svg": drawn(asked.loaded.model.scenario, asked.body.get("focus"), asked.body.get("chosen"))}

    return [
        fetched(session, "/api/ledger", ledger),
        Route("/api/ledger/style.css", style, methods=["GET"]),
        fetched(session, "/api/influence/boxes", boxes),
        posted(session, "/api/influence", drawing),
    ]

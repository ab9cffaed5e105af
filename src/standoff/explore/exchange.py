"""JSON in, JSON out: what every request of the page has in common.

A request for something computed is a POST whose body says which tab asks (`client`), its running number (`seq`), the
`version` of the file it knows and the `settings` of parameters; everything else belongs to the kind of request. Answers
are objects with the `version`; what an overtaken request gets is ``{"stale": true}``, what one for an older reading of
the file gets is status 409, what one with a mistake in it gets is 400 or 422 and ``{"problems": [...]}``.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NoReturn, TypeAlias

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from standoff.errors import InputError, Mark, Problem, StandoffError
from standoff.explore.lanes import Overtaken
from standoff.explore.session import Loaded, Session, fault

CLIENT = re.compile(r"[A-Za-z0-9_-]{1,40}")
DEEPEST = 8  # levels of a body
LARGEST_NUMBER = 2**53
_GETS = itertools.count()


@dataclass(frozen=True)
class Asked:
    """A request that has been checked. `cancelled` turns true when nobody waits for the answer any more."""

    loaded: Loaded
    settings: dict[str, float]
    body: dict[str, Any]
    cancelled: Callable[[], bool]


Answer: TypeAlias = Callable[[Asked], dict[str, Any]]


class Refused(Exception):  # noqa: N818 (an answer, and no failure of ours)
    """A request that cannot be answered: status and what to say."""

    def __init__(self, status: int, content: dict[str, Any]) -> None:
        super().__init__(status)
        self.status = status
        self.content = content


def posted(session: Session, path: str, answer: Answer, *, lane: str = "quick") -> Route:
    """A route that computes `answer` in a lane, for the newest request of a tab only.

    `answer` may raise what `standoff.errors` has (422 with its problems) and `Overtaken` (stale). A body with
    ``"cancel": true`` drops what the tab has asked for under this path before.
    """

    async def handle(request: Request) -> Response:
        try:
            body = _body(await request.body())
            client, number = _caller(body)
            key = (client, path)
            if body.get("cancel") is True:
                session.lanes[lane].overtake(key, number)
                return reply({"stale": True})
            await freshened(session)
            loaded = _asked_version(session, body.get("version"))
            given = body.get("settings", {})
            if not isinstance(given, dict):
                _refuse(400, "`settings` is no object", "send parameters and their values")
            future = session.lanes[lane].submit(
                key, number, lambda cancelled: answer(Asked(loaded, session.settings(given, loaded), body, cancelled))
            )
            content = await asyncio.wrap_future(future)
        except Refused as refused:
            return reply(refused.content, refused.status)
        except Overtaken:
            return reply({"stale": True})
        except Exception as error:
            return failed(error)
        return reply({"version": loaded.version, **content})

    return Route(path, handle, methods=["POST"])


def fetched(session: Session, path: str, answer: Callable[[Loaded], dict[str, Any]]) -> Route:
    """A route that tells something about the last good reading of the file; 409 where there is none."""

    async def handle(_: Request) -> Response:
        try:
            await freshened(session)
            loaded = session.last_good
            if loaded is None:
                _refuse(409, "the file has mistakes", "correct it and save it")
            own = ("", f"{path} {next(_GETS)}")  # none of these overtakes another
            future = session.lanes["quick"].submit(own, 0, lambda _: answer(loaded))
            content = await asyncio.wrap_future(future)
        except Refused as refused:
            return reply(refused.content, refused.status)
        except Exception as error:
            return failed(error)
        return reply({"version": loaded.version, **content})

    return Route(path, handle, methods=["GET"])


async def freshened(session: Session) -> Session:
    """The session after a look at the file, which takes a moment only where it has changed."""
    if session.changed():
        await asyncio.get_running_loop().run_in_executor(None, session.look)
    return session


def reply(content: dict[str, Any], status: int = 200) -> Response:
    """JSON; numbers that are not finite are refused, for a browser could not read them."""
    text = json.dumps(content, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return Response(text.encode("utf-8", "replace"), status, media_type="application/json")


def failed(error: Exception) -> Response:
    """What to say about a failure: the problems of the request, the reason of an analysis, or a fault of ours."""
    if isinstance(error, InputError):
        return reply({"problems": [problem.to_dict() for problem in error.problems]}, 422)
    if isinstance(error, StandoffError):
        return reply({"problems": [Problem(Mark(), str(error), "").to_dict()]}, 422)
    return reply({"problems": [fault(error).to_dict()]}, 500)


def _refuse(status: int, message: str, remedy: str) -> NoReturn:
    raise Refused(status, {"problems": [Problem(Mark(), message, remedy).to_dict()]})


def _body(content: bytes) -> dict[str, Any]:
    try:
        body = json.loads(content, parse_constant=_no_number)
    except (ValueError, RecursionError):
        _refuse(400, "the request is not JSON, or has numbers that are not finite", "reload the page")
    if not isinstance(body, dict) or not _shallow(body, DEEPEST):
        _refuse(400, "the request is no object, or too deep", "reload the page")
    return body


def _no_number(text: str) -> NoReturn:
    raise ValueError(text)


def _shallow(value: Any, depth: int) -> bool:
    if not isinstance(value, dict | list):
        return True
    inner = value.values() if isinstance(value, dict) else value
    return depth > 0 and all(_shallow(item, depth - 1) for item in inner)


def _caller(body: dict[str, Any]) -> tuple[str, int]:
    client, number = body.get("client"), body.get("seq")
    if not isinstance(client, str) or not CLIENT.fullmatch(client):
        _refuse(400, "`client` is not the name of a tab", "reload the page")
    if isinstance(number, bool) or not isinstance(number, int) or not 0 <= number <= LARGEST_NUMBER:
        _refuse(400, "`seq` is not a whole number from zero on", "reload the page")
    return client, number


def _asked_version(session: Session, version: Any) -> Loaded:
    """The reading that was asked about; only the last good one can be."""
    loaded = session.last_good
    if loaded is None or version != loaded.version or isinstance(version, bool):
        raise Refused(409, {"version": session.version, "problems": _outdated()})
    return loaded


def _outdated() -> list[dict[str, object]]:
    return [Problem(Mark(), "the file has changed since", "the page reads it again").to_dict()]

"""Requests that must not get through, each the way a hostile page, program or user of the machine would send it."""

from __future__ import annotations

import json

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse
from starlette.routing import Route

from standoff.explore.entrance import Keys
from standoff.explore.guard import BODY, Guard, TooLargeError
from unit.explore.asgi import Client

PORT = 8123
HOST = f"127.0.0.1:{PORT}"


async def inside(_: Request) -> PlainTextResponse:
    return PlainTextResponse("inside")


async def echo(request: Request) -> JSONResponse:
    return JSONResponse({"read": len(await request.body())})


@pytest.fixture
def guard() -> Guard:
    return Guard(Starlette(routes=[Route("/", inside), Route("/api/echo", echo, methods=["POST"])]), PORT, Keys())


@pytest.fixture
def client(guard: Guard) -> Client:
    return Client(guard, HOST)


@pytest.fixture
def known(guard: Guard, client: Client) -> Client:
    """A browser that has shown the token."""
    assert client.get(f"/?token={guard.keys.token}").status_code == 303
    return client


def test_the_token_becomes_a_cookie_that_opens_the_page(guard: Guard, client: Client) -> None:
    answer = client.get(f"/?token={guard.keys.token}")
    assert answer.status_code == 303
    assert answer.headers["location"] == "/"
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Strict" in cookie
    assert guard.keys.token not in cookie
    assert client.get("/").text == "inside"
    assert client.post("/api/echo", json={"a": 1}).json() == {"read": len('{"a":1}')}


def test_a_token_for_once_works_once(guard: Guard, client: Client) -> None:
    token = guard.keys.for_once()
    assert client.get(f"/?token={token}").status_code == 303
    assert client.get(f"/?token={token}").status_code == 403


def test_tokens_are_not_the_same_twice() -> None:
    tokens = {Keys().token for _ in range(20)}
    assert len(tokens) == 20
    assert min(map(len, tokens)) >= 43  # 256 bits


STRANGERS = {
    "no token": ("GET", "/", {}),
    "wrong token": ("GET", "/?token=wrong", {}),
    "empty token": ("GET", "/?token=", {}),
    "token that is no ASCII": ("GET", "/?token=%C3%A9%FF", {}),
    "wrong cookie": ("GET", "/", {"cookie": f"standoff_{PORT}=wrong"}),
    "cookie of another port": ("GET", "/", {"cookie": "standoff_1=x"}),
    "broken cookie": ("GET", "/", {"cookie": '=;\x01;"'}),
    "static file": ("GET", "/static/main.js", {}),
    "post": ("POST", "/api/echo", {"content-type": "application/json"}),
}


@pytest.mark.parametrize(("method", "path", "headers"), STRANGERS.values(), ids=STRANGERS)
def test_strangers_are_not_let_in(client: Client, method: str, path: str, headers: dict[str, str]) -> None:
    answer = client.request(method, path, headers=headers, content=b"{}" if method == "POST" else None)
    assert answer.status_code == 403
    assert "inside" not in answer.text
    assert "set-cookie" not in answer.headers


HOSTILE = {
    "another name (DNS rebinding)": (421, "GET", "/", {"host": f"evil.example:{PORT}"}),
    "our name as a prefix": (421, "GET", "/", {"host": f"{HOST}.evil.example"}),
    "our name, another port": (421, "GET", "/", {"host": "127.0.0.1:9999"}),
    "our name, no port": (421, "GET", "/", {"host": "127.0.0.1"}),
    "another name of this machine": (421, "GET", "/", {"host": f"0.0.0.0:{PORT}"}),
    "another address of this machine": (421, "GET", "/", {"host": f"127.0.0.2:{PORT}"}),
    "no name": (421, "GET", "/", {"host": ""}),
    "another origin": (403, "POST", "/api/echo", {"origin": "https://evil.example"}),
    "another port's origin": (403, "POST", "/api/echo", {"origin": "http://127.0.0.1:9999"}),
    "our origin by https": (403, "POST", "/api/echo", {"origin": f"https://{HOST}"}),
    "no origin to speak of": (403, "POST", "/api/echo", {"origin": "null"}),
    "the other name's origin": (403, "POST", "/api/echo", {"origin": f"http://localhost:{PORT}"}),
    "another site": (403, "POST", "/api/echo", {"sec-fetch-site": "cross-site"}),
    "another site's link": (403, "GET", "/", {"sec-fetch-site": "cross-site"}),
    "another port of this machine": (403, "GET", "/", {"sec-fetch-site": "same-site"}),
    "a form": (415, "POST", "/api/echo", {"content-type": "application/x-www-form-urlencoded"}),
    "plain text, as forms can send it": (415, "POST", "/api/echo", {"content-type": "text/plain"}),
    "a length that is none": (413, "POST", "/api/echo", {"content-length": "-1"}),
    "a length beyond all bounds": (413, "POST", "/api/echo", {"content-length": "9" * 40}),
    "another method": (405, "DELETE", "/", {}),
    "options": (405, "OPTIONS", "/api/echo", {"origin": f"http://{HOST}"}),
    "trace": (405, "TRACE", "/", {}),
}


@pytest.mark.parametrize(("status", "method", "path", "headers"), HOSTILE.values(), ids=HOSTILE)
def test_hostile_requests_are_refused_even_with_the_cookie(
    known: Client, status: int, method: str, path: str, headers: dict[str, str]
) -> None:
    cookie = "; ".join(f"{name}={value}" for name, value in known.cookies.items())
    sent = {"content-type": "application/json", "cookie": cookie, **headers}
    answer = known.request(method, path, headers=sent, content=b"{}" if method == "POST" else None)
    assert answer.status_code == status
    assert "inside" not in answer.text


@pytest.mark.parametrize("host", [HOST, f"localhost:{PORT}", f"LOCALHOST:{PORT}"])
def test_the_guarded_page_is_reached_by_its_own_names(known: Client, host: str) -> None:
    cookie = "; ".join(f"{name}={value}" for name, value in known.cookies.items())
    headers = {"host": host, "cookie": cookie, "origin": f"http://{host.lower()}", "sec-fetch-site": "same-origin"}
    assert known.get("/", headers=headers).text == "inside"


def test_a_body_is_bounded_by_what_it_says_and_by_what_it_is(known: Client) -> None:
    headers = {"content-type": "application/json"}
    assert known.post("/api/echo", content=b"x" * BODY, headers=headers).json() == {"read": BODY}
    assert known.post("/api/echo", content=b"x" * (BODY + 1), headers=headers).status_code == 413
    chunks = (b"x" * 1024 for _ in range(80))  # without a length
    assert known.post("/api/echo", content=chunks, headers=headers).status_code == 411
    with pytest.raises(TooLargeError):
        known.post("/api/echo", content=b"x" * (BODY + 9), headers={**headers, "content-length": "5"})


def test_every_answer_says_what_a_browser_may_do(guard: Guard, known: Client) -> None:
    answers = [
        known.get("/"),
        known.post("/api/echo", json={}),
        known.get("/nowhere"),
        known.get("/", headers={"host": "evil.example"}),
        known.get(f"/?token={guard.keys.token}"),
    ]
    assert [answer.status_code for answer in answers] == [200, 200, 404, 421, 303]
    for answer in answers:
        policy = dict(part.strip().split(" ", 1) for part in answer.headers["content-security-policy"].split(";"))
        assert policy["default-src"] == "'none'"
        assert policy["script-src"] == "'self'"
        assert policy["style-src"] == "'self'"
        assert policy["frame-ancestors"] == "'none'"
        assert policy["base-uri"] == policy["form-action"] == "'none'"
        assert "unsafe" not in answer.headers["content-security-policy"]
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert answer.headers["cross-origin-opener-policy"] == "same-origin"
        assert answer.headers["cross-origin-resource-policy"] == "same-origin"
        assert answer.headers["cache-control"] == "no-store"
        assert "access-control-allow-origin" not in answer.headers


def test_a_refusal_repeats_nothing_of_the_request(client: Client) -> None:
    answer = client.get("/?token=%3Cscript%3E1%3C/script%3E", headers={"cookie": "a=<script>"})
    assert "<script" not in answer.text
    assert json.dumps("<script>")[1:-1] not in answer.text

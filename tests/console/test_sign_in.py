"""Signing in and out, and the door, over HTTP as a browser does it."""

import re

import httpx
import pytest
from starlette.applications import Starlette
from starlette.responses import HTMLResponse
from starlette.routing import Route

from console import desk, login
from console.asgi import middleware
from console.headers import content_security_policy
from core.ledger import totp
from tests.console import factories

PAGE = {"accept": "text/html"}


def site():
    """The console's routes and walls around a page that stands for Streamlit's.

    Streamlit allows one running server in a process, so that the whole is for the browser's tests.
    """
    page = Route("/{rest:path}", lambda _request: HTMLResponse("a screen"))
    return Starlette(routes=[*login.routes(desk.ledger), page], middleware=middleware())


@pytest.fixture
async def browser(place):
    transport = httpx.ASGITransport(app=site())
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
        yield client


@pytest.fixture
def anyio_backend():
    return "asyncio"


pytestmark = pytest.mark.anyio


async def token(browser) -> str:
    page = await browser.get("/auth/login")
    found = re.search(r'name="csrf" value="([^"]+)"', page.text)
    assert found
    return found.group(1)


async def sign_in(browser, **changes):
    form = {"user": "clara", "password": factories.PASSWORD, "csrf": await token(browser)}
    return await browser.post("/auth/login", data=form | changes)


async def test_the_anonymous_are_led_to_the_sign_in_form(browser):
    answer = await browser.get("/", headers=PAGE)
    assert answer.status_code == 303
    assert answer.headers["location"] == "/auth/login"
    assert (await browser.get("/review", headers=PAGE)).status_code == 303
    assert (await browser.get("/media/anything.png")).status_code == 401


def with_codes(place) -> str:
    """Ask Clara for one-time codes from now on; returns the secret, a step of which is used up."""
    secret = totp.new_secret()
    now = int(place.ledger.clock().timestamp()) // totp.STEP_S
    code = totp.code_at(secret, now - 1)
    place.ledger.set_totp("clara", password=factories.PASSWORD, secret=secret, code=code)
    return secret


def code_now(place, secret: str) -> str:
    return totp.code_at(secret, int(place.ledger.clock().timestamp()) // totp.STEP_S)


async def test_an_account_with_codes_is_asked_for_one_beside_the_password(browser, place):
    secret = with_codes(place)
    without = await sign_in(browser)
    assert without.status_code == 401
    assert "asks for a one-time code too" in without.text
    assert 'value="clara"' in without.text
    wrong = await sign_in(browser, code="000000")
    assert wrong.status_code == 401
    assert "sid" not in browser.cookies
    right = await sign_in(browser, code=code_now(place, secret))
    assert right.status_code == 303
    again = await sign_in(browser, code=code_now(place, secret))
    assert again.status_code == 401


async def test_a_name_is_shown_again_as_text_and_only_after_a_right_password(browser, place):
    with_codes(place)
    answer = await sign_in(browser, user='"><script>alert(1)</script>')
    assert "<script>alert" not in answer.text
    assert answer.status_code == 401


async def test_a_user_with_the_right_password_gets_a_session(browser):
    answer = await sign_in(browser)
    assert answer.status_code == 303
    assert answer.headers["location"] == "/"
    cookie = next(
        value for value in answer.headers.get_list("set-cookie") if value.startswith("sid=")
    )
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie
    assert "Secure" not in cookie
    page = await browser.get("/", headers=PAGE)
    assert page.status_code == 200
    user = desk.ledger().session_user(browser.cookies["sid"], touch=False)
    assert user is not None
    assert user.name == "clara"


async def test_behind_tls_the_cookie_is_secure(place):
    transport = httpx.ASGITransport(app=site())
    async with httpx.AsyncClient(transport=transport, base_url="https://127.0.0.1") as browser:
        answer = await sign_in(browser)
        cookies = answer.headers.get_list("set-cookie")
        assert all("Secure" in value for value in cookies if value.startswith("sid="))
        assert "max-age" in answer.headers["strict-transport-security"]


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"password": "not the password"}, 401),
        ({"user": "nobody"}, 401),
        ({"csrf": "forged"}, 403),
        ({"csrf": ""}, 403),
    ],
)
async def test_a_wrong_sign_in_is_refused_without_saying_what_was_wrong(browser, changes, status):
    answer = await sign_in(browser, **changes)
    assert answer.status_code == status
    assert "sid" not in browser.cookies
    assert 'role="alert"' in answer.text
    assert "nobody" not in answer.text


async def test_signing_out_ends_the_session_in_the_ledger(browser):
    await sign_in(browser)
    session_id = browser.cookies["sid"]
    answer = await browser.get("/auth/logout")
    assert answer.headers["location"] == "/auth/login"
    assert desk.ledger().session_user(session_id, touch=False) is None
    browser.cookies.set("sid", session_id)
    assert (await browser.get("/", headers=PAGE)).status_code == 303


async def test_every_answer_keeps_the_console_to_itself(browser):
    for path in ("/auth/login", "/healthz", "/"):
        headers = (await browser.get(path, headers=PAGE)).headers
        assert headers["x-frame-options"] == "DENY"
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["cache-control"] == "no-store"
        assert headers["referrer-policy"] == "no-referrer"
        assert "frame-ancestors 'none'" in headers["content-security-policy"]


async def test_the_health_check_asks_for_no_session(browser):
    assert (await browser.get("/healthz")).json() == {"status": "ok"}


async def test_a_socket_opened_by_another_sites_page_is_refused(place):
    sent = []

    async def receive():
        return {"type": "websocket.connect"}

    async def send(message):
        sent.append(message)

    scope = {
        "type": "websocket",
        "path": "/_stcore/stream",
        "headers": [(b"host", b"127.0.0.1:8501"), (b"origin", b"https://elsewhere.example.com")],
        "query_string": b"",
        "subprotocols": [],
    }
    await site()(scope, receive, send)
    assert sent == [{"type": "websocket.close", "code": 1008}]


def test_the_policy_allows_no_inline_script_but_streamlits_own():
    policy = content_security_policy()
    scripts = next(part for part in policy.split("; ") if part.startswith("script-src"))
    assert "'unsafe-inline'" not in scripts
    assert "'unsafe-eval'" not in scripts
    assert scripts.count("sha256-") == 1

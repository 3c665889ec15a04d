"""Signing in through the practice's own service: who is let in, and everybody who is not."""

from dataclasses import replace
from urllib.parse import urlsplit

import httpx
import pytest
from starlette.applications import Starlette
from starlette.responses import HTMLResponse
from starlette.routing import Route

from console import desk, login, oidc
from console.asgi import middleware
from console.oidc_provider import Provider
from core.errors import AccessRefused, GateRefused, SettingMissing
from core.lifecycle import Gate, Role, Stage
from tests.console import factories, sign_in_service
from tests.console.sign_in_service import CLIENT_ID, SECRET, STRANGERS_KEY, claims_now, signed

PAGE = {"accept": "text/html"}
ISSUER = "https://id.example.com"
CLIENT = oidc.Client(ISSUER, CLIENT_ID, SECRET, "https://perio.example.com/auth/callback")
NONCE = "n" * 43


@pytest.fixture(scope="module")
def running():
    with sign_in_service.running() as made:
        yield made


@pytest.fixture
def service(running):
    """The service, honest again."""
    running.claims.clear()
    running.token.clear()
    running.asked.clear()
    running.issuer_said = ""
    return running


@pytest.fixture
async def browser(place, service):
    place.ledger.add_user(
        "clara@example.com", "Dr. C. Synthetic", (Role.CLINICIAN,), factories.PASSWORD, actor="ada"
    )
    client = replace(CLIENT, issuer=service.issuer, callback="http://127.0.0.1/auth/callback")
    page = Route("/{rest:path}", lambda _request: HTMLResponse("a screen"))
    routes = [*login.routes(desk.ledger, Provider(client)), page]
    transport = httpx.ASGITransport(app=Starlette(routes=routes, middleware=middleware()))
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as made:
        yield made


@pytest.fixture
def anyio_backend():
    return "asyncio"


async def way_back(browser) -> str:
    """Go to the service and sign in there; returns where it sends the browser."""
    left = await browser.get("/auth/oidc")
    assert left.status_code == 303
    async with httpx.AsyncClient() as elsewhere:
        answer = await elsewhere.get(left.headers["location"])
    parts = urlsplit(answer.headers["location"])
    return f"{parts.path}?{parts.query}"


async def come_back(browser):
    return await browser.get(await way_back(browser))


def is_in(browser) -> bool:
    return "sid" in browser.cookies


@pytest.mark.anyio
@pytest.mark.parametrize("algorithm", ["RS256", "ES256"])
async def test_who_has_an_account_here_is_let_in(browser, service, place, algorithm):
    service.token["alg"] = algorithm
    assert "/auth/oidc" in (await browser.get("/auth/login")).text
    answer = await come_back(browser)
    assert answer.status_code == 200
    cookies = answer.headers.get_list("set-cookie")
    session = next(each for each in cookies if each.startswith("sid="))
    assert "HttpOnly" in session
    assert "SameSite=strict" in session
    assert (await browser.get("/", headers=PAGE)).text == "a screen"
    user = place.ledger.session_user(browser.cookies["sid"], touch=False)
    assert user.name == "clara@example.com"
    signed_in = place.ledger.events(action="sign in").row(0, named=True)
    assert (signed_in["actor"], signed_in["subject"]) == ("clara@example.com", "sign-in service")


@pytest.mark.anyio
async def test_the_service_is_asked_to_let_nobody_in_whom_it_only_remembers(browser, service):
    await come_back(browser)
    (asked,) = service.asked
    assert (asked["prompt"], asked["max_age"]) == ("login", "0")
    assert asked["code_challenge_method"] == "S256"
    assert SECRET not in str(asked)


LIES = {
    "a stranger to the ledger": {"email": "nobody@example.com"},
    "an address not verified": {"email_verified": False},
    "no address": {"email": None},
    "letters that only look the same": {"email": "cl\u0430ra@example.com"},
    "another issuer": {"iss": "https://other.example.com"},
    "another program": {"aud": "another"},
    "a token of another sign-in": {"nonce": "another"},
    "a token that has ended": {"exp": 1},
    "a token of tomorrow": {"iat": 4_000_000_000},
    "a sign-in of this morning": {"auth_time": 1},
    "nothing of when": {"auth_time": None},
}


@pytest.mark.anyio
@pytest.mark.parametrize("lie", LIES.values(), ids=LIES)
async def test_nobody_else_is_let_in_and_that_is_noted(browser, service, place, lie):
    service.claims.update(lie)
    answer = await come_back(browser)
    assert answer.status_code == 401
    assert not is_in(browser)
    noted = place.ledger.events(action="sign in").row(0, named=True)
    assert (noted["actor"], noted["outcome"]) == ("unknown user", "refused")
    assert "@" not in str(noted)


FORGERIES = {
    "unsigned": {"alg": "none"},
    "by another key": {"key": STRANGERS_KEY},
    "by a key nobody knows": {"kid": "another"},
    "by the key of another kind": {"kid": "e"},
}


@pytest.mark.anyio
@pytest.mark.parametrize("forgery", FORGERIES.values(), ids=FORGERIES)
async def test_a_token_that_the_service_did_not_sign_lets_nobody_in(browser, service, forgery):
    service.token.update(forgery)
    assert (await come_back(browser)).status_code == 401
    assert not is_in(browser)


@pytest.mark.anyio
async def test_a_disabled_account_is_not_let_in(browser, place):
    place.ledger.set_disabled("clara@example.com", disabled=True, actor="adam")
    assert (await come_back(browser)).status_code == 401
    assert not is_in(browser)


@pytest.mark.anyio
async def test_a_way_back_is_good_once_and_for_the_browser_that_went(browser):
    back = await way_back(browser)
    trip = dict(browser.cookies)
    browser.cookies.clear()
    assert (await browser.get(back)).status_code == 401
    await way_back(browser)  # another trip of this browser does not fit the way back of that one
    assert (await browser.get(back)).status_code == 401
    browser.cookies.clear()
    browser.cookies.set("trip", trip["trip"], domain="127.0.0.1", path="/auth")
    assert (await browser.get(back)).status_code == 200
    browser.cookies.clear()
    browser.cookies.set("trip", trip["trip"], domain="127.0.0.1", path="/auth")
    assert (await browser.get(back)).status_code == 401
    assert not is_in(browser)


@pytest.mark.anyio
@pytest.mark.parametrize("query", ["", "?error=access_denied", "?state=&code=x", "?state=a&code=b"])
async def test_a_way_back_that_nobody_began_lets_nobody_in(browser, query):
    browser.cookies.set("trip", "..", domain="127.0.0.1", path="/auth")
    assert (await browser.get(f"/auth/callback{query}")).status_code == 401
    assert not is_in(browser)


@pytest.mark.anyio
async def test_an_answer_in_the_name_of_another_service_lets_nobody_in(browser):
    back = await way_back(browser)
    assert (await browser.get(f"{back}&iss=https://other.example.com")).status_code == 401
    assert not is_in(browser)


@pytest.mark.anyio
async def test_a_service_that_calls_itself_otherwise_is_not_used(browser, service):
    service.issuer_said = "https://other.example.com"
    answer = await browser.get("/auth/oidc")
    assert answer.status_code == 503
    assert "password" in answer.text


@pytest.mark.anyio
async def test_a_console_without_a_service_offers_none(place):
    assert place
    transport = httpx.ASGITransport(app=Starlette(routes=login.routes(desk.ledger)))
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as made:
        assert "/auth/oidc" not in (await made.get("/auth/login")).text
        assert (await made.get("/auth/oidc")).status_code == 404
        assert (await made.get("/auth/callback")).status_code == 404


@pytest.mark.anyio
async def test_who_came_through_the_service_signs_with_the_accounts_own_password(browser, place):
    factories.walk(place, Stage.SAMPLE_LOADED)
    factories.present(place, Gate.SAMPLE)
    assert (await come_back(browser)).status_code == 200
    for password in ("", browser.cookies["sid"]):
        with pytest.raises(AccessRefused):
            place.ledger.sign(Gate.SAMPLE, user="clara@example.com", password=password)
    with pytest.raises((AccessRefused, GateRefused)):
        place.ledger.sign(Gate.MAP, user="clara@example.com", password=factories.PASSWORD)
    person = "clara@example.com"
    assert place.ledger.sign(Gate.SAMPLE, user=person, password=factories.PASSWORD).user == person


WHOLE = {
    oidc.ISSUER: ISSUER,
    oidc.CLIENT_ID: CLIENT_ID,
    oidc.SECRET: SECRET,
    oidc.CALLBACK: CLIENT.callback,
}


def test_the_environment_names_the_service_whole_or_not_at_all():
    assert oidc.client_of({}) is None
    assert oidc.client_of({oidc.ISSUER: ""}) is None
    assert oidc.client_of(WHOLE) == CLIENT
    assert oidc.client_of(WHOLE | {oidc.CLAIM: "sub"}) == replace(CLIENT, claim="sub")
    assert SECRET not in repr(CLIENT)


@pytest.mark.parametrize("left_out", [oidc.CLIENT_ID, oidc.SECRET, oidc.CALLBACK])
def test_a_service_that_is_named_in_part_is_refused(left_out):
    with pytest.raises(SettingMissing, match=left_out):
        oidc.client_of(WHOLE | {left_out: ""})


@pytest.mark.parametrize(
    ("name", "address"),
    [
        (oidc.ISSUER, "http://id.example.com"),
        (oidc.CALLBACK, "http://perio.example.com/auth/callback"),
        (oidc.CALLBACK, "https://perio.example.com/elsewhere"),
        (oidc.ISSUER, "http://127.0.0.1.example.com"),
    ],
)
def test_an_address_that_others_could_read_along_is_refused(name, address):
    with pytest.raises(SettingMissing, match=name):
        oidc.client_of(WHOLE | {name: address})


BROKEN = ["", "a.b", "a.b.c", "..", "ä.ö.ü", f"{signed({})}x.y", "W10.W10.W10"]


@pytest.mark.parametrize("token", BROKEN)
def test_a_token_that_is_none_is_refused_and_not_repeated(token):
    with pytest.raises(AccessRefused) as refused:
        oidc.person_of(token, sign_in_service.public_keys(), CLIENT, nonce=NONCE, now_s=0)
    assert not token or token not in str(refused.value)


def test_a_token_for_several_programs_names_us_as_the_one():
    claims = claims_now(ISSUER, NONCE) | {"aud": [CLIENT_ID, "another"]}
    keys, now_s = sign_in_service.public_keys(), claims["iat"]
    for lie in ({}, {"azp": "another"}):
        with pytest.raises(AccessRefused):
            oidc.person_of(signed(claims | lie), keys, CLIENT, nonce=NONCE, now_s=now_s)
    right = signed(claims | {"azp": CLIENT_ID})
    assert oidc.person_of(right, keys, CLIENT, nonce=NONCE, now_s=now_s) == "clara@example.com"


def test_an_empty_nonce_fits_nothing():
    claims = claims_now(ISSUER, "")
    keys = sign_in_service.public_keys()
    with pytest.raises(AccessRefused, match="not of this sign-in"):
        oidc.person_of(signed(claims), keys, CLIENT, nonce="", now_s=claims["iat"])

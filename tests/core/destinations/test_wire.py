"""The wire and its gate, behind the destination; only the transport is a fake."""

import asyncio
import contextlib
import itertools
import json
import socket
import ssl
import threading
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from core.destinations.pipedrive import PipedriveDestination, open_destination
from core.destinations.pipedrive.conversation import Silence
from core.destinations.pipedrive.governor import out_of_tokens
from core.destinations.pipedrive.wire import Letter, Wire
from core.errors import (
    DestinationBusy,
    DestinationError,
    DestinationRefused,
    DestinationUnreachable,
    SetupError,
)
from core.ports import Action, Outcome
from core.vocabulary.field import CrmObject

OK = {"success": True, "data": {"id": 1}}


class Server:
    """Answers by script: a status, a response, or an error to raise; the last one stays."""

    def __init__(self, *script: Any, limit: int | None = 1_000, headers=None):
        self.script = list(script) or [200]
        self.headers = dict(headers or {})
        if limit is not None:
            self.headers["x-ratelimit-limit"] = str(limit)
        self.requests: list[httpx.Request] = []

    async def __call__(self, request: httpx.Request) -> httpx.Response:
        await request.aread()
        self.requests.append(request)
        step = self.script.pop(0) if len(self.script) > 1 else self.script[0]
        if isinstance(step, Exception):
            raise step
        if isinstance(step, httpx.Response):
            return step
        body = OK if step == 200 else {"success": False, "error": "no"}
        return httpx.Response(step, json=body, headers=self.headers)


def _notes(desk, count, **given):
    return [desk.intent("note", fields={"note.content": "text"}, **given) for _ in range(count)]


def _outcomes(receipts):
    return [(each.outcome.value, each.reason) for each in receipts]


def test_the_token_goes_in_its_own_header(open_to, desk):
    server = Server()
    open_to(server).write(_notes(desk, 1))
    assert server.requests[0].headers["x-api-token"] == "secret-token"
    assert "authorization" not in server.requests[0].headers


def test_an_oauth_token_goes_as_a_bearer(open_to, desk):
    server = Server()
    open_to(server, auth="oauth").write(_notes(desk, 1))
    assert server.requests[0].headers["authorization"] == "Bearer secret-token"
    assert "x-api-token" not in server.requests[0].headers


@pytest.mark.parametrize(
    ("token", "auth"), [("", "token"), ("zwölf", "token"), ("a\nb", "token"), ("good", "cookie")]
)
def test_what_cannot_authenticate_is_refused_before_anything_is_sent(token, auth):
    with pytest.raises(SetupError) as raised:
        open_destination("http://127.0.0.1:9", token, auth=auth)
    assert raised.value.next_step
    assert not token or token not in str(raised.value)


def test_nothing_to_write_sends_nothing(open_to):
    server = Server()
    assert open_to(server).write([]) == []
    assert not server.requests


def test_receipts_come_in_the_order_of_the_intents(open_to, desk):
    numbers = itertools.count(1)

    async def answer(request):
        number = next(numbers)
        await asyncio.sleep(0.001 * (number % 3))
        return httpx.Response(200, json={"success": True, "data": {"id": number}})

    intents = _notes(desk, 40)
    receipts = open_to(answer, requests_per_2s=1_000).write(intents)
    assert [each.write_id for each in receipts] == [each.write_id for each in intents]
    assert {each.outcome for each in receipts} == {Outcome.ACK}


@pytest.mark.parametrize(
    ("step", "outcome"),
    [
        (httpx.ConnectError("refused"), ("unsent", "unreachable")),
        (httpx.ConnectTimeout("slow"), ("unsent", "unreachable")),
        (httpx.PoolTimeout("full"), ("unsent", "unreachable")),
        (httpx.ReadTimeout("slow"), ("unknown", "timeout")),
        (httpx.WriteTimeout("slow"), ("unknown", "timeout")),
        (httpx.ReadError("reset"), ("unknown", "broken_off")),
        (httpx.WriteError("reset"), ("unknown", "broken_off")),
        (httpx.RemoteProtocolError("cut"), ("unknown", "broken_off")),
        (RuntimeError("a mistake of ours"), ("unknown", "broken_off")),
        (TimeoutError(), ("unknown", "timeout")),
        (500, ("unknown", "http_500")),
    ],
)
def test_a_write_is_attempted_once_however_it_ends(open_to, desk, step, outcome):
    server = Server(step)
    destination = open_to(server, requests_per_2s=100)
    assert _outcomes(destination.write(_notes(desk, 1))) == [outcome]
    assert len(server.requests) == 1


def test_a_redirect_is_not_followed(open_to, desk):
    server = Server(httpx.Response(302, headers={"location": "https://evil.invalid/"}))
    assert _outcomes(open_to(server).write(_notes(desk, 1))) == [("unknown", "http_302")]
    assert len(server.requests) == 1


def test_a_write_past_its_deadline_is_not_sent(open_to, desk, clock):
    server = Server()
    receipts = open_to(server).write(_notes(desk, 1, deadline_s=clock.now_s - 1))
    assert _outcomes(receipts) == [("unsent", "deadline")]
    assert not server.requests


def test_writes_that_would_wait_past_their_deadline_are_not_sent(open_to, desk, clock):
    server = Server(limit=20)
    destination = open_to(server, requests_per_2s=20)
    receipts = destination.write(_notes(desk, 60, deadline_s=clock.now_s + 2.5))
    sent = [each for each in receipts if each.outcome is Outcome.ACK]
    assert len(server.requests) == len(sent)
    assert 20 <= len(sent) <= 40
    assert {each.reason for each in receipts if each not in sent} == {"deadline"}
    assert destination.spent().tokens == 10 * len(sent)


def test_a_file_that_takes_too_long_to_open_is_not_sent(open_to, desk, clock, letter, tmp_path):
    class Slow(type(letter)):  # type: ignore[misc]
        def open(self, *args, **kwargs):
            clock.now_s += 10
            return super().open(*args, **kwargs)

    server = Server()
    intent = desk.intent(
        "file", fields={}, content=Slow(letter), deadline_s=clock.now_s + 5, ref=desk.ref(1)
    )
    destination = open_to(server, requests_per_2s=1)
    assert _outcomes(destination.write([intent])) == [("unsent", "deadline")]
    assert _outcomes(destination.write(_notes(desk, 1))) == [("ack", "")]


def test_a_file_that_is_not_there_is_refused_and_not_sent(open_to, desk, tmp_path):
    server = Server()
    intent = desk.intent("file", fields={}, content=tmp_path / "gone.pdf")
    assert _outcomes(open_to(server).write([intent])) == [("reject", "content_missing")]
    assert not server.requests


def test_the_pace_is_what_the_destination_says(open_to, desk, clock):
    server = Server(limit=40)
    destination = open_to(server)
    destination.write(_notes(desk, 100))
    spent = destination.spent()
    assert (spent.requests_per_2s, spent.requests, spent.http_429) == (40, 100, 0)
    assert spent.peak_per_2s <= 40
    assert 4.0 <= spent.busy_s <= 5.1
    assert spent.waited_s == pytest.approx(spent.busy_s, rel=0.2)


def test_the_pace_is_never_more_than_the_settings_allow(open_to, desk):
    destination = open_to(Server(limit=40), requests_per_2s=10)
    destination.write(_notes(desk, 30))
    assert destination.spent().peak_per_2s <= 10
    destination = open_to(Server(limit=40), requests_per_2s=400)
    destination.write(_notes(desk, 30))
    assert destination.spent().requests_per_2s == 40


@pytest.mark.parametrize("said", [None, "0", "many", "-5", "inf", ""])
def test_the_pace_is_the_smallest_plans_when_the_destination_says_nothing(open_to, desk, said):
    headers = {} if said is None else {"x-ratelimit-limit": said}
    destination = open_to(Server(limit=None, headers=headers))
    destination.write(_notes(desk, 30))
    assert destination.spent().requests_per_2s == 20
    assert destination.spent().peak_per_2s <= 20


def test_the_pace_is_the_smallest_plans_when_the_first_answer_is_silence(open_to, desk):
    destination = open_to(Server(httpx.ReadTimeout("slow"), 200, limit=None))
    destination.write(_notes(desk, 30))
    assert destination.spent().requests_per_2s == 20


def test_the_pace_follows_a_plan_that_shrinks(open_to, desk):
    server = Server(limit=100)
    destination = open_to(server)
    destination.write(_notes(desk, 10))
    server.headers["x-ratelimit-limit"] = "20"
    destination.write(_notes(desk, 50))
    assert destination.spent().requests_per_2s == 20


def test_too_many_pauses_the_whole_gate_and_goes_on(open_to, desk, clock):
    throttled = httpx.Response(429, headers={"x-ratelimit-remaining": "0", "retry-after": "4"})
    server = Server(200, throttled, 200)
    destination = open_to(server, in_flight=1)
    receipts = destination.write(_notes(desk, 5))
    assert [each.outcome.value for each in receipts] == ["ack", "throttled", "ack", "ack", "ack"]
    assert max(clock.slept) == 4.0
    assert destination.spent().http_429 == 1


@pytest.mark.parametrize(
    "headers",
    [
        {"x-daily-ratelimit-token-remaining": "0"},
        {"x-ratelimit-remaining": "37"},
        {"retry-after": "86400"},
    ],
)
def test_too_many_for_the_day_stops_until_later(open_to, desk, clock, headers):
    server = Server(200, httpx.Response(429, headers=headers), 200)
    destination = open_to(server, in_flight=1)
    receipts = destination.write(_notes(desk, 5))
    assert _outcomes(receipts)[1:] == [("throttled", "too_many")] + [("unsent", "tokens")] * 3
    with pytest.raises(DestinationBusy) as raised:
        destination.write(_notes(desk, 1))
    assert "reset" in raised.value.next_step
    assert len(server.requests) == 2
    clock.now_s += 1_800
    assert _outcomes(destination.write(_notes(desk, 1))) == [("ack", "")]


@pytest.mark.parametrize("asked", [None, "abc", "-1", "Wed, 21 Oct 2015 07:28:00 GMT", "3"])
def test_three_pauses_in_a_row_stop_the_run(open_to, desk, asked):
    headers = {} if asked is None else {"retry-after": asked}
    server = Server(200, httpx.Response(429, headers=headers))
    destination = open_to(server, in_flight=1)
    receipts = destination.write(_notes(desk, 10))
    assert [each.outcome.value for each in receipts] == (
        ["ack"] + ["throttled"] * 3 + ["unsent"] * 6
    )
    with pytest.raises(DestinationBusy):
        destination.standing()


def test_many_refusals_of_one_moment_count_as_one(open_to, desk):
    burst = asyncio.Event()
    answered = itertools.count()

    async def answer(request):
        number = next(answered)
        if 1 <= number <= 8:
            if number == 8:
                burst.set()
            await burst.wait()
            return httpx.Response(429, headers={"x-ratelimit-remaining": "0"})
        return httpx.Response(200, json=OK, headers={"x-ratelimit-limit": "1000"})

    destination = open_to(answer, in_flight=8)
    receipts = destination.write(_notes(desk, 30))
    outcomes = [each.outcome.value for each in receipts]
    assert outcomes.count("throttled") == 8
    assert outcomes.count("ack") == 22


def test_a_refused_token_stops_the_run_for_good(open_to, desk, clock):
    server = Server(200, 401)
    destination = open_to(server, in_flight=1)
    receipts = destination.write(_notes(desk, 5))
    assert _outcomes(receipts) == [
        ("ack", ""),
        ("reject", "http_401"),
        *[("unsent", "token_refused")] * 3,
    ]
    clock.now_s += 1e9
    with pytest.raises(DestinationRefused, match="token") as raised:
        destination.write(_notes(desk, 1))
    assert "PERIO_" in raised.value.next_step
    assert "secret-token" not in f"{raised.value} {raised.value.next_step}"


def test_a_block_at_the_edge_stops_everything_for_a_quarter_of_an_hour(open_to, desk, clock):
    blocked = httpx.Response(403, html="<p>This error is produced by Cloudflare.</p>")
    server = Server(200, blocked, 200)
    destination = open_to(server, in_flight=1)
    receipts = destination.write(_notes(desk, 4))
    assert _outcomes(receipts)[1:] == [("unknown", "http_403")] + [("unsent", "blocked")] * 2
    clock.now_s += 899
    with pytest.raises(DestinationError, match="blocks") as raised:
        destination.seek("note", 0)
    assert not isinstance(raised.value, DestinationBusy)
    clock.now_s += 2
    assert _outcomes(destination.write(_notes(desk, 1))) == [("ack", "")]


def test_a_destination_out_of_reach_stops_the_run_and_costs_nothing(open_to, desk, clock):
    spent = []

    def spend(tokens):
        spent.append(tokens)
        return sum(spent)

    server = Server(httpx.ConnectError("refused"))
    destination = open_to(server, requests_per_2s=100, spend=spend)
    receipts = destination.write(_notes(desk, 10))
    assert set(_outcomes(receipts)) == {("unsent", "unreachable")}
    with pytest.raises(DestinationUnreachable):
        destination.write(_notes(desk, 1))
    assert sum(spent) == 0
    assert (destination.spent().tokens, destination.spent().requests) == (0, 0)
    server.script = [200]
    clock.now_s += 5
    assert _outcomes(destination.write(_notes(desk, 1))) == [("ack", "")]


def test_a_question_is_asked_again_while_the_trouble_may_pass(open_to, clock):
    listed = httpx.Response(200, json={"success": True, "data": []})
    server = Server(503, httpx.ReadTimeout("slow"), 502, listed)
    assert open_to(server).seek("deal", 0).is_empty()
    assert [each for each in clock.slept if each in {0.5, 1.0, 2.0}] == [0.5, 1.0, 2.0]


@pytest.mark.parametrize(
    ("step", "error"), [(503, DestinationUnreachable), (httpx.ReadTimeout("x"), DestinationError)]
)
def test_a_question_is_asked_four_times_at_most(open_to, step, error):
    server = Server(step)
    with pytest.raises(error):
        open_to(server).seek("deal", 0)
    assert len(server.requests) == 4


@pytest.mark.parametrize("status", [400, 401, 403, 404])
def test_a_question_that_is_refused_is_not_asked_again(open_to, status):
    server = Server(status)
    with pytest.raises(DestinationRefused):
        open_to(server).seek("deal", 0)
    assert len(server.requests) == 1


def test_tokens_are_counted_before_anything_is_sent(open_to, desk):
    server = Server()
    events: list[object] = []

    def spend(tokens):
        events.append((tokens, len(server.requests)))
        return 0

    destination = open_to(server, spend=spend)
    destination.write([*_notes(desk, 3), desk.intent("deal", Action.DELETE, record_id=4)])
    assert events == [(33, 0)]
    assert destination.spent().tokens == 33


def test_the_reserve_is_left_alone(open_to, desk):
    counted = []

    def spend(tokens):
        counted.append(tokens)
        return sum(counted)

    server = Server()
    destination = open_to(server, tokens_per_day=100, reserve=0.25, spend=spend)
    receipts = destination.write(_notes(desk, 10))
    assert _outcomes(receipts) == [("ack", "")] * 7 + [("unsent", "tokens")] * 3
    assert sum(counted) == 70
    with pytest.raises(DestinationBusy) as raised:
        destination.write(_notes(desk, 1))
    assert "again" in raised.value.next_step
    with pytest.raises(DestinationBusy):
        destination.seek("note", 0)
    assert len(server.requests) == 7
    assert sum(counted) == 70


def test_a_batch_that_fits_the_day_is_sent_whole(open_to, desk):
    destination = open_to(Server(), tokens_per_day=100, reserve=0.0)
    assert {each.outcome for each in destination.write(_notes(desk, 10))} == {Outcome.ACK}


def test_text_that_cannot_be_written_is_refused_and_the_others_are_sent(open_to, desk):
    server = Server()
    bad = desk.intent("note", fields={"note.content": "lone \ud83d surrogate"})
    receipts = open_to(server).write([*_notes(desk, 2), bad, *_notes(desk, 2)])
    assert [each.outcome.value for each in receipts] == ["ack", "ack", "reject", "ack", "ack"]
    assert len(server.requests) == 4


def test_what_others_use_of_the_same_token_is_left_to_them(open_to, desk, clock):
    sent: list[float] = []
    refused = []

    async def answer(request):
        await clock.sleep(0.001)
        sent.append(clock.now_s)
        ours = len([at for at in sent if at > clock.now_s - 2])
        left = 40 - 25 - ours
        headers = {"x-ratelimit-limit": "40", "x-ratelimit-remaining": str(max(0, left))}
        if left < 0:
            refused.append(clock.now_s)
            return httpx.Response(429, headers=headers)
        return httpx.Response(200, json=OK, headers=headers)

    receipts = open_to(answer, in_flight=4).write(_notes(desk, 100))
    assert {each.outcome for each in receipts} == {Outcome.ACK}
    assert not refused


def test_tokens_are_counted_by_the_conversation_itself_when_nobody_else_does(open_to, desk):
    destination = open_to(Server(), tokens_per_day=40, reserve=0.0)
    assert len([1 for each in destination.write(_notes(desk, 9)) if each.reason == "tokens"]) == 5


def test_several_threads_share_one_pace(open_to, desk):
    server = Server(limit=40)
    destination = open_to(server)
    batches = [_notes(desk, 30) for _ in range(4)]
    outcomes: list[Outcome] = []

    def work(batch):
        outcomes.extend(each.outcome for each in destination.write(batch))

    threads = [threading.Thread(target=work, args=(batch,)) for batch in batches]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert outcomes == [Outcome.ACK] * 120
    assert destination.spent().peak_per_2s <= 40


def test_no_more_are_in_flight_than_the_settings_allow(open_to, desk):
    flying, most = 0, 0

    async def answer(request):
        nonlocal flying, most
        flying += 1
        most = max(most, flying)
        await asyncio.sleep(0.001)
        flying -= 1
        return httpx.Response(200, json=OK, headers={"x-ratelimit-limit": "1000"})

    open_to(answer, in_flight=3).write(_notes(desk, 30))
    assert most == 3


def test_a_wait_for_a_response_ends_when_the_run_is_stopped(open_to, desk):
    async def answer(request):
        return httpx.Response(401, json={"success": False})

    receipts = open_to(answer, requests_per_2s=1, in_flight=4).write(_notes(desk, 4))
    assert [each.reason for each in receipts] == ["http_401"] + ["token_refused"] * 3


def test_closing_twice_is_no_trouble(open_to, desk):
    destination = open_to(Server())
    destination.write(_notes(desk, 1))
    destination.close()
    destination.close()
    assert destination.spent().requests == 1


def test_a_body_holds_no_more_than_what_was_asked(open_to, desk):
    server = Server()
    intent = desk.intent("note", fields={"note.content": "a & b", "note.patient_key": "7"})
    open_to(server).write([intent])
    assert json.loads(server.requests[0].content) == {
        "content": f"<p>a &amp; b</p><p>Migration Ref {intent.ref}</p>",
        "person_id": 7,
    }


def test_an_intent_never_shows_its_values(desk):
    intent = desk.intent("note", fields={"note.content": "secret"})
    assert "secret" not in repr(intent)


def test_bytes_that_are_elsewhere_are_fetched_without_the_token(open_to):
    elsewhere = httpx.Response(302, headers={"location": "https://files.example.com/x?sig=1"})
    server = Server(elsewhere, httpx.Response(200, content=b"bytes"))
    destination = open_to(server)
    assert destination.download(5) == b"bytes"
    first, second = server.requests
    assert first.headers["x-api-token"]
    assert "x-api-token" not in second.headers
    assert str(second.url) == "https://files.example.com/x?sig=1"
    assert destination.spent().tokens == 20


def test_bytes_that_the_store_refuses_do_not_stop_the_run(open_to):
    elsewhere = httpx.Response(302, headers={"location": "https://files.example.com/x"})
    server = Server(elsewhere, httpx.Response(403, content=b"<Error>expired</Error>"), elsewhere)
    # the last answer stays: a store that sends us on once more is not followed
    destination = open_to(server)
    with pytest.raises(DestinationError, match="not its API"):
        destination.download(5)
    with pytest.raises(DestinationError):
        destination.download(5)


def test_a_search_counts_against_the_narrower_window_too(open_to, clock):
    listed = httpx.Response(200, json={"success": True, "data": []})
    destination = open_to(Server(listed), requests_per_2s=1_000)
    request = httpx.Request("GET", "http://127.0.0.1:9/api/v2/persons/search?term=x")
    for _ in range(25):
        destination._read(request)
    assert destination.spent().peak_per_2s <= 10
    assert clock.now_s >= 1_004


def test_a_search_that_is_not_sent_gives_its_slot_back(open_to):
    destination = open_to(Server(httpx.ConnectError("refused")), requests_per_2s=1_000)
    request = httpx.Request("GET", "http://127.0.0.1:9/api/v2/persons/search?term=x")
    with pytest.raises(DestinationUnreachable):
        destination._read(request)
    assert destination._wire._governor._searches.wait_s(0.0) != float("inf")


def test_a_spending_count_of_a_running_batch_shows_its_time(open_to, desk, clock):
    seen: list[float] = []
    opened: list[PipedriveDestination] = []

    async def answer(request):
        await clock.sleep(1.0)
        seen.append(opened[0].spent().busy_s)
        return httpx.Response(200, json=OK)

    opened.append(open_to(answer))
    opened[0].write(_notes(desk, 1))
    assert seen == [1.0]


def test_every_object_can_be_deleted(open_to, desk):
    server = Server()
    intents = [desk.intent(each, Action.DELETE, record_id=1) for each in CrmObject]
    receipts = open_to(server).write(intents)
    assert {each.outcome for each in receipts} == {Outcome.ACK}


@pytest.mark.parametrize(
    ("hour", "minute", "left"), [(0, 0, "24 h 00 min"), (18, 48, "5 h 12 min"), (23, 59, "0 h 01")]
)
def test_a_day_without_tokens_says_how_long_it_lasts(hour, minute, left):
    now = datetime(2026, 11, 24, hour, minute, tzinfo=UTC)
    assert f"in {left}" in (out_of_tokens(now).next_step or "")


def test_what_is_sent_later_goes_out_later_and_nobody_waits_meanwhile(desk):
    gate, seen = threading.Event(), list[str]()

    async def slow(request):
        await request.aread()
        seen.append(json.loads(request.content)["content"])
        while not gate.is_set():  # noqa: ASYNC110 - the gate is opened by another thread
            await asyncio.sleep(0.01)
        return httpx.Response(200, json=OK, headers={"x-ratelimit-limit": "1000"})

    destination = open_destination(
        "http://127.0.0.1:9", "t", transport=httpx.MockTransport(slow), in_flight=1
    )
    waits = [
        destination.send([desk.intent("note", fields={"note.content": each})])
        for each in ("first", "second")
    ]
    gate.set()
    outcomes = [_outcomes(wait()) for wait in waits]
    destination.close()
    assert outcomes == [[("ack", "")]] * 2
    assert ["first" in seen[0], "second" in seen[1]] == [True, True]


@pytest.fixture
def stranger(tmp_path):
    """A TLS server whose certificate nobody vouches for."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "elsewhere.example.com")])
    now = datetime.now(UTC)
    signed = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=2))
        .not_valid_after(now - timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    file = tmp_path / "stranger.pem"
    plain = serialization.NoEncryption()
    form = serialization.PrivateFormat.PKCS8
    pem = serialization.Encoding.PEM
    file.write_bytes(key.private_bytes(pem, form, plain) + signed.public_bytes(pem))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=_shake_hands, args=(listening, context))
        thread.start()
        yield listening.getsockname()[1]
        thread.join()


def _shake_hands(listening, context):
    line, _ = listening.accept()
    with contextlib.suppress(OSError), line:
        context.wrap_socket(line, server_side=True).recv(1)


def test_nothing_is_sent_to_a_host_whose_certificate_is_expired_or_anothers(stranger):
    wire = Wire({"x-api-token": "secret"}, (time.monotonic, None), 1, None)
    request = httpx.Request("GET", f"https://127.0.0.1:{stranger}/v1/users/me")
    (answer,) = wire.carry([Letter(lambda: request, "/v1/users/me", 2)])
    wire.close()
    assert answer == Silence(is_sent=False, reason="unreachable")


def test_the_budget_is_what_the_destination_says_when_the_settings_do_not(open_to, desk):
    server = Server(headers={"x-daily-ratelimit-token-limit": "100"})
    spent = [60]

    def spend(tokens):
        spent[0] += tokens
        return spent[0]

    destination = open_to(server, reserve=0.25, spend=spend)
    # the first answer tells the budget: 75 of it are ours, and a note costs 10
    assert _outcomes(destination.write(_notes(desk, 1))) == [("ack", "")]
    with pytest.raises(DestinationBusy):
        destination.write(_notes(desk, 1))
    assert (spent, len(server.requests)) == ([70], 1)


def test_settings_go_before_what_the_destination_says_of_its_budget(open_to, desk):
    server = Server(headers={"x-daily-ratelimit-token-limit": "10"})
    destination = open_to(server, tokens_per_day=1_000)
    for _ in range(5):
        assert _outcomes(destination.write(_notes(desk, 1))) == [("ack", "")]

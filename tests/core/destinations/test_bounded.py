"""Answers are unpacked no further than an answer can be long."""

import asyncio
import gzip
import json

import httpx
import pytest

from core.destinations.pipedrive.bounded import TooLarge, whole

PAGE = json.dumps({"success": True, "data": [{"id": 1, "note": "x" * 5_000}]}).encode()


def answer(content: bytes, **headers: str) -> httpx.Response:
    async def pieces():
        for start in range(0, len(content), 1_000):
            yield content[start : start + 1_000]

    request = httpx.Request("GET", "http://127.0.0.1/api/v2/deals")
    return httpx.Response(200, headers=headers, content=pieces(), request=request)


@pytest.mark.parametrize(
    ("content", "headers"),
    [(PAGE, {}), (gzip.compress(PAGE), {"content-encoding": "gzip", "x-ratelimit-limit": "40"})],
    ids=["plain", "packed"],
)
def test_an_answer_is_read_whole_and_says_what_it_said(content, headers):
    read = asyncio.run(whole(answer(content, **headers)))
    assert read.content == PAGE
    assert read.json()["data"][0]["id"] == 1
    assert "content-encoding" not in read.headers
    assert read.headers.get("x-ratelimit-limit") == headers.get("x-ratelimit-limit")


def test_an_answer_that_unpacks_beyond_all_measure_is_left_where_it_is():
    bomb = gzip.compress(bytes(20_000_000))
    assert len(bomb) < 30_000
    packed = answer(bomb, **{"content-encoding": "gzip"})
    with pytest.raises(TooLarge):
        asyncio.run(whole(packed, largest_bytes=1_000_000))
    assert packed.is_closed


def test_a_write_whose_answer_is_a_bomb_is_of_unknown_outcome(open_to, desk, monkeypatch):
    monkeypatch.setattr(whole, "__defaults__", (100_000,))
    packed = gzip.compress(bytes(1_000_000))
    headers = {"content-encoding": "gzip", "x-ratelimit-limit": "40"}
    destination = open_to(lambda _: httpx.Response(200, headers=headers, content=packed))
    (receipt,) = destination.write([desk.intent("note", fields={"note.content": "text"})])
    assert (receipt.outcome.value, receipt.reason) == ("unknown", "broken_off")

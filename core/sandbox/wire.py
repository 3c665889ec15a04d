"""How a reply leaves, and every way in which it may not.

Rule of the house: what the application interface does not offer (dropping, resetting, lying about
the length) goes through the connection itself; where there is none, the reply is lost all the same.
"""

import asyncio
import socket
import struct
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final, Protocol

from starlette.types import Receive, Scope, Send

from core.sandbox.gateway import Reply

WIRE: Final = "perio.sandbox.wire"
"""Scope key under which the server offers its end of the connection."""


class ReplyLost(ConnectionResetError):
    """No answer will come; raised where there is no connection to drop."""


class Transport(Protocol):
    """The server's end of a connection, as far as it is needed."""

    def write(self, content: bytes) -> None:
        """Send bytes."""

    def close(self) -> None:
        """Close after everything is sent."""

    def abort(self) -> None:
        """Close at once."""

    def get_extra_info(self, name: str) -> Any:  # noqa: ANN401 - whatever is known
        """What is known of the connection."""


@dataclass(slots=True)
class Delivery:
    """A reply and the way it takes.

    Attributes:
        reply: What is sent; None when nothing is.
        is_reset: Whether the connection is reset instead of closed, when nothing is sent.
        wait_s: How long before anything is sent.
        byte_wait_s: How long between two bytes of the body.
        hold_s: How long the connection is held in the middle of the body, then dropped.
        length_off: By how much the announced length is more than the real one.
    """

    reply: Reply | None
    is_reset: bool = False
    wait_s: float = 0.0
    byte_wait_s: float = 0.0
    hold_s: float = 0.0
    length_off: int = 0


async def deliver(delivery: Delivery, scope: Scope, receive: Receive, send: Send) -> None:
    """Let a reply leave the way it is meant to."""
    if delivery.wait_s:
        await asyncio.sleep(delivery.wait_s)
    reply = delivery.reply
    if reply is None:
        await _end(scope, receive, is_reset=delivery.is_reset)
    elif delivery.length_off:
        await _send_raw(reply, delivery.length_off, scope, receive)
    elif delivery.hold_s:
        await _start(reply, send, length=None)
        half = reply.body[: len(reply.body) // 2]
        await send({"type": "http.response.body", "body": half, "more_body": True})
        await asyncio.sleep(delivery.hold_s)
        await _end(scope, receive, is_reset=False)
    else:
        await _start(reply, send, length=len(reply.body))
        if delivery.byte_wait_s:
            for at in range(len(reply.body)):
                each = reply.body[at : at + 1]
                await send({"type": "http.response.body", "body": each, "more_body": True})
                await asyncio.sleep(delivery.byte_wait_s)
            await send({"type": "http.response.body", "body": b""})
        else:
            await send({"type": "http.response.body", "body": reply.body})


async def _start(reply: Reply, send: Send, *, length: int | None) -> None:
    headers = list(reply.headers)
    if length is not None:
        headers.append((b"content-length", b"%d" % length))
    await send({"type": "http.response.start", "status": reply.status, "headers": headers})


async def _send_raw(reply: Reply, length_off: int, scope: Scope, receive: Receive) -> None:
    phrase = HTTPStatus(reply.status).phrase
    length = max(0, len(reply.body) + length_off)
    lines = [
        f"HTTP/1.1 {reply.status} {phrase}".encode(),
        *(b"%b: %b" % header for header in reply.headers),
        b"content-length: %d" % length,
        b"connection: close",
    ]
    wire = _transport(scope)
    wire.write(b"\r\n".join([*lines, b"", reply.body]))
    await _gone(wire.close, receive)


async def _end(scope: Scope, receive: Receive, *, is_reset: bool) -> None:
    wire = _transport(scope)
    if is_reset:
        # Lingering for no time makes the system send a reset instead of an orderly end.
        linger = struct.pack("ii", 1, 0)
        wire.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
    await _gone(wire.abort, receive)


def _transport(scope: Scope) -> Transport:
    wire: Transport | None = scope.get(WIRE)
    if wire is None:
        raise ReplyLost
    return wire


async def _gone(leave: Callable[[], None], receive: Receive) -> None:
    leave()
    # The next thing to be received is the end of the connection.
    await receive()

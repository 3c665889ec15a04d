"""One connection of a client: packets, TLS inside of them, log-in, statements, answers."""

import socketserver
import ssl
import struct
import time
from collections.abc import Iterable, Iterator
from typing import Any

from tests.tds.answers import Answer, Count, Delay, Drop, Encoded, Error, Result
from tests.tds.parameters import Reader, read_parameter
from tests.tds.type_info import type_info_of
from tests.tds.wire import COLLATION, byte_text, encoder, short_text, type_info

_BATCH, _RPC, _ANSWER, _ATTENTION, _TRANSACTION, _LOGIN, _PRELOGIN = 1, 3, 4, 6, 14, 16, 18
_DONE, _DONE_PROC, _DONE_IN_PROC = 0xFD, 0xFE, 0xFF
_MORE, _FAILED, _COUNTED, _ATTENDED = 1, 2, 0x10, 0x20
_NO_ENCRYPTION = 2
_PACKET = 4096
_PROCEDURES = {10: "sp_executesql", 12: "sp_execute", 13: "sp_prepexec", 15: "sp_unprepare"}


class ClosedError(Exception):
    """The connection is over."""


class AttentionError(Exception):
    """The client gave up waiting."""


def done(token: int, status: int, rows: int = 0) -> bytes:
    return bytes([token]) + struct.pack("<HHQ", status, 0xC1 if status & _COUNTED else 0, rows)


def error_token(error: Error, token: int = 0xAA) -> bytes:
    body = struct.pack("<iBB", error.number, 1, error.severity) + short_text(error.message)
    body += byte_text("TDS") + byte_text("") + struct.pack("<I", 1)
    return bytes([token]) + struct.pack("<H", len(body)) + body


def change_token(kind: int, new: str | bytes, old: str | bytes = "") -> bytes:
    parts = [
        byte_text(part) if isinstance(part, str) else bytes([len(part)]) + part
        for part in (new, old)
    ]
    body = bytes([kind]) + b"".join(parts)
    return b"\xe3" + struct.pack("<H", len(body)) + body


class Session(socketserver.BaseRequestHandler):
    server: Any

    def setup(self) -> None:
        self.tls: ssl.SSLObject | None = None
        self.prepared: dict[int, str] = {}
        self.user = self.database = ""
        self.is_in_transaction = False
        self.level = "READ COMMITTED"

    def handle(self) -> None:
        try:
            while True:
                self._answer(*self._message())
        except (ClosedError, OSError):
            pass

    def _answer(self, kind: int, body: bytes) -> None:
        if kind == _PRELOGIN:
            self._prelogin(body)
        elif kind == _LOGIN:
            self._login(body)
        elif kind == _ATTENTION:
            self._send([done(_DONE, _ATTENDED)])
        else:
            # Statements carry headers before their text.
            self._statement(kind, body[struct.unpack("<I", body[:4])[0] :])

    def _statement(self, kind: int, body: bytes) -> None:
        try:
            if kind == _BATCH:
                self._send(self._spoken(self._run(body.decode("utf-16-le"), []), _DONE))
            elif kind == _RPC:
                self._send(self._called(Reader(body)))
            elif kind == _TRANSACTION:
                self._send([self._transaction(struct.unpack("<H", body[:2])[0])])
            else:
                raise ClosedError
        except AttentionError:
            self._send([done(_DONE, _ATTENDED)])

    # What goes over the socket.

    def _fill(self, size: int) -> bytes:
        filled = b""
        while len(filled) < size:
            if self.tls is None:
                filled += self._received(size - len(filled))
                continue
            try:
                filled += self.tls.read(size - len(filled))
            except ssl.SSLWantReadError:
                self.inward.write(self._received(65536))
        return filled

    def _received(self, size: int) -> bytes:
        received: bytes = self.request.recv(size)
        if not received:
            raise ClosedError
        return received

    def _message(self) -> tuple[int, bytes]:
        body = b""
        while True:
            kind, status, size = struct.unpack(">BBH", self._fill(8)[:4])
            body += self._fill(size - 8)
            if status & 1:
                return kind, body

    def _send(self, parts: Iterable[bytes], kind: int = _ANSWER) -> None:
        """Full packets go out as soon as they are full; a cut comes after what was full."""
        kept, number = bytearray(), 0
        most = _PACKET - 8
        for part in parts:
            kept += part
            while len(kept) > most:
                number += 1
                self._packet(kind, number, bytes(kept[:most]))
                del kept[:most]
        self._packet(kind, number + 1, bytes(kept), is_last=True)

    def _packet(self, kind: int, number: int, body: bytes, *, is_last: bool = False) -> None:
        head = struct.pack(">BBHHBB", kind, int(is_last), len(body) + 8, 0, number & 255, 0)
        packet = head + body
        if self.tls is not None:
            self.tls.write(packet)
            packet = self.outward.read()
        self.request.sendall(packet)

    # Beginning.

    def _prelogin(self, _body: bytes) -> None:
        context: ssl.SSLContext | None = self.server.context
        encryption = 1 if context else _NO_ENCRYPTION
        options = [(0, bytes([16, 0, 3, 232, 0, 0])), (1, bytes([encryption])), (4, b"\0")]
        head, content = b"", b""
        for number, value in options:
            place = len(options) * 5 + 1 + len(content)
            head += struct.pack(">BHH", number, place, len(value))
            content += value
        self._send([head + b"\xff" + content])
        if context:
            self._encrypt(context)

    def _encrypt(self, context: ssl.SSLContext) -> None:
        self.inward, self.outward = ssl.MemoryBIO(), ssl.MemoryBIO()
        tls = context.wrap_bio(self.inward, self.outward, server_side=True)
        while True:
            try:
                tls.do_handshake()
                is_done = True
            except ssl.SSLWantReadError:
                is_done = False
            if spoken := self.outward.read():
                self._send([spoken], _PRELOGIN)
            if is_done:
                break
            self.inward.write(self._message()[1])
        self.tls = tls

    def _login(self, body: bytes) -> None:
        def text(at: int, *, is_hidden: bool = False) -> str:
            place, size = struct.unpack("<HH", body[at : at + 4])
            raw = body[place : place + size * 2]
            if is_hidden:
                raw = bytes((((x ^ 0xA5) << 4) & 0xF0) | ((x ^ 0xA5) >> 4) for x in raw)
            return raw.decode("utf-16-le")

        self.user, self.database = text(40), text(68) or "master"
        self.server.applications.append(text(48))
        if refused := self.server.login(self.user, text(44, is_hidden=True), self.database):
            self._send([error_token(refused) + done(_DONE, _FAILED)])
            raise ClosedError
        changed = Error(5701, "Changed database context.", severity=0)
        body = b"\x01\x74\x00\x00\x04" + byte_text("Microsoft SQL Server") + bytes([16, 0, 3, 232])
        self._send(
            [
                change_token(1, self.database, "master"),
                error_token(changed, token=0xAB),
                change_token(7, COLLATION, b""),
                b"\xad" + struct.pack("<H", len(body)) + body,
                change_token(4, str(_PACKET), str(_PACKET)),
                done(_DONE, 0),
            ]
        )

    # Statements and their answers.

    def _run(self, statement: str, parameters: list[Any]) -> list[Answer]:
        self.server.log.append((statement, parameters))
        answers: list[Answer] = self.server.handler(self, statement, parameters)
        return answers

    def _called(self, reader: Reader) -> Iterator[bytes]:
        size = reader.number(2)
        named = reader.number(2) if size == 0xFFFF else reader.take(size * 2).decode("utf-16-le")
        name = _PROCEDURES.get(named, str(named)) if isinstance(named, int) else named
        reader.number(2)
        values = []
        while reader.has_more():
            values.append(read_parameter(reader))
        handle = None
        if name == "sp_executesql":
            answers = self._run(values[0], values[2:])
        elif name == "sp_prepexec":
            handle = len(self.prepared) + 1
            self.prepared[handle] = values[2]
            answers = self._run(values[2], values[3:])
        elif name == "sp_execute":
            answers = self._run(self.prepared[values[0]], values[1:])
        elif name == "sp_unprepare":
            answers = []
        elif "sp_datatype_info" in name:
            answers = [type_info_of(values[0])]
        else:
            raise ClosedError
        yield from self._spoken(answers, _DONE_IN_PROC)
        yield b"\x79" + struct.pack("<i", 0)
        if handle is not None:
            value = b"\x01" + struct.pack("<IH", 0, 0) + b"\x26\x04\x04" + struct.pack("<i", handle)
            yield b"\xac" + struct.pack("<H", 0) + byte_text("") + value
        failed = any(isinstance(answer, Error) for answer in answers)
        yield done(_DONE_PROC, _FAILED if failed else 0)

    def _spoken(self, answers: list[Answer], token: int) -> Iterator[bytes]:
        is_called = token == _DONE_IN_PROC
        for place, answer in enumerate(answers):
            more = _MORE if is_called or place < len(answers) - 1 else 0
            if isinstance(answer, Delay):
                self._wait(answer.wait_s)
            elif isinstance(answer, Drop):
                raise ClosedError
            elif isinstance(answer, Error):
                yield error_token(answer) + (b"" if is_called else done(token, _FAILED | more))
            elif isinstance(answer, Count):
                yield done(token, _COUNTED | more, answer.rows)
            elif isinstance(answer, Encoded):
                yield from self._described(answer.columns)
                yield from answer.chunks
                yield done(token, _COUNTED | more, answer.rows)
            else:
                yield from self._rows(answer, token, more)
        if not answers and not is_called:
            yield done(token, 0)

    def _rows(self, result: Result, token: int, more: int) -> Iterator[bytes]:
        encoders = [encoder(kind) for _, kind in result.columns]
        yield from self._described(result.columns)
        count = 0
        try:
            for row in result.rows:
                if count == result.cut_after:
                    raise ClosedError
                yield b"\xd1" + b"".join([e(v) for e, v in zip(encoders, row, strict=True)])
                count += 1
        except Error as error:
            yield error_token(error)
            yield done(token, _FAILED | more)
            return
        yield done(token, _COUNTED | more, count)

    @staticmethod
    def _described(columns: list[tuple[str, str]]) -> Iterator[bytes]:
        yield b"\x81" + struct.pack("<H", len(columns))
        for name, kind in columns:
            yield struct.pack("<IH", 0, 0x09) + type_info(kind) + byte_text(name)

    def _wait(self, wait_s: float) -> None:
        end = time.monotonic() + wait_s
        try:
            while (left := end - time.monotonic()) > 0:
                self.request.settimeout(left)
                if self._message()[0] == _ATTENTION:
                    raise AttentionError
        except TimeoutError:
            pass
        finally:
            self.request.settimeout(None)

    def _transaction(self, kind: int) -> bytes:
        begun = struct.pack("<Q", 1)
        changes = {
            5: change_token(8, begun, b""),
            7: change_token(9, b"", begun),
            8: change_token(10, b"", begun),
        }
        self.is_in_transaction = kind == 5
        return changes.get(kind, b"") + done(_DONE, 0)

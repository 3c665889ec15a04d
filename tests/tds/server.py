"""A TDS server on this machine's own loopback, for as long as a test needs it."""

import ssl
import threading
from collections.abc import Callable
from socketserver import ThreadingTCPServer
from typing import Any, Self

from tests.tds.answers import Answer, Error
from tests.tds.session import Session

Handler = Callable[[Session, str, list[Any]], list[Answer]]
Login = Callable[[str, str, str], Error | None]


class Server(ThreadingTCPServer):
    """Answers each statement with what its handler says; keeps a log of what it was asked."""

    allow_reuse_address = True
    daemon_threads = True
    block_on_close = False

    def __init__(
        self,
        handler: Handler,
        *,
        context: ssl.SSLContext | None,
        login: Login = lambda _user, _password, _database: None,
        host: str = "127.0.0.1",
    ) -> None:
        self.handler, self.login, self.context = handler, login, context
        self.log: list[tuple[str, list[Any]]] = []
        self.applications: list[str] = []
        super().__init__((host, 0), Session)
        self.port: int = self.server_address[1]

    def __enter__(self) -> Self:
        threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.shutdown()
        self.server_close()

"""Puts a database on a server and opens it as a source, for as long as a test needs both."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from core.sources.sqlserver import SqlServerSource
from tests.tds.certificates import context_with
from tests.tds.database import Database
from tests.tds.engine import Engine
from tests.tds.server import Server


@dataclass
class Served:
    """A running server and what a reader of it sees."""

    source: SqlServerSource
    engine: Engine
    server: Server

    @property
    def statements(self) -> list[str]:
        """What the server was asked, the wrapping taken off."""
        return [
            str(parameters[0]) if "EXEC sys.sp_executesql" in text else text
            for text, parameters in self.server.log
        ]


def address_of(server: Server) -> str:
    return f"Server=localhost,{server.port};Database=practice;UID=reader;PWD=hush-hush"


@contextmanager
def served(database: Database, certificate: Path, folder: Path) -> Iterator[Served]:
    engine = Engine(database)
    with Server(engine, context=context_with(certificate)) as server:
        source = SqlServerSource(address_of(server), folder)
        try:
            yield Served(source, engine, server)
        finally:
            source.close()

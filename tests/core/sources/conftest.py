"""A SQL Server for the tests of sources: real TDS, real TLS, the real driver."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from core.errors import SettingMissing
from core.sources.sqlserver_driver import driver_manager
from tests.tds.certificates import make_certificate
from tests.tds.database import Database
from tests.tds.serving import Served, served


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Where the machine has no driver manager, say so once for every test that needs one."""
    try:
        driver_manager()
    except SettingMissing as missing:
        skip = pytest.mark.skip(reason=f"{missing} {missing.next_step}")
        for item in items:
            if item.path.name.startswith("test_sqlserver"):
                item.add_marker(skip)


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_certificate(tmp_path_factory.mktemp("certificate"))


@pytest.fixture
def _trusted(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))


@pytest.fixture
def serve(_trusted, certificate: Path, tmp_path: Path) -> Iterator[Callable[[Database], Served]]:
    """Put a database on a server, and open it as a source."""
    with ExitStack() as stack:
        yield lambda database: stack.enter_context(served(database, certificate, tmp_path))


@pytest.fixture
def _no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.sources.sqlserver_rows.FIRST_WAIT_S", 0.0)

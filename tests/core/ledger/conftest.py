import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.ledger.ledger import SqlLedger
from core.lifecycle import Stage
from tests.core.ledger import hands
from tests.core.ledger.hands import Clock, bring_to, opened, settle_people
from tests.core.ledger.servers import LACKING, Cluster, programs


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """A PostgreSQL for the session; started by whoever asks first."""
    found = programs()
    if found is None:
        assert os.environ.get("CI") != "true", LACKING
        pytest.skip(LACKING)
    cluster = Cluster(found)
    yield cluster
    cluster.remove()


@pytest.fixture
def on_server(cluster: Cluster, tmp_path: Path) -> Iterator[str]:
    """The ledger of the test's folder lives on a server; returns its address."""
    address = cluster.database()
    hands.PLACES[tmp_path] = address
    yield address
    del hands.PLACES[tmp_path]
    cluster.drop(address)


@pytest.fixture(params=["sqlite", "postgresql"])
def engine(request: pytest.FixtureRequest) -> str:
    """Each kind of database that a ledger may live in."""
    if request.param == "postgresql":
        request.getfixturevalue("on_server")
    return str(request.param)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def ledger(engine: str, tmp_path: Path, clock: Clock) -> Iterator[SqlLedger]:
    """A run's ledger with people, in either database."""
    with opened(tmp_path, clock) as ledger:
        settle_people(ledger)
        yield ledger


@pytest.fixture
def in_file(tmp_path: Path, clock: Clock) -> Iterator[SqlLedger]:
    """A run's ledger with people, in SQLite: for what only a file can show."""
    with opened(tmp_path, clock) as ledger:
        settle_people(ledger)
        yield ledger


@pytest.fixture
def loading(ledger: SqlLedger) -> SqlLedger:
    """A run's ledger at a stage where plans are carried out."""
    bring_to(ledger, Stage.SAMPLE_LOADED)
    return ledger

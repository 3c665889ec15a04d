"""A whole load whose ledger lives on a PostgreSQL that is killed in the middle of it."""

import os
from collections.abc import Callable, Iterator
from threading import Thread
from typing import Any

import pytest
from sqlalchemy import create_engine, insert, select, text

from core.errors import LedgerError, LedgerLocked
from core.ledger import schema, tables
from core.ledger.ledger import SqlLedger
from core.lifecycle import Stage
from tests.core.ledger.servers import LACKING, Cluster, programs
from tests.migrations import LOAD, PASSWORD, VERIFY, Migration


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    found = programs()
    if found is None:
        assert os.environ.get("CI") != "true", LACKING
        pytest.skip(LACKING)
    cluster = Cluster(found)
    yield cluster
    cluster.remove()


def move(migration: Migration, address: str) -> None:
    """Put a folder's ledger onto a server, row by row as it is."""
    of_file = create_engine(f"sqlite:///{migration.folder / 'ledger.sqlite'}")
    of_server = create_engine(address)
    with of_file.connect() as source, of_server.begin() as to:
        tables.metadata.create_all(to)
        schema.version_table.create(to)
        to.execute(insert(schema.version_table), [{"version_num": tables.REVISION}])
        for table in tables.metadata.sorted_tables:
            if rows := [dict(row) for row in source.execute(select(table)).mappings()]:
                to.execute(insert(table), rows)
        for table in (tables.signatures, tables.load_requests, tables.runs):
            (key,) = table.primary_key.columns.keys()
            numbered = f"pg_get_serial_sequence('{table.name}', '{key}')"
            count = f"(SELECT coalesce(max({key}), 0) + 1 FROM {table.name})"  # noqa: S608 - names of ours
            to.execute(text(f"SELECT setval({numbered}, {count}, false)"))
    of_file.dispose()
    of_server.dispose()
    (migration.folder / "ledger.sqlite").unlink()


@pytest.fixture
def on_server(at, cluster: Cluster, monkeypatch) -> Iterator[Migration]:
    """A migration whose load is authorized, with its ledger on the server."""
    migration = at(Stage.LOAD_AUTHORIZED)
    address = cluster.database()
    move(migration, address)
    monkeypatch.setenv("PERIO_LEDGER", address)
    yield migration
    cluster.drop(address)


def test_a_ledger_moved_to_a_server_is_whole(on_server: Migration):
    with on_server.opened() as bench:
        assert bench.ledger.engine.dialect.name == "postgresql"
        assert bench.ledger.verify_chain() > 50
        assert bench.ledger.stage() is Stage.LOAD_AUTHORIZED


@pytest.mark.parametrize("step", ["intend", "conclude"])
@pytest.mark.parametrize("when", ["before", "after"])
def test_a_server_killed_in_mid_load_costs_no_record_and_makes_no_second_one(
    on_server: Migration, cluster: Cluster, monkeypatch, step: str, when: str
):
    restarted = kill_at(monkeypatch, cluster, step, is_before=when == "before")
    with on_server.sandbox():
        for _ in range(3):  # the same command again, until it is through
            try:
                on_server.take(LOAD)
            except LedgerError:
                continue
            break
        assert restarted
        proof: dict[str, Any] = on_server.take(VERIFY)
    assert proof["diff"]["loss"] == 0
    assert set(on_server.live_refs().values()) == {1}
    assert {row["duplicates"] for row in proof["records"].values()} == {0}
    with on_server.opened() as bench:
        assert bench.ledger.verify_chain() > 50
        assert bench.ledger.stage() is Stage.VERIFIED


def kill_at(monkeypatch, cluster: Cluster, step: str, *, is_before: bool) -> list[int]:
    """Kill the server and start it again at the third such step; returns the steps seen then."""
    seen: list[int] = []
    restarted: list[int] = []
    real: Callable[..., object] = getattr(SqlLedger, step)

    def wrapped(ledger, *arguments, **options):
        seen.append(len(seen))
        is_now = len(seen) == 3
        if is_now and is_before:
            restart(cluster, restarted)
        made = real(ledger, *arguments, **options)
        if is_now and not is_before:
            restart(cluster, restarted)
        return made

    monkeypatch.setattr(SqlLedger, step, wrapped)
    return restarted


def restart(cluster: Cluster, restarted: list[int]) -> None:
    cluster.stop("immediate")
    cluster.start()
    restarted.append(1)


def test_of_two_runs_on_a_server_the_second_is_refused(on_server: Migration):
    with on_server.opened():
        with pytest.raises(LedgerLocked, match="Another run"):
            on_server.take(LOAD)
        with on_server.opened(lock=False) as console:
            console.ledger.authenticate("carla", PASSWORD)
    with on_server.opened() as bench:
        assert bench.ledger.epoch


def test_a_run_that_lost_its_lock_with_the_server_is_fenced_by_the_next(
    on_server: Migration, cluster: Cluster
):
    with on_server.sandbox() as account, on_server.opened() as first:
        passage = first.passage()
        restart(cluster, [])
        with on_server.opened() as second:  # the lock went with its connection
            assert second.ledger.epoch == (first.ledger.epoch or 0) + 1
            before = account.writes()
            with pytest.raises(LedgerLocked, match="took over"):
                LOAD(passage)
            assert account.writes() == before


def test_writers_on_a_server_make_one_chain(on_server: Migration):
    with on_server.opened() as first, on_server.opened(lock=False) as second:

        def note(other: SqlLedger) -> None:
            for number in range(30):
                other.audit(f"look {number}", actor="ada")

        before = first.ledger.verify_chain()
        threads = [
            Thread(target=note, args=[bench.ledger]) for bench in (first, second, first, second)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert first.ledger.verify_chain() == before + 120


def test_a_server_that_is_not_there_is_an_error_of_the_ledger(
    on_server: Migration, cluster: Cluster, monkeypatch
):
    monkeypatch.setenv("PERIO_LEDGER", f"postgresql+psycopg://perio@/none?host={cluster.folder}x")
    with pytest.raises(LedgerError), on_server.opened():
        pass


def test_a_server_that_does_not_keep_what_it_commits_is_refused(
    on_server: Migration, cluster: Cluster
):
    cluster.stop("fast")
    cluster.start("-c fsync=off")
    try:
        with pytest.raises(LedgerError, match="fsync"), on_server.opened():
            pass
    finally:
        cluster.stop("fast")
        cluster.start()

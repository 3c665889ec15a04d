import secrets
import sqlite3
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine, create_engine, text

from core.errors import ChainBroken, LedgerError, LedgerLocked
from core.ledger import schema, tables
from core.ledger.accounts import CHEAP_HASHER
from core.ledger.chain import event_hash, genesis
from core.ledger.connection import connect
from core.ledger.ledger import SqlLedger
from core.lifecycle import Gate, Role, Stage
from tests.core.ledger.hands import PASSWORD, opened, states, url

FIRST = """
INSERT INTO about VALUES (1, 1, '{ledger_id}', 'sample_loaded', 3, '2026-10-01T00:00:00+00:00');
INSERT INTO users VALUES ('carla', 'Carla Example', '["clinician"]', '{hash}', 0, NULL,
    '2026-10-01T00:00:00+00:00');
INSERT INTO signatures VALUES (1, 'map', 'carla', 'clinician', '2026-10-01T00:00:00+00:00', 'h',
    '');
INSERT INTO plans VALUES ('plan-1', 'sample', 1, '2026-10-01T00:00:00+00:00',
    '2026-10-01T00:00:00+00:00', 1, NULL, '{{"created": 1}}');
INSERT INTO writes VALUES ('plan-1', 'w1', 0, 'person', 'create', 'ref-1', NULL, 'aa', 'planned', 0,
    NULL, NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO records VALUES ('ref-0', 'person', 7, 'plan-1', TRUE);
INSERT INTO spending VALUES ('2026-10-01', 12);
"""


def write_events(engine: Engine, ledger_id: str) -> str:
    """The log of an old ledger; returns its last hash."""
    link = genesis(ledger_id).hash
    told = (
        ("make ledger", "", "perio"),
        ("sign", "map #1 h", "carla"),
        ("approve plan", "plan-1 #1", "perio"),
    )
    names = ("seq", "ts", "actor", "action", "subject", "outcome", "prev_hash", "hash")
    statement = text(f"INSERT INTO events VALUES ({', '.join(':' + name for name in names)})")  # noqa: S608 - names of ours
    with engine.begin() as connection:
        for seq, (action, subject, actor) in enumerate(told, 1):
            event = {"seq": seq, "ts": "2026-10-01T00:00:00.000000+00:00", "actor": actor}
            event |= {"action": action, "subject": subject, "outcome": "ok"}
            made = event_hash(event | {"reason": "", "state": ""}, link)
            connection.execute(statement, event | {"prev_hash": link, "hash": made})
            link = made
    return link


@pytest.fixture
def old(engine: str, tmp_path: Path) -> Path:
    """A folder with a ledger of the first version, in which something has happened."""
    database = connect(url(tmp_path))
    with database.begin() as connection:
        schema.migrate(connection, "0001")
        connection.execute(text("DROP TABLE alembic_version"))
    ledger_id = secrets.token_hex(16)
    filled = FIRST.format(ledger_id=ledger_id, hash=CHEAP_HASHER.hash(PASSWORD))
    with database.begin() as connection:
        for statement in filled.split(";\n"):
            if statement.strip():
                connection.exec_driver_sql(statement)
    write_events(database, ledger_id)
    database.dispose()
    return tmp_path


def test_models_and_revisions_make_the_same_tables(engine: str, tmp_path: Path):
    database = connect(url(tmp_path))
    with database.begin() as connection:
        schema.migrate(connection)
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, tables.metadata) == []
        assert schema.revision_of(connection) == tables.REVISION
    database.dispose()


def test_a_new_ledger_is_of_the_newest_revision(ledger: SqlLedger):
    _, scripts = schema.scripts()
    assert scripts.get_current_head() == tables.REVISION
    with ledger.reading() as connection:
        assert schema.revision_of(connection) == tables.REVISION


def test_an_old_ledger_is_brought_up_and_keeps_its_chain(old: Path):
    for _ in range(2):
        with opened(old) as ledger:
            told = ledger.events()["action"].to_list()
            first = ["bring up ledger", "approve plan", "sign", "make ledger"]
            assert told[-4:] == first
            assert ledger.verify_chain() == len(told)
            assert ledger.stage() is Stage.SAMPLE_LOADED
            assert ledger.users()[0].roles == (Role.CLINICIAN,)
            assert ledger.signature(Gate.MAP) is not None
            assert states(ledger) == {"w1": "planned"}
            assert ledger.records()["record_id"].to_list() == [7]
            assert ledger.authenticate("carla", PASSWORD).name == "carla"


def test_an_old_ledger_that_was_altered_is_not_made_whole_by_bringing_it_up(old: Path):
    database = create_engine(url(old))
    with database.begin() as connection:
        connection.execute(text("UPDATE events SET actor = 'edgar' WHERE seq = 2"))
    database.dispose()
    with opened(old) as ledger, pytest.raises(ChainBroken, match="event 2"):
        ledger.verify_chain()


def test_a_file_is_copied_before_its_tables_change(old: Path, engine: str):
    opened(old).close()
    copies = list(old.glob("*.before-*"))
    assert len(copies) == (1 if engine == "sqlite" else 0)
    for copy in copies:
        with sqlite3.connect(copy) as rows:
            assert rows.execute("SELECT schema_version FROM about").fetchall() == [(1,)]
        rows.close()
        assert copy.stat().st_mode & 0o077 == 0


def test_a_step_that_fails_leaves_the_old_ledger(old: Path, monkeypatch: pytest.MonkeyPatch):
    def fail(*_: object) -> None:
        raise LedgerError("the disk said no")

    with monkeypatch.context() as broken:
        broken.setattr("core.ledger.store.Work.recount", fail)
        with pytest.raises(LedgerError):
            opened(old)
    with opened(old) as ledger:
        assert ledger.verify_chain() == 6


def test_no_ledger_is_brought_up_beside_a_run(in_file: SqlLedger, tmp_path: Path):
    with in_file.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0001'"))
    with pytest.raises(LedgerLocked):
        opened(tmp_path, lock=False)


@pytest.mark.parametrize("found", ["9999", "", "0002 "])
def test_a_ledger_of_an_unknown_revision_is_not_touched(engine: str, tmp_path: Path, found: str):
    opened(tmp_path).close()
    database = create_engine(url(tmp_path))
    with database.begin() as connection:
        connection.execute(
            text("UPDATE alembic_version SET version_num = :found"), {"found": found}
        )
    database.dispose()
    with pytest.raises(LedgerError, match="of revision"):
        opened(tmp_path)


def test_the_revisions_are_part_of_the_package():
    folder = Path(schema.__file__).parent / "revisions"
    assert sorted(file.stem for file in folder.glob("r*.py")) == ["r0001_first", "r0002_sums"]

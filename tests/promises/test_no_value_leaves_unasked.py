"""No value of a patient turns up where nobody asked for it.

Names, addresses, telephone numbers, chart and social security numbers and notes stand in three
places only: in the practice's own database, in Pipedrive, and encrypted in the migration's folder.
They are in no log, no message of an error, no result, no file name, no address of a request, and
not in the audit log. Social security numbers and medical alerts do not even reach Pipedrive, unless
somebody asks for them by name.
"""

import json
import logging
import traceback
import zipfile
from base64 import b64encode
from urllib.parse import quote

import pytest

from core.errors import MigrationError
from core.lifecycle import Gate, Stage
from tests.canaries import canaries, files_of, leaks, texts_of
from tests.migrations import LOAD, PICK_UP, ROLL_BACK, SAMPLE, VERIFY, contents
from tests.promises.test_nothing_is_lost import source


@pytest.fixture(scope="module")
def heard():
    """Everything that any library logs meanwhile, at the finest level."""
    lines: list[str] = []

    class Listener(logging.Handler):
        def emit(self, record):
            lines.append(self.format(record))

    listener = Listener(logging.DEBUG)
    root = logging.getLogger()
    level = root.level
    root.setLevel(logging.DEBUG)
    root.addHandler(listener)
    yield lines
    root.removeHandler(listener)
    root.setLevel(level)


@pytest.fixture(scope="module")
def travelled(at_elsewhere, heard):
    """A migration that has been through everything, well and badly, with all that was said."""
    migration = at_elsewhere(Stage.ROLLBACK_REHEARSED)
    migration.ask_for_load("ada")
    migration.sign(Gate.LOAD, "carla")
    said = []
    fault = {"method": "POST", "fault": "truncated_json", "every": 25}
    with migration.faulty_sandbox(fault):
        said += [migration.take(step) for step in (LOAD, VERIFY)]
    migration.work_on()
    said.append(migration.take(PICK_UP))
    said += [failure(migration, break_it) for break_it in (forget_a_field, spoil_a_column)]
    migration.sign(Gate.ROLLBACK, "carla")
    said += [migration.take(ROLL_BACK), refused(migration, SAMPLE)]
    return migration, said


def refused(migration, step):
    try:
        migration.take(step)
    except MigrationError as error:
        return f"{error} {error.next_step} {''.join(traceback.format_exception(error))}"
    return ""


def failure(migration, break_it):
    mend = break_it(migration)
    message = refused(migration, PICK_UP)
    mend()
    assert message
    return message


def forget_a_field(migration):
    file = migration.folder / "map.toml"
    text = file.read_text()
    file.write_text(text.replace('field = "last_name"', 'field = "maiden_name"', 1))
    return lambda: file.write_text(text)


def spoil_a_column(migration):
    migration.practice("ALTER TABLE Patient RENAME COLUMN LastName TO Surname")
    return lambda: migration.practice("ALTER TABLE Patient RENAME COLUMN Surname TO LastName")


@pytest.mark.parametrize(
    "disguise",
    [
        str.encode,
        lambda value: value.upper().encode(),
        lambda value: value.encode("utf-16-le"),
        lambda value: quote(value).encode(),
        lambda value: json.dumps(value).encode(),
        lambda value: b64encode(value.encode()),
        lambda value: b64encode(b"." + value.encode()),
        lambda value: b64encode(b".." + value.encode()),
    ],
    ids=["plain", "capitals", "utf-16", "url", "json", "base64", "base64+1", "base64+2"],
)
def test_the_search_finds_a_value_in_every_usual_disguise(at, disguise):
    values = canaries(at(Stage.CREATED))
    assert len(values) > 60
    for value in values:
        assert value in leaks(b"before " + disguise(value) + b" after", values), value


def test_the_search_finds_the_values_where_they_belong(travelled):
    migration, _ = travelled
    values = canaries(migration)
    with migration.opened(lock=False) as bench:
        people = bench.vault.get("vocabulary/patient").write_csv().encode()
    assert len(leaks(people, values)) > 40


def test_the_search_looks_into_packed_files(at, tmp_path):
    (value, *_) = canaries(at(Stage.CREATED))
    with zipfile.ZipFile(tmp_path / "packed.zip", "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("inside", f"Dear {value}")
    assert leaks(texts_of(tmp_path / "packed.zip"), [value])


def test_no_file_of_the_migration_holds_a_value(travelled):
    migration, _ = travelled
    values = canaries(migration)
    files = files_of(migration)
    assert {"ledger.sqlite", "ledger.head", "map.toml"} <= {path.name for path in files}
    assert {path.name: leaks(texts_of(path), values) for path in files} == {
        path.name: set() for path in files
    }


def test_nothing_in_the_vault_can_be_read_without_the_key(travelled):
    migration, _ = travelled
    values = canaries(migration)
    assert not any(
        leaks(path.read_bytes(), values)
        for path in (migration.folder / "vault").rglob("*")
        if path.is_file()
    )


def test_no_file_name_holds_a_value(travelled):
    migration, _ = travelled
    names = [
        str(path.relative_to(migration.folder))
        for path in migration.folder.rglob("*")
        if "practice" not in path.relative_to(migration.folder).parts
    ]
    assert not leaks("\n".join(names).encode(), canaries(migration))


def test_no_name_of_a_file_in_pipedrive_holds_a_value(at):
    migration = at(Stage.VERIFIED)
    records = contents(migration.folder / "sandbox.sqlite").items()
    names = [record["name"] for (kind, _), (record, _) in records if kind == "files"]
    assert len(names) > 100
    assert not leaks("\n".join(names).encode(), canaries(migration))


def test_no_result_message_or_traceback_holds_a_value(travelled):
    migration, said = travelled
    text = "\n".join(each if isinstance(each, str) else json.dumps(each) for each in said)
    assert not leaks(text.encode(), canaries(migration))


def test_no_log_holds_a_value(travelled, heard):
    migration, _ = travelled
    assert len(heard) > 100
    assert not leaks("\n".join(heard).encode(), canaries(migration))


def test_nobody_is_looked_for_by_name(at):
    migration = at(Stage.LOAD_AUTHORIZED)
    with migration.sandbox() as account:
        migration.take(LOAD)
        migration.take(VERIFY)
        assert not [name for name in account.stats()["by_operation"] if "earch" in name]


def test_what_nobody_asked_for_by_name_does_not_reach_pipedrive(at):
    migration = at(Stage.VERIFIED)
    query = "SELECT SSN FROM Patient UNION SELECT MedAlert FROM Patient"
    values = {text for (text,) in source(migration, query) if text and len(text) > 5}
    assert values
    records = contents(migration.folder / "sandbox.sqlite")
    assert not leaks(json.dumps(list(records.values())).encode(), values)

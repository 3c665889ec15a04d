"""Patients with names that nobody else bears, through more than thirty ways of failing.

Every place where a program may leave something behind is searched for the names, in every usual
disguise; and each search is shown to find a name that was left there on purpose.
"""

import contextlib
import gzip
import io
import logging
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from base64 import b64encode
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from core.failpoints import Point
from core.lifecycle import Gate, Stage
from flows.command import main
from tests.canaries import AT_HOME, canaries, leaks, texts_of, token
from tests.migrations import HOUSE, PASSWORD, Migration

Words = tuple[str, ...]

NAMES = (
    *(("Patient", name) for name in ("LastName", "FirstName", "Email", "HomePhone", "MedAlert")),
    *(("Account", "LastName"), ("Refdr", "LastName"), ("Insurance", "SubscriberName")),
    *(
        ("ClinNote", "Body"),
        ("Visit", "Note"),
        ("TreatPlan", "PlanName"),
        ("Diagnosis", "DiagText"),
    ),
)
"""Where people write names, and a name is expected."""

UNFIT = (
    *(("Patient", name) for name in ("BirthDate", "Sex", "Status", "PrimaryProvID", "AccountNO")),
    *(("TreatPlan", name) for name in ("PlanDate", "EstValue", "Status", "ProvID")),
    *(("Visit", name) for name in ("VisitDate", "VisitTime", "DurationMin", "Kind")),
    *(("PerioExam", "ExamDate"), ("PerioMeasure", "Tooth"), ("PerioMeasure", "MB")),
    *(("PerioTooth", "Mobility"), ("Insurance", "EffectiveDate"), ("Letter", "FilePath")),
    *(("Document", "FilePath"), ("Radiograph", "TakenOn"), ("ClinNote", "NoteDate")),
)
"""Where a name is no date, number, key or path: a library says so, and might repeat it."""

TOKENS = [token(number) for number in range(len(NAMES) + len(UNFIT) + 10)]
SPARE = TOKENS[-10:]
FAULTS = ("truncated_json", "error_after", "not_successful", "login_page", "refused", "user_edits")


@dataclass
class Journey:
    """A migration, and all that was said on its way."""

    migration: Migration
    temporary: Path
    screen: list[str] = field(default_factory=list)
    log: list[str] = field(default_factory=list)
    codes: dict[str, int] = field(default_factory=dict)

    def call(self, name: str, *words: str) -> None:
        """One command, as a person would call it."""
        said = io.StringIO()
        with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
            try:
                main([*words, "--dir", str(self.migration.folder)])
                code = 0
            except SystemExit as end:
                code = int(end.code or 0)
        self.screen.append(said.getvalue())
        self.codes[name] = code
        assert "broke off" not in said.getvalue(), (name, said.getvalue())

    def put(self, table: str, column: str, value: str) -> None:
        self.migration.practice(
            f'UPDATE "{table}" SET "{column}" = ? WHERE rowid ='  # noqa: S608 - names of ours
            f' (SELECT rowid FROM "{table}" WHERE rowid > abs(random()) % (SELECT max(rowid)'
            f' FROM "{table}") ORDER BY rowid LIMIT 1)',
            value,
        )


def plant_names(journey: Journey) -> None:
    for (table, column), name in zip(NAMES, TOKENS, strict=False):
        value = f"{name.lower()}@canary.invalid" if column == "Email" else name
        journey.put(table, column, value)


def misplace_names(journey: Journey) -> Iterator[str]:
    """Put names where they do not fit, some at a time; an older cell of the table is mended."""
    source = journey.migration.folder / "practice/practice.sqlite"
    kept = source.read_bytes()
    places = list(zip(UNFIT, TOKENS[len(NAMES) :], strict=False))
    for start in range(0, len(places), 8):
        for (table, column), name in places[start : start + 8]:
            journey.put(table, column, name)
        yield f"unfit {start}"
        source.write_bytes(kept)


@contextlib.contextmanager
def changed(file: Path, change: Callable[[bytes], bytes]) -> Iterator[None]:
    before = file.read_bytes()
    file.write_bytes(change(before))
    yield
    file.write_bytes(before)


def fail_with_files(journey: Journey) -> None:
    """A source, a map, a vault and a ledger that are not what they were."""
    folder = journey.migration.folder
    name = SPARE[0].encode()
    practice, schema_map = folder / "practice/practice.sqlite", folder / "map.toml"
    with changed(practice, lambda _: b"not a database " + name):
        journey.call("source is no database", "delta")
    with changed(practice, lambda old: old[: len(old) // 2]):
        journey.call("source is cut off", "delta")
    for change in ("Patient RENAME COLUMN LastName TO Surname", "Visit RENAME TO Visits"):
        with changed(practice, lambda old: old):
            journey.migration.practice(f"ALTER TABLE {change}")
            journey.call(change, "delta")
    with changed(schema_map, lambda old: old + b"\n[" + name):
        journey.call("map is torn", "delta")
    with changed(schema_map, lambda old: old.replace(b'field = "last_name"', b'field = "x"', 1)):
        journey.call("map names no field", "delta")
    with changed(folder / "perio.toml", lambda old: old + b"\nreserve = '" + name + b"'"):
        journey.call("setting is no number", "delta")
    for file in sorted((folder / "vault").rglob("*.vault"))[:2]:
        with changed(file, lambda old: old[:-20] + bytes(20)):
            journey.call(f"vault {file.name[:6]} is spoilt", "delta")
    with changed(folder / "ledger.sqlite", lambda old: old):
        with contextlib.closing(sqlite3.connect(folder / "ledger.sqlite")) as rows:
            rows.execute("UPDATE events SET actor = 'x' WHERE seq = 3")
            rows.commit()
        journey.call("log is altered", "audit", "verify")
        journey.call("report of an altered log", "report")


def fail_with_people(journey: Journey, monkeypatch: pytest.MonkeyPatch) -> None:
    """Things typed in the wrong place."""
    monkeypatch.setenv("PERIO_PASSWORD", SPARE[1])
    journey.call("wrong password", "sign", "rollback", "--as", "carla")
    journey.call("a name as user", "sign", "rollback", "--as", SPARE[2])
    journey.call("a name as gate's user", "authorize", "--as", SPARE[2])
    monkeypatch.setenv("PERIO_PASSWORD", PASSWORD)
    journey.call("wrong stage", "sign", "map", "--as", "ada")
    with journey.migration.opened():
        journey.call("another run", "delta")
    with monkeypatch.context() as other:
        other.setenv("PERIO_KEY", b64encode(bytes(32)).decode())
        journey.call("another key", "delta")


def fail_with_destination(journey: Journey) -> None:
    """Later work meets a destination that does not do as it is told."""
    for number, fault in enumerate(FAULTS):
        for table, column in NAMES[:3]:
            journey.put(table, column, f"{TOKENS[0]} {number}")
        with journey.migration.faulty_sandbox({"method": "PATCH", "fault": fault, "every": 2}):
            journey.call(fault, "delta")


def fail_by_a_kill(journey: Journey) -> None:
    """A run ends in the middle of a transaction; what it left is looked at, then it goes on."""
    folder = journey.migration.folder
    for point in (Point.INTENT_TORN.value, Point.OUTCOME_TORN.value):
        for table, column in NAMES[:3]:
            journey.put(table, column, f"{TOKENS[0]} {point}")
        killed = subprocess.run(
            [sys.executable, "-m", "flows.command", "delta", "--dir", str(folder)],
            cwd=HOUSE,
            env=os.environ | {"PERIO_FAILPOINT": point},
            capture_output=True,
            text=True,
            check=False,
        )
        journey.screen.append(killed.stdout + killed.stderr)
        journey.codes[f"killed at {point}"] = killed.returncode
        left = folder.with_name(f"left-{point}")
        shutil.copytree(folder, left, ignore=shutil.ignore_patterns(*AT_HOME))
        journey.call(f"after {point}", "delta")


@pytest.fixture(scope="module")
def journey(at_elsewhere, tmp_path_factory) -> Iterator[Journey]:
    with pytest.MonkeyPatch.context() as monkeypatch:
        temporary = tmp_path_factory.mktemp("temporary")
        monkeypatch.setenv("TMPDIR", str(temporary))
        monkeypatch.setattr(tempfile, "tempdir", str(temporary))
        monkeypatch.setenv("PERIO_PASSWORD", PASSWORD)
        journey = Journey(at_elsewhere(Stage.VERIFIED), temporary)
        with listening(journey.log):
            plant_names(journey)
            journey.call("happy delta", "delta")
            for name in misplace_names(journey):
                journey.call(name, "delta")
            journey.migration.work_on()
            fail_with_files(journey)
            fail_with_people(journey, monkeypatch)
            fail_with_destination(journey)
            fail_by_a_kill(journey)
            for words in (("verify",), ("status",), ("audit",), ("report",), ("estimate",)):
                journey.call(words[0], *words, "--json", str(temporary / f"{words[0]}.json"))
            journey.call("export", "audit", "export", str(temporary / "log.csv"))
            journey.migration.sign(Gate.ROLLBACK, "carla")
            journey.call("rollback", "rollback")
        yield journey


@contextlib.contextmanager
def listening(lines: list[str]) -> Iterator[None]:
    class Listener(logging.Handler):
        def emit(self, record):
            lines.append(self.format(record))

    listener, root = Listener(logging.DEBUG), logging.getLogger()
    level = root.level
    root.setLevel(logging.DEBUG)
    root.addHandler(listener)
    yield
    root.removeHandler(listener)
    root.setLevel(level)


def files_below(folder: Path) -> list[Path]:
    return [
        path
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.relative_to(folder).parts[0] not in AT_HOME
    ]


def sinks(journey: Journey) -> dict[str, bytes]:
    """Every place where something may be left behind, and what is there."""
    folder = journey.migration.folder
    named = [*folder.parent.rglob("*"), *journey.temporary.rglob("*")]
    names = [path for path in named if "practice" not in path.parts]
    reports = folder / "reports"
    killed = [path for left in folder.parent.glob("left-*") for path in files_below(left)]
    parts: dict[str, list[Path]] = {
        "ledger and journals": sorted(folder.glob("ledger*")),
        "reports": files_below(reports) if reports.is_dir() else [],
        "files of the folder": files_below(folder),
        "left by a kill": killed,
        "temporary files, results and exports": files_below(journey.temporary),
    }
    found = {name: b"\n".join(map(texts_of, paths)) for name, paths in parts.items()}
    return found | {
        "file names": "\n".join(map(str, names)).encode(),
        "screen, messages and tracebacks": "\n".join(journey.screen).encode(),
        "log": "\n".join(journey.log).encode(),
    }


def test_more_than_thirty_ways_of_failing_were_taken(journey: Journey):
    failed = {name for name, code in journey.codes.items() if code}
    assert len(failed) + len(UNFIT) >= 30
    assert {
        "wrong password",
        "map is torn",
        "log is altered",
        f"killed at {Point.INTENT_TORN.value}",
    } <= failed


def test_no_planted_name_is_in_any_place(journey: Journey):
    found = {name: leaks(content, TOKENS) for name, content in sinks(journey).items()}
    assert found == {name: set() for name in found}


def test_nor_is_anything_else_that_names_a_patient(journey: Journey):
    values = canaries(journey.migration)
    found = {name: leaks(content, values) for name, content in sinks(journey).items()}
    assert found == {name: set() for name in found}


def test_the_names_went_through_the_migration(journey: Journey):
    """The silence counts, since the names were there to be told."""
    with journey.migration.opened(lock=False) as bench:
        people = bench.vault.get("vocabulary/patient").write_csv().encode()
    assert leaks(people, TOKENS[:2])


def in_ledger(journey: Journey, name: str) -> None:
    with journey.migration.opened(lock=False) as bench:
        bench.ledger.audit("look", actor="test", subject=name)


def in_report(journey: Journey, name: str) -> None:
    with journey.migration.opened(lock=False) as bench:
        bench.ledger.record_run("verify", {"records": {name: {"source": 1}}})
        bench.report()


def in_file(journey: Journey, name: str) -> None:
    (journey.migration.folder / "note.json").write_text("".join(f"\\u{ord(c):04x}" for c in name))


def in_temporary(journey: Journey, name: str) -> None:
    (journey.temporary / "spool.bin").write_bytes(b"head" + gzip.compress(name.encode()))


def in_left(journey: Journey, name: str) -> None:
    left = journey.migration.folder.with_name(f"left-{Point.INTENT_TORN.value}")
    (left / "ledger.sqlite-journal").write_bytes(b"\x00" * 9 + name.encode("utf-16-le"))


def in_names(journey: Journey, name: str) -> None:
    (journey.migration.folder / f"{name.upper()}.txt").touch()


def in_screen(journey: Journey, name: str) -> None:
    journey.call("deliberate", "users", "password", name)


def in_log(journey: Journey, name: str) -> None:
    with listening(journey.log):
        logging.getLogger("test").debug("person %s", b64encode(b"x" + name.encode()))


CONTROLS: dict[str, Callable[[Journey, str], None]] = {
    "ledger and journals": in_ledger,
    "reports": in_report,
    "files of the folder": in_file,
    "left by a kill": in_left,
    "temporary files, results and exports": in_temporary,
    "file names": in_names,
    "screen, messages and tracebacks": in_screen,
    "log": in_log,
}


@pytest.mark.parametrize("sink", list(CONTROLS))
def test_a_name_that_is_left_on_purpose_is_found(journey: Journey, sink: str):
    name = token(1_000 + list(CONTROLS).index(sink))
    assert not leaks(sinks(journey)[sink], [name])
    CONTROLS[sink](journey, name)
    assert leaks(sinks(journey)[sink], [name])


def test_every_place_has_its_control(journey: Journey):
    assert set(CONTROLS) == set(sinks(journey))

"""Random tampering with a ledger, its head record and its anchor: all is seen, nothing invented.

The bounded part runs always; `-m slow` runs more than a thousand.
"""

import contextlib
import random
import shutil
import sqlite3
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from core.errors import LedgerError
from core.ledger import tables, totp
from core.ledger.ledger import SqlLedger
from core.ledger.shelf import SHEET
from core.lifecycle import Gate, Role, Stage
from tests.core.ledger.hands import (
    PASSWORD,
    Clock,
    ack,
    approved_plan,
    bring_to,
    opened,
    settle_people,
)

BOUNDED, MANY = 240, 1_600
NAMES = [table.name for table in tables.metadata.sorted_tables]
ANCHOR = "anchor.jsonl"
PARTS = ("ledger.sqlite", "ledger.head", ANCHOR)

Row = dict[str, Any]


class Changed(contextlib.AbstractContextManager["Changed"]):
    """A copy of a ledger that somebody with the file in hand changes."""

    def __init__(self, folder: Path, chance: random.Random, others: dict[str, Path]) -> None:
        self.folder = folder
        self.chance = chance
        self.others = others
        self.rows = sqlite3.connect(folder / "ledger.sqlite")
        self.rows.row_factory = sqlite3.Row
        self.rows.text_factory = bytes

    def __exit__(self, *_: object) -> None:
        self.rows.commit()
        self.rows.close()

    def all(self, table: str) -> list[sqlite3.Row]:
        return self.rows.execute(f'SELECT rowid AS "#", * FROM "{table}" ORDER BY rowid').fetchall()  # noqa: S608 - names of ours

    def some_row(self, wanted: Callable[[str], bool] = lambda _: True) -> tuple[str, sqlite3.Row]:
        """A row of a table that has one; small tables come up as often as large ones."""
        while True:
            table = self.chance.choice([name for name in NAMES if wanted(name)])
            if found := self.all(table):
                return table, self.chance.choice(found)

    def put(self, table: str, number: int, column: str, value: object) -> None:
        statement = f'UPDATE "{table}" SET "{column}" = ? WHERE rowid = ?'  # noqa: S608 - names of ours
        if isinstance(value, bytes):
            statement = statement.replace("= ?", "= CAST(? AS TEXT)", 1)
        self.rows.execute(statement, (value, number))

    def column_of(self, row: sqlite3.Row, wanted: Callable[[object], bool]) -> str | None:
        names = [name for name in row.keys() if name != "#" and wanted(row[name])]  # noqa: SIM118 - not a dict
        return self.chance.choice(names) if names else None


def flip(copy: Changed) -> None:
    """One bit of one byte of any column."""
    table, row = copy.some_row()
    column = copy.column_of(row, lambda value: value is not None and value != b"")
    if column is None:
        return
    value, bit = row[column], 1 << copy.chance.randrange(7)
    if isinstance(value, int):
        copy.put(table, row["#"], column, value ^ bit)
        return
    place = copy.chance.randrange(len(value))
    copy.put(
        table, row["#"], column, value[:place] + bytes([value[place] ^ bit]) + value[place + 1 :]
    )


def empty(copy: Changed) -> None:
    table, row = copy.some_row()
    column = copy.column_of(row, lambda value: value is not None)
    assert column is not None
    copy.put(table, row["#"], column, copy.chance.choice([None, "", 0]))


def delete(copy: Changed) -> None:
    table, row = copy.some_row()
    copy.rows.execute(f'DELETE FROM "{table}" WHERE rowid = ?', (row["#"],))  # noqa: S608 - names of ours


def insert(copy: Changed) -> None:
    """A row like another, with a key of its own."""
    table, row = copy.some_row()
    keys = [column.name for column in tables.metadata.tables[table].primary_key.columns]
    made = {name: row[name] for name in row.keys() if name != "#"}  # noqa: SIM118 - not a dict
    for name in keys:
        value = made[name]
        made[name] = value + 1_000 if isinstance(value, int) else value + b"x"
    marks = ", ".join(
        "CAST(? AS TEXT)" if isinstance(value, bytes) else "?" for value in made.values()
    )
    names = ", ".join(f'"{name}"' for name in made)
    copy.rows.execute(f'INSERT INTO "{table}" ({names}) VALUES ({marks})', tuple(made.values()))  # noqa: S608 - names of ours


def swap(copy: Changed) -> None:
    """Two rows change all that is not their key."""
    table, one = copy.some_row(lambda name: len(copy.all(name)) > 1)
    other = copy.chance.choice([row for row in copy.all(table) if row["#"] != one["#"]])
    keys = {column.name for column in tables.metadata.tables[table].primary_key.columns}
    for name in (name for name in one.keys() if name not in keys | {"#"}):  # noqa: SIM118 - not a dict
        copy.put(table, one["#"], name, other[name])
        copy.put(table, other["#"], name, one[name])


def duplicate(copy: Changed) -> None:
    """An event again, with the number after the last and its hashes as they are."""
    event = copy.chance.choice(copy.all("events"))
    names = [name for name in event.keys() if name not in {"#", "seq"}]  # noqa: SIM118 - not a dict
    columns = ", ".join(f'"{name}"' for name in names)
    marks = ", ".join(["CAST(? AS TEXT)"] * len(names))
    last = copy.all("events")[-1]["seq"]
    copy.rows.execute(
        f"INSERT INTO events (seq, {columns}) VALUES (?, {marks})",  # noqa: S608 - names of ours
        (last + 1, *(event[name] for name in names)),
    )


def truncate(copy: Changed) -> None:
    """Cut events off at the end; the head record put back as it was then, if there is one."""
    last = copy.all("events")[-1]["seq"]
    copy.rows.execute("DELETE FROM events WHERE seq > ?", (copy.chance.randrange(1, last),))


def replay(copy: Changed) -> None:
    """An older copy of file and head record in their place: only the anchor knows."""
    copy.rows.close()
    for part in PARTS[:2]:
        shutil.copy(copy.others["older"] / part, copy.folder / part)
    copy.rows = sqlite3.connect(copy.folder / "ledger.sqlite")


def replay_table(copy: Changed) -> None:
    """One table with its sum, as both were once: they fit each other, and not the log."""
    table = copy.chance.choice([name for name in NAMES if name not in {"events", "sums"}])
    older = str(copy.others["older"] / "ledger.sqlite")
    copy.rows.execute("ATTACH DATABASE ? AS older", (older,))
    for name, condition in ((table, "1"), ("sums", f"name = '{table}'")):
        copy.rows.execute(f'DELETE FROM main."{name}" WHERE {condition}')  # noqa: S608 - names of ours
        copy.rows.execute(
            f'INSERT INTO main."{name}" SELECT * FROM older."{name}" WHERE {condition}'  # noqa: S608 - names of ours
        )
    copy.rows.commit()
    copy.rows.execute("DETACH DATABASE older")


def splice(copy: Changed) -> None:
    """The end of another ledger's log in place of this one's."""
    copy.rows.execute("ATTACH DATABASE ? AS other", (str(copy.others["other"] / "ledger.sqlite"),))
    at = copy.chance.randrange(1, copy.all("events")[-1]["seq"])
    copy.rows.execute("DELETE FROM main.events WHERE seq > ?", (at,))
    copy.rows.execute("INSERT INTO main.events SELECT * FROM other.events WHERE seq > ?", (at,))
    copy.rows.commit()
    copy.rows.execute("DETACH DATABASE other")


def retype(copy: Changed) -> None:
    """1 becomes "1", 1.0 or a blob: the same to a reader who does not look closely."""
    table, row = copy.some_row()
    column = copy.column_of(row, lambda value: value is not None)
    assert column is not None
    value = row[column]
    how = copy.chance.choice(["CAST(? AS BLOB)", "CAST(? AS REAL)", "? || char(0)", "? || ' '"])
    statement = f'UPDATE "{table}" SET "{column}" = {how} WHERE rowid = ?'  # noqa: S608 - names of ours
    copy.rows.execute(statement, (value.decode() if isinstance(value, bytes) else value, row["#"]))


def normalise(copy: Changed) -> None:
    """The same letters in another Unicode normal form."""
    found = [
        (table, row["#"], name, row[name].decode())
        for table in NAMES
        for row in copy.all(table)
        for name in row.keys()  # noqa: SIM118 - not a dict
        if isinstance(row[name], bytes) and not row[name].isascii()
    ]
    table, number, column, text = copy.chance.choice(found)
    form: Any = "NFD" if unicodedata.is_normalized("NFC", text) else "NFC"
    copy.put(table, number, column, unicodedata.normalize(form, text).encode())


def spoil_vouchers(copy: Changed) -> None:
    """A byte of the head record or of the anchor, or a line of it less."""
    file = copy.folder / copy.chance.choice(PARTS[1:])
    content = bytearray(file.read_bytes())
    if file.name == ANCHOR and copy.chance.random() < 0.3:
        file.unlink()
        return
    place = copy.chance.choice([at for at, byte in enumerate(content) if byte != ord("\n")])
    content[place] ^= 1 << copy.chance.randrange(7)
    file.write_bytes(bytes(content))


HOW: tuple[Callable[[Changed], None], ...] = (
    *(flip, flip, flip, flip, empty, delete, insert, swap, duplicate, truncate, replay),
    *(replay_table, splice, retype, normalise, spoil_vouchers),
)


def fill(folder: Path, clock: Clock, *, name: str) -> Iterator[SqlLedger]:
    """A ledger with rows in every table; halfway, whoever asks may look at it."""
    with opened(folder, clock, anchor=str(folder / ANCHOR)) as ledger:
        settle_people(ledger)
        ledger.add_user("zoe", "Zoë Ünal", (Role.ADMIN,), PASSWORD, actor="é")
        bring_to(ledger, Stage.SAMPLE_LOADED)
        plan_id = approved_plan(ledger, [f"w{n}" for n in range(1, 9)])
        ledger.intend(plan_id, ["w1", "w2", "w3"], {"person": 1})
        ledger.conclude([ack("w1"), ack("w2")])
        ledger.keep("fields", {"name": name, "é": "ü"})
        ledger.record_snapshot("before", {"person": (1, "aa"), "deal": (2, "bb")})
        sheet = {key: ["Tabelle é"] if key in {"table", "column", "why"} else [3] for key in SHEET}
        ledger.record_conservation("run-1", pl.DataFrame(sheet))
        ledger.spend(date(2026, 11, 2), 5)
        ledger.record_run("sample", {"records": 3})
        sid = ledger.open_session(ledger.users()[0])
        yield ledger
        clock.go(minutes=20)
        ledger.close_session(sid)
        ledger.open_session(ledger.users()[1])
        ledger.conclude([ack("w3")])
        ledger.keep("fields", {"name": "other", "é": "ü"})
        ledger.record_snapshot("before", {"person": (2, "ab"), "deal": (2, "bb")})
        ledger.record_conservation("run-2", pl.DataFrame(sheet))
        ledger.spend(date(2026, 11, 2), 7)
        ledger.record_run("full", {"records": 4})
        secret = totp.new_secret()
        code = totp.code_at(secret, int(clock.now.timestamp()) // totp.STEP_S)
        ledger.set_totp("zoe", password=PASSWORD, secret=secret, code=code)
        bring_to_load(ledger)
        clock.go(minutes=20)
        ledger.audit("look", actor="zoë", subject="é", reason="curious")


def bring_to_load(ledger: SqlLedger) -> None:
    for stage in (Stage.SAMPLE_REVIEWED, Stage.ROLLBACK_REHEARSED):
        ledger.advance(stage, actor="test")
    ledger.request_load(user="ada", password=PASSWORD, plan_id="plan-9")
    ledger.sign(Gate.LOAD, user="carla", password=PASSWORD)


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A ledger, as it was once, and another one."""
    made = {name: tmp_path_factory.mktemp(name) for name in ("written", "older", "other")}
    for _ in fill(made["written"], Clock(), name="this"):
        for part in PARTS:
            shutil.copy(made["written"] / part, made["older"])
    for _ in fill(made["other"], Clock(), name="that"):
        pass
    return made


def dump(folder: Path) -> tuple[object, ...]:
    with contextlib.closing(sqlite3.connect(folder / "ledger.sqlite")) as rows:
        rows.text_factory = bytes
        held = [
            sorted(map(repr, rows.execute(f'SELECT * FROM "{table}"')))  # noqa: S608 - names of ours
            for table in NAMES
        ]
    files = [(folder / part) for part in PARTS[1:]]
    return repr(held), *(file.read_bytes() if file.exists() else b"" for file in files)


def verify(folder: Path) -> int:
    clock = Clock()
    clock.go(hours=1)
    with opened(folder, clock, lock=False, anchor=str(folder / ANCHOR)) as ledger:
        return ledger.verify_chain()


def tamper(folders: dict[str, Path], place: Path, trials: int, seed: int) -> Counter[str]:
    """Change a fresh copy so many times; returns how often each way was seen."""
    chance = random.Random(seed)  # noqa: S311 - what to spoil is no secret
    seen: Counter[str] = Counter()
    before = dump(folders["written"])
    while seen.total() < trials:
        how = chance.choice(HOW)
        for part in PARTS:
            shutil.copy(folders["written"] / part, place / part)
        try:
            with Changed(place, chance, folders) as copy:
                how(copy)
        except sqlite3.IntegrityError:
            continue  # the database itself did not take it
        if dump(place) == before:
            continue
        try:
            verify(place)
        except LedgerError:
            seen[how.__name__] += 1
        else:
            pytest.fail(f"{how.__name__} of seed {seed}, trial {seen.total() + 1} was not seen")
        if seen.total() % 20 == 0:  # and nothing is seen where nothing is
            verify(folders["written"])
    assert set(seen) == {each.__name__ for each in HOW}
    return seen


def test_a_ledger_nobody_touched_is_whole(folders: dict[str, Path]):
    assert verify(folders["written"]) > 40
    assert verify(folders["other"]) > 40


def test_every_table_has_rows_to_be_spoilt(folders: dict[str, Path]):
    with contextlib.closing(sqlite3.connect(folders["written"] / "ledger.sqlite")) as rows:
        counts = {
            name: rows.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0]  # noqa: S608 - names of ours
            for name in NAMES
        }
    assert min(counts.values()) > 0


def test_every_random_change_of_a_ledger_is_seen(folders: dict[str, Path], tmp_path: Path):
    tamper(folders, tmp_path, BOUNDED, seed=1)


@pytest.mark.slow
@pytest.mark.parametrize("seed", [2, 3])
def test_more_than_a_thousand_random_changes_are_seen(
    folders: dict[str, Path], tmp_path: Path, seed: int
):
    print(tamper(folders, tmp_path, MANY, seed))  # noqa: T201 - a figure for whoever runs it

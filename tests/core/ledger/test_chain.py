import json
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from sqlalchemy import bindparam, create_engine, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.types import NullType

from core.errors import ChainBroken, LedgerError, LedgerFull
from core.ledger import tables, trail
from core.ledger.accounts import CHEAP_HASHER
from core.ledger.chain import Link, event_hash
from core.ledger.ledger import SqlLedger, open_ledger
from core.lifecycle import Gate, Stage
from core.ports import Signature
from tests.core.ledger.hands import (
    KEY,
    PASSWORD,
    ack,
    approved_plan,
    bring_to,
    opened,
    settle_people,
    url,
)

COLUMNS = [column.name for column in tables.events.columns]

FORGED_SIGNATURE = """
    INSERT INTO signatures
    SELECT 9, gate, user, role, at, 'forged', '', parts, expires_at FROM signatures
    WHERE signature_id = 1
"""
FORGED_PLAN = """
    INSERT INTO plans SELECT 'forged', kind, writes, recorded_at, approved_at, signature_id,
    NULL, NULL FROM plans
"""

Row = dict[str, Any]


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A closed ledger in which something has happened."""
    folder = tmp_path_factory.mktemp("written")
    with opened(folder) as ledger:
        settle_people(ledger)
        bring_to(ledger, Stage.SAMPLE_LOADED)
        plan_id = approved_plan(ledger, ["w1", "w2"])
        ledger.intend(plan_id, ["w1", "w2"], {})
        ledger.conclude([ack("w1"), ack("w2")])
        ledger.finish_plan(plan_id, counts={"created": 2})
        ledger.present(Gate.ROLLBACK, "one")
        ledger.sign(Gate.ROLLBACK, user="carla", password=PASSWORD)
        ledger.present(Gate.ROLLBACK, "two")
    return folder


class Copy:
    """A copy of a ledger that somebody with the file in hand changes."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.engine = create_engine(url(folder), isolation_level="AUTOCOMMIT")

    def run(self, statement: str, **values: object) -> None:
        with self.engine.connect() as connection:
            connection.execute(text(statement), values)

    def rows(self) -> list[Row]:
        types = ", ".join(f"typeof({name}) AS type_{name}" for name in COLUMNS)
        with self.engine.connect() as connection:
            query = text(f"SELECT *, {types} FROM events ORDER BY seq")  # noqa: S608 - names of ours
            return [dict(row) for row in connection.execute(query).mappings()]

    def change(self, seq: int, column: str, value: object) -> None:
        with self.engine.connect() as connection:
            row = tables.events.update().where(tables.events.c.seq == seq)
            connection.execute(
                row.values({column: bindparam("value", type_=NullType())}), {"value": value}
            )

    def put(self, event: Row) -> None:
        with self.engine.connect() as connection:
            connection.execute(tables.events.insert(), [{name: event[name] for name in COLUMNS}])

    def verify(self) -> int:
        with opened(self.folder, lock=False) as ledger:
            return ledger.verify_chain()


@pytest.fixture
def copy(written: Path, tmp_path: Path) -> Iterator[Copy]:
    shutil.copytree(written, tmp_path, dirs_exist_ok=True)
    copied = Copy(tmp_path)
    yield copied
    copied.engine.dispose()


def in_a_copy(written: Path, change: Callable[[Copy], None]) -> None:
    """Change a copy; if that made a difference it must be seen."""
    with tempfile.TemporaryDirectory() as folder:
        shutil.copytree(written, folder, dirs_exist_ok=True)
        copied = Copy(Path(folder))
        before = copied.rows()
        try:
            change(copied)
        except DBAPIError:
            assume(condition=False)
        finally:
            after = copied.rows()
            copied.engine.dispose()
        assume(before != after)
        with pytest.raises(LedgerError):
            copied.verify()


def test_a_log_nobody_touched_is_whole(copy: Copy):
    assert copy.verify() == len(copy.rows())


VALUES = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"]), max_size=70),
    st.integers(-5, 60),
    st.binary(max_size=5),
    st.floats(0, 50),
    st.text("0123456789abcdef", min_size=64, max_size=64),
)


@settings(max_examples=150, deadline=None)
@given(column=st.sampled_from(COLUMNS), place=st.integers(0, 200), value=VALUES)
def test_any_column_of_any_event_that_is_changed_is_seen(written: Path, column, place, value):
    def change(copied: Copy) -> None:
        seq = copied.rows()[place % len(copied.rows())]["seq"]
        copied.change(seq, column, value)

    in_a_copy(written, change)


@settings(max_examples=60, deadline=None)
@given(column=st.sampled_from(COLUMNS[1:]), place=st.integers(0, 200), letter=st.integers(0, 70))
def test_a_single_flipped_bit_of_an_event_is_seen(written: Path, column, place, letter):
    def change(copied: Copy) -> None:
        row = copied.rows()[place % len(copied.rows())]
        assume(row[column])
        at = letter % len(row[column])
        flipped = chr(ord(row[column][at]) ^ 1)
        value = row[column][:at] + flipped + row[column][at + 1 :]
        copied.change(row["seq"], column, value)

    in_a_copy(written, change)


@settings(max_examples=40, deadline=None)
@given(first=st.integers(0, 200), last=st.integers(0, 200))
def test_events_that_were_taken_out_are_seen(written: Path, first, last):
    """At the end of the log too, where only the head record knows."""

    def change(copied: Copy) -> None:
        count = len(copied.rows())
        low, high = sorted((first % count, last % count))
        copied.run(
            "DELETE FROM events WHERE seq BETWEEN :low AND :high", low=low + 1, high=high + 1
        )

    in_a_copy(written, change)


@settings(max_examples=40, deadline=None)
@given(first=st.integers(0, 200), second=st.integers(0, 200))
def test_two_events_that_changed_places_are_seen(written: Path, first, second):
    def change(copied: Copy) -> None:
        rows = copied.rows()
        one, other = (rows[place % len(rows)]["seq"] for place in (first, second))
        for was, becomes in ((one, -1), (other, one), (-1, other)):
            copied.run("UPDATE events SET seq = :to WHERE seq = :was", was=was, to=becomes)

    in_a_copy(written, change)


@settings(max_examples=40, deadline=None)
@given(place=st.integers(-3, 200), like=st.integers(0, 200))
def test_an_event_that_was_put_in_is_seen(written: Path, place, like):
    def change(copied: Copy) -> None:
        rows = copied.rows()
        count = len(rows)
        seq = place if place < 1 else place % (count + 1) + 1
        if 1 <= seq <= count:
            shifted = "UPDATE events SET seq = seq + 1000 WHERE seq >= :seq"
            copied.run(shifted, seq=seq)
            copied.run("UPDATE events SET seq = seq - 999 WHERE seq >= 1000")
        copied.put(rows[like % count] | {"seq": seq})

    in_a_copy(written, change)


def rewrite(copy: Copy, first: int, count: int) -> None:
    """Do what a careful forger does: change one event and make all later hashes right again."""
    rows = copy.rows()
    before = rows[first - 2]["hash"] if first > 1 else rows[0]["prev_hash"]
    copy.run("DELETE FROM events WHERE seq >= :first", first=first)
    for row in rows[first - 1 : count]:
        event = row | {"outcome": "never happened", "prev_hash": before}
        before = event_hash(event, before)
        copy.put(event | {"hash": before})


@pytest.mark.parametrize("first", [1, 2, 7, -1])
def test_a_log_written_anew_with_right_hashes_is_seen_by_the_head_record(copy: Copy, first: int):
    count = len(copy.rows())
    rewrite(copy, first % (count + 1), count)
    with pytest.raises(ChainBroken, match="vouches"):
        copy.verify()
    with pytest.raises(ChainBroken):  # no run begins on it
        opened(copy.folder)
    with opened(copy.folder, lock=False) as reader, pytest.raises(ChainBroken):
        reader.audit("look", actor="ada")


def test_a_log_of_another_ledger_is_seen(copy: Copy, tmp_path: Path):
    copy.run("UPDATE about SET ledger_id = 'another'")
    with pytest.raises(ChainBroken):
        copy.verify()


def test_an_older_copy_in_the_ledgers_place_is_seen(tmp_path: Path):
    with opened(tmp_path):
        pass
    older = (tmp_path / "ledger.sqlite").read_bytes()
    with opened(tmp_path):
        pass
    (tmp_path / "ledger.sqlite").write_bytes(older)
    with pytest.raises(ChainBroken, match="vouches"):
        opened(tmp_path)


def test_a_head_record_that_was_taken_away_is_seen(copy: Copy):
    with opened(copy.folder, lock=False) as ledger:
        (copy.folder / "ledger.head").unlink()
        with pytest.raises(ChainBroken, match="missing"):
            ledger.verify_chain()
    with opened(copy.folder, lock=False) as ledger:
        newest = ledger.events(newest=1).row(0, named=True)
        assert newest["action"] == "set head record"


@pytest.mark.parametrize(
    "change",
    [
        lambda line: json.dumps(line | {"count": line["count"] - 1}),
        lambda line: json.dumps(line | {"hash": "0" * 64}),
        lambda line: json.dumps(line | {"mac": "0" * 64}),
        lambda line: json.dumps({"count": 1}),
        lambda line: "{",
        lambda line: "[]",
    ],
    ids=["shorter", "other hash", "other mac", "less", "torn", "no table"],
)
def test_a_head_record_that_was_changed_is_seen(copy: Copy, change):
    file = copy.folder / "ledger.head"
    file.write_text(change(json.loads(file.read_text())))
    with pytest.raises(ChainBroken, match="head record"):
        copy.verify()


def test_a_head_record_of_another_key_is_not_ours(written: Path):
    with (
        open_ledger(url(written), lock=False, key=b"x" * 32) as ledger,
        pytest.raises(ChainBroken, match="signed"),
    ):
        ledger.verify_chain()


def test_a_head_record_left_behind_by_a_crash_is_no_alarm(copy: Copy):
    older = (copy.folder / "ledger.head").read_bytes()
    with opened(copy.folder) as ledger:
        ledger.audit("look", actor="ada")
        (copy.folder / "ledger.head").write_bytes(older)
        ledger.verify_chain()
        ledger.audit("look again", actor="ada")
    assert json.loads((copy.folder / "ledger.head").read_bytes())["count"] == len(copy.rows())


def test_a_slower_writer_never_sets_the_head_record_back(copy: Copy):
    with opened(copy.folder, lock=False) as ledger:
        vouched = (copy.folder / "ledger.head").read_bytes()
        ledger._vouch(Link(1, copy.rows()[0]["hash"]))
        assert (copy.folder / "ledger.head").read_bytes() == vouched


def test_without_a_key_there_is_no_head_record(tmp_path: Path):
    with open_ledger(url(tmp_path), hasher=CHEAP_HASHER) as ledger:
        ledger.audit("look", actor="ada")
        assert ledger.verify_chain() == 3
    assert not (tmp_path / "ledger.head").exists()


@pytest.mark.parametrize(
    "forgery",
    [
        "UPDATE signatures SET user = 'edgar'",
        "UPDATE signatures SET bound_to = 'another'",
        "DELETE FROM signature_ends",
        "UPDATE signature_ends SET ended = 'void'",
        "UPDATE plans SET signature_id = 2",
        "DELETE FROM signatures WHERE signature_id = 2",
        FORGED_SIGNATURE,
        FORGED_PLAN,
    ],
)
def test_a_signature_or_approval_written_by_hand_is_seen(copy: Copy, forgery: str):
    copy.run("PRAGMA foreign_keys=OFF")
    copy.run(forgery)
    with pytest.raises(ChainBroken):
        copy.verify()


def test_nobody_notes_a_signature_that_is_none(ledger: SqlLedger):
    with pytest.raises(AssertionError):
        ledger.audit("sign", actor="edgar", subject="load #1 plan-1")


def test_a_name_cannot_forge_a_line_of_the_log(ledger: SqlLedger):
    ledger.audit("look", actor="Bob\r\n2026-11-23 approved\x1b[2J\u202e", subject="\ud800" * 900)
    newest = ledger.events(newest=1).row(0, named=True)
    assert newest["actor"] == "Bob 2026-11-23 approved [2J "
    assert newest["subject"] == "?" * 500
    ledger.verify_chain()


def test_events_are_shown_newest_first(ledger: SqlLedger):
    for number in range(5):
        ledger.audit(f"look {number}", actor="ada")
    assert ledger.events(newest=2)["action"].to_list() == ["look 4", "look 3"]


def test_a_log_with_a_spoilt_time_is_still_shown(copy: Copy):
    copy.change(3, "ts", "yesterday")
    with opened(copy.folder, lock=False) as ledger:
        shown = ledger.events().filter(seq=3)
    assert shown["at"].to_list() == [None]


def test_what_is_signed_during_a_walk_is_no_alarm(
    ledger: SqlLedger, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(trail, "_BATCH", 3)
    bring_to(ledger, Stage.SAMPLE_LOADED)
    ledger.present(Gate.ROLLBACK, "undo")
    first_look = trail._after
    signed: list[Signature] = []

    def look(store, link):
        if not signed:
            signed.append(ledger.sign(Gate.ROLLBACK, user="carla", password=PASSWORD))
        return first_look(store, link)

    monkeypatch.setattr(trail, "_after", look)
    assert ledger.verify_chain() == ledger.events()["seq"].max()


@pytest.mark.parametrize(("number", "kind"), [(28, LedgerFull), (5, LedgerError)])
def test_a_head_record_that_cannot_be_written_stops_the_run(
    ledger: SqlLedger, monkeypatch: pytest.MonkeyPatch, number, kind
):
    def fsync(handle: int) -> None:
        raise OSError(number, "said the disk")

    monkeypatch.setattr("os.fsync", fsync)
    with pytest.raises(kind, match="head record"):
        ledger.audit("look", actor="ada")


def test_the_key_is_not_in_the_head_record(written: Path):
    assert KEY.hex() not in (written / "ledger.head").read_text()

"""Everything the account remembers, in one SQLite file.

Rule of the house: an answer to a write leaves only after its commit, so that killing the emulator
loses nothing it has answered.
"""

import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from core.sandbox.jsontext import from_json, to_json
from core.sandbox.kinds import Kind, Shelf, Sight, Stored

__all__ = ["RECORDS", "Kind", "Shelf", "Sight", "Store", "Stored"]

# One connection with the exclusive lock: no second writer can come, so the WAL-reset fault of
# SQLite before 3.51.3, which needs two connections, cannot happen here.
_SCHEMA: Final = """
PRAGMA locking_mode = EXCLUSIVE;
PRAGMA journal_mode = WAL;
PRAGMA synchronous = NORMAL;
PRAGMA cache_size = -65536;
CREATE TABLE IF NOT EXISTS facts (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS contents (
    id INTEGER PRIMARY KEY, sha256 TEXT NOT NULL, bytes BLOB NOT NULL);
"""
RECORDS: Final = """
CREATE {of} TABLE IF NOT EXISTS {name} (
    kind TEXT NOT NULL, id INTEGER NOT NULL, shelf TEXT NOT NULL,
    org_id INTEGER, person_id INTEGER, deal_id INTEGER,
    title TEXT, add_time TEXT, update_time TEXT,
    body BLOB NOT NULL, custom BLOB NOT NULL,
    PRIMARY KEY (kind, id));
CREATE INDEX IF NOT EXISTS {at}by_shelf ON {name} (kind, shelf, id, update_time);
CREATE INDEX IF NOT EXISTS {at}by_update ON {name} (kind, shelf, update_time, id);
CREATE INDEX IF NOT EXISTS {at}by_org ON {name} (org_id, kind, id) WHERE org_id IS NOT NULL;
CREATE INDEX IF NOT EXISTS {at}by_person ON {name} (person_id, kind, id)
    WHERE person_id IS NOT NULL;
CREATE INDEX IF NOT EXISTS {at}by_deal ON {name} (deal_id, kind, id) WHERE deal_id IS NOT NULL;
"""
"""How records are kept; copies that lag behind are kept in the same way."""

_NEXT: Final = "next_id "


class Store:
    """The SQLite file of one account.

    Args:
        state_file: Where; None for memory.
    """

    def __init__(self, state_file: Path | None) -> None:
        """Open or create the file and learn which ids are taken."""
        self._db = sqlite3.connect(
            state_file or ":memory:", timeout=1, isolation_level=None, check_same_thread=False
        )
        try:
            self._db.executescript(_SCHEMA + RECORDS.format(of="", name="records", at=""))
        except sqlite3.Error:
            self._db.close()
            raise
        self._next_id: dict[str, int] = dict(
            self._db.execute("SELECT kind, max(id) + 1 FROM records GROUP BY kind")
        )
        for name, value in self._db.execute("SELECT name, value FROM facts"):
            if name.startswith(_NEXT):
                self.start_ids_at(Kind(name.removeprefix(_NEXT)), int(value))
        self.tables: dict[Sight, str] = dict.fromkeys(Sight, "records")
        """Where each kind of looker reads."""
        self.on_change: Callable[[str, int], None] | None = None
        """Told of every record that was written, once the change is committed."""
        self._touched: list[tuple[str, int]] | None = None
        self.count: dict[tuple[str, str], int] = self._counts()
        """Records by kind and shelf, kept up to date so that caps and statistics cost nothing."""

    @property
    def connection(self) -> sqlite3.Connection:
        """The one connection, for what is kept beside the records."""
        return self._db

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    def fact(self, name: str) -> str | None:
        """A named value of the account."""
        row = self._db.execute("SELECT value FROM facts WHERE name = ?", (name,)).fetchone()
        return None if row is None else str(row[0])

    def set_fact(self, name: str, value: str) -> None:
        """Keep a named value of the account."""
        self._db.execute("INSERT OR REPLACE INTO facts VALUES (?, ?)", (name, value))

    @contextmanager
    def together(self) -> Iterator[None]:
        """Commit what is written inside at once, or none of it; may be nested."""
        if self._touched is not None:
            yield
            return
        self._touched = []
        self._db.execute("BEGIN")
        try:
            yield
        except BaseException:
            self._db.execute("ROLLBACK")
            self._touched = None
            self.count = self._counts()
            raise
        self._db.execute("COMMIT")
        touched, self._touched = self._touched, None
        for kind, record_id in touched:
            self._tell(kind, record_id)

    def _tell(self, kind: str, record_id: int) -> None:
        if self._touched is not None:
            self._touched.append((kind, record_id))
        elif self.on_change is not None:
            self.on_change(kind, record_id)

    def take_id(self, kind: Kind) -> int:
        """The next id of a kind; ids are never used twice."""
        taken = self._next_id.get(kind, 1)
        self._next_id[kind] = taken + 1
        return taken

    def start_ids_at(self, kind: Kind, first: int) -> None:
        """Let the ids of a kind begin at a number of its own."""
        self._next_id[kind] = max(first, self._next_id.get(kind, 1))

    def insert(
        self,
        kind: Kind,
        record: dict[str, Any],
        custom: Mapping[str, Any] | None = None,
        shelf: Shelf = Shelf.LIVE,
    ) -> int:
        """Keep a new record; its `id` is given here when it has none."""
        if not record.get("id"):
            record["id"] = self.take_id(kind)
        self._db.execute(
            "INSERT INTO records VALUES (?,?,?,?,?,?,?,?,?,?,?)",
            (kind, record["id"], shelf, *_columns(record), to_json(record), _custom(custom)),
        )
        self._counted(kind, shelf, 1)
        self._tell(kind, record["id"])
        return int(record["id"])

    def replace(self, kind: Kind, stored: Stored, *, was: Shelf) -> None:
        """Keep a record again after a change."""
        record = stored.record
        self._db.execute(
            "UPDATE records SET shelf = ?, org_id = ?, person_id = ?, deal_id = ?, title = ?,"
            " add_time = ?, update_time = ?, body = ?, custom = ? WHERE kind = ? AND id = ?",
            (
                stored.shelf,
                *_columns(record),
                to_json(record),
                _custom(stored.custom),
                kind,
                record["id"],
            ),
        )
        if stored.shelf is not was:
            self._counted(kind, was, -1)
            self._counted(kind, stored.shelf, 1)
        self._tell(kind, record["id"])

    def remove(self, kind: Kind, record_ids: Sequence[int]) -> None:
        """Forget records for good; their ids stay taken."""
        self.set_fact(f"{_NEXT}{kind}", str(self._next_id.get(kind, 1)))
        for record_id in record_ids:
            self._db.execute("DELETE FROM records WHERE kind = ? AND id = ?", (kind, record_id))
            if kind is Kind.FILE:
                self._db.execute("DELETE FROM contents WHERE id = ?", (record_id,))
            self._tell(kind, record_id)
        self.count = self._counts()

    def fetch(self, kind: Kind, record_id: int, sight: Sight = Sight.NOW) -> Stored | None:
        """One record, on whichever shelf."""
        select = _sql("SELECT body, custom, shelf FROM", self.tables[sight])
        row = self._db.execute(
            _sql(select, "WHERE kind = ? AND id = ?"), (kind, record_id)
        ).fetchone()
        if row is None:
            return None
        return Stored(from_json(row[0]), from_json(row[1]), Shelf(row[2]))

    def title(self, kind: Kind, record_id: int | None) -> str | None:
        """Name or title of a record, None when there is no such record."""
        row = self._db.execute(
            "SELECT title FROM records WHERE kind = ? AND id = ?", (kind, record_id)
        ).fetchone()
        return None if row is None else str(row[0] or "")

    def has_live(self, kind: Kind, record_id: int) -> bool:
        """Whether the record exists and is not deleted."""
        row = self._db.execute(
            "SELECT shelf FROM records WHERE kind = ? AND id = ?", (kind, record_id)
        ).fetchone()
        return row is not None and row[0] != Shelf.DELETED

    def rows(
        self,
        kind: Kind,
        clauses: Sequence[str],
        values: Sequence[object],
        tail: str = "ORDER BY id",
        sight: Sight = Sight.NOW,
    ) -> list[tuple[int, bytes, bytes, str, str, str]]:
        """Rows of a kind as they are kept: id, body, custom, shelf, add_time, update_time.

        Args:
            kind: Which records.
            clauses: Conditions with question marks, all of which must hold.
            values: What the question marks stand for.
            tail: ORDER BY and LIMIT.
            sight: Who looks.
        """
        columns = "SELECT id, body, custom, shelf, add_time, update_time FROM"
        where = " AND ".join(["kind = ?", *clauses])
        select = _sql(columns, self.tables[sight], "WHERE", where, tail)
        return self._db.execute(select, (kind, *values)).fetchall()

    def stored(
        self,
        kind: Kind,
        clauses: Sequence[str],
        values: Sequence[object],
        sight: Sight = Sight.NOW,
    ) -> list[Stored]:
        """The records of a kind that meet all conditions, by id."""
        return [
            Stored(from_json(body), from_json(custom), Shelf(shelf))
            for _, body, custom, shelf, *_ in self.rows(kind, clauses, values, sight=sight)
        ]

    def count_where(self, kind: Kind, clauses: Sequence[str], values: Sequence[object]) -> int:
        """How many rows of a kind meet all conditions."""
        where = " AND ".join(["kind = ?", *clauses])
        counted = _sql("SELECT count(*) FROM records WHERE", where)
        return int(self._db.execute(counted, (kind, *values)).fetchone()[0])

    def all_live(self, kind: Kind) -> list[Stored]:
        """Every live record of a kind, by id."""
        return list(self.on_shelves(kind, (Shelf.LIVE,)))

    def on_shelves(self, kind: Kind, shelves: Sequence[Shelf]) -> Iterator[Stored]:
        """Every record of a kind on some shelves, by id, without holding them all."""
        rows = self._db.execute(
            "SELECT body, custom, shelf FROM records WHERE kind = ? ORDER BY id", (kind,)
        )
        for body, custom, shelf in rows:
            if shelf in shelves:
                yield Stored(from_json(body), from_json(custom), Shelf(shelf))

    def keep_content(self, file_id: int, sha256: str, content: bytes) -> None:
        """Keep the bytes of a file."""
        self._db.execute("INSERT INTO contents VALUES (?, ?, ?)", (file_id, sha256, content))

    def content(self, file_id: int) -> bytes:
        """The bytes of a file."""
        row = self._db.execute("SELECT bytes FROM contents WHERE id = ?", (file_id,)).fetchone()
        return bytes(row[0]) if row else b""

    def content_hash(self, file_id: int) -> str:
        """The SHA-256 of a file's bytes."""
        row = self._db.execute("SELECT sha256 FROM contents WHERE id = ?", (file_id,)).fetchone()
        return str(row[0]) if row else ""

    def _counts(self) -> dict[tuple[str, str], int]:
        rows = self._db.execute("SELECT kind, shelf, count(*) FROM records GROUP BY kind, shelf")
        return {(kind, shelf): number for kind, shelf, number in rows}

    def _counted(self, kind: str, shelf: str, step: int) -> None:
        self.count[kind, shelf] = self.count.get((kind, shelf), 0) + step


def _sql(*parts: str) -> str:
    return " ".join(parts)


def _columns(record: Mapping[str, Any]) -> tuple[object, ...]:
    title = record.get("name") or record.get("title") or record.get("subject")
    return (
        record.get("org_id"),
        record.get("person_id"),
        record.get("deal_id"),
        title,
        record.get("add_time"),
        record.get("update_time"),
    )


def _custom(custom: Mapping[str, Any] | None) -> bytes:
    return to_json(custom) if custom else b"{}"

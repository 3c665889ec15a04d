"""Later work in a synthetic practice, for the pick-up of changes after a load.

Rule of the house: every change is written down with table, key and what was done to it.
"""

import json
import sqlite3
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from datetime import timedelta
from pathlib import Path

from core.errors import NoPractice, SettingMissing
from core.practice import people
from core.practice.conventions.convention import Convention
from core.practice.conventions.layout import Cell
from core.practice.conventions.writing import write
from core.practice.course import Course
from core.practice.dice import Dice
from core.practice.files import write_files
from core.practice.keys import Keys
from core.practice.make import DATABASE, TRUTH, convention_named, written
from core.practice.model import Practice
from core.practice.people import LAST_DAY
from core.practice.people_records import Provider
from core.practice.words import Phones, street

TRUTH_DELTA = "truth-delta.json"
_VISITED = 5
"""Plans that get a visit."""
_Cell = tuple[str, str, str | None]
"""Table, key and column; no column for a whole row."""


@dataclass(frozen=True, slots=True)
class Change:
    """One row that later work touched.

    Attributes:
        table: The table.
        key: The row's key.
        what: added, changed or deleted.
        column: The column that changed; None for whole rows.
    """

    table: str
    key: str
    what: str
    column: str | None = None


@dataclass(frozen=True, slots=True)
class Changed:
    """What later work did.

    Attributes:
        truth: The answer sheet of the delta.
        changes: Every row that was added, changed or deleted.
    """

    truth: Path
    changes: tuple[Change, ...]


def change_practice(folder: Path, *, seed: int) -> Changed:
    """Let the practice work on for a while after it was made.

    Some patients' telephones and some accounts' streets change, a patient arrives with plan and
    exam, plans get a visit, a plan is accepted, an image is taken and a note is deleted.

    Args:
        folder: Where `make_practice` made it.
        seed: Which later work.

    Raises:
        NoPractice: there is no practice in the folder.
        SettingMissing: it is written in a convention later work is not written in.
    """
    truth_place = folder / TRUTH
    if not truth_place.exists() or not (folder / DATABASE).exists():
        message = f"There is no practice in the folder '{folder.name}'."
        raise NoPractice(message, next_step="Make one first: `./perio practice make`.")
    truth = json.loads(truth_place.read_text(encoding="utf-8"))
    style = convention_named(truth["convention"])
    if style.readings is None:
        message = f"Later work cannot be written in the convention '{style.name}'."
        raise SettingMissing(message, next_step="Make the practice in the convention 'panda'.")
    listed: set[_Cell] = {(e["table"], e["key"], None) for e in truth["rejected"]}
    listed |= {(e["table"], e["key"], e["column"]) for e in truth["kept"] + truth["transformed"]}
    connection = sqlite3.connect(folder / DATABASE)
    try:
        later = _Later(connection, style, listed, Dice(seed, "later"))
        later.edit(max(2, int(truth["patients"]) // 100))
        later.accept()
        later.delete()
        practice = later.arrive(seed)
        connection.commit()
    finally:
        connection.close()
    write_files(practice, folder)
    changes = tuple(sorted(later.changes, key=lambda c: (c.table, c.what, c.key, c.column or "")))
    content: dict[str, object] = {"seed": seed, "changes": [asdict(c) for c in changes]}
    return Changed(written(folder / TRUTH_DELTA, content), changes)


class _Later:
    """Changes rows where they stand, whatever the convention calls them."""

    def __init__(
        self,
        connection: sqlite3.Connection,
        style: Convention,
        listed: set[_Cell],
        dice: Dice,
    ) -> None:
        """Leave alone what the truth lists."""
        self._connection, self._style, self._listed, self._dice = connection, style, listed, dice
        self.changes: list[Change] = []

    def edit(self, count: int) -> None:
        """New telephones for so many patients, new streets for so many accounts."""
        phones = Phones(self._dice)
        for field in ("cell_phone", "home_phone"):
            for key, before in self._some("patient", field, count):
                while (number := phones.written(phones.number())) == before:
                    pass
                self._set("patient", key, field, number)
        for key, _ in self._some("account", "street", count):
            self._set("account", key, "street", street(self._dice))

    def accept(self) -> None:
        """One proposed plan is accepted."""
        spell = self._style.layout_of("treatment_plan").spell.get("Status", str)
        proposed = [
            (key, status)
            for key, status in self._some("treatment_plan", "status", None)
            if status == spell("proposed")
        ]
        for key, _ in proposed[:1]:
            self._set("treatment_plan", key, "status", spell("accepted"))

    def delete(self) -> None:
        """One note is deleted."""
        layout = self._style.layout_of("note")
        for key, _ in self._some("note", "body", 1):
            self._connection.execute(
                f'DELETE FROM "{layout.table.name}" WHERE "{layout.table.names[0]}" = ?',  # noqa: S608  # our own names
                (key,),
            )
            self.changes.append(Change(layout.table.name, str(key), "deleted"))

    def arrive(self, seed: int) -> Practice:
        """A patient with plan and exam, a visit on several plans, and an image of somebody."""
        before, keys = self._last_rows(), self._keys()
        later = Practice(providers=self._providers())
        people.Families(later, Dice(seed, "arrival"), keys).add_family(1)
        arrived = replace(
            later.patients[0], first_visit_on=LAST_DAY - timedelta(days=3), status="ACTIVE"
        )
        later.patients[0] = arrived
        people.add_coverages(later, [arrived], self._dice, keys)
        course = Course(later, seed, keys)
        course.add(arrived, exams=1, plans=1)
        plans = self._some("treatment_plan", "patient_key", _VISITED)
        for number, (plan_key, patient_key) in enumerate(plans):
            day = LAST_DAY + timedelta(days=number)
            later.visits.append(course.visit(str(patient_key), _whole(plan_key), day, "visit"))
        for plan_key, patient_key in plans[:1]:
            later.radiographs.append(
                course.radiograph(str(patient_key), _whole(plan_key), LAST_DAY)
            )
        later.providers.clear()  # they are in the database already
        write(self._connection, later, self._style, self._next_reading())
        self.changes.extend(self._added(before))
        return later

    def _some(self, entity: str, field: str, count: int | None) -> list[tuple[Cell, Cell]]:
        """(key, value) of some rows the truth does not list, in an order of chance."""
        layout = self._style.layout_of(entity)
        table, key_column = layout.table.name, layout.table.names[0]
        rows = self._connection.execute(
            f'SELECT "{key_column}", "{layout.column_of(field)}" FROM "{table}" ORDER BY 1'  # noqa: S608  # our own names
        ).fetchall()
        column = layout.column_of(field)
        free = [
            (key, value)
            for key, value in rows
            if self._listed.isdisjoint(((table, str(key), None), (table, str(key), column)))
        ]
        return self._dice.sample(free, len(free) if count is None else min(count, len(free)))

    def _set(self, entity: str, key: Cell, field: str, value: str) -> None:
        layout = self._style.layout_of(entity)
        column = layout.column_of(field)
        version = ""
        if "row_version" in layout.fields:
            name = layout.column_of("row_version")
            version = f', "{name}" = "{name}" + 1'
        self._connection.execute(
            f'UPDATE "{layout.table.name}" SET "{column}" = ?{version}'  # noqa: S608  # our own names
            f' WHERE "{layout.table.names[0]}" = ?',
            (value, key),
        )
        self.changes.append(Change(layout.table.name, str(key), "changed", column))

    def _last_rows(self) -> dict[str, int]:
        return {
            table.name: self._number(f'SELECT max(rowid) FROM "{table.name}"')  # noqa: S608  # our own names
            for table in self._style.tables
        }

    def _added(self, before: dict[str, int]) -> Iterator[Change]:
        for table in self._style.tables:
            if not table.key:
                continue
            names = ", ".join(f'"{name}"' for name in table.key)
            rows = self._connection.execute(
                f'SELECT {names} FROM "{table.name}" WHERE rowid > ?',  # noqa: S608  # our own names
                (before[table.name],),
            )
            for row in rows:
                yield Change(table.name, "|".join(str(part) for part in row), "added")

    def _keys(self) -> Keys:
        """Counters that begin after the keys in use."""
        last: dict[str, int] = {}
        for layout in self._style.layouts:
            key = layout.table.names[0]
            # Text keys begin with the number; a cast reads it and leaves the letters.
            last[layout.entity] = self._number(
                f'SELECT max(CAST("{key}" AS INTEGER)) FROM "{layout.table.name}"'  # noqa: S608  # our own names
            )
        return Keys(last)

    def _next_reading(self) -> int:
        assert self._style.readings is not None
        table, column = self._style.readings
        return 1 + self._number(f'SELECT max("{column}") FROM "{table.name}"')  # noqa: S608  # our own names

    def _number(self, query: str) -> int:
        return int(self._connection.execute(query).fetchone()[0] or 0)

    def _providers(self) -> list[Provider]:
        """Those who treat patients; only their keys matter here."""
        keys = sorted(str(key) for key, _ in self._some("provider", "last_name", None))
        return [
            Provider(key, "", "", "", "", "", "", None, is_active=True, matches_user=False)
            for key in keys
        ]


def _whole(key: Cell) -> int:
    assert isinstance(key, int)
    return key

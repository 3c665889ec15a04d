"""Later work in any convention: done to the model, then carried over to the tables row by row.

Rule of the house: what is written before and after differs by the later work alone; that
difference, and nothing else, is what changes in the database.
"""

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import timedelta
from operator import attrgetter
from typing import Any

from core.practice import people
from core.practice.build import build
from core.practice.conventions.convention import Convention
from core.practice.conventions.layout import Row, model_key_of
from core.practice.conventions.schema import Table
from core.practice.conventions.writing import create, write
from core.practice.course import Course
from core.practice.dice import Dice
from core.practice.faults import GONE
from core.practice.keys import Keys
from core.practice.model import Practice
from core.practice.people import LAST_DAY
from core.practice.words import Phones, street

_VISITED = 5
"""Plans that get a visit."""
_LISTS = {
    "account": "accounts",
    "attachment": "documents",
    "coverage": "coverages",
    "custom_finding": "findings",
    "diagnosis": "diagnoses",
    "letter": "letters",
    "note": "notes",
    "patient": "patients",
    "perio_exam": "exams",
    "planned_procedure": "procedures",
    "radiograph": "radiographs",
    "referral": "referrals",
    "treatment_plan": "plans",
    "visit": "visits",
}
"""Entity -> the model's list of its records."""
_NUMBER = re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class Difference:
    """One row that is otherwise after the later work.

    Attributes:
        table: The table.
        before: The row as it was; None for a new one.
        after: The row as it is; None for one that is gone.
    """

    table: Table
    before: Row | None
    after: Row | None

    def columns(self) -> list[str]:
        """The columns that changed; none for a row that is new or gone."""
        if self.before is None or self.after is None:
            return []
        both = zip(self.table.names, self.before, self.after, strict=True)
        return [name for name, one, two in both if one != two]


@dataclass(frozen=True, slots=True)
class Later:
    """A practice after some rounds of later work.

    Attributes:
        practice: All there is now.
        written: How many exams there were before each round.
        added: What the last round has added.
    """

    practice: Practice
    written: tuple[int, ...]
    added: Practice


def later_practice(patients: int, seed: int, work: tuple[int, ...]) -> Later:
    """A practice after some rounds of later work.

    Args:
        patients: How many it was made with.
        seed: Which practice of that size.
        work: The seeds of the rounds, in order.
    """
    practice, added, written = build(patients, seed), Practice(), []
    for place, one in enumerate(work):
        written.append(len(practice.exams))
        added = _Work(practice, Dice(one, "later"), place).work(one, max(2, patients // 100))
    return Later(practice, tuple(written), added)


class _Work:
    """Changes records that nothing is planted in."""

    def __init__(self, practice: Practice, dice: Dice, rounds: int) -> None:
        """Leave alone whatever is planted."""
        self._practice, self._dice = practice, dice
        self._today = LAST_DAY + timedelta(days=7 * rounds)
        planted: list[Any] = [*practice.faults, *practice.oddities]
        self._planted = {(one.entity, one.key) for one in planted}

    def work(self, seed: int, count: int) -> Practice:
        """One round; returns what was added."""
        phones = Phones(self._dice)
        for name in ("cell_phone", "home_phone"):
            for place in self._some("patient", count):
                patient = self._practice.patients[place]
                number = phones.written(phones.number())
                version = patient.row_version + 1
                edited = replace(patient, **{name: number}, row_version=version)  # type: ignore[arg-type] # a telephone
                self._practice.patients[place] = edited
        for place in self._some("account", count):
            account = self._practice.accounts[place]
            self._practice.accounts[place] = replace(account, street=street(self._dice))
        self._accept()
        for place in self._some("note", 1):
            del self._practice.notes[place]
        return self._arrive(seed)

    def _some(self, entity: str, count: int | None) -> list[int]:
        """Places of some records of an entity, in an order of chance."""
        key = model_key_of(entity)
        records = getattr(self._practice, _LISTS[entity])
        free = [
            place
            for place, record in enumerate(records)
            if (entity, key(record)) not in self._planted and not _is_gone(key(record))
        ]
        return self._dice.sample(free, len(free) if count is None else min(count, len(free)))

    def _accept(self) -> None:
        for place in self._some("treatment_plan", None):
            plan = self._practice.plans[place]
            if plan.status == "proposed":
                self._practice.plans[place] = replace(plan, status="accepted")
                return

    def _arrive(self, seed: int) -> Practice:
        """A patient with plan and exam, a visit on several plans, and an image of somebody."""
        plans = [self._practice.plans[place] for place in self._some("treatment_plan", _VISITED)]
        keys = self._keys()
        later = Practice(providers=self._practice.providers)
        people.Families(later, Dice(seed, "arrival"), keys).add_family(1)
        first = self._today - timedelta(days=3)
        later.patients[0] = replace(later.patients[0], first_visit_on=first, status="ACTIVE")
        people.add_coverages(later, later.patients[:1], self._dice, keys)
        course = Course(later, seed, keys)
        course.add(later.patients[0], exams=1, plans=1)
        for number, plan in enumerate(plans):
            day = self._today + timedelta(days=number)
            later.visits.append(course.visit(plan.patient_key, plan.plan_key, day, "visit"))
        for plan in plans[:1]:
            later.radiographs.append(
                course.radiograph(plan.patient_key, plan.plan_key, self._today)
            )
        for name in _LISTS.values():
            getattr(self._practice, name).extend(getattr(later, name))
        return replace(later, providers=[])

    def _keys(self) -> Keys:
        """Counters that begin after the keys in use."""
        last = {}
        for entity, name in _LISTS.items():
            found = [_number(key) for key in map(model_key_of(entity), self._records(name))]
            last[entity] = max(found, default=0)
        return Keys(last)

    def _records(self, name: str) -> list[Any]:
        found: list[Any] = attrgetter(name)(self._practice)
        return found


def _number(key: object) -> int:
    digits = _NUMBER.search(str(key))
    return int(digits[0]) if digits else 0


def _is_gone(key: object) -> bool:
    return _number(key) >= GONE


def differences(before: Later, after: Later, style: Convention) -> Iterator[Difference]:
    """Every row that the tables of two practices do not share."""
    with closing(_written(before, style)) as old, closing(_written(after, style)) as new:
        for table in style.tables:
            was, now = _by_key(old, table), _by_key(new, table)
            for key in [*was, *(key for key in now if key not in was)]:
                for one, two in zip(*_matched(was.get(key, []), now.get(key, [])), strict=True):
                    if one != two:
                        yield Difference(table, one, two)


def _written(later: Later, style: Convention) -> sqlite3.Connection:
    connection = sqlite3.connect(":memory:")
    create(connection, style)
    write(connection, later.practice, style, later.written)
    return connection


def _by_key(connection: sqlite3.Connection, table: Table) -> dict[Row, list[Row]]:
    """The rows of a table by their key; where there is none, a row is its own."""
    places = [table.position(column) for column in table.key]
    found: dict[Row, list[Row]] = {}
    for row in connection.execute(f'SELECT * FROM "{table.name}"'):  # noqa: S608  # our own names
        found.setdefault(tuple(row[place] for place in places) or row, []).append(row)
    return found


def _matched(was: list[Row], now: list[Row]) -> tuple[list[Row | None], list[Row | None]]:
    """Rows of one key side by side; one that has no other stands beside nothing."""
    longest = max(len(was), len(now))
    return (
        [*was, *[None] * (longest - len(was))],
        [*now, *[None] * (longest - len(now))],
    )


def carry_over(connection: sqlite3.Connection, changes: list[Difference]) -> None:
    """Do to a database what lies between before and after; nothing else of a row is touched."""
    for change in changes:
        if change.before is None:
            assert change.after is not None, "a difference has a side"
            connection.execute(change.table.insert(), change.after)
            continue
        which, parts = _which(change.table, change.before)
        name = change.table.name
        if change.after is None:
            connection.execute(f'DELETE FROM "{name}" WHERE {which}', parts)  # noqa: S608  # our own names
            continue
        for column in change.columns():
            value = change.after[change.table.position(column)]
            connection.execute(f'UPDATE "{name}" SET "{column}" = ? WHERE {which}', (value, *parts))  # noqa: S608  # our own names


def _which(table: Table, row: Row) -> tuple[str, Row]:
    names = table.key or table.names
    same = " AND ".join(f'"{name}" IS ?' for name in names)
    parts = tuple(row[table.position(name)] for name in names)
    if table.key:
        return same, parts
    return f'rowid IN (SELECT rowid FROM "{table.name}" WHERE {same} LIMIT 1)', parts  # noqa: S608  # our own names

"""The labelled sources that the proposer is fitted to and judged by.

Rule of the house: column lists that are not ours are read from where they lie and never kept here.
"""

import json
import os
import re
import tempfile
import time
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import polars as pl

from core.crosswalk.mapping import SchemaMap
from core.discovery import Inventory, take_inventory
from core.discovery.naming import words_of
from core.discovery.shapes import Kind
from core.matching.facts import ColumnFacts, TableFacts, facts_of
from core.matching.targets import Sort, Target, Targets, joined, practice_targets
from core.practice.conventions import CONVENTIONS
from core.practice.make import make_practice
from core.practice.truth_map import confirmed_map
from core.sources import open_source

HERE = Path(__file__).resolve().parent
SHARED = HERE.parents[2] / "shared" / "data" / "schema-bench"
OPAQUE = frozenset({"k"})
"""Conventions whose charts nobody can read."""
WIDEST = 400
"""Conventions with more columns are judged, but not learned from."""

_KINDS = {
    "key": "key", "first": "name", "last": "name", "mid": "name", "full": "name", "org": "name",
    "addr": "place", "addr2": "place", "city": "place", "state": "place", "zip": "place",
    "phone": "phone", "email": "email", "dob": "date", "date": "date", "datetime": "date",
    "time": "time", "text": "text", "money": "money", "bool": "flag", "int": "count",
    "pct": "count", "tooth": "tooth", "mm": "depth", "mmneg": "depth", "path": "path",
}  # fmt: skip
_REFERS = {
    "patient_id": "patient", "guarantor_id": "patient", "provider_id": "provider",
    "hygienist_id": "provider", "assistant_id": "provider", "author_id": "provider",
    "referrer_id": "referrer", "referred_by_id": "referrer", "visit_id": "visit",
    "exam_id": "perio_exam", "carrier_id": "carrier", "location_id": "location",
}  # fmt: skip
_NOT_THERE = frozenset({"tooth_finding", "account", "custom_finding", "letter_template"})
"""Entities that the bench does not tell apart from others."""


@dataclass(frozen=True, slots=True)
class Case:
    """One labelled source.

    Attributes:
        group: "bench", "own" or "convention"; of one group are alike.
        family: Cases of one family are never learned from to judge another of it.
        gold: (table, column) -> paths of the fields that are right; none for no match.
        entities: Table -> entities that are right; "" where the table may be left.
    """

    name: str
    group: str
    family: str
    targets: Targets
    tables: Mapping[str, TableFacts]
    gold: Mapping[tuple[str, str], frozenset[str]]
    entities: Mapping[str, frozenset[str]]

    def said(self) -> dict[str, str]:
        """What a person would say of the tables: the entity of most columns, or "" to leave it."""
        return {
            table: "" if not right or "" in right else min(right)
            for table, right in self.entities.items()
        }


@dataclass(frozen=True, slots=True)
class Practice:
    """The synthetic practice in one convention, with its values and its confirmed map.

    Attributes:
        inventory_s: How long taking its inventory took.
    """

    name: str
    inventory: Inventory
    frames: Mapping[str, pl.DataFrame]
    truth: SchemaMap
    inventory_s: float = 0.0


def bench_folder() -> Path:
    """Where the schema bench lies."""
    return Path(os.environ.get("PERIO_SCHEMA_BENCH") or SHARED)


def bench_targets(folder: Path) -> Targets:
    """The bench's fields, called as it calls them and as we do; beside them what only we know."""
    canonical: dict[str, dict[str, Any]] = json.loads((folder / "canonical.json").read_text())
    ours = {one.path: one for one in practice_targets().fields}
    words = tomllib.loads((HERE / "canonical.toml").read_text(encoding="utf-8"))
    used: set[str] = set()
    fields = []
    for path, said in canonical.items():
        means = [one for one in _meanings(path, words) if one in ours]
        used |= set(means)
        fields.append(_canonical(path, said, [ours[one] for one in means]))
    theirs = {ours_: name for name, ours_ in words["entities"].items()} | {
        "attachment": "radiograph"
    }
    named = {one.entity for one in fields}
    for path, one in ours.items():
        if path in used or one.entity in _NOT_THERE:
            continue
        entity = theirs.get(one.entity, one.entity)
        fields.append(
            replace(
                one,
                entity=entity,
                field=f"{one.entity}_{one.field}~",
                is_offered=False,
                is_key=one.is_key and entity not in named,
                refers_to=theirs.get(one.refers_to, one.refers_to),
            )
        )
    tables = {
        path.split(".")[0]: (path.split(".")[0].replace("_", " "), *said["entity_aliases"])
        for path, said in canonical.items()
    }
    own = {theirs.get(entity, entity): said for entity, said in practice_targets().tables.items()}
    return joined(fields, tables, own)


def _meanings(path: str, words: Mapping[str, Any]) -> list[str]:
    entity, _, field = path.partition(".")
    ours = words["entities"].get(entity, entity)
    named = words["fields"].get(ours, {}).get(field, field).split()
    found = [f"{ours}.{name}" for name in named]
    return [*found, *(more for one in found for more in words["also"].get(one, "").split())]


def _canonical(path: str, said: Mapping[str, Any], means: Iterable[Target]) -> Target:
    entity, _, field = path.partition(".")
    phrases = [field.replace("_", " "), *said["aliases"]]
    phrases += [phrase for one in means for phrase in one.phrases]
    is_key = "primary key" in said["desc"]
    refers_to = _REFERS.get(field, "")
    if field == "plan_id":
        refers_to = "plan" if entity == "coverage" else "treatment_plan"
    sort = Sort(_KINDS.get(said["kind"], "code"))
    return Target(
        entity,
        field,
        tuple(dict.fromkeys(phrases)),
        sort,
        "" if is_key else refers_to,
        is_key=is_key,
        text=said["desc"],
    )


def bench_cases(folder: Path) -> list[Case]:
    """Every schema of the bench: names only."""
    targets = bench_targets(folder)
    labels: dict[str, dict[str, Any]] = json.loads((folder / "labels.json").read_text())
    return [
        _named_case(
            name,
            "bench",
            targets,
            [(one["table"], one["column"], frozenset(one["gold"])) for one in entry["columns"]],
        )
        for name, entry in labels.items()
    ]


def own_cases(folder: Path) -> list[Case]:
    """Schemas written for fitting: names only, labelled in the bench's words."""
    targets = bench_targets(folder)
    return [
        _named_case(path.stem, "own", targets, list(_own_rows(path)))
        for path in sorted((HERE / "schemas").glob("*.txt"))
    ]


def _own_rows(path: Path) -> Iterator[tuple[str, str, frozenset[str]]]:
    for line in path.read_text(encoding="utf-8").splitlines():
        table, _, columns = line.partition(": ")
        if not line or line.startswith("#"):
            continue
        for found in re.finditer(r"(.+?)=(-|[a-z_]+\.[a-z_0-9|.]+)(?: |$)", columns):
            gold = frozenset() if found[2] == "-" else frozenset(found[2].split("|"))
            yield table, found[1], gold


def _named_case(
    name: str, group: str, targets: Targets, rows: list[tuple[str, str, frozenset[str]]]
) -> Case:
    columns: dict[str, list[str]] = {}
    for table, column, _ in rows:
        columns.setdefault(table, []).append(column)
    tables = {
        table: TableFacts(table, 0, is_view=False, columns=tuple(_bare(one) for one in names))
        for table, names in columns.items()
    }
    gold = {(table, column): right for table, column, right in rows}
    entities = {table: _entities(table, names, gold) for table, names in columns.items()}
    return Case(name, group, name, targets, tables, gold, entities)


def _bare(name: str) -> ColumnFacts:
    return ColumnFacts(name, words_of(name), Kind.EMPTY, 0, "", 0, is_unique=False)


def _entities(
    table: str, names: list[str], gold: Mapping[tuple[str, str], frozenset[str]]
) -> frozenset[str]:
    """The entities of most of its labelled columns; "" too where hardly a column is labelled."""
    held = [{path.split(".")[0] for path in gold[table, name]} for name in names]
    counts = {entity: sum(entity in one for one in held) for one in held for entity in one}
    found = {entity for entity, count in counts.items() if count == max(counts.values())}
    labelled = sum(bool(one) for one in held)
    if labelled <= max(1.0, 0.2 * len(names)):
        found.add("")
    return frozenset(found)


def practices(patients: int = 40) -> Iterator[Practice]:
    """The synthetic practice in every convention."""
    for name in CONVENTIONS:
        with tempfile.TemporaryDirectory() as folder:
            make_practice(Path(folder), patients=patients, seed=3, convention=name)
            source = open_source("sqlite:///practice.sqlite", Path(folder))
            catalogue = source.catalogue()
            frames = {table.name: source.read(table) for table in catalogue}
            source.close()
        begun = time.perf_counter()
        inventory = take_inventory(catalogue, frames)
        taken_s = time.perf_counter() - begun
        yield Practice(name, inventory, frames, confirmed_map(name), taken_s)


def convention_cases(practice: Practice) -> list[Case]:
    """One convention with its values, and once more as names alone."""
    facts = facts_of(practice.inventory)
    gold: dict[tuple[str, str], frozenset[str]] = {}
    entities = {}
    for table in practice.truth.tables:
        entities[table.name] = frozenset({table.entity})
        for column in table.columns:
            gold[table.name, column.name] = _right(
                table.entity, column.field, column.site, column.left
            )
    seen = {name: table for name, table in facts.items() if name in entities}
    bare = {
        name: TableFacts(name, 0, is_view=False, columns=tuple(_bare(one) for one in table.names))
        for name, table in seen.items()
    }
    targets = practice_targets()
    case = Case(
        f"{practice.name} with values", "convention", practice.name, targets, seen, gold, entities
    )
    return [case, replace(case, name=practice.name, tables=bare)]


_ROLES = {
    "probing_depth": "probing_depth_mm", "gingival_margin": "recession_mm", "mgj": "mgj_mm",
    "bleeding": "is_bleeding", "suppuration": "is_suppurating", "plaque": "has_plaque",
}  # fmt: skip
_CHART_ONLY = frozenset(
    {"value", "marks", "bits", "tooth_row", "tooth_value", "furcation", "implants"}
)


def _right(entity: str, field: str, site: str, left: str) -> frozenset[str]:
    """The targets that are right for a column of a confirmed map."""
    if left.startswith("Social"):
        return frozenset({"patient.social_security_number"})
    if left.startswith("Medical"):
        return frozenset({"patient.medical_alert"})
    found = {f"site_reading.value_{site.casefold()}"} if site else set()
    role = _ROLES.get(field, field)
    if field and field not in _CHART_ONLY:
        beside = role.startswith(("is_missing", "is_implant", "furcation")) or role == "mobility"
        found.add(
            f"{'tooth_finding' if beside else entity}.{role}"
            if entity == "site_reading"
            else f"{entity}.{role}"
        )
    known = {one.path for one in practice_targets().fields}
    return frozenset(found & known)

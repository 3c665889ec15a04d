"""The map: where each field of the vocabulary is found in a source, as a file people can edit.

Rule of the house: the map is data; its digest is what a person signs, so scores and reasons do
not change it, decisions do.
"""

import dataclasses
import hashlib
import json
import tomllib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from operator import itemgetter
from pathlib import Path
from typing import Any, TypeVar

import tomli_w

from core.crosswalk.decisions import Decisions, require_decided
from core.errors import MapGap, SettingMissing

__all__ = ["ColumnMap", "Decisions", "SchemaMap", "TableMap", "load", "save"]

VERSION = 1

_Entry = TypeVar("_Entry", "Decisions", "ColumnMap", "TableMap", "SchemaMap")


@dataclass(frozen=True, slots=True)
class ColumnMap:
    """What one source column becomes, or why it is left.

    Attributes:
        name: The source column.
        field: Field of the table's entity (its name alone); "" when left or unanswered.
        reading: Named transformation (`core.crosswalk.reading.READINGS`).
        site: For a measurement at a site: MB, B, DB, ML, L or DL.
        options: Source code -> what it means, for closed lists; and, under names of their own,
            where and how the values are found (`core.crosswalk.choices.asked`).
        left: Why the column is not carried; "" when carried or unanswered.
        score: How sure the proposal was, 0 to 1.
        reasons: Why it was proposed, in words.
        alternatives: Other fields that were considered, best first.
        decided_by: Who confirmed it; "" while only proposed.
    """

    name: str
    field: str = ""
    reading: str = "text"
    site: str = ""
    options: Mapping[str, str] = dataclasses.field(default_factory=dict)
    left: str = ""
    score: float = 0.0
    reasons: str = ""
    alternatives: tuple[str, ...] = ()
    decided_by: str = ""

    @property
    def is_answered(self) -> bool:
        """Whether the column has a place or a reason."""
        return bool(self.field or self.left)


@dataclass(frozen=True, slots=True)
class TableMap:
    """What one source table holds, or why it is left.

    Attributes:
        name: The source table.
        entity: Key of the vocabulary's entity; "" when left or unanswered.
        layout: How its rows are laid out: "rows" (a row is one of the entity), "joined" (it
            completes a row of another table), or a layout of charts (`core.crosswalk.choices`).
        key: Columns that tell rows apart.
        measures: For tooth_measures: code -> what a row is of, at its sites or of its tooth.
        left: Why the table is not carried.
        columns: One for every column of the table.
    """

    name: str
    entity: str = ""
    layout: str = "rows"
    key: tuple[str, ...] = ()
    measures: Mapping[str, str] = dataclasses.field(default_factory=dict)
    left: str = ""
    score: float = 0.0
    reasons: str = ""
    decided_by: str = ""
    columns: tuple[ColumnMap, ...] = ()

    @property
    def is_answered(self) -> bool:
        """Whether the table, and each of its columns when it is carried, is answered."""
        return bool(self.left) or (
            bool(self.entity) and all(column.is_answered for column in self.columns)
        )


@dataclass(frozen=True, slots=True)
class SchemaMap:
    """The whole map of one source.

    Attributes:
        decisions: What holds for the practice.
        users: Provider key -> e-mail of the destination's user, where e-mail alone does not tell.
        tables: One for every table of the source.
    """

    decisions: Decisions = dataclasses.field(default_factory=Decisions)
    users: Mapping[str, str] = dataclasses.field(default_factory=dict)
    tables: tuple[TableMap, ...] = ()

    def of_entity(self, entity: str) -> tuple[TableMap, ...]:
        """The tables that hold an entity."""
        return tuple(table for table in self.tables if table.entity == entity and not table.left)

    def unanswered(self) -> tuple[str, ...]:
        """Tables and `table.column`s without a place or a reason; they block the sample."""
        gaps: list[str] = []
        for table in self.tables:
            if table.left:
                continue
            if not table.entity:
                gaps.append(table.name)
                continue
            gaps += [
                f"{table.name}.{column.name}" for column in table.columns if not column.is_answered
            ]
        return tuple(gaps)

    def digest(self) -> str:
        """Hash of the decisions; what the map's signature is bound to. Order does not count."""
        decided = asdict(self)
        for table in decided["tables"]:
            for entry in (table, *table["columns"]):
                for name in ("score", "reasons", "alternatives", "decided_by"):
                    entry.pop(name, None)
            table["columns"] = sorted(table["columns"], key=itemgetter("name"))
        decided["tables"] = sorted(decided["tables"], key=itemgetter("name"))
        canonical = json.dumps(decided, sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(canonical.encode()).hexdigest()

    def replace_table(self, table: TableMap) -> "SchemaMap":
        """The same map with one table's entry exchanged."""
        return replace(
            self, tables=tuple(table if old.name == table.name else old for old in self.tables)
        )


def save(schema_map: SchemaMap, path: Path) -> None:
    """Write the map as TOML; what is empty or default is left out."""
    document = {
        "version": VERSION,
        "decisions": _plain(asdict(schema_map.decisions)),
        "users": dict(schema_map.users),
        "tables": [
            _sparse(table) | {"columns": [_sparse(column) for column in table.columns]}
            for table in schema_map.tables
        ],
    }
    path.write_bytes(tomli_w.dumps(document).encode())


def load(path: Path) -> SchemaMap:
    """Read a map file.

    Raises:
        SettingMissing: there is no such file.
        MapGap: it is not TOML, or has entries the map does not know.
    """
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        message = f"There is no map at {path.name}."
        raise SettingMissing(message, next_step="Run `./perio propose` first.") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        message = f"The map {path.name} cannot be read: {error}."
        raise MapGap(message, next_step="Mend the file, or run `./perio propose` again.") from None
    try:
        return _schema_map(document)
    except (TypeError, KeyError, ValueError, AttributeError) as error:
        message = f"The map {path.name} has an entry that is not known: {error}."
        raise MapGap(message, next_step="Compare with the map's README, mend, try again.") from None


def _schema_map(document: dict[str, Any]) -> SchemaMap:
    if document.get("version", VERSION) != VERSION:
        message = f"it is of another version than {VERSION}"
        raise ValueError(message)
    decisions = _entry(Decisions, document.get("decisions", {}))
    require_decided(decisions)
    tables = []
    for table in document.get("tables", []):
        columns = tuple(_entry(ColumnMap, column) for column in table.pop("columns", []))
        tables.append(replace(_entry(TableMap, table), columns=columns))
    users = _entry(SchemaMap, {"users": document.get("users", {})}).users
    return SchemaMap(decisions, users, tuple(tables))


def _entry(kind: type[_Entry], said: dict[str, Any]) -> _Entry:
    """One entry of the file, each value of the type that its place has.

    Raises:
        TypeError: it has a name that is not known, or a value of another type.
    """
    made = kind(**{name: _frozen(value) for name, value in said.items()})
    needed: dict[str, Any] = {part.name: "" for part in fields(kind) if _is_needed(part)}
    like = kind(**needed)
    for part in fields(kind):
        value, usual = getattr(made, part.name), getattr(like, part.name)
        if not _is_alike(value, usual):
            message = f"'{part.name}' takes another type of value"
            raise TypeError(message)
    return made


def _is_needed(part: dataclasses.Field[Any]) -> bool:
    missing = dataclasses.MISSING
    return part.default is missing and part.default_factory is missing


def _is_alike(value: object, usual: object) -> bool:
    if isinstance(usual, float):
        return isinstance(value, int | float) and not isinstance(value, bool)
    members: tuple[object, ...] = ()
    if isinstance(value, tuple):
        members = value
    elif isinstance(value, dict):
        members = tuple(value.values())
    return type(value) is type(usual) and all(isinstance(member, str) for member in members)


def _frozen(value: Any) -> Any:  # noqa: ANN401 - TOML values are of any type
    return tuple(value) if isinstance(value, list) else value


def _plain(entry: dict[str, Any]) -> dict[str, Any]:
    return {
        name: list(value) if isinstance(value, tuple) else value for name, value in entry.items()
    }


def _sparse(entry: ColumnMap | TableMap) -> dict[str, Any]:
    default = type(entry)(name="")
    kept = {
        part.name: getattr(entry, part.name)
        for part in fields(entry)
        if part.name == "name"
        or (part.name != "columns" and getattr(entry, part.name) != getattr(default, part.name))
    }
    return _plain(
        {name: dict(value) if isinstance(value, Mapping) else value for name, value in kept.items()}
    )

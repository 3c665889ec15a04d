"""What a column can be: the vocabulary's fields, and what practices keep besides.

Rule of the house: what is not carried is known too, so that it is not taken for what is.
"""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files

import polars as pl

from core.discovery.phrases import ENTITY_PHRASES, FIELD_PHRASES
from core.vocabulary import ENTITIES, Field

BESIDE_FILE = "beside.toml"
TECHNICAL = "technical"
"""The entity of what serves the program; its fields may stand in any table."""


class Sort(StrEnum):
    """What a field's values are, as far as a name or a type can tell."""

    KEY = "key"
    NAME = "name"
    PLACE = "place"
    PHONE = "phone"
    EMAIL = "email"
    DATE = "date"
    TIME = "time"
    FLAG = "flag"
    MONEY = "money"
    COUNT = "count"
    DEPTH = "depth"
    TOOTH = "tooth"
    CODE = "code"
    PATH = "path"
    TEXT = "text"


@dataclass(frozen=True, slots=True)
class Target:
    """One thing that a column can be.

    Attributes:
        phrases: What its column is called, spelled out.
        refers_to: Entity whose key it holds; empty for what is no reference.
        is_key: It tells the entity's rows apart.
        is_offered: It is a field that a map can name; else it is only known.
        text: What it is, in words.
    """

    entity: str
    field: str
    phrases: tuple[str, ...]
    sort: Sort
    refers_to: str = ""
    is_key: bool = False
    is_offered: bool = True
    text: str = ""

    @property
    def path(self) -> str:
        """Entity and field."""
        return f"{self.entity}.{self.field}"


@dataclass(frozen=True, slots=True)
class Targets:
    """Everything a column can be, and what the tables are called.

    Attributes:
        tables: Entity -> what its table is called.
        fields: Of one entity after the other.
    """

    tables: Mapping[str, tuple[str, ...]]
    fields: tuple[Target, ...]

    @property
    def entities(self) -> tuple[str, ...]:
        """Every entity that has a field, in order."""
        return tuple(dict.fromkeys(one.entity for one in self.fields))

    @property
    def offered_entities(self) -> frozenset[str]:
        """Those of which a map can name at least one field."""
        return frozenset(one.entity for one in self.fields if one.is_offered)


@cache
def practice_targets() -> Targets:
    """The vocabulary's fields and what is kept beside them."""
    beside = beside_targets()
    more = {(one.entity, one.field): one.phrases for one in beside.fields}
    offered = {
        (entity, name): _offered(
            ENTITIES[entity].fields()[name],
            tuple(dict.fromkeys((*phrases, *more.get((entity, name), ())))),
        )
        for entity, named in FIELD_PHRASES.items()
        for name, phrases in named.items()
    }
    known = [one for one in beside.fields if (one.entity, one.field) not in offered]
    return joined((*offered.values(), *known), {**beside.tables}, ENTITY_PHRASES)


def joined(fields: Sequence[Target], *tables: Mapping[str, tuple[str, ...]]) -> Targets:
    """Fields in the order of their entities, with every name of their tables."""
    entities = dict.fromkeys(one.entity for one in fields)
    called = {
        entity: tuple(dict.fromkeys(name for one in tables for name in one.get(entity, ())))
        for entity in entities
    }
    ordered = tuple(one for entity in entities for one in fields if one.entity == entity)
    return Targets(called, ordered)


@cache
def beside_targets() -> Targets:
    """What practices keep besides what the vocabulary carries."""
    text = files(__package__).joinpath(BESIDE_FILE).read_text(encoding="utf-8")
    tables, found = {}, []
    for entity, entries in tomllib.loads(text).items():
        tables[entity] = phrases_of(entries.pop("is"))
        found += [_beside(entity, name, said) for name, said in entries.items()]
    return Targets(tables, tuple(found))


def phrases_of(text: str) -> tuple[str, ...]:
    """The phrases of one line."""
    return tuple(phrase for phrase in text.split("; ") if phrase)


def _beside(entity: str, name: str, said: str) -> Target:
    head, _, words = said.partition(": ")
    sort, _, refers_to = head.partition(" > ")
    is_key = sort == Sort.KEY and not refers_to
    return Target(
        entity, name, phrases_of(words), Sort(sort), refers_to, is_key=is_key, is_offered=False
    )


def _offered(field: Field, phrases: tuple[str, ...]) -> Target:
    is_own = field.is_key and not field.refers_to and field.name.endswith("_key")
    return Target(
        field.entity,
        field.name,
        phrases,
        _sort(field),
        field.refers_to,
        is_key=is_own,
        text=field.text,
    )


_BY_NAME: tuple[tuple[Sort, frozenset[str]], ...] = (
    (Sort.EMAIL, frozenset({"email"})),
    (Sort.PHONE, frozenset({"fax", "phone", "home_phone", "work_phone", "cell_phone"})),
    (Sort.PLACE, frozenset({"street", "street_2", "city", "state", "zip_code"})),
    (Sort.PATH, frozenset({"file_path"})),
    (Sort.TOOTH, frozenset({"tooth", "teeth"})),
    (
        Sort.NAME,
        frozenset(
            {"last_name", "first_name", "preferred_name", "subscriber_name", "practice_name"}
            | {"middle_initial", "carrier", "group_name", "author", "name"}
        ),
    ),
    (
        Sort.TEXT,
        frozenset(
            {"note", "remark", "body", "findings", "description", "classification", "subject"}
            | {"medical_alert", "written_subject", "title", "value_text", "visit_type"}
        ),
    ),
)
_BY_TYPE: tuple[tuple[object, Sort], ...] = (
    (pl.Date, Sort.DATE),
    (pl.Time, Sort.TIME),
    (pl.Boolean, Sort.FLAG),
    (pl.Decimal, Sort.MONEY),
    (pl.Int64, Sort.COUNT),
)


def _sort(field: Field) -> Sort:
    if field.name.endswith("_key"):
        return Sort.KEY
    if field.name.endswith("_mm"):
        return Sort.DEPTH
    for sort, names in _BY_NAME:
        if field.name in names:
            return sort
    for dtype, sort in _BY_TYPE:
        if field.dtype == dtype or isinstance(field.dtype, dtype):  # type: ignore[arg-type] # polars types are classes
            return sort
    return Sort.CODE

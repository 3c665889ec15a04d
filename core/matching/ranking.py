"""What every table and every column of a source most likely is, and how sure that is.

Rule of the house: nothing is decided here; a chance is given for each thing it can be, and for
none.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from core.matching.alike import Matrix
from core.matching.doubts import doubts
from core.matching.facts import TableFacts
from core.matching.features import Features, column_features, table_features
from core.matching.memory import (
    Memory,
    empty_memory,
    exact_repeats,
    recalled_columns,
    recalled_tables,
    with_recalled,
)
from core.matching.model import Calibration, Model, chances, shipped_model
from core.matching.sheet import Places, Sheet
from core.matching.targets import Targets

_SAID, _UNSAID = 0.9, 0.1
"""Share of a person's word for a table, and of the guess beside it: a table may hold two things."""
_REPEATED = 0.995
"""How sure an exact repeat of a confirmed column is at least."""


@dataclass(frozen=True, slots=True)
class Ranking:
    """Chances for a whole source.

    Attributes:
        sheet: What was measured.
        tables: How likely each table holds each entity; last: none. (t, e + 1).
        held: The same without none, with a person's word where it was given. (t, e).
        fields: How likely each column is each field; last: none. (c, f + 1).
        first: The likeliest offered field of each column. (c,).
        sure: How sure the first one is. (c,).
        features: What spoke for each field of each column. (c, f, features).
    """

    sheet: Sheet
    tables: Matrix
    held: Matrix
    fields: Matrix
    first: Places
    sure: Matrix
    features: Features


@dataclass(frozen=True, slots=True)
class Known:
    """What is known before anything is proposed.

    Attributes:
        confirmed: Table -> entity, as a person has said; "" for a table that is left.
        memory: What earlier maps confirmed; names and kinds only.
        model: Learned weights; those that come with the program unless said otherwise.
    """

    confirmed: Mapping[str, str] = field(default_factory=dict)
    memory: Memory = field(default_factory=empty_memory)
    model: Model = field(default_factory=shipped_model)


@dataclass(frozen=True, slots=True)
class _Measured:
    """A source's columns under what is held of its tables, and what is remembered of them."""

    sheet: Sheet
    held: Matrix
    features: Features
    recalled: Matrix

    def judged(
        self, weights: Mapping[str, float], calibration: Calibration
    ) -> tuple[Matrix, Places, Matrix]:
        """Chances of each field, the first offered one, and how sure it is."""
        nothing = none_of_fields(self.features)
        fields = with_recalled(chances(self.features, nothing, weights), self.recalled)
        first = first_offered(self.sheet, fields)
        said = doubts(self.sheet, self.held, self.features, fields, first)
        sure = np.minimum(calibration.chance(said), at_most(fields, first))
        repeated = exact_repeats(self.recalled, first)
        return fields, first, np.where(repeated, np.maximum(sure, _REPEATED), sure)


def rank(tables: Mapping[str, TableFacts], targets: Targets, known: Known | None = None) -> Ranking:
    """Rank everything that each table and column can be.

    Args:
        tables: What is known of each table.
        targets: What a column can be.
        known: What is known besides.
    """
    known = known or Known()
    model, said = known.model, known.confirmed
    sheet = Sheet(tables, targets)
    by_table = with_recalled(table_chances(sheet, model), recalled_tables(known.memory, sheet))
    held = held_by(sheet, by_table, said)
    features = column_features(sheet, held)
    measured = _Measured(sheet, held, features, recalled_columns(known.memory, sheet))
    fields, first, sure = measured.judged(model.columns, model.sure)
    if said:
        told = measured.judged(model.confirmed, model.sure_confirmed)
        is_said = np.array([column.table in said for column in sheet.columns])
        is_left = np.array([said.get(column.table) == "" for column in sheet.columns])
        fields = np.where(is_said[:, None], told[0], fields)
        first = np.where(is_said, told[1], first)
        sure = np.where(is_left, 0.0, np.where(is_said, told[2], sure)).astype(np.float32)
    return Ranking(sheet, by_table, held, fields, first, sure, features)


def table_chances(sheet: Sheet, model: Model) -> Matrix:
    """How likely each table holds each entity; last: none. (t, e + 1)."""
    features = table_features(sheet)
    return chances(features, none_of_entities(features), model.tables)


def none_of_entities(features: Features) -> Features:
    """What speaks for a table that holds nothing known. (t, features)."""
    parts = {"none": np.ones(features.values.shape[0])}
    for name in ("name", "columns", "rare columns"):
        parts[f"none, best {name}"] = features.named(name).max(axis=1)
    return Features(tuple(parts), np.stack(list(parts.values()), axis=1).astype(np.float32))


def none_of_fields(features: Features) -> Features:
    """What speaks for a column that is nothing known. (c, features)."""
    parts = {"none": np.ones(features.values.shape[0])}
    for name in ("name", "qualified name", "table and name", "name means", "place means"):
        parts[f"none, best {name}"] = features.named(name).max(axis=1)
    return Features(tuple(parts), np.stack(list(parts.values()), axis=1).astype(np.float32))


def held_by(sheet: Sheet, by_table: Matrix, said: Mapping[str, str]) -> Matrix:
    """What each table holds: as guessed, or mostly as a person has said. (t, e)."""
    held = by_table[:, :-1].copy()
    for place, table in enumerate(sheet.tables):
        if table in said:
            held[place] *= _UNSAID
        if said.get(table) in sheet.entities:
            held[place, sheet.entities.index(said[table])] += _SAID
    return held


def first_offered(sheet: Sheet, fields: Matrix) -> Places:
    """The likeliest field that a map can name. (c,)."""
    offered = np.array([one.is_offered for one in sheet.targets.fields])
    found: Places = np.where(offered, fields[:, :-1], -1.0).argmax(axis=1)
    return found


def at_most(fields: Matrix, first: Places) -> Matrix:
    """The most that the first can be trusted: never where something else is likelier."""
    own = fields[np.arange(len(first)), first]
    is_likeliest = own >= fields.max(axis=1) - 1e-9
    found: Matrix = np.where(is_likeliest, 0.5 + 0.5 * np.sqrt(own), own).astype(np.float32)
    return found

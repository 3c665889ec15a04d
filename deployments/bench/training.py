"""From labelled sources to a model: what is learned, from which cases, and judged on which others.

Rule of the house: a case is judged by a model that has seen nothing of its family.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from core.matching.alike import Matrix
from core.matching.doubts import doubts
from core.matching.features import Features, column_features, table_features
from core.matching.model import Calibration, Model, chances
from core.matching.ranking import first_offered, held_by, none_of_entities, none_of_fields
from core.matching.sheet import Sheet
from core.matching.targets import Targets
from deployments.bench.cases import WIDEST, Case
from deployments.bench.learn import Choices, fit_choice, fit_curve

Flags = npt.NDArray[np.bool_]

_CANDIDATES = 40
"""Fields a column is fitted against: the likeliest by a rough score."""
_HIDDEN, _HIDDEN_TABLES = 0.35, 0.25
"""Share of the dictionary that a thinned case does not know: so that it is learned how far to
trust a name that is not in it."""
_WEIGHTS = {"bench": 1.0, "own": 1.0, "convention": 0.25}
_TABLE_RIDGE, _COLUMN_RIDGE, _CURVE_RIDGE = 1.0, 3.0, 2.0


@dataclass(frozen=True, slots=True)
class Prepared:
    """A case, measured.

    Attributes:
        tables: (t, e, features), and of none.
        right_tables: (t, e + 1).
        right_fields: (c, f + 1).
        weight: How much it counts.
    """

    case: Case
    sheet: Sheet
    tables: tuple[Features, Features]
    right_tables: Flags
    right_fields: Flags
    weight: float


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns of a case, measured under what is held of its tables.

    Attributes:
        is_left: Columns of tables that a person left.
    """

    features: Features
    nothing: Features
    held: Matrix
    is_left: Flags


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was first for each column, whether that was right, and what spoke for trusting it."""

    first_right: Flags
    doubts: Features
    is_left: Flags


def training_cases(cases: Sequence[Case]) -> list[Prepared]:
    """Every case as it is, and copies that know less of the dictionary."""
    found = []
    for case in cases:
        if sum(len(table.columns) for table in case.tables.values()) > WIDEST:
            continue
        found.append(prepared(case, _WEIGHTS[case.group]))
        if case.name.endswith("with values"):
            continue
        for copy in range(2 if case.group != "convention" else 1):
            seed = sum(map(ord, case.name)) * 7 + copy
            thin = replace(case, targets=thinned(case.targets, seed))
            found.append(prepared(thin, _WEIGHTS[case.group] / 2))
    return found


def thinned(targets: Targets, seed: int) -> Targets:
    """The same fields with a part of what they are called taken away."""
    chance = np.random.default_rng(seed)

    def some(phrases: tuple[str, ...], hidden: float) -> tuple[str, ...]:
        kept = tuple(phrase for phrase in phrases if chance.random() > hidden)
        return kept or (phrases[int(chance.integers(len(phrases)))],)

    tables = {entity: some(names, _HIDDEN_TABLES) for entity, names in targets.tables.items()}
    fields = tuple(replace(one, phrases=some(one.phrases, _HIDDEN)) for one in targets.fields)
    return Targets(tables, fields)


def prepared(case: Case, weight: float = 1.0) -> Prepared:
    """Measure a case and note what is right."""
    sheet = Sheet(case.tables, case.targets)
    features = table_features(sheet)
    return Prepared(
        case,
        sheet,
        (features, none_of_entities(features)),
        _right_tables(case, sheet),
        _right_fields(case, sheet),
        weight,
    )


def _right_tables(case: Case, sheet: Sheet) -> Flags:
    right = np.zeros((len(sheet.tables), len(sheet.entities) + 1), dtype=np.bool_)
    offered = case.targets.offered_entities
    for place, table in enumerate(sheet.tables):
        for entity in case.entities[table]:
            if entity in sheet.entities:
                right[place, sheet.entities.index(entity)] = True
        if "" in case.entities[table]:
            right[place, -1] = True
            right[place, :-1] |= [entity not in offered for entity in sheet.entities]
    return right


def _right_fields(case: Case, sheet: Sheet) -> Flags:
    places = {one.path: place for place, one in enumerate(case.targets.fields)}
    known = np.array([not one.is_offered for one in case.targets.fields])
    right = np.zeros((len(sheet.columns), len(places) + 1), dtype=np.bool_)
    for row, column in enumerate(sheet.columns):
        gold = case.gold.get((column.table, column.facts.name), frozenset())
        right[row, [places[path] for path in gold if path in places]] = True
        if not gold:
            right[row, -1] = True
            right[row, :-1] |= known
    return right


def columns_of(one: Prepared, by_table: Matrix, said: Mapping[str, str]) -> Columns:
    """Measure a case's columns under what is known of its tables."""
    held = held_by(one.sheet, by_table, said)
    features = column_features(one.sheet, held)
    is_left = np.array([said.get(column.table) == "" for column in one.sheet.columns])
    return Columns(features, none_of_fields(features), held, is_left)


def fit_tables(cases: Sequence[Prepared]) -> dict[str, float]:
    """Weights of what counts for an entity of a table."""
    choices = []
    names: tuple[str, ...] = ()
    for one in cases:
        features, nothing = one.tables
        names = features.names + nothing.names
        values = _beside(features.values, nothing.values)
        choices += [
            Choices(values[row], one.right_tables[row], one.weight)
            for row in range(len(values))
            if one.right_tables[row].any()
        ]
    return fit_choice(choices, names, _TABLE_RIDGE)


def _beside(values: Matrix, nothing: Matrix) -> Matrix:
    """Choices and, last, none of them, over the features of both."""
    rows, many, width = values.shape
    found = np.zeros((rows, many + 1, width + nothing.shape[1]), dtype=np.float32)
    found[:, :many, :width] = values
    found[:, many, width:] = nothing
    return found


def column_choices(one: Prepared, columns: Columns) -> tuple[tuple[str, ...], list[Choices]]:
    """The columns of a case as choices among their likeliest fields."""
    features, nothing = columns.features, columns.nothing
    rough = (
        features.named("name")
        + features.named("qualified name")
        + features.named("place means")
        + 2 * features.named("table and name")
        + features.named("refers and table")
        + features.named("own key")
    )
    order = np.argsort(-rough, axis=1)[:, :_CANDIDATES]
    rows = np.arange(len(order))[:, None]
    values = _beside(features.values[rows, order], nothing.values)
    right = np.concatenate([one.right_fields[rows, order], one.right_fields[:, -1:]], axis=1)
    kept = np.flatnonzero(right.any(axis=1) & ~columns.is_left)
    return (
        features.names + nothing.names,
        [Choices(values[row], right[row], one.weight) for row in kept],
    )


def fit_columns(choices: Sequence[Choices], names: Sequence[str]) -> dict[str, float]:
    """Weights of what counts for a field of a column."""
    return fit_choice(choices, names, _COLUMN_RIDGE)


def outcome(one: Prepared, columns: Columns, weights: Mapping[str, float]) -> Outcome:
    """What a model makes of a case that it has not seen."""
    chance = chances(columns.features, columns.nothing, weights)
    first = first_offered(one.sheet, chance)
    right = one.right_fields[np.arange(len(first)), first]
    said = doubts(one.sheet, columns.held, columns.features, chance, first)
    return Outcome(right, said, columns.is_left)


def fit_sure(cases: Sequence[Prepared], outcomes: Sequence[Outcome]) -> Calibration:
    """The curve of how sure a proposal is, from cases judged by models that had not seen them."""
    features = [Features(one.doubts.names, one.doubts.values[~one.is_left]) for one in outcomes]
    right = np.concatenate([one.first_right[~one.is_left] for one in outcomes]).astype(np.float64)
    counts = np.concatenate(
        [
            np.full(int((~made.is_left).sum()), one.weight)
            for one, made in zip(cases, outcomes, strict=True)
        ]
    )
    return fit_curve(features, right, counts, _CURVE_RIDGE)


def models(cases: Sequence[Prepared], families: Sequence[str]) -> dict[str, Model]:
    """One model for each family, made without it; and under "" the one made from all."""
    by_table: dict[int, Matrix] = {}
    weights: dict[str, dict[str, float]] = {}
    for family in (*sorted({one.case.family for one in cases}), ""):
        weights[family] = fit_tables([one for one in cases if one.case.family != family])
        for place, one in enumerate(cases):
            if one.case.family == family:
                by_table[place] = chances(*one.tables, weights[family])
    guessed = _columns_models(cases, [by_table[p] for p in range(len(cases))], families, said=False)
    known = _columns_models(cases, [by_table[p] for p in range(len(cases))], families, said=True)
    return {
        family: Model(
            weights[family] if family in weights else weights[""],
            guessed[family][0],
            known[family][0],
            guessed[family][1],
            known[family][1],
        )
        for family in (*families, "")
    }


def _columns_models(
    cases: Sequence[Prepared], by_table: Sequence[Matrix], families: Sequence[str], *, said: bool
) -> dict[str, tuple[dict[str, float], Calibration]]:
    columns = [
        columns_of(one, tables, one.case.said() if said else {})
        for one, tables in zip(cases, by_table, strict=True)
    ]
    made = [column_choices(one, measured) for one, measured in zip(cases, columns, strict=True)]
    names = made[0][0]
    weights: dict[str, dict[str, float]] = {}
    outcomes: dict[int, Outcome] = {}
    for family in (*sorted({one.case.family for one in cases}), ""):
        seen = [
            choice
            for one, (_, choices) in zip(cases, made, strict=True)
            if one.case.family != family
            for choice in choices
        ]
        weights[family] = fit_columns(seen, names)
        for place, one in enumerate(cases):
            if one.case.family == family:
                outcomes[place] = outcome(one, columns[place], weights[family])
    found = {}
    for family in (*families, ""):
        others = [place for place, one in enumerate(cases) if one.case.family != family]
        sure = fit_sure([cases[place] for place in others], [outcomes[place] for place in others])
        found[family] = (weights[family], sure)
    return found

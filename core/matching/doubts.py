"""What speaks for and against trusting the first proposal of each column.

Rule of the house: a rival in the same table, or another table that claims the same, is a doubt.
"""

import numpy as np

from core.matching.alike import Matrix
from core.matching.features import Features
from core.matching.sheet import Places, Sheet
from core.matching.targets import Sort

_LEAST = 1e-4
_TAKEN_OVER = (
    "name", "name explained", "name had", "name exact", "name means", "refers",
    "refers, plain field", "sort disagrees", "type disagrees", "values fit", "values contradict",
    "own key of a second table", "own key of a table beside",
)  # fmt: skip


def doubts(
    sheet: Sheet, held: Matrix, features: Features, fields: Matrix, first: Places
) -> Features:
    """One row a column.

    Args:
        sheet: Columns against fields.
        held: How likely each table holds each entity. (t, e).
        features: Of each column and field. (c, f, features).
        fields: How likely each column is each field; last: none. (c, f + 1).
        first: The proposed field. (c,).

    Shape:
        (c, features).
    """
    rows = np.arange(len(first))
    entity = sheet.entity_of[first]
    name = np.maximum(features.named("name"), features.named("qualified name"))
    parts = {
        **_chances(sheet, fields, first),
        "table": held[sheet.table_of, entity],
        "another table": _another_table(sheet, held, entity),
        **_rivals(sheet, fields, first),
        "table's columns": _company(sheet, fields, entity),
        "key": np.array([one.sort is Sort.KEY for one in sheet.targets.fields])[first],
        "qualified or plain": name[rows, first],
        **{name: features.named(name)[rows, first] for name in _TAKEN_OVER},
    }
    return Features(tuple(parts), np.stack(list(parts.values()), axis=1).astype(np.float32))


def _able(sheet: Sheet, fields: Matrix) -> Matrix:
    """Chances of the fields that can be proposed; 0 for others. (c, f)."""
    offered = np.array([one.is_offered for one in sheet.targets.fields])
    able: Matrix = np.where(offered, fields[:, :-1], 0.0)
    return able


def _chances(sheet: Sheet, fields: Matrix, first: Places) -> dict[str, Matrix]:
    """How likely the first is, and how far above all else. (c,)."""
    rows = np.arange(len(first))
    others = _able(sheet, fields)
    own = others[rows, first]
    others[rows, first] = 0.0
    carried = np.array([one.is_offered for one in sheet.targets.fields])
    elsewhere = np.where(carried, 0.0, fields[:, :-1]).max(axis=1) + fields[:, -1]
    return {
        "chance": own,
        "chance, odds": np.log(_inside(own) / (1 - _inside(own))),
        "above the second": np.log((own + _LEAST) / (others.max(axis=1) + _LEAST)),
        "above what is not carried": np.log((own + _LEAST) / (elsewhere + _LEAST)),
    }


def _rivals(sheet: Sheet, fields: Matrix, first: Places) -> dict[str, Matrix]:
    """How likely another column of the table is the same field. (c,)."""
    able = _able(sheet, fields)
    rival = _rival(sheet, able, first)
    own = able[np.arange(len(first)), first]
    return {
        "rival column": rival,
        "above the rival": np.log((own + _LEAST) / (rival + _LEAST)),
    }


def _inside(share: Matrix) -> Matrix:
    return np.clip(share, 1e-5, 1 - 1e-5)


def _rival(sheet: Sheet, able: Matrix, first: Places) -> Matrix:
    """How likely another column of the table is the same field. (c,)."""
    found = np.zeros(len(first), np.float32)
    for table in range(len(sheet.tables)):
        rows = sheet.rows_of(table)
        if rows.size > 1:
            block = able[np.ix_(rows, first[rows])]
            np.fill_diagonal(block, 0.0)
            found[rows] = block.max(axis=0)
    return found


def _another_table(sheet: Sheet, held: Matrix, entity: Places) -> Matrix:
    """How likely another table holds the entity of the proposed field. (c,)."""
    two = np.sort(held, axis=0)[::-1][:2]
    second = two[1] if len(two) > 1 else np.zeros(held.shape[1], np.float32)
    own = held[sheet.table_of, entity]
    found: Matrix = np.where(own >= two[0][entity], second[entity], two[0][entity])
    return found


def _company(sheet: Sheet, fields: Matrix, entity: Places) -> Matrix:
    """What share of the table's columns seems to be of the same entity. (c,)."""
    by_entity = np.zeros((len(entity), len(sheet.entities)), np.float32)
    np.add.at(by_entity.T, sheet.entity_of, fields[:, :-1].T)
    found = np.zeros(len(entity), np.float32)
    for table in range(len(sheet.tables)):
        rows = sheet.rows_of(table)
        if rows.size:
            found[rows] = by_entity[rows].mean(axis=0)[entity[rows]]
    return found

"""What speaks for and against each thing that a table or a column can be, as numbers.

Rule of the house: a feature means the same for every vocabulary and every source; what is learned
is only how much each one counts.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from core.matching.alike import Matrix
from core.matching.sheet import Sheet
from core.matching.targets import TECHNICAL, Sort

_CLEAR, _EXACT, _OWNS = 0.8, 0.985, 0.5
_STRONGEST, _FEW = 8, 5
_HUBS = frozenset({"patient", "provider", "referring_doctor", "referrer"})


@dataclass(frozen=True, slots=True)
class Features:
    """Named numbers: `values[..., k]` is what `names[k]` says."""

    names: tuple[str, ...]
    values: Matrix

    def named(self, name: str) -> Matrix:
        """One feature alone."""
        found: Matrix = self.values[..., self.names.index(name)]
        return found


def _stacked(parts: dict[str, Matrix], shape: tuple[int, int]) -> Features:
    layers = [np.broadcast_to(part, shape) for part in parts.values()]
    return Features(tuple(parts), np.stack(layers, axis=2).astype(np.float32))


def _below_best(found: Matrix) -> Matrix:
    best: Matrix = found - found.max(axis=1, keepdims=True)
    return best


def table_features(sheet: Sheet) -> Features:
    """What speaks for each entity of each table.

    Shape:
        (t, e, features).
    """
    names, meaning = sheet.table_names, sheet.table_meaning
    shape = (len(sheet.tables), len(sheet.entities))
    columns = _column_shares(sheet, shape)
    likeliest = names.both * (names.both >= names.both.max(axis=1, keepdims=True) - 1e-6)
    refers, strays = _references(sheet, sheet.points @ likeliest, shape)
    pointed = np.log1p(sheet.points.sum(axis=0))[:, None]
    hub = np.array([[float(entity in _HUBS) for entity in sheet.entities]], np.float32)
    offered = np.array(
        [[float(e in sheet.targets.offered_entities) for e in sheet.entities]], np.float32
    )
    few = np.array([[float(len(sheet.rows_of(t)) <= _FEW)] for t in range(shape[0])], np.float32)
    technical = np.array([[float(e == TECHNICAL) for e in sheet.entities]], np.float32)
    parts = {
        "name": names.both,
        "name explained": names.left,
        "name had": names.right,
        "name exact": _flag(names.both >= _EXACT),
        "name means": meaning,
        **columns,
        "refers as it must": refers,
        "refers elsewhere": strays,
        "name below best": _below_best(names.both),
        "meaning below best": _below_best(meaning),
        "columns below best": _below_best(columns["columns"]),
        "rare columns below best": _below_best(columns["rare columns"]),
        "referred to, a hub": pointed * hub,
        "referred to, no hub": (pointed > 0) * (1 - hub),
        "offered": offered,
        "few columns, offered": few * offered,
        "name and columns": names.both * columns["columns"],
        "technical": technical,
    }
    return _stacked(parts, shape)


def _column_shares(sheet: Sheet, shape: tuple[int, int]) -> dict[str, Matrix]:
    """How well a table's columns fit an entity's fields, one to one."""
    names = ("columns", "columns clear", "fields clear", "rare columns", "own key named")
    found = {name: np.zeros(shape, np.float32) for name in names}
    rarity = _rarity(sheet)
    for table in range(shape[0]):
        rows = sheet.rows_of(table)
        if not rows.size:
            continue
        alike = sheet.plain.both[rows]
        strongest = min(_STRONGEST, rows.size)
        for entity in range(shape[1]):
            fields = np.flatnonzero(sheet.entity_of == entity)
            block = alike[:, fields]
            by_field, by_column = block.max(axis=0), block.max(axis=1)
            top_fields = np.sort(by_field)[::-1][:_STRONGEST].sum() / strongest
            top_columns = np.sort(by_column)[::-1][:strongest].mean()
            found["columns"][table, entity] = min(top_columns, top_fields)
            found["columns clear"][table, entity] = (by_column >= _CLEAR).mean()
            found["fields clear"][table, entity] = (by_field >= _CLEAR).mean()
            said = (by_field >= _CLEAR) * rarity[fields]
            found["rare columns"][table, entity] = said.sum() / np.sqrt(rows.size)
        own = [row for row in rows if sheet.columns[row].owns >= _OWNS]
        if own:
            found["own key named"][table] = sheet.names_entity[own].max(axis=0)
    return found


def _rarity(sheet: Sheet) -> Matrix:
    """Per field: 1 where no other entity's field is called the same, less where many are."""
    holders: dict[tuple[str, ...], set[str]] = {}
    for one, phrases in zip(sheet.targets.fields, sheet.phrases, strict=True):
        for said in phrases:
            holders.setdefault(said, set()).add(one.entity)
    often = [max(len(holders[said]) for said in phrases) for phrases in sheet.phrases]
    return np.array([1 / count for count in often], dtype=np.float32)


def _references(sheet: Sheet, to_entity: Matrix, shape: tuple[int, int]) -> tuple[Matrix, Matrix]:
    """Whether a table refers to what an entity refers to, and to something else."""
    refers, strays = np.zeros(shape, np.float32), np.zeros(shape, np.float32)
    wanted = [
        sorted(set(sheet.refers_to[sheet.entity_of == entity]) - {-1}) for entity in range(shape[1])
    ]
    for table in range(shape[0]):
        rows = sheet.rows_of(table)
        if not rows.size:
            continue
        likely = to_entity[rows].max(axis=0)
        for entity, needs in enumerate(wanted):
            refers[table, entity] = likely[needs].max() if needs else 0.0
            strays[table, entity] = np.delete(likely, [*needs, entity]).max()
    return refers, strays


def column_features(sheet: Sheet, held: Matrix) -> Features:
    """What speaks for each field of each column.

    Args:
        sheet: Columns against fields.
        held: How likely each table holds each entity. (t, e).

    Shape:
        (c, f, features).
    """
    shape = (len(sheet.columns), len(sheet.targets.fields))
    technical = sheet.of_fields(lambda field: field.entity == TECHNICAL)
    by_entity = held[sheet.table_of]
    likely = by_entity[:, sheet.entity_of]
    # What is technical may stand in any table.
    anywhere = np.maximum(by_entity.max(axis=1, keepdims=True), _OWNS)
    likely = np.where(technical > 0, anywhere, likely)
    parts = {
        **_name_parts(sheet, likely, technical),
        **_key_parts(sheet, held, likely),
        **_value_parts(sheet, likely),
    }
    return _stacked(parts, shape)


def _name_parts(sheet: Sheet, likely: Matrix, technical: Matrix) -> dict[str, Matrix]:
    plain, qualified, meaning = sheet.plain, sheet.qualified, sheet.meaning
    name = np.maximum(plain.both, qualified.both)
    explained = np.maximum(plain.left, qualified.left)
    exact = _flag(plain.both >= _EXACT)
    named = sheet.names_entity[:, sheet.entity_of]
    repeats = sheet.repeats[:, None]
    return {
        "name": plain.both,
        "qualified name": qualified.both,
        "name explained": explained,
        "name had": plain.right,
        "name exact": exact,
        "name means": meaning,
        "place means": sheet.placed,
        "table, log": np.log(np.maximum(likely, 1e-3)) / 7,
        "table": likely,
        "table and name": likely * name,
        "table and exact": likely * exact,
        "table and meaning": likely * meaning,
        "name below best": _below_best(name),
        "meaning below best": _below_best(meaning),
        "table and name below best": _below_best(likely * name),
        "place below best": _below_best(sheet.placed),
        "names the entity": named,
        "names another entity": named * (1 - likely),
        "names another entity, qualified": named * (1 - likely) * qualified.both,
        "technical": technical,
        "technical by name": technical * name,
        "unexplained": (1 - explained) ** 2,
        "explained, not had": (1 - plain.right) * explained,
        "technical everywhere": repeats * technical,
        "everywhere": repeats * (1 - technical),
    }


def _key_parts(sheet: Sheet, held: Matrix, likely: Matrix) -> dict[str, Matrix]:
    name = np.maximum(sheet.plain.both, sheet.qualified.both)
    unlike = 1 - (sheet.plain.both >= _EXACT)
    owns = sheet.of_columns(lambda column: column.owns)
    keyed = sheet.of_columns(lambda column: column.is_keyed)
    points = sheet.points.max(axis=1, keepdims=True)
    is_key = sheet.of_fields(lambda field: field.is_key)
    is_reference = sheet.of_fields(lambda field: bool(field.refers_to))
    sorts_key = sheet.of_fields(lambda field: field.sort is Sort.KEY)
    to_itself = sheet.of_fields(lambda field: field.refers_to == field.entity)
    to_entity = sheet.points @ held
    refers = np.where(sheet.refers_to >= 0, to_entity[:, np.maximum(sheet.refers_to, 0)], 0.0)
    main = held / np.maximum(held.max(axis=0, keepdims=True), 1e-6)
    beside = _beside(sheet, held)[sheet.table_of][:, sheet.entity_of]
    return {
        "own key": owns * is_key,
        "own key and table": owns * is_key * likely,
        "own key, other field": owns * (1 - is_key),
        "no key, key field": (1 - owns) * is_key,
        "refers": refers,
        "refers and table": refers * likely,
        "refers and name": refers * name,
        "refers elsewhere": points * is_reference - refers * is_reference,
        "refers, plain field": points * (1 - is_reference) * (1 - owns),
        "numbered, plain field": keyed * (1 - sorts_key),
        "not numbered, key field": (1 - keyed) * sorts_key,
        "nothing numbered, key field": (1 - keyed) * (1 - points) * sorts_key * unlike,
        "refers to itself, unnamed": to_itself * refers * (1 - name),
        "own key of a second table": is_key
        * (1 - main[sheet.table_of][:, sheet.entity_of])
        * likely,
        "own key of a table beside": is_key * beside,
    }


def _beside(sheet: Sheet, held: Matrix) -> Matrix:
    """How far a table stands beside another of the same entity, to which it refers. (t, e)."""
    found = np.zeros(held.shape, np.float32)
    for row, table in enumerate(sheet.table_of):
        to_table = np.flatnonzero(sheet.points[row])
        if to_table.size and to_table[0] != table:
            found[table] = np.maximum(found[table], held[to_table[0]] * held[table])
    return found


def _value_parts(sheet: Sheet, likely: Matrix) -> dict[str, Matrix]:
    name = np.maximum(sheet.plain.both, sheet.qualified.both)
    fits = _flag(sheet.kinds >= _CLEAR)
    return {
        "sort agrees": _flag(sheet.sorts > 0),
        "sort disagrees": _flag(sheet.sorts < 0),
        "type agrees": _flag(sheet.declared > 0),
        "type disagrees": _flag(sheet.declared < 0),
        "values fit": fits,
        "values may fit": _flag((sheet.kinds > 0) & (sheet.kinds < _CLEAR)),
        "values contradict": _flag(sheet.kinds < 0),
        "values fit and table": fits * likely,
        "values fit and name": fits * name,
    }


def _flag(is_so: npt.NDArray[np.bool_]) -> Matrix:
    return is_so.astype(np.float32)

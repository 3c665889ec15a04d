"""Why a field is proposed, and what speaks against it, in words.

Rule of the house: two reasons and a doubt say more than a number; no value is ever quoted.
"""

import numpy as np

from core.matching.kinds import CONTRADICTS, FITS, MAY_BE
from core.matching.ranking import Ranking
from core.matching.signs import ColumnSigns
from core.matching.targets import TECHNICAL

NEAR = 0.2
"""A chance from which something else is worth saying."""

_OWNS = 0.5
_SHOWN = 0.05


def why(ranking: Ranking, column: int, field: int) -> str:
    """What speaks for a field of a column, and against it."""
    sheet = ranking.sheet
    signs = sheet.columns[column]
    alike = max(sheet.plain.both[column, field], sheet.qualified.both[column, field])
    reasons = [f"the name fits at {min(alike, 1.0):.0%}"]
    kind, fit = signs.facts.kind, float(np.round(sheet.kinds[column, field], 1))
    if fit in {FITS, MAY_BE}:
        reasons.append(f"values are: {kind.value}")
    elif fit == CONTRADICTS:
        reasons.append(f"but values are: {kind.value}")
    if said := _structure(ranking, signs, field):
        reasons.append(said)
    return "; ".join(reasons)


def _structure(ranking: Ranking, signs: ColumnSigns, field: int) -> str:
    target = ranking.sheet.targets.fields[field]
    if signs.owns >= _OWNS:
        return "it is the table's key" if target.is_key else "but it is the table's key"
    if not signs.refers_to:
        return ""
    sheet = ranking.sheet
    table = sheet.tables.index(signs.refers_to) if signs.refers_to in sheet.tables else -1
    if table < 0 or not target.refers_to:
        return "" if target.refers_to else f"but it refers to {signs.refers_to}"
    held = sheet.entities[int(ranking.held[table].argmax())]
    is_right = held == target.refers_to
    return f"{'it' if is_right else 'but it'} refers to {signs.refers_to}"


def doubt(ranking: Ranking, column: int, field: int) -> str:
    """The strongest thing that speaks against, after a semicolon; empty if nothing does."""
    sheet = ranking.sheet
    rows = sheet.rows_of(int(sheet.table_of[column]))
    chance = ranking.fields[rows, field].copy()
    chance[rows == column] = 0.0
    rival = int(chance.argmax())
    if chance[rival] >= NEAR:
        return f"; column {sheet.columns[rows[rival]].facts.name} is close"
    others = ranking.fields[column, :-1].copy()
    others[field] = 0.0
    second = int(others.argmax())
    return f"; {named(ranking, second)} is close" if others[second] >= NEAR else ""


def named(ranking: Ranking, field: int) -> str:
    """A field in words: its name, or what it is that is not carried."""
    target = ranking.sheet.targets.fields[field]
    if target.is_offered:
        return target.field
    words = target.field.replace("_", " ")
    where = "technical" if target.entity == TECHNICAL else f"of a {target.entity.replace('_', ' ')}"
    return f"{words} ({where}, not carried)"


def question(ranking: Ranking, column: int, field: int) -> str:
    """What is said of a column for which nothing is proposed."""
    signs = ranking.sheet.columns[column]
    chance = ranking.fields[column]
    likeliest = int(chance[:-1].argmax())
    if not ranking.sheet.targets.fields[likeliest].is_offered and chance[likeliest] >= NEAR:
        return f"It looks like {named(ranking, likeliest)}."
    if chance[field] < _SHOWN:
        if signs.refers_to:
            return f"It refers to {signs.refers_to}, for which this table has no field."
        return "Nothing in the vocabulary looks like it."
    return f"Perhaps {named(ranking, field)}: {why(ranking, column, field)}."

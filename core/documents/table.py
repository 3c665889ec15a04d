"""A chart as lines of equal characters: a row a tooth, its six sites side by side.

Rule of the house: what was not recorded is shown as such; a column that an exam does not have is
left out.
"""

import textwrap
from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from core.clinical.layout import KEY, UNKNOWN, by_tooth
from core.clinical.site import SITES

_NUMBERS = {"probing_depth_mm": "PD", "recession_mm": "Rec", "cal_mm": "CAL", "mgj_mm": "MGJ"}
_MARKS = {
    "is_bleeding": ("Bleed", "b"),
    "is_suppurating": ("Supp", "s"),
    "has_plaque": ("Plaq", "p"),
}
_SIDES = {"furcation_b": "b", "furcation_l": "l", "furcation_m": "m", "furcation_d": "d"}
_NONE = "_"
_SITE_WIDTH = 3
_BELOW = "(below)"
_LONGEST_LINE = 110
_LONGEST_CELL = 14
"""A grade longer than this is a text, and stands below the row."""

_Row = Mapping[str, Any]


def tooth_table(readings: pl.DataFrame, findings: pl.DataFrame) -> dict[str, list[str]]:
    """The lines of each exam, heading first.

    Shape:
        readings (one row per exam, tooth, site), findings (one row per exam, tooth) -> exam key
        -> lines; an exam without either has none.

    Units:
        mm; recession positive apical of the CEJ.
    """
    teeth = by_tooth(readings).join(findings, on=KEY, how="full", coalesce=True).sort(KEY)
    rows: dict[str, list[_Row]] = {}
    for row in teeth.iter_rows(named=True):
        rows.setdefault(row["exam_key"], []).append({**row, "cal_mm": _cal(row)})
    return {key: _lines(of_exam) for key, of_exam in rows.items()}


def _cal(row: _Row) -> list[int | None] | None:
    depths, margins = row["probing_depth_mm"], row["recession_mm"]
    if depths is None or margins is None:
        return None
    return [
        None if depth is None or margin is None else depth + margin
        for depth, margin in zip(depths, margins, strict=True)
    ]


def _lines(rows: Sequence[_Row]) -> list[str]:
    columns = [_tooth_column(rows)]
    columns += [_number_column(rows, name, title) for name, title in _NUMBERS.items()]
    columns += [_mark_column(rows, name, *shown) for name, shown in _MARKS.items()]
    columns += [
        _text_column("Mob", [_short(row["mobility"]) for row in rows]),
        _text_column("Furcation", [_short(_furcation(row)) for row in rows]),
    ]
    shown = [column for column in columns if column]
    lines = ["  ".join(cells).rstrip() for cells in zip(*shown, strict=True)]
    titles, numbered = lines[:2], lines[2:]
    said = [line for line in titles if line.strip()]
    scales = {row["furcation_scale"] for row in rows} - {None, ""}
    is_one_scale = len(scales) == 1
    for line, row in zip(numbered, rows, strict=True):
        said.append(line)
        said += _remarks(row, is_one_scale=is_one_scale)
    if is_one_scale:
        said += _wrapped("furcation scale", scales.pop(), indent=0)
    return said


def _padded(cells: Sequence[str]) -> list[str]:
    width = max(len(cell) for cell in cells)
    return [cell.ljust(width) for cell in cells]


def _tooth_column(rows: Sequence[_Row]) -> list[str]:
    return _padded(["", "Tooth", *(f"{row['tooth']:>2}{_state(row)}" for row in rows)])


def _state(row: _Row) -> str:
    return " missing" if row["is_missing"] else " implant" if row["is_implant"] else ""


def _number_column(rows: Sequence[_Row], name: str, title: str) -> list[str]:
    """Six numbers a tooth under the sites' names; nothing when none is recorded."""
    numbers = [row[name] for row in rows]
    known = [str(number) for six in numbers for number in six or () if number is not None]
    if not known:
        return []
    width = max(_SITE_WIDTH, 1 + max(len(number) for number in known))

    def spread(cells: Sequence[object]) -> str:
        return "".join(f"{cell:>{width}}" for cell in cells)

    body = [
        spread([_NONE if number is None else str(number) for number in six])
        if six and any(number is not None for number in six)
        else ""
        for six in numbers
    ]
    return _padded([f"{title:^{6 * width}}", spread([site.value for site in SITES]), *body])


def _mark_column(rows: Sequence[_Row], name: str, title: str, letter: str) -> list[str]:
    """Six marks a tooth; nothing when none is recorded."""
    marks = [row[name] or "" for row in rows]
    if not any(mark.strip(UNKNOWN) for mark in marks):
        return []
    shown = str.maketrans({"1": letter, "0": ".", UNKNOWN: _NONE})
    return _padded(["", title, *(mark.translate(shown) for mark in marks)])


def _text_column(title: str, cells: Sequence[str]) -> list[str]:
    return _padded(["", title, *cells]) if any(cells) else []


def _furcation(row: _Row) -> str:
    return " ".join(
        f"{side}:{row[column]}" for column, side in _SIDES.items() if row[column] is not None
    )


def _short(text: str | None) -> str:
    if not text:
        return ""
    return text if len(text) <= _LONGEST_CELL else _BELOW


def _remarks(row: _Row, *, is_one_scale: bool) -> list[str]:
    """What does not fit in a cell, each on lines of its own below the row."""
    below = {
        "mobility": row["mobility"] if _short(row["mobility"]) == _BELOW else None,
        "furcation": _furcation(row) if _short(_furcation(row)) == _BELOW else None,
        "furcation scale": None if is_one_scale else row["furcation_scale"],
        "remark": row["note"],
    }
    return [
        line
        for label, text in below.items()
        if text
        for line in _wrapped(label, text, indent=_SITE_WIDTH)
    ]


def _wrapped(label: str, text: str, *, indent: int) -> list[str]:
    blank = " " * indent
    return [
        line
        for part in f"{label}: {text}".splitlines()
        for line in textwrap.wrap(
            part,
            _LONGEST_LINE,
            initial_indent=blank,
            subsequent_indent=blank,
            replace_whitespace=False,
        )
    ]

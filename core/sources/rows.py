"""Turns fetched rows into frames of text.

Rule of the house: a row becomes a column of text here and nowhere else; null stays null.
"""

from collections.abc import Sequence
from typing import Any

import polars as pl


def text_frame(names: Sequence[str], rows: Sequence[Sequence[Any]]) -> pl.DataFrame:
    """Rows of text and numbers with a fraction as a frame of text.

    Shape:
        (rows, names), all String; a number as the shortest text that gives it back.
    """
    if not rows:
        return pl.DataFrame(schema=dict.fromkeys(names, pl.String()))
    # Turning rows into columns first is several times faster than polars' own way with rows.
    columns = zip(*rows, strict=True)
    return pl.DataFrame([_series(name, cells) for name, cells in zip(names, columns, strict=True)])


def _series(name: str, cells: Sequence[Any]) -> pl.Series:
    try:
        return pl.Series(name, cells, pl.String())
    except TypeError:
        texts = [repr(cell) if isinstance(cell, float) else cell for cell in cells]
        return pl.Series(name, texts, pl.String())

"""What came over the wire from a SQL Server, as text.

Rule of the house: one text per cell, losing nothing; null stays null.
"""

import polars as pl

from core.sources.sqlserver_pages import Reading
from core.sources.sqlserver_types import Cell, Form


def texts_of(frame: pl.DataFrame, reading: Reading) -> pl.DataFrame:
    """The answers to a reading's cells, under the columns' own names.

    Shape:
        (rows, cells) -> (rows, fields), all String.
    """
    answers = iter(frame.get_columns())
    return pl.DataFrame(
        [
            _joined([_text(cell, next(answers)) for cell in own]).alias(field.name)
            for field, own in zip(reading.fields, reading.cells, strict=True)
        ]
    )


def _joined(texts: list[pl.Series]) -> pl.Series:
    first, *others = texts
    for other in others:
        first = first.zip_with(first.is_not_null(), other)
    return first


def _text(cell: Cell, answers: pl.Series) -> pl.Series:
    if cell.form is Form.DOUBLE:
        # The shortest text that gives the number back, as the other kind of source writes it.
        texts = [None if answer is None else repr(answer) for answer in answers]
        return pl.Series(answers.name, texts, pl.String())
    text = answers.cast(pl.String())
    if cell.form is Form.MOMENT:
        # A fraction of nothing is written by some versions of the server and not by others.
        return text.str.replace(r"\.0+([+-]\d\d:\d\d)?$", "${1}")
    return "blob:" + text if cell.form is Form.LENGTH else text

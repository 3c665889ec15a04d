"""The chart to read, read again: the sites of the text block that a deal shows.

Rule of the house: what `record_text` writes is read back exactly; what people changed in it shows.
"""

import polars as pl

from core.clinical.record_text import CELL_MARKS, CELL_NUMBERS, LABEL_WIDTH
from core.clinical.site import SITES, Aspect, is_right, site_rank, sites_on_screen
from core.clinical.tooth import ALL_TEETH

_TEETH = "Tooth"
_BATCH = 400
"""Texts read at a time: a text has up to 2,700 cells."""
_COLUMNS = {**CELL_NUMBERS, **CELL_MARKS}
"""Column -> the name of its rows in the text."""
SITES_SCHEMA: dict[str, pl.DataType] = {
    "exam_key": pl.String(),
    "tooth": pl.Int64(),
    "site": pl.String(),
    **{name: pl.Int64() for name in CELL_NUMBERS},
    **{name: pl.Boolean() for name in CELL_MARKS},
}


def parse_text(texts: pl.Series, keys: pl.Series) -> pl.DataFrame:
    """The sites that a text says anything of, with attachment levels as they stand there.

    Args:
        texts: What `chart_text` wrote, or what has become of it.
        keys: The exam of each, aligned.

    Shape:
        (n,) -> (sites, SITES_SCHEMA), in order of exam, tooth and site.
    """
    frame = pl.DataFrame({"exam_key": keys, "text": texts}).drop_nulls("text")
    batches = [_sites(frame.slice(start, _BATCH)) for start in range(0, len(frame), _BATCH)]
    every = pl.concat([pl.DataFrame(schema=SITES_SCHEMA), *batches])
    return every.sort("exam_key", "tooth", site_rank(pl.col("site")))


def _sites(frame: pl.DataFrame) -> pl.DataFrame:
    said = _cells(frame).with_columns(
        pl.col("cell").str.split("/").alias("said"),
        pl.lit([0, 1, 2], dtype=pl.List(pl.Int64())).alias("place"),
    )
    said = said.filter(pl.col("said").list.len() == len(_PLACES)).explode("said", "place")
    placed = said.join(_where(), on=["tooth", "aspect", "place"]).filter(pl.col("said") != "_")
    values = [
        *(_said(name).cast(pl.Int64, strict=False).alias(name) for name in CELL_NUMBERS),
        *((_said(name) != ".").alias(name) for name in CELL_MARKS),
    ]
    return (
        placed.group_by("exam_key", "tooth", "site")
        .agg(values)
        .select(pl.col(name).cast(dtype) for name, dtype in SITES_SCHEMA.items())
    )


def _said(column: str) -> pl.Expr:
    return pl.col("said").filter(pl.col("column") == column).first()


def _cells(frame: pl.DataFrame) -> pl.DataFrame:
    """exam_key, tooth, column, aspect, cell: every cell beside the tooth above it."""
    lines = frame.select("exam_key", pl.col("text").str.split("\n").alias("line")).explode("line")
    label = pl.col("line").str.slice(0, LABEL_WIDTH).str.strip_chars()
    cells = pl.col("line").str.slice(LABEL_WIDTH).str.extract_all(r"\S+(?: mis\b| imp\b)?")
    rows = lines.select("exam_key", label.alias("row"), cells.alias("cell"))
    teeth = pl.when(pl.col("row") == _TEETH).then("cell").forward_fill().over("exam_key")
    beside = rows.with_columns(teeth.alias("tooth")).join(_rows(), on="row")
    whole = beside.filter(pl.col("cell").list.len() == pl.col("tooth").list.len())
    number = pl.col("tooth").str.extract(r"^(\d+)").cast(pl.Int64, strict=False)
    return whole.explode("cell", "tooth").with_columns(number.alias("tooth"))


def _rows() -> pl.DataFrame:
    found = [
        (f"{name} {aspect}", column, aspect.value)
        for aspect in Aspect
        for column, name in _COLUMNS.items()
    ]
    return pl.DataFrame(found, schema=("row", "column", "aspect"), orient="row")


_PLACES = (0, 1, 2)


def _where() -> pl.DataFrame:
    """Which site stands at which place of a tooth's cell."""
    like = {True: 1, False: 16}
    found = [
        (tooth, aspect.value, place, site.value)
        for tooth in ALL_TEETH
        for aspect in Aspect
        for place, site in zip(_PLACES, sites_on_screen(like[is_right(tooth)], aspect), strict=True)
    ]
    assert len(found) == len(ALL_TEETH) * len(SITES)
    return pl.DataFrame(found, schema=("tooth", "aspect", "place", "site"), orient="row")

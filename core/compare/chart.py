"""Two periodontal charts, site by site: as the practice recorded them and as they were read back.

Rule of the house: a site that is there on one side only is a difference, and so are the right
readings at the wrong site.
"""

from dataclasses import dataclass

import polars as pl

from core.clinical.tooth import ALL_TEETH, fdi
from core.compare.cells import unequal_cells
from core.compare.classes import DiffClass
from core.vocabulary import SiteReading, ToothFinding
from core.vocabulary.field import Entity, Field

CHART_SCHEMA = {
    "exam_key": pl.String(),
    "tooth": pl.Int64(),
    "site": pl.String(),
    "field": pl.String(),
    "before": pl.String(),
    "after": pl.String(),
    "diff_class": pl.String(),
}
"""Unequal readings: `before` is what was found, `after` what is wanted; `site` null for a tooth."""

_UNIVERSAL = {int(fdi(tooth)): tooth for tooth in ALL_TEETH}
_KEY, _SPOT = "_spot", ["exam_key", "tooth", "site"]


@dataclass(frozen=True, slots=True)
class Charts:
    """Readings and findings of some exams, in the vocabulary's columns."""

    readings: pl.DataFrame
    findings: pl.DataFrame


def compare_charts(found: Charts, wanted: Charts) -> pl.DataFrame:
    """Every reading and finding that differs, or is there on one side only.

    Shape:
        -> (k, CHART_SCHEMA), in order of exam, tooth, site and field.
    """
    blank = pl.lit(None, dtype=pl.String()).alias("site")
    parts = [
        _between(SiteReading, found.readings, wanted.readings),
        _between(
            ToothFinding, found.findings.with_columns(blank), wanted.findings.with_columns(blank)
        ),
    ]
    return pl.concat(parts).sort("exam_key", "tooth", "site", "field")


def _between(entity: type[Entity], found: pl.DataFrame, wanted: pl.DataFrame) -> pl.DataFrame:
    fields = {name: field for name, field in entity.fields().items() if not field.is_key}
    here, there = (_with_spot(frame, fields) for frame in (found, wanted))
    cells = unequal_cells(here, there, fields, key=_KEY, kept=_SPOT)
    cells = _with_order(cells, here, there, fields)
    parts = [pl.DataFrame(schema=CHART_SCHEMA), cells.select(*CHART_SCHEMA)]
    lost = there.join(here, on=_KEY, how="anti")
    added = here.join(there, on=_KEY, how="anti")
    parts += [_moved(added, lost), _alone(added, lost)]
    return pl.concat(parts).with_columns(
        pl.concat_str([pl.lit(f"{entity.key}."), "field"]).alias("field")
    )


def _with_spot(frame: pl.DataFrame, fields: dict[str, Field]) -> pl.DataFrame:
    spot = pl.concat_str(pl.col(_SPOT).cast(pl.String).fill_null(""), separator="|")
    return frame.select(*_SPOT, *fields).with_columns(spot.alias(_KEY))


def _with_order(
    cells: pl.DataFrame, found: pl.DataFrame, wanted: pl.DataFrame, fields: dict[str, Field]
) -> pl.DataFrame:
    """The same cells; of a tooth whose readings changed places among its sites, it says so."""
    tooth = ["exam_key", "tooth"]
    sides = [
        frame.group_by(tooth)
        .agg(pl.col(*fields).cast(pl.String).fill_null("").sort())
        .unpivot(list(fields), index=tooth, variable_name="field", value_name=name)
        for frame, name in ((found, "_found"), (wanted, "_wanted"))
    ]
    both = sides[0].join(sides[1], on=[*tooth, "field"])
    # a tooth's only value has no place to change
    is_moved = (pl.col("_found") == pl.col("_wanted")) & (pl.col("_found").list.len() > 1)
    moved = both.filter(is_moved).select(*tooth, "field", _moved=True)
    return cells.join(moved, on=[*tooth, "field"], how="left").with_columns(
        pl.when("_moved")
        .then(pl.lit(DiffClass.ORDER_LOST.value))
        .otherwise("diff_class")
        .alias("diff_class")
    )


def _moved(added: pl.DataFrame, lost: pl.DataFrame) -> pl.DataFrame:
    """Readings that stand under the number that their tooth has in the other numbering."""
    universal = pl.col("tooth").replace_strict(_UNIVERSAL, default=None, return_dtype=pl.Int64)
    there = lost.select("exam_key", pl.col("tooth").alias("_as"), "site")
    # a missing site is the same missing site on both sides
    both = added.with_columns(universal.alias("_as")).join(
        there, on=["exam_key", "_as", "site"], how="semi", nulls_equal=True
    )
    return both.select(
        *_SPOT,
        pl.lit("tooth").alias("field"),
        pl.col("tooth").cast(pl.String).alias("before"),
        pl.col("_as").cast(pl.String).alias("after"),
        pl.lit(DiffClass.NUMBERING.value).alias("diff_class"),
    )


def _alone(added: pl.DataFrame, lost: pl.DataFrame) -> pl.DataFrame:
    spot, nothing = pl.col(_KEY), pl.lit(None, dtype=pl.String())
    return pl.concat(
        frame.select(
            *_SPOT,
            pl.lit("record").alias("field"),
            before.alias("before"),
            after.alias("after"),
            pl.lit(name.value).alias("diff_class"),
        )
        for frame, before, after, name in (
            (lost, nothing, spot, DiffClass.MISSING_RECORD),
            (added, spot, nothing, DiffClass.UNEXPECTED_RECORD),
        )
    )

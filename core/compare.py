"""The one comparison: what was found beside what is wanted, cell by cell.

Rule of the house: planning, verifying, picking up a delta and undoing all ask this module; every
unequal cell leaves it with both values and a class.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

import polars as pl

from core.text import as_text
from core.vocabulary.field import CrmObject, Field
from core.vocabulary.record import record_fields


class DiffClass(StrEnum):
    """What an unequal cell means; the list is closed."""

    MISSING_RECORD = "missing record"
    UNEXPECTED_RECORD = "unexpected record"
    VALUE_LOST = "value lost"
    VALUE_ADDED = "value added"
    TRUNCATED = "truncated"
    PRECISION = "precision"
    PADDING = "padding"
    LETTER_CASE = "letter case"
    MARKUP = "markup eaten"
    ENCODING = "encoding"
    ORDER = "order only"
    WRONG_LINK = "wrong link"
    WRONG_VALUE = "wrong value"


class Severity(StrEnum):
    """Whether an unequal cell has lost something."""

    HARMLESS = "harmless"
    LOSS = "loss"


_SIGNS = {"&lt;": "<", "&gt;": ">", "&quot;": '"', "&#39;": "'", "&amp;": "&"}
"""How HTML names signs; the last may stand in the names of others."""

HARMLESS = frozenset({DiffClass.PADDING, DiffClass.ORDER})
"""Classes under which the value still says the same; all others are losses and block."""

CELLS_SCHEMA = {
    "target": pl.String(),
    "ref": pl.String(),
    "record_id": pl.Int64(),
    "field": pl.String(),
    "before": pl.String(),
    "after": pl.String(),
    "diff_class": pl.String(),
}
"""Unequal cells: `before` is what was found, `after` what is wanted, both as canonical text."""


@dataclass(frozen=True, slots=True)
class Differences:
    """What lies between found and wanted for one object.

    Attributes:
        cells: Unequal cells of records on both sides, CELLS_SCHEMA.
        missing: Refs wanted and not found.
        unexpected: ref, record_id found and not wanted.
        repeated: ref, record_id of refs found more than once, every one of them.
    """

    crm_object: CrmObject
    cells: pl.DataFrame
    missing: pl.Series
    unexpected: pl.DataFrame
    repeated: pl.DataFrame

    @property
    def is_empty(self) -> bool:
        """Whether both sides are equal."""
        return (
            self.cells.is_empty()
            and self.missing.is_empty()
            and self.unexpected.is_empty()
            and self.repeated.is_empty()
        )


def compare(crm_object: CrmObject, found: pl.DataFrame, wanted: pl.DataFrame) -> Differences:
    """Compare one object's records by ref.

    Args:
        crm_object: Which object.
        found: Record frame with `record_id`.
        wanted: Record frame.

    Returns:
        Every unequal cell, with both values as text and a class.

    Shape:
        (n, fields + record_id), (m, fields) -> cells (k, 7).
    """
    fields = record_fields(crm_object)
    once = found.unique("ref", keep="first", maintain_order=True)
    repeated = found.filter(pl.col("ref").is_duplicated()).select("ref", "record_id")
    both = once.join(wanted, on="ref", how="inner", suffix="|wanted", maintain_order="left")
    unequal = both.select(differs(path, field).alias(path) for path, field in fields.items())
    cells = [pl.DataFrame(schema=CELLS_SCHEMA)]
    cells += [
        _cells(both.lazy().filter(unequal[path]), crm_object, path, field)
        for path, field in fields.items()
        if unequal[path].any()
    ]
    return Differences(
        crm_object,
        pl.concat(cells).sort("ref", "field"),
        wanted.join(once, on="ref", how="anti")["ref"].sort(),
        once.join(wanted, on="ref", how="anti").select("ref", "record_id").sort("record_id"),
        repeated.sort("ref", "record_id"),
    )


def differs(path: str, field: Field) -> pl.Expr:
    """Whether a found cell differs from the wanted one (`<path>|wanted`), null from value too."""
    found, wanted = pl.col(path), pl.col(f"{path}|wanted")
    if field.equal_within:
        # a tolerance never hides a missing value
        near = (found - wanted).abs() <= field.equal_within
        return found.ne_missing(wanted) & ~near.fill_null(value=False)
    return found.ne_missing(wanted)


def _cells(unequal: pl.LazyFrame, crm_object: CrmObject, path: str, field: Field) -> pl.DataFrame:
    return (
        unequal.select(
            pl.lit(crm_object.value).alias("target"),
            "ref",
            "record_id",
            pl.lit(path).alias("field"),
            as_text(path, field.dtype).alias("before"),
            as_text(f"{path}|wanted", field.dtype).alias("after"),
        )
        .with_columns(
            classify(is_link=_is_link(field), is_text=field.dtype == pl.String).alias("diff_class")
        )
        .collect()
    )


def _is_link(field: Field) -> bool:
    return field.home is not None and field.home.links_to is not None


def classify(*, is_link: bool = False, is_text: bool = False) -> pl.Expr:
    """The class of an unequal cell from its two texts, `before` (found) and `after` (wanted).

    Args:
        is_link: The cell points to another record.
        is_text: The cell is text, whatever it looks like: its digits are no number.
    """
    found, wanted = pl.col("before"), pl.col("after")
    if is_link:
        return pl.lit(DiffClass.WRONG_LINK.value)
    classes = {
        DiffClass.VALUE_LOST: found.is_null(),
        DiffClass.VALUE_ADDED: wanted.is_null(),
        DiffClass.PADDING: found.str.strip_chars() == wanted.str.strip_chars(),
        DiffClass.ORDER: _has_same_items(found, wanted),
        DiffClass.LETTER_CASE: found.str.to_lowercase() == wanted.str.to_lowercase(),
        DiffClass.PRECISION: pl.lit(value=False) if is_text else _is_near(found, wanted),
        DiffClass.TRUNCATED: wanted.str.starts_with(found)
        & (pl.lit(value=True) if is_text else _number(wanted).is_null()),
        DiffClass.MARKUP: _is_same_without_markup(found, wanted),
        DiffClass.ENCODING: _is_same_but_for_encoding(found, wanted),
    }
    # the first that holds
    return pl.coalesce(
        *(pl.when(test).then(pl.lit(name.value)) for name, test in classes.items()),
        pl.lit(DiffClass.WRONG_VALUE.value),
    )


def _number(text: pl.Expr) -> pl.Expr:
    return text.cast(pl.Float64, strict=False)


def _is_near(found: pl.Expr, wanted: pl.Expr) -> pl.Expr:
    """Whether two numbers are equal as far as the coarser of them is written."""
    decimals = pl.min_horizontal(
        side.str.extract(r"\.(\d*?)0*$").str.len_chars().fill_null(0) for side in (found, wanted)
    )
    last_place = pl.lit(10.0).pow(-decimals.cast(pl.Float64))
    # a difference of a whole last place is another number, however its halves are stored
    return (_number(found) - _number(wanted)).abs() < last_place * (1 - 1e-9)


def _has_same_items(found: pl.Expr, wanted: pl.Expr) -> pl.Expr:
    left, right = (side.str.split("\n").list.sort().list.join("\n") for side in (found, wanted))
    return found.str.contains("\n", literal=True) & (left == right)


def _is_same_without_markup(found: pl.Expr, wanted: pl.Expr) -> pl.Expr:
    """Whether tags of the wanted text were eaten, or its signs came back as their names."""
    spelled = found
    for name, sign in _SIGNS.items():
        spelled = spelled.str.replace_all(name, sign, literal=True)
    unmarked = wanted.str.replace_all(r"<[^>]*>", "").str.strip_chars()
    return (spelled == wanted) | (found.str.strip_chars() == unmarked)


def _is_same_but_for_encoding(found: pl.Expr, wanted: pl.Expr) -> pl.Expr:
    """Whether only letters beyond ASCII differ: lost, replaced, mistaken or stripped of accents."""
    kept_found, kept_wanted = (
        side.str.replace_all(r"[^\x20-\x7e]|\?", "") for side in (found, wanted)
    )
    bare_found, bare_wanted = (
        side.str.normalize("NFKD").str.replace_all(r"\p{M}", "") for side in (found, wanted)
    )
    is_same = (kept_found == kept_wanted) | (bare_found == bare_wanted)
    return wanted.str.contains(r"[^\x00-\x7f]") & is_same


def severity(diff_class: str = "diff_class") -> pl.Expr:
    """Loss or harmless, of a class column; null stays null."""
    column = pl.col(diff_class)
    return (
        pl.when(column.is_in([name.value for name in HARMLESS]))
        .then(pl.lit(Severity.HARMLESS.value))
        .when(column.is_not_null() & (column != ""))
        .then(pl.lit(Severity.LOSS.value))
    )


def compare_all(
    found: Mapping[CrmObject, pl.DataFrame], wanted: Mapping[CrmObject, pl.DataFrame]
) -> dict[CrmObject, Differences]:
    """Compare every object."""
    return {name: compare(name, found[name], wanted[name]) for name in CrmObject}

"""Whether the custom fields fit the account, what to fold where they do not, and what drifted.

Rule of the house: pure; a proposal folds the emptiest first and never what tells records apart.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from core.vocabulary.field import LONG_VALUES, CrmType
from core.vocabulary.record import REF_FIELD
from core.vocabulary.specification import ACTIVITY_TYPE

FOLDED_SCHEMA = {
    "target": pl.String(),
    "name": pl.String(),
    "crm_type": pl.String(),
    "filled": pl.Int64(),
    "into": pl.String(),
}
"""What may be folded: a field, in how many records it is filled (null: not known), and where to."""

DRIFT_SCHEMA = {
    "target": pl.String(),
    "name": pl.String(),
    "what": pl.String(),
    "before": pl.String(),
    "after": pl.String(),
}
"""What is otherwise than it was specified and adopted."""

_KEPT = (REF_FIELD, LONG_VALUES, "Chart JSON")
"""Fields that others rest on."""
_FOLDABLE = (CrmType.VARCHAR, CrmType.TEXT, CrmType.DOUBLE, CrmType.DATE, CrmType.ENUM)


@dataclass(frozen=True, slots=True)
class Fit:
    """How many custom fields an account takes, has, and needs.

    Attributes:
        cap: Custom fields of all objects together; None where it is not known.
        others: Fields in the account that are not ours.
        ours: Fields that the specification asks for.
        folded: What to fold so that the rest fits; empty where it fits.
    """

    cap: int | None
    others: int
    ours: int
    folded: pl.DataFrame

    @property
    def over(self) -> int:
        """How many fields are too many; 0 where they fit or the cap is not known."""
        return 0 if self.cap is None else max(0, self.others + self.ours - self.cap)

    @property
    def is_enough(self) -> bool:
        """Whether folding all that is proposed makes the rest fit."""
        return self.folded.height >= self.over

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> "Fit":
        """As `document` made it; of an empty one, nothing is known."""
        folded = pl.DataFrame(document.get("folded", []), schema=FOLDED_SCHEMA)
        ours, others = int(document.get("ours", 0)), int(document.get("others", 0))
        return cls(document.get("cap"), others, ours, folded)

    def document(self) -> dict[str, object]:
        """As the ledger keeps it; names and counts only."""
        return {
            "cap": self.cap,
            "others": self.others,
            "ours": self.ours,
            "over": self.over,
            "is_enough": self.is_enough,
            "folded": self.folded.to_dicts(),
        }


def fit(
    wanted: pl.DataFrame, there: pl.DataFrame, cap: int | None, filled: Mapping[str, int]
) -> Fit:
    """Whether a specification fits an account, and what to fold where it does not.

    Args:
        wanted: The specification.
        there: Custom fields of the account as they are.
        cap: How many the account's plan allows; None where it is not known.
        filled: `entity.field` -> accepted rows that fill it.

    Shape:
        wanted (n, 7), there (m, 5).
    """
    ours = wanted.filter(pl.col("target") != ACTIVITY_TYPE)
    others = there.filter(pl.col("target") != ACTIVITY_TYPE).join(
        ours, on=["target", "name"], how="anti"
    )
    made = Fit(cap, others.height, ours.height, pl.DataFrame(schema=FOLDED_SCHEMA))
    if not made.over:
        return made
    return Fit(cap, others.height, ours.height, _foldable(ours, filled).head(made.over))


def _foldable(ours: pl.DataFrame, filled: Mapping[str, int]) -> pl.DataFrame:
    """What may go into the long text beside the short fields, the emptiest first."""
    has_long = ours.filter(pl.col("name") == LONG_VALUES).select("target")
    able = ours.join(has_long, on="target", how="semi", maintain_order="left").filter(
        ~pl.col("name").is_in(_KEPT) & pl.col("crm_type").is_in([each.value for each in _FOLDABLE])
    )
    counts = [filled.get(path) for path in able["field"]]
    return (
        able.with_columns(pl.Series("filled", counts, dtype=pl.Int64))
        .with_row_index("_order")
        .sort("filled", "_order", descending=[False, True], nulls_last=True)
        .select("target", "name", "crm_type", "filled", pl.lit(LONG_VALUES).alias("into"))
    )


def field_drift(
    wanted: pl.DataFrame, there: pl.DataFrame, codes: Mapping[str, object]
) -> pl.DataFrame:
    """What became of the fields since they were adopted.

    Args:
        wanted: The specification.
        there: Fields of the account as they are.
        codes: "object|name" -> code, as adopted; a field without one was never there.

    Shape:
        -> (findings, DRIFT_SCHEMA): missing, renamed, made anew, type changed, option missing.
    """
    by_name = {(row["target"], row["name"]): row for row in there.iter_rows(named=True)}
    by_code = {(row["target"], row["code"]): row for row in there.iter_rows(named=True)}
    found: list[tuple[str, str, str, str, str]] = []
    for row in wanted.iter_rows(named=True):
        target, name = row["target"], row["name"]
        code = codes.get(f"{target}|{name}")
        if code is None:
            continue
        now = by_name.get((target, name))
        if now is None:
            now = by_code.get((target, code))
            what = "renamed" if now else "missing"
            found.append((target, name, what, name, now["name"] if now else ""))
        elif now["code"] != code:
            found.append((target, name, "made anew", "", "values of the old one are gone"))
        if now is not None:
            found += [(target, name, *told) for told in _otherwise(row, now)]
    return pl.DataFrame(found, schema=DRIFT_SCHEMA, orient="row")


def _otherwise(row: Mapping[str, object], now: Mapping[str, str]) -> list[tuple[str, str, str]]:
    told = []
    if row["target"] != ACTIVITY_TYPE and now["crm_type"] != row["crm_type"]:
        told.append(("type changed", str(row["crm_type"]), now["crm_type"]))
    options = row["options"]
    assert isinstance(options, list), "the specification lists options"
    known = json.loads(now["options"]) if options else {}
    told += [("option missing", label, "") for label in options if label not in known]
    return told

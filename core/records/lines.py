"""Several rows as one readable text: one line a row, parts apart by a bar.

Rule of the house: text for people is built in one place, so that it reads the same everywhere.
"""

from collections.abc import Sequence

import polars as pl

SEPARATOR = " | "


def said(column: str, label: str = "") -> pl.Expr:
    """A column as a part of a line: with its label, or null where there is nothing."""
    text = pl.col(column).cast(pl.String)
    return pl.format(f"{label} {{}}", text) if label else text


def line(*parts: pl.Expr) -> pl.Expr:
    """The parts that are there, in order, apart by a bar."""
    return pl.concat_str(parts, separator=SEPARATOR, ignore_nulls=True)


def person_name(prefix: str = "") -> pl.Expr:
    """First and last name of the columns with this prefix; null where both are missing."""
    name = pl.concat_str(
        [f"{prefix}first_name", f"{prefix}last_name"], separator=" ", ignore_nulls=True
    )
    return pl.when(name == "").then(None).otherwise(name)


def address_line() -> pl.Expr:
    """Street, city, state and ZIP code on one line; null where nothing is known."""
    city = pl.concat_str(["state", "zip_code"], separator=" ", ignore_nulls=True)
    city = pl.when(city == "").then(None).otherwise(city)
    address = pl.concat_str(["street", "street_2", "city", city], separator=", ", ignore_nulls=True)
    return pl.when(address == "").then(None).otherwise(address)


def lines_by(frame: pl.DataFrame, by: str, parts: Sequence[pl.Expr], name: str) -> pl.DataFrame:
    """The rows of each group as lines, in the frame's order.

    Shape:
        (n, columns) -> (groups, 2): `by`, `name`.
    """
    return (
        frame.select(pl.col(by), line(*parts).alias(name))
        .group_by(by, maintain_order=True)
        .agg(pl.col(name).str.join("\n"))
    )

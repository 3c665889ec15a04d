"""Clinical notes as notes; one too long for its place becomes a file with a note that says so.

Rule of the house: nothing is cut.
"""

import polars as pl

NOTE_BYTES = 95_000
"""Size of a note as HTML above which its text becomes a file (the place takes about 100 KB)."""


def is_too_long() -> pl.Expr:
    """Whether a note's body, written as HTML, does not fit a note."""
    body = pl.col("body")
    escaped = body.str.count_matches(r"[<>&]") * 4 + body.str.count_matches(r"[\"'\n]") * 5
    return body.str.len_bytes() + escaped > NOTE_BYTES


def notes(rows: pl.DataFrame) -> pl.DataFrame:
    """Notes as note records, without refs; links hold source keys.

    Shape:
        (notes, fields) -> (notes, 1 + fields).
    """
    heading = pl.concat_str(
        [pl.col("written_on").dt.to_string("%Y-%m-%d"), "kind", "author"],
        separator=" | ",
        ignore_nulls=True,
    )
    spilled = pl.lit("The text is kept whole in a file of this record: ") + "note"
    body = pl.when(is_too_long()).then(spilled).otherwise(pl.col("body"))
    return rows.sort("note_key").select(
        pl.format("note|{}", "note_key").alias("source_key"),
        pl.format("patient|{}", "patient_key").alias("note.patient_key"),
        pl.format("treatment_plan|{}", "plan_key").alias("note.plan_key"),
        pl.concat_str([heading.replace("", None), body], separator="\n\n", ignore_nulls=True).alias(
            "note.content"
        ),
    )

"""The fingerprints of our records as they were once written and read back.

Rule of the house: a record whose fingerprint is another now was worked on by somebody, even where
no field of ours has changed.
"""

import polars as pl

from core.migration.observation import View
from core.migration.passage import Passage

_POST, _EDITED = "post_image", "edited_records"
_KEY = ["target", "record_id"]


def keep_post_image(passage: Passage, view: View, touched: pl.Series | None = None) -> None:
    """Keep the fingerprints of records seen for the first time, and of those just written to.

    Args:
        passage: The vault keeps them.
        view: What was read back.
        touched: Refs that a delta has just written to.
    """
    now = _fingerprints(view)
    known = _kept(passage, _POST, now)
    if touched is not None:
        known = known.filter(~pl.col("ref").is_in(touched.unique().implode()))
    kept = now.join(known, on=_KEY, how="semi").select(_KEY)
    fresh = now.join(kept, on=_KEY, how="anti")
    passage.vault.put(_POST, pl.concat([known.join(kept, on=_KEY, how="semi"), fresh]))


def edited_records(passage: Passage, view: View) -> pl.DataFrame:
    """Records of ours that somebody has worked on since they were read back.

    Shape:
        -> (n, 3): target, ref, record_id.
    """
    now = _fingerprints(view)
    then = _kept(passage, _POST, now).select(*_KEY, pl.col("digest").alias("then"))
    differs = now.join(then, on=_KEY, how="inner").filter(pl.col("digest") != pl.col("then"))
    noted = now.join(_kept(passage, _EDITED, now), on=_KEY, how="semi")
    columns = ["target", "ref", "record_id"]
    return pl.concat([differs.select(columns), noted.select(columns)]).unique().sort(columns)


def note_edited(passage: Passage, view: View) -> None:
    """Remember who was worked on before a delta writes to them; later it could not be told."""
    edited = edited_records(passage, view)
    passage.vault.put(_EDITED, edited.with_columns(pl.lit("").alias("digest")))


def forget_post_image(passage: Passage, refs: pl.Series) -> None:
    """Forget the fingerprints of records that an interrupted delta may have written to."""
    if passage.vault.has(_POST):
        known = passage.vault.get(_POST)
        passage.vault.put(_POST, known.filter(~pl.col("ref").is_in(refs.unique().implode())))


def _fingerprints(view: View) -> pl.DataFrame:
    """target, ref, record_id, digest of every live record that bears a ref of ours."""
    return pl.concat(
        frame.drop_nulls("ref").select(
            pl.lit(name.value).alias("target"), "ref", "record_id", "digest"
        )
        for name, frame in view.digests.items()
    )


def _kept(passage: Passage, name: str, like: pl.DataFrame) -> pl.DataFrame:
    return passage.vault.get(name) if passage.vault.has(name) else like.clear()

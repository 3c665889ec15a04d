"""The migration ref: who a record is, without saying who the patient is.

Rule of the house: identity is the source key and nothing else; the ref tells nothing to anyone
without the project's key.
"""

import hashlib
import hmac

import polars as pl

REF_LENGTH = 25
"""Characters of a ref: "m" and 24 hex digits (96 bits)."""

REF_PATTERN = r"m[0-9a-f]{24}"


def migration_ref(key: bytes, source_key: str) -> str:
    """The ref of one record.

    Args:
        key: The project's secret key.
        source_key: "entity|key" of the row the record comes from.
    """
    return "m" + hmac.new(key, source_key.encode(), hashlib.sha256).hexdigest()[: REF_LENGTH - 1]


def migration_refs(key: bytes, source_keys: pl.Series) -> pl.Series:
    """The refs of many records; null stays null.

    Shape:
        (n,) -> (n,)
    """
    refs = [None if text is None else migration_ref(key, text) for text in source_keys]
    return pl.Series("ref", refs, dtype=pl.String())

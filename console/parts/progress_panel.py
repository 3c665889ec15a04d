"""How far a running step is.

Rule of the house: counts as the ledger has them; no guess of the time that is left.
"""

from collections.abc import Mapping
from typing import Any

import streamlit as st

from console.shaping.figures import share_done, shown, started


def progress_panel(progress: Mapping[str, Any], stage: str) -> None:
    """Show phase, bar and counts of a progress document."""
    share = share_done(progress)
    phase = str(progress.get("phase") or "working").replace("_", " ").capitalize()
    done, total = _count(progress, "done"), _count(progress, "total")
    words = f"{phase}: {shown(done)} of {shown(total)}" if total is not None else phase
    st.progress(share if share is not None else 0.0, text=words)
    tiles = {"Stage": stage, "Started (UTC)": started(progress)}
    if (spent := _count(progress, "spent")) is not None:
        tiles["Tokens spent"] = shown(spent)
    for place, (label, value) in zip(st.columns(len(tiles)), tiles.items(), strict=True):
        place.metric(label, value, border=True)
    if note := progress.get("note"):
        st.text(str(note))


def _count(progress: Mapping[str, Any], name: str) -> int | None:
    value = progress.get(name)
    return int(value) if isinstance(value, int | float) else None

"""A tile per object of the destination, with its counts.

Rule of the house: the number that differs is said in words too.
"""

from collections.abc import Sequence

import streamlit as st

from console.shaping.figures import shown
from console.shaping.review import Tile


def object_tiles(tiles: Sequence[Tile]) -> None:
    """Show the counts of each object side by side."""
    for place, tile in zip(st.columns(max(1, len(tiles))), tiles, strict=False):
        words = f"{shown(tile.unequal)} differ" if tile.unequal else "all as intended"
        place.metric(
            f"{tile.name} · {shown(tile.cells)} cells",
            shown(tile.records),
            delta=words,
            delta_color="red" if tile.losses else "orange" if tile.unequal else "green",
            delta_arrow="off",
            border=True,
        )

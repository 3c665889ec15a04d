"""A tile per object of the destination, with its counts.

Rule of the house: the number that differs is said in words too.
"""

from collections.abc import Sequence

from console.parts.markup import Html, element, show
from console.shaping.figures import shown
from console.shaping.tally import Tile


def object_tiles(tiles: Sequence[Tile]) -> None:
    """Show the counts of each object; they wrap where the screen is narrow."""
    items = [_item(tile) for tile in tiles]
    show(element("ul", *items, kind="perio-tiles", aria_label="Records of the sample by object"))


def _item(tile: Tile) -> Html:
    words = f"≠ {shown(tile.unequal)} differ" if tile.unequal else "✓ all as intended"
    kind = "loss" if tile.losses else "harmless" if tile.unequal else "equal"
    return element(
        "li",
        element("span", tile.name),
        element("b", shown(tile.records)),
        element("span", f"{shown(tile.cells)} cells"),
        element("span", words, kind=f"perio-tag {kind}"),
    )

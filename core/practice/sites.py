"""Six-site patterns of a tooth: how depth, margin and mucogingival junction vary around it.

Rule of the house: mm throughout, sites in the order MB B DB ML L DL, None is not measured.

Source:
    Assumption of this generator: pockets are deepest between teeth, on one side of the tooth, and
    recession is most where the root bulges. No public joint distribution of six sites is at hand.
"""

from collections.abc import Callable

from core.practice.course_records import Six
from core.practice.dice import Dice

INTERDENTAL = (0, 2, 3, 5)
_MID = (1, 4)
_POOL_SIZE = 96
_DEEPEST = 13
_MOST_RECESSION = 8
_MID_DEEP_FROM = 7
_SHALLOW = 2
_ORDINARY = 3
NO_MARGIN: Six = (0, 0, 0, 0, 0, 0)


def _pool(draw: Callable[[int, Dice], list[int | None]], worst: int, name: str) -> tuple[Six, ...]:
    dice = Dice(name, worst)
    return tuple(_six(draw(worst, dice)) for _ in range(_POOL_SIZE))


def _six(values: list[int | None]) -> Six:
    one, two, three, four, five, six = values
    return (one, two, three, four, five, six)


def _depths(worst: int, dice: Dice) -> list[int | None]:
    """A tooth whose deepest interdental site is `worst`."""
    if worst <= _ORDINARY:
        between = [worst if dice.chance(0.45) else max(worst - 1, 1) for _ in range(4)]
        between[dice.randrange(4)] = worst
        mid = [1 if dice.chance(0.45) else _SHALLOW for _ in range(2)]
        return [between[0], mid[0], between[1], between[2], mid[1], between[3]]
    side, face = dice.choice((0, 2)), dice.choice((0, 3))
    found: list[int | None] = [dice.choice((2, 3, 3, 3)) for _ in range(6)]
    for place in _MID:
        most = worst - 2 if worst >= _MID_DEEP_FROM and dice.chance(0.3) else _ORDINARY
        found[place] = dice.randint(1, most)
    found[side + face] = worst
    found[side + 3 - face] = max(worst - dice.choice((0, 1, 1, 2, 2)), _SHALLOW)
    found[2 - side + face] = max(min(worst - dice.choice((1, 1, 2, 3)), worst), _SHALLOW)
    return found


def _margins(worst: int, dice: Dice) -> list[int | None]:
    """A tooth whose margin has receded by `worst` at its bulge, buccal more often."""
    found: list[int | None] = [0] * 6
    face = 0 if dice.chance(0.75) else 3
    found[face + 1] = worst
    for place in (face, face + 2):
        found[place] = max(worst - dice.choice((0, 1, 1, 2)), 0)
    if dice.chance(0.3):
        found[4 - face] = max(worst - dice.choice((1, 2)), 0)
    return found


def _coronal(worst: int, dice: Dice) -> list[int | None]:
    """Overgrown gingiva: the margin lies coronal of the CEJ by up to `worst`."""
    return [-dice.randint(0 if place in _MID else 1, worst) for place in range(6)]


def _mgj(is_upper: int, dice: Dice) -> list[int | None]:
    """Margin to mucogingival junction; the palate has none."""
    buccal: list[int | None] = [dice.randint(2, 7) for _ in range(3)]
    lingual = [None] * 3 if is_upper else [dice.randint(2, 6) for _ in range(3)]
    return [*buccal, *lingual]


DEPTHS = {w: _pool(_depths, w, "depth") for w in range(_SHALLOW, _DEEPEST + 1)}
"""Deepest site -> patterns."""
MARGINS = {r: _pool(_margins, r, "margin") for r in range(1, _MOST_RECESSION + 1)}
"""Most recession -> patterns."""
CORONAL = _pool(_coronal, 3, "coronal")
MGJ_UPPER = _pool(_mgj, 1, "mgj")
MGJ_LOWER = _pool(_mgj, 0, "mgj")


def capped(depth: Six, margin: Six, most: int) -> tuple[Six, Six]:
    """The tooth with less recession, then less depth, until no interdental loss exceeds `most`."""
    depths, margins = list(depth), list(margin)
    for place in INTERDENTAL:
        d, m = depth[place], margin[place]
        if d is not None and m is not None and d + m > most:
            margins[place] = less = min(m, max(most - d, 0))
            depths[place] = most - less
    return _six(depths), _six(margins)


def improved(depth: Six, margin: Six, gain: int, kept: int) -> tuple[Six, Six]:
    """Pockets shallower by `gain` after treatment; all but `kept` of it is recession."""
    depths, margins = list(depth), list(margin)
    for place in range(6):
        d, m = depth[place], margin[place]
        if d is not None and d > _ORDINARY:
            less = min(gain, d - _SHALLOW)
            depths[place] = d - less
            if m is not None:
                margins[place] = m + max(less - kept, 0)
    return _six(depths), _six(margins)


def blanked(values: Six, place: int) -> Six:
    """The same without one site."""
    found = list(values)
    found[place] = None
    return _six(found)

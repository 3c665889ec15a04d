"""The shares the charts are drawn from, by stage (0 is no periodontitis) and by depth.

Rule of the house: every number of the distribution stands here, none in the code that draws.

Source:
    Presence: NHANES 2009-2014 codebook counts, six sites pooled. Mobility, furcation, margins and
    quiet teeth: a dental school clinic's 65,228 teeth (2007-2013). Case mix: 700 treated patients
    of a specialist practice (2021). Depths of diseased teeth by stage are chosen to fit the stage.
"""

from core.practice.dice import Weighted

PRESENCE = {
    2: 0.653, 3: 0.651, 4: 0.694, 5: 0.679, 6: 0.800, 7: 0.761, 8: 0.766,
    9: 0.767, 10: 0.761, 11: 0.797, 12: 0.676, 13: 0.693, 14: 0.647, 15: 0.651,
    18: 0.613, 19: 0.569, 20: 0.752, 21: 0.786, 22: 0.849, 23: 0.810, 24: 0.778,
    25: 0.768, 26: 0.801, 27: 0.844, 28: 0.785, 29: 0.751, 30: 0.579, 31: 0.622,
}  # fmt: skip
"""Universal number -> share of adults who have the tooth."""

LOSS_FACTOR = {0: 0.12, 1: 0.1, 2: 0.2, 3: 0.3, 4: 1.0}
"""Stage -> how much of that loss is seen here; a specialist's patients keep more teeth."""

SHARE_DISEASED = {0: (0.0, 0.0), 1: (0.0, 0.0), 2: (0.12, 0.5), 3: (0.1, 0.62), 4: (0.35, 0.8)}
"""Stage -> least and most share of teeth with a pocket."""

DISEASED = {
    2: Weighted((4, 1.0)),
    3: Weighted((4, 34), (5, 27), (6, 20), (7, 10), (8, 5), (9, 2.5), (10, 1.5)),
    4: Weighted((4, 26), (5, 25), (6, 22), (7, 14), (8, 7), (9, 3), (10, 2), (11, 1)),
}
"""Stage -> worst depth of a diseased tooth."""

QUIET = {
    0: Weighted((2, 22), (3, 62), (4, 16)),
    1: Weighted((2, 70), (3, 27), (4, 3)),
    2: Weighted((2, 28), (3, 72)),
    3: Weighted((2, 24), (3, 76)),
    4: Weighted((2, 20), (3, 80)),
}
"""Stage -> worst depth of a tooth without disease."""

_LITTLE = Weighted((-1, 0.3), (0, 93), (1, 4), (2, 2.7))
_SOME = Weighted((-1, 0.3), (0, 82), (1, 7.5), (2, 6), (3, 3), (4, 0.8), (5, 0.3), (6, 0.1))
RECESSION = {
    0: _LITTLE,
    1: _LITTLE,
    2: Weighted((-1, 0.3), (0, 88), (1, 7), (2, 3.7), (3, 1)),
    3: _SOME,
    4: Weighted((-1, 0.2), (0, 72), (1, 9), (2, 9), (3, 6), (4, 2.5), (5, 0.9), (6, 0.4)),
}
"""Stage -> most recession on a tooth; -1 is overgrowth."""

WORST_INTERDENTAL_CAL = {1: 2, 2: 4}
"""Stage -> the most attachment loss between teeth; III and IV have no upper end."""

BLEEDS = (0.02, 0.03, 0.08, 0.17, 0.4, 0.55, 0.65, 0.72, 0.78, 0.8, 0.8, 0.8, 0.8, 0.8)
"""Depth in mm -> share of sites that bleed; a patient's own factor bends it."""

MOBILITY = {
    0: Weighted(("0", 99.5), ("1", 0.5)),
    1: Weighted(("0", 99.5), ("1", 0.5)),
    2: Weighted(("0", 98.4), ("1", 1.6)),
    3: Weighted(("0", 96), ("1", 3), ("1.5", 0.4), ("2", 0.6)),
    4: Weighted(("0", 86), ("1", 8), ("1.5", 1.4), ("2", 2.6), ("2+", 1.2), ("3", 0.8)),
}

FURCATION_SHARE = (0.0, 0.0, 0.02, 0.05, 0.14, 0.26, 0.45, 0.6, 0.7, 0.75, 0.8, 0.8, 0.8, 0.8)
"""Worst depth in mm -> share of teeth with furcations whose furcation is open."""
FURCATION_MILD = Weighted(("I", 1.0))
FURCATION_DEEP = Weighted(("I", 58), ("II", 34), ("III", 6), ("IV", 2))

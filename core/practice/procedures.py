"""Procedure codes, phases and how a plan's lines are drawn from them.

Rule of the house: a code is a number with our own description; retired and odd ones stay verbatim.
"""

from dataclasses import dataclass

from core.practice.dice import Dice, Weighted


@dataclass(frozen=True, slots=True)
class Item:
    """One kind of procedure; `place` says whether it names a tooth, a quadrant or the mouth."""

    code: str
    description: str
    fee: float
    place: str


def _item(line: str) -> Item:
    code, place, fee, description = line.split(maxsplit=3)
    return Item(code, description, float(fee), place)


_NON_SURGICAL = Weighted(
    (_item("D0180 mouth 165.00 Full periodontal exam"), 10),
    (_item("D0210 mouth 190.00 Full-mouth series"), 6),
    (_item("D4341 quad 325.00 Scaling and root planing, four or more teeth"), 40),
    (_item("D4342 quad 235.50 Scaling and root planing, one to three teeth"), 18),
    (_item("D4346 mouth 180.00 Scaling with inflammation, no bone loss"), 5),
    (_item("D4355 mouth 210.00 Gross debridement before exam"), 5),
    (_item("D4381 tooth 92.75 Local antimicrobial"), 12),
    (_item("D4921 quad 48.00 Irrigation"), 4),
)
_SURGICAL = Weighted(
    (_item("D4260 quad 1450.00 Bone surgery, four or more teeth"), 20),
    (_item("D4261 quad 1120.00 Bone surgery, one to three teeth"), 14),
    (_item("D4240 quad 980.00 Flap with root planing, four or more teeth"), 9),
    (_item("D4249 tooth 875.00 Crown lengthening, bone"), 9),
    (_item("D4263 tooth 640.00 Bone graft, first site"), 10),
    (_item("D4266 tooth 710.25 Guided regeneration, resorbable"), 8),
    (_item("D4273 tooth 1290.00 Own connective-tissue graft, first tooth"), 8),
    (_item("D4277 tooth 1150.00 Free gum graft, first tooth"), 6),
    (_item("D4274 tooth 520.00 Wedge"), 4),
    (_item("D7953 tooth 480.00 Socket graft"), 5),
)
_IMPLANT = Weighted(
    (_item("D6010 tooth 2250.00 Implant placed"), 30),
    (_item("D6011 tooth 420.00 Second-stage implant surgery"), 14),
    (_item("D6190 mouth 390.00 Surgical guide"), 10),
    (_item("D7951 tooth 2400.00 Sinus graft"), 6),
    (_item("D6081 tooth 260.00 Single-implant debridement"), 10),
    (_item("D0367 mouth 385.00 Cone-beam scan, both jaws"), 14),
)
_MAINTENANCE = Weighted(
    (_item("D4910 mouth 185.00 Periodontal maintenance"), 70),
    (_item("D0120 mouth 72.00 Periodic exam"), 15),
    (_item("D0274 mouth 88.00 Four bitewings"), 15),
)
USUAL_CODES = frozenset(
    item.code for menu in (_NON_SURGICAL, _SURGICAL, _IMPLANT, _MAINTENANCE) for item in menu.values
)
"""Codes that a plan's lines are drawn from; each has a description that says the same."""
ODD_ITEMS = (
    (_item("D4271 tooth 990.00 Free soft-tissue graft (retired code)"), "retired_code"),
    (_item("D4320 mouth 410.00 Splint, inside the crown (retired code)"), "retired_code"),
    (_item("D1352 tooth 75.00 Resin, moderate risk (retired code)"), "retired_code"),
    (_item("09902 mouth 35.00 Practice item"), "odd_code"),
    (_item("4341 quad 325.00 SRP"), "odd_code"),
    (_item("04341 quad 325.00 SRP"), "odd_code"),
    (_item("D4341.UR quad 325.00 SRP upper right"), "odd_code"),
    (_item("PERIO4Q mouth 1300.00 Explosion: four quadrants of SRP"), "odd_code"),
    (_item("D9986 mouth 60.00 Missed appointment"), "odd_code"),
)

PHASES = Weighted(
    ("Phase I", 30), ("Ph 1", 5), ("Phase One \u2013 HP", 4), ("Initial therapy", 5), ("IPT", 3),
    ("Hygienic phase", 3), ("Re-evaluation", 5), ("Phase II", 20), ("Perio surgery", 5),
    ("Phase III", 6), ("Phase IV", 8), ("SPT", 3), ("PMT 3 mo", 3),
)  # fmt: skip
_MENU_BY_PHASE = {
    "Phase II": _SURGICAL,
    "Perio surgery": _SURGICAL,
    "Phase III": _IMPLANT,
    "Phase IV": _MAINTENANCE,
    "SPT": _MAINTENANCE,
    "PMT 3 mo": _MAINTENANCE,
}
_TITLES = {
    "Phase II": ("Pocket reduction {q}", "Osseous surgery {q}", "Regeneration #{t}", "Graft #{t}"),
    "Perio surgery": ("Perio surgery {q}", "Crown lengthening #{t}"),
    "Phase III": ("Implant #{t}", "Implant and guided bone regeneration #{t}"),
    "Phase IV": ("Periodontal maintenance", "Supportive care, alternating"),
    "SPT": ("Supportive periodontal therapy",),
    "PMT 3 mo": ("Maintenance every 3 months",),
}
_FIRST_TITLES = (
    "Scaling and root planing, 4 quadrants",
    "Initial therapy",
    "SRP {q} and re-evaluation",
    "Non-surgical therapy & local antimicrobials",
)
QUADRANTS = ("UR", "UL", "LL", "LR")


def title_of(phase: str, dice: Dice) -> str:
    """A plan's name as an office writes it."""
    shape = dice.choice(_TITLES.get(phase, _FIRST_TITLES))
    return shape.format(q=dice.choice(QUADRANTS), t=dice.randint(2, 31))


def items_of(phase: str, dice: Dice) -> list[Item]:
    """The lines of a plan of this phase, about four."""
    menu = _MENU_BY_PHASE.get(phase, _NON_SURGICAL)
    return [menu.draw(dice) for _ in range(dice.choice((2, 3, 4, 4, 5, 6)))]

"""Draws periodontal charts that hang together: teeth of one mouth, and its exams in time.

Rule of the house: the worst interdental site of a first exam agrees with the recorded stage.

Source:
    Shares by tooth: NHANES 2009-2014 codebook counts (presence); a dental school clinic's 65,228
    teeth (depth, margin, mobility, furcation), shifted by stage towards a specialist's patients.
"""

from core.practice.course_records import Six, Tooth
from core.practice.dice import Dice
from core.practice.shares import (
    BLEEDS,
    DISEASED,
    FURCATION_DEEP,
    FURCATION_MILD,
    FURCATION_SHARE,
    LOSS_FACTOR,
    MOBILITY,
    PRESENCE,
    QUIET,
    RECESSION,
    SHARE_DISEASED,
    WORST_INTERDENTAL_CAL,
)
from core.practice.sites import (
    CORONAL,
    DEPTHS,
    MARGINS,
    MGJ_LOWER,
    MGJ_UPPER,
    NO_MARGIN,
    blanked,
    capped,
    improved,
)

MOLARS = frozenset({1, 2, 3, 14, 15, 16, 17, 18, 19, 30, 31, 32})
UPPER_FIRST_PREMOLARS = frozenset({5, 12})
LAST_UPPER = 16
_TEETH_LOST_STAGE_IV = 6
_MOST_LOST_STAGE_III = 4
_STAGE_III = 3
_STAGE_IV = 4
_POCKET_MM = 4
_DEEP_MM = 6
_NO_FURCATION = (None, None, None, None)


class Mouth:
    """One patient's mouth, examined as often as asked."""

    def __init__(self, stage: int, dice: Dice) -> None:
        """Draw which teeth there are, and how ill they are, once."""
        self._stage, self._dice = stage, dice
        self._bleeding = min(max(dice.gauss(1.35, 0.5), 0.2), 2.4)
        self._plaque = min(max(dice.gauss(0.3, 0.18), 0.03), 0.9)
        self._missing = self._draw_missing()
        self.implants = self._draw_implants()
        self._depth: dict[int, Six] = {}
        self._margin: dict[int, Six] = {}
        self._mgj: dict[int, Six] = {}
        self._mobility: dict[int, str] = {}
        self._furcation: dict[int, tuple[str | None, ...]] = {}
        self._draw_teeth()

    def is_present(self, tooth: int) -> bool:
        """Whether the natural tooth is there."""
        return tooth not in self._missing

    @property
    def diseased_teeth(self) -> tuple[int, ...]:
        """Teeth with a pocket, deepest first."""
        worst = {t: max(d or 0 for d in six) for t, six in self._depth.items()}
        ill = [t for t, mm in worst.items() if mm >= _POCKET_MM and t not in self.implants]
        return tuple(sorted(ill, key=lambda t: (-worst[t], t)))

    @property
    def extent(self) -> str:
        """Localized below 30 % of the teeth present, else generalized."""
        present = 32 - len(self._missing)
        return "localized" if len(self.diseased_teeth) < 0.3 * present else "generalized"

    def exam(self) -> tuple[Tooth, ...]:
        """All 32 positions as found today."""
        return tuple(self._tooth(tooth) for tooth in range(1, 33))

    def treat(self) -> None:
        """Let treatment work: shallower pockets, some recession, now and then a tooth lost."""
        dice = self._dice
        self._bleeding = max(self._bleeding * dice.uniform(0.45, 0.95), 0.1)
        self._plaque = max(self._plaque * dice.uniform(0.5, 1.1), 0.02)
        ill = self.diseased_teeth
        if ill and self._stage >= _STAGE_III and dice.chance(0.05 * self._stage - 0.08):
            self._lose(ill[0])
        for tooth, depth in self._depth.items():
            if dice.chance(0.65):
                gain, kept = dice.choice((1, 1, 1, 2)), dice.choice((0, 1, 1))
                self._depth[tooth], self._margin[tooth] = improved(
                    depth, self._margin[tooth], gain, kept
                )

    def _lose(self, tooth: int) -> None:
        self._missing |= {tooth}
        del self._depth[tooth]

    def _draw_missing(self) -> frozenset[int]:
        dice = self._dice
        factor = LOSS_FACTOR[self._stage] * dice.uniform(0.3, 1.7)
        lost = [t for t in PRESENCE if dice.chance((1 - PRESENCE[t]) * factor)]
        wisdom = {t for t in (1, 16, 17, 32) if not dice.chance(0.17)}
        if self._stage == _STAGE_IV:
            left = [t for t in PRESENCE if t not in lost]
            lost += dice.sample(left, max(_TEETH_LOST_STAGE_IV - len(lost), 0))
        elif self._stage == _STAGE_III:
            lost = dice.sample(lost, min(len(lost), _MOST_LOST_STAGE_III))
        return frozenset(wisdom).union(lost)

    def _draw_implants(self) -> frozenset[int]:
        gaps = sorted(self._missing - {1, 16, 17, 32})
        if not gaps or not self._dice.chance(0.12):
            return frozenset()
        return frozenset(self._dice.sample(gaps, min(len(gaps), self._dice.randint(1, 3))))

    def _draw_teeth(self) -> None:
        dice, stage = self._dice, self._stage
        low, high = SHARE_DISEASED[stage]
        share = dice.uniform(low, high)
        teeth = [t for t in range(1, 33) if t not in self._missing]
        ill = {t for t in teeth if dice.chance(share * (1.3 if t in MOLARS else 0.9))}
        # Attachment loss between at least two teeth that are not neighbours makes the case.
        deepest = set(dice.sample(teeth[::2], 2)) if stage >= _STAGE_III else set()
        for tooth in teeth:
            table = DISEASED if tooth in ill and stage in DISEASED else QUIET
            worst = table[stage].draw(dice)
            if tooth in deepest:
                worst = max(worst, _DEEP_MM)
            self._add(tooth, worst)
        for tooth in sorted(self.implants):
            self._add(tooth, dice.choice((3, 3, 3, 4, 5, 6, 7)))

    def _add(self, tooth: int, worst: int) -> None:
        dice = self._dice
        depth = dice.choice(DEPTHS[worst])
        self._depth[tooth], self._margin[tooth] = self._with_margin(depth)
        self._mgj[tooth] = dice.choice(MGJ_UPPER if tooth <= LAST_UPPER else MGJ_LOWER)
        is_implant = tooth in self.implants
        self._mobility[tooth] = "0" if is_implant else MOBILITY[self._stage].draw(dice)
        self._furcation[tooth] = _NO_FURCATION if is_implant else self._draw_furcation(tooth, worst)

    def _with_margin(self, depth: Six) -> tuple[Six, Six]:
        dice = self._dice
        most = RECESSION[self._stage].draw(dice)
        if max(d or 0 for d in depth) >= _DEEP_MM:
            most = max(most, 0)  # an overgrown margin would hide the loss that makes the stage
        margin = NO_MARGIN
        if most:
            margin = dice.choice(MARGINS[most] if most > 0 else CORONAL)
        cap = WORST_INTERDENTAL_CAL.get(self._stage)
        return (depth, margin) if cap is None else capped(depth, margin, cap)

    def _draw_furcation(self, tooth: int, worst: int) -> tuple[str | None, ...]:
        """Grades at the entrances this tooth has, in the order B L M D."""
        dice = self._dice
        if tooth in MOLARS:
            entrances = (0, 2, 3) if tooth <= LAST_UPPER else (0, 1)
        elif tooth in UPPER_FIRST_PREMOLARS:
            entrances = (2, 3)
        else:
            return _NO_FURCATION
        if not dice.chance(FURCATION_SHARE[worst]):
            return _NO_FURCATION
        grades = FURCATION_DEEP if self._stage >= _STAGE_III else FURCATION_MILD
        found: list[str | None] = [None] * 4
        for place in dice.sample(entrances, dice.choice((1, 1, 2))):
            found[place] = grades.draw(dice)
        return tuple(found)

    def _tooth(self, tooth: int) -> Tooth:
        depth = self._depth.get(tooth)
        if depth is None:
            return Tooth(tooth, is_missing=True)
        dice, margin = self._dice, self._margin[tooth]
        flags = self._flags(depth)
        if dice.chance(0.006):
            depth = blanked(depth, dice.randrange(6))
        if dice.chance(0.01):
            margin = blanked(margin, dice.randrange(6))
        return Tooth(
            tooth,
            is_implant=tooth in self.implants,
            mobility=self._mobility[tooth],
            furcation=self._furcation[tooth],
            depth=depth,
            margin=margin,
            mgj=self._mgj[tooth],
            flags=flags,
        )

    def _flags(self, depth: Six) -> Six:
        """Bleeding 1, suppuration 2, plaque 4; deeper pockets bleed more."""
        draw, bleeding, plaque = self._dice.random, self._bleeding, self._plaque
        found = [
            (draw() < BLEEDS[mm or 0] * bleeding)
            + 2 * (draw() < (0.05 if (mm or 0) >= _DEEP_MM else 0.001))
            + 4 * (draw() < plaque)
            for mm in depth
        ]
        return (found[0], found[1], found[2], found[3], found[4], found[5])

"""What holds for a whole practice, and whether it can hold at all.

Rule of the house: a decision that a machine cannot carry out is refused where it is read, by name.
"""

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from core.clinical.furcation import Scale
from core.clinical.tooth import Numbering
from core.vocabulary import ENTITIES
from core.vocabulary.specification import PROFILES

MARGIN_SIGNS = ("positive", "negative")
"""Which sign of a gingival margin may mean recession."""


SCALES = ("", *(scale.value for scale in Scale))
"""Scales of furcation grades; "" where nobody has said."""


@dataclass(frozen=True, slots=True)
class Decisions:
    """What holds for the whole practice; proposed from its values, confirmed by a person.

    Attributes:
        zone: IANA name of the practice's zone.
        tooth_numbering: universal or fdi.
        margin_sign: Which sign means recession in the source: positive or negative.
        margin_offset: Values above it are coronal: offset + n means -n; 0 for none.
        sentinels: Depths and other readings that mean "not measured".
        margin_sentinels: Gingival margins that mean it: -1 may be a margin where it is no depth.
        furcation_scale: Scale of furcation grades where the source names none; "" is unknown.
        unknown_dates: Dates that mean "unknown".
        literal_nulls: Texts that mean "nothing".
        currency: Where the source names none.
        title_without_plan: Title of the deal that keeps a chart for a patient without a plan.
        exam_within_days: How long after a plan its first exam may be.
        profile: administrative or clinical.
        restricted: Restricted fields carried all the same, by `entity.field`.
    """

    zone: str = "America/New_York"
    tooth_numbering: str = "universal"
    margin_sign: str = "positive"
    margin_offset: int = 100
    sentinels: tuple[str, ...] = ("-1",)
    margin_sentinels: tuple[str, ...] = ("-1",)
    furcation_scale: str = ""
    unknown_dates: tuple[str, ...] = ("1900-01-01",)
    literal_nulls: tuple[str, ...] = ("NA",)
    currency: str = "USD"
    title_without_plan: str = "Periodontal record"
    exam_within_days: int = 90
    profile: str = "clinical"
    restricted: tuple[str, ...] = ()


MARGIN = "gingival_margin"
"""The measure whose numbers have sentinels, a sign and an offset of their own."""


def sentinels_of(decisions: Decisions, measure: str) -> list[int]:
    """Numbers that mean "not measured" for a measure, in order."""
    texts = decisions.margin_sentinels if measure == MARGIN else decisions.sentinels
    return sorted({int(text) for text in texts})


def require_decided(decisions: Decisions) -> None:
    """See that each decision is one that can be carried out.

    Raises:
        ValueError: naming the decision and what it may be.
    """
    closed = {
        "tooth_numbering": tuple(numbering.value for numbering in Numbering),
        "margin_sign": MARGIN_SIGNS,
        "furcation_scale": SCALES,
        "profile": tuple(PROFILES),
    }
    for name, able in closed.items():
        if getattr(decisions, name) not in able:
            message = f"'{name}' is one of {', '.join(able)}"
            raise ValueError(message)
    for name in ("sentinels", "margin_sentinels"):
        if not all(text.removeprefix("-").isdecimal() for text in getattr(decisions, name)):
            message = f"'{name}' are whole numbers, as text"
            raise ValueError(message)
    if decisions.margin_offset < 0 or decisions.exam_within_days < 0:
        message = "'margin_offset' and 'exam_within_days' are not below 0"
        raise ValueError(message)
    restrictable = {
        field.path for entity in ENTITIES.values() for field in entity.fields().values()
    }
    if strange := sorted(set(decisions.restricted) - restrictable):
        message = f"'restricted' names '{strange[0]}', which is no field"
        raise ValueError(message)
    _require_zone(decisions.zone)


def _require_zone(zone: str) -> None:
    try:
        ZoneInfo(zone)
    except (ValueError, OSError, KeyError):
        message = f"'zone' is no zone that is known: {zone}"
        raise ValueError(message) from None

"""What a chart's column says in its name: which measure, of which site, of which tooth.

Rule of the house: a site is read from a name only where the name says it; numbers that count sites
are left to a person, for every program counts them in its own order.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from core.discovery.entities import SITE_WORDS
from core.discovery.naming import Words

MARKS = frozenset({"bleeding", "suppuration", "plaque"})
"""What is there or not at a site."""

LENGTHS = frozenset({"probing_depth", "gingival_margin", "mgj"})
"""What is measured at a site."""

_SHORT = {
    "pd": "probing_depth", "ppd": "probing_depth", "depth": "probing_depth",
    "pocket": "probing_depth", "gm": "gingival_margin", "rc": "gingival_margin",
    "rec": "gingival_margin", "margin": "gingival_margin", "recession": "gingival_margin",
    "mj": "mgj", "mgj": "mgj", "bl": "bleeding", "bop": "bleeding", "bleed": "bleeding",
    "sp": "suppuration", "su": "suppuration", "sup": "suppuration", "supp": "suppuration",
    "pl": "plaque", "plq": "plaque", "plaque": "plaque", "mk": "marks",
}  # fmt: skip
_FINDINGS = {
    "mis": "is_missing", "miss": "is_missing", "missing": "is_missing", "imp": "is_implant",
    "impl": "is_implant", "implant": "is_implant", "mob": "mobility", "mobility": "mobility",
    **{f"fur{side}": f"furcation_{side}" for side in "blmd"},
    **{f"furc{side}": f"furcation_{side}" for side in "blmd"},
}  # fmt: skip
_ROLES: Mapping[str, tuple[frozenset[str], ...]] = {
    role: tuple(frozenset(words.split()) for words in said)
    for role, said in {
        "probing_depth": ("probing depth", "pocket", "pocket depth", "depth"),
        "gingival_margin": ("gingival margin", "recession", "margin"),
        "mgj": ("mgj", "mucogingival junction"),
        "bleeding": ("bleeding",),
        "suppuration": ("suppuration",),
        "plaque": ("plaque",),
    }.items()
}
_SITES = "mb|mf|db|df|ml|mp|dl|dp|b|f|l|p"
_AT_SITE = re.compile(rf"^({'|'.join(sorted(_SHORT, key=len, reverse=True))})({_SITES})$")
_NUMBERED = re.compile(rf"^(?:.*_)?({'|'.join(sorted(_SHORT, key=len, reverse=True))})_?([1-6])$")
_OF_TOOTH = re.compile(r"^(?:t|th|tooth)?_?(\d{1,2})_?(?=[a-z])")
_LAST_TOOTH = 32
_LONGEST_HEAD = 3
_ENDS = ("mob", *sorted((one for one in _FINDINGS if len(one) > len("mob")), key=len, reverse=True))


@dataclass(frozen=True, slots=True)
class Spot:
    """What a column's name says it holds.

    Attributes:
        role: A reading or a finding.
        site: Of which site; empty for what is said of a tooth.
        tooth: Of which tooth as a Universal number; 0 where the row tells it.
    """

    role: str
    site: str = ""
    tooth: int = 0


def spot_of(name: str, ways: Sequence[Words] = ()) -> Spot | None:
    """Measure and site, where a name says both."""
    bare = _letters(name)
    if together := _AT_SITE.match(bare):
        return Spot(_SHORT[together[1]], SITE_WORDS[together[2]])
    for words in ways:
        if len(words) > 1 and words[-1] in SITE_WORDS:
            said = frozenset(words[:-1])
            role = next((role for role, names in _ROLES.items() if said in names), "")
            if role:
                return Spot(role, SITE_WORDS[words[-1]])
    return None


def tooth_spot_of(name: str) -> Spot | None:
    """Measure or finding, site and tooth, where a name says all of it: `T17_PD_MB`."""
    plain = name.casefold()
    tooth = _OF_TOOTH.match(plain)
    if not tooth or not 1 <= int(tooth[1]) <= _LAST_TOOTH:
        return None
    rest = _letters(plain[tooth.end() :])
    if rest in _FINDINGS:
        return Spot(_FINDINGS[rest], tooth=int(tooth[1]))
    found = _AT_SITE.match(rest)
    return Spot(_SHORT[found[1]], SITE_WORDS[found[2]], int(tooth[1])) if found else None


def finding_of(name: str, ways: Sequence[Words] = ()) -> str:
    """What is said of a tooth, where a name says it: `TTFURB`, `Missing`; empty for others.

    The letters before may be those that all of a table's names begin with.
    """
    bare = _letters(name)
    if bare in _FINDINGS:
        return _FINDINGS[bare]
    for words in ways:
        if len(words) == 1 and words[0] in _FINDINGS:
            return _FINDINGS[words[0]]
    return next((_FINDINGS[end] for end in _ENDS if _is_short_head(bare, end)), "")


def _is_short_head(bare: str, end: str) -> bool:
    return bare.endswith(end) and 0 < len(bare) - len(end) <= _LONGEST_HEAD


def measure_of(name: str) -> str:
    """The reading that a name without a site says: `PD`, `recession`; empty for others."""
    return _SHORT.get(_letters(name), "")


def numbered_role(name: str) -> str:
    """The measure of a column whose sites are counted: `PD1` to `PD6`; empty for others."""
    found = _NUMBERED.match(name.casefold())
    return _SHORT[found[1]] if found else ""


def _letters(name: str) -> str:
    return re.sub(r"[^a-z]", "", name.casefold())

"""Charts for the tests: frames of readings and findings, by hand and by hypothesis."""

import polars as pl
from hypothesis import settings
from hypothesis import strategies as st

from core.clinical.site import SITES
from core.vocabulary import SiteReading, ToothFinding

LAW = settings(deadline=None, max_examples=50)
"""How a law is tried: often enough, and never against the clock."""

READINGS = SiteReading.schema()
FINDINGS = ToothFinding.schema()

MARK = st.none() | st.booleans()
GRADE = st.none() | st.sampled_from(["0", "1", "2", "3", "I", "II", "IV", "2B"])
KEYS = st.sampled_from(["x1", "x2", "x3"])


def readings(*rows):
    """Rows of `(exam, tooth, site, pd, rec, mgj, bleeding, suppurating, plaque)`, ends left out."""
    filled = [
        tuple(map(str, row[:1])) + row[1:] + (None,) * (len(READINGS) - len(row)) for row in rows
    ]
    return pl.DataFrame(filled, schema=READINGS, orient="row")


def findings(*rows):
    """Dictionaries of what is found; what is not named is null."""
    return pl.DataFrame([dict.fromkeys(FINDINGS) | row for row in rows], schema=FINDINGS)


@st.composite
def many_readings(draw, *, has_empty_rows=True):
    """Readings of up to three exams, one row per exam, tooth and site."""
    places = draw(
        st.lists(
            st.tuples(KEYS, st.integers(1, 32), st.sampled_from([str(s) for s in SITES])),
            unique=True,
            max_size=25,
        )
    )
    values = st.tuples(
        st.none() | st.integers(0, 15),
        st.none() | st.integers(-6, 12),
        st.none() | st.integers(0, 9),
        MARK,
        MARK,
        MARK,
    )
    rows = [place + draw(values) for place in places]
    if not has_empty_rows:
        rows = [row for row in rows if any(value is not None for value in row[3:])]
    return readings(*rows)


@st.composite
def many_findings(draw):
    """Findings of up to three exams, one row per exam and tooth."""
    places = draw(st.lists(st.tuples(KEYS, st.integers(1, 32)), unique=True, max_size=12))
    text = st.none() | st.text(max_size=8)
    values = st.tuples(
        MARK,
        MARK,
        st.none() | st.sampled_from(["0", "1", "1+", "1.5", "III", "\u00bd"]) | st.text(max_size=4),
        GRADE,
        GRADE,
        GRADE,
        GRADE,
        st.none() | st.sampled_from(["Glickman", "Hamp"]),
        text,
    )
    return pl.DataFrame([place + draw(values) for place in places], schema=FINDINGS, orient="row")


def full_mouth(exams, *, teeth=tuple(range(1, 33))):
    """A plain full chart of every exam, without randomness."""
    rows = [
        (f"e{exam}", tooth, str(site), (tooth + place + exam) % 7 + 1, (tooth + place) % 4 - 1,
         (place + exam) % 6 + 2, (tooth + place) % 3 == 0, tooth % 11 == 0, place % 2 == 0)
        for exam in range(exams)
        for tooth in teeth
        for place, site in enumerate(SITES)
    ]  # fmt: skip
    return readings(*rows)


def full_findings(exams):
    """Findings at every tooth of every exam, with every column filled."""
    return findings(
        *(
            {
                "exam_key": f"e{exam}",
                "tooth": tooth,
                "is_missing": tooth in {1, 32},
                "is_implant": tooth == 19,
                "mobility": "1+",
                "furcation_b": "2",
                "furcation_l": "1",
                "furcation_m": "III",
                "furcation_d": "2B",
                "furcation_scale": "Glickman",
            }
            for exam in range(exams)
            for tooth in range(1, 33)
        )
    )

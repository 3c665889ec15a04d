"""What periodontal charts hold that they should not, and what becomes of each.

Rule of the house: a case is read exactly, or set aside by a rule with a name, or asked.
"""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl
import pytest

from core.clinical.doubts import Doubt, chart_doubts, exam_doubts
from core.clinical.indices import chart_indices
from core.clinical.reading import cal_mm, detect_margin_sign
from core.clinical.site import Aspect, PackedOrder, packed_order
from core.clinical.tooth import Kind, Numbering, detect_numbering, kind_of
from core.crosswalk.layout_charts import conform_chart
from core.crosswalk.layout_packed import conform_packed
from core.crosswalk.mapping import ColumnMap, Decisions, TableMap
from core.crosswalk.measures import SITES, conform_measures
from core.crosswalk.outcome import Surroundings
from core.errors import MapGap
from core.vocabulary.chart import SiteReading, ToothFinding

NUMBERS = range(38, 55)
"""The cases of periodontal charts in the catalogue of bad input."""
CODES = {"1": "probing_depth", "2": "gingival_margin", "3": "mgj", "4": "bits"}
CODE_OF = {measure: code for code, measure in CODES.items()}
MEASURES = TableMap(
    "Measure",
    "site_reading",
    "tooth_measures",
    ("ID",),
    CODES,
    columns=(
        ColumnMap("ID", left="Numbers the rows."),
        ColumnMap("EX", "exam_key"),
        ColumnMap("TO", "tooth"),
        ColumnMap("TY", "measure"),
        *(ColumnMap(f"V_{site}", "value", "integer", site) for site in SITES),
    ),
)
FIELD_OF = {
    "probing_depth": "probing_depth_mm",
    "gingival_margin": "recession_mm",
    "mgj": "mgj_mm",
}
TODAY = dt.date(2026, 11, 20)


@dataclass(frozen=True)
class Case:
    """One bad input, what is done with it, and what must come out."""

    number: int
    what: str
    done: Callable[[], object]
    outcome: object


def around(**decisions: Any) -> Surroundings:
    return Surroundings(Decisions(**decisions), {"perio_exam": pl.Series(["e"])}, frozenset())


def texts(**columns: Sequence[str | None]) -> pl.DataFrame:
    return pl.DataFrame(columns, schema=dict.fromkeys(columns, pl.String))


def cell(measure: str, text: str, **decisions: Any) -> object:
    """What one cell at a mesiobuccal site becomes: a value, null, or the rule it breaks."""
    row = {"ID": "1", "EX": "e", "TO": "3", "TY": CODE_OF[measure], "V_MB": text}
    frame = texts(**{column.name: [row.get(column.name)] for column in MEASURES.columns})
    done = conform_measures(frame, MEASURES, around(**decisions))
    if done.rejected.height:
        return done.rejected.select("column", "site", "rule").row(0)
    if done.accepted.is_empty():
        return None
    found = done.accepted.row(0, named=True)
    if measure == "bits":
        return tuple(found[name] for name in ("is_bleeding", "is_suppurating", "has_plaque"))
    return found[FIELD_OF[measure]]


def tooth(text: str, **decisions: Any) -> object:
    """The Universal number that a tooth as written becomes, or the rule it breaks."""
    row = {"ID": "1", "EX": "e", "TO": text, "TY": "1", "V_MB": "3"}
    frame = texts(**{column.name: [row.get(column.name)] for column in MEASURES.columns})
    done = conform_measures(frame, MEASURES, around(**decisions))
    if done.rejected.height:
        return done.rejected["rule"].item()
    return done.accepted["tooth"].item()


def told_of(text: str, numbering: Numbering) -> object:
    kinds = pl.DataFrame({"t": [text]}).select(kind_of(pl.col("t"), numbering))
    return kinds.to_series().item()


def packed(text: str) -> object:
    """What a text of one sign a reading says of the first tooth's first site."""
    table = TableMap(
        "Packed",
        "site_reading",
        "packed",
        ("EX",),
        columns=(
            ColumnMap("EX", "exam_key"),
            ColumnMap("PD", "probing_depth", options={"order": "screen", "aspect": "facial"}),
        ),
    )
    done = conform_packed(texts(EX=["e"], PD=[text.ljust(96, "3")]), table, around())
    if done.rejected.height:
        return done.rejected.select("site", "rule").row(0)
    first = done.accepted.filter(tooth=1, site="DB")
    return first["probing_depth_mm"].item()


def marked(text: str) -> object:
    """Whether a cell of a bleeding column, whose codes the map says, is a mark."""
    codes = {"Y": "yes", "N": "no", "true": "yes", "1": "yes", "0": "no"}
    table = TableMap(
        "Point",
        "site_reading",
        "site_rows",
        columns=(
            ColumnMap("EX", "exam_key"),
            ColumnMap("TO", "tooth"),
            ColumnMap("SI", "site", "option", options={site: site for site in SITES}),
            ColumnMap("BL", "bleeding", "option", options=codes),
        ),
    )
    frame = texts(EX=["e"], TO=["3"], SI=["MB"], BL=[text])
    done = conform_chart(frame, table, around())
    if done.rejected.height:
        return done.rejected["rule"].item()
    return done.accepted["is_bleeding"].item()


def six_in_order(order: tuple[str, ...]) -> dict[str, int]:
    """Six numbered points, read in the order that the map says."""
    codes = {str(1 + place): site for place, site in enumerate(order)}
    table = TableMap(
        "Point",
        "site_reading",
        "site_rows",
        columns=(
            ColumnMap("EX", "exam_key"),
            ColumnMap("TO", "tooth"),
            ColumnMap("PT", "site", "option", options=codes),
            ColumnMap("PD", "probing_depth", "integer"),
        ),
    )
    points = [str(point) for point in range(1, 7)]
    frame = texts(EX=["e"] * 6, TO=["3"] * 6, PT=points, PD=points)
    done = conform_chart(frame, table, around())
    return dict(done.accepted.select("site", "probing_depth_mm").iter_rows())


def unordered() -> str:
    """What is said of a packed text whose order nobody has said."""
    table = TableMap(
        "Packed",
        "site_reading",
        "packed",
        ("EX",),
        columns=(ColumnMap("EX", "exam_key"), ColumnMap("PD", "probing_depth")),
    )
    with pytest.raises(MapGap) as asked:
        conform_packed(texts(EX=["e"], PD=["3" * 96]), table, around())
    return str(asked.value)


def readings(*rows: tuple[object, ...]) -> pl.DataFrame:
    width = len(SiteReading.schema())
    filled = [("e", *row, *[None] * (width - 1 - len(row))) for row in rows]
    return pl.DataFrame(filled, schema=SiteReading.schema(), orient="row")


def findings(**said: object) -> pl.DataFrame:
    row = dict.fromkeys(ToothFinding.schema()) | {"exam_key": "e"} | said
    return pl.DataFrame([row], schema=ToothFinding.schema())


def doubts(charted: pl.DataFrame, found: pl.DataFrame) -> list[str]:
    return chart_doubts(charted, found)["doubt"].to_list()


def dated(*days: dt.date) -> list[str]:
    exams = pl.DataFrame(
        {"exam_key": [f"e{n}" for n in range(len(days))], "examined_on": list(days)}
    ).with_columns(patient_key=pl.lit("p"))
    births = pl.DataFrame({"patient_key": ["p"], "birth_date": [dt.date(1970, 1, 1)]})
    return exam_doubts(exams, births, TODAY)["doubt"].to_list()


def stored_levels() -> tuple[object, str]:
    """The sign that stored attachment levels say, where no sign satisfies them."""
    seen = detect_margin_sign(
        pl.Series([2, 3] * 20), cal=pl.Series([9, 1] * 20), depths=pl.Series([3, 4] * 20)
    )
    return seen.answer, seen.evidence.rsplit(". ", 1)[-1]


def derived_level() -> tuple[int | None, ...]:
    """The level is derived and signed, and unknown where the margin is: nothing else is carried."""
    frame = pl.DataFrame({"pd": [4, 4, 4], "rec": [2, -3, None]})
    return tuple(frame.select(cal_mm(pl.col("pd"), pl.col("rec"))).to_series())


def of_missing_tooth() -> tuple[list[str], int, int]:
    charted, found = readings((1, "MB", 5)), findings(tooth=1, is_missing=True)
    figures = chart_indices(charted, found).row(0, named=True)
    return doubts(charted, found), figures["teeth_present"], figures["sites_probed"]


def of_implant() -> tuple[list[str], int, int]:
    found = findings(tooth=19, is_implant=True, mobility="2")
    figures = chart_indices(readings(), found).row(0, named=True)
    return doubts(readings(), found), figures["mobile_teeth"], figures["implants_present"]


def thirty_three_teeth() -> tuple[int, list[str]]:
    """A chart of a tooth too many: the mouth stays whole, the rest is set aside."""
    names = [column.name for column in MEASURES.columns]
    rows = [
        {"ID": str(n), "EX": "e", "TO": str(n), "TY": "1", "V_MB": "3"} for n in range(1, 34)
    ] + [{"ID": "34", "EX": "e", "TO": "32", "TY": "1", "V_MB": "4"}]
    frame = texts(**{name: [row.get(name) for row in rows] for name in names})
    done = conform_measures(frame, MEASURES, around())
    return done.accepted["tooth"].n_unique(), sorted(done.rejected["rule"])


MB_OUT = ("V_MB", "MB", "out_of_range")
MB_UNREAD = ("V_MB", "MB", "unreadable")
SHARED = pl.Series([str(n) for n in (*range(11, 19), *range(21, 29), 31, 32)] * 9)

CASES = (
    Case(38, "depth 99", lambda: cell("probing_depth", "99"), MB_OUT),
    Case(38, "depth 99, a sentinel", lambda: cell("probing_depth", "99", sentinels=("99",)), None),
    Case(39, "depth -3", lambda: cell("probing_depth", "-3"), MB_OUT),
    Case(40, "depth 3.5", lambda: cell("probing_depth", "3.5"), MB_UNREAD),
    Case(41, "depth 5*", lambda: cell("probing_depth", "5*"), MB_UNREAD),
    Case(41, "depth B", lambda: cell("probing_depth", "B"), MB_UNREAD),
    Case(41, "depth B where a sign is a reading", lambda: packed("B"), 11),
    Case(41, "depth * where a sign is a reading", lambda: packed("*"), ("1:DB", "unreadable")),
    Case(42, "tooth 33 of Universal", lambda: tooth("33"), "unknown_tooth"),
    Case(42, "tooth 33 of FDI", lambda: tooth("33", tooth_numbering="fdi"), 22),
    *(
        Case(43, f"tooth {text}", lambda text=text: tooth(text), "unknown_tooth")  # type: ignore[misc] # a default
        for text in ("A", "T", "AS", "51", "82")
    ),
    Case(43, "what A is", lambda: told_of("A", Numbering.UNIVERSAL), Kind.PRIMARY),
    Case(43, "what AS is", lambda: told_of("AS", Numbering.UNIVERSAL), Kind.SUPERNUMERARY),
    Case(43, "what 51 is", lambda: told_of("51", Numbering.UNIVERSAL), Kind.SUPERNUMERARY),
    Case(43, "what 51 is in FDI", lambda: told_of("51", Numbering.FDI), Kind.PRIMARY),
    *(
        Case(44, f"tooth {text}", lambda text=text: tooth(text), "unknown_tooth")  # type: ignore[misc] # a default
        for text in ("0", "49", "99", "1-32")
    ),
    Case(45, "11 to 18 alone", lambda: detect_numbering(SHARED).must_ask, outcome=True),
    Case(45, "11 declared Universal", lambda: tooth("11"), 11),
    Case(45, "11 declared FDI", lambda: tooth("11", tooth_numbering="fdi"), 8),
    Case(46, "-1, a sentinel", lambda: cell("probing_depth", "-1", sentinels=("-1",)), None),
    Case(46, "255, a sentinel", lambda: cell("probing_depth", "255", sentinels=("255",)), None),
    Case(46, "127, a sentinel", lambda: cell("probing_depth", "127", sentinels=("127",)), None),
    Case(46, "255, nobody said so", lambda: cell("probing_depth", "255"), MB_OUT),
    Case(46, "-1 as a margin", lambda: cell("gingival_margin", "-1", margin_sentinels=()), -1),
    Case(47, "margin 105", lambda: cell("gingival_margin", "105"), -5),
    Case(47, "margin 105 without", lambda: cell("gingival_margin", "105", margin_offset=0), MB_OUT),
    Case(
        48,
        "levels that no sign explains",
        stored_levels,
        (None, "Neither sign explains the stored levels."),
    ),
    Case(48, "a level is derived", derived_level, (6, 1, None)),
    Case(49, "a missing tooth is read", of_missing_tooth, ([Doubt.READ_MISSING.value], 0, 0)),
    Case(49, "an implant moves", of_implant, ([Doubt.MOBILE_IMPLANT.value], 0, 1)),
    Case(
        50,
        "points from mesial",
        lambda: six_in_order(("MB", "B", "DB", "ML", "L", "DL")),
        {"MB": 1, "B": 2, "DB": 3, "ML": 4, "L": 5, "DL": 6},
    ),
    Case(
        50,
        "points from distal",
        lambda: six_in_order(("DB", "B", "MB", "DL", "L", "ML")),
        {"DB": 1, "B": 2, "MB": 3, "DL": 4, "L": 5, "ML": 6},
    ),
    Case(
        50,
        "a mirrored side",
        lambda: packed_order(PackedOrder.MIRRORED, Aspect.FACIAL)[:2],
        ((16, "DB"), (16, "B")),
    ),
    Case(
        50,
        "an order that nobody said",
        unordered,
        "The map does not say how the text in PD runs.",
    ),
    Case(51, "before birth", lambda: dated(dt.date(1969, 5, 1)), [Doubt.BEFORE_BIRTH.value]),
    Case(51, "in the future", lambda: dated(dt.date(2027, 1, 1)), [Doubt.IN_FUTURE.value]),
    Case(
        51,
        "two at the same time",
        lambda: dated(dt.date(2020, 5, 1), dt.date(2020, 5, 1)),
        [Doubt.SAME_DAY.value] * 2,
    ),
    Case(52, "a bit sum", lambda: cell("bits", "7"), (True, True, True)),
    Case(52, "bits that no mark has", lambda: cell("bits", "63"), MB_OUT),
    Case(52, "a bit sum in another base", lambda: cell("bits", "0x3F"), MB_UNREAD),
    Case(52, "Y", lambda: marked("Y"), outcome=True),
    Case(52, "true", lambda: marked("true"), outcome=True),
    Case(52, "1", lambda: marked("1"), outcome=True),
    Case(52, "0", lambda: marked("0"), outcome=False),
    Case(52, "a code that nobody said", lambda: marked("maybe"), "unknown_option"),
    Case(
        53,
        "a furcation of an incisor",
        lambda: doubts(readings(), findings(tooth=8, furcation_b="II")),
        [Doubt.NO_FURCATION.value],
    ),
    Case(54, "33 teeth", thirty_three_teeth, (32, ["duplicate", "unknown_tooth"])),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.number}-{case.what}")
def test_a_bad_chart_is_read_exactly_or_set_aside_or_asked(case):
    assert case.done() == case.outcome


def test_every_case_of_the_catalogue_is_tried():
    assert {case.number for case in CASES} == set(NUMBERS)

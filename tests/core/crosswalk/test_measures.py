"""Charts of one row a tooth and measure: sentinels, margins and marks, site by site."""

from dataclasses import replace

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.crosswalk.mapping import ColumnMap, Decisions, TableMap
from core.crosswalk.measures import MEASURES, SITES, conform_measures
from core.crosswalk.outcome import Surroundings
from core.errors import SourceShapeChanged

LAW = settings(deadline=None, max_examples=25)
CODES = {"1": "probing_depth", "2": "gingival_margin", "3": "mgj", "4": "bits"}
CODE_OF = {measure: code for code, measure in CODES.items()}
TABLE = TableMap(
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
PARENTS = {"perio_exam": pl.Series(["e", "f"])}


def around(**decisions) -> Surroundings:
    return Surroundings(Decisions(**decisions), PARENTS, frozenset())


def rows(*lines) -> pl.DataFrame:
    """Rows of `(exam, tooth, measure code, six values)`, numbered; a value alone stands at MB."""
    filled = []
    for number, (exam, tooth, code, values) in enumerate(lines, 1):
        six = values if isinstance(values, tuple) else (values, *[None] * 5)
        filled.append((str(number), exam, tooth, code, *six))
    names = [column.name for column in TABLE.columns]
    return pl.DataFrame(filled, schema=dict.fromkeys(names, pl.String), orient="row")


def one(measure: str, text: str | None, **decisions):
    """What one cell becomes: its value, or the rule it breaks."""
    done = conform_measures(rows(("e", "3", CODE_OF[measure], text)), TABLE, around(**decisions))
    if done.rejected.height:
        assert done.rejected.row(0)[:5] == ("Measure", "1", "V_MB", "MB", "site_reading")
        return done.rejected["rule"].item()
    if done.accepted.is_empty():
        return None
    row = done.accepted.row(0, named=True)
    assert (row["source_key"], row["tooth"], row["site"]) == ("e|3|MB", 3, "MB")
    if measure == "bits":
        return row["is_bleeding"], row["is_suppurating"], row["has_plaque"]
    names = {
        "probing_depth": "probing_depth_mm",
        "gingival_margin": "recession_mm",
        "mgj": "mgj_mm",
    }
    return row[names[measure]]


@pytest.mark.parametrize(
    ("measure", "text", "decisions", "value"),
    [
        ("probing_depth", "4", {}, 4),
        ("probing_depth", " 4 ", {}, 4),
        ("probing_depth", "0", {}, 0),
        ("probing_depth", "20", {}, 20),
        ("probing_depth", "21", {}, "out_of_range"),
        ("probing_depth", "-2", {}, "out_of_range"),
        ("probing_depth", "-1", {}, None),
        ("probing_depth", "NA", {}, None),
        ("probing_depth", "", {}, None),
        ("probing_depth", None, {}, None),
        ("probing_depth", "<3 mm", {}, "unreadable"),
        ("probing_depth", "3.5", {}, "unreadable"),
        ("probing_depth", "3.0", {}, 3),
        ("probing_depth", "99", {}, "out_of_range"),
        ("probing_depth", "99", {"sentinels": ("-1", "99", "255")}, None),
        ("probing_depth", "255", {"sentinels": ("-1", "99", "255")}, None),
        ("mgj", "7", {}, 7),
        ("mgj", "30", {}, "out_of_range"),
        ("gingival_margin", "2", {}, 2),
        ("gingival_margin", "0", {}, 0),
        ("gingival_margin", "103", {}, -3),
        ("gingival_margin", "100", {}, 0),
        ("gingival_margin", "115", {}, -15),
        ("gingival_margin", "116", {}, "out_of_range"),
        ("gingival_margin", "-1", {}, None),
        ("gingival_margin", "-2", {}, -2),
        ("gingival_margin", "2", {"margin_sign": "negative"}, -2),
        ("gingival_margin", "-4", {"margin_sign": "negative"}, 4),
        ("gingival_margin", "-1", {"margin_sign": "negative", "margin_sentinels": ()}, 1),
        ("gingival_margin", "-1", {"margin_sentinels": ()}, -1),
        ("gingival_margin", "99", {"margin_sentinels": ("99",)}, None),
        ("gingival_margin", "99", {"sentinels": ("99",)}, "out_of_range"),
        ("probing_depth", "-1", {"margin_sentinels": ()}, None),
        ("probing_depth", "-1", {"sentinels": ()}, "out_of_range"),
        ("gingival_margin", "103", {"margin_sign": "negative"}, -3),
        ("gingival_margin", "103", {"margin_offset": 0}, "out_of_range"),
        ("gingival_margin", "1-2", {}, "unreadable"),
        ("bits", "0", {}, (False, False, False)),
        ("bits", "1", {}, (True, False, False)),
        ("bits", "6", {}, (False, True, True)),
        ("bits", "15", {}, (True, True, True)),
        ("bits", "-1", {}, None),
        ("bits", "16", {}, "out_of_range"),
        ("bits", "99", {"sentinels": ("99",)}, None),
        ("bits", "x", {}, "unreadable"),
    ],
)
def test_a_cell_is_decoded_as_the_practice_means_it(measure, text, decisions, value):
    assert one(measure, text, **decisions) == value


@pytest.mark.parametrize(
    ("line", "column", "rule"),
    [
        (("g", "3", "1", "4"), "EX", "orphan"),
        ((None, "3", "1", "4"), "EX", "missing_required"),
        (("e", "33", "1", "4"), "TO", "unknown_tooth"),
        (("e", "0", "1", "4"), "TO", "unknown_tooth"),
        (("e", None, "1", "4"), "TO", "unknown_tooth"),
        (("e", "3", "9", "4"), "TY", "unknown_option"),
        (("e", "3", None, "4"), "TY", "unknown_option"),
    ],
)
def test_a_row_that_nobody_can_place_is_set_aside_whole(line, column, rule):
    done = conform_measures(rows(line, ("e", "4", "1", "5")), TABLE, around())
    assert done.rejected.rows() == [("Measure", "1", column, None, "site_reading", rule)]
    assert done.accepted["tooth"].to_list() == [4]


def test_the_later_of_two_rows_of_one_measure_is_the_duplicate():
    lines = (("e", "3", "1", "4"), ("e", " 3 ", "1", "9"), ("f", "3", "1", "5"))
    done = conform_measures(rows(*lines), TABLE, around())
    assert done.rejected.rows() == [("Measure", "2", None, None, "site_reading", "duplicate")]
    assert done.accepted["probing_depth_mm"].to_list() == [4, 5]


def test_a_spoilt_site_leaves_the_other_sites_of_the_tooth():
    depths = ("3", "x", "4", "45", "-1", "2")
    done = conform_measures(
        rows(("e", "3", "1", depths), ("e", "3", "2", ("1",) * 6)), TABLE, around()
    )
    assert done.rejected.select("column", "site", "rule").rows() == [
        ("V_B", "B", "unreadable"),
        ("V_ML", "ML", "out_of_range"),
    ]
    read = done.accepted.select("site", "probing_depth_mm", "recession_mm")
    assert {row[0]: row[1:] for row in read.iter_rows()} == {
        "MB": (3, 1),
        "B": (None, 1),
        "DB": (4, 1),
        "ML": (None, 1),
        "L": (None, 1),
        "DL": (2, 1),
    }


def test_teeth_of_another_numbering_are_told_apart_the_same_way():
    done = conform_measures(rows(("e", "16", "1", "4")), TABLE, around(tooth_numbering="fdi"))
    assert done.accepted["source_key"].to_list() == ["e|3|MB"]
    fates = {row["column"]: row for row in done.cells.iter_rows(named=True)}
    assert (fates["TO"]["transformed"], fates["TO"]["why"]) == (1, "read as tooth")


def test_every_cell_of_a_chart_has_one_of_four_fates():
    lines = (
        ("e", "3", "1", ("3", "-1", "45", None, "4", " 5")),
        ("e", "3", "4", ("1", "9", "0", None, None, None)),
        ("g", "3", "1", ("3",) * 6),
    )
    cells = conform_measures(rows(*lines), TABLE, around()).cells
    fates = cells.select("column", "moved", "transformed", "left", "rejected", "why").rows()
    decoded = "sentinels, margin and marks decoded"
    assert fates == [
        ("ID", 0, 0, 3, 0, "Numbers the rows."),
        ("EX", 2, 0, 0, 1, ""),
        ("TO", 2, 0, 0, 1, ""),
        ("TY", 0, 2, 0, 1, "read as measure"),
        ("V_MB", 2, 0, 0, 1, ""),
        ("V_B", 0, 2, 0, 1, f"{decoded}; the mark for calculus has no place"),
        ("V_DB", 1, 0, 0, 2, ""),
        ("V_ML", 2, 0, 0, 1, ""),
        ("V_L", 2, 0, 0, 1, ""),
        ("V_DL", 1, 1, 0, 1, decoded),
    ]


CELL = st.none() | st.sampled_from(["", "-1", "0", "3", "12", "45", "103", "x", "NA", " 2", "7"])
LINE = st.tuples(
    st.sampled_from(["e", "f", "g", None]),
    st.sampled_from(["1", "3", "32", "33", " 3", None]),
    st.sampled_from(["1", "2", "3", "4", "5", None]),
    st.tuples(*[CELL] * 6),
)


@LAW
@given(st.lists(LINE, max_size=10))
def test_rows_and_cells_of_a_chart_add_up_whatever_stands_in_them(lines):
    frame = rows(*lines)
    done = conform_measures(frame, TABLE, around())
    total = pl.sum_horizontal("moved", "transformed", "left", "rejected")
    assert done.cells.select((total == frame.height).all()).item()
    assert done.cells["column"].to_list() == frame.columns
    whole = done.rejected.filter(pl.col("site").is_null())["source_key"].n_unique()
    by_site = dict(done.cells.select("column", "rejected").iter_rows())
    for site in SITES:
        spoilt = done.rejected.filter(site=site).height
        assert by_site[f"V_{site}"] == whole + spoilt
    assert done.accepted.select("exam_key", "tooth", "site").is_unique().all()
    assert done.rejected.select("source_key", "site", "rule").is_unique().all()


@LAW
@given(st.lists(LINE, max_size=10), st.randoms(use_true_random=False))
def test_a_chart_is_the_same_in_any_order_of_its_rows(lines, dice):
    firsts = {(line[0], (line[1] or "").strip(), line[2]): line for line in lines}
    once = list(firsts.values())
    shuffled = dice.sample(once, len(once))
    before, after = (
        conform_measures(rows(*some), TABLE, around()).accepted for some in (once, shuffled)
    )
    assert before.equals(after)


@LAW
@given(st.sampled_from(MEASURES), st.integers(-20, 130), st.sampled_from(["positive", "negative"]))
def test_a_margin_keeps_its_size_and_every_number_is_kept_or_named(measure, number, sign):
    value = one(measure, str(number), margin_sign=sign)
    if measure == "gingival_margin" and isinstance(value, int):
        assert abs(value) in {abs(number), number - 100}
    assert value is not None or number == -1


def test_a_site_column_that_is_left_is_not_read():
    columns = tuple(
        replace(column, left="Not measured here.") if column.site == "MB" else column
        for column in TABLE.columns
    )
    done = conform_measures(
        rows(("e", "3", "1", ("3", "4", None, None, None, None))),
        replace(TABLE, columns=columns),
        around(),
    )
    assert done.accepted["site"].to_list() == ["B"]
    assert done.cells.filter(column="V_MB")["left"].item() == 1


def test_a_chart_that_lacks_a_column_is_refused():
    with pytest.raises(SourceShapeChanged, match=r"Measure no longer has .* V_MB"):
        conform_measures(rows().drop("V_MB"), TABLE, around())

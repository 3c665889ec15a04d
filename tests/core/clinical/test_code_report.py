import datetime as dt

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.clinical.code_report import (
    CODE_COLUMNS,
    LETTER_COLUMNS,
    ONLY_IN_LETTER,
    Agreement,
    code_table,
    letter_table,
)
from core.clinical.procedures import Procedure, in_words, of_code, recommended
from tests.core.clinical.charts import LAW

DAY = dt.date(2024, 5, 6)


def one(expr, text):
    return pl.DataFrame({"t": [text]}, schema={"t": pl.String}).select(expr).to_series()[0]


def named(text):
    return one(in_words(pl.col("t")), text).to_list()


def plans(*rows):
    schema = {"plan_key": pl.String, "patient_key": pl.String, "planned_on": pl.Date}
    return pl.DataFrame(rows, schema=schema, orient="row")


def lines(*rows):
    schema = {"plan_key": pl.String, "code": pl.String, "description": pl.String}
    return pl.DataFrame(
        [(*row, *[None] * (3 - len(row))) for row in rows], schema=schema, orient="row"
    )


def letters(*texts, on=DAY):
    rows = [(f"L{number}", "p", on, text) for number, text in enumerate(texts)]
    schema = {
        "letter_key": pl.String,
        "patient_key": pl.String,
        "written_on": pl.Date,
        "text": pl.String,
    }
    return pl.DataFrame(rows, schema=schema, orient="row")


@pytest.mark.parametrize(
    ("code", "procedure"),
    [
        ("D4341", Procedure.ROOT_PLANING),
        ("4341", Procedure.ROOT_PLANING),
        ("04342", Procedure.ROOT_PLANING),
        ("d4341.UR", Procedure.ROOT_PLANING),
        ("D4271", Procedure.SOFT_TISSUE_GRAFT),
        ("D0180", Procedure.EXAM),
        ("D7953", Procedure.RIDGE_GRAFT),
        ("D6010", Procedure.IMPLANT),
        ("PERIO4Q", None),
        ("09902", None),
        ("D9986", None),
        ("", None),
        (None, None),
    ],
)
def test_a_code_is_a_known_procedure_or_unknown(code, procedure):
    assert one(of_code(pl.col("t")), code) == procedure


@pytest.mark.parametrize(
    ("text", "procedures"),
    [
        ("Scaling and root planing, UR", [Procedure.ROOT_PLANING]),
        ("SRP x4", [Procedure.ROOT_PLANING]),
        ("Osseous surgery and bone graft #14", [Procedure.BONE_SURGERY, Procedure.BONE_GRAFT]),
        ("connective\ntissue graft", [Procedure.SOFT_TISSUE_GRAFT]),
        ("Guided bone regeneration", [Procedure.REGENERATION]),
        ("Single-implant debridement", [Procedure.IMPLANT_CARE]),
        ("continued care at three-month intervals", []),
        ("", []),
        (None, []),
    ],
)
def test_words_name_the_procedures_they_name(text, procedures):
    assert named(text) == procedures


def test_only_what_a_letter_recommends_counts():
    text = (
        "The implant of 2019 is sound.\n\nRecommended: flap surgery;\nsplint.\n\nExtraction hurt."
    )
    found = one(recommended(pl.col("t")), text)
    assert named(found) == [Procedure.FLAP, Procedure.SPLINT]
    assert not named(one(recommended(pl.col("t")), "Sutures of the bone graft came out."))


@pytest.mark.parametrize(
    ("code", "description", "agreement"),
    [
        ("D4341", "Scaling and root planing", Agreement.AGREE),
        ("D4260", "Scaling and root planing", Agreement.DIFFER),
        ("PERIO4Q", "Four quadrants of SRP", Agreement.CODE_UNKNOWN),
        ("D4260", "Practice item", Agreement.WORDS_UNKNOWN),
        ("D4260", None, Agreement.WORDS_UNKNOWN),
        (None, "Flap", Agreement.CODE_UNKNOWN),
    ],
)
def test_a_line_says_whether_its_code_and_its_words_agree(code, description, agreement):
    found = code_table(lines(("1", code, description), ("2", code, description)))
    assert found["agreement"].to_list() == [agreement]
    assert found["lines"].to_list() == [2]


def test_codes_that_differ_come_first():
    found = code_table(
        lines(("1", "D4341", "SRP"), ("1", "X1", "Odd"), ("1", "D4260", "Splint"), ("1", "D4910"))
    )
    assert found["code"].to_list() == ["D4260", "X1", "D4910", "D4341"]
    assert tuple(found.columns) == CODE_COLUMNS


def test_a_letter_that_recommends_what_no_plan_has_is_listed_first():
    found = letter_table(
        letters("Recommended: SRP.", "We recommend SRP and a splint."),
        plans(("1", "p", DAY), ("2", "p", DAY - dt.timedelta(days=9)), ("3", "q", DAY)),
        lines(("1", "D4910"), ("2", "4341"), ("3", "D4320")),
    )
    assert tuple(found.columns) == LETTER_COLUMNS
    assert found.select("letter_key", "letter_says", "plan_key", "codes", "agreement").rows() == [
        ("L1", Procedure.SPLINT, "1", "4341, D4910", ONLY_IN_LETTER),
        ("L0", Procedure.ROOT_PLANING, "1", "4341, D4910", Agreement.AGREE),
        ("L1", Procedure.ROOT_PLANING, "1", "4341, D4910", Agreement.AGREE),
    ]


def test_a_letter_is_not_held_against_a_plan_that_came_later():
    later = plans(("1", "p", DAY + dt.timedelta(days=1)))
    assert letter_table(letters("Recommended: SRP."), later, lines(("1", "D4910"))).is_empty()
    undated = plans(("1", "p", None))
    assert letter_table(letters("Recommended: SRP."), undated, lines(("1", "D4341"))).height == 1


@LAW
@given(
    st.lists(
        st.tuples(st.none() | st.sampled_from(["D4341", "4260", "X", ""]), st.none() | st.text())
    )
)
def test_every_line_is_counted_once(written):
    found = code_table(lines(*(("1", *line) for line in written)))
    assert found["lines"].sum() == len(written)
    assert found.select("code", "description").is_unique().all() or found.is_empty()

"""Recorded diagnoses, read for stage, grade and extent."""

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.clinical.diagnosis import EXTENTS, ROMAN, STAGES, read_diagnoses, read_diagnosis
from tests.core.clinical.charts import LAW


@pytest.mark.parametrize(
    ("text", "stage", "grade", "extent", "is_legacy"),
    [
        ("Stage III Grade C, localized", "III", "C", "localized", False),
        ("Gen. Stg 4 Gr B", "IV", "B", "generalized", False),
        ("III-C", "III", "C", None, False),
        ("Periodontitis Stage II Gr. B molar-incisor pattern", "II", "B", "molar-incisor", False),
        ("Gingivitis, biofilm-induced", None, None, None, False),
        ("Peri-implantitis #19", None, None, None, False),
        ("AAP IV", None, None, None, True),
        ("Case Type III", None, None, None, True),
        ("Generalized moderate chronic periodontitis", None, None, "generalized", True),
        ("Aggressive periodontitis, localised", None, None, "localized", True),
        ("Moderate periodontitis", None, None, None, True),
        ("GENERALIZED PERIODONTITIS, STAGE III, GRADE B", "III", "B", "generalized", False),
        ("Stage 3/C", "III", "C", None, False),
        ("Stage 3B", "III", "B", None, False),
        ("StageIII GradeC", "III", "C", None, False),
        ("S3GC", "III", "C", None, False),
        ("IIIB", "III", "B", None, False),
        ("3B", "III", "B", None, False),
        ("Loc. St. II Gr A", "II", "A", "localized", False),
        ("Stage IV", "IV", None, None, False),
        ("Grade C", None, "C", None, False),
        ("Severe periodontitis, Stage IV Grade C", "IV", "C", None, False),
        ("Stage II-III Grade B", None, "B", None, False),
        ("Gen. Stage II, loc. Stage IV, Grade C", None, "C", None, False),
        ("Stage III Grade B/C", "III", None, None, False),
        ("Tooth 3 B surface", None, None, None, False),
        ("Caries class I", None, None, None, False),
        ("", None, None, None, False),
    ],
)
def test_a_diagnosis_is_read_as_recorded(text, stage, grade, extent, is_legacy):
    seen = read_diagnosis(text)
    assert (seen.stage, seen.grade, seen.extent, seen.is_legacy) == (
        stage,
        grade,
        extent,
        is_legacy,
    )
    assert seen.stage_number == (STAGES[stage] if stage else None)
    assert seen.verbatim == text


@LAW
@given(
    stage=st.sampled_from(list(STAGES)),
    grade=st.sampled_from("ABC"),
    extent=st.sampled_from(EXTENTS),
    as_number=st.booleans(),
    shape=st.sampled_from(
        [
            "{e} periodontitis, Stage {s}, Grade {g}",
            "Stage {s} Grade {g}, {e}",
            "{e} stg {s} gr. {g}",
        ]
    ),
)
def test_a_current_diagnosis_is_read_in_any_usual_wording(stage, grade, extent, as_number, shape):
    written = shape.format(e=extent, s=STAGES[stage] if as_number else stage, g=grade)
    seen = read_diagnosis(written)
    assert (seen.stage, seen.grade, seen.extent) == (stage, grade, extent)
    assert ROMAN[seen.stage_number or 0] == stage


@LAW
@given(text=st.text(max_size=60))
def test_the_verbatim_text_is_always_kept(text):
    assert read_diagnosis(text).verbatim == text


def test_a_column_is_read_in_its_own_order_with_its_nulls():
    table = read_diagnoses(pl.Series(["III-C", None, "AAP IV", "III-C"], dtype=pl.String))
    assert table["stage_number"].to_list() == [3, None, None, 3]
    assert table["is_legacy"].to_list() == [False, None, True, False]
    assert table["verbatim"].to_list() == ["III-C", None, "AAP IV", "III-C"]

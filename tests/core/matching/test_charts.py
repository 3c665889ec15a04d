"""Charts are known by their columns' names; marks go in pairs, packed texts are asked about."""

import polars as pl
import pytest

from core.crosswalk.mapping import ColumnMap, Decisions, TableMap
from core.discovery import take_inventory
from core.matching import propose
from core.ports import Column, Table

SITES = ("MB", "B", "DB", "ML", "L", "DL")


def proposed(name: str, frame: pl.DataFrame) -> TableMap:
    columns = tuple(Column(one, "VARCHAR(200)") for one in frame.columns)
    table = Table(name, columns, (), frame.height, ())
    made = propose(take_inventory([table], {name: frame}), {name: frame}, decisions=Decisions())
    return made.tables[0]


def columns(table: TableMap) -> dict[str, ColumnMap]:
    return {one.name: one for one in table.columns}


def teeth(marks: list[str]) -> pl.DataFrame:
    depths = {f"PD_{site}": ["3", "2", "4", "3"] for site in SITES}
    bleeding = {f"BOP_{site}": marks for site in SITES}
    return pl.DataFrame(
        {"ExamID": ["7"] * 4, "ToothNo": ["3", "14", "19", "30"], **depths, **bleeding}
    )


@pytest.mark.parametrize(
    ("marks", "options"),
    [
        (["0"] * 4, {"0": "no", "1": "yes"}),
        (["N", "Y", "N", "N"], {"N": "no", "Y": "yes"}),
        (["n"] * 4, {"n": "no", "y": "yes"}),
        (["0", "-1", "0", "0"], {"-1": "yes", "0": "no"}),
    ],
)
def test_a_mark_that_no_row_has_yet_is_known_by_its_pair(marks, options):
    table = proposed("PerioTooth", teeth(marks))
    assert table.layout == "tooth_row"
    assert columns(table)["BOP_MB"].field == "bleeding"
    assert columns(table)["BOP_MB"].options == options


def test_a_mark_with_a_code_that_is_no_yes_and_no_no_is_asked_about():
    mark = columns(proposed("PerioTooth", teeth(["0", "2", "0", "1"])))["BOP_MB"]
    assert not mark.is_answered
    assert mark.alternatives == ("bleeding",)


def test_how_packed_texts_run_is_offered_as_is_usual_and_left_to_a_person():
    text = ("323" * 8 + "X23" * 8) * 2
    frame = pl.DataFrame(
        {
            "ExamID": [str(one) for one in range(20)],
            "PDBuccal": [text] * 20,
            "PDLingual": [text] * 20,
            "RecBuccal": [" 0 1-1" * 32] * 20,
            "MissingTeeth": ["1,16,17,32"] * 20,
        }
    )
    table = proposed("PerioChart", frame)
    assert (table.entity, table.layout) == ("site_reading", "packed")
    found = columns(table)
    assert found["ExamID"].field == "exam_key"
    for name in ("PDBuccal", "PDLingual", "RecBuccal", "MissingTeeth"):
        assert not found[name].is_answered
    assert found["PDBuccal"].options["aspect"] == "facial"
    assert found["PDLingual"].options["aspect"] == "lingual"
    assert found["PDBuccal"].options["unmeasured"] == "X"
    assert found["RecBuccal"].options["width"] == "2"
    assert found["MissingTeeth"].alternatives == ("missing_teeth",)

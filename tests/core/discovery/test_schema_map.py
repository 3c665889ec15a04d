"""Which tables ask for a word, and the document that the practice signs."""

import polars as pl
import pytest

from core.discovery.outline import CHANGES_SCHEMA
from core.discovery.questions import (
    EXPLANATIONS_SCHEMA,
    Fate,
    asking,
    explained,
    still_open,
    suggestion,
)
from core.discovery.schema_map import SchemaMapFrames, schema_map_document

TABLES = pl.DataFrame(
    {
        "table": ["PATIENT", "X_OHI", "V_DAY", "OLD", "SCAN"],
        "rows": [480, 90, 12, 0, 3],
        "columns": [31, 7, 4, 2, 3],
        "key": ["ID", "", "", "", "ID"],
        "flags": [
            "DOB: date 1900-01-01 seen 2 times",
            "no key declared, A would do; looks like findings of the practice's own",
            "view",
            "empty",
            "BODY: opaque: its content is not read",
        ],
        "explanation": [""] * 5,
        "decision": [""] * 5,
    }
)
COLUMNS = pl.DataFrame({"table": ["PATIENT"], "column": ["=DOB"], "declared_type": ["datetime"]})
SAID = pl.DataFrame(
    [("X_OHI", "use", "Hygiene | index.", "ada", "2026-11-02T10:00:00+00:00")],
    schema=EXPLANATIONS_SCHEMA,
    orient="row",
)
NOTHING_SAID = pl.DataFrame(schema=EXPLANATIONS_SCHEMA)


def test_custom_views_empty_and_opaque_tables_ask_and_others_do_not():
    assert asking(TABLES)["table"].to_list() == ["X_OHI", "V_DAY", "OLD", "SCAN"]
    assert asking(TABLES)["why"][0] == "looks like findings of the practice's own"


def test_a_table_that_was_explained_asks_no_more():
    assert "X_OHI" in still_open(TABLES, NOTHING_SAID)["table"]
    assert "X_OHI" not in still_open(TABLES, SAID)["table"]


@pytest.mark.parametrize(
    ("why", "fate"), [("view", Fate.IGNORE), ("empty", Fate.IGNORE), ("unexplained: x", None)]
)
def test_what_is_plain_is_suggested_and_what_is_not_is_asked(why, fate):
    offer = suggestion(why)
    assert (offer[0] if offer else None) is fate


def test_what_people_said_stands_in_the_inventory():
    told = explained(TABLES, SAID)
    assert told.columns == TABLES.columns
    assert told.filter(pl.col("table") == "X_OHI")["explanation"][0] == "Hygiene | index."
    assert told.filter(pl.col("table") == "OLD")["decision"][0] == ""


def test_the_schema_map_holds_every_table_what_was_said_and_what_is_open():
    changes = pl.DataFrame(
        [("column added", "PATIENT", "FAX", "", "text")], schema=CHANGES_SCHEMA, orient="row"
    )
    frames = SchemaMapFrames(TABLES, COLUMNS, SAID, changes)
    page = schema_map_document(frames, migration_id="m-1", bound_to="f" * 64).markdown()
    assert "column added" in page
    assert "| X\\_OHI | 90 |  | 7 |" in page
    assert "Hygiene \\| index." in page
    assert "ada | 2026-11-02T10:00" in page
    asked = page.split("## Tables")[0]
    assert "V\\_DAY" in asked
    assert "| X\\_OHI |" not in asked

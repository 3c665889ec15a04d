"""Texts longer than any field, on their way through the sandbox and back."""

import polars as pl

from core.lifecycle import Stage
from core.records.spill import GOES_ON
from tests.migrations import SAMPLE


def test_a_remark_longer_than_any_field_arrives_whole(at):
    migration = at(Stage.FIELDS_READY)
    remark = 'Staged: right side first & "left" later < 6 weeks. ' * 1_400
    migration.practice("UPDATE TreatPlan SET Note = ?", remark)
    migration.practice("UPDATE PerioExam SET Note = ?", remark)
    result = migration.take(SAMPLE)
    diff = result["diff"]
    assert (diff["loss"], diff["stray"], diff["lost"]) == (0, 0, 0)
    deals = migration.vault("found/deal")
    spilled = deals.filter(pl.col("treatment_plan.note").str.ends_with(GOES_ON))
    assert spilled.height
    notes = migration.vault("found/note").filter(
        pl.col("note.content").str.starts_with("Plan Note, part 1 of 5")
    )
    assert notes.height == spilled.height
    histories = migration.vault("wanted/file").filter(
        pl.col("source_key").str.starts_with("chart_history|")
    )
    shown = deals["chart_record.chart_json"].drop_nulls()
    assert shown.str.contains('"elsewhere":true').all()
    assert histories.height

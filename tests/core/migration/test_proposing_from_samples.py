"""A map proposed from rows of large tables is the map proposed from all of them."""

import pytest

from core.discovery import inventory_of, look, look_closer, looking, weighed
from core.matching import propose
from core.practice.make import make_practice
from core.sources import open_source

ALL_ROWS, FEW_ROWS, ROWS_OF_A_CHART = 1_000_000, 300, 5_000


def proposal(source, rows: int):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(looking, "ROWS_LOOKED_AT", rows)
        patch.setattr(looking, "ROWS_OF_A_CHART", max(rows, ROWS_OF_A_CHART))
        patch.setattr(looking, "_CELLS_OF_A_TABLE", rows * 50)
        patch.setattr(looking, "_CELLS_IN_ALL", rows * 5_000)
        rough = look(source)
        inventory = inventory_of(rough)
        looked = look_closer(rough, inventory.columns)
        if looked is not rough:
            inventory = inventory_of(looked)
    decisions, _ = weighed(inventory, looked)
    return propose(inventory, looked.frames, decisions=decisions), looked


@pytest.mark.parametrize("convention", ["panda", "d"])
def test_a_map_from_a_sample_is_the_map_from_all_rows(tmp_path, convention):
    make_practice(tmp_path, patients=40, seed=3, convention=convention)
    source = open_source("sqlite:///practice.sqlite", tmp_path)
    wanted, _ = proposal(source, ALL_ROWS)
    found, looked = proposal(source, FEW_ROWS)
    sampled = [table.name for table in looked.catalogue if looked.is_sample(table)]
    source.close()
    assert sampled
    assert found.decisions == wanted.decisions
    assert [(table.name, table.entity, table.layout) for table in found.tables] == [
        (table.name, table.entity, table.layout) for table in wanted.tables
    ]
    for one, other in zip(found.tables, wanted.tables, strict=True):
        assert [(column.name, column.field, column.reading) for column in one.columns] == [
            (column.name, column.field, column.reading) for column in other.columns
        ]

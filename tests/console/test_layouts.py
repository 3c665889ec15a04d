"""The map's screen for charts: how rows are laid out, and where a column's values are."""

from dataclasses import replace

import pytest

from core.crosswalk.mapping import ColumnMap, TableMap, load, save
from core.lifecycle import Gate, Stage
from tests.console import factories
from tests.console.test_map import told

PACKED = TableMap(
    "GUMS",
    "site_reading",
    "packed",
    ("EXAM",),
    columns=(ColumnMap("EXAM", "exam_key", decided_by="adam"), ColumnMap("DEPTHS")),
    decided_by="adam",
)


@pytest.fixture
def opened(screen, place):
    """The map's screen for an admin, with a chart among its tables."""

    def open_with(table):
        factories.furnish(place, patients=1)
        whole = load(place.map_path)
        save(replace(whole, tables=(*whole.tables, table)), place.map_path)
        factories.walk(place, Stage.MAP_PROPOSED)
        place.ledger.present(Gate.MAP, load(place.map_path).digest())
        app = screen("map", "adam")
        app.selectbox("map_table_PT_PATIENT").set_value(table.name).run()
        return app

    return open_with


def chart_of(place) -> TableMap:
    return next(table for table in load(place.map_path).tables if table.name == "GUMS")


def test_an_admin_says_how_the_rows_of_a_chart_are_laid_out(opened, place):
    app = opened(PACKED)
    shown = app.selectbox("map_layout_GUMS")
    assert len(shown.options) == 5
    shown.set_value("tooth_row")
    app.button("map_layout_save_GUMS").click().run()
    assert not app.exception
    assert chart_of(place).layout == "tooth_row"
    assert chart_of(place).columns[0].field == "exam_key"


def test_an_admin_says_how_a_packed_text_runs_and_not_less(opened, place):
    app = opened(PACKED)
    card = "map_GUMS_DEPTHS"
    app.selectbox(f"{card}_field").set_value("probing_depth").run()
    app.button(f"{card}_confirm").click().run()
    assert "does not say" in told(app)
    app.selectbox(f"{card}_at_order").set_value("screen")
    app.selectbox(f"{card}_at_aspect").set_value("facial").run()
    app.button(f"{card}_confirm").click().run()
    assert not app.exception
    column = chart_of(place).columns[1]
    assert (column.field, column.decided_by) == ("probing_depth", "adam")
    assert column.options == {"order": "screen", "aspect": "facial"}

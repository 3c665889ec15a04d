"""What a person may choose for a table: every layout, and all that its columns may be."""

from dataclasses import replace

import pytest

from core.crosswalk.choices import asked, has_codes, layouts, meanings, places, readings, sites
from core.crosswalk.mapping import ColumnMap, TableMap
from core.crosswalk.practice import CHARTS, LAYOUTS, TOOTH_MEASURES
from core.errors import MapGap
from core.migration.confirming import Answer, answered, laid_out
from core.practice.truth_map import confirmed_map
from core.vocabulary import ENTITIES

CONVENTIONS = ("panda", *"abcdefghijk")


def tables():
    for name in CONVENTIONS:
        for table in confirmed_map(name).tables:
            if not table.left:
                yield pytest.param(table, id=f"{name}-{table.name}")


def carried(table: TableMap) -> list[ColumnMap]:
    return [column for column in table.columns if column.field and not column.left]


@pytest.mark.parametrize("table", list(tables()))
def test_all_that_somebody_would_answer_is_offered(table):
    assert table.layout in layouts(table.entity) or table.layout == "joined"
    for column in carried(table):
        assert column.field in places(table), column
        assert column.reading in readings(table, column.field), column
        able = sites(table, column.field)
        assert not able or column.site in able, column
        told = {one.name: one for one in asked(table, column.field)}
        assert all(one.name in column.options for one in told.values() if one.is_required), column
        for name, said in column.options.items():
            if name in told:
                assert not told[name].able or said in told[name].able, column
            elif has_codes(table, column.field, column.reading):
                able = meanings(table, column.field)
                assert not able or said in able, column


@pytest.mark.parametrize("name", CONVENTIONS)
def test_a_map_answered_by_hand_column_by_column_is_the_same_map(name):
    whole = confirmed_map(name)
    made = whole
    for table in whole.tables:
        if table.left:
            continue
        blank = tuple(ColumnMap(column.name) for column in table.columns)
        made = made.replace_table(replace(table, columns=blank))
        for column in table.columns:
            measures = table.measures if column.field == "measure" else None
            answer = Answer(
                table.name,
                column.name,
                "ada",
                column.field,
                column.reading,
                column.site,
                column.options,
                measures,
                column.left,
            )
            made = answered(made, answer)
    assert without_furcation(made) == without_furcation(whole)


def without_furcation(schema_map):
    """Answers only; grades of one program's own are kept from the proposal and not asked for."""
    return {
        (table.name, column.name): (
            column.field,
            column.reading if column.field else "",
            column.site,
            {
                code: said
                for code, said in column.options.items()
                if column.field and not code.startswith("furcation.")
            },
            column.left,
        )
        for table in schema_map.tables
        for column in table.columns
    }


def test_every_layout_is_offered_for_something_that_a_table_holds():
    offered = {layout for entity in ENTITIES for layout in layouts(entity)}
    assert offered == set(LAYOUTS)
    assert set(layouts("site_reading")) == set(CHARTS)


def chart(layout: str = TOOTH_MEASURES) -> TableMap:
    columns = (
        ColumnMap("E", "exam_key"),
        ColumnMap("T", "tooth"),
        ColumnMap("P", "probing_depth", "integer"),
        ColumnMap("X", left="Not needed."),
    )
    return TableMap("Chart", "site_reading", layout, columns=columns)


def holding(table: TableMap):
    return replace(confirmed_map(), tables=(table,))


def test_rows_laid_out_otherwise_keep_what_still_has_a_place():
    done = laid_out(holding(chart("site_rows")), "Chart", "tooth_row", "ada").tables[0]
    fields = {column.name: column.field for column in done.columns}
    assert (done.layout, done.decided_by) == ("tooth_row", "ada")
    # a depth is of one site there, and nobody has said which
    assert fields == {"E": "exam_key", "T": "tooth", "P": "", "X": ""}
    assert done.columns[3].left


def test_a_layout_that_a_table_cannot_have_is_refused():
    with pytest.raises(MapGap, match="cannot be laid out"):
        laid_out(holding(chart()), "Chart", "rows", "ada")
    same = laid_out(holding(chart()), "Chart", TOOTH_MEASURES, "ada").tables[0]
    assert same == replace(chart(), decided_by="ada")


@pytest.mark.parametrize(
    ("options", "said"),
    [({}, "does not say 'tooth'"), ({"tooth": "33"}, "does not say 'tooth'")],
)
def test_a_place_is_not_confirmed_without_where_it_is(options, said):
    whole = holding(chart("wide_exam"))
    answer = Answer("Chart", "P", "ada", "probing_depth", "integer", "MB", options)
    with pytest.raises(MapGap, match=said):
        answered(whole, answer)


def test_a_tooth_in_a_column_of_its_own_numbering_may_say_so():
    whole = holding(chart("site_rows"))
    answer = Answer("Chart", "T", "ada", "tooth", "text", options={"numbering": "fdi"})
    done = answered(whole, answer).tables[0]
    assert done.columns[1].options == {"numbering": "fdi"}

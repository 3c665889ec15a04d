"""The same practice in every convention becomes the same vocabulary, whatever its tables are like.

Rule of the house: what differs is what the generator says cannot be written there, nothing else.
"""

from collections.abc import Iterator
from dataclasses import replace

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from core.clinical.tooth import ALL_TEETH, fdi
from core.crosswalk.mapping import ColumnMap, SchemaMap, TableMap
from core.crosswalk.practice import ConformedPractice
from core.errors import MapGap
from core.practice.conventions import CONVENTIONS
from core.practice.truth_map import confirmed_map
from core.vocabulary import ENTITIES
from tests.core.crosswalk.practices import Told, told

PATIENTS, SEED = 8, 5
OUTCOMES = ("moved", "transformed", "left", "rejected")
CHARTS = ("site_reading", "tooth_finding")


@pytest.fixture(scope="module")
def panda(tmp_path_factory) -> Iterator[Told]:
    made = told(tmp_path_factory.mktemp("panda"), PATIENTS, SEED)
    yield made
    made.source.close()


@pytest.fixture(scope="module")
def intended(panda) -> ConformedPractice:
    done: ConformedPractice = panda.conformed()
    return done


@pytest.fixture(scope="module", params=[*"abcdefghijk"])
def other(request, tmp_path_factory) -> Iterator[tuple[str, Told, ConformedPractice]]:
    name = request.param
    made = told(tmp_path_factory.mktemp(name), PATIENTS, SEED, name)
    yield name, made, made.conformed(confirmed_map(name))
    made.source.close()


@pytest.fixture(scope="module")
def written_as(tmp_path_factory) -> Iterator[dict[str, Told]]:
    """Practices whose tables a test changes copies of."""
    names = ("c", "d", "i", "j")
    made = {name: told(tmp_path_factory.mktemp(name), 4, 2, name) for name in names}
    yield made
    for one in made.values():
        one.source.close()


def keys_of(panda: Told, name: str) -> dict[str, dict[str, str]]:
    """Entity -> key in the first convention -> key in this one."""
    found = {}
    for table in confirmed_map().tables:
        if not table.entity or table.entity in CHARTS:
            continue
        key = ENTITIES[table.entity].key_fields()[0]
        column = next(one.name for one in table.columns if one.field == key)
        texts = panda.tables[table.name][column].drop_nulls().to_list()
        found[table.entity] = {text: key_in(name, table.entity, text) for text in texts}
    if name == "b":
        found["treatment_plan"] = plan_numbers(panda, found["patient"])
    return found


def key_in(name: str, entity: str, text: str) -> str:
    is_text = entity in {"provider", "referring_doctor", "account", "patient"}
    return CONVENTIONS[name].key(entity, text if is_text else int(text))


def plan_numbers(panda: Told, patients: dict[str, str]) -> dict[str, str]:
    """Plans as the second convention numbers them: within their patient."""
    plans = panda.tables["TreatPlan"].select("PlanID", "PatID").drop_nulls()
    plans = plans.sort(pl.col("PlanID").cast(pl.Int64))
    numbered = plans.with_columns(number=pl.int_range(1, pl.len() + 1).over("PatID"))
    return {
        plan: f"{patients[patient]}|{number}"
        for plan, patient, number in numbered.iter_rows()
        if patient in patients
    }


Keys = dict[str, dict[str, str]]
"""Entity -> the first convention's key -> another's."""


def in_its_words(rows: pl.DataFrame, entity: str, keys: Keys) -> pl.DataFrame:
    """Rows of the first convention with the keys of another."""
    for name, field in ENTITIES[entity].fields().items():
        is_own = field.is_key and not field.refers_to and entity in keys
        owner = entity if is_own else field.refers_to
        if owner in keys and rows.schema[name] == pl.String:
            rows = rows.with_columns(pl.col(name).replace_strict(keys[owner], default=None))
    return rows


def comparable(
    rows: pl.DataFrame, entity: str, gone: list[str], missed: set[tuple[str, ...]]
) -> pl.DataFrame:
    """Rows without what the convention cannot say, in one order and one way of writing paths."""
    fields = ENTITIES[entity].fields()
    rows = rows.drop(
        "source_key", *(path.split(".")[1] for path in gone if path in gone_of(entity, gone))
    )
    if "file_path" in rows.columns:
        rows = rows.with_columns(pl.col("file_path").str.replace_all("\\", "/", literal=True))
    keys = [name for name in ENTITIES[entity].key_fields() if name in rows.columns]
    if missed:
        told_by = pl.concat_str([pl.col(name).cast(pl.String) for name in keys], separator="|")
        rows = rows.filter(~told_by.is_in(["|".join(one) for one in missed]))
    if entity == "site_reading":
        read = [name for name in rows.columns if not fields[name].is_key]
        rows = rows.filter(pl.any_horizontal(pl.col(name).is_not_null() for name in read))
    return rows.sort(rows.columns, nulls_last=True)


def gone_of(entity: str, gone: list[str]) -> set[str]:
    return {path for path in gone if path.startswith(f"{entity}.")}


def missed_by(practice: Told, keys: Keys, entity: str) -> set[tuple[str, ...]]:
    """Keys of what is spoilt in the first convention and cannot be spoilt here."""
    found: set[tuple[str, ...]] = set()
    for one in practice.truth["not_expressible"]:
        if one["entity"] != entity:
            continue
        if entity in CHARTS:
            if one["site"]:
                exam, tooth, _ = one["key"].split("|")
                found.add((keys["perio_exam"].get(exam, exam), tooth, one["site"]))
        else:
            found.add((keys[entity][one["key"]],))
    return found


def test_every_convention_becomes_the_same_vocabulary(panda, intended, other):
    name, practice, done = other
    gone = practice.truth["settings"].get("not_recorded", [])
    keys = keys_of(panda, name)
    for entity, rows in intended.entities.items():
        if entity in gone:
            assert done.entities[entity].is_empty()
            continue
        missed = missed_by(practice, keys, entity)
        wanted = comparable(in_its_words(rows, entity, keys), entity, gone, missed)
        found = comparable(done.entities[entity], entity, gone, missed)
        assert_frame_equal(found, wanted)


def test_every_convention_sets_aside_exactly_what_was_spoilt(other):
    _, practice, done = other
    planted = sorted(
        (one["table"], one["key"], one["column"] or "", one["site"] or "", one["rule"])
        for one in practice.truth["rejected"]
    )
    places = ("table", "source_key", "column", "site", "rule")
    found = done.rejected.select(pl.col(name).fill_null("") for name in places)
    assert sorted(found.rows()) == planted


def test_every_cell_of_every_convention_is_accounted_for(other):
    _, practice, done = other
    _assert_accounted(practice, done)


def _assert_accounted(practice: Told, done: ConformedPractice) -> None:
    cells = done.cells
    assert cells.filter(pl.sum_horizontal(OUTCOMES) != pl.col("total")).is_empty()
    assert cells.filter(pl.min_horizontal(OUTCOMES) < 0).is_empty()
    there = {(name, column) for name, rows in practice.tables.items() for column in rows.columns}
    assert sorted(cells.select("table", "column").iter_rows()) == sorted(there)
    totals = {name: rows.height for name, rows in practice.tables.items()}
    assert cells["total"].to_list() == [totals[name] for name in cells["table"]]
    said = pl.col("why") == ""
    assert cells.filter(said & ((pl.col("left") > 0) | (pl.col("transformed") > 0))).is_empty()


def test_accepted_teeth_and_sites_are_told_apart(other):
    _, _, done = other
    for entity in CHARTS:
        rows = done.entities[entity]
        assert rows.select(ENTITIES[entity].key_fields()).is_unique().all() or rows.is_empty()
        assert rows.schema == pl.Schema({"source_key": pl.String, **ENTITIES[entity].schema()})


def test_an_opaque_chart_is_left_and_says_so(tmp_path):
    practice = told(tmp_path, 3, 2, "k")
    done = practice.conformed(confirmed_map("k"))
    row = done.cells.filter(table="PerioExam", column="ChartData").row(0, named=True)
    assert row["left"] == row["total"] > 0
    assert row["why"].startswith("Opaque")
    assert done.entities["perio_exam"].height
    practice.source.close()


def conformed_with(practice: Told, name: str, table: str, rows: pl.DataFrame) -> ConformedPractice:
    changed = replace(practice, tables=practice.tables | {table: rows})
    done: ConformedPractice = changed.conformed(confirmed_map(name))
    _assert_accounted(changed, done)
    return done


def set_aside(done: ConformedPractice, rule: str) -> list[tuple[str | None, ...]]:
    return done.rejected.filter(rule=rule).select("table", "source_key", "column", "site").rows()


def put(rows: pl.DataFrame, at: int, **cells: str | None) -> pl.DataFrame:
    """The rows with cells of one row changed."""
    numbered = pl.int_range(pl.len()) == at
    return rows.with_columns(
        pl.when(numbered).then(pl.lit(text)).otherwise(pl.col(name)).alias(name)
        for name, text in cells.items()
    )


def test_a_letter_that_no_mark_has_spoils_only_its_site(written_as):
    practice = written_as["c"]
    rows = practice.tables["SD_PrTth"]
    column = next(one for one in confirmed_map("c").tables if one.name == "SD_PrTth").columns
    marks = next(one for one in column if one.field == "marks" and one.site == "MB")
    at = rows.with_row_index().filter(pl.col(marks.name).str.len_chars() > 0)["index"][0]
    done = conformed_with(practice, "c", "SD_PrTth", put(rows, at, **{marks.name: "BZ"}))
    key = rows["PrTth_ID"][at]
    assert ("SD_PrTth", key, marks.name, "MB") in set_aside(done, "unknown_option")


def test_a_text_of_too_many_readings_and_a_list_of_no_teeth_are_set_aside(written_as):
    practice = written_as["j"]
    rows = practice.tables["PerioChart"]
    spoilt = put(put(rows, 0, PDBuccal="3" * 97), 1, MissingTeeth="1,33")
    done = conformed_with(practice, "j", "PerioChart", spoilt)
    first, second = rows["ExamID"][0], rows["ExamID"][1]
    wanted = {
        ("PerioChart", first, "PDBuccal", None),
        ("PerioChart", second, "MissingTeeth", None),
    }
    assert wanted <= set(set_aside(done, "unreadable"))


def test_a_packed_text_is_read_as_a_screen_shows_the_mouth(written_as):
    practice = written_as["j"]
    rows = practice.tables["PerioChart"]
    text = "123" * 8 + "456" * 8 + "789" * 8 + "ABC" * 8
    done = conformed_with(practice, "j", "PerioChart", put(rows, 0, PDBuccal=text))
    read = done.entities["site_reading"].filter(pl.col("exam_key") == rows["ExamID"][0])
    depth = {
        (tooth, site): mm
        for tooth, site, mm in read.select("tooth", "site", "probing_depth_mm").rows()
    }
    corners = {1: (1, 2, 3), 9: (4, 5, 6), 32: (7, 8, 9), 17: (10, 11, 12)}
    for tooth, (left, middle, right) in corners.items():
        is_right = tooth in {1, 32}
        distal, mesial = (left, right) if is_right else (right, left)
        assert depth[tooth, "DB"] == distal
        assert depth[tooth, "B"] == middle
        assert depth[tooth, "MB"] == mesial


@pytest.mark.parametrize(
    ("order", "first", "second"),
    [("mirrored", (16, "DB"), (16, "B")), ("numbers", (1, "MB"), (1, "B"))],
)
def test_a_packed_text_is_read_in_the_order_that_the_map_says(written_as, order, first, second):
    practice = written_as["j"]
    rows = practice.tables["PerioChart"]
    schema_map = with_order(order)
    changed = put(rows, 0, PDBuccal="12" + "3" * 94)
    replaced = replace(practice, tables=practice.tables | {"PerioChart": changed})
    read = replaced.conformed(schema_map).entities["site_reading"]
    read = read.filter(pl.col("exam_key") == rows["ExamID"][0])
    depth = {
        (tooth, site): mm
        for tooth, site, mm in read.select("tooth", "site", "probing_depth_mm").rows()
    }
    assert (depth[first], depth[second]) == (1, 2)


def with_order(order: str) -> SchemaMap:
    """The packed practice's map, its depths on the facial side running otherwise."""
    whole = confirmed_map("j")
    table = next(one for one in whole.tables if one.name == "PerioChart")
    columns = tuple(
        replace(one, options={**one.options, "order": order}) if one.name == "PDBuccal" else one
        for one in table.columns
    )
    return whole.replace_table(replace(table, columns=columns))


def test_a_packed_text_whose_order_nobody_said_is_refused(written_as):
    with pytest.raises(MapGap, match="does not say how the text"):
        written_as["j"].conformed(with_order("as usual"))


def test_a_column_may_number_its_teeth_otherwise_than_the_practice(written_as):
    practice = written_as["c"]
    whole = confirmed_map("c")
    table = next(one for one in whole.tables if one.name == "SD_PrTth")
    tooth = next(one for one in table.columns if one.field == "tooth")

    def numbered(name):
        how = replace(tooth, options={"numbering": name})
        columns = tuple(how if one.name == tooth.name else one for one in table.columns)
        return whole.replace_table(replace(table, columns=columns))

    rows = practice.tables["SD_PrTth"]
    spoken = rows.with_columns(
        pl.col(tooth.name).replace_strict({str(n): fdi(n) for n in ALL_TEETH}, default=None)
    )
    changed = replace(practice, tables=practice.tables | {"SD_PrTth": spoken})
    found = changed.conformed(numbered("fdi")).entities["site_reading"]
    wanted = practice.conformed(whole).entities["site_reading"]
    known = rows.filter(pl.col(tooth.name).is_in([str(n) for n in ALL_TEETH]))
    assert known.height
    assert_frame_equal(found, wanted)
    with pytest.raises(MapGap, match="numbering"):
        practice.conformed(numbered("roman"))


def test_a_tooth_that_is_none_is_refused_in_wide_columns(written_as):
    practice = written_as["i"]
    table = next(one for one in confirmed_map("i").tables if one.name == "PerioExam_Upper")
    columns = tuple(
        replace(one, options={**one.options, "tooth": "33"})
        if one.options.get("tooth") == "16"
        else one
        for one in table.columns
    )
    with pytest.raises(MapGap, match="a tooth that is none"):
        practice.conformed(confirmed_map("i").replace_table(replace(table, columns=columns)))


def test_a_row_that_completes_nothing_is_an_orphan_and_one_without_it_is_kept_or_says_why(
    written_as,
):
    practice = written_as["d"]
    people = practice.tables["Person"]
    before = practice.conformed(confirmed_map("d"))
    gone = people["RecordID"][0]
    done = conformed_with(practice, "d", "Person", put(people, 0, RecordID="nobody"))
    assert ("Person", "nobody", "RecordID", None) in set_aside(done, "orphan")
    patient = practice.tables["Patient"].filter(pl.col("PersonID") == gone)["RecordID"].item()
    kept = set(done.entities["patient"]["source_key"])
    aside = set(done.rejected.filter(table="Patient")["source_key"])
    assert patient in kept | aside
    assert before.entities["patient"].height - 1 <= len(kept)


def test_two_rows_are_never_completed_by_the_same_row(written_as):
    practice = written_as["d"]
    patients = practice.tables["Patient"]
    shared = put(patients, 1, PersonID=patients["PersonID"][0])
    changed = replace(practice, tables=practice.tables | {"Patient": shared})
    with pytest.raises(MapGap, match="completed by the same row"):
        changed.conformed(confirmed_map("d"))


def test_a_joining_table_without_a_partner_is_refused(written_as):
    practice = written_as["d"]
    lonely = TableMap(
        "Spare",
        "provider",
        "joined",
        columns=(ColumnMap("ID", left="Joins.", options={"joins": "Nobody.ID"}),),
    )
    whole = replace(confirmed_map("d"), tables=(*confirmed_map("d").tables, lonely))
    with pytest.raises(MapGap, match="completes none"):
        practice.conformed(whole)


@pytest.mark.parametrize("scale", ["", "Hamp"])
def test_grades_without_a_scale_have_the_one_that_a_person_said(written_as, scale):
    practice = written_as["c"]
    whole = confirmed_map("c")
    decisions = replace(whole.decisions, furcation_scale=scale)
    found = practice.conformed(replace(whole, decisions=decisions)).entities["tooth_finding"]
    sides = [name for name in found.columns if name.startswith("furcation_") and len(name) == 11]
    assert len(sides) == 4
    graded = found.filter(pl.any_horizontal(pl.col(sides).is_not_null()))
    assert graded.height
    assert set(graded["furcation_scale"]) == {scale or None}
    assert (
        found.filter(pl.all_horizontal(pl.col(sides).is_null()))["furcation_scale"].is_null().all()
    )

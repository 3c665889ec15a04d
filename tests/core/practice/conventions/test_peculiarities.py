"""What each convention is in the collection for stands in its tables.

Rule of the house: one peculiarity, one test, on the practice all tests of conventions share.
"""

import sqlite3

import pytest

from core.practice.make import make_practice
from core.practice.truth_map import confirmed_map


@pytest.fixture(scope="session")
def tables_of(tmp_path_factory):
    made = {}

    def one(convention):
        if convention not in made:
            folder = tmp_path_factory.mktemp(convention)
            database = make_practice(folder, patients=30, seed=7, convention=convention).database
            made[convention] = sqlite3.connect(database)
        return made[convention]

    yield one
    for connection in made.values():
        connection.close()


def column_map(convention, table, column):
    tables = {one.name: one for one in confirmed_map(convention).tables}
    return next(one for one in tables[table].columns if one.name == column)


def test_a_writes_year_one_for_no_date_and_keeps_overgrowth_above_100(tables_of):
    one = tables_of("a").execute
    assert one("SELECT count(*) FROM patplan WHERE DateTerm = '0001-01-01'").fetchone()[0] > 0
    query = "SELECT max(MBvalue) FROM periomeasure WHERE SequenceType = 2"
    assert 100 < one(query).fetchone()[0] < 110
    assert one("SELECT min(Bvalue) FROM periomeasure").fetchone() == (-1,)


def test_b_repeats_probes_and_gives_the_exams_number_to_other_transactions(tables_of):
    one = tables_of("b").execute
    query = "SELECT count(*), count(DISTINCT TransId || '|' || Tooth || '|' || ProbingPoint)"
    raw, distinct = one(f"{query} FROM PerioProbe").fetchone()
    assert raw > distinct
    query = "SELECT count(*) FROM Transactions WHERE RefId IS NOT NULL GROUP BY RefId"
    assert {count for (count,) in one(query)} == {1, 2}
    query = "SELECT count(DISTINCT PatientCode) FROM Transactions WHERE RefId IS NOT NULL "
    assert {count for (count,) in one(f"{query} GROUP BY RefId")} == {1}
    assert column_map("b", "Transactions", "TransType").options == {"only": "PX"}


def test_b_has_plans_whose_number_is_only_the_patients_own(tables_of):
    one = tables_of("b").execute
    plans, numbers = one("SELECT count(*), count(DISTINCT TPNumber) FROM TreatmentPlans").fetchone()
    assert numbers < plans
    query = "SELECT count(*) FROM TreatmentPlanItems i WHERE NOT EXISTS (SELECT 1 FROM "
    query += "TreatmentPlans p WHERE p.PatientCode = i.PatientCode AND p.TPNumber = i.TPNumber)"
    assert one(query).fetchone() == (1,)
    assert column_map("b", "Appts", "TPNumber").options == {"with": "PatientCode"}


def test_d_has_an_earlier_key_in_few_rows_and_joins_person_and_patient(tables_of):
    one = tables_of("d").execute
    filled, rows = one("SELECT count(nullif(PMSRecordID, '')), count(*) FROM Person").fetchone()
    assert 0 < filled < rows
    query = "SELECT count(*) FROM Person JOIN Patient ON PersonID = Person.RecordID"
    assert one(query).fetchone() == (rows,)
    assert column_map("d", "Person", "RecordID").options == {"joins": "Patient.PersonID"}
    assert column_map("d", "PerioSite", "ToothID").options == {"joins": "PerioTooth.RecordID"}


def test_c_has_only_text_and_repeated_columns_and_no_foreign_key(tables_of):
    one = tables_of("c").execute
    names = [row[1] for row in one("PRAGMA table_info(SD_PrTth)")]
    assert {"PrTth_PD1", "PrTth_PD6", "PrTth_Mk1"} <= set(names)
    kinds = {row[2].partition("(")[0] for row in one("PRAGMA table_info(SD_TxPl)")}
    assert kinds == {"VARCHAR", "TEXT"}
    (day,) = one("SELECT PrEx_Date FROM SD_PrEx").fetchone()
    assert day[2] == day[5] == "/"
    assert column_map("c", "SD_PrTth", "PrTth_PD3").site == "MB"


def test_e_numbers_every_tooth_by_fdi(tables_of):
    one = tables_of("e").execute
    for table in ("tblExamDetail", "tblPlan Line", "tblExam Finding"):
        query = f'SELECT count(*) FROM "{table}" WHERE CAST("Tooth #" AS INTEGER) '  # noqa: S608
        assert one(query + "BETWEEN 1 AND 10").fetchone() == (0,)
        assert one(query + "BETWEEN 33 AND 48").fetchone()[0] > 0
    assert confirmed_map("e").decisions.tooth_numbering == "fdi"


def test_f_and_b_number_their_points_in_orders_of_their_own(tables_of):
    assert column_map("f", "tPerioSite", "iSite").options["1"] == "DB"
    assert column_map("b", "PerioProbe", "ProbingPoint").options["1"] == "MB"
    query = "SELECT count(*) FROM tPerioSite WHERE iPD = 99 OR iRec = 99"
    assert tables_of("f").execute(query).fetchone()[0] > 0


def test_h_has_short_names_eight_digit_days_and_filled_cells(tables_of):
    one = tables_of("h").execute
    names = [row[0] for row in one("SELECT name FROM sqlite_master WHERE type = 'table'")]
    columns = [row[1] for name in names for row in one(f'PRAGMA table_info("{name}")')]
    assert max(map(len, (*names, *columns))) <= 8
    assert {len(day) for (day,) in one("SELECT PTDOB FROM PATMAST")} == {8}
    assert {len(cell) for (cell,) in one("SELECT PDMB FROM PRXDTL WHERE TTMISS = 'N'")} == {3}
    negative = one("SELECT count(*) FROM PRXDTL WHERE CAST(GMB AS INTEGER) < 0").fetchone()[0]
    assert negative > 0
    assert confirmed_map("h").decisions.margin_sign == "negative"


def test_i_has_a_column_for_every_site_within_what_a_table_may_have(tables_of):
    one = tables_of("i").execute
    for table, first, other in (("Upper", "T01", "T17"), ("Lower", "T17", "T01")):
        names = {row[1] for row in one(f"PRAGMA table_info(PerioExam_{table})")}
        assert len(names) <= 1_024
        assert {f"{first}_PD_MB", f"{first}_GM_DL"} <= names
        assert f"{other}_PD_MB" not in names
    chosen = column_map("i", "PerioExam_Lower", "T32_GM_DL")
    assert (chosen.field, chosen.site, chosen.options) == ("gingival_margin", "DL", {"tooth": "32"})


def test_j_packs_a_side_of_the_mouth_into_one_text_with_letters_above_nine(tables_of):
    one = tables_of("j").execute
    texts = [text for (text,) in one("SELECT PDBuccal || PDLingual FROM PerioChart")]
    assert {len(text) for text in texts} == {192}
    signs = set("".join(texts))
    assert {" ", "X", "A"} <= signs <= set(" ?0123456789ABCDEFX")
    assert {len(text) for (text,) in one("SELECT RecBuccal FROM PerioChart")} == {192}
    assert column_map("j", "PerioChart", "PDLingual").options["aspect"] == "lingual"


def test_k_holds_its_charts_in_a_form_that_is_left_as_opaque(tables_of):
    one = tables_of("k").execute
    assert {kind for (kind,) in one("SELECT typeof(ChartData) FROM PerioExam")} == {"blob"}
    assert column_map("k", "PerioExam", "ChartData").left.startswith("Opaque")
    assert not confirmed_map("k").of_entity("site_reading")

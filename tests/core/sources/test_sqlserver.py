"""SQL Server as a source, over real TDS: what a practice's database gives."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from core.errors import NoPractice, SourceShapeChanged
from core.ports import Column, Table
from core.practice.make import make_practice
from core.sources import open_source
from tests.tds.database import Database
from tests.tds.serving import Served, address_of, served

PEAKS = """
import sys
from pathlib import Path
from core.sources import open_source, sqlserver_rows

sqlserver_rows.BATCH_BYTES = 2**21
source = open_source(sys.argv[1], Path())
tables = {table.name: table for table in source.catalogue()}
for name in sys.argv[2:]:
    rows = sum(frame.height for frame in source.read_batches(tables[name]))
    status = Path("/proc/self/status").read_text()
    print(rows, status.split("VmHWM:")[1].split()[0])
source.close()
"""


@pytest.fixture(scope="module")
def practice(certificate, tmp_path_factory):
    """A practice of 20 patients, in a file and on a server."""
    folder = tmp_path_factory.mktemp("practice")
    made = make_practice(folder, patients=20, seed=7)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SSL_CERT_FILE", str(certificate))
        with served(Database.of_practice(made.database), certificate, folder) as found:
            yield found, open_source("sqlite:///practice.sqlite", folder)


def test_a_practice_on_a_server_has_the_tables_it_has_in_a_file(practice):
    found, file = practice
    listed = found.source.catalogue()
    assert [
        (table.name, [column.name for column in table.columns], table.key, table.rows, table.links)
        for table in listed
    ] == [
        (table.name, [column.name for column in table.columns], table.key, table.rows, table.links)
        for table in file.catalogue()
    ]
    assert not any(table.is_view for table in listed)


def test_a_practice_on_a_server_has_the_cells_it_has_in_a_file(practice):
    found, file = practice
    for table in file.catalogue():
        assert found.source.read(table).equals(file.read(table)), table.name


@pytest.mark.parametrize("rows", [1, 7, 10_000])
def test_no_row_is_left_out_or_doubled_whatever_the_size_of_a_page(practice, monkeypatch, rows):
    found, file = practice
    table = next(table for table in file.catalogue() if table.name == "Visit")
    monkeypatch.setattr("core.sources.sqlserver_rows.ROWS_PER_PAGE", rows)
    assert found.source.read(table).equals(file.read(table))
    assert rows < 10_000 or f"TOP ({rows})" in found.statements[-1]


def test_a_server_is_sent_nothing_but_settings_and_selects(practice):
    found, _ = practice
    first_words = {text.split()[0] for text in found.statements}
    assert first_words == {"SELECT", "SET"}
    assert set(found.server.applications) == {"perio"}


def test_a_frame_takes_no_more_room_than_its_rows_are_wide(serve, monkeypatch):
    monkeypatch.setattr("core.sources.sqlserver_rows.BATCH_BYTES", 2**16)
    database = Database()
    rows = [(number, "x" * 200) for number in range(1000)]
    database.add_table("T", [("K", "int"), ("V", "nvarchar(400)")], rows, key=["K"])
    source = serve(database).source
    heights = [frame.height for frame in source.read_batches(source.catalogue()[0])]
    assert sum(heights) == 1000
    assert max(heights) <= 2**16 // 800


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="only Linux tells the peak")
def test_memory_does_not_grow_with_the_table(serve, certificate):
    database = Database()
    columns = [("K", "int"), *((f"C{place}", "nvarchar(60)") for place in range(4))]
    for name, rows in (("Small", 8_000), ("Large", 50_000)):
        cells = ((number, *(["text of a cell " * 4] * 4)) for number in range(rows))
        database.add_table(name, columns, cells, key=["K"])
    found: Served = serve(database)
    done = subprocess.run(
        [sys.executable, "-c", PEAKS, address_of(found.server), "Small", "Large"],
        env=os.environ | {"PYTHONPATH": str(Path.cwd())},
        check=True,
        capture_output=True,
        text=True,
    )
    small, large = (tuple(map(int, line.split())) for line in done.stdout.splitlines())
    assert (small[0], large[0]) == (8_000, 50_000)
    assert large[1] - small[1] < 8_000  # KiB; the text alone has 12,000


def test_a_long_text_is_read_whole_and_the_rows_around_it_once(serve):
    database = Database()
    rows = [(number, "note " * (20_000 if number in {3, 8} else number)) for number in range(12)]
    database.add_table("T", [("K", "int"), ("V", "nvarchar(max)")], rows, key=["K"])
    source = serve(database).source
    frame = source.read(source.catalogue()[0])
    assert frame.rows() == [(str(number), text) for number, text in rows]


def test_an_empty_table_is_read_as_an_empty_frame_of_text(serve):
    database = Database()
    database.add_table("T", [("K", "int"), ("V", "nvarchar(max)")], key=["K"])
    database.add_table("Keyless", [("V", "nvarchar(max)")])
    source = serve(database).source
    for table in source.catalogue():
        frame = source.read(table)
        assert frame.is_empty()
        assert frame.columns == [column.name for column in table.columns]


def test_a_source_is_read_without_its_catalogue_having_been_asked_for(practice, tmp_path):
    found, file = practice
    table = next(table for table in file.catalogue() if table.name == "Provider")
    again = open_source(address_of(found.server), tmp_path)
    assert again.read(table).equals(file.read(table))
    again.close()


def test_a_table_or_column_that_vanished_is_told_by_name(practice):
    found, _ = practice
    gone = Table("Gone", (Column("A", "int"),), (), 0)
    with pytest.raises(SourceShapeChanged, match="Gone"):
        found.source.read(gone)
    with pytest.raises(SourceShapeChanged, match="Provider"):
        found.source.read(Table("Provider", (Column("Gone", "int"),), (), 0))


def test_a_table_dropped_since_the_catalogue_was_read_is_told_by_name(serve):
    database = Database()
    database.add_table("Chart", [("K", "int")], [(1,)], key=["K"])
    source = serve(database).source
    (table,) = source.catalogue()
    database.connection.execute("DROP TABLE dbo.Chart")
    with pytest.raises(SourceShapeChanged, match="Chart"):
        source.read(table)


def test_an_empty_database_is_no_practice(serve):
    with pytest.raises(NoPractice, match="no table"):
        serve(Database()).source.catalogue()


def test_a_stored_path_finds_its_file_below_the_folder_of_the_migration(serve, tmp_path):
    database = Database()
    database.add_table("T", [("K", "int")])
    source = serve(database).source
    (tmp_path / "files" / "letters").mkdir(parents=True)
    (tmp_path / "files" / "letters" / "one.rtf").touch()
    assert source.locate("letters\\one.rtf") == (tmp_path / "files/letters/one.rtf").resolve()
    assert source.locate("../practice.sqlite") is None


def test_rows_come_from_one_snapshot_where_the_database_has_them(serve):
    database = Database(snapshot=1)
    database.add_table("T", [("K", "int")], [(1,)], key=["K"])
    found: Served = serve(database)
    found.source.read(found.source.catalogue()[0])
    assert "SET TRANSACTION ISOLATION LEVEL SNAPSHOT" in found.statements


def test_a_database_without_snapshots_is_read_all_the_same(serve):
    database = Database(snapshot=0)
    database.add_table("T", [("K", "int")], [(1,)], key=["K"])
    found: Served = serve(database)
    assert found.source.read(found.source.catalogue()[0]).height == 1
    assert "SET TRANSACTION ISOLATION LEVEL SNAPSHOT" not in found.statements


def test_the_reader_gives_way_to_the_practice_s_own_programs(practice):
    found, _ = practice
    assert any("SET DEADLOCK_PRIORITY LOW" in text for text in found.statements)
    assert Path(found.source.locate("nowhere") or "").name == ""

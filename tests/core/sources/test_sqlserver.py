"""SQL Server as a source, as far as no server is needed."""

import sys

import pytest

from core.errors import SettingMissing, SourceUnreachable
from core.ports import Column, Table
from core.sources import open_source
from core.sources.sqlserver import _select

ADDRESSES = [
    "Driver={No such driver};Server=localhost;UID=reader;PWD=hush-hush",
    "mssql+pyodbc://reader:hush-hush@localhost/practice?driver=No+such+driver",
]


@pytest.mark.parametrize("address", ADDRESSES)
def test_a_server_that_cannot_be_reached_is_told_without_the_password(tmp_path, address):
    with pytest.raises((SourceUnreachable, SettingMissing)) as caught:
        open_source(address, tmp_path)
    error = caught.value
    assert error.next_step
    shown = f"{error} {error.next_step} {error.__cause__} {error.__suppress_context__}"
    assert "hush-hush" not in shown


def test_an_address_that_cannot_be_parsed_is_a_setting_to_mend(tmp_path):
    with pytest.raises(SettingMissing) as caught:
        open_source("mssql+pyodbc://host:notaport/practice", tmp_path)
    assert "notaport" not in str(caught.value)


def test_a_missing_driver_manager_is_told_with_the_packages_to_install(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "pyodbc", None)
    with pytest.raises(SettingMissing) as caught:
        open_source(ADDRESSES[0], tmp_path)
    assert "libodbc2" in caught.value.next_step


def test_a_read_names_only_what_the_catalogue_names_and_quotes_it():
    columns = (
        Column("Odd ]name", "varchar"),
        Column("Born", "datetime"),
        Column("Image", "varbinary"),
        Column("Fee", "float"),
    )
    statement = _select(Table("T", columns, ("Odd ]name",), 0), ("dbo", "T"))
    assert statement == (
        "SELECT CAST([Odd ]]name] AS nvarchar(max)), CONVERT(nvarchar(30), [Born], 126), "
        "N'blob:' + CAST(DATALENGTH([Image]) AS nvarchar(20)), [Fee] "
        "FROM [dbo].[T] ORDER BY [Odd ]]name]"
    )

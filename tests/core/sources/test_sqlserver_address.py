"""The address of a SQL Server, and the driver that reads it: no server needed."""

import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import SettingMissing
from core.sources import open_source
from core.sources.sqlserver_address import Address, address_of
from core.sources.sqlserver_driver import driver_for, driver_manager, packaged_driver
from core.sources.sqlserver_errors import error_of, report_of
from core.sources.sqlserver_types import Field, key_value

NO_DRIVER = [
    "Driver={No such driver};Server=localhost;UID=reader;PWD=hush-hush",
    "mssql+pyodbc://reader:hush-hush@localhost/practice?driver=No+such+driver",
]


@pytest.fixture
def _nothing_installed(monkeypatch):
    monkeypatch.setattr(driver_manager(), "drivers", list)


@pytest.mark.parametrize("address", NO_DRIVER)
def test_a_driver_that_is_not_there_is_told_without_the_password(tmp_path, address):
    with pytest.raises(SettingMissing) as caught:
        open_source(address, tmp_path)
    assert "hush-hush" not in f"{caught.value} {caught.value.next_step} {caught.value.__cause__}"


def test_an_address_that_cannot_be_parsed_is_a_setting_to_mend(tmp_path):
    with pytest.raises(SettingMissing) as caught:
        open_source("mssql+pyodbc://host:notaport/practice", tmp_path)
    assert "notaport" not in str(caught.value)


def test_an_address_is_encrypted_and_checked_unless_it_says_otherwise():
    address = address_of("Server=host;Database=practice;UID=reader;PWD=x")
    assert address.is_encrypted
    assert not address.trusts_any_certificate
    assert "TrustServerCertificate" not in address
    assert address["ApplicationIntent"] == "ReadOnly"


@pytest.mark.parametrize(
    ("url", "wanted"),
    [
        (
            "mssql+pyodbc://reader:p%40ss%3B@host:1444/practice",
            {"Server": "host,1444", "Database": "practice", "UID": "reader", "PWD": "p@ss;"},
        ),
        ("mssql+pyodbc://reader:x@HOST\\PANDA/practice", {"Server": "HOST\\PANDA"}),
        (
            "mssql+pyodbc://@host/practice?Encrypt=strict",
            {"Trusted_Connection": "yes", "UID": "", "Encrypt": "strict"},
        ),
        (
            "mssql+pyodbc:///?odbc_connect=Server%3Dhost%3BUID%3Dreader",
            {"Server": "host", "UID": "reader"},
        ),
        (
            "Data Source=HOST\\PANDA;Initial Catalog=practice;Integrated Security=SSPI",
            {"Server": "HOST\\PANDA", "Database": "practice", "Trusted_Connection": "yes"},
        ),
        (
            "Server=tcp:host,1433;Authentication=ActiveDirectoryIntegrated;Encrypt=no",
            {"Authentication": "ActiveDirectoryIntegrated", "Encrypt": "no"},
        ),
        ("Server=a;Server=b;PWD={x}}y;z}", {"Server": "a", "PWD": "x}y;z"}),
    ],
)
def test_what_an_address_says_is_passed_on(url, wanted):
    address = address_of(url)
    assert {name: address[name] for name in wanted} == wanted


def test_a_name_of_the_machine_s_own_list_brings_its_driver_with_it():
    address = address_of("DSN=practice;UID=reader;PWD=x")
    assert address.connection_string() == "DSN=practice;UID=reader;PWD=x"


def test_a_driver_of_somebody_else_is_not_told_our_keywords(tmp_path):
    driver = tmp_path / "libtdsodbc.so"
    driver.touch()
    address = address_of(f"Driver={driver};Server=host")
    assert "ApplicationIntent" not in address


@given(
    st.dictionaries(
        st.from_regex(r"[A-Z][a-z]{2,8}", fullmatch=True),
        st.text(st.characters(codec="utf-8", exclude_characters="\0")),
    )
)
def test_a_connection_string_reads_back_as_it_was_written(parts):
    first = Address("")
    for name, value in parts.items():
        first.set(name, value)
    again = Address(first.connection_string())
    assert {name: again[name] for name in parts} == parts


def test_the_driver_that_the_address_names_is_taken_where_it_is_installed(monkeypatch):
    monkeypatch.setattr(driver_manager(), "drivers", lambda: ["ODBC Driver 17 for SQL Server"])
    assert driver_for("ODBC Driver 17 for SQL Server").name == "ODBC Driver 17 for SQL Server"
    assert driver_for("ODBC Driver 18 for SQL Server").name == "ODBC Driver 17 for SQL Server"
    assert driver_for("").is_microsoft


@pytest.mark.usefixtures("_nothing_installed")
def test_a_driver_from_our_own_packages_stands_in_where_none_is_installed():
    assert driver_for("").name == str(packaged_driver())
    assert driver_for("ODBC Driver 18 for SQL Server").is_microsoft


@pytest.mark.usefixtures("_nothing_installed")
def test_a_machine_without_any_driver_is_told_which_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "mssql_python_odbc", None)
    with pytest.raises(SettingMissing) as caught:
        driver_for("")
    assert "ODBC Driver 18" in caught.value.next_step


@pytest.mark.parametrize(
    ("release", "folder"),
    [
        ({"ID": "debian"}, "debian_ubuntu"),
        ({"ID": "linuxmint", "ID_LIKE": "ubuntu debian"}, "debian_ubuntu"),
        ({"ID": "opensuse-leap", "ID_LIKE": "suse opensuse"}, "suse"),
        ({"ID": "rocky", "ID_LIKE": "rhel centos fedora"}, "rhel"),
    ],
)
def test_the_packaged_driver_is_the_one_for_this_kind_of_linux(monkeypatch, release, folder):
    monkeypatch.setattr("platform.system", lambda: "Linux")
    monkeypatch.setattr("platform.machine", lambda: "x86_64")
    monkeypatch.setattr("platform.freedesktop_os_release", lambda: release)
    found = packaged_driver()
    assert found
    assert folder in found.parts


def test_a_machine_that_says_nothing_of_itself_gets_the_commonest_driver(monkeypatch):
    def unknown():
        raise OSError

    monkeypatch.setattr("platform.system", lambda: "Linux")
    monkeypatch.setattr("platform.machine", lambda: "AMD64")
    monkeypatch.setattr("platform.freedesktop_os_release", unknown)
    found = packaged_driver()
    assert found
    assert "debian_ubuntu" in found.parts


@pytest.mark.parametrize(("system", "machine"), [("Windows", "AMD64"), ("Darwin", "ppc")])
def test_a_machine_that_the_package_has_nothing_for_gets_no_driver(monkeypatch, system, machine):
    monkeypatch.setattr("platform.system", lambda: system)
    monkeypatch.setattr("platform.machine", lambda: machine)
    assert packaged_driver() is None


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("The named instance: Error Locating Server/Instance Specified", "named instance"),
        ("Client unable to establish connection: Encryption not supported", "no encryption"),
        ("something else", "does not answer"),
    ],
)
def test_what_a_driver_says_of_a_connection_is_told_in_our_words(text, wanted):
    error = error_of(report_of(Exception("08001", f"[08001] {text} (-1) (SQLDriverConnect)")))
    assert wanted in str(error)


def test_a_driver_that_cannot_be_loaded_is_a_setting_to_mend():
    error = error_of(report_of(Exception("01000", "[01000] Can't open lib (0) (SQLDriverConnect)")))
    assert isinstance(error, SettingMissing)


def test_a_failure_that_says_nothing_is_told_all_the_same():
    assert "no state" in str(error_of(report_of(Exception())))


def test_a_type_that_cannot_be_compared_by_text_makes_no_key():
    assert key_value(Field("K", "sql_variant"), "@k0") == ""
    assert key_value(Field("K", "nvarchar", -1), "@k0") == ""

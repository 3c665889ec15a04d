"""Who may be talked to, as whom, and what is found before reading: over real TDS and real TLS."""

import socket
import ssl
import sys
import threading
import warnings

import pytest

from core.errors import SettingMissing, SourceError, SourceUnreachable
from core.sources import open_source
from core.sources.sqlserver import SqlServerSource
from tests.tds.answers import Error
from tests.tds.certificates import context_with, make_certificate
from tests.tds.database import Database
from tests.tds.engine import Engine, Fault
from tests.tds.server import Server
from tests.tds.serving import Served, address_of

REFUSALS = [
    (18456, "refused the login", "password"),
    (18470, "disabled", "administrator"),
    (18486, "locked out", "administrator"),
    (18487, "expired", "password"),
    (4060, "may not open that database", "name"),
    (916, "no user of that database", "db_datareader"),
    (978, "replica", "ReadWrite"),
]


def one_table() -> Database:
    database = Database()
    database.add_table("T", [("K", "int")], [(1,)], key=["K"])
    return database


def refused(address: str, folder) -> SourceError:
    with pytest.raises(SourceError) as caught:
        open_source(address, folder)
    shown = f"{caught.value} {caught.value.next_step} {caught.value.__cause__}"
    assert "hush-hush" not in shown
    assert caught.value.__suppress_context__ or not caught.value.__context__
    assert caught.value.next_step
    return caught.value


@pytest.fixture
def running(certificate):
    """Start a server of one table with a certificate; None for none."""
    servers = []

    def start(context: ssl.SSLContext | None = context_with(certificate), **options) -> Server:  # noqa: B008
        server = Server(Engine(one_table()), context=context, **options)
        servers.append(server.__enter__())
        return server

    yield start
    for server in servers:
        server.__exit__()


@pytest.mark.parametrize(("number", "said", "advice"), REFUSALS)
@pytest.mark.usefixtures("_trusted")
def test_a_login_that_is_refused_is_told_why_and_not_tried_again(
    running, tmp_path, number, said, advice
):
    server = running(login=lambda _user, _password, _database: Error(number, "user reader"))
    error = refused(address_of(server), tmp_path)
    assert said in str(error)
    assert advice in error.next_step
    assert not isinstance(error, SourceUnreachable)
    assert len(server.applications) == 1


@pytest.mark.usefixtures("_trusted")
def test_a_wrong_password_is_refused(running, tmp_path):
    def login(_user, password, _database):
        return None if password == "se;cr{et}=" else Error(18456)

    server = running(login=login)
    assert "refused the login" in str(refused(address_of(server), tmp_path))
    right = address_of(server).replace("hush-hush", "{se;cr{et}}=}")
    open_source(right, tmp_path).close()


def test_a_certificate_that_nobody_vouches_for_is_not_accepted(running, monkeypatch, tmp_path):
    monkeypatch.delenv("SSL_CERT_FILE", raising=False)
    server = running()
    error = refused(address_of(server), tmp_path)
    assert "not trusted" in str(error)
    assert "SSL_CERT_FILE" in error.next_step
    assert server.applications == []


def test_a_certificate_for_another_name_is_not_accepted(running, tmp_path, monkeypatch):
    other = make_certificate(tmp_path, "elsewhere.example.com")
    monkeypatch.setenv("SSL_CERT_FILE", str(other))
    server = running(context_with(other))
    error = refused(address_of(server), tmp_path)
    assert "another name" in str(error)
    named = address_of(server) + ";HostNameInCertificate=elsewhere.example.com"
    assert "HostNameInCertificate" in error.next_step
    open_source(named, tmp_path).close()


def test_a_certificate_that_has_expired_is_not_accepted(running, tmp_path, monkeypatch):
    old = make_certificate(tmp_path, "localhost", days=-1)
    monkeypatch.setenv("SSL_CERT_FILE", str(old))
    assert "expired" in str(refused(address_of(running(context_with(old))), tmp_path))


@pytest.mark.usefixtures("_trusted")
def test_a_server_that_speaks_only_old_tls_is_told_with_a_way_out(running, certificate, tmp_path):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        context.minimum_version = ssl.TLSVersion.TLSv1
        context.maximum_version = ssl.TLSVersion.TLSv1_1
    context.set_ciphers("DEFAULT@SECLEVEL=0")
    context.load_cert_chain(certificate)
    error = refused(address_of(running(context)), tmp_path)
    assert "no encryption that is still safe" in str(error)
    assert "backup" in error.next_step


@pytest.mark.usefixtures("_trusted")
def test_a_server_without_encryption_is_not_talked_to(running, tmp_path):
    server = running(None)
    error = refused(address_of(server), tmp_path)
    assert "encryption" in str(error)
    assert server.applications == []


@pytest.mark.usefixtures("_trusted")
def test_a_server_older_than_2008_r2_is_told_with_a_way_out(certificate, tmp_path):
    engine = Engine(one_table(), version="9.0.5000.0")
    with Server(engine, context=context_with(certificate)) as server:
        error = refused(address_of(server), tmp_path)
    assert "too old" in str(error)
    assert "9.0.5000.0" in str(error)
    assert "backup" in error.next_step


@pytest.mark.parametrize("version", ["10.50.6000.34", "11.0.7001.0", "17.0.1000.7"])
@pytest.mark.usefixtures("_trusted")
def test_a_server_from_2008_r2_to_2025_is_read(certificate, tmp_path, version):
    engine = Engine(one_table(), version=version)
    with Server(engine, context=context_with(certificate)) as server:
        source = open_source(address_of(server), tmp_path)
        assert source.read(source.catalogue()[0]).height == 1
        source.close()


def test_a_server_that_is_not_there_may_be_tried_again(monkeypatch, tmp_path):
    monkeypatch.setattr("core.sources.sqlserver_session.LOGIN_WAIT_S", 1)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        error = refused(f"Server=127.0.0.1,{port};UID=reader;PWD=hush-hush", tmp_path)
    assert isinstance(error, SourceUnreachable)


@pytest.mark.usefixtures("_trusted")
def test_a_login_without_a_ticket_is_told_to_get_one(running, tmp_path, monkeypatch):
    monkeypatch.setenv("KRB5CCNAME", str(tmp_path / "none"))
    server = running()
    address = f"Server=localhost,{server.port};Database=practice;Trusted_Connection=yes"
    error = refused(address, tmp_path)
    assert "Kerberos" in str(error)
    assert "kinit" in error.next_step
    assert server.applications == []


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux answers on all of 127.0.0.0/8")
def test_a_named_instance_is_found_by_its_name(certificate, monkeypatch, tmp_path):
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    # An address of this machine that no other test run asks the browser at.
    third, fourth = divmod(threading.get_native_id() % 65_000, 256)
    host = f"127.77.{third}.{fourth}"
    engine = Engine(one_table())
    with (
        Server(engine, context=context_with(certificate), host=host) as server,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as browser,
    ):
        browser.bind((host, 1434))
        threading.Thread(target=browse, args=(browser, server.port), daemon=True).start()
        address = f"Server={host}\\PANDA;UID=reader;PWD=x;HostNameInCertificate=localhost"
        source = open_source(address, tmp_path)
        assert source.read(source.catalogue()[0]).height == 1
        source.close()


def browse(browser: socket.socket, port: int) -> None:
    asked, client = browser.recvfrom(512)
    assert asked[1:].rstrip(b"\0").upper() == b"PANDA"
    text = f"ServerName;S;InstanceName;PANDA;IsClustered;No;Version;16.0.1;tcp;{port};;"
    browser.sendto(b"\x05" + len(text).to_bytes(2, "little") + text.encode(), client)


# Before reading.


def test_a_login_that_may_only_read_has_nothing_found_against_it(serve):
    found: Served = serve(one_table())
    assert found.source.preflight() == ()
    assert "DELETE FROM [dbo].[T] WHERE 1 = 0" in found.statements
    assert found.engine.written == []


def test_a_login_that_may_write_is_found_out_and_nothing_is_written(serve):
    found: Served = serve(one_table())
    found.engine.may_write = True
    (finding,) = found.source.preflight()
    assert "may write" in finding.said
    assert "db_datareader" in finding.next_step
    assert found.engine.written == ["DELETE FROM [dbo].[T] WHERE 1 = 0"]
    assert found.source.read(found.source.catalogue()[0]).height == 1


def test_no_table_with_a_trigger_is_tried(serve):
    database = one_table()
    database.add_trigger("T")
    found: Served = serve(database)
    found.engine.may_write = True
    (finding,) = found.source.preflight()
    assert "not tried" in finding.said
    assert found.engine.written == []


def test_a_table_that_nobody_may_write_to_proves_nothing(serve):
    found: Served = serve(one_table())
    found.engine.faults = [Fault("DELETE FROM", Error(13560))]
    (finding,) = found.source.preflight()
    assert "could not be found out (42000, 13560)" in finding.said


def test_a_preflight_that_fails_is_no_proof(serve):
    found: Served = serve(one_table())
    found.engine.faults = [Fault("DELETE FROM", Error(1205))]
    with pytest.raises(SourceUnreachable):
        found.source.preflight()


@pytest.mark.parametrize(
    ("committed", "said"), [(1, "each page"), (0, "may be seen before or after")]
)
def test_a_database_without_snapshots_is_said_to_have_none(serve, committed, said):
    database = Database(snapshot=0)
    database.add_table("T", [("K", "int")])
    database.connection.execute(
        "UPDATE sys.databases SET is_read_committed_snapshot_on = ?", [committed]
    )
    (finding,) = serve(database).source.preflight()
    assert said in finding.said
    assert "SNAPSHOT" in finding.next_step


def test_an_address_that_trusts_anyone_is_found(running, monkeypatch, tmp_path):
    monkeypatch.delenv("SSL_CERT_FILE", raising=False)
    server = running()
    source = SqlServerSource(address_of(server) + ";TrustServerCertificate=yes", tmp_path)
    (finding,) = source.preflight()
    assert "not checked" in finding.said
    source.close()


def test_an_address_without_encryption_is_found(running, tmp_path):
    server = running(None)
    source = SqlServerSource(address_of(server) + ";Encrypt=no", tmp_path)
    (finding,) = source.preflight()
    assert "encrypted" in finding.said
    source.close()


def test_no_driver_manager_is_told_with_the_packages_to_install(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "pyodbc", None)
    with pytest.raises(SettingMissing) as caught:
        open_source("Server=localhost", tmp_path)
    assert "libodbc2" in caught.value.next_step

import errno
import hashlib
import io
import stat
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import KeyMissing, LedgerError, LedgerFull, SettingMissing
from core.ledger.vault import FileVault, content_sha256
from core.ports import Vault
from tests.core.ledger.hands import KEY

CANARY = "Canary Example"
FRAME = pl.DataFrame(
    {
        "name": [CANARY, "", None],
        "born": [date(1970, 1, 1), None, date(1, 1, 1)],
        "at": [time(8, 30), None, time(0)],
        "seen": [datetime(2024, 2, 29, 23, 59, 59, 999_999), None, None],  # noqa: DTZ001 - naive as in the source
        "depth": [3.5, float("nan"), None],
        "fee": [Decimal("1.20"), None, Decimal("0.00")],
        "scan": [b"\x00\xff", b"", None],
        "sites": [[1, 2], [], None],
        "is_live": [True, False, None],
    }
)


@pytest.fixture
def vault(tmp_path: Path) -> FileVault:
    return FileVault(tmp_path / "vault", KEY)


def files(vault: FileVault) -> list[Path]:
    return sorted(file for file in vault._folder.rglob("*") if file.is_file())


def test_the_vault_is_what_the_house_asks_for(vault: FileVault):
    def needs(_vault: Vault) -> None:
        """Checked by mypy."""

    needs(vault)


def test_a_frame_is_read_as_it_was_kept(vault: FileVault):
    assert not vault.has("extract/patients")
    sha256 = vault.put("extract/patients", FRAME)
    assert vault.has("extract/patients")
    found = vault.get("extract/patients")
    assert found.schema == FRAME.schema
    assert found.equals(FRAME)
    assert content_sha256(found) == sha256
    vault.put("extract/patients", FRAME.head(1))
    assert vault.get("extract/patients").height == 1


def test_an_empty_frame_is_kept(vault: FileVault):
    vault.put("none", FRAME.clear())
    assert vault.get("none").schema == FRAME.schema


def test_no_value_is_readable_on_the_disk_and_only_the_owner_reads_at_all(vault: FileVault):
    vault.put("extract/patients", FRAME)
    vault.put_bytes(CANARY.encode())
    for file in files(vault):
        assert CANARY.encode() not in file.read_bytes()
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        for folder in file.relative_to(vault._folder.parent).parents[:-1]:
            assert stat.S_IMODE((vault._folder.parent / folder).stat().st_mode) == 0o700


def test_the_same_content_never_looks_the_same(vault: FileVault):
    vault.put("one", FRAME)
    vault.put("other", FRAME)
    one, other = (file.read_bytes() for file in files(vault))
    assert one[8:20] != other[8:20]


def test_a_frame_put_again_is_another_edition_and_one_left_alone_is_not(vault: FileVault):
    assert vault.edition("review") is None
    vault.put("review", FRAME)
    first = vault.edition("review")
    assert first == vault.edition("review")
    vault.put("review", FRAME)
    assert vault.edition("review") != first


def test_another_key_opens_nothing(vault: FileVault, tmp_path: Path):
    vault.put("one", FRAME)
    sha256 = vault.put_bytes(b"content")
    stranger = FileVault(tmp_path / "vault", b"x" * 32)
    with pytest.raises(KeyMissing, match="'one'"):
        stranger.get("one")
    with pytest.raises(KeyMissing):
        stranger.get_bytes(sha256)


@pytest.mark.parametrize("at", [0, 7, 8, 19, 20, -1])
def test_a_changed_byte_is_seen(vault: FileVault, at: int):
    vault.put("one", FRAME)
    (file,) = files(vault)
    content = bytearray(file.read_bytes())
    content[at] ^= 1
    file.write_bytes(content)
    with pytest.raises(KeyMissing):
        vault.get("one")


@pytest.mark.parametrize("length", [0, 5, 8, 15, 30])
def test_a_cut_file_is_seen(vault: FileVault, length: int):
    vault.put("one", FRAME)
    (file,) = files(vault)
    file.write_bytes(file.read_bytes()[:length])
    with pytest.raises(KeyMissing):
        vault.get("one")


def test_two_files_that_changed_places_are_seen(vault: FileVault):
    vault.put("one", FRAME)
    vault.put("other", FRAME.head(1))
    one, other = files(vault)
    one.write_bytes(other.read_bytes())
    with pytest.raises(KeyMissing):
        vault.get("one")


def test_what_was_never_kept_is_missing(vault: FileVault):
    with pytest.raises(SettingMissing, match="nothing of the name"):
        vault.get("never")
    with pytest.raises(SettingMissing):
        vault.get_bytes("0" * 64)
    with pytest.raises(SettingMissing, match="not a sha256"):
        vault.get_bytes("../../etc/passwd")


def test_bytes_are_kept_once_under_their_hash(vault: FileVault):
    content = b"\x00" * 1000
    sha256 = vault.put_bytes(content)
    assert sha256 == hashlib.sha256(content).hexdigest()
    (file,) = files(vault)
    before = file.read_bytes()
    assert vault.put_bytes(content) == sha256
    assert file.read_bytes() == before
    assert vault.get_bytes(sha256) == content


@pytest.mark.parametrize(
    "name", ["", "/", "/etc/passwd", "a//b", "a/", "..", "../x", "a/../../x", ".", "a/./b"]
)
def test_a_name_that_leads_elsewhere_is_refused(vault: FileVault, name: str):
    with pytest.raises(SettingMissing):
        vault.put(name, FRAME)
    with pytest.raises(SettingMissing):
        vault.has(name)
    assert not vault._folder.exists()


AWKWARD = [
    "[x]; DROP TABLE patients;--]",
    'Patient\'s "Notes" [old]',
    "..\\..\\win.ini",
    "C:\\x",
    "CON",
    "con.pdf",
    "nul",
    ".hidden",
    ".content",
    "-rf",
    "a\nb\u202e\x00c",
    "PATIENT",
    "patient",
    "Zoë",
    "Zoe\u0308",
    "x" * 300,
    "X" * 300,
    "a" * 139,
    "%41",
    "A",
]


def test_awkward_names_stay_apart_and_inside(vault: FileVault):
    for number, name in enumerate(AWKWARD):
        vault.put(f"extract/{name}", pl.DataFrame({"number": [number]}))
    assert len({str(file).lower() for file in files(vault)}) == len(AWKWARD)
    for number, name in enumerate(AWKWARD):
        assert vault.get(f"extract/{name}")["number"].to_list() == [number]
    for file in files(vault):
        assert file.parent == vault._folder / "extract"
        assert len(file.name) <= 210


@given(name=st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=40))
def test_any_name_is_refused_or_kept_inside_the_folder(name: str):
    vault = FileVault(Path("/nowhere/vault"), KEY)
    try:
        file = vault._file(name)
    except SettingMissing:
        return
    assert file.is_relative_to("/nowhere/vault")
    assert ".." not in file.parts
    assert str(file).isascii()


def test_purging_removes_everything_and_says_what(vault: FileVault):
    assert vault.purge() == ()
    names = ["extract/PATIENT", "plan/full", "solo"]
    for name in names:
        vault.put(name, FRAME)
    sha256 = vault.put_bytes(b"content")
    (vault._folder / "extract" / "left-behind.new").write_bytes(b"torn")
    assert vault.purge() == tuple(sorted([*names, sha256]))
    assert list(vault._folder.iterdir()) == []
    assert not vault.has("solo")
    vault.put("solo", FRAME)


@pytest.mark.parametrize(("number", "kind"), [(errno.ENOSPC, LedgerFull), (errno.EIO, LedgerError)])
def test_a_disk_that_fails_leaves_nothing_half_written(
    vault: FileVault, monkeypatch: pytest.MonkeyPatch, number: int, kind: type[LedgerError]
):
    vault.put("one", FRAME)

    def fsync(handle: int) -> None:
        raise OSError(number, "said the disk")

    monkeypatch.setattr("os.fsync", fsync)
    with pytest.raises(kind):
        vault.put("one", FRAME.head(1))
    assert len(files(vault)) == 1
    assert vault.get("one").equals(FRAME)


def test_a_file_that_cannot_be_read_is_an_error_of_the_ledger(vault: FileVault):
    vault._file("one").mkdir(parents=True)
    with pytest.raises(LedgerError):
        vault.get("one")


def test_the_hash_is_of_the_content_not_of_its_file():
    again = pl.read_parquet(io.BytesIO(_parquet(FRAME)))
    assert content_sha256(again) == content_sha256(FRAME)
    halves = pl.concat([FRAME.head(1), FRAME.tail(2)], rechunk=False)
    assert content_sha256(halves) == content_sha256(FRAME)


def _parquet(frame: pl.DataFrame) -> bytes:
    out = io.BytesIO()
    frame.write_parquet(out, compression="uncompressed", row_group_size=1)
    return out.getvalue()


@pytest.mark.parametrize(
    "other",
    [
        FRAME.reverse(),
        FRAME.rename({"name": "nome"}),
        FRAME.select(reversed(FRAME.columns)),
        FRAME.with_columns(pl.col("depth").fill_nan(None)),
        FRAME.with_columns(pl.col("name").fill_null("")),
        FRAME.with_columns(pl.col("is_live").cast(pl.Int8)),
        FRAME.with_columns(pl.col("scan").fill_null(b"")),
        FRAME.head(2),
    ],
    ids=["order", "name", "place", "nan", "null", "type", "binary", "rows"],
)
def test_any_difference_of_content_changes_the_hash(other: pl.DataFrame):
    assert content_sha256(other) != content_sha256(FRAME)

"""Files are told by their bytes, and named without a patient."""

import hashlib
import io
import zipfile
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from core.documents.content import (
    MEDIA_TYPES,
    UNKNOWN,
    file_name,
    is_too_large,
    media_type,
    reference_record,
    sha256_of,
    suffix_of,
)

REF = "m0123456789abcdef01234567"


def image(kind: str) -> bytes:
    written = io.BytesIO()
    Image.new("L", (8, 8), 128).save(written, kind)
    return written.getvalue()


def archive(*names: str) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as file:
        for name in names:
            file.writestr(name, "x")
    return written.getvalue()


CONTENTS = [
    (image("PNG"), ".png"),
    (image("JPEG"), ".jpg"),
    (image("TIFF"), ".tif"),
    (image("GIF"), ".gif"),
    (image("BMP"), ".bmp"),
    (bytes(128) + b"DICM" + bytes(64), ".dcm"),
    (b"%PDF-1.7\n", ".pdf"),
    (b"{\\rtf1 hello}", ".rtf"),
    (archive("[Content_Types].xml", "word/document.xml"), ".docx"),
    (archive("[Content_Types].xml", "xl/workbook.xml"), ".xlsx"),
    (archive("slices/001.dcm"), ".zip"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512), ".doc"),
    (b"BMI is 24.\n", ".txt"),
    ("Größe".encode("utf-16"), ".txt"),
    ("Größe".encode(), ".txt"),
    (b"<html><script>x</script></html>", ".txt"),
    (b"PK\x03\x04 broken", ".zip"),
    (b"MZ\x90\x00\x03\x00\x00\x00" + bytes(120), None),
    (bytes(range(32)) * 4, None),
    (b"", None),
]


@pytest.mark.parametrize(("content", "suffix"), CONTENTS)
@pytest.mark.parametrize("name", ["unnamed", "photo.exe"])
def test_a_file_is_what_its_bytes_say(tmp_path, content, suffix, name):
    path = tmp_path / name
    path.write_bytes(content)
    assert suffix_of(path) == suffix


@pytest.mark.parametrize(
    ("name", "content", "suffix"),
    [
        ("list.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512), ".xls"),
        ("chart.json", b'{"v":1}', ".json"),
        ("film.BMP", image("BMP"), ".bmp"),
    ],
)
def test_a_name_decides_where_the_bytes_leave_it_open(tmp_path, name, content, suffix):
    path = tmp_path / name
    path.write_bytes(content)
    assert suffix_of(path) == suffix


def test_a_name_says_kind_date_and_reference():
    assert (
        file_name("radiograph", date(2023, 4, 1), REF, ".png") == f"radiograph-2023-04-01-{REF}.png"
    )
    assert file_name("Röntgen / BW", None, REF, ".jpg") == f"rontgen-bw-undated-{REF}.jpg"


@given(st.text(max_size=80), st.none() | st.dates(), st.sampled_from(sorted(MEDIA_TYPES)))
def test_a_name_is_plain_whatever_the_kind(kind, on, suffix):
    name = file_name(kind, on, REF, suffix)
    assert name.isascii()
    assert not set(name) & set(" /\\:\"'<>|?*")
    assert len(name) < 100
    assert name.endswith(f"-{REF}{suffix}")


@pytest.mark.parametrize("suffix", [".exe", "", "png", ".html"])
def test_a_suffix_that_is_not_carried_is_refused(suffix):
    with pytest.raises(ValueError, match="not carried"):
        file_name("letter", None, REF, suffix)


@pytest.mark.parametrize("ref", ["", "Jane Doe", "../up", "a" * 80])
def test_a_name_takes_nothing_but_our_reference(ref):
    with pytest.raises(ValueError, match="reference and nothing else"):
        file_name("letter", None, ref, ".pdf")


def test_every_carried_kind_has_a_media_type():
    assert media_type(".png") == "image/png"
    assert all("/" in media_type(suffix) for suffix in MEDIA_TYPES)


def test_a_hash_is_of_the_bytes(tmp_path):
    path = tmp_path / "large"
    content = bytes(range(256)) * 10_000
    path.write_bytes(content)
    assert sha256_of(path) == hashlib.sha256(content).hexdigest()


def test_a_file_above_the_limit_is_replaced_by_a_record_that_leads_to_it(tmp_path):
    path = tmp_path / "cbct.zip"
    path.write_bytes(b"12345")
    assert not is_too_large(path, limit_bytes=5)
    assert is_too_large(path, limit_bytes=4)
    record = reference_record(path, kept_at="imaging server, study 12")
    for words in ("cbct.zip", "5 bytes", sha256_of(path), "imaging server, study 12"):
        assert words in record


def test_the_examples_cover_every_carried_kind():
    told = {suffix for _, suffix in CONTENTS} | {".json", ".xls"}
    assert told - {None} == MEDIA_TYPES.keys() - {UNKNOWN}


def test_bytes_that_nobody_knows_can_be_carried_under_a_suffix_that_nothing_runs():
    assert file_name("document", None, REF, UNKNOWN).endswith(".bin")

"""Letters become PDFs that lose no word and are the same every time."""

import io
import os
import subprocess
import sys
import unicodedata

import pypdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.documents.letters import letter_pdf, letter_text
from core.documents.page import MARGIN_PT, REGULAR, WIDTH_PT, Sheet, Style, _font, _width, wrapped
from core.errors import SettingMissing

HEADING = [("Letter", "Referral thank-you"), ("To", "Dr. Łukasz Brönner"), ("Empty", "")]
STYLE = Style(REGULAR, 10.5, 14.5)
ROOM_PT = WIDTH_PT - 2 * MARGIN_PT


def pages(pdf: bytes) -> list[str]:
    return [page.extract_text() for page in pypdf.PdfReader(io.BytesIO(pdf)).pages]


def text(pdf: bytes) -> str:
    return "\n".join(pages(pdf))


def test_a_letter_shows_its_heading_and_its_words():
    shown = text(letter_pdf(b"Dear Doctor,\n\nthank you.", "text", heading=HEADING))
    for words in (
        "Letter",
        "Referral thank-you",
        "Dr. Łukasz Brönner",
        "Dear Doctor,",
        "thank you.",
    ):
        assert words in shown
    assert "Empty" not in shown


def test_a_letter_without_a_heading_is_a_letter():
    assert "Hello." in text(letter_pdf(b"Hello.", "text", heading=[]))


def test_equal_letters_have_equal_bytes():
    assert letter_pdf(b"One.", "text", heading=HEADING) == letter_pdf(
        b"One.", "text", heading=HEADING
    )


def test_a_letter_has_the_same_bytes_in_another_process():
    script = (
        "import sys; from core.documents.letters import letter_pdf; import hashlib;"
        "print(hashlib.sha256(letter_pdf('Größe ≥ 5 mm 😀'.encode(), 'text',"
        " heading=[('A', 'B')])).hexdigest())"
    )
    hashes = {
        subprocess.run(
            [sys.executable, "-c", script],
            env=os.environ | {"PYTHONHASHSEED": seed, "TZ": zone},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed, zone in (("1", "UTC"), ("2", "Asia/Tokyo"))
    }
    assert len(hashes) == 1


def test_a_letter_says_nothing_of_when_and_by_whom_it_was_made():
    metadata = pypdf.PdfReader(io.BytesIO(letter_pdf(b"x", "text", heading=HEADING))).metadata
    assert metadata is not None
    assert metadata.creation_date is not None
    assert metadata.creation_date.year == 2000
    assert "Brönner" not in str(dict(metadata))


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (
            rb"{\rtf1\ansi\ansicpg1252\deff0{\fonttbl{\f0 Arial;}}\f0 Caf\'e9\par next}",
            "Café\nnext",
        ),
        (rb"{\rtf1\ansi\uc1 5 \u8805? 4, \u321?ukasz}", "5 ≥ 4, Łukasz"),
        (rb"{\rtf1\ansi\uc1 \u-10179?\u-8704?}", "😀"),
        (b"{\\rtf1\\ansi\\ansicpg1251 \xcf\xf0}", "Пр"),
        (rb"{\rtf1 a\tab b\line c \'93d\'94}", "a\tb\nc “d”"),
        ("Größe".encode(), "Größe"),
        ("Größe".encode("cp1252"), "Größe"),
        ("Größe".encode("utf-8-sig"), "Größe"),
        ("Größe".encode("utf-16"), "Größe"),
        (b"caf\xe9 \x81", "café \x81"),
    ],
)
def test_a_letter_is_read_in_the_characters_it_was_written_in(body, words):
    assert letter_text(body, "rtf" if body.startswith(b"{") else "text") == words


def test_a_body_that_begins_as_rtf_is_rtf_whatever_was_recorded():
    assert letter_text(rb"{\rtf1 hello}", "text") == "hello"


@pytest.mark.parametrize("body", [b"PK\x03\x04...", b"\xd0\xcf\x11\xe0...", b"%PDF-1.7", b"a\x00b"])
def test_a_body_that_is_neither_rtf_nor_text_is_refused(body):
    with pytest.raises(ValueError, match="neither RTF nor text"):
        letter_pdf(body, "doc", heading=[])


def test_a_character_the_font_lacks_is_written_as_its_code_point_and_named():
    shown = text(letter_pdf("so 😀 glad 中".encode(), "text", heading=[]))
    assert "so [U+1F600] glad [U+4E2D]" in shown
    assert "GRINNING FACE" in shown
    assert "?" not in shown


def test_a_form_feed_begins_a_page_and_a_long_letter_runs_over():
    assert len(pages(letter_pdf(b"one\ftwo", "text", heading=[]))) == 2
    long = pages(letter_pdf(b"line\n" * 120, "text", heading=HEADING))
    assert len(long) == 3
    assert "page 3" in long[2]


@settings(deadline=None, max_examples=40)
@given(st.text(st.characters(exclude_categories=("Cs", "Cc", "Zl", "Zp", "Cf")), max_size=200))
def test_no_character_of_a_letter_is_lost(words):
    shown = text(letter_pdf(words.encode(), "text", heading=[]))
    for character in unicodedata.normalize("NFC", words):
        if not character.isspace():
            assert unicodedata.normalize("NFKC", character) in unicodedata.normalize(
                "NFKC", shown
            ) or (f"[U+{ord(character):04X}]" in shown.replace("\n", ""))


@given(st.text(st.sampled_from("ab  Wi.-"), max_size=300), st.floats(40, 400))
def test_every_wrapped_line_fits_and_holds_its_words(paragraph, room_pt):
    lines = list(wrapped(paragraph, STYLE, room_pt))
    for line in lines:
        assert sum(_width(REGULAR, character) for character in line) * 10.5 <= room_pt + 1e-6
    assert "".join("".join(lines).split()) == "".join(paragraph.split())


def test_blanks_that_line_up_columns_stay():
    assert list(wrapped("   a    b", STYLE, ROOM_PT)) == ["   a    b"]


def test_a_blank_line_stays_a_blank_line():
    assert list(wrapped("", STYLE, ROOM_PT)) == [""]


def test_a_sheet_turns_when_it_is_full():
    sheet = Sheet(title="t")
    for _ in range(60):
        sheet.line("x", STYLE)
    assert len(pages(sheet.close())) == 2


def test_a_sheet_without_its_fonts_says_what_to_do(monkeypatch):
    monkeypatch.setattr("core.documents.page.find_spec", lambda name: None)
    with pytest.raises(SettingMissing, match="fonts"):
        _font.__wrapped__(REGULAR)

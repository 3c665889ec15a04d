import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.destinations.pipedrive.marker import ref_in_name, split, with_marker
from core.sandbox.markup import sanitised

REF = "m0123456789abcdef01234567"

texts = st.text(min_size=1, max_size=80) | st.text(alphabet="<>&;/pbr \r\n\t#13\u00a0", min_size=1)


@given(texts)
def test_a_note_gives_back_exactly_the_text_it_was_given(text):
    assert split(with_marker(text, REF)) == (text, REF)


@given(texts)
def test_a_note_survives_the_destination_cleaning_its_markup(text):
    assert split(sanitised(with_marker(text, REF))) == (text, REF)


def test_a_note_without_text_is_its_marker_alone():
    assert with_marker(None, REF) == f"<p>Migration Ref {REF}</p>"
    assert split(with_marker(None, REF)) == (None, REF)


@pytest.mark.parametrize(
    ("html", "text"),
    [
        (f"<p>one</p><p>two</p><p>Migration Ref {REF}</p>", "one\ntwo"),
        (f"<p>one<br />two</p>\n<p>Migration Ref {REF}</p>\n", "one\ntwo"),
        (f"one<br><br>Migration Ref {REF}", "one"),
        (f"<p>one</p><p><br></p><p>Migration Ref {REF}</p><p></p>", "one"),
        (f"<p>one<br>migration ref {REF}</p>", "one"),
        (f"Migration Ref {REF}<br>", None),
        (f"<div><b>one</b><p>Migration Ref {REF}</p>", "<div><b>one</b>"),
    ],
)
def test_a_marker_is_found_after_people_have_edited_the_note(html, text):
    assert split(html) == (text, REF)


@pytest.mark.parametrize(
    "html",
    [
        None,
        "",
        "<p>Call back</p>",
        f"<p>Migration Ref {REF}</p><p>added below</p>",
        "<p>Migration Ref m0123</p>",
        f"<p>Migration Ref {REF.upper()}</p>".replace("Ref M", "Ref X"),
    ],
)
def test_a_note_of_somebody_else_is_not_ours(html):
    assert split(html) == (None, None)


def test_text_that_quotes_a_marker_keeps_it_and_the_last_one_counts():
    other = "m" + "f" * 24
    text = f"see\nMigration Ref {other}"
    assert split(with_marker(text, REF)) == (text, REF)


@pytest.mark.parametrize(
    ("name", "ref"),
    [
        (f"letter-2023-04-01-{REF}.pdf", REF),
        (f"{REF}.json", REF),
        (f"image {REF}.tar.gz", REF),
        (f"letter-{REF}", REF),
        (f"x{REF}.pdf", None),
        (f"letter-{REF}-2.pdf", None),
        ("letter.pdf", None),
        (None, None),
        ("", None),
    ],
)
def test_a_ref_is_read_at_the_end_of_a_file_name(name, ref):
    assert ref_in_name(name) == ref


def test_a_long_run_of_white_space_is_read_in_no_time():
    html = "<p>" + " " * 200_000 + "x</p>"
    assert split(html) == (None, None)

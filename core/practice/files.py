"""Writes the files the tables point to: images, letters, documents.

Rule of the house: a file is written unless its absence is the planted fault.
"""

from collections.abc import Iterable, Iterator
from html import escape
from pathlib import Path

from core.practice.course_records import Document, Letter
from core.practice.model import Practice
from core.practice.pictures import picture_bytes
from core.practice.wording import as_rtf

FOLDERS = ("images", "letters", "documents")


def write_files(practice: Practice, folder: Path) -> int:
    """Write every file that should be there; returns how many."""
    absent = {(f.entity, f.key) for f in practice.faults if f.rule == "missing_file"}
    made: set[Path] = set()
    count = 0
    for name in FOLDERS:
        (folder / name).mkdir(exist_ok=True)
    for entity, key, file_path, content in _contents(practice):
        if (entity, key) in absent:
            continue
        place = folder / file_path
        if place.parent not in made:
            place.parent.mkdir(parents=True, exist_ok=True)
            made.add(place.parent)
        place.write_bytes(content)
        count += 1
    return count


def _contents(practice: Practice) -> Iterator[tuple[str, int, str, bytes]]:
    for image in practice.radiographs:
        key = image.radiograph_key
        yield "radiograph", key, image.file_path, picture_bytes(image.picture, key)
    for letter in practice.letters:
        yield "letter", letter.letter_key, letter.file_path, _letter_bytes(letter)
    for document in practice.documents:
        yield "attachment", document.attachment_key, document.file_path, _document_bytes(document)


def _letter_bytes(letter: Letter) -> bytes:
    text = as_rtf(letter.text) if letter.body_format == "rtf" else letter.text
    return text.encode()


def _document_bytes(document: Document) -> bytes:
    lines = document.text.splitlines()
    if document.mime_type == "application/pdf":
        return _pdf(lines)
    if document.mime_type == "text/html":
        items = "".join(f"<p>{escape(line)}</p>" for line in lines)
        return f"<!doctype html><meta charset='utf-8'>{items}\n".encode()
    if document.mime_type == "text/csv":
        return ("line,text\n" + "".join(f"{i},{t}\n" for i, t in enumerate(lines))).encode()
    return document.text.encode()


def _pdf(lines: Iterable[str]) -> bytes:
    """One page of plain text, the smallest file a reader opens."""
    # Octal escapes keep the stream ASCII; what Latin-1 lacks becomes a question mark.
    shown = ("".join(f"\\{byte:03o}" for byte in t.encode("latin-1", "replace")) for t in lines)
    stream = "BT /F1 11 Tf 60 740 Td 14 TL " + " ".join(f"({t}) Tj T*" for t in shown) + " ET"
    font = "/Resources<</Font<</F1 5 0 R>>>>"
    parts = (
        "<</Type/Catalog/Pages 2 0 R>>",
        "<</Type/Pages/Kids[3 0 R]/Count 1>>",
        f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents 4 0 R{font}>>",
        f"<</Length {len(stream)}>>stream\n{stream}\nendstream",
        "<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>",
    )
    content, places = "%PDF-1.4\n", []
    for number, part in enumerate(parts, start=1):
        places.append(len(content))
        content += f"{number} 0 obj{part}endobj\n"
    table = "".join(f"{place:010d} 00000 n \n" for place in places)
    return (
        f"{content}xref\n0 6\n0000000000 65535 f \n{table}"
        f"trailer<</Size 6/Root 1 0 R>>\nstartxref\n{len(content)}\n%%EOF\n"
    ).encode("ascii")

"""The files: made from the practice's own, from letters, and from charts.

Rule of the house: bytes made here are made once; the same input is found on the shelf again.
"""

import hashlib
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, Literal

import polars as pl

from core.documents.content import UNKNOWN, file_name, is_too_large, reference_record, suffix_of
from core.documents.history import ChartHistory, histories
from core.documents.letters import letter_pdf
from core.migration.passage import Passage
from core.ports import Content, Vault
from core.records.file import Recipe

FROM_SOURCE, FROM_VAULT = "source:", "vault:"
_HISTORY_HEADING = (("Document", "Periodontal chart history"),)
_SHELF = "shelf"
_SHELF_SCHEMA = {"made_from": pl.String(), "sha256": pl.String(), "size_bytes": pl.Int64()}
_MADE_SCHEMA = {
    "file_key": pl.String(),
    "file_name": pl.String(),
    "size_bytes": pl.Int64(),
    "content": pl.String(),
}


@dataclass(slots=True)
class _Shelf:
    """What was made before, by the hash of what it was made from."""

    passage: Passage
    known: dict[str, tuple[str, int]]

    def keep(self, made_from: str, content: bytes) -> tuple[str, int]:
        sha256 = self.passage.vault.put_bytes(content)
        self.known[made_from] = (sha256, len(content))
        return self.known[made_from]


@dataclass(frozen=True, slots=True)
class _Material:
    """What files are made of, besides the practice's own files."""

    headings: Mapping[str, Sequence[tuple[str, str]]]
    histories: Mapping[str, ChartHistory]
    notes: Mapping[str, str]


def make_files(
    passage: Passage, requests: pl.DataFrame, entities: Mapping[str, pl.DataFrame]
) -> pl.DataFrame:
    """Make every requested file, or find it made.

    Args:
        passage: Source (for the practice's files) and vault (for what is made).
        requests: From `core.records.file.file_requests`.
        entities: Accepted rows.

    Shape:
        (files, ...) -> (files, 4): file_key, file_name, size_bytes, content.
    """
    shelf = _open_shelf(passage)
    before = len(shelf.known)
    material = _Material(
        _letter_headings(entities),
        _histories(entities, requests),
        dict(entities["note"].select("note_key", "body").iter_rows()),
    )
    refs = passage.sign(requests["file_key"])
    rows: list[tuple[str, str, int, str]] = []
    for place, (request, ref) in enumerate(zip(requests.iter_rows(named=True), refs, strict=True)):
        made = _make(passage, shelf, request, material)
        if made is not None:
            content, size_bytes, suffix = made
            name = file_name(request["kind"], request["on"], ref, suffix)
            rows.append((request["file_key"], name, size_bytes, content))
        passage.progress("files prepared", place + 1, requests.height)
    if len(shelf.known) > before:
        _close_shelf(shelf)
    return pl.DataFrame(rows, schema=_MADE_SCHEMA, orient="row")


def _make(
    passage: Passage, shelf: _Shelf, request: Mapping[str, Any], material: _Material
) -> tuple[str, int, str] | None:
    """Where the bytes are, how many, and their suffix; None for a letter that is no text."""
    recipe = Recipe(request["recipe"])
    if recipe is Recipe.COPY:
        return _copy(passage, shelf, request)
    if recipe is Recipe.LETTER_PDF:
        return _letter(passage, shelf, request, material.headings[request["row_key"]])
    if recipe is Recipe.NOTE_TEXT:
        text = material.notes[request["row_key"]].encode()
        sha256, size = shelf.keep(_digest(b"note", text), text)
        return FROM_VAULT + sha256, size, ".txt"
    return _history(shelf, recipe, material.histories[request["patient_key"]])


def _copy(passage: Passage, shelf: _Shelf, request: Mapping[str, Any]) -> tuple[str, int, str]:
    path = _located(passage, request["path"])
    if is_too_large(path):
        record = reference_record(path, kept_at=request["path"]).encode()
        sha256, size = shelf.keep(_digest(b"reference", record), record)
        return FROM_VAULT + sha256, size, ".txt"
    return FROM_SOURCE + request["path"], path.stat().st_size, suffix_of(path) or UNKNOWN


def _letter(
    passage: Passage,
    shelf: _Shelf,
    request: Mapping[str, Any],
    heading: Sequence[tuple[str, str]],
) -> tuple[str, int, str] | None:
    body = _located(passage, request["path"]).read_bytes()
    made_from = _digest(b"letter", body, repr(heading).encode())
    found = shelf.known.get(made_from)
    if found is None:
        try:
            found = shelf.keep(made_from, letter_pdf(body, "", heading=heading))
        except ValueError:
            # neither RTF nor text: the original goes alone
            return None
    return FROM_VAULT + found[0], found[1], ".pdf"


def _history(shelf: _Shelf, recipe: Recipe, charts: ChartHistory) -> tuple[str, int, str]:
    as_json = charts.json(_HISTORY_HEADING)
    made_from = _digest(recipe.value.encode(), as_json)
    suffix = ".json" if recipe is Recipe.HISTORY_JSON else ".pdf"
    found = shelf.known.get(made_from)
    if found is None:
        content = as_json if recipe is Recipe.HISTORY_JSON else charts.pdf(_HISTORY_HEADING)
        found = shelf.keep(made_from, content)
    return FROM_VAULT + found[0], found[1], suffix


def _located(passage: Passage, file_path: str) -> Path:
    path = passage.source.locate(file_path)
    assert path is not None, "conform has rejected rows whose file is not there"
    return path


def _digest(*parts: bytes) -> str:
    return hashlib.sha256(b"\x00".join(parts)).hexdigest()


def _letter_headings(
    entities: Mapping[str, pl.DataFrame],
) -> dict[str, list[tuple[str, str]]]:
    doctors = entities["referring_doctor"].select(
        "doctor_key",
        pl.concat_str(["title", "first_name", "last_name"], separator=" ", ignore_nulls=True).alias(
            "to"
        ),
    )
    letters = entities["letter"].join(doctors, on="doctor_key", how="left")
    labels = {"kind": "Letter", "written_on": "Date", "to": "To", "subject": "Subject"}
    return {
        row["letter_key"]: [
            (label, str(row[name])) for name, label in labels.items() if row[name] is not None
        ]
        for row in letters.iter_rows(named=True)
    }


def _histories(
    entities: Mapping[str, pl.DataFrame], requests: pl.DataFrame
) -> dict[str, ChartHistory]:
    asked = requests.filter(pl.col("entity") == "chart_history").select("patient_key").unique()
    exams = entities["perio_exam"].join(asked, on="patient_key", how="semi")
    of_exam = exams.select("exam_key")
    readings, findings = (
        entities[name].join(of_exam, on="exam_key", how="semi", maintain_order="left")
        for name in ("site_reading", "tooth_finding")
    )
    return histories(exams, readings, findings)


def _open_shelf(passage: Passage) -> _Shelf:
    if not passage.vault.has(_SHELF):
        return _Shelf(passage, {})
    rows = passage.vault.get(_SHELF).iter_rows()
    return _Shelf(passage, {made_from: (sha256, size) for made_from, sha256, size in rows})


def _close_shelf(shelf: _Shelf) -> None:
    rows = [(made_from, sha256, size) for made_from, (sha256, size) in shelf.known.items()]
    frame = pl.DataFrame(rows, schema=_SHELF_SCHEMA, orient="row").sort("made_from")
    shelf.passage.vault.put(_SHELF, frame)


@dataclass(frozen=True, slots=True)
class KeptBytes:
    """Bytes of the vault, decrypted in memory when they are sent and nowhere else."""

    vault: Vault = field(repr=False)
    sha256: str

    @property
    def name(self) -> str:
        """Their hash."""
        return self.sha256

    def open(self, mode: Literal["rb"] = "rb", /) -> IO[bytes]:
        """Decrypt them into memory."""
        del mode
        return io.BytesIO(self.vault.get_bytes(self.sha256))

    def is_file(self) -> bool:
        """Whether the vault holds them."""
        return self.vault.has_bytes(self.sha256)


def content_of(passage: Passage, content: str) -> Content:
    """The bytes of a file, to be opened when they are sent: of the practice, or of the vault."""
    if content.startswith(FROM_SOURCE):
        stored = content.removeprefix(FROM_SOURCE)
        return passage.source.locate(stored) or Path(stored)
    return KeptBytes(passage.vault, content.removeprefix(FROM_VAULT))

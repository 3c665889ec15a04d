"""The files: made from the practice's own, from letters, and from charts.

Rule of the house: bytes made here are made once; the same input is found on the shelf again.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from core.documents.content import file_name, suffix_of
from core.documents.history import history_json, history_pdf
from core.documents.letters import letter_pdf
from core.migration.passage import Passage
from core.records.file import Recipe

FROM_SOURCE, FROM_VAULT = "source:", "vault:"
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
    exams: Mapping[str, tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]]
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
        _exams_by_patient(entities, requests),
        dict(entities["note"].select("note_key", "body").iter_rows()),
    )
    refs = passage.sign(requests["file_key"])
    rows: list[tuple[str, str, int, str]] = []
    for place, (request, ref) in enumerate(zip(requests.iter_rows(named=True), refs, strict=True)):
        content, size_bytes, suffix = _make(passage, shelf, request, material)
        name = file_name(request["kind"], request["on"], ref, suffix)
        rows.append((request["file_key"], name, size_bytes, content))
        passage.progress("files prepared", place + 1, requests.height)
    if len(shelf.known) > before:
        _close_shelf(shelf)
    return pl.DataFrame(rows, schema=_MADE_SCHEMA, orient="row")


def _make(
    passage: Passage, shelf: _Shelf, request: Mapping[str, Any], material: _Material
) -> tuple[str, int, str]:
    recipe = Recipe(request["recipe"])
    if recipe is Recipe.COPY:
        path = _located(passage, request["path"])
        return FROM_SOURCE + request["path"], path.stat().st_size, suffix_of(path) or ".bin"
    if recipe is Recipe.LETTER_PDF:
        path = _located(passage, request["path"])
        body, heading = path.read_bytes(), material.headings[request["row_key"]]
        form = "RTF" if body.lstrip()[:5] == rb"{\rtf" else "TXT"
        made_from = _digest(b"letter", body, repr(heading).encode())
        sha256, size = shelf.known.get(made_from) or shelf.keep(
            made_from, letter_pdf(body, form, heading=heading)
        )
        return FROM_VAULT + sha256, size, ".pdf"
    if recipe is Recipe.NOTE_TEXT:
        text = material.notes[request["row_key"]].encode()
        sha256, size = shelf.keep(_digest(b"note", text), text)
        return FROM_VAULT + sha256, size, ".txt"
    return _history(shelf, recipe, material.exams[request["patient_key"]])


def _history(
    shelf: _Shelf, recipe: Recipe, charts: tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]
) -> tuple[str, int, str]:
    heading = [("Document", "Periodontal chart history")]
    as_json = history_json(*charts, heading=heading)
    made_from = _digest(recipe.value.encode(), as_json)
    suffix = ".json" if recipe is Recipe.HISTORY_JSON else ".pdf"
    found = shelf.known.get(made_from)
    if found is None:
        content = (
            as_json if recipe is Recipe.HISTORY_JSON else history_pdf(*charts, heading=heading)
        )
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


def _exams_by_patient(
    entities: Mapping[str, pl.DataFrame], requests: pl.DataFrame
) -> dict[str, tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]]:
    histories = requests.filter(pl.col("entity") == "chart_history").select("patient_key").unique()
    exams = entities["perio_exam"].join(histories, on="patient_key", how="semi")
    of_exam = exams.select("exam_key", "patient_key")
    parts = [
        dict(_partitions(frame))
        for frame in (
            exams.sort("examined_on", "exam_key"),
            entities["site_reading"].join(of_exam, on="exam_key", maintain_order="left"),
            entities["tooth_finding"].join(of_exam, on="exam_key", maintain_order="left"),
        )
    ]
    blanks = [entities[name].head(0) for name in ("site_reading", "tooth_finding")]
    return {
        key: (frame, parts[1].get(key, blanks[0]), parts[2].get(key, blanks[1]))
        for key, frame in parts[0].items()
    }


def _partitions(frame: pl.DataFrame) -> Iterator[tuple[str, pl.DataFrame]]:
    for (key,), part in frame.partition_by(
        "patient_key", as_dict=True, maintain_order=True
    ).items():
        yield str(key), part


def _open_shelf(passage: Passage) -> _Shelf:
    if not passage.vault.has(_SHELF):
        return _Shelf(passage, {})
    rows = passage.vault.get(_SHELF).iter_rows()
    return _Shelf(passage, {made_from: (sha256, size) for made_from, sha256, size in rows})


def _close_shelf(shelf: _Shelf) -> None:
    rows = [(made_from, sha256, size) for made_from, (sha256, size) in shelf.known.items()]
    frame = pl.DataFrame(rows, schema=_SHELF_SCHEMA, orient="row").sort("made_from")
    shelf.passage.vault.put(_SHELF, frame)


def content_path(passage: Passage, content: str, outbox: Path) -> Path:
    """Where the bytes of a file are, for sending; bytes of the vault go to the outbox first."""
    if content.startswith(FROM_SOURCE):
        return _located(passage, content.removeprefix(FROM_SOURCE))
    sha256 = content.removeprefix(FROM_VAULT)
    path = outbox / sha256
    if not path.exists():
        path.write_bytes(passage.vault.get_bytes(sha256))
    return path

"""Every exam of one patient: as PDF for people, as JSON for machines.

Rule of the house: an exam is written in full or not at all; the JSON of each exam is the record
that a deal carries.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from core.clinical.indices import chart_indices
from core.clinical.record import chart_json
from core.documents.page import BOLD, MARGIN_PT, MONO, REGULAR, WIDTH_PT, Sheet, Style
from core.documents.table import tooth_table

VERSION = 1

_EXAM = Style(BOLD, 10, 14)
_TEXT = Style(REGULAR, 8, 11)
_TABLE_PT = 7.0
_MONO_EM = 0.602
"""Width of every character of the monospaced font, in ems."""

_LEGEND = (
    "PD probing depth, Rec gingival margin (positive apical of the CEJ), CAL = PD + Rec, MGJ "
    "mucogingival junction; mm. Teeth in Universal numbering; sites MB B DB ML L DL. "
    "_ not recorded, . looked for and absent, b bleeding, s suppuration, p plaque."
)


@dataclass(frozen=True, slots=True)
class ChartHistory:
    """All exams of one patient, oldest first, ready to be written.

    Attributes:
        exams: One row an exam.
        tables: Exam key -> the table's lines.
        figures: Exam key -> the figures of `core.clinical.indices`.
        charts: Exam key -> the record as JSON.
    """

    exams: Sequence[Mapping[str, Any]] = field(repr=False)
    tables: Mapping[str, Sequence[str]] = field(repr=False)
    figures: Mapping[str, Mapping[str, Any]] = field(repr=False)
    charts: Mapping[str, str] = field(repr=False)

    def pdf(self, heading: Sequence[tuple[str, str]]) -> bytes:
        """For people; the same bytes for the same exams."""
        sheet = Sheet(title="Chart history")
        sheet.heading(heading)
        sheet.text(_LEGEND, _TEXT)
        for exam in self.exams:
            lines = self.tables.get(exam["exam_key"], ())
            style = _style(lines)
            sheet.space(8)
            sheet.need(4 * _EXAM.leading_pt + len(lines) * style.leading_pt)
            _exam_head(sheet, exam, self.figures.get(exam["exam_key"], {}))
            for line in lines:
                sheet.line(line, style)
        return sheet.close()

    def json(self, heading: Sequence[tuple[str, str]]) -> bytes:
        """For machines, ASCII; the same bytes for the same exams.

        `{"v":1,"heading":[[label,value]],"exams":[{"chart":{},"figures":{}}]}`; a chart is what
        `core.clinical.record` reads.
        """
        keys = [exam["exam_key"] for exam in self.exams]
        parts = [
            f'{{"chart":{self.charts[key]},"figures":{_compact(self.figures.get(key, {}))}}}'
            for key in keys
        ]
        head = f'{{"v":{VERSION},"heading":{_compact(list(heading))},"exams":['
        return (head + ",\n".join(parts) + "]}\n").encode("ascii")


def histories(
    exams: pl.DataFrame, readings: pl.DataFrame, findings: pl.DataFrame
) -> dict[str, ChartHistory]:
    """The chart histories of many patients at once, by patient key.

    Args:
        exams: exam_key, patient_key and examined_on; provider_key and note where known.
        readings: `SiteReading` rows of these exams.
        findings: `ToothFinding` rows of these exams.

    Shape:
        (e, ...), (r, ...), (f, ...) -> one history a patient.

    Units:
        mm; recession positive apical of the CEJ.
    """
    tables = tooth_table(readings, findings)
    figures = _figures(readings, findings)
    charts = dict(chart_json(readings, findings, exams).rows())
    of_patient: dict[str, list[Mapping[str, Any]]] = {}
    for exam in exams.sort("examined_on", "exam_key").iter_rows(named=True):
        of_patient.setdefault(exam["patient_key"], []).append(exam)
    return {key: ChartHistory(rows, tables, figures, charts) for key, rows in of_patient.items()}


def history_pdf(
    exams: pl.DataFrame,
    readings: pl.DataFrame,
    findings: pl.DataFrame,
    *,
    heading: Sequence[tuple[str, str]],
) -> bytes:
    """All exams of one patient to read; for many patients `histories` is faster.

    Shape:
        As for `histories`, of one patient.
    """
    return _only(exams, readings, findings).pdf(heading)


def history_json(
    exams: pl.DataFrame,
    readings: pl.DataFrame,
    findings: pl.DataFrame,
    *,
    heading: Sequence[tuple[str, str]],
) -> bytes:
    """All exams of one patient as JSON; for many patients `histories` is faster.

    Shape:
        As for `histories`, of one patient.
    """
    return _only(exams, readings, findings).json(heading)


def _only(exams: pl.DataFrame, readings: pl.DataFrame, findings: pl.DataFrame) -> ChartHistory:
    found = histories(exams, readings, findings)
    assert len(found) == 1, "a history is of one patient"
    return next(iter(found.values()))


def _compact(part: object) -> str:
    return json.dumps(part, separators=(",", ":"))


def _figures(readings: pl.DataFrame, findings: pl.DataFrame) -> dict[str, dict[str, Any]]:
    """Figures by exam; what is not known is left out."""
    return {
        row.pop("exam_key"): {name: figure for name, figure in row.items() if figure is not None}
        for row in chart_indices(readings, findings).iter_rows(named=True)
    }


def _style(lines: Sequence[str]) -> Style:
    """The table's style, small enough for its longest line."""
    longest = max((len(line) for line in lines), default=1)
    size_pt = min(_TABLE_PT, (WIDTH_PT - 2 * MARGIN_PT) / (_MONO_EM * longest))
    return Style(MONO, size_pt, size_pt * 1.2)


def _exam_head(sheet: Sheet, exam: Mapping[str, Any], figures: Mapping[str, Any]) -> None:
    sheet.line(f"Exam of {exam['examined_on'] or 'unknown date'}", _EXAM)
    by = exam.get("provider_key")
    sheet.text(f"Exam {exam['exam_key']}" + (f", examiner {by}" if by else ""), _TEXT)
    if exam.get("note"):
        sheet.text(f"Remark: {exam['note']}", _TEXT)
    said = "; ".join(_summary(figures))
    if said:
        sheet.text(said[0].upper() + said[1:] + ".", _TEXT)
    sheet.space(3)


def _summary(figures: Mapping[str, Any]) -> Iterator[str]:
    """The exam's figures, each with what it was counted from."""
    patterns = (
        ("teeth_present", "teeth present {teeth_present}"),
        ("sites_probed", "sites probed {sites_probed}"),
        ("bop_percent", "BOP {bop_percent} % ({bop_sites} of {sites_probed})"),
        ("mean_pd_mm", "mean PD {mean_pd_mm:.2f} mm ({pd_sum_mm} mm / {sites_probed})"),
        ("sites_probed", "PD >= 4, 5, 6 mm at {sites_ge_4}, {sites_ge_5}, {sites_ge_6} sites"),
        ("mean_cal_mm", "mean CAL {mean_cal_mm:.2f} mm ({cal_sum_mm} mm / {cal_sites})"),
        ("plaque_percent", "plaque {plaque_percent} % ({plaque_sites} of {plaque_surfaces})"),
        ("suppuration_sites", "suppuration at {suppuration_sites} sites"),
        ("furcated_teeth", "furcated teeth {furcated_teeth}"),
        ("mobile_teeth", "mobile teeth {mobile_teeth}"),
        ("implants_present", "implants {implants_present}"),
    )
    return (pattern.format(**figures) for name, pattern in patterns if name in figures)

"""The report of a migration for the practice, as a page for a browser and as a PDF.

Rule of the house: counts, names of tables and of staff; never a value of a patient. Both show the
same sections, and neither fetches anything from elsewhere.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from core.documents.page import BOLD, MONO, REGULAR, Sheet, Style

TITLE = "Migration report"

_HEADING = Style(BOLD, 12, 18)
_TEXT = Style(REGULAR, 9, 13)
_ROW = Style(MONO, 6.8, 9)
_LINE_WIDTH = 122
"""Characters of a row in the PDF."""

_NARROWEST = 8

_CSS = """
body { font: 15px/1.5 "DejaVu Sans", "Segoe UI", system-ui, sans-serif; color: #1b1f24;
  margin: 2rem auto; max-width: 62rem; padding: 0 1rem; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.1rem; margin-top: 2rem; }
table { border-collapse: collapse; width: 100%; font-size: 0.85rem; }
th, td { border-bottom: 1px solid #c9d1d9; padding: 0.25rem 0.5rem; text-align: left;
  vertical-align: top; overflow-wrap: anywhere; }
th { background: #eef2f6; } td.number { text-align: right; font-variant-numeric: tabular-nums; }
@media print { body { margin: 0; max-width: none; } tr { break-inside: avoid; } }
"""


@dataclass(frozen=True, slots=True)
class Section:
    """One part of the report: a table, with a sentence of what it says.

    Attributes:
        title: What it is.
        columns: Heads of its columns.
        rows: Numbers and texts.
        note: What a reader should know of it.
    """

    title: str
    columns: tuple[str, ...]
    rows: Sequence[Sequence[object]]
    note: str = ""


def as_html(sections: Sequence[Section], heading: Sequence[tuple[str, str]]) -> bytes:
    """The report as one page without scripts."""
    parts = [
        "<!DOCTYPE html>",
        f'<html lang="en"><head><meta charset="utf-8"><title>{TITLE}</title>',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        '<meta http-equiv="Content-Security-Policy"',
        " content=\"default-src 'none'; style-src 'unsafe-inline'\">",
        f"<style>{_CSS}</style></head><body><h1>{TITLE}</h1>",
        _html_table(("", ""), heading),
    ]
    for section in sections:
        parts.append(f"<h2>{escape(section.title)}</h2>")
        if section.note:
            parts.append(f"<p>{escape(section.note)}</p>")
        if section.rows:
            parts.append(_html_table(section.columns, section.rows))
    return "\n".join([*parts, "</body></html>", ""]).encode()


def _html_table(columns: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    heads = "".join(f'<th scope="col">{escape(name)}</th>' for name in columns)
    top = f"<thead><tr>{heads}</tr></thead>" if any(columns) else ""
    body = "".join(f"<tr>{''.join(map(_html_cell, row))}</tr>" for row in rows)
    return f"<table>{top}<tbody>{body}</tbody></table>"


def _html_cell(value: object) -> str:
    if isinstance(value, int):
        return f'<td class="number">{value:,}</td>'
    return f"<td>{escape(str(value))}</td>"


def as_pdf(sections: Sequence[Section], heading: Sequence[tuple[str, str]]) -> bytes:
    """The report on paper."""
    sheet = Sheet(title=TITLE)
    sheet.text(TITLE, Style(BOLD, 16, 24))
    sheet.heading(heading)
    for section in sections:
        sheet.need(6 * _ROW.leading_pt + _HEADING.leading_pt)
        sheet.text(section.title, _HEADING)
        if section.note:
            sheet.text(section.note, _TEXT)
            sheet.space(3)
        for line in _lines(section):
            sheet.text(line, _ROW)
        sheet.space(10)
    return sheet.close()


def _lines(section: Section) -> list[str]:
    if not section.rows:
        return []
    table = [section.columns, *([_text(value) for value in row] for row in section.rows)]
    widths = _widths([[len(cell) for cell in row] for row in table])
    is_number = [isinstance(value, int) for value in section.rows[0]]
    lines = []
    for row in table:
        wrapped = [_wrapped(cell, width) for cell, width in zip(row, widths, strict=True)]
        for at in range(max(map(len, wrapped))):
            cells = [part[at] if at < len(part) else "" for part in wrapped]
            aligned = zip(cells, widths, is_number, strict=True)
            lines.append(
                "  ".join(
                    cell.rjust(width) if right else cell.ljust(width)
                    for cell, width, right in aligned
                ).rstrip()
            )
    lines.insert(1, "-" * min(_LINE_WIDTH, sum(widths) + 2 * len(widths) - 2))
    return lines


def _text(value: object) -> str:
    return f"{value:,}" if isinstance(value, int) else " ".join(str(value).split())


def _widths(lengths: Sequence[Sequence[int]]) -> list[int]:
    """As wide as needed; where the sum is too much, the widest give way."""
    widths = [max(1, *column) for column in zip(*lengths, strict=True)]
    room = _LINE_WIDTH - 2 * (len(widths) - 1)
    while sum(widths) > room and max(widths) > _NARROWEST:
        widths[widths.index(max(widths))] -= 1
    return widths


def _wrapped(cell: str, width: int) -> list[str]:
    return [cell[at : at + width] for at in range(0, len(cell), width)] or [""]

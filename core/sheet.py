"""Tables as documents for people: Markdown, and workbooks whose cells are text.

Rule of the house: whatever stands in a cell, it is shown and never calculated.
"""

import csv
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import polars as pl
import xlsxwriter  # type: ignore[import-untyped] # it comes without types
from xlsxwriter.format import Format  # type: ignore[import-untyped] # as above
from xlsxwriter.worksheet import Worksheet  # type: ignore[import-untyped] # as above

LONGEST_CELL = 32_767
"""Characters that a workbook's cell holds."""

_CUT = " … (goes on in the Markdown page)"
_NARROWEST, _WIDEST = 9, 70
_MADE_AT = datetime(2000, 1, 1, tzinfo=UTC)
"""A fixed moment, so that the same content gives the same bytes."""
_BEGINS_A_FORMULA = tuple("=+-@\t\r\n;|%\uff1d\uff0b\uff0d\uff20")
"""What a spreadsheet may take for the beginning of a formula; full-width signs too."""
_PLAIN_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?")
_MARKDOWN = re.compile(r"([\\`*_\[\]<>#|~])")


@dataclass(frozen=True, slots=True)
class Sheet:
    """One table of a document.

    Attributes:
        title: At most 31 letters, as a workbook's tab shows it.
        frame: The rows.
        headings: Column -> what people call it, in the order to show.
        lead: A sentence before the table.
    """

    title: str
    frame: pl.DataFrame
    headings: Mapping[str, str]
    lead: str = ""

    def rows(self) -> list[list[str]]:
        """Every cell as text, row by row."""
        return [
            [_text(cell) for cell in row]
            for row in self.frame.select(list(self.headings)).iter_rows()
        ]

    def csv(self) -> str:
        """As comma-separated values (RFC 4180), every field in quotes.

        A text that a spreadsheet would take for a formula begins with an apostrophe; so does one
        that begins with apostrophes before such a sign, so that what was there can be told again.
        """
        content = io.StringIO()
        written = csv.writer(content, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
        written.writerow(self.headings.values())
        written.writerows([unformulated(text) for text in row] for row in self.rows())
        return content.getvalue()


def unformulated(text: str) -> str:
    """A text that no spreadsheet calculates; plain numbers stay as they are."""
    begins = text.lstrip(" \u00a0'")
    if not begins.startswith(_BEGINS_A_FORMULA) or _PLAIN_NUMBER.fullmatch(text):
        return text
    return f"'{text}"


@dataclass(frozen=True, slots=True)
class Document:
    """Tables that belong together.

    Attributes:
        title: What they are.
        lead: Lines before the first table.
        sheets: The tables.
    """

    title: str
    lead: tuple[str, ...]
    sheets: tuple[Sheet, ...]

    def markdown(self) -> str:
        """As one Markdown page; a sheet without rows says so."""
        parts = [f"# {escaped(self.title)}", "", *(f"- {escaped(line)}" for line in self.lead)]
        for sheet in self.sheets:
            parts += ["", f"## {escaped(sheet.title)}", ""]
            if sheet.lead:
                parts += [escaped(sheet.lead), ""]
            rows = sheet.rows()
            parts += _table(sheet, rows) if rows else ["None."]
        return "\n".join(parts) + "\n"

    def workbook(self) -> bytes:
        """As a workbook in the XLSX format, one table a tab; the same tables, the same bytes."""
        content = io.BytesIO()
        made = xlsxwriter.Workbook(content, {"in_memory": True})
        made.set_properties({"title": self.title, "created": _MADE_AT})
        formats = _formats(made)
        about = pl.DataFrame({"line": [self.title, *self.lead]})
        for sheet in (*self.sheets, Sheet("About", about, {"line": "About"})):
            _fill(made.add_worksheet(sheet.title), sheet, formats)
        made.close()
        return content.getvalue()


def escaped(text: str) -> str:
    """A text that stays as it is in Markdown, in a table's cell too."""
    return _MARKDOWN.sub(r"\\\1", " ".join(text.split()))


@dataclass(frozen=True, slots=True)
class _Formats:
    head: Format
    plain: Format
    quoted: Format

    def of(self, text: str) -> Format:
        # The cell is text already; the quote keeps it so when a person edits it.
        return self.quoted if text.startswith(_BEGINS_A_FORMULA) else self.plain


def _formats(made: xlsxwriter.Workbook) -> _Formats:
    top = {"valign": "top", "text_wrap": True}
    head = {"bold": True, "bg_color": "#F3F6F9", "bottom": 1, **top}
    quoted = {"quote_prefix": True, **top}
    return _Formats(made.add_format(head), made.add_format(top), made.add_format(quoted))


def _fill(page: Worksheet, sheet: Sheet, formats: _Formats) -> None:
    rows = sheet.rows()
    for column, heading in enumerate(sheet.headings.values()):
        page.write_string(0, column, heading, formats.head)
        page.set_column(column, column, _width(heading, [row[column] for row in rows]))
    for number, row in enumerate(rows, start=1):
        for column, text in enumerate(row):
            page.write_string(number, column, _cell(text), formats.of(text))
    page.freeze_panes(1, 0)
    page.autofilter(0, 0, max(1, len(rows)), len(sheet.headings) - 1)
    page.ignore_errors({"number_stored_as_text": "A1:XFD1048576"})


def _cell(text: str) -> str:
    return text if len(text) <= LONGEST_CELL else text[: LONGEST_CELL - len(_CUT)] + _CUT


def _width(heading: str, texts: Sequence[str]) -> int:
    longest = max((len(text) for text in (heading, *texts)), default=0)
    return min(_WIDEST, max(_NARROWEST, longest + 2))


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(str(part) for part in value)
    return str(value)


def _table(sheet: Sheet, rows: Sequence[Sequence[str]]) -> list[str]:
    heads = [escaped(heading) for heading in sheet.headings.values()]
    lines = [heads, ["---"] * len(heads), *([escaped(text) for text in row] for row in rows)]
    return [f"| {' | '.join(cells)} |" for cells in lines]

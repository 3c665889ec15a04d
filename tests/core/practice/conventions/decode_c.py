"""Reads convention C by itself."""

from datetime import datetime

from tests.core.practice.conventions.mouths import Decoded

SITES = ("DB", "B", "MB", "DL", "L", "ML")
LETTERS = {"B": 1, "S": 2, "P": 4}


def decode(connection):
    decoded = Decoded()
    query = "SELECT PrEx_ID, Pat_ChartID, PrEx_Date FROM SD_PrEx JOIN SD_Pat USING (Pat_ID)"
    exam_of = {
        key: (chart, datetime.strptime(day, "%m/%d/%Y").date().isoformat())  # noqa: DTZ007
        for key, chart, day in connection.execute(query)
    }
    decoded.exams = {exam: {} for exam in exam_of.values()}
    seen = set()
    query = "SELECT * FROM SD_PrTth ORDER BY PrTth_ID"
    for _, key, tooth, missing, implant, mobility, *cells in connection.execute(query):
        if key not in exam_of:
            continue
        decoded.repeats += (key, tooth) in seen
        seen.add((key, tooth))
        said = decoded.tooth(exam_of[key], int(tooth))
        said.is_missing, said.is_implant = missing == "T", implant == "T"
        said.mobility = mobility or None
        said.furcation = tuple(grade or None for grade in cells[:4])
        for place, site in enumerate(SITES, 4):
            for measure, cell in zip(("depth", "margin", "mgj"), cells[place::6], strict=False):
                said.put(measure, site, number(cell))
            letters = cells[place + 18]
            if letters:
                said.put("marks", site, sum(LETTERS.get(letter, 0) for letter in letters))
    return decoded


def number(cell):
    if not cell:
        return None
    return int(cell) if cell.removeprefix("-").isdigit() else cell

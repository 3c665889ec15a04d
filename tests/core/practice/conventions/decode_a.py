"""Reads convention A by itself."""

from tests.core.practice.conventions.mouths import Decoded

KINDS = {2: "margin", 3: "mgj", 4: "depth", 6: "marks"}
GRADES = {1: "I", 2: "II", 3: "III", 4: "IV"}


def decode(connection):
    decoded = Decoded()
    exam_of = {}
    query = "SELECT PerioExamNum, ChartNumber, ExamDate FROM perioexam JOIN patient USING (PatNum)"
    for number, chart_number, day in connection.execute(query):
        exam_of[number] = chart_number, day
        decoded.exams[chart_number, day] = {}
    seen = set()
    for row in connection.execute("SELECT * FROM periomeasure ORDER BY PerioMeasureNum"):
        _, number, kind, tooth, value, *sites = row
        if number not in exam_of:
            continue
        decoded.repeats += (number, kind, tooth) in seen
        seen.add((number, kind, tooth))
        read(decoded.tooth(exam_of[number], tooth), kind, value, sites)
    return decoded


def read(said, kind, value, sites):
    mb, b, db, ml, l, dl = sites  # noqa: E741  # lingual
    if kind == 5:
        said.is_missing = value == "1"
    elif kind == 8:
        said.is_implant = value == "1"
    elif kind == 0:
        said.mobility = value
    elif kind == 1:
        said.furcation = tuple(GRADES.get(grade) for grade in (b, l, ml, dl))
        assert (mb, db) == (-1, -1)
    else:
        for name, cell in zip(("MB", "B", "DB", "ML", "L", "DL"), sites, strict=True):
            number = 100 - cell if kind == 2 and cell >= 100 else cell
            said.put(KINDS[kind], name, None if cell == -1 else number)

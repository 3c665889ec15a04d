"""Reads convention I by itself."""

from tests.core.practice.conventions.mouths import Decoded

MEASURES = {"PD": "depth", "GM": "margin", "MJ": "mgj"}
MARKS = {"BL": 1, "SU": 2, "PL": 4}


def decode(connection):
    decoded = Decoded()
    query = "SELECT ExamID, ChartNo, ExamDate FROM PerioExam JOIN Patient USING (PatID)"
    exam_of = {key: (chart, day) for key, chart, day in connection.execute(query)}
    decoded.exams = {exam: {} for exam in exam_of.values()}
    for table in ("PerioExam_Upper", "PerioExam_Lower"):
        cursor = connection.execute(f"SELECT * FROM {table}")  # noqa: S608  # one of these two
        names = [column[0].split("_") for column in cursor.description]
        for key, *cells in cursor:
            for (tooth, kind, *site), cell in zip(names[1:], cells, strict=True):
                if key in exam_of:
                    said = decoded.tooth(exam_of[key], int(tooth[1:]))
                    read(said, kind, site[0] if site else "", cell)
    return decoded


def read(said, kind, site, cell):
    if kind == "MIS":
        said.is_missing = cell == 1
    elif kind == "IMP":
        said.is_implant = cell == 1
    elif kind == "MOB":
        said.mobility = cell
    elif kind == "FUR":
        said.furcation = tuple(
            cell if entrance == site else grade
            for entrance, grade in zip("BLMD", said.furcation, strict=True)
        )
    elif kind in MARKS:
        if cell is not None:
            marks = said.measures.setdefault("marks", {})
            marks[site] = marks.get(site, 0) + cell * MARKS[kind]
    elif cell is not None and cell != 99:
        said.put(MEASURES[kind], site, -cell if kind == "GM" else cell)

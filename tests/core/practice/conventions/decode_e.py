"""Reads convention E by itself."""

from tests.core.practice.conventions.mouths import Decoded

SITES = ("MB", "B", "DB", "ML", "L", "DL")
UNIVERSAL = {
    int(f"{quadrant}{place}"): tooth
    for quadrant, teeth in {
        1: range(8, 0, -1),
        2: range(9, 17),
        3: range(24, 16, -1),
        4: range(25, 33),
    }.items()
    for place, tooth in enumerate(teeth, 1)
}


def decode(connection):
    decoded = Decoded()
    query = 'SELECT "Exam ID", "Chart #", substr("Exam Date", 1, 10) FROM tblExam '
    query += 'JOIN tblPatient USING ("Patient ID")'
    exam_of = {key: (chart, day) for key, chart, day in connection.execute(query)}
    decoded.exams = {exam: {} for exam in exam_of.values()}
    for key, tooth, missing, implant, mobility, *rest in connection.execute(
        'SELECT * FROM "tblExam Tooth"'
    ):
        if key in exam_of:
            said = decoded.tooth(exam_of[key], UNIVERSAL.get(tooth, tooth))
            said.is_missing, said.is_implant = missing == 1, implant == 1
            said.mobility, said.furcation = mobility, tuple(rest[:4])
    for key, tooth, *cells in connection.execute("SELECT * FROM tblExamDetail"):
        if key in exam_of:
            said = decoded.tooth(exam_of[key], UNIVERSAL.get(tooth, tooth))
            for site, depth, rec, mgj, bop, sup, plq in zip(
                SITES, *(cells[start : start + 6] for start in range(0, 36, 6)), strict=True
            ):
                said.put("depth", site, depth)
                said.put("margin", site, rec)
                said.put("mgj", site, mgj)
                said.put("marks", site, bop + 2 * sup + 4 * plq)
    return decoded

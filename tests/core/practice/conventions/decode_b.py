"""Reads convention B by itself."""

from tests.core.practice.conventions.mouths import Decoded

POINTS = {1: "MB", 2: "B", 3: "DB", 4: "DL", 5: "L", 6: "ML"}


def decode(connection):
    decoded = Decoded()
    query = "SELECT RefId, ChartNumber, substr(TransDate, 1, 10) FROM Transactions t "
    query += "JOIN Patients p ON p.PatientCode = t.PatientCode WHERE TransType = 'PX'"
    exam_of = {number: (chart, day) for number, chart, day in connection.execute(query)}
    decoded.exams = {exam: {} for exam in exam_of.values()}
    for number, tooth, missing, implant, mobility, *furcation in connection.execute(
        "SELECT * FROM ToothChart"
    ):
        if number in exam_of:
            said = decoded.tooth(exam_of[number], tooth)
            said.is_missing, said.is_implant = bool(missing), bool(implant)
            said.mobility, said.furcation = mobility, tuple(furcation[:4])
    seen = set()
    for row in connection.execute("SELECT * FROM PerioProbe ORDER BY rowid"):
        number, tooth, point, depth, recession, bleeds, suppurates, plaque = row
        if number not in exam_of:
            continue
        decoded.repeats += (number, tooth, point) in seen
        seen.add((number, tooth, point))
        said = decoded.tooth(exam_of[number], tooth)
        said.put("depth", POINTS[point], None if depth == 255 else depth)
        said.put("margin", POINTS[point], None if recession == 255 else recession)
        said.put("marks", POINTS[point], bleeds + 2 * suppurates + 4 * plaque)
    return decoded

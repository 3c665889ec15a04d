"""Reads convention D by itself."""

from tests.core.practice.conventions.mouths import Decoded

SURFACES = {
    "MesioBuccal": "MB",
    "Buccal": "B",
    "DistoBuccal": "DB",
    "MesioLingual": "ML",
    "Lingual": "L",
    "DistoLingual": "DL",
}


def decode(connection):
    decoded = Decoded()
    query = "SELECT e.RecordID, ChartNumber, substr(ExamDate, 1, 10) FROM PerioExam e "
    query += "JOIN Patient p ON p.RecordID = e.PatientID JOIN Person ON Person.RecordID = PersonID"
    exam_of = {key: (chart, day) for key, chart, day in connection.execute(query)}
    decoded.exams = {exam: {} for exam in exam_of.values()}
    tooth_of = {}
    for key, exam, tooth, missing, implant, mobility, *furcation in connection.execute(
        "SELECT * FROM PerioTooth"
    ):
        if exam in exam_of:
            said = tooth_of[key] = decoded.tooth(exam_of[exam], int(tooth))
            said.is_missing, said.is_implant = bool(missing), bool(implant)
            said.mobility, said.furcation = mobility, tuple(furcation[:4])
    seen = set()
    for row in connection.execute("SELECT * FROM PerioSite ORDER BY rowid"):
        _, tooth, surface, depth, margin, mgj, *marks = row
        if tooth not in tooth_of:
            continue
        decoded.repeats += (tooth, surface) in seen
        seen.add((tooth, surface))
        said, site = tooth_of[tooth], SURFACES[surface]
        said.put("depth", site, depth)
        said.put("margin", site, None if margin is None else -margin)
        said.put("mgj", site, mgj)
        said.put("marks", site, sum(2**place * mark for place, mark in enumerate(marks)))
    return decoded

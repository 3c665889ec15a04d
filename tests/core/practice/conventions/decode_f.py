"""Reads convention F by itself."""

from tests.core.practice.conventions.mouths import Decoded

SITES = {1: "DB", 2: "B", 3: "MB", 4: "DL", 5: "L", 6: "ML"}


def decode(connection):
    decoded = Decoded()
    query = "SELECT lExamID, sChart, substr(dtExam, 1, 10) FROM tPerioExam JOIN tPatient "
    exam_of = {n: (chart, day) for n, chart, day in connection.execute(query + "USING (lPatID)")}
    decoded.exams = {exam: {} for exam in exam_of.values()}
    for _, number, tooth, missing, implant, *rest in connection.execute(
        "SELECT * FROM tPerioTooth"
    ):
        if number in exam_of:
            said = decoded.tooth(exam_of[number], tooth)
            said.is_missing, said.is_implant = missing == 1, implant == 1
            said.mobility, said.furcation = rest[0], tuple(rest[1:])
    seen = set()
    for row in connection.execute("SELECT * FROM tPerioSite ORDER BY lSiteID"):
        _, number, tooth, site, depth, margin, bleeds, suppurates, plaque = row
        if number not in exam_of:
            continue
        decoded.repeats += (number, tooth, site) in seen
        seen.add((number, tooth, site))
        said = decoded.tooth(exam_of[number], tooth)
        said.put("depth", SITES[site], None if depth == 99 else depth)
        said.put("margin", SITES[site], None if margin == 99 else margin)
        said.put("marks", SITES[site], bleeds + 2 * suppurates + 4 * plaque)
    return decoded

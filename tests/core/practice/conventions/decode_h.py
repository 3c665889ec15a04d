"""Reads convention H by itself."""

from tests.core.practice.conventions.mouths import Decoded

SITES = ("MB", "B", "DB", "ML", "L", "DL")
NAMES = {"PD": "depth", "GM": "margin", "MJ": "mgj"}
MARKS = {"BL": 1, "SP": 2, "PL": 4}


def decode(connection):
    decoded = Decoded()
    query = "SELECT PRXNO, PTCHART, substr(PRDATE, 1, 4) || '-' || substr(PRDATE, 5, 2) || '-' || "
    query += "substr(PRDATE, 7) FROM PRXHDR JOIN PATMAST ON PTNO = PRPTNO"
    exam_of = {key: (chart, day) for key, chart, day in connection.execute(query)}
    decoded.exams = {exam: {} for exam in exam_of.values()}
    cursor = connection.execute("SELECT * FROM PRXDTL ORDER BY rowid")
    names = [column[0] for column in cursor.description]
    seen = set()
    for values in cursor:
        row = dict(zip(names, values, strict=True))
        where = row["PRXNO"], row["TTHNO"]
        if where[0] not in exam_of:
            continue
        decoded.repeats += where in seen
        seen.add(where)
        said = decoded.tooth(exam_of[where[0]], int(where[1]))
        said.is_missing, said.is_implant = row["TTMISS"] == "Y", row["TTIMPL"] == "Y"
        said.mobility = row["TTMOB"].strip() or None
        said.furcation = tuple(row[f"TTFUR{entrance}"].strip() or None for entrance in "BLMD")
        for site in SITES:
            for name, measure in NAMES.items():
                said.put(measure, site, number(row[f"{name}{site}"], name))
            if row[f"BL{site}"].strip():
                marks = (bit * (row[f"{name}{site}"] == "+") for name, bit in MARKS.items())
                said.put("marks", site, sum(marks))
    return decoded


def number(cell, name):
    text = cell.strip()
    if text in {"", "99"}:
        return None
    if not text.removeprefix("-").isdigit():
        return text
    return -int(text) if name == "GM" else int(text)

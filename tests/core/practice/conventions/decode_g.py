"""Reads convention G by itself."""

from tests.core.practice.conventions.mouths import Decoded

BITS = {"bop_ind": 1, "supp_ind": 2, "plaque_ind": 4}


def decode(connection):
    decoded = Decoded()
    query = "SELECT exam_id, chart_no, exam_dt FROM perio_exam JOIN patient USING (patient_cd)"
    exam_of = {number: (chart, day) for number, chart, day in connection.execute(query)}
    decoded.exams = {exam: {} for exam in exam_of.values()}
    query = "SELECT exam_id, tooth_no, missing_ind, implant_ind, mobility_cd, furc_b_cd, furc_l_cd,"
    for number, tooth, *found in connection.execute(
        f"{query} furc_m_cd, furc_d_cd FROM perio_tooth"
    ):
        if number in exam_of:
            said = decoded.tooth(exam_of[number], tooth)
            said.is_missing, said.is_implant = found[0] == "Y", found[1] == "Y"
            said.mobility, said.furcation = found[2], tuple(found[3:])
    query = "SELECT exam_id, tooth_no, site_cd, probing_mm, recession_mm, "
    query += ", ".join(f"'{name}', {name}" for name in BITS) + " FROM perio_site"
    for number, tooth, site, depth, margin, *marks in connection.execute(query):
        if number in exam_of:
            said = decoded.tooth(exam_of[number], tooth)
            said.put("depth", site, depth)
            said.put("margin", site, margin)
            pairs = zip(marks[::2], marks[1::2], strict=True)
            said.put("marks", site, sum(BITS[name] * (mark == "Y") for name, mark in pairs))
    return decoded

"""Reads convention K by itself; only a test may know what is in its charts."""

import re
import zlib

from tests.core.practice.conventions.mouths import MEASURES, Decoded

SITES = ("MB", "B", "DB", "ML", "L", "DL")


def decode(connection):
    decoded = Decoded()
    query = "SELECT ChartNo, ExamDate, ChartData FROM PerioExam JOIN Patient USING (PatID)"
    for chart_number, day, blob in connection.execute(query):
        exam = chart_number, day
        decoded.exams[exam] = {}
        for tag in re.findall(r"<T [^>]*>", zlib.decompress(blob).decode()):
            found = dict(re.findall(r'(\w+)="([^"]*)"', tag))
            said = decoded.tooth(exam, int(found["n"]))
            said.is_missing, said.is_implant = found["s"] == "M", found["s"] == "I"
            said.mobility = found["mob"] or None
            said.furcation = tuple(grade or None for grade in found["fur"].split(","))
            for measure, name in zip(MEASURES, ("pd", "gm", "mj", "fl"), strict=True):
                for site, cell in zip(SITES, found[name].split(), strict=False):
                    said.put(measure, site, None if cell == "." else int(cell))
    return decoded

"""Reads convention J by itself."""

from tests.core.practice.conventions.mouths import Decoded

# Sixteen teeth of the upper jaw, then the lower jaw as it lies under it on a screen.
ACROSS = [*range(1, 17), *range(32, 16, -1)]
RIGHT = {*range(1, 9), *range(25, 33)}


def spots(letter):
    for tooth in ACROSS:
        mesial, middle, distal = f"M{letter}", letter, f"D{letter}"
        order = (distal, middle, mesial) if tooth in RIGHT else (mesial, middle, distal)
        yield from ((tooth, site) for site in order)


FACIAL, LINGUAL = list(spots("B")), list(spots("L"))


def decode(connection):
    decoded = Decoded()
    query = "SELECT ExamID, ChartNo, ExamDate FROM PerioExam JOIN Patient USING (PatID)"
    exam_of = {key: (chart, day) for key, chart, day in connection.execute(query)}
    decoded.exams = {exam: {} for exam in exam_of.values()}
    for key, missing, implants, mobility, furcation, *texts in connection.execute(
        "SELECT * FROM PerioChart"
    ):
        if key not in exam_of:
            continue
        teeth = {tooth: decoded.tooth(exam_of[key], tooth) for tooth in range(1, 33)}
        for tooth in filter(None, missing.split(",")):
            teeth[int(tooth)].is_missing = True
        for tooth in filter(None, implants.split(",")):
            teeth[int(tooth)].is_implant = True
        for tooth, text in enumerate(mobility.split(","), 1):
            teeth[tooth].mobility = text or None
        for entry in filter(None, furcation.split(";")):
            tooth, _, rest = entry.partition(":")
            grades = list(teeth[int(tooth)].furcation)
            grades["BLMD".index(rest[0])] = rest[2:]
            teeth[int(tooth)].furcation = tuple(grades)
        read(teeth, texts)
    return decoded


def read(teeth, texts):
    for measure, text, where, width in (
        ("depth", texts[0], FACIAL, 1),
        ("depth", texts[1], LINGUAL, 1),
        ("margin", texts[2], FACIAL, 2),
        ("margin", texts[3], LINGUAL, 2),
        ("mgj", texts[4], FACIAL, 1),
        ("mgj", texts[5], LINGUAL, 1),
    ):
        assert len(text) == 96 * width
        for place, (tooth, site) in enumerate(where):
            cell = text[place * width : (place + 1) * width].strip()
            if cell and cell != "X":
                number = cell if "?" in cell else int(cell, 16 if width == 1 else 10)
                teeth[tooth].put(measure, site, number)
    for place, (tooth, site) in enumerate(FACIAL + LINGUAL):
        cells = [text[place] for text in texts[6:]]
        if cells != [" "] * 3:
            teeth[tooth].put("marks", site, sum(2**i * int(cell) for i, cell in enumerate(cells)))

"""What people write: diagnoses, findings, remarks, letters and notes.

Rule of the house: spellings vary as they do between offices; nobody named here exists.
"""

from core.practice.course_records import Template
from core.practice.dice import Dice, Weighted
from core.practice.people_records import Patient

_ROMAN = ("", "I", "II", "III", "IV")
_LEGACY = (
    ("Chronic periodontitis, generalized moderate", "K05.322"),
    ("Aggressive periodontitis, localized", "K05.211"),
    ("Case Type III", None),
    ("AAP IV", None),
    ("AAP Type II - early periodontitis", None),
    ("Adult periodontitis", None),
)
_NO_PERIODONTITIS = (
    ("Gingivitis, biofilm-induced", "K05.10"),
    ("Peri-implantitis #19", None),
    ("Peri-implant mucositis #30", None),
    ("Gingival recession, localized #6", "K06.011"),
    ("Periodontal health, reduced periodontium", None),
)
_SPELLINGS = (
    "Stage {r} Grade {g}, {e}",
    "{e}. Stage {r}, Grade {g}",
    "{s}. Stg {n} Gr {g}",
    "{r}-{g}",
    "Periodontitis Stage {r} Gr. {g} {e}",
    "Periodontitis, stage {n} grade {l}, {e}",
    "STAGE {r} GRADE {g} {u}",
    "{e} periodontitis; Stage {r}/Grade {g}",
    "Perio Stage {r}{g}",
)
_MOLAR_INCISOR = "Periodontitis Stage {r} Gr. {g} molar-incisor pattern"
_SEVERITY = (0, 1, 1, 3, 3)


def diagnosis(patient: Patient, extent: str, dice: Dice) -> tuple[str, str | None]:
    """The classification as written, and its ICD-10-CM code where one was chosen."""
    if dice.chance(0.06):
        return dice.choice(_LEGACY)
    if patient.stage == 0:
        return dice.choice(_NO_PERIODONTITIS)
    shape = _MOLAR_INCISOR if dice.chance(0.05) else dice.choice(_SPELLINGS)
    text = shape.format(
        r=_ROMAN[patient.stage],
        n=patient.stage,
        g=patient.grade,
        l=patient.grade.lower(),
        e=extent.capitalize() if shape.startswith("{e}") else extent,
        u=extent.upper(),
        s="Gen" if extent == "generalized" else "Loc",
    )
    code = f"K05.3{2 if extent == 'generalized' else 1}{max(min(patient.stage, 3), 1)}"
    return text, code if dice.chance(0.8) else None


FINDINGS = (
    "Horizontal bone loss 20-30 %, crestal lamina dura absent {t}",
    "Vertical defect mesial #{t}, about 4 mm",
    "Furcation radiolucency #{t}",
    "Subgingival calculus, lower incisors",
    "Widened PDL #{t}",
    "PARL #{t}",
    "Bone level stable compared with last series",
    "Open margin distal #{t}; root proximity",
    "Implant #{t}: bone at first thread",
    "No pathology seen",
)
RADIOGRAPH_KINDS = Weighted(("PA", 38), ("BW", 26), ("FMX", 18), ("PAN", 10), ("CBCT", 8))
CUSTOM_FINDINGS = (
    ("Gingival biotype", ("thin", "medium", "thick"), False),
    ("Ridge class", ("Seibert I", "Seibert II", "Seibert III"), True),
    ("Black triangle", ("yes", "no"), True),
    ("KT width mm", ("0.5", "1", "1,5", "2", "3"), True),
    ("Occlusal trauma", ("primary", "secondary", "none"), True),
    ("Frenum pull", ("mild", "moderate", "severe"), True),
    ("Smile line", ("low", "medium", "high"), False),
    ("Probe used", ("UNC-15", "Williams", "Marquis"), False),
)
VISIT_TYPES = Weighted(
    ("Perio maintenance", 34),
    ("Scaling and root planing", 22),
    ("Re-evaluation", 10),
    ("Surgery", 12),
    ("Post-op check", 10),
    ("Consultation", 7),
    ("Emergency", 5),
)
VISIT_REMARKS = (
    "Tolerated well. Home care reviewed.",
    "Local anaesthesia, 2 carpules. Sutures placed.",
    "Sutures out, healing within normal limits.",
    "Plaque control better than last time; interdental brushes, two sizes.",
    "Sensitivity lower left. Desensitiser applied.",
    "Patient asks for an estimate in writing.",
    "BOP down. Next visit in 3 months.",
)
CONTACT_SUBJECTS = {
    "call": ("Call: confirm appointment", "Call: post-op, doing well", "Call about estimate"),
    "email": ("E-mail: estimate sent", "E-mail: medical release requested"),
    "meeting": ("Case conference with referring doctor", "Treatment conference"),
}
PLAN_NOTES = (
    "Patient to decide after speaking with spouse.",
    "Pre-determination sent.",
    "Prefers mornings; sedation discussed.",
    "Staged: right side first.",
)
EXAM_NOTES = (
    "Probing with UNC-15.",
    "Calculus generalised, assistant recorded.",
    "Limited by sensitivity; some sites not probed.",
    "Comparison with last chart discussed with patient.",
)
_NOTE_BODIES = (
    "S: No complaints. O: Tissue pink and firm, BOP localised. A: Stable. P: Maintain 3 months.",
    "Subjective: bleeds when brushing.\nObjective: general BOP.\nAssessment: active.\nPlan: SRP",
    "Discussed risks, benefits, alternatives. Questions answered. Consent signed.",
    "Prognosis: #3 questionable, #14 fair, others good.",
    "HYGIENE: interdental brushes blue/yellow; technique shown.",
)
NOTE_KINDS = Weighted(("SOAP", 50), ("PROGRESS", 25), ("PHONE", 10), ("CONSENT", 15))


def note_body(dice: Dice) -> str:
    """The text of an ordinary note."""
    return " ".join(dice.sample(_NOTE_BODIES, dice.choice((1, 1, 2))))


LETTER_SUBJECTS = {
    "REFERRAL": ("Thank you for referring your patient", "Periodontal findings and plan"),
    "SOAP": ("SOAP note", "Visit summary"),
    "MOTIVATION": ("Your periodontal report", "How your gums are doing"),
    "REPORT": ("Re-evaluation report", "Maintenance report, alternating visits"),
}
LETTER_KINDS = Weighted(("REFERRAL", 45), ("SOAP", 20), ("MOTIVATION", 20), ("REPORT", 15))
TEMPLATES = (
    Template(
        1,
        "Referral thank-you",
        "Dear «RefdrTitle» «RefdrLastName»,\n\nThank you for referring «FirstName» «LastName» "
        "(born «BirthDate»). Diagnosis: «Diagnosis». Recommended: «Procedures».\n\n«ProviderName»",
    ),
    Template(
        2,
        "Patient motivation report",
        "Dear «FirstName»,\n\n«BOPPercent» of the places we measured bled. Deepest pocket: "
        "«DeepestSite» mm. Your next visit: «NextVisit».\n\n«ProviderName»",
    ),
    Template(3, "SOAP note", "S: «Subjective»\nO: «Objective»\nA: «Assessment»\nP: «Plan»"),
    Template(
        4,
        "Missed appointment",
        "Dear «Title» «LastName»,\n\nWe missed you on «VisitDate». Please call «PracticePhone».",
    ),
)


def letter_text(patient: Patient, subject: str, greeting: str, written_on: str) -> str:
    """The plain text of a letter."""
    return (
        f"{written_on}\n\n{greeting}\n\nRe: {patient.first_name} {patient.last_name}\n"
        f"{subject}\n\nPeriodontal charting was completed and the findings were discussed. "
        "Pockets of 5 mm and more remain at several sites; bleeding has gone down since the last "
        "visit.\n\nRecommended: continued care at three-month intervals.\n\nWith kind regards\n"
    )


def as_rtf(text: str) -> str:
    """Plain text as a small RTF document, ASCII only."""
    parts = ["{\\rtf1\\ansi\\deff0{\\fonttbl{\\f0 Times New Roman;}}\\f0\\fs22 "]
    for char in text:
        if char == "\n":
            parts.append("\\par\n")
        elif char in "\\{}":
            parts.append("\\" + char)
        elif ord(char) < 128:  # noqa: PLR2004  # the end of ASCII
            parts.append(char)
        else:
            units = char.encode("utf-16-le")
            parts.extend(
                f"\\u{int.from_bytes(units[i : i + 2], 'little', signed=True)}?"
                for i in range(0, len(units), 2)
            )
    return "".join(parts) + "}"

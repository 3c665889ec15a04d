"""Plants what is odd but true: a migration keeps it, or transforms it by a named rule.

Rule of the house: an oddity never changes who a record belongs to; each is written down once.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import date

from core.practice.course_records import SITES, Six
from core.practice.dice import Dice
from core.practice.model import Oddity, Practice
from core.practice.people_records import Patient
from core.practice.procedures import ODD_ITEMS
from core.practice.sites import CORONAL

_IN_PAIRS = 4
KEPT, TRANSFORMED = "kept", "transformed"
UNKNOWN_BIRTH_DATE = date(1900, 1, 1)
LONGEST_NAME = ("Featherstone-Underwick-" * 12)[:255]
LONGEST_TITLE = ("Scaling and root planing with re-evaluation, then osseous surgery; " * 5)[:300]
TITLE_AT_LIMIT = ("Regeneration and supportive care, upper right and lower left; " * 5)[:255]
_SENTENCE = "Tissue response reviewed; probing repeated at the sites listed in the chart. "
NOTE_UNDER_LIMIT = (_SENTENCE * 900)[:65_000]
NOTE_OVER_LIMIT = (_SENTENCE * 1000)[:70_000]
_NOTES = (
    ("markup", 'Patient wrote: <b>"no x-rays"</b> & asked <script>alert("perio")</script> why.'),
    ("emoji", "Very happy with the result 😀🦷 - see you in 3 months 👍"),
    ("quotes", "Patient's \"sore spot\" isn't sore; 'like new' she says. 100% & 3 < 5 > 2; a\\b"),
    ("non_ascii", "Überweisung besprochen - señora Núñez, Zürich; 牙周; Ελλάδα; naïve façade"),
    ("length_limit", NOTE_UNDER_LIMIT),
    ("over_length_limit", NOTE_OVER_LIMIT),
    ("line_breaks", "S: bleeding\r\nO: BOP 34 %\r\n\r\nA: III-B\tactive\r\nP: SRP"),
)
Edit = tuple[str, str, str, Callable[[Patient], object]]
# Field, kind, outcome, and what the patient's field becomes.
_EDITS: tuple[Edit, ...] = (
    ("first_name", "underscore_for_space", TRANSFORMED, lambda _: "Mary_Ann"),
    ("work_phone", "literal_na", TRANSFORMED, lambda _: "NA"),
    ("last_name", "non_ascii", KEPT, lambda _: "Ünïçødé"),
    ("first_name", "non_ascii", KEPT, lambda _: "Zoë"),
    ("last_name", "trailing_spaces", TRANSFORMED, lambda p: f"{p.last_name}   "),
    ("birth_date", "unknown_date", TRANSFORMED, lambda _: UNKNOWN_BIRTH_DATE),
    ("last_name", "length_limit", KEPT, lambda _: LONGEST_NAME),
    ("last_name", "quotes", KEPT, lambda _: 'O\'Quillham "Junior"'),
    ("middle_initial", "literal_na", TRANSFORMED, lambda _: "NA"),
    ("preferred_name", "emoji", KEPT, lambda _: "Sunny 🌞"),
    ("last_name", "non_ascii", KEPT, lambda _: "Łąkowska-Ñandú"),
    ("medical_alert", "markup", KEPT, lambda _: "INR < 3 & > 2"),
)


class Curiosities:
    """Plants oddities among sound patients."""

    def __init__(self, practice: Practice, sound: int, dice: Dice) -> None:
        """Change some of the first `sound` patients and what belongs to them."""
        self._practice, self._dice = practice, dice
        self._places = list(range(sound))
        dice.shuffle(self._places)

    def plant_in_people(self) -> None:
        """Names, dates and numbers; planted before anything is written to or about a patient."""
        self._households(self._places[:_IN_PAIRS])
        alone = self._places[_IN_PAIRS:]
        for place, (field, kind, outcome, edit) in zip(alone, _EDITS, strict=False):
            patient = self._practice.patients[place]
            self._practice.patients[place] = replace(patient, **{field: edit(patient)})  # type: ignore[arg-type]  # one field, its own type
            self._note("patient", patient.patient_key, field, kind, outcome)
        self._streets()

    def plant_in_course(self) -> None:
        """Plans, procedures, notes and charts."""
        self._titles()
        self._codes()
        self._notes()
        self._sentinels()
        self._as_they_are()

    def _note(self, entity: str, key: int | str, field: str, kind: str, outcome: str) -> None:
        self._practice.oddities.append(Oddity(entity, key, field, kind, outcome))

    def _households(self, places: list[int]) -> None:
        """Twins of one household, and two strangers with the same name and birthday."""
        everyone = self._practice.patients
        if len(places) < _IN_PAIRS:
            return
        one, two, three, four = places
        twin = everyone[one]
        everyone[two] = replace(
            everyone[two],
            account_key=twin.account_key,
            last_name=twin.last_name,
            birth_date=twin.birth_date,
            home_phone=twin.home_phone,
            cell_phone=twin.cell_phone,
            email=twin.email,
        )
        stranger = everyone[three]
        everyone[four] = replace(
            everyone[four],
            first_name=stranger.first_name,
            last_name=stranger.last_name,
            sex=stranger.sex,
            birth_date=stranger.birth_date,
        )
        for place in (one, two):
            self._note("patient", everyone[place].patient_key, "birth_date", "twins", KEPT)
        for place in (three, four):
            self._note("patient", everyone[place].patient_key, "last_name", "namesakes", KEPT)

    def _streets(self) -> None:
        accounts, doctors = self._practice.accounts, self._practice.doctors
        account = accounts[0]
        accounts[0] = replace(account, street=account.street.replace(" ", "_"))
        self._note("account", account.account_key, "street", "underscore_for_space", TRANSFORMED)
        if len(accounts) > 1:
            accounts[1] = replace(accounts[1], street_2="NA", city=f"{accounts[1].city} ")
            key = accounts[1].account_key
            self._note("account", key, "street_2", "literal_na", TRANSFORMED)
            self._note("account", key, "city", "trailing_spaces", TRANSFORMED)
        doctors[0] = replace(doctors[0], fax="NA")
        self._note("referring_doctor", doctors[0].doctor_key, "fax", "literal_na", TRANSFORMED)

    def _titles(self) -> None:
        plans = self._practice.plans
        for place, (title, kind) in zip(
            self._dice.sample(range(len(plans)), min(len(plans), 3)),
            (
                (LONGEST_TITLE, "over_length_limit"),
                (TITLE_AT_LIMIT, "length_limit"),
                ('Graft #6 "urgent" <check> & call', "markup"),
            ),
            strict=False,
        ):
            plans[place] = replace(plans[place], title=title)
            self._note("treatment_plan", plans[place].plan_key, "title", kind, KEPT)

    def _codes(self) -> None:
        lines = self._practice.procedures
        wanted = max(len(ODD_ITEMS), len(lines) // 60)
        places = self._dice.sample(range(len(lines)), min(len(lines), wanted))
        for number, place in enumerate(places):
            item, kind = ODD_ITEMS[number % len(ODD_ITEMS)]
            lines[place] = replace(lines[place], code=item.code, description=item.description)
            self._note("planned_procedure", lines[place].procedure_key, "code", kind, KEPT)

    def _notes(self) -> None:
        notes = self._practice.notes
        places = self._dice.sample(range(len(notes)), min(len(notes), len(_NOTES)))
        for place, (kind, body) in zip(places, _NOTES, strict=False):
            notes[place] = replace(notes[place], body=body)
            self._note("note", notes[place].note_key, "body", kind, KEPT)

    def _sentinels(self) -> None:
        """An overgrown margin if none was drawn, and a few examples of every sentinel."""
        exams = self._practice.exams
        if not exams:
            return
        if not any((m or 0) < 0 for e in exams for t in e.teeth for m in t.margin or ()):
            place = next(i for i, t in enumerate(exams[0].teeth) if t.margin)
            teeth = list(exams[0].teeth)
            teeth[place] = replace(teeth[place], margin=CORONAL[0])
            exams[0] = replace(exams[0], teeth=tuple(teeth))
        for measure, kind, is_odd in (
            ("depth", "not_measured", _is_none),
            ("margin", "not_measured", _is_none),
            ("mgj", "not_measured", _is_none),
            ("margin", "coronal_margin", _is_negative),
        ):
            found = self._examples(measure, is_odd)
            self._practice.oddities.extend(
                Oddity("site_reading", (exam, tooth, measure), "", kind, TRANSFORMED, site)
                for exam, tooth, site in found
            )

    def _examples(
        self, measure: str, is_odd: Callable[[int | None], bool]
    ) -> list[tuple[int, int, str]]:
        """The first five cells of one kind, at most one of a tooth."""
        found: list[tuple[int, int, str]] = []
        for exam in self._practice.exams:
            for tooth in exam.teeth:
                values: Six | None = getattr(tooth, measure)
                odd = (s for s, v in zip(SITES, values or (), strict=False) if is_odd(v))
                if site := next(odd, None):
                    found.append((exam.exam_key, tooth.tooth, site))
            if len(found) >= 5:  # noqa: PLR2004  # enough to look at
                break
        return found[:5]

    def _as_they_are(self) -> None:
        """What the ordinary draws made odd: patients who left, and telephone spellings."""
        patients = [self._practice.patients[place] for place in sorted(self._places)]
        for patient in patients:
            if patient.status != "ACTIVE":
                self._note("patient", patient.patient_key, "status", "not_active", KEPT)
        for patient in [p for p in patients if p.cell_phone][:6]:
            self._note("patient", patient.patient_key, "cell_phone", "phone_spelling", KEPT)
        for diagnosis in self._practice.diagnoses:
            if diagnosis.classification.startswith(("AAP", "Case", "Adult", "Chronic", "Aggr")):
                key = diagnosis.diagnosis_key
                self._note("diagnosis", key, "classification", "legacy_term", KEPT)


def _is_none(value: int | None) -> bool:
    return value is None


def _is_negative(value: int | None) -> bool:
    return value is not None and value < 0

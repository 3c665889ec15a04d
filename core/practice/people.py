"""Builds the people: providers, families, patients, their referrals and their insurance.

Rule of the house: a household shares telephone, e-mail and address; keys alone tell people apart.
"""

from datetime import date, timedelta

from core.practice import words
from core.practice.dice import Dice, Weighted
from core.practice.keys import Keys
from core.practice.model import Practice
from core.practice.people_records import Account, Coverage, Patient, Provider, Referral

LAST_DAY = date(2026, 6, 30)
"""The practice's present day."""

_OPENED = date(2014, 1, 6)
_STAGES = Weighted((0, 6.0), (1, 2.8), (2, 19.1), (3, 52.6), (4, 19.5))
_GRADES = Weighted(("A", 1.4), ("B", 55.1), ("C", 43.4))
_STATUSES = Weighted(
    ("ACTIVE", 78), ("INACTIVE", 15), ("ARCHIVED", 4), ("DECEASED", 2), ("PROSPECT", 1)
)
_ALERTS = (
    "Penicillin allergy",
    "Latex allergy",
    "Anticoagulant",
    "Diabetes type 2, HbA1c 7.4 %",
    "Premedication advised",
    "Bisphosphonate, oral",
)
_FAMILY_SIZE = Weighted((1, 70), (2, 18), (3, 8), (4, 4))
_COVERAGES = Weighted((0, 18), (1, 40), (2, 36), (3, 6))
_PLAN_TYPES = Weighted(("PPO", 60), ("INDEMNITY", 20), ("HMO", 12), ("MEDICAL", 8))
_STANDARD_STAFF = (
    ("DR1", "F", "DDS, MS", "Periodontics", "DR"),
    ("DR2", "M", "DMD, MSD", "Periodontics", "DR"),
    ("DR3", "M", "DDS", "Implant dentistry", "DR"),
    ("HYG1", "F", "RDH", "Dental hygiene", "HY"),
    ("HYG2", "F", "RDH, BS", "Dental hygiene", "HY"),
)
_NOBODY = "DR3"
"""An active provider whose e-mail no user has."""
_LEFT = "HYG2"
"""A provider who no longer works here."""


def add_providers(practice: Practice, dice: Dice, patients: int) -> None:
    """Five providers, and a hygienist more for every 1,000 patients."""
    staff = list(_STANDARD_STAFF)
    staff += [
        (f"HYG{i}", "F", "RDH", "Dental hygiene", "HY") for i in range(3, 3 + patients // 1000)
    ]
    for key, sex, credentials, specialty, short in staff:
        last, first = words.surname(dice), words.first_name(dice, sex)
        practice.providers.append(
            Provider(
                provider_key=key,
                abbreviation=f"{short}-{first[0]}{last[0]}",
                last_name=last,
                first_name=first,
                credentials=credentials,
                npi=words.npi(dice),
                specialty=specialty,
                email=f"{first}.{last}@example.com".lower(),
                is_active=key != _LEFT,
                matches_user=key not in {_NOBODY, _LEFT},
            )
        )


def dentists(practice: Practice) -> list[str]:
    """Keys of those who plan treatment."""
    return [p.provider_key for p in practice.providers if p.provider_key.startswith("DR")]


class Families:
    """Builds one account after another, each with its patients."""

    def __init__(self, practice: Practice, dice: Dice, keys: Keys) -> None:
        """Add to the practice, drawing from one stream."""
        self._practice, self._dice, self._keys = practice, dice, keys
        self._phones = words.Phones(dice)
        self._dentists = dentists(practice)

    def add(self, patients: int) -> None:
        """Add families until there are so many patients more."""
        wanted = len(self._practice.patients) + patients
        while (left := wanted - len(self._practice.patients)) > 0:
            self.add_family(min(_FAMILY_SIZE.draw(self._dice), left))

    def add_family(self, size: int) -> None:
        """One account and its patients; of three or more, the last two may be twins."""
        dice = self._dice
        account = self._account()
        self._practice.accounts.append(account)
        email = (
            f"{account.first_name}.{account.last_name}.{account.account_key}@example.com".lower()
        )
        birth_date = self._adult_birth_date()
        for place in range(size):
            is_twin = place > 1 and dice.chance(0.5)
            if place == 1:
                birth_date += timedelta(days=dice.randint(-2500, 2500))
            elif place > 1 and not is_twin:
                birth_date = min(
                    birth_date + timedelta(days=365 * dice.randint(1, 24)), date(2007, 1, 1)
                )
            own = None if place == 0 else dice
            self._practice.patients.append(self._patient(account, birth_date, email, own))

    def _adult_birth_date(self) -> date:
        age_years = min(max(self._dice.gauss(54.4, 12.0), 19.0), 92.0)
        return LAST_DAY - timedelta(days=round(age_years * 365.25))

    def _account(self) -> Account:
        dice = self._dice
        sex = "F" if dice.chance(0.55) else "M"
        city, state, zip_code = words.town(dice)
        phone = self._phones.number()
        return Account(
            account_key=self._keys.account(),
            title={"F": "Ms", "M": "Mr"}[sex] if dice.chance(0.6) else None,
            last_name=words.surname(dice),
            first_name=words.first_name(dice, sex),
            middle_initial=dice.choice("ABCDEFGHJKLMNPRSTW") if dice.chance(0.5) else None,
            suffix=dice.choice(("Jr", "Sr", "III")) if sex == "M" and dice.chance(0.08) else None,
            street=words.street(dice),
            street_2=f"Apt {dice.randint(1, 40)}" if dice.chance(0.15) else None,
            city=city,
            state=state,
            zip_code=zip_code,
            home_phone=self._phones.written(phone),
            work_phone=self._phones.some(0.25),
        )

    def _patient(self, account: Account, birth_date: date, email: str, own: Dice | None) -> Patient:
        """The guarantor when `own` is None, else someone of the household."""
        dice = self._dice
        sex = "F" if dice.chance(0.6) else "M"
        first = account.first_name if own is None else words.first_name(dice, sex)
        if own is None:
            sex = "F" if first in words.WOMEN else "M"
        key = self._keys.patient()
        return Patient(
            patient_key=key,
            account_key=account.account_key,
            chart_number=f"{int(key[:6]) - 100_000:05d}",
            title={"F": dice.choice(("Ms", "Mrs")), "M": "Mr"}[sex] if dice.chance(0.7) else None,
            last_name=account.last_name,
            first_name=first,
            middle_initial=account.middle_initial if own is None else None,
            preferred_name=first[:3] if dice.chance(0.12) else None,
            sex=sex,
            birth_date=birth_date,
            home_phone=account.home_phone,
            work_phone=self._phones.some(0.3),
            work_phone_extension=str(dice.randint(10, 899)) if dice.chance(0.08) else None,
            cell_phone=self._phones.some(0.7),
            email=email if dice.chance(0.75) else None,
            social_security_number=words.social_security_number(dice),
            provider_key=dice.choice(self._dentists),
            status=_STATUSES.draw(dice),
            medical_alert=dice.choice(_ALERTS) if dice.chance(0.2) else None,
            first_visit_on=dice.day_between(_OPENED, LAST_DAY - timedelta(days=60)),
            row_version=dice.randint(1, 40),
            stage=_STAGES.draw(dice),
            grade=_GRADES.draw(dice),
        )


def add_referrals(practice: Practice, patients: list[Patient], dice: Dice, keys: Keys) -> None:
    """Who sent each patient (Zipf: few doctors send most), and some sent back out."""
    senders = Weighted(*((d, 1 / (rank + 1)) for rank, d in enumerate(practice.doctors)))
    for patient in patients:
        for position in range(1, 1 + Weighted((0, 12), (1, 62), (2, 20), (3, 6)).draw(dice)):
            practice.referrals.append(
                Referral(
                    referral_key=keys.next("referral"),
                    patient_key=patient.patient_key,
                    doctor_key=senders.draw(dice).doctor_key,
                    referred_on=patient.first_visit_on + timedelta(days=dice.randint(-30, 20)),
                    direction="from" if position == 1 or dice.chance(0.6) else "to",
                    position=position,
                )
            )


def add_coverages(practice: Practice, patients: list[Patient], dice: Dice, keys: Keys) -> None:
    """The insurance of each patient; the subscriber may be the guarantor."""
    guarantors = {a.account_key: f"{a.first_name} {a.last_name}" for a in practice.accounts}
    for patient in patients:
        names = (f"{patient.first_name} {patient.last_name}", guarantors[patient.account_key])
        for position in range(1, 1 + _COVERAGES.draw(dice)):
            coverage = new_coverage(patient.patient_key, position, names, dice, keys)
            practice.coverages.append(coverage)


def new_coverage(
    patient_key: str, position: int, names: tuple[str, str], dice: Dice, keys: Keys
) -> Coverage:
    """One policy; `names` are the patient's own and the guarantor's."""
    carrier, payer_id = dice.choice(words.CARRIERS)
    own_name, guarantor = names
    name = own_name if dice.chance(0.5) else guarantor
    effective_on = dice.day_between(date(2012, 1, 1), date(2026, 1, 1)).replace(day=1)
    return Coverage(
        coverage_key=keys.next("coverage"),
        patient_key=patient_key,
        position=position,
        carrier=carrier,
        payer_id=payer_id,
        group_name=f"{words.surname(dice)} Works",
        group_number=f"G{dice.digits(5)}",
        subscriber_name=name,
        subscriber_id=f"SYN{dice.digits(8)}",
        relationship="SELF" if name == own_name else dice.choice(("SPOUSE", "CHILD")),
        plan_type=_PLAN_TYPES.draw(dice),
        effective_on=effective_on,
        terminated_on=effective_on + timedelta(days=729) if dice.chance(0.2) else None,
    )

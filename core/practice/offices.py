"""Builds the referring doctors and the offices they share.

Rule of the house: the office a doctor truly works in is known here and nowhere in the tables.
"""

from dataclasses import dataclass, replace

from core.practice import words
from core.practice.dice import Dice, Weighted
from core.practice.keys import Keys
from core.practice.model import Practice
from core.practice.people_records import Doctor

_SPECIALTIES = Weighted(
    ("General dentistry", 74),
    ("Prosthodontics", 8),
    ("Endodontics", 7),
    ("Orthodontics", 6),
    ("Internal medicine", 5),
)
_SOURCE_TYPES = Weighted(("DENTIST", 80), ("SPECIALIST", 12), ("PHYSICIAN", 5), ("STUDY CLUB", 3))
_ENOUGH_FOR_ONE_PAIR = 3
_ENOUGH_FOR_TWO_PAIRS = 12
_PRACTICE_ENDS = ("Dental Group", "Family Dentistry", "Dental Associates", "Smiles", "Dental Care")


@dataclass(frozen=True, slots=True)
class _Office:
    number: int
    name: str
    street: str
    street_2: str | None
    city: str
    state: str
    zip_code: str
    phone: tuple[str, str]
    fax: tuple[str, str] | None
    is_named: bool


class Offices:
    """Builds offices and the doctors in them."""

    def __init__(self, practice: Practice, dice: Dice, keys: Keys) -> None:
        """Add to the practice, drawing from one stream."""
        self._practice, self._dice, self._keys = practice, dice, keys
        self._phones = words.Phones(dice)
        self._streets: set[str] = set()

    def add(self, doctors: int, offices: int) -> None:
        """So many doctors in so many offices; two pairs of offices are hard to tell apart."""
        built = [self._office(number) for number in range(offices)]
        pairs = self._blur(built)
        places = list(built) + [
            built[int(offices * self._dice.random() ** 2)] for _ in range(doctors - offices)
        ]
        # The pairs in doubt stay single-handed, so that nothing but address and phone speaks.
        lone = {number for pair in pairs for number in pair}
        taken: set[int] = set()
        for place in places:
            office = place
            while office.number in lone and office.number in taken:
                office = self._dice.choice(built)
            taken.add(office.number)
            self._practice.doctors.append(self._doctor(office))

    def _blur(self, built: list[_Office]) -> list[tuple[int, int]]:
        """Make the last offices look half alike, and say so."""
        pairs = []
        if len(built) >= _ENOUGH_FOR_ONE_PAIR:
            one, other = built[-1], built[-2]
            built[-2] = replace(
                other,
                street=one.street,
                street_2=None,
                city=one.city,
                state=one.state,
                zip_code=one.zip_code,
                is_named=False,
            )
            built[-1] = replace(one, street_2=None, is_named=False)
            pairs.append((other.number, one.number, "same address, another telephone"))
        if len(built) >= _ENOUGH_FOR_TWO_PAIRS:
            one, other = built[-3], built[-4]
            built[-4] = replace(other, phone=one.phone, is_named=False)
            built[-3] = replace(one, is_named=False)
            pairs.append((other.number, one.number, "same telephone, another address"))
        self._practice.doubtful_offices.extend(pairs)
        return [(low, high) for low, high, _ in pairs]

    def _office(self, number: int) -> _Office:
        dice = self._dice
        while (street := words.street(dice)) in self._streets:
            pass
        self._streets.add(street)
        city, state, zip_code = words.town(dice)
        return _Office(
            number=number,
            name=f"{words.surname(dice)} {dice.choice(_PRACTICE_ENDS)}",
            street=street,
            street_2=f"Suite {dice.randint(1, 30)}" if dice.chance(0.3) else None,
            city=city,
            state=state,
            zip_code=zip_code,
            phone=self._phones.own_number(),
            fax=self._phones.own_number() if dice.chance(0.6) else None,
            is_named=dice.chance(0.4),
        )

    def _doctor(self, office: _Office) -> Doctor:
        dice = self._dice
        sex = "F" if dice.chance(0.45) else "M"
        last, first = words.surname(dice), words.first_name(dice, sex)
        email = f"{first}.{last}@example.com".lower() if dice.chance(0.5) else None
        return Doctor(
            doctor_key=self._keys.doctor(last),
            office=office.number,
            last_name=last,
            first_name=first,
            middle_initial=dice.choice("ABCDEFGHJKLMNPRSTW") if dice.chance(0.3) else None,
            title=dice.choice(("DDS", "DMD", "Dr.")),
            practice_name=office.name if office.is_named and dice.chance(0.8) else None,
            street=self._spelled(office.street),
            street_2=office.street_2,
            city=office.city.upper() if dice.chance(0.08) else office.city,
            state=office.state,
            zip_code=office.zip_code,
            phone=self._phones.written(office.phone),
            fax=self._phones.written(office.fax) if office.fax else None,
            email=email,
            specialty=_SPECIALTIES.draw(dice),
            source_type=_SOURCE_TYPES.draw(dice),
        )

    def _spelled(self, street: str) -> str:
        """The same street as different people type it."""
        head, _, kind = street.rpartition(" ")
        if self._dice.chance(0.35):
            street = f"{head} {words.STREET_KINDS[kind]}"
        return street.upper() if self._dice.chance(0.1) else street

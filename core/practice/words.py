"""Words the made-up people and places are put together from.

Rule of the house: nobody here exists; surnames and towns are assembled, numbers are 555-01xx.
"""

from core.practice.dice import Dice, Weighted


def _list(text: str) -> tuple[str, ...]:
    return tuple(text.split())


WOMEN = _list(
    "Ada Agnes Amara Anneke Beatriz Bridget Carmen Celia Chloe Clara Dalia Delphine Edith Elena "
    "Esther Fatima Fiona Freya Grace Greta Hana Helena Imani Ingrid Iris Ivy Jana Joan Josefa "
    "Karin Lena Leonor Lucia Mabel Maeve Margot Maria Mei Mina Nadia Nora Olga Olive Paula Petra "
    "Priya Rosa Ruth Sabine Salma Sofia Tessa Thea Uma Vera Wanda Yara Yuki Zelda"
)
MEN = _list(
    "Aaron Abel Alec Anders Arturo Basil Bernard Bruno Caleb Carlos Conrad Darius Dmitri Edgar "
    "Elias Emil Enzo Felix Finn Gabriel Gideon Hector Henrik Hugo Ibrahim Isaac Ivan Jasper Jonas "
    "Kenji Lars Leo Linus Lorenzo Magnus Marcus Mateo Milo Nikolai Noel Omar Oscar Otto Pablo "
    "Quentin Rafael Ravi Rowan Samir Silas Stefan Theo Tomas Victor Walter Wesley Xavier Yusuf"
)
_STEMS = _list(
    "Ald Ash Brack Bram Cald Carr Dun Elm Fair Fen Glen Hart Hazel Kes Lang Lind Mar Mill North "
    "Oak Pen Quill Ravens Rook Sand Stan Thorn Under Wex Yar"
)
_ENDS = _list("bourne by combe dale field gate ham lake mere ridge stead ton wick wood worth")
_STREETS = _list(
    "Alder Amber Beacon Birch Canal Cedar Chapel Copper Cove Dover Falcon Garnet Harbor Juniper "
    "Larch Maple Meridian Mill Orchard Pine Quarry River Saddle Spruce Sunset Tanner Vine Willow"
)
STREET_KINDS = {"Street": "St.", "Avenue": "Ave", "Road": "Rd", "Drive": "Dr", "Lane": "Ln"}
# State and the first three digits of its ZIP codes; the towns are invented.
_STATES = (("NY", "109"), ("NJ", "088"), ("CT", "067"), ("PA", "185"), ("MA", "013"))
_TOWN_ENDS = ("ville", " Falls", " Junction", "burg", " Heights", " Landing")
CARRIERS = (
    ("Harbor Dental Mutual", "ZX101"),
    ("Blue Lantern Dental", "ZX102"),
    ("Granite State Benefit Trust", "ZX103"),
    ("Evergreen Smile Plan", "ZX104"),
    ("Tidewater Life & Dental", "ZX105"),
    ("Northlight Health", "ZX106"),
    ("Union Benefit Fund 88", "ZX107"),
)


def surname(dice: Dice) -> str:
    """An assembled surname."""
    return dice.choice(_STEMS) + dice.choice(_ENDS)


def first_name(dice: Dice, sex: str) -> str:
    """A first name."""
    return dice.choice(WOMEN if sex == "F" else MEN)


def street(dice: Dice) -> str:
    """House number and street, spelled out."""
    kind = dice.choice(tuple(STREET_KINDS))
    return f"{dice.randint(10, 4999)} {dice.choice(_STREETS)} {kind}"


def town(dice: Dice) -> tuple[str, str, str]:
    """Town, state and ZIP code."""
    state, zip_start = dice.choice(_STATES)
    return dice.choice(_STEMS) + dice.choice(_TOWN_ENDS), state, zip_start + dice.digits(2)


_PHONE_SHAPES = Weighted(
    ("({0}){1}-{2}", 50),  # as the bridge file writes it
    ("({0}) {1}-{2}", 18),
    ("{0}-{1}-{2}", 18),
    ("{0}.{1}.{2}", 5),
    ("{0}{1}{2}", 5),
    ("+1 {0} {1} {2}", 4),
)


class Phones:
    """Telephone numbers of the range kept free for fiction."""

    def __init__(self, dice: Dice) -> None:
        """Draw from one stream; office numbers are never given twice."""
        self._dice = dice
        self._given: set[tuple[str, str]] = set()

    def number(self) -> tuple[str, str]:
        """Area code and last four digits; people may share one by chance."""
        area = f"{self._dice.randint(2, 9)}{self._dice.randint(0, 8)}{self._dice.randint(2, 9)}"
        return ("507" if area == "555" else area), f"01{self._dice.digits(2)}"

    def own_number(self) -> tuple[str, str]:
        """A number nobody else was given by this method."""
        while (number := self.number()) in self._given:
            pass
        self._given.add(number)
        return number

    def written(self, number: tuple[str, str]) -> str:
        """The number in one of the spellings found in practice databases."""
        return _PHONE_SHAPES.draw(self._dice).format(number[0], "555", number[1])

    def some(self, share: float) -> str | None:
        """A number in that share of draws, else None."""
        return self.written(self.number()) if self._dice.chance(share) else None


def npi(dice: Dice) -> str:
    """A provider number with a right check digit, in the range never given out (first digit 2)."""
    body = "2" + dice.digits(8)
    # Luhn over the prefix 80840 and the nine digits: the prefix adds 24.
    total = 24 + sum(
        sum(divmod(int(digit) * 2, 10)) if place % 2 == 0 else int(digit)
        for place, digit in enumerate(body)
    )
    return body + str(-total % 10)


def social_security_number(dice: Dice) -> str | None:
    """A number outside every range ever given out (000, or 9xx with a low group)."""
    if not dice.chance(0.4):
        return "NA" if dice.chance(0.05) else None
    area = "000" if dice.chance(0.2) else f"9{dice.digits(2)}"
    parts = (area, f"{dice.randint(1, 39):02d}", dice.digits(4))
    return "-".join(parts) if dice.chance(0.8) else "".join(parts)

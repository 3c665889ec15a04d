"""The answer sheet: everything the generator knows, in the words of the tables.

Rule of the house: each planted thing is listed once, with the place where it truly stands.
"""

from collections import Counter
from collections.abc import Iterable

from core.practice.conventions.convention import Charts, Convention, Place
from core.practice.model import Fault, Oddity, Practice

Json = dict[str, object]

SETTINGS: Json = {
    "tooth_numbering": "universal",
    "margin_sign": "recession positive",
    "not_measured": -1,
    "coronal_margin_from": 100,
    "bit_sum": {"bleeding": 1, "suppuration": 2, "plaque": 4},
    "furcation_scale": "Glickman",
    "unknown_birth_date": "1900-01-01",
    "zone": "America/New_York",
}
"""How the numbers in the tables are meant."""

_NOTES = {"row_version": "counts the row's changes"}
"""What columns hold that no field of the vocabulary is for."""


def truth_of(
    practice: Practice, convention: Convention, charts: Charts, counts: dict[str, int]
) -> Json:
    """Everything a migration's result can be held against."""
    rejected = _faults(practice.faults, convention, charts)
    return {
        "convention": convention.name,
        "counts": counts,
        "counts_after_rejection": _left(counts, rejected),
        "rejected": rejected,
        "kept": _oddities(practice.oddities, "kept", convention, charts),
        "transformed": _oddities(practice.oddities, "transformed", convention, charts),
        "practices": practices_of(practice),
        "users": _users(practice),
        "settings": SETTINGS,
        "map": list(_meanings(convention, charts)),
    }


def _faults(faults: Iterable[Fault], convention: Convention, charts: Charts) -> list[Json]:
    placed = ((convention.place_of(fault, charts), fault) for fault in faults)
    listed = [{**_place(place), "site": place.site, "rule": fault.rule} for place, fault in placed]
    return sorted(listed, key=_order)


def _oddities(
    oddities: Iterable[Oddity], outcome: str, convention: Convention, charts: Charts
) -> list[Json]:
    chosen = [oddity for oddity in oddities if oddity.outcome == outcome]
    placed = [(convention.place_of(oddity, charts), oddity) for oddity in chosen]
    return sorted(({**_place(place), "kind": oddity.kind} for place, oddity in placed), key=_order)


def _place(place: Place) -> Json:
    return {"table": place.table, "key": place.key, "column": place.column}


def _order(entry: Json) -> tuple[str, ...]:
    return tuple(str(entry[name]) for name in sorted(entry))


def _left(counts: dict[str, int], rejected: list[Json]) -> dict[str, int]:
    """Rows that remain: a fault of one site leaves its row, any other takes it away."""
    gone = {(str(r["table"]), str(r["key"])) for r in rejected if r["site"] is None}
    lost = Counter(table for table, _ in gone)
    return {table: count - lost[table] for table, count in counts.items()}


def practices_of(practice: Practice) -> list[Json]:
    """The doctors by the office they truly work in; offices hard to tell apart say why."""
    by_office: dict[int, list[str]] = {}
    names: dict[int, str] = {}
    for doctor in practice.doctors:
        by_office.setdefault(doctor.office, []).append(doctor.doctor_key)
        if doctor.practice_name:
            names[doctor.office] = doctor.practice_name
    doubts: dict[int, list[str]] = {}
    reasons: dict[int, str] = {}
    for one, other, reason in practice.doubtful_offices:
        for here, there in ((one, other), (other, one)):
            doubts[here] = sorted(by_office.get(there, []))
            reasons[here] = reason
    return [
        {
            "doctors": sorted(keys),
            "name": names.get(office),
            "doubtful": office in doubts,
            "confused_with": doubts.get(office, []),
            "reason": reasons.get(office, ""),
        }
        for office, keys in sorted(by_office.items())
    ]


def _users(practice: Practice) -> list[Json]:
    """Which user of the destination each provider is, by e-mail; None where there is none."""
    return [
        {
            "provider": provider.provider_key,
            "email": provider.email,
            "is_active": provider.is_active,
            "user_email": provider.email if provider.matches_user else None,
        }
        for provider in practice.providers
    ]


def _meanings(convention: Convention, charts: Charts) -> Iterable[Json]:
    names = ("table", "column", "entity", "field", "note")
    for layout in convention.layouts:
        for column, field in zip(layout.table.names, layout.fields, strict=True):
            known, note = (layout.entity, field), _NOTES.get(field, "")
            if not layout.entity:
                known, note = ("", ""), "nobody can explain this table"
            elif note:
                known = (layout.entity, "")
            yield dict(zip(names, (layout.table.name, column, *known, note), strict=True))
    for meaning in charts.meanings():
        yield dict(zip(names, meaning, strict=True))

"""The answer sheet: everything the generator knows, in the words of the tables.

Rule of the house: each planted thing is listed once, with the place where it truly stands.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator

from core.practice.conventions.convention import Charts, Convention, Json, Place, Places
from core.practice.model import Fault, Oddity, Practice

_NOTES = {"row_version": "counts the row's changes"}
"""What columns hold that no field of the vocabulary is for."""

Planted = Fault | Oddity


def truth_of(
    practice: Practice, convention: Convention, charts: Charts, counts: dict[str, int]
) -> Json:
    """Everything a migration's result can be held against."""
    places = Places(practice, convention, charts)
    rejected = _listed(practice.faults, places, _as_rejected)
    return {
        "convention": convention.name,
        "counts": counts,
        "counts_after_rejection": _left(counts, rejected),
        "rejected": rejected,
        "kept": _oddities(practice, "kept", places),
        "transformed": _oddities(practice, "transformed", places),
        "not_expressible": sorted(_nowhere(practice, places), key=_order),
        "practices": practices_of(practice, convention.key),
        "users": _users(practice, convention.key),
        "settings": convention.settings,
        "map": list(_meanings(convention, charts)),
    }


def _listed(
    planted: Iterable[Planted], places: Places, entry: Callable[[Place, Planted], Json]
) -> list[Json]:
    """Each place once: what the model plants apart may be one row of this convention."""
    found = [entry(place, one) for one in planted for place in places.of(one)]
    once = {_order(one): one for one in found}
    return [once[order] for order in sorted(once)]


def _as_rejected(place: Place, planted: Planted) -> Json:
    rule = planted.rule if isinstance(planted, Fault) else ""
    return {**_place(place), "site": place.site, "rule": rule}


def _as_odd(place: Place, planted: Planted) -> Json:
    kind = planted.kind if isinstance(planted, Oddity) else ""
    return {**_place(place), "site": place.site, "kind": kind}


def _oddities(practice: Practice, outcome: str, places: Places) -> list[Json]:
    chosen = [oddity for oddity in practice.oddities if oddity.outcome == outcome]
    return _listed(chosen, places, _as_odd)


def _nowhere(practice: Practice, places: Places) -> Iterator[Json]:
    """What is planted in the model and cannot stand in these tables."""
    everything: list[Planted] = [*practice.faults, *practice.oddities]
    for planted in everything:
        if not places.of(planted):
            key = planted.key
            yield {
                "entity": planted.entity,
                "key": "|".join(map(str, key)) if isinstance(key, tuple) else str(key),
                "field": planted.field,
                "site": planted.site,
                "what": planted.rule if isinstance(planted, Fault) else planted.kind,
            }


def _place(place: Place) -> Json:
    return {"table": place.table, "key": place.key, "column": place.column}


def _order(entry: Json) -> tuple[str, ...]:
    return tuple(str(entry[name]) for name in sorted(entry))


def _left(counts: dict[str, int], rejected: list[Json]) -> dict[str, int]:
    """Rows that remain: a fault of one site leaves its row, any other takes it away."""
    gone = {(str(r["table"]), str(r["key"])) for r in rejected if r["site"] is None}
    lost = Counter(table for table, _ in gone)
    return {table: count - lost[table] for table, count in counts.items()}


def practices_of(practice: Practice, key: Callable[[str, str], str]) -> list[Json]:
    """The doctors by the office they truly work in; offices hard to tell apart say why."""
    by_office: dict[int, list[str]] = {}
    names: dict[int, str] = {}
    for doctor in practice.doctors:
        written = key("referring_doctor", doctor.doctor_key)
        by_office.setdefault(doctor.office, []).append(written)
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


def _users(practice: Practice, key: Callable[[str, str], str]) -> list[Json]:
    """Which user of the destination each provider is, by e-mail; None where there is none."""
    return [
        {
            "provider": key("provider", provider.provider_key),
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
            if layout.is_beside:
                continue
            known, note = (layout.entity, field), _NOTES.get(field, layout.left.get(column, ""))
            if not layout.entity:
                known, note = ("", ""), "nobody can explain this table"
            elif note:
                known = (layout.entity, "")
            yield dict(zip(names, (layout.table.name, column, *known, note), strict=True))
    for one in charts.meanings():
        meaning = (one.table, one.column, one.entity, one.field, one.note)
        yield dict(zip(names, meaning, strict=True))

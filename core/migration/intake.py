"""The near end of the road: read the practice, conform it, gather its records.

Rule of the house: what was read is kept, so that every later step and every reviewer speaks of the
same rows.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import polars as pl

from core.crosswalk.fit import require_fit
from core.crosswalk.mapping import SchemaMap
from core.crosswalk.practice import ConformedPractice, conform_practice
from core.errors import SourceShapeChanged
from core.migration.filing import make_files
from core.migration.passage import Passage
from core.records.assembly import Assembled, assemble, gather, restrict
from core.records.file import files
from core.records.organization import Practices, group_practices
from core.vocabulary.field import CrmObject


@dataclass(frozen=True, slots=True)
class Intake:
    """The practice as it is now.

    Attributes:
        conformed: Rows in the vocabulary and rows set aside.
        practices: Doctors in practices, over the whole practice.
        schema_map: The map they were read by.
    """

    conformed: ConformedPractice
    practices: Practices
    schema_map: SchemaMap


def read_practice(passage: Passage) -> Intake:
    """Read every table of the source and conform it by the map.

    Raises:
        SourceError: a table cannot be read, or no longer fits the map.
        MapGap: the map is not complete.
    """
    schema_map = passage.schema_map()
    tables = {table.name: table for table in passage.source.catalogue()}
    total = len(schema_map.tables)
    read: dict[str, pl.DataFrame] = {}

    def rows(name: str) -> pl.DataFrame:
        if name not in read:
            if name not in tables:
                message = f"The source has no table {name} any more, which the map names."
                raise SourceShapeChanged(message, next_step="Run `./perio discover` again.")
            read[name] = passage.source.read(tables[name])
            passage.vault.put(f"extract/{name}", read[name])
            passage.progress("tables read", len(read), total)
        return read[name]

    conformed = conform_practice(rows, schema_map, lambda paths: _there(passage, paths))
    for entity, frame in conformed.entities.items():
        require_fit(entity, frame, schema_map.decisions)
        passage.vault.put(f"vocabulary/{entity}", frame)
    passage.vault.put("rejected", conformed.rejected)
    return Intake(conformed, group_practices(conformed.entities["referring_doctor"]), schema_map)


def _there(passage: Passage, paths: pl.Series) -> frozenset[str]:
    return frozenset(
        path
        for path in paths.drop_nulls().str.strip_chars().unique()
        if path and passage.source.locate(path) is not None
    )


def wanted_records(
    passage: Passage, intake: Intake, patient_keys: pl.Series | None = None
) -> Assembled:
    """The records that the destination should hold, for all patients or for some.

    Args:
        passage: Vault, source and secret of the refs.
        intake: The practice.
        patient_keys: Patients of a sample; None for all.
    """
    entities = dict(intake.conformed.entities)
    practices = intake.practices
    if patient_keys is not None:
        entities = restrict(entities, patient_keys)
        practices = _linked(practices, entities)
    owners = provider_owners(passage, entities["provider"], intake.schema_map)
    gathered = gather(entities, owners, intake.schema_map.decisions, practices)
    made = make_files(passage, gathered.requests, entities)
    return assemble(entities, gathered, files(gathered.requests, made), passage.sign)


def _linked(practices: Practices, entities: Mapping[str, pl.DataFrame]) -> Practices:
    doctors = entities["referral"].select("doctor_key").unique()
    keys = practices.members.join(doctors, on="doctor_key", how="semi").select("practice_key")
    linked = practices.practices.join(keys.unique(), on="practice_key", how="semi")
    return replace(practices, practices=linked)


def provider_owners(
    passage: Passage, providers: pl.DataFrame, schema_map: SchemaMap
) -> pl.DataFrame:
    """The destination user in charge for each provider: by hand, by e-mail, else the placeholder.

    The placeholder is the user whose token this is; no seat is created for anyone.

    Shape:
        (providers, fields) -> (providers + 1, 2): provider_key, owner (user id as text); the row
        without a key is for records without a provider.
    """
    standing = passage.destination.standing()
    by_email = {user.email.lower(): user.user_id for user in standing.users if user.is_active}
    placeholder = standing.user.user_id
    rows: list[tuple[str | None, str]] = [(None, str(placeholder))]
    for key, email, is_active in providers.select("provider_key", "email", "is_active").iter_rows():
        wished = schema_map.users.get(key) or (email if is_active is not False else None) or ""
        rows.append((key, str(by_email.get(wished.lower(), placeholder))))
    return pl.DataFrame(
        rows, schema={"provider_key": pl.String(), "owner": pl.String()}, orient="row"
    )


_PENDING = "pending/"
"""Where records wait that become wanted once a delta was carried out."""


def keep_wanted(passage: Passage, assembled: Assembled) -> None:
    """Keep the wanted records and their carriers for verification and review."""
    _keep(passage, assembled, "")


def keep_pending(passage: Passage, assembled: Assembled) -> None:
    """Keep the records that will be wanted once the plan that is made of them was carried out."""
    _keep(passage, assembled, _PENDING)


def promote_pending(passage: Passage) -> None:
    """Let the pending records be the wanted ones."""
    for name in (*(f"wanted/{crm_object}" for crm_object in CrmObject), "carriers"):
        passage.vault.put(name, passage.vault.get(_PENDING + name))


def _keep(passage: Passage, assembled: Assembled, place: str) -> None:
    for crm_object in CrmObject:
        passage.vault.put(f"{place}wanted/{crm_object}", assembled.wanted[crm_object])
    passage.vault.put(f"{place}carriers", assembled.carriers)


def kept_wanted(passage: Passage) -> dict[CrmObject, pl.DataFrame]:
    """The wanted records as last kept."""
    return {name: passage.vault.get(f"wanted/{name}") for name in CrmObject}

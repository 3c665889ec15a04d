"""All records of a practice: wanted frames, refs, links and what carries each row.

Rule of the house: every accepted row is carried by a record or stands in a listing; `carriers`
proves it, and verification counts by it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import polars as pl

from core.crosswalk.conform import SOURCE_KEY
from core.crosswalk.mapping import Decisions
from core.records.activity import activities
from core.records.deal import Deals, deals, findings_on_deals, on_deal
from core.records.file import file_requests
from core.records.long_values import with_long_values
from core.records.note import notes
from core.records.organization import Practices, group_practices, organizations
from core.records.person import persons
from core.records.spill import with_spilled
from core.vocabulary.field import CrmObject
from core.vocabulary.record import link_fields, record_schema

Sign = Callable[[pl.Series], pl.Series]
"""Source keys -> migration refs."""

CARRIERS_SCHEMA = {
    "entity": pl.String(),
    SOURCE_KEY: pl.String(),
    "target": pl.String(),
    "ref": pl.String(),
}

_CHILDREN = (
    ("treatment_plan", "plan_key", ("planned_procedure",)),
    ("perio_exam", "exam_key", ("site_reading", "tooth_finding")),
)
"""Rows that name their patient only through a parent: parent, its key, children."""

LISTING = "listing"
"""Carrier of rows that have no record: they are listed for the person who rebuilds."""


@dataclass(frozen=True, slots=True)
class Gathered:
    """Records before their files are made.

    Attributes:
        records: Object -> records without refs (files still missing).
        requests: The files to make.
        practices: Doctors in practices.
        deals: Deals and who stands on them.
    """

    records: Mapping[CrmObject, pl.DataFrame]
    requests: pl.DataFrame
    practices: Practices
    deals: Deals


@dataclass(frozen=True, slots=True)
class Assembled:
    """What the destination should hold.

    Attributes:
        wanted: Object -> record frame, sorted by ref; files have `content` besides.
        carriers: CARRIERS_SCHEMA: each accepted row and the records that carry it.
        doubtful: Practices a person should look at.
    """

    wanted: Mapping[CrmObject, pl.DataFrame]
    carriers: pl.DataFrame
    doubtful: pl.DataFrame


def gather(
    entities: Mapping[str, pl.DataFrame],
    owners: pl.DataFrame,
    decisions: Decisions,
    practices: Practices | None = None,
) -> Gathered:
    """Records of every object but files, and the files to make.

    Args:
        entities: Accepted rows.
        owners: provider_key, owner (user id as text).
        decisions: What a person confirmed.
        practices: Groups found over all doctors, when `entities` is only a sample.
    """
    groups = practices or group_practices(entities["referring_doctor"])
    patients = persons(entities, groups, owners)
    plans = deals(entities, patients, owners, decisions)
    records: dict[CrmObject, pl.DataFrame] = {
        CrmObject.ORGANIZATION: organizations(groups),
        CrmObject.PERSON: patients,
        CrmObject.DEAL: plans.records,
        CrmObject.ACTIVITY: activities(entities, owners, decisions),
        CrmObject.NOTE: notes(entities["note"]),
    }
    return Gathered(
        with_spilled(records), file_requests(entities, plans.of_exam, plans.too_long), groups, plans
    )


def assemble(
    entities: Mapping[str, pl.DataFrame], gathered: Gathered, files: pl.DataFrame, sign: Sign
) -> Assembled:
    """Give every record its ref, every link the ref it points to, every row its carriers.

    Args:
        entities: Accepted rows.
        gathered: Records without refs.
        files: File records without refs (`core.records.file.files`).
        sign: Makes refs.
    """
    records = {
        name: _linked(name, frame, files)
        for name, frame in {**gathered.records, CrmObject.FILE: files}.items()
    }
    wanted = {crm_object: _signed(crm_object, frame, sign) for crm_object, frame in records.items()}
    return Assembled(wanted, _carriers(entities, gathered, wanted), gathered.practices.doubtful)


def _linked(crm_object: CrmObject, frame: pl.DataFrame, files: pl.DataFrame) -> pl.DataFrame:
    """The records without links to files that could not be made: an image without its file."""
    there = files["source_key"].implode()
    return frame.with_columns(
        pl.when(pl.col(path).is_in(there)).then(path).alias(path)
        for path, to in link_fields(crm_object).items()
        if to is CrmObject.FILE and path in frame.columns
    )


def _signed(crm_object: CrmObject, frame: pl.DataFrame, sign: Sign) -> pl.DataFrame:
    schema = record_schema(crm_object)
    absent = [
        pl.lit(None, dtype=dtype).alias(name)
        for name, dtype in schema.items()
        if name not in frame.columns and name != "ref"
    ]
    links = [sign(frame[path]).alias(path) for path in link_fields(crm_object) if path in frame]
    extra = ["content"] if "content" in frame.columns else []
    full = frame.with_columns(sign(frame["source_key"]).alias("ref"), *absent, *links)
    full = with_long_values(crm_object, full)
    return full.select(*(pl.col(name).cast(dtype) for name, dtype in schema.items()), *extra).sort(
        "ref"
    )


def _carriers(
    entities: Mapping[str, pl.DataFrame],
    gathered: Gathered,
    wanted: Mapping[CrmObject, pl.DataFrame],
) -> pl.DataFrame:
    """Each accepted row beside the source key of every record that carries it, then as refs."""
    pairs = _pairs(entities, gathered)
    signed = pl.concat(
        frame.select(
            pl.lit(crm_object.value).alias("target"), pl.col("source_key").alias("record"), "ref"
        )
        for crm_object, frame in wanted.items()
    )
    carried = pairs.join(signed, on="record", how="inner").select(*CARRIERS_SCHEMA)
    rows = pl.concat(
        [
            pl.DataFrame(schema={"entity": pl.String(), SOURCE_KEY: pl.String()}),
            *(
                frame.select(pl.lit(key).alias("entity"), SOURCE_KEY)
                for key, frame in entities.items()
            ),
        ]
    )
    listed = rows.join(carried, on=["entity", SOURCE_KEY], how="anti").with_columns(
        pl.lit(LISTING).alias("target"), pl.lit(None, dtype=pl.String()).alias("ref")
    )
    return pl.concat([carried.unique(), listed]).sort("entity", SOURCE_KEY, "target", "ref")


def _pairs(entities: Mapping[str, pl.DataFrame], gathered: Gathered) -> pl.DataFrame:
    """entity, source_key, record: which record (by its source key) carries which row."""
    found: list[pl.DataFrame] = []

    def carry(entity: str, frame: pl.DataFrame, record: pl.Expr) -> None:
        found.append(
            frame.select(
                pl.lit(entity).alias("entity"), SOURCE_KEY, record.alias("record")
            ).drop_nulls()
        )

    patient = pl.format("patient|{}", "patient_key")
    plan = pl.format("treatment_plan|{}", "plan_key")
    deal = pl.col("deal_key")
    members = gathered.practices.members
    doctors = entities["referring_doctor"].join(members, on="doctor_key", how="left")
    carry("referring_doctor", doctors, pl.format("referring_practice|{}", "practice_key"))
    carry("account", entities["account"].join(_by_account(entities), on="account_key"), patient)
    for entity in ("patient", "referral", "coverage"):
        carry(entity, entities[entity], patient)
    for entity in ("treatment_plan", "planned_procedure"):
        carry(entity, entities[entity], plan)
    carry("visit", entities["visit"], pl.format("visit|{}", "visit_key"))
    carry("note", entities["note"], pl.format("note|{}", "note_key"))
    of_patient, of_exam = gathered.deals.of_patient, gathered.deals.of_exam
    for entity in ("diagnosis", "radiograph"):
        carry(entity, on_deal(entities[entity], of_patient), deal)
    findings = findings_on_deals(entities["custom_finding"], of_exam, of_patient)
    carry("custom_finding", findings, deal)
    for entity in ("perio_exam", "site_reading", "tooth_finding"):
        carry(entity, entities[entity].join(of_exam, on="exam_key"), deal)
    carry("provider", entities["provider"].join(gathered.deals.base, on="provider_key"), deal)
    carry("provider", entities["provider"].join(entities["patient"], on="provider_key"), patient)
    found.extend(_filed(entities, gathered.requests))
    found.append(_derived(gathered))
    return pl.concat(found).unique()


def _derived(gathered: Gathered) -> pl.DataFrame:
    """Practices and chart histories: rows that were computed, carried by a record each."""
    practices = gathered.practices.practices.select(
        pl.lit("referring_practice").alias("entity"),
        pl.col("practice_key").alias(SOURCE_KEY),
        pl.format("referring_practice|{}", "practice_key").alias("record"),
    )
    histories = gathered.requests.filter(pl.col("entity") == "chart_history").select(
        "entity", pl.col("row_key").alias(SOURCE_KEY), pl.col("file_key").alias("record")
    )
    return pl.concat([practices, histories])


def _by_account(entities: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    return entities["patient"].select("account_key", "patient_key")


def _filed(entities: Mapping[str, pl.DataFrame], requests: pl.DataFrame) -> list[pl.DataFrame]:
    made = requests.filter(pl.col("entity") != "chart_history").select(
        "entity", pl.col("row_key").alias(SOURCE_KEY), pl.col("file_key").alias("record")
    )
    histories = requests.filter(pl.col("entity") == "chart_history").select(
        "patient_key", pl.col("file_key").alias("record")
    )
    exams = entities["perio_exam"].join(histories, on="patient_key")
    parts = [exams.select(pl.lit("perio_exam").alias("entity"), SOURCE_KEY, "record")]
    of_exam = exams.select("exam_key", "record")
    parts += [
        entities[entity]
        .join(of_exam, on="exam_key")
        .select(pl.lit(entity).alias("entity"), SOURCE_KEY, "record")
        for entity in ("site_reading", "tooth_finding")
    ]
    return [made, *parts]


def restrict(
    entities: Mapping[str, pl.DataFrame], patient_keys: pl.Series
) -> dict[str, pl.DataFrame]:
    """The rows that belong to some patients; doctors, accounts and providers stay whole.

    Shape:
        The same frames with fewer rows.
    """
    chosen = patient_keys.rename("patient_key").to_frame().unique()
    kept = {
        key: frame.join(chosen, on="patient_key", how="semi", maintain_order="left")
        if "patient_key" in frame.columns
        else frame
        for key, frame in entities.items()
    }
    for parent, key, children in _CHILDREN:
        for child in children:
            kept[child] = kept[child].join(kept[parent], on=key, how="semi", maintain_order="left")
    return kept

"""A practice made once, and the same practice under other names."""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import polars as pl
import pytest

from core.crosswalk.mapping import SchemaMap
from core.discovery import Inventory, decisions_proposed, take_inventory
from core.matching import propose
from core.ports import Column, Link, Table
from core.practice.make import make_practice
from core.practice.truth_map import confirmed_map
from core.sources import open_source

Rename = Callable[[str, str], str]
"""Table ("" for the table's own name) and column -> new name."""


@dataclass(frozen=True, slots=True)
class Known:
    """A source whose map is known."""

    catalogue: tuple[Table, ...]
    frames: dict[str, pl.DataFrame]
    truth: SchemaMap

    def inventory(self) -> Inventory:
        return take_inventory(self.catalogue, self.frames)

    def proposal(self) -> SchemaMap:
        inventory = self.inventory()
        decisions = decisions_proposed(inventory, self.frames)
        return propose(inventory, self.frames, decisions=decisions)


def renamed(known: Known, rename: Rename, *, keeps_keys: bool = True) -> Known:
    def table_name(name: str) -> str:
        return rename("", name)

    catalogue, frames, maps = [], {}, []
    for table in known.catalogue:
        names = {column.name: rename(table.name, column.name) for column in table.columns}
        links = tuple(
            Link(
                tuple(names[one] for one in link.columns),
                table_name(link.to_table),
                tuple(rename(link.to_table, one) for one in link.to_columns),
            )
            for link in table.links
        )
        key = tuple(names[one] for one in table.key)
        catalogue.append(
            Table(
                table_name(table.name),
                tuple(Column(names[one.name], one.declared_type) for one in table.columns),
                key if keeps_keys else (),
                table.rows,
                links if keeps_keys else (),
            )
        )
        frames[table_name(table.name)] = known.frames[table.name].rename(names)
    for table_map in known.truth.tables:
        columns = tuple(
            replace(column, name=rename(table_map.name, column.name))
            for column in table_map.columns
        )
        key = tuple(rename(table_map.name, one) for one in table_map.key)
        maps.append(replace(table_map, name=table_name(table_map.name), key=key, columns=columns))
    return Known(tuple(catalogue), frames, replace(known.truth, tables=tuple(maps)))


def _pieces(name: str) -> list[str]:
    return re.findall(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|\d+", name)


def snake(_table: str, name: str) -> str:
    return "_".join(piece.lower() for piece in _pieces(name))


def upper(_table: str, name: str) -> str:
    return name.upper()


def prefixed(table: str, name: str) -> str:
    return f"{table}_{name}" if table else f"SD_{name}"


def hungarian(table: str, name: str) -> str:
    if not table:
        return f"t{name}"
    prefix = "dt" if "Date" in name else "l" if name.endswith(("ID", "No")) else "s"
    return f"{prefix}{name}"


# Made up for the test; each is one of several words in use for the thing.
OTHER_WORDS = {
    "Patient": "client", "Account": "guarantor", "Refdr": "referring_dentist",
    "PatientRefdr": "patient_referrals", "Provider": "doctors", "TreatPlan": "tx_plan",
    "PlanProc": "tx_plan_item", "Visit": "appointments", "PerioExam": "perio_chart",
    "PerioMeasure": "perio_probing", "PerioTooth": "perio_tooth_status",
    "Radiograph": "xray_images", "Diagnosis": "perio_diagnoses", "Insurance": "policies",
    "Letter": "correspondence", "LetterTemplate": "form_letters", "ClinNote": "progress_notes",
    "Document": "attached_files", "xPracticeFinding": "user_findings", "ZTBL_88": "zz_88",
    "PatID": "client_no", "AccountNO": "guarantor_no", "ChartNo": "mrn", "LastName": "surname",
    "FirstName": "given_name", "NickName": "known_as", "Sex": "gender", "BirthDate": "dob",
    "HomePhone": "home_tel", "WorkPhone": "business_tel", "WorkPhoneExt": "tel_ext",
    "CellPhone": "mobile", "Email": "e_mail", "PrimaryProvID": "doctor_no", "ProvID": "doctor_no",
    "RefdrID": "referring_dentist_no", "MedAlert": "allergies", "FirstVisitDate": "first_seen",
    "Street": "address_1", "Street2": "address_2", "Zip": "postal_code", "Abbr": "initials",
    "Credentials": "degree", "IsActive": "active_flag", "PlanID": "tx_plan_no",
    "PlanName": "heading", "PlanDate": "date_presented", "EstValue": "total_fee",
    "Currency": "ccy", "Note": "remarks", "PlanProcID": "item_no", "ProcCode": "ada_code",
    "Descript": "description", "Quad": "quadrant", "Fee": "charge", "VisitID": "appt_no",
    "VisitDate": "appt_date", "VisitTime": "appt_time", "DurationMin": "minutes",
    "VisitType": "reason", "Completed": "done", "ExamID": "chart_no", "ExamDate": "charted_on",
    "MeasureType": "measure_code", "Missing": "is_missing", "Implant": "is_implant",
    "Mobility": "mob", "TakenOn": "exposure_date", "RadType": "modality",
    "DiagText": "classification", "ICD10": "icd_code", "DiagDate": "diagnosed",
    "Ordinal": "priority", "Carrier": "insurance_company", "PayerID": "electronic_id",
    "SubscriberName": "policy_holder", "SubscriberID": "member_id", "EffectiveDate": "start_date",
    "TermDate": "end_date", "LetterDate": "date_sent", "Author": "written_by",
    "FilePath": "file_name", "MimeType": "content_type", "RefDate": "date_referred",
    "FindName": "label", "FindValue": "result", "ToothNo": "tooth_number",
}  # fmt: skip


def other_words(_table: str, name: str) -> str:
    return OTHER_WORDS.get(name) or snake("", name)


@pytest.fixture(scope="session")
def panda(tmp_path_factory) -> Known:
    folder: Path = tmp_path_factory.mktemp("practice")
    make_practice(folder, patients=60, seed=3)
    source = open_source("sqlite:///practice.sqlite", folder)
    catalogue = source.catalogue()
    frames = {table.name: source.read(table) for table in catalogue}
    source.close()
    return Known(catalogue, frames, confirmed_map())


@pytest.fixture(scope="session")
def styles(panda) -> dict[str, Known]:
    return {
        "panda": panda,
        "snake": renamed(panda, snake),
        "upper": renamed(panda, upper),
        "prefixed": renamed(panda, prefixed),
        "hungarian": renamed(panda, hungarian),
        "other words": renamed(panda, other_words),
        "no keys": renamed(panda, snake, keeps_keys=False),
    }

"""The periodontal chart: exams, site readings, tooth findings, and what a deal shows of them.

Rule of the house: recession is positive apical of the CEJ; an unknown margin makes CAL unknown.
"""

import polars as pl

from core.vocabulary.field import CrmObject, CrmType, Entity, Field, Home, Reads, Sensitivity

_CLINICAL = Sensitivity.CLINICAL
_DEAL = CrmObject.DEAL
_CHART = "Chart JSON and Chart; earlier exams in the chart history file"


def _custom(name: str, crm_type: CrmType) -> Home:
    return Home(_DEAL, name, crm_type)


def _count(text: str, name: str) -> Field:
    return Field(text, pl.Int64(), _CLINICAL, _custom(name, CrmType.DOUBLE), within=(0, 192))


def _share(text: str, name: str) -> Field:
    return Field(
        text,
        pl.Float64(),
        _CLINICAL,
        _custom(name, CrmType.DOUBLE),
        unit="%",
        within=(0, 100),
        equal_within=0.05,
    )


def _basis(text: str, name: str) -> Field:
    return Field(text, pl.String(), _CLINICAL, _custom(name, CrmType.VARCHAR))


def _mean(text: str, name: str) -> Field:
    return Field(
        text,
        pl.Float64(),
        _CLINICAL,
        _custom(name, CrmType.DOUBLE),
        unit="mm",
        within=(-10, 20),
        equal_within=0.005,
    )


class PerioExam(Entity):
    """One periodontal examination."""

    key = "perio_exam"
    meaning = "When a chart was taken, and by whom."
    is_clinical = True

    exam_key = Field("The exam's own key.", pl.String(), is_key=True, is_required=True)
    patient_key = Field(
        "The patient.",
        pl.String(),
        carried="the deal it is kept on",
        is_required=True,
        refers_to="patient",
    )
    provider_key = Field("The examiner.", pl.String(), carried=_CHART, refers_to="provider")
    examined_on = Field("Date.", pl.Date(), _CLINICAL, carried=_CHART, is_required=True)
    note = Field("Remark.", pl.String(), _CLINICAL, carried=_CHART)


class SiteReading(Entity):
    """What was measured at one site of one tooth in one exam."""

    key = "site_reading"
    meaning = "Depth, margin, bleeding, suppuration and plaque at one of a tooth's six sites."
    is_clinical = True

    exam_key = Field(
        "The exam.",
        pl.String(),
        carried=_CHART,
        is_key=True,
        is_required=True,
        refers_to="perio_exam",
    )
    tooth = Field(
        "Tooth, Universal 1-32.",
        pl.Int64(),
        _CLINICAL,
        carried=_CHART,
        is_key=True,
        is_required=True,
        within=(1, 32),
        reads=Reads.TOOTH,
    )
    site = Field(
        "Site.",
        pl.String(),
        _CLINICAL,
        carried=_CHART,
        is_key=True,
        is_required=True,
        options=("MB", "B", "DB", "ML", "L", "DL"),
    )
    probing_depth_mm = Field(
        "Probing depth.", pl.Int64(), _CLINICAL, carried=_CHART, unit="mm", within=(0, 20)
    )
    recession_mm = Field(
        "Gingival margin, positive apical of the CEJ.",
        pl.Int64(),
        _CLINICAL,
        carried=_CHART,
        unit="mm",
        within=(-15, 20),
    )
    mgj_mm = Field(
        "Distance to the mucogingival junction.",
        pl.Int64(),
        _CLINICAL,
        carried=_CHART,
        unit="mm",
        within=(0, 20),
    )
    is_bleeding = Field("Bleeding on probing.", pl.Boolean(), _CLINICAL, carried=_CHART)
    is_suppurating = Field("Suppuration.", pl.Boolean(), _CLINICAL, carried=_CHART)
    has_plaque = Field("Plaque.", pl.Boolean(), _CLINICAL, carried=_CHART)


class ToothFinding(Entity):
    """What was found at one tooth in one exam."""

    key = "tooth_finding"
    meaning = "Missing or implant, mobility and furcation of one tooth."
    is_clinical = True

    exam_key = Field(
        "The exam.",
        pl.String(),
        carried=_CHART,
        is_key=True,
        is_required=True,
        refers_to="perio_exam",
    )
    tooth = Field(
        "Tooth, Universal 1-32.",
        pl.Int64(),
        _CLINICAL,
        carried=_CHART,
        is_key=True,
        is_required=True,
        within=(1, 32),
        reads=Reads.TOOTH,
    )
    is_missing = Field("Whether the tooth is missing.", pl.Boolean(), _CLINICAL, carried=_CHART)
    is_implant = Field("Whether an implant stands here.", pl.Boolean(), _CLINICAL, carried=_CHART)
    mobility = Field("Mobility as recorded.", pl.String(), _CLINICAL, carried=_CHART)
    furcation_b = Field("Furcation, buccal.", pl.String(), _CLINICAL, carried=_CHART)
    furcation_l = Field("Furcation, lingual.", pl.String(), _CLINICAL, carried=_CHART)
    furcation_m = Field("Furcation, mesial.", pl.String(), _CLINICAL, carried=_CHART)
    furcation_d = Field("Furcation, distal.", pl.String(), _CLINICAL, carried=_CHART)
    furcation_scale = Field("Scale of the grades.", pl.String(), _CLINICAL, carried=_CHART)
    note = Field("Remark.", pl.String(), _CLINICAL, carried=_CHART)


class ChartRecord(Entity):
    """The exam that belongs to a plan, as the deal shows it."""

    key = "chart_record"
    meaning = "Every reading as JSON and as text, and the figures a clinician sorts and filters by."
    is_derived = True

    exam_on = Field("Date of the exam.", pl.Date(), _CLINICAL, _custom("Exam Date", CrmType.DATE))
    exam_note = Field(
        "Remark of the exam.", pl.String(), _CLINICAL, _custom("Exam Note", CrmType.TEXT)
    )
    chart_json = Field(
        "Every reading.",
        pl.String(),
        _CLINICAL,
        _custom("Chart JSON", CrmType.TEXT),
        reads=Reads.JSON,
    )
    chart_text = Field("The chart to read.", pl.String(), _CLINICAL, _custom("Chart", CrmType.TEXT))
    teeth_present = _count("Teeth present, implants apart.", "Teeth Present")
    sites_probed = _count("Sites with a probing depth.", "Sites Probed")
    bop_percent = _share("Bleeding sites of probed sites.", "BOP %")
    bop_basis = _basis("Numerator, denominator and rule of BOP.", "BOP Basis")
    plaque_percent = _share("Surfaces with plaque of surfaces recorded.", "Plaque %")
    plaque_basis = _basis("Numerator, denominator and rule of plaque.", "Plaque Basis")
    mean_pd_mm = _mean("Mean probing depth.", "Mean PD mm")
    mean_pd_basis = _basis("Sum, count and rule of the mean depth.", "Mean PD Basis")
    mean_cal_mm = _mean("Mean clinical attachment level.", "Mean CAL mm")
    mean_cal_basis = _basis("Sum, count and rule of the mean CAL.", "Mean CAL Basis")
    sites_ge_4 = _count("Sites of 4 mm or more.", "Sites PD >= 4 mm")
    sites_ge_5 = _count("Sites of 5 mm or more.", "Sites PD >= 5 mm")
    sites_ge_6 = _count("Sites of 6 mm or more.", "Sites PD >= 6 mm")
    suppuration_sites = _count("Sites with suppuration.", "Suppuration Sites")
    furcated_teeth = _count("Teeth with a furcation.", "Furcated Teeth")
    mobile_teeth = _count("Teeth with mobility.", "Mobile Teeth")
    custom_findings = Field(
        "The practice's own findings, one a line.",
        pl.String(),
        _CLINICAL,
        _custom("Custom Findings", CrmType.TEXT),
        reads=Reads.LIST,
    )


class ChartHistory(Entity):
    """Every exam of a patient, as a file to keep."""

    key = "chart_history"
    meaning = "All exams of a patient as JSON and PDF, so that no earlier chart is left behind."
    is_derived = True

    history_key = Field("The patient's key and the format.", pl.String(), is_key=True)

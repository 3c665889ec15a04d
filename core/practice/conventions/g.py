"""Convention G, snake_case: a row a site with its letters, Y and N for yes and no.

Rule of the house: recession is positive, overgrowth negative; what was not measured is null.
"""

from core.practice.conventions.convention import Convention, Json
from core.practice.conventions.declared import declared
from core.practice.conventions.encoding import Encoding
from core.practice.conventions.grid import Grain, Shape, grid
from core.practice.conventions.grid_charts import MakesGridCharts
from core.practice.conventions.layouts import MapLayout
from core.practice.conventions.style import Style

STYLE = Style(date_type="DATE", is_date_text=False, flags=("N", "Y"), flag_type="CHAR(1)")

LAYOUTS = declared(
    """
provider provider
    provider_cd=provider_key abbr=abbreviation last_nm=last_name first_nm=first_name
    credential_txt=credentials npi_no=npi specialty_nm=specialty email_addr=email
    active_ind=is_active
account account
    account_no=account_key title_cd=title last_nm=last_name first_nm=first_name
    middle_init=middle_initial suffix_cd=suffix addr_line_1=street addr_line_2=street_2
    city_nm=city state_cd=state postal_cd=zip_code home_phone_no=home_phone
    work_phone_no=work_phone
referring_doctor ref_doctor
    ref_doctor_cd=doctor_key last_nm=last_name first_nm=first_name middle_init=middle_initial
    title_cd=title office_nm=practice_name addr_line_1=street addr_line_2=street_2 city_nm=city
    state_cd=state postal_cd=zip_code phone_no=phone fax_no=fax email_addr=email
    specialty_nm=specialty source_type_cd=source_type
patient patient
    patient_cd=patient_key account_no=account_key chart_no=chart_number title_cd=title
    last_nm=last_name first_nm=first_name middle_init=middle_initial nick_nm=preferred_name
    sex_cd=sex birth_dt=birth_date home_phone_no=home_phone work_phone_no=work_phone
    work_ext_no=work_phone_extension mobile_no=cell_phone email_addr=email
    ssn_no=social_security_number provider_cd=provider_key status_cd=status
    alert_txt=medical_alert first_visit_dt=first_visit_on row_version_no=row_version
    deleted_ind
referral patient_ref_doctor
    patient_ref_id=referral_key patient_cd=patient_key ref_doctor_cd=doctor_key
    referred_dt=referred_on direction_cd=direction seq_no=position
treatment_plan treatment_plan
    plan_id=plan_key patient_cd=patient_key plan_nm=title plan_dt=planned_on status_cd=status
    phase_nm=phase est_value_amt=estimated_value currency_cd=currency provider_cd=provider_key
    note_txt=note
planned_procedure plan_line
    plan_line_id=procedure_key plan_id=plan_key line_no=position proc_cd=code
    proc_desc=description tooth_no=tooth quadrant_cd=quadrant fee_amt=fee phase_nm=phase
    status_cd=status
visit encounter
    encounter_id=visit_key patient_cd=patient_key plan_id=plan_key provider_cd=provider_key
    visit_dt=visited_on visit_tm=visited_at duration_min=duration_min visit_type_nm=visit_type
    kind_cd=kind subject_txt=written_subject note_txt=remark done_ind=is_done
radiograph image
    image_id=radiograph_key patient_cd=patient_key plan_id=plan_key taken_dt=taken_on
    image_type_cd=kind finding_txt=findings teeth_txt=teeth file_path=file_path
    file_size=size_bytes
diagnosis diagnosis
    diagnosis_id=diagnosis_key patient_cd=patient_key plan_id=plan_key
    diagnosis_dt=diagnosed_on diagnosis_txt=classification icd10_cd=icd_10
coverage insurance_policy
    policy_id=coverage_key patient_cd=patient_key rank_no=position carrier_nm=carrier
    payer_cd=payer_id group_nm=group_name group_no=group_number subscriber_nm=subscriber_name
    subscriber_cd=subscriber_id relation_cd=relationship plan_type_cd=plan_type
    effective_dt=effective_on term_dt=terminated_on
letter letter
    letter_id=letter_key patient_cd=patient_key ref_doctor_cd=doctor_key letter_dt=written_on
    letter_type_cd=kind subject_txt=subject format_cd=body_format file_path=file_path
letter_template letter_template
    template_id=template_key template_nm=name body_txt:TEXT=body
note clinical_note
    note_id=note_key patient_cd=patient_key plan_id=plan_key note_dt=written_on author_nm=author
    note_type_cd=kind note_txt=body
attachment attachment
    attachment_id=attachment_key patient_cd=patient_key descr_txt=description
    file_path=file_path mime_type=mime_type created_dt=created_on
custom_finding exam_finding
    finding_id=finding_key exam_id=exam_key patient_cd=patient_key finding_dt=found_on
    finding_nm=name tooth_no=tooth value_txt=value_text
perio_exam perio_exam
    exam_id=exam_key patient_cd=patient_key exam_dt=examined_on provider_cd=provider_key
    note_txt=note
- z_lookup_17
    k1=k1 v1=v1 v2=v2 v3=v3
""",
    STYLE,
)

ENCODING = Encoding(marks=("N", "Y"))

TEETH = grid(
    "perio_tooth",
    """
    exam_id:INTEGER=exam_key tooth_no:SMALLINT=tooth missing_ind:CHAR(1)=is_missing
    implant_ind:CHAR(1)=is_implant mobility_cd:VARCHAR(4)=mobility
    furc_b_cd:VARCHAR(4)=furcation_b furc_l_cd:VARCHAR(4)=furcation_l
    furc_m_cd:VARCHAR(4)=furcation_m furc_d_cd:VARCHAR(4)=furcation_d
    furc_scale_cd:VARCHAR(20)=furcation_scale note_txt:VARCHAR(255)=note
    """,
    ENCODING,
    Shape(Grain.TOOTH, MapLayout.ROWS, ("exam_id", "tooth_no")),
)
SITES = grid(
    "perio_site",
    """
    exam_id:INTEGER=exam_key tooth_no:SMALLINT=tooth site_cd:CHAR(2)=site
    probing_mm=probing_depth recession_mm=gingival_margin bop_ind:CHAR(1)=bleeding
    supp_ind:CHAR(1)=suppuration plaque_ind:CHAR(1)=plaque
    """,
    ENCODING,
    Shape(Grain.SITE, MapLayout.SITE_ROWS, ("exam_id", "tooth_no", "site_cd")),
)

SETTINGS: Json = {
    "tooth_numbering": "universal",
    "margin_sign": "recession positive",
    "not_measured": None,
    "coronal_margin_from": None,
    "marks": {"N": "no", "Y": "yes"},
    "furcation_scale": "Glickman",
    "unknown_birth_date": "1900-01-01",
    "zone": "America/New_York",
    "not_recorded": ["site_reading.mgj_mm"],
}

G = Convention(
    name="g",
    tables=(*(layout.table for layout in LAYOUTS), TEETH.table, SITES.table),
    layouts=LAYOUTS,
    charts=MakesGridCharts(STYLE, ENCODING, TEETH, SITES),
    settings=SETTINGS,
    key=STYLE.key_text,
)

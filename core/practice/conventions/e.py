"""Convention E, Access upsized: names with blanks and #, yes/no bits, FDI numbers.

Rule of the house: every list of teeth is FDI here; recession is positive, null is not measured.
"""

from core.practice.conventions.convention import Convention, Json
from core.practice.conventions.declared import declared
from core.practice.conventions.encoding import Encoding, fdi, fdi_text
from core.practice.conventions.grid import Grain, Shape, grid
from core.practice.conventions.grid_charts import MakesGridCharts
from core.practice.conventions.layouts import MapLayout
from core.practice.conventions.style import Style, number_key

STYLE = Style(
    date=lambda day: f"{day.isoformat()} 00:00:00",
    unknown_date="1899-12-30 00:00:00",
    date_type="DATETIME",
    is_date_text=False,
    flag_type="BIT",
    key=number_key,
    key_type="INT",
    money_type="MONEY",
    whole_type="INT",
    text_type="NVARCHAR(255)",
    long_type="NTEXT",
    slash="\\",
    teeth=fdi_text,
)

LAYOUTS = declared(
    """
provider tblProvider
    Provider ID=provider_key, Initials=abbreviation, Last Name=last_name, First Name=first_name,
    Degree=credentials, NPI #=npi, Specialty=specialty, E-mail=email, Active?=is_active,
account tblResponsible Party
    Account #=account_key, Title=title, Last Name=last_name, First Name=first_name,
    Middle Initial=middle_initial, Suffix=suffix, Street Address=street, Address 2=street_2,
    City=city, State=state, Zip Code=zip_code, Home Phone=home_phone, Work Phone=work_phone,
referring_doctor tblReferring Doctor
    Doctor ID=doctor_key, Last Name=last_name, First Name=first_name,
    Middle Initial=middle_initial, Title=title, Office Name=practice_name,
    Street Address=street, Address 2=street_2, City=city, State=state, Zip Code=zip_code,
    Office Phone=phone, Fax #=fax, E-mail=email, Specialty=specialty, Source Type=source_type,
patient tblPatient
    Patient ID=patient_key, Account #=account_key, Chart #=chart_number, Title=title,
    Last Name=last_name, First Name=first_name, Middle Initial=middle_initial,
    Nick Name=preferred_name, Sex=sex, DOB=birth_date, Home Phone=home_phone,
    Work Phone=work_phone, Ext #=work_phone_extension, Cell Phone=cell_phone, E-mail=email,
    SS #=social_security_number, Provider ID=provider_key, Status=status,
    Med Alert=medical_alert, First Visit=first_visit_on, Edit #=row_version,
    Recall Months:INT,
referral tblPatient Referral
    Referral ID=referral_key, Patient ID=patient_key, Doctor ID=doctor_key,
    Referral Date=referred_on, In/Out=direction, Order #=position,
treatment_plan tblTreatment Plan
    Plan ID=plan_key, Patient ID=patient_key, Plan Name=title, Plan Date=planned_on,
    Status=status, Phase=phase, Estimate $=estimated_value, Currency=currency,
    Provider ID=provider_key, Notes=note,
planned_procedure tblPlan Line
    Line ID=procedure_key, Plan ID=plan_key, Line #=position, Proc Code=code,
    Description=description, Tooth #=tooth, Quadrant=quadrant, Fee $=fee, Phase=phase,
    Line Status=status,
visit tblVisit
    Visit ID=visit_key, Patient ID=patient_key, Plan ID=plan_key, Provider ID=provider_key,
    Visit Date=visited_on, Visit Time=visited_at, Minutes=duration_min, Visit Type=visit_type,
    Contact Kind=kind, Subject=written_subject, Notes=remark, Done?=is_done,
radiograph tblX-Ray
    X-Ray ID=radiograph_key, Patient ID=patient_key, Plan ID=plan_key, Date Taken=taken_on,
    X-Ray Type=kind, Findings=findings, Tooth #s=teeth, File Name=file_path,
    File Size=size_bytes,
diagnosis tblDiagnosis
    Diagnosis ID=diagnosis_key, Patient ID=patient_key, Plan ID=plan_key, Date=diagnosed_on,
    Diagnosis=classification, ICD-10=icd_10,
coverage tblInsurance
    Insurance ID=coverage_key, Patient ID=patient_key, Primary/Secondary=position,
    Carrier=carrier, Payer #=payer_id, Group Name=group_name, Group #=group_number,
    Subscriber=subscriber_name, Subscriber #=subscriber_id, Relationship=relationship,
    Plan Type=plan_type, Effective=effective_on, Terminated=terminated_on,
letter tblLetter
    Letter ID=letter_key, Patient ID=patient_key, Doctor ID=doctor_key, Letter Date=written_on,
    Letter Type=kind, Subject=subject, Format=body_format, File Name=file_path,
letter_template tblLetter Template
    Template ID=template_key, Template Name=name, Body:NTEXT=body,
note tblNote
    Note ID=note_key, Patient ID=patient_key, Plan ID=plan_key, Note Date=written_on,
    Entered By=author, Note Type=kind, Note=body,
attachment tblAttachment
    Attachment ID=attachment_key, Patient ID=patient_key, Description=description,
    File Name=file_path, File Type=mime_type, Date Added=created_on,
custom_finding tblExam Finding
    Finding ID=finding_key, Exam ID=exam_key, Patient ID=patient_key, Finding Date=found_on,
    Finding=name, Tooth #=tooth, Value=value_text,
perio_exam tblExam
    Exam ID=exam_key, Patient ID=patient_key, Exam Date=examined_on, Provider ID=provider_key,
    Exam Notes=note,
- Paste Errors
    Field0=k1, Field1=v1, Field2=v2, Field3=v3,
""",
    STYLE,
)

ENCODING = Encoding(tooth=fdi)

TEETH = grid(
    "tblExam Tooth",
    """
    Exam ID:INT=exam_key, Tooth #:SMALLINT=tooth, Missing?:BIT=is_missing,
    Implant?:BIT=is_implant, Mobility:NVARCHAR(4)=mobility, Furc B:NVARCHAR(4)=furcation_b,
    Furc L:NVARCHAR(4)=furcation_l, Furc M:NVARCHAR(4)=furcation_m,
    Furc D:NVARCHAR(4)=furcation_d, Furc Scale:NVARCHAR(20)=furcation_scale,
    Tooth Note:NVARCHAR(255)=note
    """,
    ENCODING,
    Shape(Grain.TOOTH, MapLayout.ROWS, ("Exam ID", "Tooth #")),
)
DETAIL = grid(
    "tblExamDetail",
    """
    Exam ID:INT=exam_key, Tooth #:SMALLINT=tooth, PD {site}=probing_depth,
    Rec {site}=gingival_margin, MGJ {site}=mgj, BOP {site}:BIT=bleeding,
    Sup {site}:BIT=suppuration, Plq {site}:BIT=plaque
    """,
    ENCODING,
    Shape(Grain.PROBED_TOOTH, MapLayout.TOOTH_ROW, ("Exam ID", "Tooth #")),
)

SETTINGS: Json = {
    "tooth_numbering": "fdi",
    "margin_sign": "recession positive",
    "not_measured": None,
    "coronal_margin_from": None,
    "marks": {"0": "no", "1": "yes"},
    "furcation_scale": "Glickman",
    "unknown_birth_date": "1899-12-30",
    "zone": "America/New_York",
    "not_recorded": [],
}

E = Convention(
    name="e",
    tables=(*(layout.table for layout in LAYOUTS), TEETH.table, DETAIL.table),
    layouts=LAYOUTS,
    charts=MakesGridCharts(STYLE, ENCODING, TEETH, DETAIL),
    settings=SETTINGS,
    key=STYLE.key_text,
)

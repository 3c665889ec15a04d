"""Convention H, names of eight characters: days as eight digits, cells filled up with blanks.

Rule of the house: the margin is negative where it receded; 99 is not measured, + and - are marks.
"""

from core.practice.conventions.convention import Convention, Json
from core.practice.conventions.declared import declared
from core.practice.conventions.encoding import Encoding
from core.practice.conventions.grid import Grain, Shape, grid
from core.practice.conventions.grid_charts import MakesGridCharts
from core.practice.conventions.layout import Cell
from core.practice.conventions.layouts import MapLayout
from core.practice.conventions.style import Style

_WIDTH = 25

STYLE = Style(
    date=lambda day: day.strftime("%Y%m%d"),
    no_date="00000000",
    unknown_date="00000000",
    date_type="CHAR(8)",
    no_such_days={"31.02.1980": "19800231", "13/45/2019": "20191345"},
    flags=("N", "Y"),
    flag_type="CHAR(1)",
    no_text="",
    money_type="DECIMAL(9,2)",
    text_type="VARCHAR(255)",
    slash="\\",
    codes={
        "referral.direction": {"from": "F", "to": "T"},
        "treatment_plan.status": {
            "proposed": "10",
            "accepted": "20",
            "completed": "30",
            "declined": "90",
        },
        "visit.kind": {"visit": "VIS", "call": "CAL", "email": "EML", "meeting": "MTG"},
    },
    has_links=False,
)


def _filled(value: object) -> Cell:
    """A fixed width; what is longer runs over, as it does where the width was raised once."""
    return ("" if value is None else str(value)).ljust(_WIDTH)


LAYOUTS = declared(
    """
provider PRVMAST
    PVCODE=provider_key PVINIT=abbreviation PVLNAM=last_name PVFNAM=first_name PVDEGR=credentials
    PVNPI=npi PVSPEC=specialty PVMAIL=email PVACTV=is_active
account ACTMAST
    ACNO=account_key ACTITL=title ACLNAM=last_name ACFNAM=first_name ACMI=middle_initial
    ACSUFX=suffix ACADR1=street ACADR2=street_2 ACCITY=city/filled ACSTAT=state ACZIP=zip_code
    ACHPHN=home_phone ACWPHN=work_phone
referring_doctor RFDMAST
    RDCODE=doctor_key RDLNAM=last_name RDFNAM=first_name RDMI=middle_initial RDTITL=title
    RDOFFC=practice_name RDADR1=street RDADR2=street_2 RDCITY=city/filled RDSTAT=state
    RDZIP=zip_code RDPHON=phone RDFAX=fax RDMAIL=email RDSPEC=specialty RDSRCE=source_type
patient PATMAST
    PTNO=patient_key PTACNO=account_key PTCHART=chart_number PTTITL=title PTLNAM=last_name
    PTFNAM=first_name PTMI=middle_initial PTNICK=preferred_name PTSEX=sex PTDOB=birth_date
    PTHPHN=home_phone PTWPHN=work_phone PTWEXT=work_phone_extension PTCPHN=cell_phone
    PTMAIL=email PTSSN=social_security_number PTPROV=provider_key PTSTAT=status
    PTALRT=medical_alert PTFVIS=first_visit_on PTUPDN=row_version PTFILL
referral PTREFX
    RXNO=referral_key RXPTNO=patient_key RXRDCD=doctor_key RXDATE=referred_on RXDIR=direction
    RXSEQ=position
treatment_plan TXPHDR
    TPNO=plan_key TPPTNO=patient_key TPNAME=title TPDATE=planned_on TPSTAT=status TPPHAS=phase
    TPAMT=estimated_value TPCURR=currency TPPROV=provider_key TPNOTE=note
planned_procedure TXPDTL
    TDNO=procedure_key TDTPNO=plan_key TDLINE=position TDCODE=code TDDESC=description
    TDTOTH=tooth TDQUAD=quadrant TDFEE=fee TDPHAS=phase TDSTAT=status
visit APPMAST
    APNO=visit_key APPTNO=patient_key APTPNO=plan_key APPROV=provider_key APDATE=visited_on
    APTIME=visited_at APMINS=duration_min APTYPE=visit_type APKIND=kind APSUBJ=written_subject
    APNOTE=remark APDONE=is_done
radiograph XRYMAST
    XRNO=radiograph_key XRPTNO=patient_key XRTPNO=plan_key XRDATE=taken_on XRTYPE=kind
    XRFIND=findings XRTEET=teeth XRFILE=file_path XRSIZE=size_bytes
diagnosis DIAGNOS
    DGNO=diagnosis_key DGPTNO=patient_key DGTPNO=plan_key DGDATE=diagnosed_on
    DGTEXT=classification DGICD=icd_10
coverage INSMAST
    INNO=coverage_key INPTNO=patient_key INSEQ=position INCARR=carrier INPAYR=payer_id
    INGNAM=group_name INGNO=group_number INSNAM=subscriber_name INSID=subscriber_id
    INREL=relationship INTYPE=plan_type INEFF=effective_on INTRM=terminated_on
letter LTRMAST
    LTNO=letter_key LTPTNO=patient_key LTRDCD=doctor_key LTDATE=written_on LTTYPE=kind
    LTSUBJ=subject LTFMT=body_format LTFILE=file_path
letter_template LTRTMPL
    LMNO=template_key LMNAME=name LMBODY:TEXT=body
note NOTMAST
    NTNO=note_key NTPTNO=patient_key NTTPNO=plan_key NTDATE=written_on NTUSER=author NTTYPE=kind
    NTTEXT=body
attachment DOCMAST
    DCNO=attachment_key DCPTNO=patient_key DCDESC=description DCFILE=file_path DCMIME=mime_type
    DCDATE=created_on
custom_finding PRXFND
    PFNO=finding_key PFPRXN=exam_key PFPTNO=patient_key PFDATE=found_on PFNAME=name PFTOTH=tooth
    PFVAL=value_text
perio_exam PRXHDR
    PRXNO=exam_key PRPTNO=patient_key PRDATE=examined_on PRPROV=provider_key PRNOTE=note
- WRK00017
    W1=k1 W2=v1 W3=v2 W4=v3
""",
    STYLE,
    hows={"filled": _filled},
)

ENCODING = Encoding(
    tooth=lambda tooth: f"{tooth:02d}",
    unmeasured="99",
    blank="",
    recession=-1,
    marks=("-", "+"),
    is_text=True,
    width=3,
    no_text="",
)

CHART = grid(
    "PRXDTL",
    """
    PRXNO:INTEGER=exam_key TTHNO:CHAR(2)=tooth TTMISS:CHAR(1)=is_missing TTIMPL:CHAR(1)=is_implant
    TTMOB:CHAR(3)=mobility TTFURB:CHAR(3)=furcation_b TTFURL:CHAR(3)=furcation_l
    TTFURM:CHAR(3)=furcation_m TTFURD:CHAR(3)=furcation_d PD{site}:CHAR(3)=probing_depth
    GM{site}:CHAR(3)=gingival_margin MJ{site}:CHAR(3)=mgj BL{site}:CHAR(1)=bleeding
    SP{site}:CHAR(1)=suppuration PL{site}:CHAR(1)=plaque
    """,
    ENCODING,
    Shape(Grain.TOOTH, MapLayout.TOOTH_ROW, ("PRXNO", "TTHNO"), is_declared=False),
)

SETTINGS: Json = {
    "tooth_numbering": "universal",
    "margin_sign": "recession negative",
    "not_measured": 99,
    "coronal_margin_from": None,
    "marks": {"-": "no", "+": "yes"},
    "furcation_scale": "Glickman",
    "unknown_birth_date": "00000000",
    "zone": "America/New_York",
    "not_recorded": ["tooth_finding.note"],
}

H = Convention(
    name="h",
    tables=(*(layout.table for layout in LAYOUTS), CHART.table),
    layouts=LAYOUTS,
    charts=MakesGridCharts(STYLE, ENCODING, CHART),
    settings=SETTINGS,
    key=STYLE.key_text,
)

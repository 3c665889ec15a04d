"""Convention F, Hungarian: the type stands before the name; sites are numbered from 1.

Rule of the house: 99 is not measured, recession is positive, and 1900 is no day of birth.
"""

from core.practice.conventions.convention import Convention, Json
from core.practice.conventions.declared import declared
from core.practice.conventions.encoding import Encoding
from core.practice.conventions.grid import Grain, Shape, grid
from core.practice.conventions.grid_charts import MakesGridCharts
from core.practice.conventions.layouts import MapLayout
from core.practice.conventions.style import Style, number_key

STYLE = Style(
    date=lambda day: f"{day.isoformat()} 00:00:00",
    unknown_date="1900-01-01 00:00:00",
    date_type="DATETIME",
    is_date_text=False,
    flag_type="BIT",
    key=number_key,
    key_type="INT",
    money_type="MONEY",
    whole_type="INT",
    codes={
        "treatment_plan.status": {"proposed": 1, "accepted": 2, "completed": 3, "declined": 9},
        "visit.kind": {"visit": 0, "call": 1, "email": 2, "meeting": 3},
        "referral.direction": {"from": "I", "to": "O"},
    },
    unknown_code=-5,
)

LAYOUTS = declared(
    """
provider tProvider
    lProvID=provider_key sAbbr=abbreviation sLName=last_name sFName=first_name
    sDegree=credentials sNPI=npi sSpecialty=specialty sEMail=email bActive=is_active
account tAccount
    lAcctID=account_key sTitle=title sLName=last_name sFName=first_name sMI=middle_initial
    sSuffix=suffix sAddr1=street sAddr2=street_2 sCity=city sState=state sZip=zip_code
    sPhoneH=home_phone sPhoneW=work_phone
referring_doctor tRefDoc
    lRefID=doctor_key sLName=last_name sFName=first_name sMI=middle_initial sTitle=title
    sOffice=practice_name sAddr1=street sAddr2=street_2 sCity=city sState=state sZip=zip_code
    sPhone=phone sFax=fax sEMail=email sSpecialty=specialty sSource=source_type
patient tPatient
    lPatID=patient_key lAcctID=account_key sChart=chart_number sTitle=title sLName=last_name
    sFName=first_name sMI=middle_initial sNick=preferred_name sSex=sex dtDOB=birth_date
    sPhoneH=home_phone sPhoneW=work_phone sExtW=work_phone_extension sPhoneC=cell_phone
    sEMail=email sSSN=social_security_number lProvID=provider_key sStatus=status
    mAlert=medical_alert dtFirst=first_visit_on lVersion=row_version bRecall
referral tPatRef
    lPatRefID=referral_key lPatID=patient_key lRefID=doctor_key dtRef=referred_on
    sDir=direction iOrder=position
treatment_plan tPlan
    lPlanID=plan_key lPatID=patient_key sName=title dtPlan=planned_on iStatus:SMALLINT=status
    sPhase=phase cEst=estimated_value sCurr=currency lProvID=provider_key mNote=note
planned_procedure tPlanItem
    lItemID=procedure_key lPlanID=plan_key iLine=position sCode=code sDesc=description
    sTooth=tooth sQuad=quadrant cFee=fee sPhase=phase sStatus=status
visit tVisit
    lVisitID=visit_key lPatID=patient_key lPlanID=plan_key lProvID=provider_key
    dtVisit=visited_on sTime=visited_at iMin=duration_min sType=visit_type
    iKind:SMALLINT=kind sSubj=written_subject mNote=remark bDone=is_done
radiograph tImage
    lImgID=radiograph_key lPatID=patient_key lPlanID=plan_key dtTaken=taken_on sType=kind
    mFind=findings sTeeth=teeth sPath=file_path lSize=size_bytes
diagnosis tDiag
    lDiagID=diagnosis_key lPatID=patient_key lPlanID=plan_key dtDiag=diagnosed_on
    sDiag=classification sICD=icd_10
coverage tIns
    lInsID=coverage_key lPatID=patient_key iRank=position sCarrier=carrier sPayer=payer_id
    sGrpName=group_name sGrpNo=group_number sSubName=subscriber_name sSubID=subscriber_id
    sRel=relationship sType=plan_type dtEff=effective_on dtTerm=terminated_on
letter tLetter
    lLtrID=letter_key lPatID=patient_key lRefID=doctor_key dtLtr=written_on sType=kind
    sSubj=subject sFmt=body_format sPath=file_path
letter_template tLtrTmpl
    lTmplID=template_key sName=name mBody:TEXT=body
note tNote
    lNoteID=note_key lPatID=patient_key lPlanID=plan_key dtNote=written_on sAuthor=author
    sType=kind mNote=body
attachment tDoc
    lDocID=attachment_key lPatID=patient_key sDesc=description sPath=file_path
    sMime=mime_type dtDoc=created_on
custom_finding tFinding
    lFindID=finding_key lExamID=exam_key lPatID=patient_key dtFind=found_on sName=name
    sTooth=tooth sValue=value_text
perio_exam tPerioExam
    lExamID=exam_key lPatID=patient_key dtExam=examined_on lProvID=provider_key mNote=note
- tTmp0
    s1=k1 s2=v1 s3=v2 s4=v3
""",
    STYLE,
)

ENCODING = Encoding(
    sites={site: place for place, site in enumerate(("DB", "B", "MB", "DL", "L", "ML"), 1)},
    unmeasured=99,
)

TEETH = grid(
    "tPerioTooth",
    """
    lToothID:INT=number lExamID:INT=exam_key iTooth:SMALLINT=tooth bMissing:BIT=is_missing
    bImplant:BIT=is_implant sMob:VARCHAR(4)=mobility sFurB:VARCHAR(4)=furcation_b
    sFurL:VARCHAR(4)=furcation_l sFurM:VARCHAR(4)=furcation_m sFurD:VARCHAR(4)=furcation_d
    """,
    ENCODING,
    Shape(Grain.TOOTH, MapLayout.ROWS, ("lToothID",)),
)
SITES = grid(
    "tPerioSite",
    """
    lSiteID:INT=number lExamID:INT=exam_key iTooth:SMALLINT=tooth iSite:TINYINT=site
    iPD:SMALLINT=probing_depth iRec:SMALLINT=gingival_margin bBOP:BIT=bleeding
    bSup:BIT=suppuration bPlq:BIT=plaque
    """,
    ENCODING,
    Shape(Grain.SITE, MapLayout.SITE_ROWS, ("lSiteID",)),
)

SETTINGS: Json = {
    "tooth_numbering": "universal",
    "margin_sign": "recession positive",
    "not_measured": 99,
    "coronal_margin_from": None,
    "marks": {"0": "no", "1": "yes"},
    "furcation_scale": "Glickman",
    "unknown_birth_date": "1900-01-01",
    "zone": "America/New_York",
    "not_recorded": ["site_reading.mgj_mm", "tooth_finding.note"],
}

F = Convention(
    name="f",
    tables=(*(layout.table for layout in LAYOUTS), TEETH.table, SITES.table),
    layouts=LAYOUTS,
    charts=MakesGridCharts(STYLE, ENCODING, TEETH, SITES),
    settings=SETTINGS,
    key=STYLE.key_text,
)

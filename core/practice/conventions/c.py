"""Convention C, like SoftDent: `SD_` tables, everything text, columns repeated by number.

Rule of the house: an empty cell is not measured; marks of a site are letters in one cell.

Source:
    Public entity classes of a SoftDent copy (SD_Pat, SD_Acct, SD_RefDr ...); the chart's table and
    what our model has besides are invented.
"""

from core.practice.conventions.convention import Convention, Json
from core.practice.conventions.declared import declared
from core.practice.conventions.encoding import Encoding
from core.practice.conventions.grid import Grain, Shape, grid
from core.practice.conventions.grid_charts import MakesGridCharts
from core.practice.conventions.layout import Cell
from core.practice.conventions.layouts import MapLayout
from core.practice.conventions.style import Style


def _amount(value: object) -> Cell:
    return f"{value:.2f}"


def _padded(_entity: str, key: int | str) -> Cell:
    """Keys are text; zeros keep numbers in order."""
    return f"{key:06d}" if isinstance(key, int) else key


STYLE = Style(
    key=_padded,
    date=lambda day: day.strftime("%m/%d/%Y"),
    no_date="",
    unknown_date="00/00/0000",
    date_type="VARCHAR(50)",
    flags=("F", "T"),
    flag_type="VARCHAR(1)",
    no_text="",
    key_type="VARCHAR(20)",
    money=_amount,
    money_type="VARCHAR(50)",
    whole_type="VARCHAR(50)",
    text_type="VARCHAR(255)",
    long_type="TEXT",
    slash="\\",
    codes={
        "referral.direction": {"from": "I", "to": "O"},
        "treatment_plan.status": {
            "proposed": "P",
            "accepted": "A",
            "completed": "C",
            "declined": "D",
        },
        "visit.kind": {"visit": "V", "call": "T", "email": "E", "meeting": "M"},
    },
    has_links=False,
)

LAYOUTS = declared(
    """
provider SD_Prov
    Prov_ID=provider_key Prov_Init=abbreviation Prov_LName=last_name Prov_FName=first_name
    Prov_Degree=credentials Prov_NPI=npi Prov_Spec=specialty Prov_EMail=email Prov_Act=is_active
account SD_Acct
    Acct_ID=account_key Acct_G1Title=title Acct_G1LName=last_name Acct_G1FName=first_name
    Acct_G1MI=middle_initial Acct_G1Suf=suffix Acct_Addr1=street Acct_Addr2=street_2
    Acct_City=city Acct_State=state Acct_Zip=zip_code Acct_G1HPhone=home_phone
    Acct_G1WPhone=work_phone Acct_G2FName Acct_G2LName Acct_G2HPhone
referring_doctor SD_RefDr
    RefDr_ID=doctor_key RefDr_Last=last_name RefDr_First=first_name RefDr_MI=middle_initial
    RefDr_Title=title RefDr_Office=practice_name RefDr_Addr1=street RefDr_Addr2=street_2
    RefDr_City=city RefDr_State=state RefDr_Zip=zip_code RefDr_Phone=phone RefDr_Fax=fax
    RefDr_EMail=email RefDr_Specialty=specialty RefDr_Source=source_type
patient SD_Pat
    Pat_ID=patient_key Pat_RpID=account_key Pat_ChartID=chart_number Pat_Title=title
    Pat_LName=last_name Pat_FName=first_name Pat_MI=middle_initial Pat_Nick=preferred_name
    Pat_Sex=sex Pat_Birthday=birth_date Pat_HPhone=home_phone Pat_WPhone=work_phone
    Pat_WExt=work_phone_extension Pat_CellPhone=cell_phone Pat_EMail=email
    Pat_SSN=social_security_number Pat_ProvID=provider_key Pat_Status=status
    Pat_MedAlert=medical_alert Pat_FirstVisit=first_visit_on Pat_Edits=row_version
    Pat_UserCode1 Pat_UserCode2 Pat_UserCode3
referral SD_RefRpt
    Ref_ID=referral_key Pat_ID=patient_key RefDr_ID=doctor_key Ref_Date=referred_on
    Ref_InOut=direction Ref_Seq=position
treatment_plan SD_TxPl
    TxPl_ID=plan_key Pat_ID=patient_key TxPl_Desc=title TxPl_Date=planned_on TxPl_Stat=status
    TxPl_Phase=phase TxPl_D$=estimated_value TxPl_Curr=currency TxPl_ProvID=provider_key
    TxPl_Note=note
planned_procedure SD_TxLine
    TxLine_ID=procedure_key TxPl_ID=plan_key TxLine_No=position TxLine_Code=code
    TxLine_Desc=description TxLine_Tooth=tooth TxLine_Quad=quadrant TxLine_D$=fee
    TxLine_Phase=phase TxLine_Stat=status
visit SD_Appt
    Appt_ID=visit_key Pat_ID=patient_key TxPl_ID=plan_key Appt_ProvID=provider_key
    Appt_Date=visited_on Appt_Time=visited_at Appt_Min=duration_min Appt_Type=visit_type
    Appt_Kind=kind Appt_Subj=written_subject Appt_Note=remark Appt_Done=is_done
    Appt_ADACode1 Appt_ADACode2 Appt_ADACode3
radiograph SD_Img
    Img_ID=radiograph_key Pat_ID=patient_key TxPl_ID=plan_key Img_Date=taken_on Img_Type=kind
    Img_Find=findings Img_Teeth=teeth Img_File=file_path Img_Size=size_bytes
diagnosis SD_Diag
    Diag_ID=diagnosis_key Pat_ID=patient_key TxPl_ID=plan_key Diag_Date=diagnosed_on
    Diag_Text=classification Diag_ICD=icd_10
coverage SD_Plan
    Plan_ID=coverage_key Pat_ID=patient_key Plan_Rank=position Plan_Insurco=carrier
    Plan_Payer=payer_id Plan_GroupName=group_name Plan_GroupNo=group_number
    Plan_SubName=subscriber_name Plan_SubID=subscriber_id Plan_Rel=relationship
    Plan_Type=plan_type Plan_Eff=effective_on Plan_Term=terminated_on
letter SD_Ltr
    Ltr_ID=letter_key Pat_ID=patient_key RefDr_ID=doctor_key Ltr_Date=written_on Ltr_Type=kind
    Ltr_Subj=subject Ltr_Fmt=body_format Ltr_File=file_path
letter_template SD_LtrTmpl
    Tmpl_ID=template_key Tmpl_Name=name Tmpl_Text:TEXT=body
note SD_Note
    Note_ID=note_key Pat_ID=patient_key TxPl_ID=plan_key Note_Date=written_on Note_By=author
    Note_Type=kind Note_Text=body
attachment SD_Doc
    Doc_ID=attachment_key Pat_ID=patient_key Doc_Desc=description Doc_File=file_path
    Doc_Mime=mime_type Doc_Date=created_on
custom_finding SD_PrFind
    Find_ID=finding_key PrEx_ID=exam_key Pat_ID=patient_key Find_Date=found_on Find_Name=name
    Find_Tooth=tooth Find_Val=value_text
perio_exam SD_PrEx
    PrEx_ID=exam_key Pat_ID=patient_key PrEx_Date=examined_on PrEx_ProvID=provider_key
    PrEx_Note=note
- SD_X9
    X_1=k1 X_2=v1 X_3=v2 X_4=v3
""",
    STYLE,
)

ENCODING = Encoding(
    tooth=str,
    sites={site: number for number, site in enumerate(("DB", "B", "MB", "DL", "L", "ML"), 1)},
    unmeasured="",
    blank="",
    letters={"bleeding": "B", "suppuration": "S", "plaque": "P"},
    no_letters="-",
    is_text=True,
    no_text="",
)

CHART = grid(
    "SD_PrTth",
    """
    PrTth_ID:INTEGER=number PrEx_ID:VARCHAR(20)=exam_key PrTth_Tooth:VARCHAR(3)=tooth
    PrTth_Miss:VARCHAR(1)=is_missing PrTth_Impl:VARCHAR(1)=is_implant
    PrTth_Mob:VARCHAR(4)=mobility PrTth_FurB:VARCHAR(4)=furcation_b
    PrTth_FurL:VARCHAR(4)=furcation_l PrTth_FurM:VARCHAR(4)=furcation_m
    PrTth_FurD:VARCHAR(4)=furcation_d PrTth_PD{site}:VARCHAR(8)=probing_depth
    PrTth_GM{site}:VARCHAR(8)=gingival_margin PrTth_MGJ{site}:VARCHAR(8)=mgj
    PrTth_Mk{site}:VARCHAR(3)=marks
    """,
    ENCODING,
    Shape(Grain.TOOTH, MapLayout.TOOTH_ROW, ("PrTth_ID",)),
)

SETTINGS: Json = {
    "tooth_numbering": "universal",
    "margin_sign": "recession positive",
    "not_measured": "",
    "coronal_margin_from": None,
    "marks": {"B": "bleeding", "S": "suppuration", "P": "plaque", "-": "none"},
    "furcation_scale": "Glickman",
    "unknown_birth_date": "00/00/0000",
    "zone": "America/New_York",
    "not_recorded": ["tooth_finding.note"],
}

C = Convention(
    name="c",
    tables=(*(layout.table for layout in LAYOUTS), CHART.table),
    layouts=LAYOUTS,
    charts=MakesGridCharts(STYLE, ENCODING, CHART),
    settings=SETTINGS,
    key=STYLE.key_text,
)

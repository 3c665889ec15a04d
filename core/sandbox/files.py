"""Files of v1: uploaded in one piece, listed, renamed, downloaded.

Rule of the house: the bytes given back are the bytes taken, and a file too large is refused whole.
"""

import hashlib
from collections.abc import Mapping
from pathlib import PurePath
from typing import Any, Final

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import Field, File, create_form_parser

from core.sandbox import v1
from core.sandbox.account import Account
from core.sandbox.calls import Answer, Call, Operation, succeeded
from core.sandbox.refusals import v1_error
from core.sandbox.store import Kind, Shelf, Sight, Stored

_LINKS: Final = ("deal_id", "person_id", "org_id", "activity_id", "product_id")
_PAGE_MAX: Final = 100
_SORTS: Final = ("id", "update_time")
_IMAGES: Final = frozenset({"png", "jpg", "jpeg", "gif", "bmp", "webp", "tif", "tiff"})
_ALL_IN_MEMORY: Final = 1 << 40


def list_files(call: Call) -> Answer:
    """GET /v1/files."""
    return _page(call, ["shelf = ?"], [Shelf.LIVE])


def list_of(parent: str) -> Operation:
    """GET /v1/{deals, persons, organizations}/{id}/files."""
    kind, what = v1.PARENTS[parent]

    def listed(call: Call) -> Answer:
        found = v1.find(call, kind, what)
        return _page(call, [f"{parent} = ?", "shelf = ?"], [found.record["id"], Shelf.LIVE])

    return listed


def _page(call: Call, clauses: list[str], values: list[object]) -> Answer:
    return v1.page(
        call,
        Kind.FILE,
        v1.Selection(clauses, values, v1.order_by(call, _SORTS), _PAGE_MAX),
        lambda record: _shown(call.account, record),
    )


def get_file(call: Call) -> Answer:
    """GET /v1/files/{id}; a deleted file can still be read, not downloaded."""
    return succeeded(_shown(call.account, v1.find(call, Kind.FILE, "File", Sight.GET).record))


def download_file(call: Call) -> Answer:
    """GET /v1/files/{id}/download."""
    account, record = call.account, v1.find_active(call, Kind.FILE, "File").record
    if account.settings.download_redirects:
        # Another name of the same machine, so that a client sees a host it did not ask.
        host = call.host.replace("127.0.0.1", "localhost")
        place = f"http://{host}/sandbox/storage/{_secret(account, record['id'])}"
        return Answer(b"", 302, headers={"location": place})
    name = record["name"].encode("ascii", "replace").decode().replace('"', "'")
    return Answer(
        account.store.content(record["id"]),
        content_type="application/octet-stream",
        headers={"content-disposition": f'attachment; filename="{name}"'},
    )


def _secret(account: Account, file_id: int) -> str:
    return f"{file_id}-{account.derived(f'storage {file_id}')}"


def stored_content(account: Account, secret: str) -> bytes | None:
    """The bytes behind the address a download led to; None when there are none."""
    number = secret.partition("-")[0]
    if not number.isdecimal() or secret != _secret(account, int(number)):
        return None
    return account.store.content(int(number))


def post_file(call: Call) -> Answer:
    """POST /v1/files."""
    account = call.account
    fields, name, content = _parts(call)
    if content is None or not name:
        msg = "Bad request: file is required"
        raise v1.bad_request(msg)
    if len(content) > account.settings.max_file_bytes:
        msg = "File is too large"
        raise v1_error(413, msg)
    record = _record(account, name, len(content)) | v1.links(account, fields, _LINKS)
    record |= v1.lead_link(account, fields)
    with account.store.together():
        sha256 = hashlib.sha256(content).hexdigest()
        account.store.keep_content(record["id"], sha256, content)
        account.store.insert(Kind.FILE, record)
    return succeeded(_shown(account, record))


def _record(account: Account, name: str, size: int) -> dict[str, Any]:
    now = account.v1_now()
    file_id = account.store.take_id(Kind.FILE)
    path = PurePath(name.replace("\\", "/"))
    suffix = path.suffix.lstrip(".").lower()
    return {
        "id": file_id,
        "user_id": account.me["id"],
        **dict.fromkeys(_LINKS),
        "lead_id": None,
        "project_id": None,
        "log_id": None,
        "add_time": now,
        "update_time": now,
        "file_name": f"{path.stem}_{account.derived(f'file {file_id}')}{path.suffix}",
        "file_type": "img" if suffix in _IMAGES else suffix or "txt",
        "file_size": size,
        "active_flag": True,
        "inline_flag": False,
        "remote_location": "s3",
        "remote_id": "",
        "cid": "",
        "s3_bucket": "",
        "mail_message_id": "",
        "mail_template_id": "",
        "url": f"{account.base_url}/v1/files/{file_id}/download",
        "name": path.name,
        "description": "",
    }


def _parts(call: Call) -> tuple[dict[str, str], str, bytes | None]:
    fields: dict[str, str] = {}
    files: list[tuple[str, bytes]] = []

    def on_field(field: Field) -> None:
        fields[(field.field_name or b"").decode()] = (field.value or b"").decode("utf-8", "replace")

    def on_file(file: File) -> None:
        if file.field_name == b"file":
            file.file_object.seek(0)
            files.append(((file.file_name or b"").decode(), file.file_object.read()))

    if not call.content_type.lower().startswith("multipart/form-data"):
        msg = "Bad request: multipart/form-data is required"
        raise v1.bad_request(msg)
    try:
        parser = create_form_parser(
            {"Content-Type": call.content_type.encode("latin-1")},
            on_field,
            on_file,
            config={"MAX_MEMORY_FILE_SIZE": _ALL_IN_MEMORY},
        )
        parser.write(call.body)
        parser.finalize()
    except (FormParserError, UnicodeDecodeError):
        raise v1.bad_request() from None
    return (fields, *files[0]) if files else (fields, "", None)


def put_file(call: Call) -> Answer:
    """PUT /v1/files/{id}: name and description, as a form."""
    stored = v1.find_active(call, Kind.FILE, "File")
    if not call.content_type.startswith("application/x-www-form-urlencoded"):
        msg = "Bad request: application/x-www-form-urlencoded is required"
        raise v1.bad_request(msg)
    body = call.sent_loosely()
    stored.record.update({key: body[key] for key in ("name", "description") if key in body})
    stored.record["update_time"] = call.account.v1_now()
    call.account.store.replace(Kind.FILE, stored, was=Shelf.LIVE)
    return succeeded(_shown(call.account, stored.record))


def delete_file(call: Call) -> Answer:
    """DELETE /v1/files/{id}."""
    stored = v1.find_active(call, Kind.FILE, "File")
    stored.record["active_flag"] = False
    stored.record["update_time"] = call.account.v1_now()
    gone = Stored(stored.record, {}, Shelf.DELETED)
    call.account.store.replace(Kind.FILE, gone, was=Shelf.LIVE)
    return succeeded({"id": stored.record["id"]})


def _shown(account: Account, record: Mapping[str, Any]) -> dict[str, Any]:
    return {
        **record,
        "deal_name": account.store.title(Kind.DEAL, record["deal_id"]) or "",
        "person_name": account.store.title(Kind.PERSON, record["person_id"]) or "",
        "org_name": account.store.title(Kind.ORGANIZATION, record["org_id"]) or "",
        "product_name": account.store.title(Kind.PRODUCT, record["product_id"]) or "",
        "lead_name": "",
        "project_name": "",
    }

import base64
import stat
from pathlib import Path

import pytest

from core.errors import KeyMissing
from core.ledger.key import HEAD, REFS, VAULT, create_key, key_file, load_key, sub_key
from tests.core.ledger.hands import KEY

TEXT = base64.b64encode(KEY).decode()


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("PERIO_KEY", raising=False)
    monkeypatch.delenv("PERIO_KEY_FILE", raising=False)
    return tmp_path


def test_a_key_comes_from_the_environment_first(monkeypatch: pytest.MonkeyPatch):
    create_key("m1")
    monkeypatch.setenv("PERIO_KEY", TEXT)
    assert load_key("m1") == KEY
    monkeypatch.setenv("PERIO_KEY", base64.urlsafe_b64encode(b"\xff" * 32).decode() + "\n")
    assert load_key("m1") == b"\xff" * 32


def test_a_key_comes_from_the_file_that_is_named(home: Path, monkeypatch: pytest.MonkeyPatch):
    (home / "secret").write_text(TEXT + "\n")
    monkeypatch.setenv("PERIO_KEY_FILE", str(home / "secret"))
    assert load_key("m1") == KEY


def test_a_key_is_made_once_and_kept_for_its_owner(home: Path):
    with pytest.raises(KeyMissing) as missing:
        load_key("m1")
    assert "PERIO_KEY" in missing.value.next_step
    key = create_key("m1")
    assert len(key) == 32
    assert load_key("m1") == create_key("m1") == key
    assert key_file("m1") == home / ".config" / "perio" / "m1.key"
    assert stat.S_IMODE(key_file("m1").stat().st_mode) == 0o600
    assert create_key("m2") != key


def test_a_key_everybody_may_read_is_refused():
    create_key("m1")
    key_file("m1").chmod(0o644)
    with pytest.raises(KeyMissing, match="by others") as refused:
        load_key("m1")
    assert "chmod 600" in refused.value.next_step


@pytest.mark.parametrize("text", ["x", "AAAA", TEXT + TEXT, "é", TEXT[:-1], "!" + TEXT[1:]])
def test_a_text_that_is_no_key_is_refused_and_not_repeated(
    home: Path, monkeypatch: pytest.MonkeyPatch, text: str
):
    monkeypatch.setenv("PERIO_KEY", text)
    with pytest.raises(KeyMissing) as refused:
        load_key("m1")
    assert len(text) < 5 or text not in str(refused.value)
    monkeypatch.delenv("PERIO_KEY")
    (home / "secret").write_text(text, encoding="utf-8")
    monkeypatch.setenv("PERIO_KEY_FILE", str(home / "secret"))
    with pytest.raises(KeyMissing):
        load_key("m1")


@pytest.mark.parametrize("migration_id", ["", "../x", "a/b", ".hidden", "a b"])
def test_an_id_that_is_no_file_name_has_no_key(migration_id: str):
    with pytest.raises(KeyMissing):
        create_key(migration_id)


def test_a_key_that_cannot_be_kept_is_not_used(home: Path):
    (home / ".config").write_text("in the way")
    with pytest.raises(KeyMissing, match="cannot be made"):
        create_key("m1")


def test_each_purpose_has_a_key_of_its_own():
    keys = {sub_key(KEY, purpose) for purpose in (VAULT, REFS, HEAD)}
    assert len(keys | {KEY}) == 4
    assert all(len(key) == 32 for key in keys)
    assert sub_key(KEY, VAULT) == sub_key(KEY, VAULT)

"""A folder with a real ledger and vault, and a browser's session in it."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

import console
from console import access, desk
from console.desk import Desk
from core.ports import ConsoleUser
from tests.console import factories


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    """An open folder with three users."""
    made = factories.open_folder(tmp_path / "migration")
    monkeypatch.setenv(desk.FOLDER_VARIABLE, str(made.folder))
    desk.put(made)
    yield made
    desk.close()


@pytest.fixture
def screen(place: Desk, monkeypatch: pytest.MonkeyPatch) -> Callable[..., AppTest]:
    """Opens a screen of the console as a user."""

    def opened(name: str, user: str | ConsoleUser = "clara") -> AppTest:
        person = (
            user
            if isinstance(user, ConsoleUser)
            else place.ledger.authenticate(user, factories.PASSWORD)
        )
        session_id = place.ledger.open_session(person)
        monkeypatch.setattr(access, "session_id", lambda: session_id)
        app = AppTest.from_file(Path(console.__file__).parent / "app.py", default_timeout=60)
        app.run()
        if name != "overview":
            app.switch_page(f"screens/{name}.py").run()
        return app

    return opened

"""A folder with a real ledger and vault, and a browser's session in it."""

import importlib.util
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

import pytest
from streamlit.testing.v1 import AppTest

import console
from console import access, desk
from console.desk import Desk


def _factories() -> ModuleType:
    name = "console_factories"
    if name not in sys.modules:
        spec = importlib.util.spec_from_file_location(name, Path(__file__).parent / "factories.py")
        assert spec is not None
        assert spec.loader is not None
        sys.modules[name] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(sys.modules[name])
    return sys.modules[name]


@pytest.fixture(scope="session")
def factories() -> ModuleType:
    """The synthetic practices."""
    return _factories()


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, factories: ModuleType) -> Iterator[Desk]:
    """An open folder with three users."""
    made: Desk = factories.open_folder(tmp_path / "migration")
    monkeypatch.setenv(desk.FOLDER_VARIABLE, str(made.folder))
    desk.put(made)
    yield made
    desk.close()


@pytest.fixture
def screen(
    place: Desk, monkeypatch: pytest.MonkeyPatch, factories: ModuleType
) -> Callable[..., AppTest]:
    """Opens a screen of the console as a user."""

    def opened(name: str, user: str = "clara") -> AppTest:
        person = place.ledger.authenticate(user, factories.PASSWORD)
        session_id = place.ledger.open_session(person)
        monkeypatch.setattr(access, "session_id", lambda: session_id)
        app = AppTest.from_file(Path(console.__file__).parent / "app.py", default_timeout=60)
        app.run()
        if name != "overview":
            app.switch_page(f"screens/{name}.py").run()
        return app

    return opened

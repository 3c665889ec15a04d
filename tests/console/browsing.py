"""A person at a real browser: what they do on the console, and what the browser did meanwhile.

Rule of the house: found by label, role or a widget's key, as a person would; never by place.
"""

import base64
import re
import shutil
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import (
    Browser,
    ConsoleMessage,
    Locator,
    Page,
    Position,
    ViewportSize,
    expect,
)

from tests.migrations import PASSWORD

ARGUMENTS = [
    "--no-sandbox",
    "--no-proxy-server",
    "--no-first-run",
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PATIENCE_MS = 60_000
RUN_MS = 180_000
"""How long a run of a deployment may take on a busy machine."""
SHAPE = ViewportSize(width=1280, height=1500)

BENIGN = (
    # a sign-in that is refused says so by its status too
    re.compile(r"status of 401 .*/auth/login$"),
    # whether the console lies under a screen's address, Streamlit finds out by asking there first
    re.compile(r"status of 404 .*/[a-z]+/_stcore/(health|host-config)$"),
)
"""Errors that the browser reports and that are none."""

_OURS = re.compile(
    r"(https?|wss?)://(127\.0\.0\.1|localhost)(:\d+)?/|data:|blob:http://127\.0\.0\.1"
)
_ROW_PX, _MARKER_PX = 35, 18
_FIGURES = re.compile(r">(teeth [^<]+)<")


def chromium() -> str | None:
    """The system's Chromium."""
    usual = "/usr/bin/chromium"
    return shutil.which("chromium") or (usual if Path(usual).is_file() else None)


@dataclass
class Visitor:
    """One browser window of one person.

    Attributes:
        page: The window.
        url: Where the console is.
        asked: Every address that the window has asked for.
        errors: What the browser reported as an error.
    """

    page: Page
    url: str
    asked: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.on("request", lambda request: self.asked.append(request.url))
        self.page.on("websocket", lambda socket: self.asked.append(socket.url))
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("console", self._note)

    def _note(self, message: ConsoleMessage) -> None:
        said = f"{message.text} {message.location['url']}"
        if message.type == "error" and not any(known.search(said) for known in BENIGN):
            self.errors.append(said)

    @property
    def main(self) -> Locator:
        return self.page.get_by_role("main")

    def visit(self, path: str = "") -> None:
        """Type an address."""
        self.page.goto(f"{self.url}/{path}")

    def sign_in(self, user: str, password: str = PASSWORD) -> None:
        self.visit()
        self.fill_in(user, password)
        self.sees_screen("Overview")

    def fill_in(self, user: str, password: str) -> None:
        self.page.get_by_label("User name").fill(user)
        self.page.get_by_label("Password").fill(password)
        self.page.get_by_role("button", name="Sign in").click()

    def open(self, link: str, title: str = "") -> None:
        """Choose a screen in the navigation."""
        pages = self.page.get_by_role("navigation", name="App pages")
        pages.get_by_role("link", name=link, exact=True).click()
        self.sees_screen(title or link)

    def sees_screen(self, title: str) -> None:
        expect(self.page.get_by_role("heading", name=title, exact=True, level=1)).to_be_visible()
        self.sees_all_of_it()

    def sees_all_of_it(self) -> None:
        """The screen's script has run to its end, and nothing of the one before is left."""
        app = self.page.get_by_test_id("stApp")
        expect(app).to_have_attribute("data-test-script-state", "notRunning")

    def sees(self, words: str, *, within_ms: int = PATIENCE_MS) -> None:
        expect(self.main.get_by_text(words).first).to_be_visible(timeout=within_ms)

    def button(self, name: str) -> Locator:
        return self.main.get_by_role("button", name=name, exact=True)

    def typed(self, key: str, text: str) -> None:
        self.page.locator(f".st-key-{key} input").fill(text)

    def sign(self, gate: str, button: str, *, typed: str, password: str = PASSWORD) -> None:
        """Fill in a gate's form and send it."""
        self.typed(f"{gate}_reason", "Looked through with the team")
        self.typed(f"{gate}_confirm", typed)
        self.typed(f"{gate}_password", password)
        self.button(button).click()

    def grid(self, alt: str) -> Locator:
        """A grid, once it is drawn; what it holds is a table beneath the drawing."""
        grid = self.page.get_by_role("region", name=alt)
        expect(grid.locator("canvas table tbody tr").first).to_be_attached()
        return grid

    def choose(self, grid: Locator, text: str) -> None:
        """Choose the row of a grid in which a text stands."""
        row = grid.locator("canvas table tbody tr").filter(has_text=text).first
        place = int(row.get_attribute("aria-rowindex") or "0") - 1
        at = Position(x=_MARKER_PX, y=place * _ROW_PX + _ROW_PX // 2)
        grid.locator(".dvn-scroller").click(position=at)

    def was_left_alone(self) -> None:
        """Nothing was asked of another host, nothing broke, no program's inner words were seen."""
        assert not [url for url in self.asked if not _OURS.match(url)]
        assert not self.errors
        assert "Traceback" not in self.page.content()


def window(browser: Browser, url: str) -> Visitor:
    """A window that shares no cookie with others."""
    context = browser.new_context(viewport=SHAPE, locale="en-US")
    context.set_default_timeout(PATIENCE_MS)
    return Visitor(context.new_page(), url)


_REPLACED = 20
_SHOWN = """async image => {
    await image.decode().catch(() => null);
    const {width, height} = image.getBoundingClientRect();
    return {width, height, drawn: image.naturalWidth, source: image.getAttribute('src')};
}"""


def drawing(image: Locator) -> str:
    """The SVG that an image shows, once it is drawn."""
    expect(image).to_be_visible()
    # Asked in one go, and again where the script has just put another image in its place.
    shown = image.evaluate(_SHOWN)
    for _ in range(_REPLACED):
        if not shown["width"]:
            shown = image.evaluate(_SHOWN)
    assert shown["width"] > 300
    assert shown["height"] > 200
    assert shown["drawn"] > 0
    kind, _, text = shown["source"].partition(",")
    assert kind == "data:image/svg+xml;base64"
    return base64.b64decode(text).decode()


def figures(svg: str) -> str:
    """The line of figures above a drawn chart."""
    found = _FIGURES.search(svg)
    assert found
    return found.group(1)

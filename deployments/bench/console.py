"""How long a reviewer waits: the console with a review of a million cells, in a real browser.

Rule of the house: the console is served and signed in to as by a person; what is timed ends when
the browser shows what was asked for.
"""

import argparse
import base64
import json
import os
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import polars as pl
from playwright.sync_api import Page, sync_playwright

from core.errors import SetupError
from core.lifecycle import Role
from core.migration.review import REVIEW_SCHEMA
from core.settings import write_settings
from core.workbench import open_workbench

_USER = "reviewer"
_CELLS_A_RECORD, _KINDS = 40, 10
_PERSONS, _DEALS = 3, 6
"""Of ten records the first three are persons, the next three deals, the others activities."""
_UNEQUAL_EVERY = 199
_PATIENCE_MS = 60_000
_BROWSER = ["--no-sandbox", "--disable-gpu", "--no-proxy-server", "--disable-background-networking"]

_IDLE = """() => document.querySelector('[data-testid=stApp]')
  ?.getAttribute('data-test-script-state') === 'notRunning'"""
_SHOWS = """words => [...document.querySelectorAll(
    '[data-testid=stCaptionContainer], .perio-record, [data-testid=stDataFrame] th')]
  .some(each => each.textContent.includes(words))"""

Row = dict[str, object]


def review_cells(cells: int) -> pl.DataFrame:
    """Cells of synthetic records, about one in two hundred of them unequal."""
    at = pl.int_range(cells)
    record, field = at // _CELLS_A_RECORD, at % _CELLS_A_RECORD
    kinds = pl.when(record % _KINDS < _PERSONS)
    value = pl.format("value {} of {}", field, at)
    is_cut, is_other = at % (5 * _UNEQUAL_EVERY) == 0, at % _UNEQUAL_EVERY == 0
    return pl.select(
        target=kinds.then(pl.lit("person"))
        .when(record % _KINDS < _DEALS)
        .then(pl.lit("deal"))
        .otherwise(pl.lit("activity")),
        ref=pl.format("m{}", pl.format("{}", record).str.zfill(24)),
        label=pl.format("Sample, Synthetic {}", record),
        entity=pl.lit("patient"),
        source_key=pl.format("patient|P{}", record),
        field=pl.format("patient.field_{}", field),
        field_name=pl.format("Field {}", field),
        source=value,
        wanted=value,
        found=pl.when(is_cut)
        .then(value.str.slice(0, 6))
        .when(is_other)
        .then(pl.format(" {}", value))
        .otherwise(value),
        status=pl.when(is_other).then(pl.lit("differs")).otherwise(pl.lit("as intended")),
        diff_class=pl.when(is_cut)
        .then(pl.lit("truncation"))
        .when(is_other)
        .then(pl.lit("padding"))
        .otherwise(pl.lit("")),
        severity=pl.when(is_cut)
        .then(pl.lit("loss"))
        .when(is_other)
        .then(pl.lit("harmless"))
        .otherwise(pl.lit("")),
    ).select(*REVIEW_SCHEMA)


@contextmanager
def _folder(cells: int) -> Iterator[tuple[Path, str]]:
    """A migration with a review and one reviewer; gives the folder and the password."""
    password = secrets.token_urlsafe(12)
    place = Path(tempfile.mkdtemp(prefix="perio-bench-"))
    os.environ["PERIO_KEY"] = base64.b64encode(secrets.token_bytes(32)).decode()
    try:
        source = "sqlite:///practice.sqlite"
        write_settings(place, migration_id="bench", source=source, destination="sandbox")
        with open_workbench(place, lock=False, make=True) as bench:
            bench.ledger.add_user(_USER, "Reviewer", (Role.CLINICIAN,), password, actor="bench")
            digest = bench.vault.put("review", review_cells(cells))
            bench.ledger.keep("review", {"bound_to": digest, "cells": cells})
        yield place, password
    finally:
        shutil.rmtree(place)


@contextmanager
def _served(folder: Path) -> Iterator[str]:
    """The console of a folder as a process of its own; gives its address once it answers."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-P", "-m", "console", "--dir", str(folder), "--port", str(port)]
    running = subprocess.Popen(command, env=os.environ | {"NO_PROXY": "127.0.0.1"})  # noqa: S603 - our own
    url = f"http://127.0.0.1:{port}"
    try:
        transport = httpx.HTTPTransport(retries=8)
        with httpx.Client(transport=transport, trust_env=False) as client:
            client.get(f"{url}/healthz", timeout=30).raise_for_status()
        yield url
    finally:
        running.terminate()
        running.wait()


class Clock:
    """Times what a person waits for."""

    def __init__(self, page: Page, cells: int) -> None:
        """Name the window and the size of the review."""
        self.page, self.cells = page, cells
        self.rows: list[Row] = []

    def time(self, step: str, act: Callable[[], object], shows: str) -> None:
        """Do something, and wait until its words are on the screen and nothing is at work."""
        began_s = time.perf_counter()
        act()
        self.page.wait_for_function(_SHOWS, arg=shows, timeout=_PATIENCE_MS)
        self.page.wait_for_function(_IDLE, timeout=_PATIENCE_MS)
        seconds = round(time.perf_counter() - began_s, 2)
        self.rows.append({"step": step, "cells": self.cells, "seconds": seconds})


def _sign_in(page: Page, url: str, password: str) -> None:
    page.goto(url)
    page.get_by_label("User name").fill(_USER)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_function(_IDLE, timeout=_PATIENCE_MS)


def _walk(page: Page, url: str, cells: int) -> list[Row]:
    clock, all_of = Clock(page, cells), f"of {cells:,} cells match"
    unequal = -(-cells // _UNEQUAL_EVERY)

    def next_page() -> None:
        page.get_by_role("button", name="Next page", exact=True).last.click()

    def radio(name: str) -> Callable[[], object]:
        return lambda: page.get_by_role("radio", name=name, exact=True).click(force=True)

    def search() -> None:
        field = page.get_by_label("Search in names and values")
        field.fill("Synthetic 77")
        field.press("Enter")

    clock.time("first screen", lambda: page.goto(f"{url}/review"), all_of)
    clock.time("first screen, again", lambda: page.goto(f"{url}/review"), all_of)
    clock.time("next page of records", next_page, "Rows 101 to 200")
    clock.time("cells one by one", radio("Cells"), "Rows 1 to 100 of")
    clock.time("next page of cells", next_page, "Rows 101 to 200")
    clock.time(
        "filter: what differs",
        page.get_by_role("button", name="differs", exact=True).click,
        f"{unequal:,} {all_of}",
    )
    clock.time("groups of the same change", radio("Groups"), "Records")
    clock.time(
        "filter: every result",
        page.get_by_role("button", name="differs", exact=True).click,
        f"{cells:,} {all_of}",
    )
    persons = [n for n in range(cells // _CELLS_A_RECORD) if n % _KINDS < _PERSONS]
    shown = f"{_CELLS_A_RECORD * len(persons):,} {all_of}"
    choose = page.get_by_role("button", name="Persons", exact=True)
    clock.time("filter: persons", choose.click, shown)
    clock.time("records of persons", radio("Records"), "Key in the source")
    hits = _CELLS_A_RECORD * sum(str(n).startswith("77") for n in persons)
    clock.time("search for a text", search, f"{hits:,} {all_of}")
    return clock.rows


def measure(cells: int) -> list[Row]:
    """Serve a review of this many cells and walk through it."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        message = "There is no Chromium on this machine."
        raise SetupError(message, next_step="Install the package `chromium`.")
    with _folder(cells) as (folder, password), _served(folder) as url, sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=chromium, args=_BROWSER)
        page = browser.new_page(viewport={"width": 1280, "height": 1000})
        _sign_in(page, url, password)
        rows = _walk(page, url, cells)
        browser.close()
    return rows


def main(argv: list[str]) -> None:
    """Read the options, measure, and print a table or write JSON."""
    parser = argparse.ArgumentParser(prog="perio bench console")
    parser.add_argument("--cells", type=int, default=1_000_000)
    parser.add_argument("--json", metavar="FILE", help="'-' for standard output")
    given = parser.parse_args(argv)
    rows = measure(given.cells)
    if given.json == "-":
        sys.stdout.write(json.dumps({"console": rows}) + "\n")
        return
    for row in rows:
        line = f"{row['step']:<28} {row['cells']:>10,} cells {row['seconds']:>7.2f} s"
        sys.stdout.write(line + "\n")
    if given.json:
        Path(given.json).write_text(json.dumps({"console": rows}), encoding="utf-8")

"""Everything that is checked before a change is taken, in one run: `./perio test [pytest args]`.

Rule of the house: every step runs even when one before it failed; a skipped test is named.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ET
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

HOUSE = Path(__file__).resolve().parent.parent
CORE_FLOOR_PERCENT = 95
COVERED = ("--cov", "--cov-report=")
SPREAD = ("-n", "auto", "--dist", "worksteal")
"""One worker a core: much of the time is spent waiting for servers and browsers."""

SYSTEM_PACKAGES = ("chromium", "libodbc2", "libltdl7", "postgresql")
"""Debian packages: a browser, the driver manager of SQL Server's ODBC driver, a ledger's server."""

ENVIRONMENT = {
    "DO_NOT_TRACK": "1",
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "PREFECT_RESULTS_DEFAULT_SERIALIZER": "json",
    "STREAMLIT_BROWSER_GATHER_USAGE_STATS": "false",
    "PANDERA_VALIDATION_DEPTH": "SCHEMA_AND_DATA",
    "PYTHONUTF8": "1",
}


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that is run, and what it said."""

    name: str
    failed: str = ""


@dataclass(frozen=True, slots=True)
class Tally:
    """What pytest reported."""

    passed: int = 0
    failed: int = 0
    skipped: tuple[tuple[str, str], ...] = ()
    """Where and why."""


def main(arguments: Sequence[str]) -> int:
    """Run all steps; 0 when none failed."""
    install_system_packages()
    with tempfile.TemporaryDirectory(prefix="perio-test-") as scratch:
        environment = os.environ | ENVIRONMENT | {"PREFECT_HOME": str(Path(scratch) / "prefect")}
        report = Path(scratch) / "report.xml"
        steps = [
            run("ruff check", ["ruff", "check", "."], environment),
            run("ruff format", ["ruff", "format", "--check", "."], environment),
            run("mypy", ["mypy"], environment),
            run("lint-imports", ["lint-imports"], environment),
            run(
                "pytest",
                ["pytest", f"--junitxml={report}", *(arguments or (*COVERED, *SPREAD))],
                environment,
            ),
        ]
        tally = read_report(report)
        if not arguments:  # what some of the tests cover says nothing
            steps.append(coverage(environment))
    steps.append(skips(tally))
    return conclude(steps, tally)


def run(name: str, command: Sequence[str], environment: Mapping[str, str]) -> Step:
    """Run one tool of the virtual environment, its output passed on as it comes."""
    print(f"\n=== {name}", flush=True)
    tool = shutil.which(command[0], path=str(Path(sys.executable).parent))
    if tool is None:
        return Step(name, f"{command[0]} is not installed")
    code = subprocess.run([tool, *command[1:]], cwd=HOUSE, env=environment, check=False).returncode
    return Step(name, f"exit {code}" if code else "")


def coverage(environment: Mapping[str, str]) -> Step:
    """Show what of core no test ran, and hold it to the floor."""
    floor = f"--fail-under={CORE_FLOOR_PERCENT}"
    return run("coverage", ["coverage", "report", "--include=core/*", floor], environment)


def read_report(report: Path) -> Tally:
    """Count what passed, failed and was skipped."""
    if not report.is_file():
        return Tally(failed=1)
    cases = list(ET.parse(report).getroot().iter("testcase"))  # noqa: S314 - our own report
    failed = sum(
        case.find("failure") is not None or case.find("error") is not None for case in cases
    )
    skipped = tuple(
        (
            f"{case.get('classname', '').replace('.', '/')}: {case.get('name')}",
            why.get("message", ""),
        )
        for case in cases
        if (why := case.find("skipped")) is not None
    )
    return Tally(len(cases) - failed - len(skipped), failed, skipped)


def skips(tally: Tally) -> Step:
    """Name every skipped test; in CI only tests of a real server may be skipped."""
    print("\n=== skipped tests")
    for where, why in tally.skipped:
        print(f"{where}\n    {why}")
    if not tally.skipped:
        print("none")
    uncalled = [where for where, _ in tally.skipped if not where.startswith("tests/live/")]
    if uncalled and os.environ.get("CI") == "true":
        return Step("skipped tests", f"{len(uncalled)} outside tests/live, which CI does not allow")
    return Step("skipped tests")


def conclude(steps: Sequence[Step], tally: Tally) -> int:
    """List the steps and close with the line that CI reads."""
    print("\n=== steps")
    for step in steps:
        print(f"{step.name:<16}{step.failed or 'ok'}")
    print(f"\ntests: {tally.passed} passed, {tally.failed} failed, {len(tally.skipped)} skipped")
    return int(any(step.failed for step in steps))


def install_system_packages() -> None:
    """On Debian as root, install what is missing; elsewhere say so, and the tests skip."""
    missing = [name for name in SYSTEM_PACKAGES if not is_present(name)]
    if not missing:
        return
    if not (is_debian() and os.geteuid() == 0 and shutil.which("apt-get")):
        print(f"Not installed here, tests that need them skip: {', '.join(missing)}.", flush=True)
        return
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    install = ["apt-get", "install", "--yes", "--quiet", "--no-install-recommends", *missing]
    for command in (["apt-get", "update", "--quiet"], install):
        code = subprocess.run(command, env=environment, check=False).returncode
        if code:
            print(f"{' '.join(command[:2])} failed (exit {code}).", flush=True)


def is_debian() -> bool:
    """Whether the system says it is Debian; others name their packages differently."""
    release = Path("/etc/os-release")
    return release.is_file() and "\nID=debian" in "\n" + release.read_text(encoding="utf-8")


def is_present(package: str) -> bool:
    """Whether the package, or the program of its name, is there."""
    if shutil.which(package):
        return True
    if shutil.which("dpkg-query") is None:
        return False
    query = ["dpkg-query", "--show", "--showformat=${Status}", package]
    answer = subprocess.run(query, capture_output=True, text=True, check=False)
    return answer.stdout.startswith("install ok installed")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

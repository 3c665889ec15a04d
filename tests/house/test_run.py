"""The house about its checks: what one run of everything says, and when it fails."""

import importlib.util
from pathlib import Path

import pytest

HOUSE = Path(__file__).resolve().parents[2]

REPORT = """<testsuites><testsuite>
<testcase classname="tests.core.test_a" name="test_one"/>
<testcase classname="tests.core.test_a" name="test_two"><failure message="no"/></testcase>
<testcase classname="tests.core.test_b" name="test_three"><error message="no"/></testcase>
<testcase classname="tests.live.test_c" name="test_four"><skipped message="no server"/></testcase>
{more}
</testsuite></testsuites>"""
SKIPPED = (
    '<testcase classname="tests.core.test_d" name="test_five"><skipped message="why"/></testcase>'
)


@pytest.fixture(scope="module")
def run():
    specification = importlib.util.spec_from_file_location("perio_run", HOUSE / "tests" / "run.py")
    assert specification is not None
    assert specification.loader is not None
    module = importlib.util.module_from_spec(specification)
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(__import__("sys").modules, "perio_run", module)
        specification.loader.exec_module(module)
        yield module


@pytest.fixture
def tally(run, tmp_path):
    def count(more=""):
        report = tmp_path / "report.xml"
        report.write_text(REPORT.format(more=more))
        return run.read_report(report)

    return count


def test_a_run_counts_what_passed_failed_and_was_skipped(tally):
    found = tally()
    assert (found.passed, found.failed) == (1, 2)
    assert found.skipped == (("tests/live/test_c: test_four", "no server"),)


def test_a_run_without_a_report_counts_as_failed(run, tmp_path):
    assert run.read_report(tmp_path / "absent.xml").failed == 1


@pytest.mark.parametrize(
    ("ci", "more", "fails"), [("true", SKIPPED, True), ("true", "", False), ("", SKIPPED, False)]
)
def test_a_skipped_test_fails_only_in_ci_and_outside_live(run, tally, monkeypatch, ci, more, fails):  # noqa: PLR0913, PLR0917 - three are the case
    monkeypatch.setenv("CI", ci)
    assert bool(run.skips(tally(more)).failed) is fails


def test_a_run_names_every_skipped_test_with_its_reason(run, tally, capsys):
    run.skips(tally())
    assert "tests/live/test_c: test_four\n    no server" in capsys.readouterr().out


def test_a_run_closes_with_the_count_and_fails_when_a_step_did(run, tally, capsys):
    assert run.conclude([run.Step("mypy"), run.Step("pytest", "exit 1")], tally()) == 1
    said = capsys.readouterr().out
    assert "exit 1" in said
    assert said.rstrip().endswith("tests: 1 passed, 2 failed, 1 skipped")
    assert run.conclude([run.Step("mypy")], tally()) == 0


def test_a_step_says_how_its_tool_ended(run):
    assert run.run("version", ["ruff", "--version"], {}).failed == ""
    assert "exit" in run.run("nothing", ["ruff", "no-such-command"], {}).failed
    assert "not installed" in run.run("absent", ["no-such-tool"], {}).failed


def test_a_run_keeps_its_servers_to_itself(run):
    assert run.ENVIRONMENT["DO_NOT_TRACK"] == "1"
    assert run.ENVIRONMENT["PREFECT_SERVER_ANALYTICS_ENABLED"] == "false"

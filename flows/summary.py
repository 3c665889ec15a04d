"""Results as lines and tables for a person.

Rule of the house: what moved, what was left and why, what was proven; and what comes next.
"""

from collections.abc import Mapping
from typing import Any

from rich.console import Console
from rich.table import Table

from core.migration.guard import Result

NAMES = {
    "referring_practice": "Referring practices",
    "referring_doctor": "Referring doctors",
    "patient": "Patients",
    "account": "Accounts (guarantors)",
    "referral": "Referrals",
    "coverage": "Insurance policies",
    "provider": "Providers",
    "treatment_plan": "Treatment plans",
    "planned_procedure": "Planned procedures",
    "visit": "Visits, calls, e-mails, meetings",
    "perio_exam": "Periodontal exams",
    "site_reading": "Site readings",
    "tooth_finding": "Tooth findings",
    "custom_finding": "Custom findings",
    "diagnosis": "Diagnoses (AAP)",
    "radiograph": "Radiographs",
    "letter": "Letters",
    "letter_template": "Letter templates (rebuild list)",
    "note": "Notes",
    "attachment": "Documents",
    "chart_history": "Chart histories",
}
"""Entities as people call them."""

_RULES = {
    "orphan": "the row it belongs to is missing",
    "duplicate": "the same row again",
    "unreadable": "the value cannot be read",
    "out_of_range": "the value cannot be true",
    "unknown_tooth": "no such tooth",
    "missing_required": "a required value is missing",
    "unknown_option": "not in the closed list",
    "missing_file": "the file is not there",
    "wrong_patient": "the plan or exam it names is another patient's",
}

_QUIET = {
    "phase",
    "stage",
    "next_step",
    "run_id",
    "records",
    "rejected",
    "seconds",
    "pace",
    "tokens",
    "findings",
    "warnings",
}
"""Shown in a form of their own, or only in the JSON."""


def say_step(result: Result, screen: Console) -> None:
    """One step: its counts on a line each, and the next step."""
    for name, value in result.items():
        if name not in _QUIET:
            screen.print(f"  {name.replace('_', ' ')}: {_short(value)}", highlight=False)
    findings: Any = result.get("findings", [])
    for finding in findings:
        _say_finding(finding, screen)
    tokens = result.get("tokens")
    if isinstance(tokens, Mapping):
        spent, least = tokens.get("spent"), tokens.get("minimum")
        screen.print(f"  API tokens: {spent:,} spent, {least:,} needed at least", highlight=False)
    records = result.get("records")
    if isinstance(records, Mapping):
        screen.print(record_table(records))
    if next_step := result.get("next_step"):
        screen.print(f"[bold]Next:[/] {next_step}", highlight=False)


_MARKS = {"stop": "[red]✕[/]", "warning": "[yellow]![/]", "note": "·", "good": "[green]✓[/]"}


def _say_finding(finding: Mapping[str, str], screen: Console) -> None:
    """One thing that was looked at, and what to do about it."""
    said = finding["said"].replace("[", r"\[")
    mark = _MARKS[finding["severity"]]
    screen.print(f"  {mark} {finding['end']}, {finding['about']}: {said}", highlight=False)
    if finding["next_step"]:
        step = finding["next_step"].replace("[", r"\[")
        screen.print(f"      {step}", style="dim", highlight=False)


def _short(value: object) -> str:
    if isinstance(value, Mapping) and "by_class" in value:
        value = {name: each for name, each in value.items() if name != "by_class"}
    if isinstance(value, Mapping):
        said = {name: each for name, each in value.items() if each not in (None, {}, [])}
        return ", ".join(f"{name.replace('_', ' ')} {_short(each)}" for name, each in said.items())
    if isinstance(value, list):
        return "; ".join(_short(each) for each in value)
    return str(value)


def say_status(result: Result, screen: Console) -> None:
    """Where the migration stands, and who signed."""
    screen.print(f"Migration {result['migration_id']} is at [bold]{result['stage']}[/].")
    table = Table("Gate", "Signed by", "As", "At", title="Signatures", title_justify="left")
    signatures: Any = result["signatures"]
    for each in signatures:
        table.add_row(each["gate"], each["by"], each["role"], f"{each['at']:%Y-%m-%d %H:%M} UTC")
    if signatures:
        screen.print(table)
    screen.print(f"[bold]Next:[/] {result['next_step']}", highlight=False)


def say_audit(result: Result, screen: Console) -> None:
    """The newest events, and whether the log is whole."""
    table = Table("#", "When", "Who", "What", "On", "Outcome")
    newest: Any = result["newest"]
    for each in newest:
        when = f"{each['at']:%Y-%m-%d %H:%M:%S}"
        cells = (str(each["seq"]), when, each["actor"], each["action"])
        table.add_row(*cells, str(each["subject"])[:44], str(each["outcome"])[:44])
    screen.print(table)
    screen.print(f"The log is whole: {result['events']} events, each bound to the one before.")


def record_table(records: Mapping[str, Any]) -> Table:
    """What became of every object's rows."""
    table = Table(title="What moved", title_justify="left")
    for name in ("", "In the source", "Set aside", "Created", "Updated", "Verified", "Twice"):
        table.add_column(name, justify="left" if not name else "right")
    for entity, name in NAMES.items():
        if entity in records:
            row = records[entity]
            keys = ("source", "rejected", "created", "updated", "verified", "duplicates")
            table.add_row(name, *(f"{row[key]:,}" for key in keys))
    return table


def rejected_table(rejected: list[dict[str, Any]]) -> Table:
    """What was set aside, and why."""
    table = Table("Table", "Rows", "Why", title="What was set aside", title_justify="left")
    for each in rejected:
        table.add_row(each["table"], f"{each['rows']:,}", _RULES.get(each["rule"], each["rule"]))
    return table


def say_demo(result: Result, screen: Console) -> None:
    """The demo's end: what moved, what was left and why, what was proven, who may sign in."""
    parts: Any = result
    screen.print(record_table(parts["records"]))
    screen.print(rejected_table(parts["rejected"]))
    cells, diff = parts["cells"], parts["diff"]
    proven = Table(title="What was proven", title_justify="left", show_header=False)
    proven.add_row("Every source cell has an outcome", _outcomes(cells))
    proven.add_row("Cells compared after the load", f"{diff['cells']:,}, lost {diff['loss']}")
    proven.add_row("Second load", f"{parts['second_load']['planned']} writes")
    proven.add_row("Rollback rehearsed on the sample", _yes(parts["rehearsal"]["equals_snapshot"]))
    delta = parts["delta"]
    changes = ", ".join(f"{n} {what}" for what, n in sorted(delta["changes"].items()))
    proven.add_row("Later work picked up", f"{changes}; lost {delta['diff']['loss']}")
    tokens = parts["tokens"]
    proven.add_row("API tokens", f"{tokens['spent']:,} of at least {tokens['minimum']:,}")
    proven.add_row("Audit log", f"{parts['audit_events']:,} events, chain whole")
    screen.print(proven)
    who = Table("User", "Role", "Password", title="Sign in to the console", title_justify="left")
    for user in parts["users"]:
        who.add_row(user["name"], user["roles"], user["password"])
    screen.print(who)


def _outcomes(cells: Mapping[str, int]) -> str:
    names = ("moved", "transformed", "left", "rejected")
    return ", ".join(f"{cells[name]:,} {name}" for name in names) + f" of {cells['total']:,}"


def _yes(is_so: object) -> str:
    return "the destination equals its snapshot" if is_so else "others worked meanwhile; see log"

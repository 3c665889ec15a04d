"""Asks a language model about uncertain columns, from the command line, one shown question a time.

Rule of the house: what leaves is what was on the screen, after a yes typed there; nothing else.
"""

import sys
from pathlib import Path

from rich.console import Console

from core.errors import AccessRefused
from core.matching.asking import Request
from core.migration import advising
from core.workbench import open_workbench


def ask(folder: Path, screen: Console) -> dict[str, int]:
    """Show each question, send those that the person lets go, and note the answers in the map.

    Raises:
        AccessRefused: there is no terminal at which a person could say yes.
    """
    with open_workbench(folder) as bench:
        adviser = bench.adviser()
        asked = advising.questions(bench.ledger, bench.vault, bench.map_path)
        if asked and not sys.stdin.isatty():
            message = "A question leaves only when a person at a terminal has read it."
            raise AccessRefused(message, next_step="Run `./perio propose --ask` in a terminal.")
        to = f"{adviser.model} at {adviser.base_url}"
        return advising.ask(
            bench.ledger, bench.map_path, asked, adviser, lambda one: _may_send(one, to, screen)
        )


def _may_send(request: Request, to: str, screen: Console) -> bool:
    screen.print(f"This would be sent to {to}, about table {request.table}:", markup=False)
    screen.print(request.text, markup=False, highlight=False)
    screen.print("Send it? Names of columns leave with it, no values. [y/N] ", markup=False, end="")
    return sys.stdin.readline().strip().lower() in {"y", "yes"}


def told(result: dict[str, int]) -> str:
    """What came of it, in a line."""
    return (
        f"{result['sent']} of {result['questions']} questions sent; {result['answered']} columns "
        "have an answer beside their alternatives. Nothing was decided by it."
    )

"""A language model asked about uncertain columns, one table at a time, if a practice wants that.

Rule of the house: off unless a person asks for it; each question is shown before it leaves, and an
answer is one thing more to choose from, never a choice.
"""

import hashlib
from collections.abc import Callable
from pathlib import Path

from core.crosswalk.mapping import SchemaMap, load, save
from core.discovery import Inventory
from core.errors import MapGap, PlanStale, StepNotAllowed
from core.lifecycle import NEXT_STEP, Stage
from core.matching.asking import Provider, Request, advised, answers_in, requests_for
from core.migration.confirming import may_change
from core.migration.explaining import COLUMNS, INVENTORY
from core.migration.passage import ACTOR
from core.ports import Ledger, Vault


def questions(ledger: Ledger, vault: Vault, map_path: Path) -> tuple[Request, ...]:
    """What would be asked about the map as it stands, one question a table.

    Raises:
        StepNotAllowed: the map may not change at this stage.
        MapGap: nothing was found yet that could be asked about.
    """
    stage = ledger.stage()
    if not may_change(stage):
        message = f"The map cannot be changed while the migration is at '{stage}'."
        raise StepNotAllowed(message, next_step=NEXT_STEP[stage])
    if not vault.has(COLUMNS) or stage is Stage.CONNECTED:
        message = "There is no inventory to ask about."
        raise MapGap(message, next_step="Run `./perio discover` first.")
    digest = str((ledger.kept("inventory") or {}).get("digest", ""))
    inventory = Inventory(vault.get(INVENTORY), vault.get(COLUMNS), digest)
    return requests_for(inventory, load(map_path))


def ask(
    ledger: Ledger,
    map_path: Path,
    asked: tuple[Request, ...],
    adviser: Provider,
    may_send: Callable[[Request], bool],
) -> dict[str, int]:
    """Send each question that a person lets go, and note its answers beside the proposals.

    Args:
        ledger: The audit log: that a question left, about which table, and its text's hash.
        map_path: The map's file.
        asked: `questions`.
        adviser: Who answers.
        may_send: Shows a question and says whether it may leave.

    Returns:
        How many questions there were, how many left, and how many columns were answered.

    Raises:
        PlanStale: the map was changed meanwhile.
    """
    before = load(map_path)
    made: SchemaMap = before
    sent = answered = 0
    for request in asked:
        if not may_send(request):
            continue
        seal = hashlib.sha256(request.text.encode()).hexdigest()
        ledger.audit("ask model", actor=ACTOR, subject=f"{request.table} {seal[:16]}")
        answers = answers_in(adviser.ask(request.text), made, request.table)
        made = advised(made, request.table, answers)
        sent += 1
        answered += len(answers)
    if load(map_path) != before:
        message = "The map was changed while the model was asked; its answers were not noted."
        raise PlanStale(message, next_step="Ask again.")
    assert made.digest() == before.digest(), "advice changes no decision"
    save(made, map_path)
    return {"questions": len(asked), "sent": sent, "answered": answered}

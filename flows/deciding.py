"""What a named person decides: who may, what is signed, asked for, attested, erased.

Rule of the house: the password is checked before anything changes.
"""

import shutil
from datetime import UTC, datetime
from pathlib import Path

from core.crosswalk.mapping import load
from core.errors import AccessRefused, GateRefused, MigrationError, SettingMissing
from core.lifecycle import LEADS_TO, NEXT_STEP, Gate, Role, Stage
from core.migration import accepting
from core.migration.context import ATTESTATION
from core.migration.explaining import require_explained
from core.migration.guard import Result
from core.workbench import Workbench, open_workbench
from flows.asking import code_of

_SAMPLE_AGAIN = "Run `./perio sample`, or `./perio propose` when the map is to change."


def add_user(
    folder: Path, name: str, display_name: str, roles: tuple[Role, ...], password: str
) -> None:
    """Add a user of the console and the command line."""
    with open_workbench(folder, lock=False, make=True) as bench:
        bench.ledger.add_user(name, display_name, roles, password, actor="command line")


def ask_for_load(folder: Path, user: str, password: str) -> Result:
    """Ask for the full load that was planned last."""
    with open_workbench(folder, lock=False) as bench:
        kept = bench.ledger.kept("full_plan")
        if not kept:
            message = "No full load is planned."
            raise SettingMissing(message, next_step=to_a_plan(bench.ledger.stage()))
        plan_id, code = str(kept["plan_id"]), _code(bench, user)
        bench.ledger.request_load(user=user, password=password, plan_id=plan_id, code=code)
        stage = bench.ledger.stage()
        plan = {name: kept[name] for name in ("plan_id", "writes", "by_object", "tokens")}
        return {
            "phase": "authorize",
            "stage": stage.value,
            "plan": plan,
            "next_step": NEXT_STEP[stage],
        }


def to_a_plan(stage: Stage) -> str:
    """The next step on the way to a planned load."""
    return _SAMPLE_AGAIN if stage is Stage.ROLLED_BACK else NEXT_STEP[stage]


def sign(folder: Path, gate: Gate, user: str, password: str, file: Path | None) -> Result:
    """Sign a gate; for the map a file may be given, which becomes the map."""
    with open_workbench(folder, lock=False) as bench:
        if gate is Gate.INVENTORY:
            require_explained(bench.vault, explain_all=bench.settings.explain_all)
        before = bench.ledger.presented(gate)
        if gate is Gate.MAP:
            _present_map(bench, file)
        try:
            signature = accepting.sign(
                bench.ledger,
                bench.vault,
                gate,
                user=user,
                password=password,
                code=_code(bench, user),
            )
        except MigrationError:
            if before is not None:
                bench.ledger.present(gate, before)
            raise
        if gate is Gate.MAP and file is not None and file.resolve() != bench.map_path.resolve():
            shutil.copyfile(file, bench.map_path)
        stage = bench.ledger.stage()
        return {
            "phase": "sign",
            "gate": gate.value,
            "stage": stage.value,
            "bound_to": signature.bound_to,
            "next_step": NEXT_STEP[stage],
        }


def _code(bench: Workbench, user: str) -> str:
    """The one-time code of a user who has them; nobody else is asked."""
    return code_of(user) if bench.ledger.has_totp(user) else ""


def _present_map(bench: Workbench, file: Path | None) -> None:
    """Present the map as the file has it now, so that what is signed is what is read."""
    stage = bench.ledger.stage()
    if Stage.MAP_CONFIRMED not in LEADS_TO[stage]:
        message = f"Gate '{Gate.MAP}' cannot be signed while the migration is at '{stage}'."
        raise GateRefused(message, next_step=NEXT_STEP[stage])
    schema_map = load(file or bench.map_path)
    if gaps := schema_map.unanswered():
        message = f"{len(gaps)} table(s) or column(s) are unanswered: {', '.join(gaps[:5])}."
        raise SettingMissing(message, next_step="Answer them in map.toml or in the console.")
    bench.ledger.present(Gate.MAP, schema_map.digest())


def purge(folder: Path, user: str, password: str) -> Result:
    """Erase the values at rest."""
    with open_workbench(folder) as bench:
        person = bench.ledger.authenticate(user, password, _code(bench, user))
        removed = bench.vault.purge()
        shutil.rmtree(folder / "outbox", ignore_errors=True)
        bench.ledger.audit("purge", actor=person.name, outcome=f"{len(removed)} removed")
        return {"phase": "purge", "removed": len(removed), "names": sorted(removed)}


def attest(folder: Path, user: str, password: str, reference: str) -> Result:
    """Record that the practice may put clinical values into the destination."""
    with open_workbench(folder, lock=False) as bench:
        person = bench.ledger.authenticate(user, password, _code(bench, user))
        if Role.ADMIN not in person.roles:
            message = f"An attestation is a practice admin's; '{user}' is not one."
            raise AccessRefused(message, next_step="Ask a practice admin to attest.")
        document = {"by": person.name, "at": datetime.now(UTC).isoformat(), "reference": reference}
        bench.ledger.keep(ATTESTATION, document)
        bench.ledger.audit("attest", actor=person.name, subject=reference)
        next_step = NEXT_STEP[bench.ledger.stage()]
        return {"phase": "attest", "attestation": document, "next_step": next_step}

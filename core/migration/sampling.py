"""The sample: loaded under the signed map, reviewed by a clinician, undone as a rehearsal.

Rule of the house: the full load is unlocked only by a rollback that was seen to work here.
"""

import hashlib

from core.compare import compare_all
from core.errors import StepNotAllowed
from core.lifecycle import NEXT_STEP, Gate, Stage
from core.migration.accepting import in_the_way
from core.migration.carry_out import carry_out, keep_plan
from core.migration.clinical_report import REPORT
from core.migration.context import context, parts
from core.migration.guard import Result, allow, close_step
from core.migration.intake import Intake, keep_wanted, read_practice, wanted_records
from core.migration.loading import plan_full_load
from core.migration.metering import Meter
from core.migration.observation import observe, snapshot_roots
from core.migration.passage import ACTOR, Passage
from core.migration.result import proof_counts
from core.migration.reversing import BEFORE, undo_everything
from core.migration.review import review_cells
from core.migration.sample import coverage, sample_counts, sample_patients
from core.migration.specify import adopt
from core.migration.verify import keep_found, prove
from core.plan import plan
from core.ports import Ledger
from core.vocabulary.field import CrmObject

SAMPLE, COVERAGE, MORE = "sample", "sample/coverage", "sample_more"
"""The sample's frame and document, what it covers, and how many more were asked for."""


def sample(passage: Passage) -> Result:
    """Load the sample for review; once it is signed, rehearse the rollback on it."""
    stage = passage.ledger.stage()
    if stage is Stage.SAMPLE_REVIEWED:
        return rehearse(passage)
    is_open = passage.ledger.open_plan("sample") is not None
    if stage is Stage.SAMPLE_LOADED and not is_open and not still_to_draw(passage.ledger):
        message = "The sample is loaded already; a clinician reviews it now."
        raise StepNotAllowed(message, next_step=NEXT_STEP[stage])
    allow(passage, Stage.SAMPLE_LOADED, "sample")
    meter = Meter(passage)
    adopt(passage)
    intake = read_practice(passage)
    plan_id = passage.ledger.open_plan("sample") or _plan_sample(passage, intake, meter)
    done = carry_out(passage, plan_id, "sample")
    return _review(passage, intake, plan_id, meter, {"created": done.created})


def ask_for_more(ledger: Ledger, patients: int, *, actor: str) -> int:
    """Ask for more patients at random; the next run of the sample draws and loads them.

    Returns:
        How many the random part is asked to have beyond the settings' number.

    Raises:
        StepNotAllowed: there is no sample under review, or no number to draw.
    """
    stage = ledger.stage()
    if stage is not Stage.SAMPLE_LOADED or patients < 1:
        message = "More patients are drawn while a sample is under review, one or more at a time."
        raise StepNotAllowed(message, next_step=NEXT_STEP[stage])
    more = _asked(ledger) + patients
    ledger.keep(MORE, {"random": more})
    ledger.audit("draw more", actor=actor, subject=SAMPLE, outcome=f"{patients} patients")
    return more


def _asked(ledger: Ledger) -> int:
    return int(str((ledger.kept(MORE) or {}).get("random", 0)))


def still_to_draw(ledger: Ledger) -> int:
    """How many more patients were asked for than the sample has."""
    return max(0, _asked(ledger) - int(str((ledger.kept(SAMPLE) or {}).get("more", 0))))


def _plan_sample(passage: Passage, intake: Intake, meter: Meter) -> str:
    is_more = passage.ledger.stage() is Stage.SAMPLE_LOADED
    entities, more = intake.conformed.entities, _asked(passage.ledger)
    earlier = passage.vault.get(SAMPLE) if is_more else None
    chosen = sample_patients(passage, entities, more=more, earlier=earlier)
    passage.vault.put(SAMPLE, chosen)
    assembled = wanted_records(passage, intake, chosen["patient_key"])
    keep_wanted(passage, assembled)
    view = observe(passage)
    meter.walk(view)
    if not is_more:
        passage.ledger.record_snapshot(BEFORE, snapshot_roots(view))
    made = plan(
        "sample",
        compare_all(view.found, assembled.wanted),
        assembled.wanted,
        context=context(passage),
        # what is loaded already is not touched again: somebody may have worked on it
        fields_owned=() if is_more else None,
    )
    keep_plan(passage, made, view.floors(), actor=ACTOR)
    meter.writes(made)
    map_digest = intake.schema_map.digest()
    passage.ledger.approve(made.plan_id, gate=Gate.MAP, actor=ACTOR, under=map_digest)
    covered = coverage(entities, chosen)
    passage.vault.put(COVERAGE, covered)
    told = {"plan_id": made.plan_id, "more": more, **sample_counts(chosen, covered)}
    passage.ledger.keep(SAMPLE, told)
    return made.plan_id


def _review(
    passage: Passage, intake: Intake, plan_id: str, meter: Meter, counts: dict[str, object]
) -> Result:
    wanted = {name: passage.vault.get(f"wanted/{name}") for name in CrmObject}
    view = observe(passage)
    meter.walk(view)
    proof = prove(passage, view, wanted)
    keep_found(passage, view, proof)
    cells = review_cells(passage, wanted, view.found, proof)
    digest = passage.vault.put("review", cells)
    bound = hashlib.sha256(f"{digest}|{intake.schema_map.digest()}".encode()).hexdigest()
    passage.ledger.present(Gate.SAMPLE, bound, parts(passage) | {"diff": digest})
    passage.ledger.keep("review", {"bound_to": bound, "cells": cells.height})
    counts |= {"sample": passage.ledger.kept("sample"), **proof_counts(passage, proof, plan_id)}
    return close_step(passage, "sample", meter, Stage.SAMPLE_LOADED, counts)


def rehearse(passage: Passage) -> Result:
    """Undo the sample, see that the destination is as before, and plan the full load.

    Raises:
        StepNotAllowed: a reviewer's rejection stands, or a second reviewer is waited for.
    """
    _require_accepted(passage)
    meter = Meter(passage)
    adopt(passage)
    kept = passage.ledger.kept("review") or {}
    undone = undo_everything(passage, meter, gate=Gate.SAMPLE, under=str(kept.get("bound_to")))
    full = plan_full_load(passage, meter)
    report = passage.ledger.kept(REPORT)
    counts = {"rollback": undone, "full_plan": full, "clinical_report": report}
    return close_step(passage, "rehearsal", meter, Stage.ROLLBACK_REHEARSED, counts)


def _require_accepted(passage: Passage) -> None:
    if found := in_the_way(passage.ledger, passage.vault):
        message = " ".join(["The review of the sample is not done.", *found])
        step = "Reviewers decide anew in the console (`./perio console`), or the sample is taken "
        raise StepNotAllowed(message, next_step=f"{step}back: `./perio rollback --as USER`.")

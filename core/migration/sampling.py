"""The sample: loaded under the signed map, reviewed by a clinician, undone as a rehearsal.

Rule of the house: the full load is unlocked only by a rollback that was seen to work here.
"""

import hashlib

from core.compare import compare_all
from core.errors import StepNotAllowed
from core.lifecycle import NEXT_STEP, Gate, Stage
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
from core.migration.sample import sample_patients
from core.migration.specify import adopt
from core.migration.verify import keep_found, prove
from core.plan import plan
from core.vocabulary.field import CrmObject


def sample(passage: Passage) -> Result:
    """Load the sample for review; once it is signed, rehearse the rollback on it."""
    stage = passage.ledger.stage()
    if stage is Stage.SAMPLE_REVIEWED:
        return rehearse(passage)
    if stage is Stage.SAMPLE_LOADED and passage.ledger.open_plan("sample") is None:
        message = "The sample is loaded already; a clinician reviews it now."
        raise StepNotAllowed(message, next_step=NEXT_STEP[stage])
    allow(passage, Stage.SAMPLE_LOADED, "sample")
    meter = Meter(passage)
    adopt(passage)
    intake = read_practice(passage)
    plan_id = passage.ledger.open_plan("sample") or _plan_sample(passage, intake, meter)
    done = carry_out(passage, plan_id, "sample")
    return _review(passage, intake, plan_id, meter, {"created": done.created})


def _plan_sample(passage: Passage, intake: Intake, meter: Meter) -> str:
    chosen = sample_patients(passage, intake.conformed.entities)
    passage.vault.put("sample", chosen)
    assembled = wanted_records(passage, intake, chosen["patient_key"])
    keep_wanted(passage, assembled)
    view = observe(passage)
    meter.walk(view)
    passage.ledger.record_snapshot(BEFORE, snapshot_roots(view))
    made = plan(
        "sample",
        compare_all(view.found, assembled.wanted),
        assembled.wanted,
        context=context(passage),
    )
    keep_plan(passage, made, view.floors(), actor=ACTOR)
    meter.writes(made)
    map_digest = intake.schema_map.digest()
    passage.ledger.approve(made.plan_id, gate=Gate.MAP, actor=ACTOR, under=map_digest)
    patients = {
        "patients": chosen.height,
        "random": chosen.filter(chosen["drawn"] == "random").height,
    }
    passage.ledger.keep("sample", {"plan_id": made.plan_id, **patients})
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
    """Undo the sample, see that the destination is as before, and plan the full load."""
    meter = Meter(passage)
    adopt(passage)
    kept = passage.ledger.kept("review") or {}
    undone = undo_everything(passage, meter, gate=Gate.SAMPLE, under=str(kept.get("bound_to")))
    full = plan_full_load(passage, meter)
    report = passage.ledger.kept(REPORT)
    counts = {"rollback": undone, "full_plan": full, "clinical_report": report}
    return close_step(passage, "rehearsal", meter, Stage.ROLLBACK_REHEARSED, counts)

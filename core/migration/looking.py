"""Both ends looked at, against the map and what is planned.

Rule of the house: looking changes nothing; what is found is kept for every screen.
"""

from collections.abc import Sequence

from core.crosswalk.mapping import SchemaMap
from core.crosswalk.practice import CLINICAL
from core.errors import MapGap, SettingMissing
from core.migration.context import ATTESTATION
from core.migration.passage import Passage
from core.migration.preflight import (
    AUTOMATIONS,
    PREFLIGHT,
    Finding,
    as_document,
    automations,
    clock_finding,
    destination_findings,
    provider_finding,
    source_findings,
    told_by,
    zone_finding,
)
from core.migration.preflight_plan import Limits, attestation_finding, plan_findings
from core.migration.preflight_visibility import visibility_findings
from core.migration.seats import ACCEPTED
from core.migration.specify import FIT
from core.ports import Standing, Table

CONFIRMED = "decisions"
"""Ledger document: who confirmed the settings for the practice, when, and which."""


def look(passage: Passage, tables: Sequence[Table], standing: Standing) -> list[Finding]:
    """Everything a person should know now, kept in the ledger.

    Args:
        passage: Both ends, map and ledger.
        tables: The source's catalogue.
        standing: What the destination says of itself.
    """
    ledger, vault = passage.ledger, passage.vault
    schema_map = _map(passage)
    providers = vault.get(ACCEPTED) if vault.has(ACCEPTED) else None
    limits = Limits(passage.reserve, passage.deals_per_seat)
    kept = ledger.kept(FIT)
    # The account's plan may have changed since the fields were specified.
    fit = None if kept is None else kept | {"cap": passage.field_cap}
    told, now_s = told_by(passage.source), passage.tempo.now_s()
    zone = schema_map.decisions.zone if schema_map else None
    findings = [
        *source_findings(told, tables),
        zone_finding(zone, is_confirmed=ledger.kept(CONFIRMED) is not None),
        *clock_finding(zone, told.utc_offset_s, now_s),
        *destination_findings(standing, is_sandbox=passage.is_sandbox),
        *visibility_findings(standing),
        automations(ledger.kept(AUTOMATIONS)),
        provider_finding(providers, standing, schema_map.users if schema_map else {}),
        *plan_findings(ledger.kept("full_plan"), fit, standing, limits),
        *attestation_finding(
            is_clinical=schema_map is not None and schema_map.decisions.profile == CLINICAL,
            is_sandbox=passage.is_sandbox,
            attested=ledger.kept(ATTESTATION),
        ),
    ]
    ledger.keep(PREFLIGHT, as_document(findings, now_s))
    return findings


def _map(passage: Passage) -> SchemaMap | None:
    try:
        return passage.schema_map()
    except (MapGap, SettingMissing):
        return None

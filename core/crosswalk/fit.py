"""The last look at accepted rows: do they hold what the vocabulary declares?

Rule of the house: conform sets bad rows aside; this check is independent of it, so that a defect
there stops the run instead of reaching a chart.
"""

import polars as pl

from core.crosswalk.conform import SOURCE_KEY, is_withheld
from core.crosswalk.mapping import Decisions
from core.errors import MapGap
from core.vocabulary.field import ENTITIES


def require_fit(entity: str, accepted: pl.DataFrame, decisions: Decisions) -> None:
    """Validate accepted rows against the schema derived from the declarations.

    Args:
        entity: Key of the entity.
        accepted: Its rows with `source_key`.
        decisions: Fields that the profile withholds may be empty.

    Raises:
        MapGap: naming entity, field and check; never a value.
    """
    if accepted.is_empty():
        return
    # pandera takes seconds to import; a command that reads no practice does not pay for it
    import pandera.errors as pa_errors  # noqa: PLC0415 - as said above

    from core.vocabulary.schema import pandera_schema  # noqa: PLC0415 - as said above

    declared = ENTITIES[entity]
    loose = {
        name: {"nullable": True}
        for name, field in declared.fields().items()
        if is_withheld(field, decisions)
    }
    schema = pandera_schema(declared)
    if loose:
        schema = schema.update_columns(loose)
    try:
        schema.validate(accepted.drop(SOURCE_KEY), lazy=True)
    except pa_errors.SchemaErrors as error:
        cases = error.failure_cases.select("column", "check").unique().sort("column", "check")
        broken = "; ".join(f"{entity}.{column}: {check}" for column, check in cases.iter_rows())
        message = f"Accepted rows do not fit the vocabulary: {broken}."
        raise MapGap(message, next_step="See the map's entry of this table; report it.") from None

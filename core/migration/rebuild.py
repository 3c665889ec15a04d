"""What has no place in the destination, as a list for the person who rebuilds it there.

Rule of the house: a template is no record; its text and merge fields are kept to be copied.
"""

import re
from collections.abc import Mapping

import polars as pl

from core.migration.passage import Passage
from core.records.assembly import LISTING

_MERGE_FIELD = re.compile(r"\{\{?\s*[\w. ]+\s*\}?\}|\[\[[\w. ]+\]\]|<<[\w. ]+>>|«[\w. ]+»")


def keep_rebuild(passage: Passage, entities: Mapping[str, pl.DataFrame]) -> None:
    """Write the rebuild checklist beside the migration, and keep what is only listed."""
    templates = entities["letter_template"].sort("template_key")
    folder = passage.folder / "rebuild"
    folder.mkdir(exist_ok=True)
    parts = [
        "# Letter templates to rebuild",
        "",
        "The destination has no equivalent; each template's text and merge fields stand below.",
    ]
    for name, body in templates.select("name", "body").iter_rows():
        fields = sorted(set(_MERGE_FIELD.findall(body or "")))
        parts += ["", f"## {name}", "", f"Merge fields: {', '.join(fields) or 'none'}", ""]
        parts += ["```", *(body or "").splitlines(), "```"]
    (folder / "letter-templates.md").write_text("\n".join(parts) + "\n", encoding="utf-8")
    listed = passage.vault.get("carriers").filter(pl.col("target") == LISTING)
    passage.vault.put("listing", listed)
    passage.ledger.keep(
        "rebuild",
        {"letter_templates": templates.height, **dict(listed.group_by("entity").len().iter_rows())},
    )

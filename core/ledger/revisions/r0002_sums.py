"""Sums over every table, reasons in the log, signatures that expire, one-time codes.

Rule of the house: a revision that was released is never edited.
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Add the columns; what older rows did not say is empty."""
    op.create_table(
        "sums",
        sa.Column("name", sa.String(), primary_key=True),
        sa.Column("sealed", sa.String(), nullable=False),
        sa.Column("since", sa.String()),
    )
    op.drop_column("about", "schema_version")
    _add("events", sa.Column("reason", sa.Text(), nullable=False, server_default=""))
    _add("events", sa.Column("state", sa.String(), nullable=False, server_default=""))
    _add("gates", sa.Column("parts", sa.Text(), nullable=False, server_default="{}"))
    _add("signatures", sa.Column("parts", sa.Text(), nullable=False, server_default="{}"))
    _add("signatures", sa.Column("expires_at", sa.String()))
    _add("users", sa.Column("totp", sa.Text()))
    _add("users", sa.Column("totp_step", sa.BigInteger()))
    _add("users", sa.Column("recovery", sa.Text()))
    _add("users", sa.Column("disabled_at", sa.String()))
    _as_text("users", "roles", nullable=False)
    _as_text("plans", "counts", nullable=True)


def _add(table: str, column: "sa.Column[object]") -> None:
    op.add_column(table, column)


def _as_text(table: str, column: str, *, nullable: bool) -> None:
    with op.batch_alter_table(table) as changed:
        changed.alter_column(
            column,
            type_=sa.Text(),
            existing_type=sa.JSON(),
            existing_nullable=nullable,
            postgresql_using=f"{column}::text",
        )

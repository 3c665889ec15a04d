"""The ledger as it was before there were revisions; older ledgers are taken for this one.

Rule of the house: a revision that was released is never edited.
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make the first tables."""
    op.create_table(
        "about",
        sa.Column("about_id", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("schema_version", sa.Integer(), nullable=False),
        sa.Column("ledger_id", sa.String(), nullable=False),
        sa.Column("stage", sa.String(), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.String(), nullable=False),
    )
    op.create_table(
        "events",
        sa.Column("seq", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("ts", sa.String(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("prev_hash", sa.String(), nullable=False),
        sa.Column("hash", sa.String(), nullable=False),
    )
    _people()
    _decisions()
    _writes()
    _records()
    _shelf()


def _people() -> None:
    op.create_table(
        "users",
        sa.Column("name", sa.String(), primary_key=True),
        sa.Column("display_name", sa.Text(), nullable=False),
        sa.Column("roles", sa.JSON(), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("locked_until", sa.String()),
        sa.Column("created_at", sa.String(), nullable=False),
    )
    op.create_table(
        "sessions",
        sa.Column("sid_sha256", sa.String(), primary_key=True),
        sa.Column("user", sa.String(), sa.ForeignKey("users.name"), nullable=False),
        sa.Column("opened_at", sa.String(), nullable=False),
        sa.Column("seen_at", sa.String(), nullable=False),
        sa.Column("closed_at", sa.String()),
    )
    op.create_index("ix_sessions_user", "sessions", ["user"])


def _decisions() -> None:
    op.create_table(
        "gates",
        sa.Column("gate", sa.String(), primary_key=True),
        sa.Column("bound_to", sa.Text(), nullable=False),
        sa.Column("at", sa.String(), nullable=False),
    )
    op.create_table(
        "signatures",
        sa.Column("signature_id", sa.Integer(), primary_key=True),
        sa.Column("gate", sa.String(), nullable=False),
        sa.Column("user", sa.String(), sa.ForeignKey("users.name"), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("at", sa.String(), nullable=False),
        sa.Column("bound_to", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
    )
    op.create_index("ix_signatures_gate", "signatures", ["gate"])
    signature = sa.ForeignKey("signatures.signature_id")
    op.create_table(
        "signature_ends",
        sa.Column("signature_id", sa.Integer(), signature, primary_key=True),
        sa.Column("ended", sa.String(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("at", sa.String(), nullable=False),
    )
    op.create_table(
        "load_requests",
        sa.Column("request_id", sa.Integer(), primary_key=True),
        sa.Column("user", sa.String(), sa.ForeignKey("users.name"), nullable=False),
        sa.Column("plan_id", sa.Text(), nullable=False),
        sa.Column("at", sa.String(), nullable=False),
    )


def _writes() -> None:
    op.create_table(
        "plans",
        sa.Column("plan_id", sa.String(), primary_key=True),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("writes", sa.Integer(), nullable=False),
        sa.Column("recorded_at", sa.String(), nullable=False),
        sa.Column("approved_at", sa.String()),
        sa.Column("signature_id", sa.Integer(), sa.ForeignKey("signatures.signature_id")),
        sa.Column("finished_at", sa.String()),
        sa.Column("counts", sa.JSON()),
    )
    op.create_table(
        "writes",
        sa.Column("plan_id", sa.String(), sa.ForeignKey("plans.plan_id"), primary_key=True),
        sa.Column("write_id", sa.String(), primary_key=True),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("target", sa.String(), nullable=False),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("ref", sa.String(), nullable=False),
        sa.Column("record_id", sa.BigInteger()),
        sa.Column("payload_sha256", sa.String()),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("sends", sa.Integer(), nullable=False),
        sa.Column("intent_at", sa.String()),
        sa.Column("floor", sa.BigInteger()),
        sa.Column("epoch", sa.Integer()),
        sa.Column("outcome", sa.String()),
        sa.Column("status", sa.Integer()),
        sa.Column("reason", sa.Text()),
        sa.Column("concluded_at", sa.String()),
    )
    op.create_index("ix_writes_write_id", "writes", ["write_id"])


def _records() -> None:
    op.create_table(
        "records",
        sa.Column("ref", sa.String(), primary_key=True),
        sa.Column("target", sa.String(), nullable=False),
        sa.Column("record_id", sa.BigInteger(), nullable=False),
        sa.Column("plan_id", sa.String(), sa.ForeignKey("plans.plan_id"), nullable=False),
        sa.Column("is_live", sa.Boolean(), nullable=False),
    )
    op.create_index(
        "one_ref_per_live_record",
        "records",
        ["target", "record_id"],
        unique=True,
        sqlite_where=sa.text("is_live"),
        postgresql_where=sa.text("is_live"),
    )


def _shelf() -> None:
    op.create_table(
        "documents",
        sa.Column("name", sa.String(), primary_key=True),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("at", sa.String(), nullable=False),
    )
    op.create_table(
        "snapshots",
        sa.Column("name", sa.String(), primary_key=True),
        sa.Column("object", sa.String(), primary_key=True),
        sa.Column("records", sa.Integer(), nullable=False),
        sa.Column("root", sa.Text(), nullable=False),
    )
    counts = ("total", "moved", "transformed", "cells_left", "rejected")
    op.create_table(
        "conservation",
        sa.Column("sheet", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("line", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("run_id", sa.String(), nullable=False),
        sa.Column("source_table", sa.Text(), nullable=False),
        sa.Column("source_column", sa.Text(), nullable=False),
        *(sa.Column(name, sa.BigInteger(), nullable=False) for name in counts),
        sa.Column("why", sa.Text()),
    )
    op.create_table(
        "spending",
        sa.Column("day", sa.Date(), primary_key=True),
        sa.Column("tokens", sa.BigInteger(), nullable=False),
    )
    op.create_table(
        "runs",
        sa.Column("number", sa.Integer(), primary_key=True),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("at", sa.String(), nullable=False),
        sa.Column("result", sa.Text(), nullable=False),
    )

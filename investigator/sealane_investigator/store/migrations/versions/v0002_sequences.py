"""Stretches of the numbers of a router's events that were counted, where each event had a row of its own."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Make the table; it begins empty, for no release was without it."""
    op.create_table(
        "seen_sequences",
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("first", sa.BigInteger(), nullable=False),
        sa.Column("last", sa.BigInteger(), nullable=False),
        sa.Column("hour", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("source", "first"),
        schema="sealane",
    )
    op.create_index("seen_sequences_hour", "seen_sequences", ["hour"], schema="sealane")

"""The tables of the projection. Everything in them follows from the log, and only from it."""

from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ColumnElement,
    DateTime,
    Index,
    Integer,
    Numeric,
    String,
    Table,
    Text,
    Uuid,
    cast,
)
from sqlalchemy.types import UserDefinedType

from buyqueue.tables import METADATA

U64 = Numeric(20, 0)


class WireText(UserDefinedType[str]):
    """JSON kept letter by letter, given and answered as text.

    NB: not jsonb. That sorts keys, drops repeated ones and refuses the letter NUL, so one such
    event would stop a partition for ever. A number that is none (NaN) no JSON of Postgres holds:
    `storable_body`.
    """

    cache_ok = True

    def get_col_spec(self, **_: Any) -> str:
        """Name the column's type in Postgres."""
        return "JSON"

    def column_expression(self, colexpr: ColumnElement[Any]) -> ColumnElement[Any]:
        """Read it as text: the driver would parse it."""
        return cast(colexpr, Text)


class Payload(UserDefinedType[Any]):
    """A JSON object as Postgres's jsonb: given as text, answered as an object; None is null."""

    cache_ok = True

    def get_col_spec(self, **_: Any) -> str:
        """Name the column's type in Postgres."""
        return "JSONB"


BUYS_TABLE = Table(
    "buys",
    METADATA,
    Column("job_id", Uuid, primary_key=True),
    Column("user_id", String(128), nullable=False),
    Column("status", String(16), nullable=False),
    Column("outcome_unknown", Boolean, nullable=False),
    Column("cancel_pending", Boolean, nullable=False),
    Column("finalized", Boolean, nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("phase", Integer, nullable=False),
    Column("mint", String(44), nullable=False),
    Column("wallet", String(44), nullable=False),
    Column("lamports", U64, nullable=False),
    # The venue of the current attempt; null until it has a quote.
    Column("platform", Text),
    # Of the attempt that may still land or has landed; null again once it is proven dead.
    Column("signature", String(88)),
    Column("last_valid_block_height", U64),
    Column("slot", U64),
    Column("lamports_spent", U64),
    Column("tokens_received", U64),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("updated_at", DateTime(timezone=True), nullable=False),
    Column("completed_at", DateTime(timezone=True)),
    Column("partition", Integer, nullable=False),
    # Of the last event that counted.
    Column("cursor", BigInteger, nullable=False),
    # Payloads of the last progress and of the result, as sockets get them.
    Column("progress", Payload),
    Column("result", Payload),
    Index("buys_by_user", "user_id", "job_id"),
    Index("buys_by_status", "status", "job_id"),
    Index("buys_by_user_status", "user_id", "status", "job_id"),
    Index("buys_by_mint", "mint", "job_id"),
    Index("buys_by_signature", "signature"),
    Index("buys_by_end", "completed_at"),
)
"""One row a buy: its folded state. Times are those of its events, never of the projector."""

BUY_EVENTS = Table(
    "buy_events",
    METADATA,
    Column("partition", Integer, primary_key=True, autoincrement=False),
    Column("cursor", BigInteger, primary_key=True, autoincrement=False),
    Column("job_id", Uuid, nullable=False),
    # Null where no such buy was requested.
    Column("user_id", String(128)),
    Column("event_id", Uuid, nullable=False),
    Column("type", String(32), nullable=False),
    Column("occurred_at", DateTime(timezone=True), nullable=False),
    # Null if the event counted.
    Column("ignored", Text),
    Column("body", WireText, nullable=False),
    Index("buy_events_by_job", "job_id", "cursor"),
    Index("buy_events_by_user", "user_id", "partition", "cursor"),
)
"""Every event of the log, accepted or ignored, as it stood on the wire, but for `storable_body`."""

POISON_RECORDS = Table(
    "poison_records",
    METADATA,
    Column("partition", Integer, primary_key=True, autoincrement=False),
    Column("cursor", BigInteger, primary_key=True, autoincrement=False),
    Column("reason", Text, nullable=False),
)
"""Records of the log that nobody can read; their bytes are in the log."""

PROJECTION_OFFSETS = Table(
    "projection_offsets",
    METADATA,
    Column("partition", Integer, primary_key=True, autoincrement=False),
    Column("next_offset", BigInteger, nullable=False),
)
"""How far the tables above reach; moves in the same transaction as they do."""

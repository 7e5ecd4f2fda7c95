"""The states of a buy: a tagged union, so that a field which makes no sense cannot exist.

Absent ─▶ Preparing ─▶ Quoted ─▶ Signed ─▶ Completed ─▶ Failed (a fork took it back)
             ▲ │           │      │ │ └──▶ Failed (the chain said so)
             │ └▶ Failed ◀─┘      │ │
             │ └▶ Stopping ◀──────┘ │ (a pending cancel, once the attempt is proven dead)
             │        └▶ Stopped    │
             └──────────────────────┘ proven dead: the next attempt

Where the user's own wallet signs:

Quoted ─▶ Awaiting ─▶ Signed (by the client's answer, or found on the chain)
             │ └────▶ Stopping (a pending cancel, once the asked-for transaction is proven dead)
             └──────▶ Preparing (proven dead: the next attempt, or the end)
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Order:
    """What was asked for; never changes."""

    job_id: UUID
    user_id: str
    mint: str
    lamports: int
    slippage_bps: int
    priority_fee_lamports: int
    platform: str
    wallet: str
    requested_at: datetime
    priority: Literal["fixed", "auto"] = "fixed"
    """`auto`: what it takes at the time, and `priority_fee_lamports` is the most."""
    co_signer: bool = False
    """Whether somebody else may sign the transaction after the wallet."""
    custody: Literal["service", "remote", "client"] = "service"
    """Who signs; `client`: the user's own wallet."""


@dataclass(frozen=True, slots=True)
class Failure:
    """Why the attempt before this one ended, and when the next may begin."""

    code: str
    error: str
    retry_at: datetime


@dataclass(frozen=True, slots=True)
class Quote:
    """The accepted offer of the current attempt."""

    event_id: UUID
    platform: str
    expected_out: int
    minimum_out: int


@dataclass(frozen=True, slots=True)
class Course:
    """What is true of a buy in every state."""

    order: Order
    phase: int = 0
    """The highest phase reached; 0 while it waits in the queue."""
    attempt: int = 1
    """The attempt under way; grows only by a failure before signing or a proof of expiry."""
    failure: Failure | None = None


@dataclass(frozen=True, slots=True)
class Absent:
    """Nothing is known of this buy."""


@dataclass(frozen=True, slots=True)
class Preparing:
    """Nothing of the current attempt is quoted or signed."""

    course: Course


@dataclass(frozen=True, slots=True)
class Quoted:
    """There is an offer for the current attempt; nothing is signed."""

    course: Course
    quote: Quote


@dataclass(frozen=True, slots=True)
class Awaiting:
    """The user's wallet holds the one transaction of this attempt, and may sign it at any time.

    Whatever is answered, it ends only when that transaction has landed or no longer can.
    """

    course: Course
    quote: Quote
    request_id: UUID
    transaction: str
    """Unsigned."""
    last_valid_block_height: int
    searched_from: int
    signature: str | None = None
    """As the client answered; not recorded as BuySigned yet."""
    refused: bool = False
    cancel_pending: bool = False

    @property
    def answered(self) -> bool:
        """Whether the client has said anything."""
        return self.refused or self.signature is not None


@dataclass(frozen=True, slots=True)
class Signed:
    """The log holds the one transaction of this attempt: it may land from now on."""

    course: Course
    quote: Quote
    signature: str
    transaction: str
    last_valid_block_height: int
    sent: bool = False
    cancel_pending: bool = False
    request_id: str = ""
    """Set if a second signature is still missing: who adds it knows the transaction by this."""
    undecided: bool = False
    """Past its last valid height without a word from the chain: the outcome is unknown."""
    searched_from: int | None = None
    """A slot after which alone it can land; None in what an older version signed itself."""


@dataclass(frozen=True, slots=True)
class Stopping:
    """Cancelled in time; only the record of it is missing."""

    course: Course


@dataclass(frozen=True, slots=True)
class Completed:
    """Terminal: bought. Only a fork can still take it back, until it is finalized."""

    course: Course
    signature: str
    transaction: str
    last_valid_block_height: int
    slot: int
    platform: str
    lamports_spent: int
    tokens_received: int
    finalized: bool = False
    request_id: str = ""
    """As of `Signed`: a fork that drops the transaction needs it again."""
    searched_from: int | None = None
    """As of Signed."""


@dataclass(frozen=True, slots=True)
class Failed:
    """Terminal: not bought."""

    course: Course
    code: str
    error: str
    signature: str | None = None


@dataclass(frozen=True, slots=True)
class Stopped:
    """Terminal: cancelled."""

    course: Course


Unsigned = Preparing | Quoted
Open = Preparing | Quoted | Awaiting | Signed | Stopping
Terminal = Completed | Failed | Stopped
Known = Open | Terminal
State = Absent | Known

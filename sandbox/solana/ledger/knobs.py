"""What a chain can be told while it runs."""

from dataclasses import dataclass


@dataclass(slots=True)
class Knobs:
    """What a test may turn while the chain runs.

    `slot_ms` is the slot's length (block times and the ticker go by it), `skip_rate` the share of
    slots without a block, `price_floor` (micro-lamports per unit) keeps cheaper transactions
    waiting until they expire, `max_per_block` makes the dearest go first.
    """

    slot_ms: int = 400
    skip_rate: float = 0.0
    price_floor: int = 0
    max_per_block: int | None = None

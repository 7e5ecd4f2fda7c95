"""Methods about blocks, as far as a node's history holds them."""

from typing import Any

from sandbox.solana.ledger.blocks import FIRST_SLOT, Block
from sandbox.solana.rpc.errors import RpcError, invalid_params
from sandbox.solana.rpc.params import Params
from sandbox.solana.view import View

_MOST = 500_000
_NO_BLOCK, _TOO_NEW = -32007, -32004


def get_first_available_block(view: View, _params: Params) -> int:
    """Answer the first slot of the history. NB: a hole later in it does not show, as in Agave."""
    return FIRST_SLOT if view.holds(FIRST_SLOT) else view.lacks.stop


def get_block(view: View, params: Params) -> dict[str, Any]:
    """Answer a block without its transactions, whatever is asked for.

    Raises RpcError: the slot was skipped, is not in this node's history or not there yet.
    """
    slot, config = params.number(0), params.config(1)
    if slot > view.bank(config).block.slot:
        raise RpcError(_TOO_NEW, f"Block not available for slot {slot}")
    block = view.chain.blocks.at_slot(slot) if view.holds(slot) else None
    if block is None:
        text = f"Slot {slot} was skipped, or missing due to ledger jump to recent snapshot"
        raise RpcError(_NO_BLOCK, text)
    return _shape(block)


def get_blocks_with_limit(view: View, params: Params) -> list[int]:
    """Answer the slots of so many blocks from a slot on that the history holds."""
    start, most, config = params.number(0), params.number(1), params.config(2)
    if most > _MOST:
        raise invalid_params(f"Limit too large; max {_MOST}")
    newest = view.bank(config).block.slot
    found = view.chain.blocks.between(start, newest)
    return [block.slot for block in found if view.holds(block.slot)][:most]


def _shape(block: Block) -> dict[str, Any]:
    return {
        "blockHeight": block.height,
        "blockTime": block.unix_time,
        "blockhash": str(block.blockhash),
        "parentSlot": block.parent_slot,
    }

"""Methods about the chain itself: slots, heights, blockhashes, fees."""

import base64
import binascii
from typing import Any

from solders.message import Message, MessageV0, from_bytes_versioned

from sandbox.solana.ledger.blocks import MAX_AGE, SLOTS_PER_EPOCH
from sandbox.solana.ledger.genesis import genesis_hash, keypair_from
from sandbox.solana.ledger.messages import fee_of
from sandbox.solana.rpc.errors import RpcError, invalid_params
from sandbox.solana.rpc.params import Params, blockhash, pubkey
from sandbox.solana.rpc.shapes import with_context
from sandbox.solana.view import API_VERSION, View

_NO_BLOCK = -32009
_RECENT = 150


def get_health(view: View, _params: Params) -> str:
    """Answer "ok", or raise -32005."""
    view.require_healthy()
    return "ok"


def get_version(_view: View, _params: Params) -> dict[str, Any]:
    """Answer what this pretends to be."""
    return {"solana-core": API_VERSION, "feature-set": 0}


def get_genesis_hash(view: View, _params: Params) -> str:
    """Answer the hash that tells clusters apart."""
    return str(genesis_hash(view.chain.seed))


def get_identity(view: View, _params: Params) -> dict[str, str]:
    """Answer the node's key."""
    return {"identity": str(keypair_from(view.chain.seed, "identity").pubkey())}


def get_slot(view: View, params: Params) -> int:
    """Answer the slot of the newest block at a commitment."""
    return view.bank(params.config(0)).block.slot


def get_block_height(view: View, params: Params) -> int:
    """Answer how many blocks there are; lower than the slot."""
    return view.bank(params.config(0)).block.height


def get_epoch_info(view: View, params: Params) -> dict[str, int]:
    """Answer where the epoch stands."""
    block = view.bank(params.config(0)).block
    epoch, index = divmod(block.slot, SLOTS_PER_EPOCH)
    return {
        "absoluteSlot": block.slot,
        "blockHeight": block.height,
        "epoch": epoch,
        "slotIndex": index,
        "slotsInEpoch": SLOTS_PER_EPOCH,
        "transactionCount": len(view.chain.history),
    }


def get_transaction_count(view: View, _params: Params) -> int:
    """Answer how many transactions ever landed; NB: at the tip whatever the commitment."""
    return len(view.chain.history)


def get_block_time(view: View, params: Params) -> int:
    """Answer a block's unix time in s; -32009 when there is no block (kept) at the slot."""
    slot = params.number(0)
    block = view.chain.blocks.at_slot(slot)
    if block is None:
        raise RpcError(_NO_BLOCK, f"Slot {slot} was skipped, or missing in long-term storage")
    return block.unix_time


def get_latest_blockhash(view: View, params: Params) -> dict[str, Any]:
    """Answer the newest hash and the last height at which it counts."""
    bank = view.bank(params.config(0))
    value = {
        "blockhash": str(bank.block.blockhash),
        "lastValidBlockHeight": bank.block.height + MAX_AGE,
    }
    return with_context(bank, value)


def is_blockhash_valid(view: View, params: Params) -> dict[str, Any]:
    """Say whether a hash may still be used."""
    bank = view.bank(params.config(1))
    return with_context(bank, bank.accepts(blockhash(params.get(0))))


def get_minimum_balance(view: View, params: Params) -> int:
    """Answer the rent-exempt minimum in lamports for that many bytes."""
    return view.chain.accounts.svm.minimum_balance_for_rent_exemption(params.number(0))


def get_fee_for_message(view: View, params: Params) -> dict[str, Any]:
    """Answer a message's fee in lamports; null when its blockhash is not valid."""
    try:
        message = from_bytes_versioned(base64.b64decode(params.text(0), validate=True))
    except (ValueError, binascii.Error) as error:
        raise invalid_params(f"failed to deserialize message: {error}") from None
    if not isinstance(message, Message | MessageV0):
        raise invalid_params("unsupported message version")
    bank = view.bank(params.config(1))
    fee = fee_of(message) if bank.accepts(message.recent_blockhash) else None
    return with_context(bank, fee)


def get_recent_prioritization_fees(view: View, params: Params) -> list[dict[str, int]]:
    """Answer, per block, what it took to write to all of the accounts; 0 where nobody did.

    That is the dearest of the accounts, each at the least price (micro-lamports a unit) that wrote
    to it, as Agave counts; without accounts the least price of all. Not modelled: Agave's floor of
    the block's least price. NB: a price floor that was set on the chain shows in every block.
    """
    keys = {str(pubkey(text)) for text in params.get(0) or []}
    chain, newest = view.chain, view.at("processed").block
    least: dict[tuple[int, str], int] = {}
    for record in chain.history.newest(newest.height, _RECENT):
        price = record.unit_price
        for key in record.written & keys if keys else {""}:
            place = (record.slot, key)
            least[place] = min(price, least.get(place, price))
    dearest: dict[int, int] = {}
    for (slot, _), price in least.items():
        dearest[slot] = max(price, dearest.get(slot, 0))
    slots = chain.blocks.slots(newest.height, _RECENT)
    floor = chain.knobs.price_floor
    return [{"slot": slot, "prioritizationFee": max(floor, dearest.get(slot, 0))} for slot in slots]

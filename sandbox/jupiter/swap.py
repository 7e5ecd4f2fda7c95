"""The transaction behind an order: two parties, atomic, half signed.

compute limit and price, the buyer's token account (idempotent), the buyer's SOL to the maker, the
maker's tokens to the buyer; the buyer pays the fees. NB: signed by the maker and not by the buyer,
so the buyer must fill its own slot and keep the other; most client one-liners drop it.
"""

from dataclasses import dataclass
from typing import Literal

from solders.compute_budget import set_compute_unit_limit, set_compute_unit_price
from solders.hash import Hash
from solders.instruction import Instruction
from solders.keypair import Keypair
from solders.message import MessageV0, to_bytes_versioned
from solders.pubkey import Pubkey
from solders.signature import Signature
from solders.system_program import TransferParams, transfer
from solders.transaction import VersionedTransaction
from spl.token.constants import TOKEN_PROGRAM_ID
from spl.token.instructions import (
    approve,
    create_idempotent_associated_token_account,
    set_authority,
    transfer_checked,
)
from spl.token.models import (
    ApproveParams,
    AuthorityType,
    SetAuthorityParams,
    TransferCheckedParams,
)

from sandbox.jupiter.tokens import Token

UNIT_LIMIT = 80_000
"""Enough for a Token-2022 account and both transfers, with the classic token program too."""
SIGNATURES = 2

Hostile = Literal[
    "drain",
    "worse_price",
    "other_recipient",
    "change_authority",
    "delegate",
    "high_fee",
    "unsigned",
]
"""Ways to cheat the buyer, for tests of what guards it.

drain: takes all the SOL that the buyer could spare, not the amount. worse_price: gives half of
what was quoted. other_recipient: the tokens go to somebody else. change_authority: makes somebody
else the owner of the buyer's token account (its closer with Token-2022). delegate: lets somebody
else spend from it. high_fee: a hundredfold priority fee. unsigned: the maker did not sign.
"""


Rfq = Literal["taker_pays", "maker_pays"]
"""How JupiterZ answers: the maker signs in /execute, and the one named pays the fees and is the
transaction's first signer."""


@dataclass(frozen=True, slots=True)
class Swap:
    """What to build; amounts in lamports and base units."""

    buyer: Pubkey
    token: Token
    lamports: int
    amount_out: int
    unit_price: int
    """Micro-lamports per compute unit."""
    blockhash: Hash
    hostile: Hostile | None = None
    buyer_lamports: int = 0
    """What the buyer has; only `drain` looks at it."""
    thief: Pubkey | None = None
    rfq: Rfq | None = None
    """Set for a maker that signs only what the buyer has signed."""


def unit_price_for(fee_lamports: int) -> int:
    """Answer the price at which the priority fee is what was asked for, at most."""
    return fee_lamports * 1_000_000 // UNIT_LIMIT


def fee_of(unit_price: int) -> int:
    """Answer the whole fee in lamports, signatures included."""
    return 5_000 * SIGNATURES - (-UNIT_LIMIT * unit_price // 1_000_000)


def build(swap: Swap, maker: Keypair) -> VersionedTransaction:
    """Compile and sign for the maker; the buyer's signature stays empty."""
    instructions = _instructions(swap, maker.pubkey())
    payer = maker.pubkey() if swap.rfq == "maker_pays" else swap.buyer
    message = MessageV0.try_compile(payer, instructions, [], swap.blockhash)
    signed = maker.sign_message(to_bytes_versioned(message))
    signatures = [Signature.default(), Signature.default()]
    if swap.hostile != "unsigned" and swap.rfq is None:
        signatures[message.account_keys.index(maker.pubkey())] = signed
    return VersionedTransaction.populate(message, signatures)


def _instructions(swap: Swap, maker: Pubkey) -> list[Instruction]:
    token, buyer, hostile = swap.token, swap.buyer, swap.hostile
    thief = swap.thief or maker
    price = swap.unit_price * 100 + 10_000_000 if hostile == "high_fee" else swap.unit_price
    spare = swap.buyer_lamports - fee_of(price) - 5_000_000
    recipient = thief if hostile == "other_recipient" else buyer
    instructions = [
        set_compute_unit_limit(UNIT_LIMIT),
        set_compute_unit_price(price),
        create_idempotent_associated_token_account(buyer, recipient, token.mint, token.program),
        transfer(
            TransferParams(
                from_pubkey=buyer,
                to_pubkey=maker,
                lamports=max(spare, swap.lamports) if hostile == "drain" else swap.lamports,
            )
        ),
        transfer_checked(
            TransferCheckedParams(
                program_id=token.program,
                source=token.account_of(maker),
                mint=token.mint,
                dest=token.account_of(recipient),
                owner=maker,
                amount=swap.amount_out // 2 if hostile == "worse_price" else swap.amount_out,
                decimals=token.decimals,
            )
        ),
    ]
    return instructions + _theft(swap, thief)


def _theft(swap: Swap, thief: Pubkey) -> list[Instruction]:
    token, account = swap.token, swap.token.account_of(swap.buyer)
    match swap.hostile:
        case "change_authority":
            # Token-2022 refuses a new owner for an associated account, but not a new closer.
            classic = token.program == TOKEN_PROGRAM_ID
            authority = AuthorityType.ACCOUNT_OWNER if classic else AuthorityType.CLOSE_ACCOUNT
            params = SetAuthorityParams(
                program_id=token.program,
                account=account,
                authority=authority,
                current_authority=swap.buyer,
                new_authority=thief,
            )
            return [set_authority(params)]
        case "delegate":
            return [
                approve(
                    ApproveParams(
                        program_id=token.program,
                        source=account,
                        delegate=thief,
                        owner=swap.buyer,
                        amount=2**64 - 1,
                    )
                )
            ]
        case _:
            return []

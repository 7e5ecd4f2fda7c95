"""A wallet with belongings, and transactions that buy fairly and then do something else as well.

The shape is that of a venue we call ourselves (budget, token account, wrapped SOL, swap, unwrap,
tip); the local maker plays the venue and signs second.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from solders.instruction import Instruction
from solders.keypair import Keypair
from solders.message import MessageV0, to_bytes_versioned
from solders.pubkey import Pubkey
from solders.signature import Signature
from solders.system_program import (
    TransferParams,
    create_nonce_account,
    transfer,
)
from solders.transaction import VersionedTransaction
from spl.token.constants import TOKEN_PROGRAM_ID
from spl.token.instructions import (
    create_idempotent_associated_token_account,
    get_associated_token_address,
    transfer_checked,
)
from spl.token.models import TransferCheckedParams

from sandbox.jupiter.tokens import Token
from streams.chain.accounts import WRAPPED_SOL
from streams.chain.assembly import Budget, Purse, assemble, to_base64
from streams.chain.instructions import wrap
from tests.integration.chain.conftest import SOL, Bench

SPENT, BOUGHT, SAVED = SOL // 10, 1_000_000, 5_000
WSOL = Pubkey.from_string(WRAPPED_SOL)
MAKERS_RENT = 2_039_280
"""The maker's wrapped-SOL account opens at the first buy, at the wallet's expense."""


@dataclass(frozen=True)
class Stage:
    """The wallet's own things, and who wants them."""

    bench: Bench
    token: Token
    savings: Token
    thief: Keypair
    nonce: Keypair

    @property
    def wallet(self) -> Pubkey:
        return self.bench.buyer.pubkey()

    @property
    def maker(self) -> Keypair:
        return self.bench.jupiter.market.maker

    @property
    def wrapped(self) -> Pubkey:
        return get_associated_token_address(self.wallet, WSOL, TOKEN_PROGRAM_ID)

    def land(self, instructions: Sequence[Instruction], *signers: Keypair) -> None:
        chain = self.bench.node.chain
        payer = signers[0].pubkey()
        message = MessageV0.try_compile(payer, instructions, [], chain.tip.blockhash)
        signature = chain.submit(VersionedTransaction(message, list(signers)))
        self.bench.node.advance(2)
        record = chain.history.get(signature)
        assert record is not None
        assert record.outcome.err is None

    def pay(self, amount: int = SPENT) -> tuple[Instruction, ...]:
        """Wrapped SOL to the maker."""
        theirs = get_associated_token_address(self.maker.pubkey(), WSOL, TOKEN_PROGRAM_ID)
        opened = create_idempotent_associated_token_account(
            self.wallet, self.maker.pubkey(), WSOL, TOKEN_PROGRAM_ID
        )
        moved = self.moved(WSOL, TOKEN_PROGRAM_ID, 9, self.wallet, theirs, amount)
        return opened, moved

    def deliver(self, to: Pubkey | None = None, amount: int = BOUGHT) -> Instruction:
        """Tokens from the maker."""
        token, owner = self.token, self.maker.pubkey()
        target = token.account_of(to or self.wallet)
        return self.moved(token.mint, token.program, token.decimals, owner, target, amount)

    def moved(
        self, mint: Pubkey, program: Pubkey, decimals: int, owner: Pubkey, to: Pubkey, amount: int
    ) -> Instruction:
        source = get_associated_token_address(owner, mint, program)
        params = TransferCheckedParams(
            program_id=program, source=source, mint=mint, dest=to, owner=owner,
            amount=amount, decimals=decimals,
        )  # fmt: skip
        return transfer_checked(params)

    def fair(self) -> tuple[Instruction, ...]:
        return (*self.pay(), self.deliver())

    def transaction(self, swap: Sequence[Instruction], tip: int = 0, priority: int = 1_000) -> str:
        """Write the transaction of a buy; the maker's signature is in it."""
        purse = Purse(
            wallet=str(self.wallet),
            mint=str(self.token.mint),
            token_program=str(self.token.program),
            wrap_lamports=SPENT,
            keeps_wrapped=True,
            tip_account=str(self.thief.pubkey()),
            tip_lamports=tip,
        )
        blockhash = str(self.bench.node.chain.bank("confirmed").block.blockhash)
        message = assemble(purse, swap, Budget(400_000, priority), blockhash).message
        signers = message.account_keys[: message.header.num_required_signatures]
        signatures = [Signature.default()] * len(signers)
        if self.maker.pubkey() in signers:
            at = signers.index(self.maker.pubkey())
            signatures[at] = self.maker.sign_message(to_bytes_versioned(message))
        return to_base64(VersionedTransaction.populate(message, signatures))


def set_up(bench: Bench, token: int) -> Stage:
    """Give the wallet wrapped SOL, tokens of another mint, and a nonce account with a SOL."""
    tokens = bench.jupiter.market.tokens
    stage = Stage(bench, tokens[token], tokens[1 - token], Keypair(), Keypair())
    buyer, maker, savings = bench.buyer, stage.maker, stage.savings
    stage.land(
        [transfer(TransferParams(from_pubkey=maker.pubkey(), to_pubkey=stage.thief.pubkey(),
                                 lamports=SOL)),
         transfer(TransferParams(from_pubkey=maker.pubkey(), to_pubkey=buyer.pubkey(),
                                 lamports=5 * SOL))],
        maker,
    )  # fmt: skip
    opened = [
        create_idempotent_associated_token_account(
            buyer.pubkey(), buyer.pubkey(), savings.mint, savings.program
        ),
        stage.moved(savings.mint, savings.program, savings.decimals, maker.pubkey(),
                    savings.account_of(buyer.pubkey()), SAVED),
        *wrap(str(buyer.pubkey()), SOL // 2),
        *create_nonce_account(
            buyer.pubkey(), stage.nonce.pubkey(), buyer.pubkey(), SOL
        ),
    ]  # fmt: skip
    stage.land(opened, buyer, maker, stage.nonce)
    return stage

"""Who sells here: one maker, its tokens, and what they are worth.

Keys derive from the chain's seed, so that a restart finds the same market. Not modelled: other
makers, selling tokens back, a pool program (the maker signs each swap itself).
"""

import struct
from collections.abc import Sequence

from solders.account import Account
from solders.keypair import Keypair
from solders.message import MessageV0
from solders.pubkey import Pubkey
from solders.transaction import VersionedTransaction
from spl.token.constants import ASSOCIATED_TOKEN_PROGRAM_ID as ATA_PROGRAM
from spl.token.constants import TOKEN_PROGRAM_ID

from sandbox.jupiter.issue import issue
from sandbox.jupiter.tokens import DEFAULT_TOKENS, Token, TokenSpec
from sandbox.solana.ledger.bank import Bank
from sandbox.solana.ledger.blocks import FINALIZED_DEPTH
from sandbox.solana.ledger.chain import Chain
from sandbox.solana.ledger.genesis import keypair_from
from sandbox.solana.ledger.tokens import holding_of

LOOKUP_TABLES = Pubkey.from_string("AddressLookupTab1e1111111111111111111111111")
MAKER_LAMPORTS = 100 * 10**9


class Market:
    """The maker and its tokens; `set_up` before use, as often as wanted."""

    def __init__(self, chain: Chain, specs: Sequence[TokenSpec] = DEFAULT_TOKENS) -> None:
        self.chain = chain
        self.table = keypair_from(chain.seed, "lookup table").pubkey()
        """An address lookup table, for shorter transactions."""
        self.maker: Keypair = keypair_from(chain.seed, "maker")
        self._mints = {spec: keypair_from(chain.seed, f"mint {spec.symbol}") for spec in specs}
        self.tokens = tuple(Token(spec, key.pubkey()) for spec, key in self._mints.items())

    def token(self, mint: Pubkey) -> Token | None:
        """Answer the token of a mint, if it is sold here."""
        return next((token for token in self.tokens if token.mint == mint), None)

    @property
    def table_addresses(self) -> tuple[Pubkey, ...]:
        """What the lookup table holds: the mints, and where the maker keeps its tokens."""
        maker = self.maker.pubkey()
        kept = [token.account_of(maker) for token in self.tokens]
        return (*kept, *(token.mint for token in self.tokens), TOKEN_PROGRAM_ID, ATA_PROGRAM)

    def set_up(self) -> None:
        """Create and fund what is missing, and let slots pass until that is finalized.

        Raises RuntimeError when one of the transactions does not land.
        """
        chain = self.chain
        if chain.bank("processed").account(self.maker.pubkey()) is None:
            self._land([chain.airdrop(self.maker.pubkey(), MAKER_LAMPORTS)])
        if chain.bank("processed").account(self.table) is None:
            state = struct.pack("<IQQBB32sH", 1, 2**64 - 1, 1, 0, 0, bytes(32), 0)
            data = state + b"".join(map(bytes, self.table_addresses))
            rent = chain.accounts.svm.minimum_balance_for_rent_exemption(len(data))
            chain.put_account(self.table, Account(rent, data, LOOKUP_TABLES))
        missing = [t for t in self.tokens if chain.bank("processed").account(t.mint) is None]
        if not missing:
            return
        self._land([chain.submit(self._issue(token)) for token in missing])
        chain.advance(FINALIZED_DEPTH)

    def inventory(self, bank: Bank, token: Token) -> int:
        """Answer what the maker has left of a token, in base units."""
        holding = holding_of(bank.account(token.account_of(self.maker.pubkey())))
        return holding.amount if holding else 0

    def _issue(self, token: Token) -> VersionedTransaction:
        maker, mint = self.maker, self._mints[token.spec]
        rent = self.chain.accounts.svm.minimum_balance_for_rent_exemption
        instructions = issue(token.spec, maker.pubkey(), mint.pubkey(), rent)
        blockhash = self.chain.tip.blockhash
        message = MessageV0.try_compile(maker.pubkey(), instructions, [], blockhash)
        return VersionedTransaction(message, [maker, mint])

    def _land(self, signatures: Sequence[str]) -> None:
        skip_rate, self.chain.knobs.skip_rate = self.chain.knobs.skip_rate, 0.0
        self.chain.produce()
        self.chain.knobs.skip_rate = skip_rate
        for signature in signatures:
            record = self.chain.history.get(signature)
            if record is None or record.outcome.err is not None:
                raise RuntimeError(f"the market could not be set up: {record}")

"""Mints with extensions, made by the Token-2022 program itself."""

import struct
from collections.abc import Sequence
from dataclasses import dataclass, field

from solders.account import Account
from solders.instruction import AccountMeta, Instruction
from solders.keypair import Keypair
from solders.litesvm import LiteSVM
from solders.message import Message
from solders.pubkey import Pubkey
from solders.system_program import CreateAccountParams, create_account
from solders.transaction import Transaction
from solders.transaction_metadata import TransactionMetadata
from spl.token.constants import TOKEN_2022_PROGRAM_ID

from streams.chain.accounts import associated_token_account
from streams.chain.instructions import create_token_account

PROGRAM = str(TOKEN_2022_PROGRAM_ID)
WHO = bytes(Pubkey.from_string("7YttLkHDoNj9wyDur5pM1ejNaAvT9X4eqaYcHQqtj2G5"))


@dataclass(frozen=True)
class Extension:
    """Bytes that the mint needs for it, and the instruction that begins it."""

    size: int
    begin: bytes


def transfer_fee(authority: Pubkey, bps: int, most: int) -> Extension:
    keys = b"\x01" + bytes(authority) + b"\x01" + bytes(authority)
    return Extension(108, b"\x1a\x00" + keys + struct.pack("<HQ", bps, most))


def hook(program: bytes) -> Extension:
    return Extension(64, b"\x24\x00" + WHO + program)


def pausable(authority: Pubkey) -> Extension:
    return Extension(33, b"\x2c\x00" + bytes(authority))


FROZEN = Extension(1, b"\x1c\x00\x02")
THAWED = Extension(1, b"\x1c\x00\x01")
NON_TRANSFERABLE = Extension(0, b"\x20")
PERMANENT_DELEGATE = Extension(32, b"\x23" + WHO)
CLOSE_AUTHORITY = Extension(32, b"\x19\x01" + WHO)
INTEREST = Extension(52, b"\x21\x00" + WHO + b"\x10\x00")


@dataclass
class Mints:
    """A LiteSVM and whoever pays in it, who is every mint's authority too."""

    svm: LiteSVM = field(default_factory=LiteSVM)
    payer: Keypair = field(default_factory=Keypair)

    def __post_init__(self) -> None:
        self.svm.airdrop(self.payer.pubkey(), 10**12)

    @property
    def authority(self) -> Pubkey:
        return self.payer.pubkey()

    def make(self, *extensions: Extension) -> Pubkey:
        key = Keypair()
        entries = sum(4 + one.size for one in extensions)
        size = 166 + entries if extensions else 82
        lamports = self.svm.minimum_balance_for_rent_exemption(size)
        opened = create_account(
            CreateAccountParams(
                from_pubkey=self.authority,
                to_pubkey=key.pubkey(),
                lamports=lamports,
                space=size,
                owner=TOKEN_2022_PROGRAM_ID,
            )
        )
        begun = [self._of(key.pubkey(), one.begin) for one in extensions]
        plain = b"\x14\x06" + bytes(self.authority) + b"\x01" + bytes(self.authority)
        self.run([opened, *begun, self._of(key.pubkey(), plain)], [key])
        return key.pubkey()

    def pause(self, mint: Pubkey) -> None:
        self.run([self._signed(mint, b"\x2c\x01")], [])

    def set_fee(self, mint: Pubkey, bps: int, most: int) -> None:
        self.run([self._signed(mint, b"\x1a\x05" + struct.pack("<HQ", bps, most))], [])

    def give(self, mint: Pubkey, wallet: Pubkey, amount: int) -> str:
        """Open the wallet's account, mint into it, and answer the account."""
        account = associated_token_account(str(wallet), str(mint), PROGRAM)
        opened = create_token_account(str(self.authority), str(mint), PROGRAM)
        if wallet != self.authority:
            opened = Instruction(
                opened.program_id,
                bytes(opened.data),
                [
                    opened.accounts[0],
                    AccountMeta(Pubkey.from_string(account), is_signer=False, is_writable=True),
                    AccountMeta(wallet, is_signer=False, is_writable=False),
                    *opened.accounts[3:],
                ],
            )
        minted = Instruction(
            TOKEN_2022_PROGRAM_ID,
            b"\x07" + struct.pack("<Q", amount),
            [
                AccountMeta(mint, is_signer=False, is_writable=True),
                AccountMeta(Pubkey.from_string(account), is_signer=False, is_writable=True),
                AccountMeta(self.authority, is_signer=True, is_writable=False),
            ],
        )
        self.run([opened, minted], [])
        return account

    def send(self, mint: Pubkey, source: str, to: str, amount: int) -> None:
        metas = [
            AccountMeta(Pubkey.from_string(source), is_signer=False, is_writable=True),
            AccountMeta(mint, is_signer=False, is_writable=False),
            AccountMeta(Pubkey.from_string(to), is_signer=False, is_writable=True),
            AccountMeta(self.authority, is_signer=True, is_writable=False),
        ]
        data = b"\x0c" + struct.pack("<QB", amount, 6)
        self.run([Instruction(TOKEN_2022_PROGRAM_ID, data, metas)], [])

    def account(self, key: Pubkey | str) -> Account:
        found = self.svm.get_account(Pubkey.from_string(str(key)))
        assert found is not None
        return found

    def run(self, instructions: Sequence[Instruction], signers: list[Keypair]) -> None:
        blockhash = self.svm.latest_blockhash()
        message = Message.new_with_blockhash(instructions, self.authority, blockhash)
        result = self.svm.send_transaction(Transaction([self.payer, *signers], message, blockhash))
        assert isinstance(result, TransactionMetadata), result
        self.svm.expire_blockhash()

    def _of(self, mint: Pubkey, data: bytes) -> Instruction:
        return Instruction(
            TOKEN_2022_PROGRAM_ID, data, [AccountMeta(mint, is_signer=False, is_writable=True)]
        )

    def _signed(self, mint: Pubkey, data: bytes) -> Instruction:
        metas = [
            AccountMeta(mint, is_signer=False, is_writable=True),
            AccountMeta(self.authority, is_signer=True, is_writable=False),
        ]
        return Instruction(TOKEN_2022_PROGRAM_ID, data, metas)

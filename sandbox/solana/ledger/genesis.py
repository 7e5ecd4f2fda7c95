"""What exists before the first block: LiteSVM set up as a chain, a faucet, wrapped SOL's mint."""

from hashlib import sha256

from solders.account import Account
from solders.hash import Hash
from solders.keypair import Keypair
from solders.litesvm import LiteSVM
from solders.system_program import ID as SYSTEM_PROGRAM
from spl.token.constants import NATIVE_DECIMALS, TOKEN_PROGRAM_ID, WRAPPED_SOL_MINT

from sandbox.solana.ledger.accounts import Accounts

FAUCET_LAMPORTS = 500_000_000 * 10**9
GENESIS_TIME = 1_750_000_000
"""Unix seconds of the first block of a chain that has no wall clock."""


def keypair_from(seed: str, label: str) -> Keypair:
    """Derive a key pair; not a secret, for local chains only."""
    return Keypair.from_seed(sha256(f"{seed}|{label}".encode()).digest())


def genesis_hash(seed: str) -> Hash:
    """Answer what `getGenesisHash` tells: another seed is another cluster."""
    return Hash(sha256(f"{seed}|genesis".encode()).digest())


def new_svm() -> LiteSVM:
    """Set LiteSVM up so that the chain decides on blockhashes, duplicates and signatures.

    NB: LiteSVM knows one live blockhash only and a short list of duplicates; both checks are ours.
    """
    svm = LiteSVM()
    return svm.with_blockhash_check(check=False).with_transaction_history(0).with_sigverify(False)  # noqa: FBT003


def populate(accounts: Accounts, seed: str) -> None:
    """Put the faucet and the native mint in place."""
    faucet = keypair_from(seed, "faucet").pubkey()
    accounts.put(faucet, Account(FAUCET_LAMPORTS, b"", SYSTEM_PROGRAM))
    data = bytearray(82)
    data[44], data[45] = NATIVE_DECIMALS, 1
    lamports = accounts.svm.minimum_balance_for_rent_exemption(len(data))
    accounts.put(WRAPPED_SOL_MINT, Account(lamports, bytes(data), TOKEN_PROGRAM_ID))

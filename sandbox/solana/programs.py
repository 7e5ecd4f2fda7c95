"""Real programs and accounts for the local chain, from a folder that somebody filled.

`*.so` is named by its program id or by one of `KNOWN`; `accounts/*.json` is what
`solana account --output json` writes. Nothing of the kind is part of this repository.
"""

import json
from base64 import b64decode
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from solders.account import Account
from solders.pubkey import Pubkey

from sandbox.solana.ledger.chain import Chain

KNOWN: Final[Mapping[str, str]] = {
    "pump": "6EF8rrecthR5Dkzon8Nwu78hRvfCKubJ14M5uBEwF6P",
    "pump_amm": "pAMMBay6oceH9fJKBRHGP5D4bD4sWpmSwMn52FMfXEA",
    "pump_fees": "pfeeUxB6jkeY1Hxd7CsFCAjcbHA9rWtchMGdZ6VojVZ",
    "mayhem_program": "MAyhSmzXzV1pTf7LsNkrNwkWKTo4ougAJ1PPg47MD4e",
    "mpl_token_metadata": "metaqbxxUerdq28cj1RbAWkYQm3ybzjb6a8bt518x1s",
    "raydium_amm_v4": "675kPX9MHTjS2zt1qfr1NYHuzeLXfQM9H24wFSUt1Mp8",
    "serum_dex": "srmqPvymJeFKQ4zGQed1GFppgkRHL9kaELCbyksJtPX",
    "raydium_cp_swap": "CPMMoo8L3F4NbTegBCKVNunggL7H1ZpdTHKxQB5qKP1C",
    "raydium_launchlab": "LanMV9sAd7wArD4vJFi2qDdfnVhFxYSUg6eADduJ3uj",
    "dynamic_bonding_curve": "dbcij3LWUppWqq96dh6gJWwBifmcGfLSB5D4DuSMaqN",
    "cp_amm": "cpamdpZCGKUy5JxQXB4dcpGPiikHawvSWAd6mEn1sGG",
}
"""The program id of a file's name, as the programs' own builds call it."""


_DECODERS: Final = {"base64": b64decode}


class NotAProgramFolder(Exception):
    """The folder does not hold what it should."""


@dataclass(frozen=True, slots=True)
class Folder:
    """What a folder holds; reading the programs' bytes is left to the loader."""

    programs: Mapping[Pubkey, Path]
    accounts: Mapping[Pubkey, Account]


def read_folder(folder: Path) -> Folder:
    """Read a folder.

    Raises NotAProgramFolder, which says which file is wrong; an empty folder is wrong too.
    """
    programs = {program_of(file): file for file in sorted(folder.glob("*.so"))}
    accounts = dict(map(_account_in, sorted((folder / "accounts").glob("*.json"))))
    if not programs and not accounts:
        raise NotAProgramFolder(f"{folder} holds neither *.so nor accounts/*.json")
    return Folder(programs, accounts)


def load(chain: Chain, folder: Folder) -> None:
    """Put programs, then accounts, in place; an account that the chain has already stays."""
    load_programs(chain, folder.programs.items())
    for key, account in folder.accounts.items():
        if chain.accounts.now(key) is None:
            chain.put_account(key, account)
    chain.produce()


def load_programs(chain: Chain, programs: Iterable[tuple[Pubkey, Path]]) -> None:
    """Load programs, callable at once; what the chain has already is replaced."""
    for program, file in programs:
        chain.add_program(program, file.read_bytes())


def program_of(file: Path) -> Pubkey:
    """Answer the program id that a file is named by; raises NotAProgramFolder."""
    try:
        return Pubkey.from_string(KNOWN.get(file.stem, file.stem))
    except ValueError:
        known = ", ".join(KNOWN)
        raise NotAProgramFolder(
            f"{file} is named neither by a program id nor by one of: {known}"
        ) from None


def _account_in(file: Path) -> tuple[Pubkey, Account]:
    try:
        dumped: Any = json.loads(file.read_text())
        told = dumped["account"]
        data, encoding = told["data"]
        account = Account(
            int(told["lamports"]),
            _DECODERS[encoding](data),
            Pubkey.from_string(told["owner"]),
            bool(told.get("executable", False)),
        )
        return Pubkey.from_string(dumped["pubkey"]), account
    except (KeyError, TypeError, ValueError) as error:
        raise NotAProgramFolder(f"{file} is no dump of an account: {error}") from None

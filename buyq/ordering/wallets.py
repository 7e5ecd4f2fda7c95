"""The wallet that pays, as the command line takes it: from a file or standard input."""

import sys
from pathlib import Path
from typing import Final
from uuid import UUID

import typer

from api.orders.wallet_key import wallet_key
from buyq.client import Payer, RegisteredSigner, WalletKey
from buyqueue.errors import InvalidInput

STDIN: Final = Path("-")
LONGEST: Final = 4_096


def payer_of(wallet_file: Path | None, signer: UUID | None) -> Payer:
    """Answer who pays; raises BadParameter unless it is named in exactly one way.

    The file holds a keypair as the Solana CLI writes it, or in base 58; `-` is standard input.
    """
    if signer is not None and wallet_file is None:
        return RegisteredSigner(signer)
    if wallet_file is None or signer is not None:
        raise typer.BadParameter("name the wallet by --wallet-file or by --signer")
    try:
        text = sys.stdin.read(LONGEST) if wallet_file == STDIN else wallet_file.read_text()
    except (OSError, UnicodeDecodeError):
        raise typer.BadParameter("the wallet's file cannot be read") from None
    try:
        keypair, _ = wallet_key(text.strip())
    except InvalidInput:
        # NB: without what was read, and without a cause that could hold it.
        keypair = None
    if keypair is None:
        raise typer.BadParameter("the wallet's file holds no keypair of 64 bytes")
    return WalletKey(keypair)

"""The commands of remote signers: registering wallets whose keys are elsewhere."""

import asyncio
import sys
from typing import Annotated, Any, NoReturn
from uuid import UUID

import typer
from solders.pubkey import Pubkey
from sqlalchemy import CursorResult, Executable, delete, insert, select

from buyqueue.clock import SystemClock
from buyqueue.settings import Settings
from buyqueue.signers import CONFIGS, config_of
from buyqueue.tables import SIGNERS, create_engine

app = typer.Typer(help="Wallets that a remote signer signs for.", no_args_is_help=True)

User = Annotated[str, typer.Option("--user", help="Whose orders may name it.")]
Wallet = Annotated[str, typer.Option(help="The wallet's address.")]
Kind = Annotated[str, typer.Option(help=f"One of: {', '.join(CONFIGS)}.")]
Set = Annotated[
    list[str] | None,
    typer.Option("--set", help="name=value: `file` of a memory signer, `keyName` of a vault one."),
]


@app.command()
def add(user: User, wallet: Wallet, kind: Kind, setting: Set = None) -> None:
    """Register a wallet and print its signerId. No secret belongs here: see docs/keys.md."""
    try:
        Pubkey.from_string(wallet)
        config = config_of(kind, dict(_pair(text) for text in setting or ()))
    except ValueError as error:
        _refuse(f"not registered: {error}")
    clock = SystemClock()
    row = {
        "id": clock.new_id(),
        "user_id": user,
        "wallet": wallet,
        "kind": kind,
        "config": config,
        "created_at": clock.now(),
    }
    _execute(insert(SIGNERS).values(row))
    typer.echo(str(row["id"]))


@app.command("list")
def show(user: Annotated[str | None, typer.Option("--user")] = None) -> None:
    """List signers: id, user, wallet, kind and configuration, one a line."""
    query = select(SIGNERS).order_by(SIGNERS.c.id)
    if user is not None:
        query = query.where(SIGNERS.c.user_id == user)
    rows = _execute(query)
    for row in rows:
        typer.echo("\t".join(map(str, (row.id, row.user_id, row.wallet, row.kind, row.config))))


@app.command()
def remove(signer_id: Annotated[UUID, typer.Argument()]) -> None:
    """Remove a signer. Its buys that are not signed yet fail with `key_unavailable`."""
    query = delete(SIGNERS).where(SIGNERS.c.id == signer_id)
    done = _execute(query)
    if not done.rowcount:
        _refuse("there is no such signer")
    typer.echo("removed")


def _pair(text: str) -> tuple[str, str]:
    name, found, value = text.partition("=")
    if not found:
        raise ValueError("--set takes name=value")
    return name, value


def _refuse(text: str) -> NoReturn:
    typer.echo(text, err=True)
    sys.exit(1)


def _execute(statement: Executable) -> CursorResult[Any]:
    return asyncio.run(_executed(statement))


async def _executed(statement: Executable) -> CursorResult[Any]:
    engine = create_engine(Settings())
    try:
        async with engine.begin() as connection:
            return await connection.execute(statement)
    finally:
        await engine.dispose()

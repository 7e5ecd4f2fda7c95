"""The commands of the vault's keys."""

import asyncio
import os
import stat
import sys
from contextlib import suppress
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer

from buyqueue.clock import SystemClock
from buyqueue.log.reader import LogReader
from buyqueue.sealing import new_private_key, public_key_of
from buyqueue.settings import Settings
from buyqueue.tables import create_engine
from projections.sweep import Swept, sweep
from streams.hardening import forbid_dumps
from streams.vault.keyring import KeyRing
from streams.vault.rotation import Rotated, rotate

app = typer.Typer(help="The vault's keys.", no_args_is_help=True)


@app.command()
def key(
    file: Annotated[
        Path | None,
        typer.Option(help="Put the private half into this file, as its newest line."),
    ] = None,
) -> None:
    """Make a key pair for the vault: the private half for workers, the public one for the api."""
    forbid_dumps()
    private = new_private_key()
    if file is None:
        typer.echo(f"VAULT_PRIVATE_KEY={private}")
    else:
        put_first(file, private)
    typer.echo(f"VAULT_PUBLIC_KEY={public_key_of(private)}")


@app.command("rotate")
def rotate_keys() -> None:
    """Seal every stored wallet key anew to the newest vault key. Run it where a worker runs.

    Safe while buys run, and as often as you like. Ends with 1 if a row could not be opened.
    """
    forbid_dumps()
    settings = Settings()
    try:
        keys = KeyRing.from_text(settings.read_vault_private_key())
    except (OSError, ValueError) as error:
        typer.echo(str(error), err=True)
        sys.exit(2)
    counts = asyncio.run(_rotate(settings, keys))
    typer.echo(" ".join(f"{name}={count}" for name, count in asdict(counts).items()))
    sys.exit(1 if counts.unreadable else 0)


@app.command("sweep")
def sweep_rows(
    older_than_hours: Annotated[
        int, typer.Option(min=1, help="Leave rows alone that are younger than this.")
    ] = 24,
) -> None:
    """Delete sealed keys of buys that ended or never reached the log, and claims of messages.

    Safe at any time: run it by the hour or the day. Needs no private key.
    """
    swept = asyncio.run(_sweep(Settings(), timedelta(hours=older_than_hours)))
    typer.echo(" ".join(f"{name}={count}" for name, count in asdict(swept).items()))


def put_first(file: Path, private_key: str) -> None:
    """Write a key before those that are in the file, at once or not at all; for its owner only.

    Raises OSError, also where the file may be read by others.
    """
    older = ""
    with suppress(FileNotFoundError):
        if file.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
            raise PermissionError(f"{file} may be read by others: chmod 600 it first")
        older = file.read_text()
    scratch = file.with_name(f"{file.name}.new")
    descriptor = os.open(scratch, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as new:
        new.write(f"{private_key}\n{older}")
    scratch.replace(file)


async def _sweep(settings: Settings, age: timedelta) -> Swept:
    engine = create_engine(settings)
    try:
        async with LogReader(settings.kafka, client_id="buyq/sweep") as reader:
            return await sweep(engine, reader, SystemClock().now() - age)
    finally:
        await engine.dispose()


async def _rotate(settings: Settings, keys: KeyRing) -> Rotated:
    engine = create_engine(settings)
    try:
        return await rotate(engine, keys)
    finally:
        await engine.dispose()

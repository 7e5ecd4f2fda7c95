"""`buyq erase`."""

import asyncio
from dataclasses import asdict

import typer

from buyqueue.settings import Settings
from buyqueue.tables import create_engine
from projections.erasure import Erased, StillOpen
from projections.erasure import erase as erase_user


def erase(user: str) -> None:
    """Erase a user: keys, signers, credentials and counts. The record of what was bought stays.

    Ends with 1, and erases nothing, while a buy of theirs is not over.
    """
    try:
        done = asyncio.run(_erase(Settings(), user))
    except StillOpen as error:
        typer.echo(f"nothing is erased: {error}; wait for them, or cancel them", err=True)
        raise typer.Exit(1) from None
    typer.echo(" ".join(f"{name}={count}" for name, count in asdict(done).items()))


async def _erase(settings: Settings, user: str) -> Erased:
    engine = create_engine(settings)
    try:
        return await erase_user(engine, user)
    finally:
        await engine.dispose()

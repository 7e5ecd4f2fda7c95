"""What the commands that read the log share."""

import asyncio
from collections.abc import Coroutine
from datetime import UTC, datetime
from typing import Any, TypeVar

import typer

from buyq.printable import printable
from buyqueue.errors import BuyQueueError

T = TypeVar("T")


def moment(text: str) -> datetime:
    """Read a time as RFC 3339 or a day, in UTC where it names no zone; raises BadParameter."""
    try:
        read = datetime.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(
            "a time is written 2026-01-31T12:00:00Z, or 2026-01-31 for midnight UTC"
        ) from None
    return read.replace(tzinfo=UTC) if read.tzinfo is None else read.astimezone(UTC)


def run(asked: Coroutine[Any, Any, T]) -> T:
    """Run a command; what is away is told in a line, with exit code 2."""
    try:
        return asyncio.run(asked)
    except BuyQueueError as error:
        typer.echo(printable(error.text.encode()), err=True)
        raise typer.Exit(2) from None

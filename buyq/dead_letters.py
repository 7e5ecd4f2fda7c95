"""The dead letters on the command line: what a worker could not read, and giving it back."""

import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass
from typing import Annotated, Any, Final, TypeVar

import typer

from buyq.printable import printable
from buyqueue.errors import BuyQueueError
from buyqueue.log.journal import Cursor, Journal
from buyqueue.log.letters import Letter, Letters
from buyqueue.log.record import Poison, Recorded, read_record
from buyqueue.log.topic import BUYS
from buyqueue.settings import Settings

NOTE: Final = (
    "It stands at the end of its buy's history now: every reader folds it there, or ignores it as "
    "too late. Retrying again appends it again; a fold ignores what it has seen."
)

T = TypeVar("T")

app = typer.Typer(
    help="Records of the log that a worker could not read, kept aside.", no_args_is_help=True
)


class NotRetried(Exception):
    """A letter that must not be appended; its text says why."""


@dataclass(frozen=True, slots=True)
class _Place:
    cursor: Cursor


def place_of(text: str) -> _Place:
    """Read `PARTITION:OFFSET`; raises BadParameter."""
    partition, colon, offset = text.partition(":")
    if not (colon and all(part.isascii() and part.isdecimal() for part in (partition, offset))):
        raise typer.BadParameter("a place is written PARTITION:OFFSET, for example 0:17")
    return _Place(Cursor(int(partition), int(offset)))


def readable(letter: Letter) -> Recorded:
    """Read a letter as this version can; raises NotRetried if it cannot, or if the key is wrong."""
    read = read_record(letter.place.partition, letter.place.offset, letter.key, letter.value)
    if isinstance(read, Poison):
        raise NotRetried(f"it still cannot be read: {read.reason}")
    return read


Place = Annotated[
    _Place, typer.Argument(parser=place_of, metavar="PARTITION:OFFSET", help="As `list` shows it.")
]


@app.command(name="list")
def show_all(
    limit: Annotated[int, typer.Option(min=1, help="At most so many, the newest.")] = 50,
) -> None:
    """List the dead letters, oldest first: place, time, size, where it came from, and why."""
    found = _run(_newest(limit))
    for letter in found:
        typer.echo("  ".join(_row(letter)))
    if not found:
        typer.echo("no dead letters")


@app.command()
def show(place: Place) -> None:
    """Print a letter: its headers, key and value, with whatever is not plain text escaped."""
    letter = _run(_at(place.cursor))
    typer.echo(f"time: {_time(letter)}")
    for name, value in letter.headers.items():
        typer.echo(f"{printable(name.encode())}: {printable(value)}")
    typer.echo(f"key: {printable(letter.key)}\nvalue: {printable(letter.value)}")


@app.command()
def retry(place: Place) -> None:
    """Append a letter's value to the log again, if this version reads it as an event of its key."""
    letter = _run(_at(place.cursor))
    try:
        event = readable(letter).event
    except NotRetried as error:
        typer.echo(f"not retried: {printable(str(error).encode())}", err=True)
        raise typer.Exit(1) from None
    done = _run(_restored(letter))
    typer.echo(f"{event.type} of {event.job_id} appended to {BUYS} at {_written(done)}. {NOTE}")


async def _newest(limit: int) -> list[Letter]:
    async with Letters(Settings().kafka) as letters:
        return await letters.newest(limit)


async def _at(place: Cursor) -> Letter:
    async with Letters(Settings().kafka) as letters:
        found = await letters.at(place)
    if found is None:
        typer.echo(f"there is no dead letter at {_written(place)}", err=True)
        raise typer.Exit(1)
    return found


async def _restored(letter: Letter) -> Cursor:
    settings = Settings()
    journal = Journal(
        settings.kafka,
        client_id="buyq-dead-letters",
        timeout_ms=settings.submit_timeout_ms,
    )
    await journal.start()
    try:
        return await journal.restore(readable(letter).event.job_id, letter.value or b"")
    finally:
        await journal.stop()


def _run(asked: Coroutine[Any, Any, T]) -> T:
    try:
        return asyncio.run(asked)
    except BuyQueueError as error:
        typer.echo(error.text, err=True)
        raise typer.Exit(1) from None


def _row(letter: Letter) -> tuple[str, ...]:
    origin = ":".join(
        printable(letter.headers.get(name)) for name in ("topic", "partition", "offset")
    )
    size = "no value" if letter.value is None else f"{len(letter.value)} bytes"
    reason = printable(letter.headers.get("reason"))
    return _written(letter.place), _time(letter), f"{size:>12}", f"from {origin}", reason


def _time(letter: Letter) -> str:
    return letter.written_at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _written(place: Cursor) -> str:
    return f"{place.partition}:{place.offset}"

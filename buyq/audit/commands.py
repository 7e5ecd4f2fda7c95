"""`buyq audit`: what the log says happened, for somebody who was not there."""

import os
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated, Final
from uuid import UUID

import aiohttp
import typer

from buyq.audit.on_chain import Compared, compare, landed
from buyq.audit.options import moment, run
from buyq.printable import printable
from buyqueue.clock import SystemClock
from buyqueue.log.reader import LogReader
from buyqueue.rpc import RpcNode
from buyqueue.secret import Secret
from buyqueue.settings import Settings
from projections.audit.archive import NotIntact
from projections.audit.entry import Entry
from projections.audit.export import Span, export
from projections.audit.reading import entries_of
from projections.audit.signing import BadKey, key_text, new_key, public_key_of, read_key
from projections.audit.story import story
from projections.audit.verify import Intact, verify
from streams.chain.nodes import Nodes

SETTLED: Final = timedelta(seconds=5)
"""How far back an export ends that is not told where. A record with an older timestamp may still be
arriving: each partition's broker stamps by a clock of its own, before others may read it."""

app = typer.Typer(help="What the log says happened, and proof of it.", no_args_is_help=True)

Start = Annotated[
    datetime | None,
    typer.Option("--from", parser=moment, help="From the log's beginning unless given."),
]
End = Annotated[
    datetime | None,
    typer.Option("--to", parser=moment, help="Before this time; five seconds ago unless given."),
]


@app.command()
def show(job: UUID) -> None:
    """Tell the story of one buy, read from the log and not from the projection."""
    entries = run(_entries(job))
    for line in story(entries):
        typer.echo(printable(line.encode()))
    if not entries:
        raise typer.Exit(1)


@app.command()
def key(
    file: Annotated[Path, typer.Argument(help="Where the private half goes; must not exist.")],
) -> None:
    """Make a key that signs exports: the private half into a file, the public one shown."""
    made = new_key()
    try:
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        typer.echo(f"{file}: {error.strerror}", err=True)
        raise typer.Exit(1) from None
    with os.fdopen(descriptor, "w") as new:
        new.write(f"{key_text(made)}\n")
    typer.echo(f"AUDIT_PUBLIC_KEY={public_key_of(made)}")


@app.command("export")
def export_span(
    file: Annotated[Path, typer.Argument(help="The file to write, for example july.tar.")],
    start: Start = None,
    end: End = None,
) -> None:
    """Write what the log took in a span of time into one signed file.

    A tar of events.jsonl, buys.csv, manifest.json and its signature. The same span gives the same
    bytes, for ever; times count to the millisecond.
    """
    now = SystemClock().now()
    if end is not None and end > now:
        raise typer.BadParameter("--to lies ahead: the log may still grow before it")
    settings = Settings()
    manifest = run(_export(settings, Span(start, end or now - SETTLED), _key(settings), file))
    typer.echo(
        f"{file}: {manifest['records']} records of {manifest['buys']} buys, Merkle root "
        f"{manifest['merkleRoot']}, signed by {manifest['publicKey']}"
    )


@app.command("verify")
def verify_file(
    file: Path,
    public_key: Annotated[
        str | None,
        typer.Option("--key", help="The public key to trust; AUDIT_PUBLIC_KEY unless given."),
    ] = None,
    chain: Annotated[  # noqa: FBT002 - an option, given by name
        bool, typer.Option("--chain", help="Compare each transaction with the chain, too.")
    ] = False,
) -> None:
    """Check that every byte of an export is as it was signed; needs no network.

    Ends with 1 if it is not, or if the chain says otherwise; with 2 if that could not be asked.
    """
    settings = Settings()
    pinned = public_key or settings.audit_public_key
    try:
        found = verify(file, pinned)
    except (NotIntact, OSError) as error:
        typer.echo(f"NOT INTACT: {error}", err=True)
        raise typer.Exit(1) from None
    _tell(found, pinned)
    if chain:
        compared = run(_compare(settings, found))
        for one in compared:
            for line in one.differs:
                typer.echo(f"DIFFERS {one.buy.job_id} {one.buy.signature}: {line}")
        wrong = sum(bool(one.differs) for one in compared)
        typer.echo(f"on the chain: {len(compared) - wrong} transactions agree, {wrong} differ")
        raise typer.Exit(1 if wrong else 0)


def _tell(found: Intact, pinned: str | None) -> None:
    said = found.manifest
    typer.echo(
        f"intact: {said['records']} records of {said['buys']} buys, "
        f"{said['from'] or 'the beginning'} to {said['to']}, Merkle root {said['merkleRoot']}"
    )
    if found.continued:
        typer.echo(f"{found.continued} of the buys began before this span")
    if pinned is None:
        typer.echo(
            f"NO KEY WAS PINNED: it is signed by {said['publicKey']}, and anybody can make a key. "
            "Pass --key, or set AUDIT_PUBLIC_KEY, from a source that you trust."
        )
    else:
        typer.echo(f"signed by the pinned key {pinned}")


def _key(settings: Settings) -> Secret:
    if settings.audit_key_file is None:
        raise typer.BadParameter("an export is signed: set AUDIT_KEY_FILE (`buyq audit key FILE`)")
    try:
        return read_key(settings.audit_key_file.read_text())
    except (OSError, BadKey) as error:
        raise typer.BadParameter(f"AUDIT_KEY_FILE: {error}") from None


async def _entries(job: UUID) -> list[Entry]:
    async with _reader(Settings()) as reader:
        return await entries_of(reader, job)


async def _export(settings: Settings, span: Span, key: Secret, file: Path) -> dict[str, object]:
    async with _reader(settings) as reader:
        return dict(await export(reader, span, key, file))


def _reader(settings: Settings) -> LogReader:
    return LogReader(settings.kafka, client_id="buyq/audit")


async def _compare(settings: Settings, found: Intact) -> list[Compared]:
    async with aiohttp.ClientSession() as session:
        urls = settings.solana_rpc_url
        nodes = [RpcNode(session, url, settings.rpc_timeout_ms) for url in urls]
        asked = Nodes(nodes, SystemClock())
        return [await compare(asked, buy) for buy in landed(found.table)]

"""The command line: one program for every process and task of the service."""

import asyncio
import sys
from decimal import Decimal
from pathlib import Path
from typing import Annotated

import typer

from buyq import dead_letters, keys, replay, signers, vault
from buyq.audit import commands as audit
from buyq.audit.options import run
from buyq.bench import command as bench
from buyq.demo.run import run_stack
from buyq.demo.screen import Screen
from buyq.erase import erase
from buyq.ordering import commands as ordering
from buyq.restore_orders import restore_orders
from buyqueue.log.keeping import UnsafeTopic
from buyqueue.log.provision import ensure_topics
from buyqueue.settings import Settings
from migrations.upgrade import migrate as migrate_database
from sandbox.kafka.jars import DownloadFailed
from sandbox.local_chain import serve
from sandbox.postgres.embedded import Unreachable
from sandbox.processes.errors import ChildError
from sandbox.solana.programs import NotAProgramFolder, read_folder
from sandbox.stack.places import Asked
from sandbox.stack.stack import Wanted
from sandbox.state.errors import StateError
from sandbox.state.home import default_home
from sandbox.state.ports import PortTaken

EXPECTED = (StateError, PortTaken, ChildError, DownloadFailed, Unreachable)

app = typer.Typer(
    help="External Buy Queue.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_show_locals=False,  # a wallet's key may be among them
)

Home = Annotated[
    Path | None, typer.Option(help="Where the state is kept; also BUYQ_HOME.", show_default=False)
]
Fresh = Annotated[bool, typer.Option("--fresh", help="Forget the state of earlier runs first.")]
SlotMs = Annotated[int, typer.Option(help="How long a slot of the local Solana lasts, in ms.")]
Port = Annotated[int | None, typer.Option(help="A free one unless given.", show_default=False)]
Programs = Annotated[
    Path | None,
    typer.Option(help="Load real programs (*.so) and accounts (accounts/*.json) from a folder."),
]
Sol = Annotated[str, typer.Option(help="How much to buy for, in SOL.")]


@app.command()
def demo(
    home: Home = None,
    fresh: Fresh = False,
    port: Port = None,
    kafka_port: Port = None,
    postgres_port: Port = None,
    rpc_port: Port = None,
    jupiter_port: Port = None,
    slot_ms: SlotMs = 400,
    sol: Sol = "0.1",
    leave: Annotated[bool, typer.Option("--exit", help="End after the buy.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False,
) -> None:
    """Start everything on this machine, without Docker, and buy a token."""
    asked = Asked(port, kafka_port, postgres_port, rpc_port, jupiter_port)
    wanted = Wanted(default_home(home), "demo", fresh, asked, slot_ms)
    _run(wanted, Screen(as_json=as_json), Decimal(sol), stay=not leave)


@app.command()
def up(
    home: Home = None,
    fresh: Fresh = False,
    port: Port = None,
    kafka_port: Port = None,
    postgres_port: Port = None,
    rpc_port: Port = None,
    jupiter_port: Port = None,
    slot_ms: SlotMs = 400,
    programs: Programs = None,
) -> None:
    """Start everything on this machine, without Docker."""
    asked = Asked(port, kafka_port, postgres_port, rpc_port, jupiter_port)
    _require(programs)
    wanted = Wanted(default_home(home), "up", fresh, asked, slot_ms, programs)
    _run(wanted, Screen(as_json=False), None, stay=True)


@app.command()
def sandbox(
    state: Annotated[Path | None, typer.Option(help="Keep the chain in this folder.")] = None,
    rpc_port: Annotated[int, typer.Option()] = 8899,
    jupiter_port: Annotated[int, typer.Option()] = 8890,
    slot_ms: SlotMs = 400,
    programs: Programs = None,
) -> None:
    """Run the local Solana and the local Jupiter alone.

    It executes transactions with the real virtual machine and the real token programs, charges
    real fees and expires blockhashes. It is one process: no votes, no stake, no forks of its
    own, no other programs than those of `--programs`. `getBlock` and `getProgramAccounts` are not
    there.
    """
    _require(programs)
    asyncio.run(serve(state, rpc_port, jupiter_port, slot_ms, ready=_tell, programs=programs))


@app.command()
def migrate() -> None:
    """Bring the database to this version's tables, while the service runs.

    Ends with 2 if somebody's transaction holds a table for a minute, and names it: run it again.
    """
    settings = Settings()
    url = settings.database_url.get_secret_value()
    done = run(migrate_database(url, settings.database_connect_args))
    typer.echo("\n".join(done) or "nothing to do")


@app.command()
def topics() -> None:
    """Create the Kafka topics where they are missing; look whether those there keep the record."""
    settings = Settings()
    try:
        made = asyncio.run(ensure_topics(settings.kafka, settings.topic_layout))
    except UnsafeTopic as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from None
    typer.echo("\n".join(made) or "nothing to do")


app.command()(ordering.submit)
app.command()(ordering.quote)
app.command()(ordering.status)
app.command()(ordering.cancel)
app.command()(ordering.watch)
app.command()(ordering.timeline)
app.command("list")(ordering.jobs)
app.command()(erase)
app.command("rebuild")(replay.rebuild_projection)
app.command("replay")(replay.replay)
app.command()(restore_orders)
app.add_typer(bench.app, name="bench")
app.add_typer(audit.app, name="audit")
app.add_typer(dead_letters.app, name="dead-letters")
app.add_typer(keys.app, name="keys")
app.add_typer(vault.app, name="vault")
app.add_typer(signers.app, name="signers")


@app.command(hidden=True)
def vault_key() -> None:
    """Make a key pair: the older name of `buyq vault key`."""
    vault.key()


def _run(wanted: Wanted, screen: Screen, sol: Decimal | None, *, stay: bool) -> None:
    try:
        code = asyncio.run(run_stack(wanted, screen, sol, stay=stay))
    except EXPECTED as error:
        screen.console.print(f"[red]{type(error).__name__}:[/] {error}", markup=True)
        code = 1
    sys.exit(code)


def _require(programs: Path | None) -> None:
    """Say at once what is wrong with a folder of programs."""
    try:
        if programs:
            read_folder(programs)
    except NotAProgramFolder as error:
        raise typer.BadParameter(str(error)) from None


def _tell(addresses: object) -> None:
    typer.echo(addresses)


def main() -> None:
    """Run the command line."""
    app()

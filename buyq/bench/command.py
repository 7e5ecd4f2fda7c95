"""`buyq bench`: how fast, at what cost, and with how many mistakes."""

import asyncio
import json
import sys
from typing import Annotated

import typer

from buyq.bench.load import Pace
from buyq.bench.run import bench
from buyq.demo.screen import DownloadBar, Screen
from buyqueue.clock import SystemClock

app = typer.Typer(help="Measure this machine's speed and cost.", no_args_is_help=True)


@app.callback()
def _bench() -> None:
    """Measure this machine's speed and cost."""


@app.command()
def load(
    buys: Annotated[int, typer.Option(min=1, max=100_000)] = 200,
    concurrency: Annotated[
        int, typer.Option(min=1, help="Closed loop: so many buys outstanding.")
    ] = 50,
    rate: Annotated[
        float | None, typer.Option(min=0.1, help="Open loop instead: so many buys a second.")
    ] = None,
    slot_ms: Annotated[int, typer.Option(min=20, help="A slot of the local Solana, in ms.")] = 400,
) -> None:
    """Load a fresh local stack and print the figures as JSON; exits with 1 if a buy went wrong.

    Everything runs on this machine and shares its cores: compare runs of the same minutes only.
    """
    screen = Screen(as_json=True)
    pace = Pace(buys, concurrency=None if rate else concurrency, per_second=rate)
    with DownloadBar(screen.console) as downloads:
        figures = asyncio.run(bench(pace, slot_ms, SystemClock(), downloads, screen.say))
    typer.echo(json.dumps(figures, indent=2))
    sys.exit(1 if figures["wrong"] else 0)

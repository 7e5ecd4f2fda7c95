"""What the demo shows: people on a terminal, or a script that reads JSON."""

import json
import sys
from dataclasses import asdict
from threading import Lock
from typing import Any, Self

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn
from rich.table import Table

from buyq.demo.buy import Bought
from sandbox.stack.stack import Running


class Screen:
    """A terminal; everything goes to standard error when a script wants JSON on standard output."""

    def __init__(self, *, as_json: bool) -> None:
        self._as_json = as_json
        self.console = Console(stderr=as_json, highlight=False)

    def say(self, text: str) -> None:
        """Tell what is being done."""
        self.console.print(f"[dim]•[/] {text}")

    def result(self, bought: Bought, running: Running, took_s: float) -> None:
        """Show what came of the buy."""
        if self._as_json:
            told = asdict(bought) | {
                "url": running.places.api_url,
                "rpcUrl": running.places.rpc_url,
                "startToResultSeconds": round(took_s, 3),
            }
            sys.stdout.write(json.dumps(told) + "\n")
            sys.stdout.flush()
            return
        self.console.print(_table(bought.result, running.places.api_url))
        self.console.print(f"From start to finished buy: {took_s:.1f} s")

    def up(self, running: Running) -> None:
        """Say where everything is."""
        places = running.places
        rows = {
            "page and API": places.api_url,
            "local Solana": places.rpc_url,
            "local Jupiter": places.jupiter_url,
            "Kafka": places.kafka_servers,
            "logs": str(running.logs),
            **{f"token {symbol}": mint for symbol, mint in running.chain.mints.items()},
        }
        table = Table(show_header=False, box=None)
        for name, value in rows.items():
            table.add_row(f"[dim]{name}[/]", value)
        self.console.print(table)
        self.console.print(
            "Open to everybody on this machine and to nobody else: no login, play money."
        )


def _table(result: dict[str, Any], url: str) -> Table:
    title = "Bought" if result["success"] else f"Failed: {result.get('error')}"
    table = Table(title=title, show_header=False)
    decimals = int(result.get("tokenDecimals") or 0)
    rows = {
        "job": result["jobId"],
        "venue": result["platform"],
        "signature": result["transactionSignature"],
        "SOL spent": f"{result['actualSolSpent']:.9f}",
        "tokens received": f"{int(result['tokensReceived']) / 10**decimals:,.{decimals}f}",
        "duration": f"{result['duration'] / 1000:.2f} s",
        "page": url,
    }
    table.add_column()
    table.add_column(overflow="fold")  # a signature has to be there whole, to be copied
    for name, value in rows.items():
        table.add_row(name, str(value))
    return table


class PhaseBar:
    """The four phases as one bar."""

    def __init__(self, console: Console) -> None:
        columns = (
            TextColumn("{task.description:<24}"),
            BarColumn(),
            TextColumn("{task.percentage:>3.0f} %"),
        )
        self._bar = Progress(*columns, TextColumn("[dim]{task.fields[now]}[/]"), console=console)
        self._task = self._bar.add_task("Queued", total=100, now="")

    def __enter__(self) -> Self:
        self._bar.start()
        return self

    def __exit__(self, *exc: object) -> None:
        self._bar.stop()

    def show(self, progress: dict[str, Any]) -> None:
        """Show a progress event; a new phase gets a line of its own."""
        details = progress.get("details", {})
        now = details.get("error") or details.get("currentOperation") or ""
        title = f"{progress['phase']}/{progress['totalPhases']} {progress['phaseTitle']}"
        self._bar.console.print(f"  {title}: {now}")
        self._bar.update(
            self._task, description=progress["phaseTitle"], completed=progress["progress"], now=""
        )


class DownloadBar:
    """A bar for the first start's download; shows nothing if there is none."""

    def __init__(self, console: Console) -> None:
        columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn())
        self._bar = Progress(*columns, console=console, transient=True)
        self._lock = Lock()
        self._task: Any = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self._bar.stop()

    def description(self, text: str) -> None:
        """Begin a job."""
        with self._lock:
            self._bar.start()
            self._task = self._bar.add_task(text, total=None)

    def total(self, size: int | None) -> None:
        """Say how much there is to do."""
        self._bar.update(self._task, total=size)

    def advance(self, amount: int) -> None:
        """Say that this much more is done."""
        if self._task is None:
            return
        self._bar.update(self._task, advance=amount)
        if self._bar.finished:
            self._bar.stop()

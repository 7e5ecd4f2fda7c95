"""`buyq rebuild` and `buyq replay`: the projection made anew, compared, and as it was."""

import csv
import json
import sys
from dataclasses import asdict
from datetime import datetime
from typing import Annotated
from uuid import UUID

import typer
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import NullPool

from buyq.audit.options import moment, run
from buyqueue.clock import SystemClock
from buyqueue.log.reader import LogReader
from buyqueue.settings import Settings
from projections.audit.table import COLUMNS
from projections.replay.collecting import collecting_seldom
from projections.replay.divergence import Difference, divergence
from projections.replay.past import buys_at
from projections.replay.rebuild import Rebuilt, rebuild


def rebuild_projection(
    check: Annotated[  # noqa: FBT002 - an option, given by name
        bool, typer.Option("--check", help="Change nothing; compare a replay with what is there.")
    ] = False,
) -> None:
    """Replay the log from its beginning into new tables, and swap them in without downtime.

    With --check, ends with 1 if the projection is not what a replay gives.
    """
    settings = Settings()
    if check:
        events, found = run(_check(settings))
        for one in found:
            typer.echo(f"DIVERGED {one.table}: {json.dumps(asdict(one))}")
        typer.echo(f"{events} records replayed, {len(found)} tables differ")
        raise typer.Exit(1 if found else 0)
    done = run(_rebuild(settings))
    speed = done.events / max(done.seconds, 0.001)
    typer.echo(
        f"{done.events} records in {done.seconds:.1f} s ({speed:,.0f}/s); "
        f"projectors waited {done.swap_seconds * 1000:.0f} ms"
    )


def replay(
    until: Annotated[datetime, typer.Option(parser=moment, help="As of before this time.")],
    job: Annotated[UUID | None, typer.Option(help="This buy only.")] = None,
    as_json: Annotated[  # noqa: FBT002 - an option, given by name
        bool, typer.Option("--json", help="A JSON object a line, not CSV.")
    ] = False,
) -> None:
    """Show every buy as it stood at a time, folded from the log alone."""
    run(_replay(Settings(), until, str(job) if job else None, as_json=as_json))


async def _replay(settings: Settings, until: datetime, job: str | None, *, as_json: bool) -> None:
    out = csv.writer(sys.stdout)
    if not as_json:
        out.writerow(COLUMNS)
    async with _reader(settings) as reader:
        async for row in buys_at(reader, until):
            if job is not None and row[0] != job:
                continue
            if as_json:
                typer.echo(json.dumps(dict(zip(COLUMNS, row, strict=True))))
            else:
                out.writerow(row)


async def _rebuild(settings: Settings) -> Rebuilt:
    engine = _engine(settings)
    try:
        async with _reader(settings) as reader:
            with collecting_seldom():
                return await rebuild(engine, reader, SystemClock())
    finally:
        await engine.dispose()


async def _check(settings: Settings) -> tuple[int, list[Difference]]:
    engine = _engine(settings)
    try:
        async with _reader(settings) as reader:
            with collecting_seldom():
                return await divergence(engine, reader)
    finally:
        await engine.dispose()


def _engine(settings: Settings) -> AsyncEngine:
    return create_async_engine(
        settings.database_url.get_secret_value(),
        poolclass=NullPool,
        connect_args=dict(settings.database_connect_args),
    )


def _reader(settings: Settings) -> LogReader:
    return LogReader(settings.kafka, client_id="buyq/replay", fetch_bytes=2 << 20)

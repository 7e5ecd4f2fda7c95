"""What a buy costs once many were made: `just bench-history [buys ...]`.

On servers of its own. Whole buys are appended to the log, folded into Postgres by a rebuild, and
the marks set as a worker leaves them that has lived through it; then a load of buys is measured,
on a chain and a venue that cost nothing, and how long worker and api take to start. Prints a line
of JSON for each size of the history.
"""

import argparse
import asyncio
import json
import sys
from typing import Any, Final

import aiohttp
from aiokafka import AIOKafkaConsumer, TopicPartition
from solders.keypair import Keypair
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import NullPool

from buyq.bench.costs import costs, cpu_by_part
from buyq.bench.load import Load, Pace
from buyq.bench.run import scratch
from buyq.bench.samples import between
from buyq.demo.screen import DownloadBar, Screen
from buyqueue.clock import SystemClock
from buyqueue.log.reader import LogReader
from buyqueue.log.topic import BUYS
from projections.replay.rebuild import rebuild
from sandbox.processes.crew import Crew
from sandbox.stack.programs import MODULES, answers
from sandbox.stack.stack import Running, Wanted, local_stack
from sandbox.state.ports import HOST
from streams.agent import GROUP
from streams.folding.low_water import LowWaterMarks
from tests.benchmarks.original.noop import LEDGER
from tests.benchmarks.original.ours import NOOP_WORKER, ROOT
from tests.benchmarks.replay import fill

SIZES: Final = (1_000, 10_000, 100_000)
WARM_UP: Final = Pace(100, 20)
RESTARTED: Final = ("worker", "projector", "api")
REST_S: Final = 4.0
"""What is still done after the last result counts too."""
PATIENCE_S: Final = 120.0

# The api writes one row beside each buy; the fold does not.
SUBMITTED: Final = text("""
    INSERT INTO submissions
        (job_id, user_id, fingerprint, "order", created_at, "partition", "offset")
    SELECT job_id, user_id, decode(md5(job_id::text), 'hex'), '{}', created_at, "partition", 0
    FROM buys
    ON CONFLICT DO NOTHING
""")


def part(crew: Crew, name: str) -> Any:
    """Answer a running part."""
    return next(one for one in crew.parts if one.name == name)


async def started(running: Running, name: str) -> float:
    """Start a program of ours and answer the seconds until it calls itself ready."""
    port = running.places.metrics[name]
    clock = SystemClock()
    began = clock.monotonic()
    await part(running.crew, name).start()
    async with asyncio.timeout(PATIENCE_S):
        while not await answers(f"http://{HOST}:{port}/health/ready"):
            await clock.sleep(0.05)
    return clock.monotonic() - began


async def grow(running: Running, engine: AsyncEngine, buys: int) -> None:
    """Add so many whole buys to the log, and leave everything as if they had been lived through."""
    servers = running.places.kafka_servers
    await fill(servers, buys)
    async with LogReader(servers, client_id="history", fetch_bytes=2 << 20) as reader:
        ends = await reader.ends(await reader.partitions())
        await rebuild(engine, reader, SystemClock())
    async with engine.begin() as connection:
        await connection.execute(SUBMITTED)
    async with engine.connect() as connection:
        vacuum = await connection.execution_options(isolation_level="AUTOCOMMIT")
        await vacuum.execute(text("VACUUM ANALYZE"))
    await LowWaterMarks(engine).save(ends)
    consumer = AIOKafkaConsumer(bootstrap_servers=servers, group_id=GROUP, enable_auto_commit=False)
    await consumer.start()
    places = {TopicPartition(BUYS, number): end for number, end in ends.items()}
    consumer.assign(list(places))
    await consumer.commit(places)
    await consumer.stop()


async def measured(running: Running, session: aiohttp.ClientSession, pace: Pace) -> dict[str, Any]:
    """Answer the figures of a load."""
    clock = SystemClock()
    mint = next(iter(running.chain.mints.values()))
    load = Load(session, running.places.api_url, mint, clock)
    before = costs(running.crew)
    await load.run([Keypair() for _ in range(pace.buys)], pace)
    await clock.sleep(REST_S)
    spent = cpu_by_part(before, costs(running.crew), pace.buys)
    return {
        "bought": sum(bool(one.result and one.result["success"]) for one in load.everything),
        "submitMs": between(load.everything, "asked_at", "answered_at"),
        "resultMs": between(load.everything, "asked_at", "result_at"),
        "cpuSecondsPer1000": spent | {"total": round(sum(spent.values()), 2)},
    }


async def run(sizes: list[int], buys: int, rounds: int) -> None:
    """Measure at each size of the history."""
    screen = Screen(as_json=True)
    with scratch() as home, DownloadBar(screen.console) as downloads:
        wanted = Wanted(
            home / "state", "bench", fresh=True, modules=MODULES | {"worker": NOOP_WORKER},
            extra={LEDGER: str(home / "ledger"), "PYTHONPATH": str(ROOT)},
        )  # fmt: skip
        async with (
            local_stack(wanted, downloads, _quiet) as running,
            aiohttp.ClientSession() as http,
        ):
            engine = create_async_engine(running.database_url, poolclass=NullPool)
            had = 0
            for size in sizes:
                for name in reversed(RESTARTED):
                    await part(running.crew, name).stop()
                await grow(running, engine, size - had)
                had = size
                row: dict[str, Any] = {"history": size}
                row["startSeconds"] = {
                    name: round(await started(running, name), 2) for name in RESTARTED
                }
                await measured(running, http, WARM_UP)
                for number in range(rounds):
                    for pace in (Pace(buys, 20), Pace(buys, per_second=20.0)):
                        name = "open, 20/s" if pace.per_second else "closed, 20"
                        found = {"round": number, "pace": name}
                        found |= await measured(running, http, pace)
                        sys.stdout.write(json.dumps(row | found) + "\n")
                        sys.stdout.flush()
            await engine.dispose()


def _quiet(_text: str) -> None:
    return


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sizes", nargs="*", type=int, default=SIZES, help="buys of history")
    parser.add_argument("--buys", type=int, default=300, help="of each load that is measured")
    parser.add_argument("--rounds", type=int, default=2)
    asked = parser.parse_args()
    asyncio.run(run(sorted(asked.sizes), asked.buys, asked.rounds))

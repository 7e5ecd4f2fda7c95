"""`buyq restore-orders`."""

import typer

from buyq.audit.options import run
from buyqueue.log.reader import LogReader
from buyqueue.settings import Settings
from buyqueue.tables import create_engine
from projections.lost_orders import Restored, restore


def restore_orders() -> None:
    """Write again the orders that the log has and Postgres lost: after a restore, before an api.

    An order that comes again is then known for what it is, and not bought a second time.
    """
    done = run(_restore(Settings()))
    typer.echo(f"{done.records} records read, {done.orders} orders restored")


async def _restore(settings: Settings) -> Restored:
    engine = create_engine(settings)
    try:
        async with LogReader(settings.kafka, client_id="buyq/restore-orders") as reader:
            return await restore(engine, reader)
    finally:
        await engine.dispose()

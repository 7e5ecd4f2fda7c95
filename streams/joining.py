"""When a worker joins the group: at once, or after the others have had their turn."""

import asyncio
from typing import Final

from buyqueue.clock import Clock
from buyqueue.errors import BuyQueueError
from buyqueue.logs import get_logger
from buyqueue.settings import Settings
from streams.lives import BEAT_S, Company, Lives, wait_s

log = get_logger(__name__)
LOOK_S: Final = 0.5


async def wait_for_turn(
    lives: Lives, settings: Settings, clock: Clock, stopping: asyncio.Event
) -> None:
    """Stay away while workers that join die and another one works; not once `stopping` is set.

    Looks again all the time: if the one that works dies too, this one joins at once.
    """
    began, said = clock.monotonic(), False
    while not stopping.is_set():
        company = await _company(lives)
        wait = wait_s(company, settings.session_timeout_ms / 1000, settings.restart_wait_ms / 1000)
        left = began + wait - clock.monotonic()
        if left <= 0:
            return
        if not said:
            log.warning("join.delayed", seconds=round(wait, 1), died_young=company.died_young)
            said = True
        await clock.sleep(min(left, LOOK_S))


async def _company(lives: Lives) -> Company:
    """Without Postgres nobody knows: then nothing is waited for."""
    try:
        return await lives.look()
    except BuyQueueError as error:
        log.warning("lives.unknown", why=error.text)
        return Company(0, 0)


async def live(lives: Lives, clock: Clock) -> None:
    """Tell the others for ever that this worker works."""
    beat = lives.begin
    while True:
        try:
            await beat()
            beat = lives.beat
        except BuyQueueError as error:
            log.debug("lives.untold", why=error.text)
        except Exception:  # a worker that says nothing is taken for dead
            log.exception("lives.crashed")
        await clock.sleep(BEAT_S)


async def say_good_bye(lives: Lives) -> None:
    """Let the others know that this end is in good order."""
    try:
        await lives.end()
    except BuyQueueError as error:
        log.warning("lives.unended", why=error.text)

"""Ctrl-C as an event, so that a stop has an order."""

import asyncio
import signal
from collections.abc import Iterator
from contextlib import contextmanager

NUMBERS = (signal.SIGINT, signal.SIGTERM)


@contextmanager
def interrupts() -> Iterator[asyncio.Event]:
    """Give an event that SIGINT and SIGTERM set; the second of them ends the program at once.

    Needs a running loop in the main thread. Children are told nothing by the terminal; what is
    leashed still ends when the program does.
    """
    loop = asyncio.get_running_loop()
    asked = asyncio.Event()

    def first() -> None:
        asked.set()
        restore()

    def restore() -> None:
        for number in NUMBERS:
            loop.remove_signal_handler(number)

    for number in NUMBERS:
        loop.add_signal_handler(number, first)
    try:
        yield asked
    finally:
        restore()

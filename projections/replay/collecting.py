"""How often a process that does nothing but replay looks for garbage."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


def collect_seldom() -> None:
    """Look for garbage cycles seldom from now on.

    A replay makes millions of small objects and hardly a cycle; looking through them took two
    fifths of its time (measured).
    """
    gc.set_threshold(500_000, 20, 100)


@contextmanager
def collecting_seldom() -> Iterator[None]:
    """Do so for a while."""
    before = gc.get_threshold()
    collect_seldom()
    try:
        yield
    finally:
        gc.set_threshold(*before)

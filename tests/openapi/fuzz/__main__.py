"""Fuzz at full size: `python -m tests.openapi.fuzz --cases 20000`."""

import argparse
import asyncio
import logging
import os
import sys
import time
import warnings

import structlog

from tests.openapi.fuzz.shooting import Figures, fuzz
from tests.openapi.ground import served
from tests.stack.start import running_stack


async def main(cases: int) -> None:
    """Start what is needed, send so many cases, and print how they were answered."""
    async with running_stack(os.environ) as stack, served(stack) as ground:
        began = time.monotonic()
        figures = Figures()
        try:
            await fuzz(ground, cases, seeded=False, figures=figures)
        finally:
            took = time.monotonic() - began
            last = f"{figures.cases:7} cases in {took:.0f} s on {stack.kind}"
            sys.stdout.write("\n".join([*figures.lines(), last]) + "\n")


if __name__ == "__main__":
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--cases", type=int, default=20_000)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    # The server runs in another thread, and its dice are taken for ours.
    warnings.filterwarnings("ignore", message="Do not use the `random` module")
    asyncio.run(main(asked.parse_args().cases))

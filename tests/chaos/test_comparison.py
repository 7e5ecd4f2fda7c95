"""The table that compares systems counts what went wrong."""

from collections.abc import Mapping
from pathlib import Path

from solders.keypair import Keypair

from sandbox.processes.child import Child
from sandbox.processes.command import Command
from tests.chaos.comparison.__main__ import HEAD, row
from tests.chaos.comparison.buyers import Buyers, Known
from tests.chaos.comparison.schedule import Trial
from tests.chaos.comparison.system import System


class Counted:
    """A chain on which these purchases show."""

    mint = "mint"

    def __init__(self, purchases: Mapping[str, int]) -> None:
        self._purchases = purchases

    async def fund(self, buyer: Keypair) -> None:
        """Give nothing."""

    def purchases(self) -> Mapping[str, int]:
        return self._purchases


class Still:
    """A store that nobody touches."""

    async def kill(self) -> None:
        """Do nothing."""

    async def start(self) -> None:
        """Do nothing."""


async def nothing(*_: object) -> None:
    """Strike nobody."""


def test_each_kind_of_mistake_has_its_column(tmp_path: Path) -> None:
    child = Child(Command("api", ("true",), tmp_path / "log"))
    chain = Counted({"well": 1, "twice": 2, "bought": 1, "unheard": 1, "dark": 1})
    system = System("here", "http://127.0.0.1:1", chain, Still(), [child], child)
    buys = {
        "1": Known("well", 0.0, ended=1.0, success=True, heard=1),
        "2": Known("twice", 0.0, ended=2.0, success=True, heard=1),
        "3": Known("bought", 0.0, ended=3.0, success=False, heard=1),
        "4": Known("nothing", 0.0, ended=4.0, success=True, heard=1),
        "5": Known("unheard", 0.0, ended=9.0, success=True, heard=0),
        "6": Known("dark", 0.0),
        "7": Known("lost", 0.0),
    }
    trial = Trial("a fault", nothing, 3)
    columns = dict(
        zip(
            (name.strip() for name in HEAD.splitlines()[0].split("|")[1:-1]),
            (cell.strip() for cell in row(trial, system, Buyers(system, buys)).split("|")[1:-1]),
            strict=True,
        )
    )
    assert columns == {
        "fault": "a fault",
        "system": "here",
        "strikes": "3",
        "buys": "7",
        "double": "1",
        "lost": "1",
        "wrong": "2",
        "results missed": "3",
        "never told": "2",
        "told its end after, p50 / max": "3.0 s / 9.0 s",
    }

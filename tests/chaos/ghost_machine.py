"""The same world, where requests come again, and workers forget what has ended.

A worker that begins anew reads from a mark. Of a buy that was closed before it, it may see a
repeated request as the first, and on it what a zombie appends.
"""

from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import rule

from buyqueue.buy.state import Completed, Failed, Signed, Stopped
from buyqueue.events.events import BuyQuoted, BuySigned
from tests.chaos.acting import Luck, act, append
from tests.chaos.machine import Tally, job, machine, seldom, worker
from tests.chaos.world import Variant


def ghost_machine(variant: Variant, tally: Tally) -> type[Any]:
    """Make the machine of a variant of the rules."""
    base = machine(variant, tally)

    class GhostMachine(base):  # type: ignore[misc, valid-type]
        @rule(of=job, really=seldom)
        def request_again(self, of: int, really: bool) -> None:  # noqa: FBT001
            if really:
                self.world.repeat(of)

        @rule(who=worker, of=job, mark=st.integers(0, 40))
        def forget(self, who: int, of: int, mark: int) -> None:
            """Forgets what has ended; another open buy may hold the mark back."""
            if who not in self.paused:
                self.world.forget(who, of, mark)

        @rule(zombie=worker, heir=worker, of=job, early=st.booleans(), really=seldom)
        def haunt(self, zombie: int, heir: int, of: int, early: bool, really: bool) -> None:  # noqa: FBT001
            """A zombie's quote and signature come to the log at last, behind a repeated request.

            Early, the buy is still open then, and the mark moves between its request and the
            repeat; else it is closed and forgotten.
            """
            if not really or zombie == heir or {zombie, heir} & self.paused:
                return
            if not self.holds_back(zombie, of):
                return
            mark = 10**6
            if early:
                self.work(who=heir, of=of, rounds=9, brink=False)
                mark = self.release(zombie, of)
            self.buy_and_end(heir, of, mark)
            if not early:
                self.release(zombie, of)
            else:
                self.world.workers.pop(heir, None)
            self.world.read(heir, of, 99)
            self.look(heir, of)
            self.work(who=heir, of=of, rounds=3, brink=False)
            self.world.chain.produce(lambda _: True)

        def holds_back(self, zombie: int, of: int) -> bool:
            """Let a worker quote and sign, and none of it reach the log."""
            for _ in range(9):
                self.world.read(zombie, of, 99)
                act(self.world, zombie, of, Luck.GOOD)
                held = self.world.view(zombie, of).pending
                if held and isinstance(held[0], BuySigned):
                    return True
                if held and isinstance(held[0], BuyQuoted):
                    self.world.run_ahead(zombie, of, arrives=False)
                else:
                    append(self.world, zombie, of)
            return False

        def release(self, zombie: int, of: int) -> int:
            """Repeat the request, and let what was held back come; answer where."""
            mark = len(self.world.logs[of])
            self.world.repeat(of)
            self.arrive_late(who=zombie, of=of)
            self.append_only(who=zombie, of=of)
            return mark

        def buy_and_end(self, heir: int, of: int, mark: int) -> None:
            for _ in range(6):
                self.work(who=heir, of=of, rounds=9, brink=False)
                self.world.chain.produce(lambda _: True)
            self.work(who=heir, of=of, rounds=2, brink=False)
            self.world.forget(heir, of, mark)

        def look(self, who: int, of: int) -> None:
            """Count what a worker takes for signed though it has ended."""
            known, truth = self.world.view(who, of).known, self.world.fold(of)
            ended = isinstance(truth, Completed | Failed | Stopped)
            tally.ghosts += ended and isinstance(known, Signed)

    return GhostMachine

"""A state machine that plays the world: who moves next is Hypothesis's choice."""

from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from buyqueue.buy.state import Absent, Completed, Failed, State, Stopped
from buyqueue.events.events import BuyReverted, BuySigned
from tests.chaos.acting import Luck, act, append
from tests.chaos.world import FINAL, LIFE, Variant, World

WORKERS = 3
JOBS = 1
worker = st.integers(0, WORKERS - 1)
job = st.integers(0, JOBS - 1)
luck = st.sampled_from([Luck.GOOD] * 6 + [Luck.HICCUP] * 3 + [Luck.REFUSED])
seldom = st.sampled_from([False] * 7 + [True])
"""What ends a run early comes up less often than what leads deep."""


@dataclass
class Tally:
    """What a run came to see, so that a test can tell that it saw something."""

    steps: int = 0
    landed: int = 0
    second_signatures: int = 0
    proofs: int = 0
    cancels: int = 0
    reverted: int = 0
    found: int = 0
    refused: int = 0
    timed_out: int = 0
    ghosts: int = 0


def machine(variant: Variant, tally: Tally) -> type[Any]:
    """Make the machine of a variant of the rules."""

    class Machine(RuleBasedStateMachine):
        def __init__(self) -> None:
            super().__init__()
            self.world = World(variant)
            self.paused: set[int] = set()
            for _ in range(JOBS):
                self.world.request()

        @rule(who=worker, of=job, rounds=st.integers(1, 8), brink=st.booleans())
        def work(self, who: int, of: int, rounds: int, brink: bool) -> None:  # noqa: FBT001
            """Reads to the end, acts, appends, again; on the brink the last is not appended."""
            for left in reversed(range(rounds if who not in self.paused else 0)):
                self.world.read(who, of, 99)
                act(self.world, who, of, Luck.GOOD)
                while self.world.view(who, of).pending and (left or not brink):
                    append(self.world, who, of)

        @rule(zombie=worker, heir=worker, of=job, rounds=st.integers(1, 4))
        def outlive(self, zombie: int, heir: int, of: int, rounds: int) -> None:
            """A worker is held up with a signature in hand; another works; the first goes on."""
            if {zombie, heir} & self.paused:
                return
            for _ in range(8):
                self.world.read(zombie, of, 99)
                act(self.world, zombie, of, Luck.GOOD)
                held = self.world.view(zombie, of).pending
                if held and isinstance(held[0], BuySigned):
                    self.work(who=heir, of=of, rounds=rounds, brink=False)
                    append(self.world, zombie, of)
                    return
                append(self.world, zombie, of)

        @rule(who=worker, of=job, most=st.integers(1, 20))
        def read(self, who: int, of: int, most: int) -> None:
            if who not in self.paused:
                self.world.read(who, of, most)

        @rule(who=worker, of=job, how=luck)
        def act_only(self, who: int, of: int, how: Luck) -> None:
            """The effect happens; what came of it is not yet appended."""
            if who not in self.paused:
                act(self.world, who, of, how)

        @rule(who=worker, of=job)
        def append_only(self, who: int, of: int) -> None:
            if who not in self.paused:
                append(self.world, who, of)

        @rule(
            who=worker,
            of=job,
            steps=st.integers(1, 6),
            arrives=st.sampled_from([True, True, False]),
        )
        def run_ahead(self, who: int, of: int, steps: int, arrives: bool) -> None:  # noqa: FBT001
            """Goes on while what it handed over is on its way, or lost."""
            for _ in range(steps if who not in self.paused else 0):
                act(self.world, who, of, Luck.GOOD)
                self.world.run_ahead(who, of, arrives=arrives)

        @rule(who=worker, of=job)
        def arrive_late(self, who: int, of: int) -> None:
            """What ran ahead and was given up comes to the log after all."""
            log, ahead = self.world.logs[of], self.world.view(who, of).ahead
            log += [one for one in ahead if one not in log][:1]

        @rule(who=worker, of=job)
        def hear_of_a_loss(self, who: int, of: int) -> None:
            self.world.view(who, of).ahead.clear()

        @rule(who=worker, of=job)
        def append_unheard(self, who: int, of: int) -> None:
            """The log has it, the worker never learns so, and appends it again later."""
            pending = self.world.view(who, of).pending
            if pending and who not in self.paused:
                self.world.logs[of].append(pending[0])

        @rule(who=worker, really=seldom)
        def crash(self, who: int, really: bool) -> None:  # noqa: FBT001
            """All it knew is gone; the log is not."""
            if really:
                self.world.workers.pop(who, None)
                self.paused.discard(who)

        @rule(who=worker, really=seldom)
        def pause(self, who: int, really: bool) -> None:  # noqa: FBT001
            if really:
                self.paused.add(who)

        @precondition(lambda self: self.paused)
        @rule(who=worker)
        def wake(self, who: int) -> None:
            self.paused.discard(who)

        @rule(of=job, seen=st.integers(1, 30), really=seldom)
        def cancel(self, of: int, seen: int, really: bool) -> None:  # noqa: FBT001
            if really:
                self.world.cancel(of, seen)

        @rule(blocks=st.sampled_from([1, 2, 20]), lands=st.sampled_from(["all", "none", "some"]))
        def blocks(self, blocks: int, lands: str) -> None:
            for _ in range(blocks):
                self.world.chain.produce(
                    lambda signature: (
                        lands == "all" or (lands == "some" and signature[-1] in "13579")
                    )
                )

        @rule(who=worker, of=job, really=seldom, lasts=st.booleans())
        def buy_well(self, who: int, of: int, really: bool, lasts: bool) -> None:  # noqa: FBT001
            """Nothing goes wrong for a while, so that completed buys come up often enough.

            Some do not last: they are taken back before they are final.
            """
            for _ in range(10 if really else 0):
                self.work(who=who, of=of, rounds=2, brink=False)
                self.help(of)
                self.world.chain.produce(lambda _: True)
                if self.completed():
                    break
            if really and self.completed() and not lasts:
                self.take_back(who=who, of=of, for_ever=True)

        @rule(blocks=st.integers(1, FINAL), requeue=st.booleans(), really=seldom)
        def fork(self, blocks: int, requeue: bool, really: bool) -> None:  # noqa: FBT001
            if really:
                self.world.chain.fork(blocks, requeue=requeue)

        @precondition(lambda self: self.completed())
        @rule(who=worker, of=job, for_ever=st.sampled_from([True, True, True, False]))
        def take_back(self, who: int, of: int, for_ever: bool) -> None:  # noqa: FBT001
            """A fork drops what is recorded as completed: until it lands anew, or for ever."""
            self.world.chain.fork(FINAL, requeue=False)
            for _ in range(LIFE * 2 if for_ever else 0):
                self.world.chain.produce(lambda _: False)
            self.work(who=who, of=of, rounds=3, brink=False)

        def help(self, of: int) -> None:
            """Do what a buy waits for beside its worker: nothing here."""

        def completed(self) -> bool:
            states = [self.world.fold(of) for of in range(JOBS)]
            return any(isinstance(one, Completed) and not one.finalized for one in states)

        @invariant()
        def at_most_one_lands_and_the_record_agrees(self) -> None:
            tally.steps += 1
            for of in range(JOBS):
                landed = self.world.chain.of_job.get(of, [])
                assert len(landed) <= 1, f"{len(landed)} transactions of one buy landed"
                match self.world.fold(of):
                    case Completed(signature=signature, finalized=True):
                        assert [signature] == landed, "finalized, and it did not land"
                    case Completed(signature=signature):
                        # Until it is final a fork may have dropped it; nothing else may land.
                        assert landed in ([], [signature]), "another one landed"
                    case Failed(signature=None) | Stopped() as end:
                        assert [] == landed, f"{type(end).__name__}, and it landed"
                    case _:
                        pass

        @invariant()
        def one_end_and_no_phase_goes_back(self) -> None:
            for log in self.world.logs:
                state: State = Absent()
                ends: set[type] = set()
                phase = 0
                for event in log:
                    state = variant.fold(state, event).state
                    assert not isinstance(state, Absent)
                    assert state.course.phase >= phase, "a phase went back"
                    phase = state.course.phase
                    if isinstance(event, BuyReverted) and isinstance(state, Failed):
                        ends.discard(Completed)
                    if isinstance(state, Completed | Failed | Stopped):
                        ends.add(type(state))
                    assert len(ends) <= 1, "two ends"
                    assert not ends or type(state) in ends, "no end after an end"

        @invariant()
        def every_worker_sees_a_prefix_of_the_log(self) -> None:
            for views in self.world.workers.values():
                for of, view in views.items():
                    assert view.read <= len(self.world.logs[of])

        def teardown(self) -> None:
            for of, log in enumerate(self.world.logs):
                types = [event.type for event in log]
                tally.landed += len(self.world.chain.of_job.get(of, []))
                tally.second_signatures += types.count("BuySigned") > 1
                tally.proofs += "BuyExpired" in types
                tally.reverted += "BuyReverted" in types
                tally.cancels += "BuyCancelled" in types

    return Machine

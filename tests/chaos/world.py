"""A world in memory: a log, a chain, and workers that run the real fold and the real decisions.

Nothing here waits or draws: the state machine says who does what next, in any order, so each
interleaving of crashes, pauses, late landings and cancels can come up.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import count
from typing import Literal
from uuid import UUID

from buyqueue.buy.decide import CancelBuy, Record, Stamp, decide
from buyqueue.buy.evolve import Evolution, evolve, fold
from buyqueue.buy.next_step import next_step
from buyqueue.buy.state import Absent, Awaiting, Completed, Failed, Preparing, State, Stopped
from buyqueue.events.codec import Event
from buyqueue.events.signatures import SignatureRequested
from streams.ahead import MAY_RUN_AHEAD
from tests.controls import events as make
from tests.controls import signatures as own

LIFE = 12
"""Blocks for which a transaction may land after it was signed; 150 on the real chain."""
MARGIN = 1
FINAL = 3
"""Blocks below the tip at which a block is final here."""

Fold = Callable[[State, Event], Evolution]


@dataclass(frozen=True)
class Flight:
    """A transaction on its way: it may land in any block up to its last one."""

    job: int
    signature: str
    last_valid: int
    message: str = ""
    """What it is but for its signature, where a wallet may sign that in many ways."""

    @property
    def name(self) -> str:
        """What the chain lands once at most."""
        return self.message or self.signature


@dataclass
class Chain:
    """Lands what was sent, whenever it likes, each signature once."""

    height: int = 0
    waiting: dict[str, Flight] = field(default_factory=dict)
    landed: dict[str, int] = field(default_factory=dict)
    """At which height each signature landed."""
    of_job: dict[int, list[str]] = field(default_factory=dict)
    sent: dict[str, Flight] = field(default_factory=dict)
    """All that was ever sent."""

    def send(self, flight: Flight) -> None:
        self.sent[flight.signature] = flight
        if self.landed_as(flight.name) is None and self.height <= flight.last_valid:
            self.waiting[flight.signature] = flight

    def landed_as(self, name: str) -> str | None:
        """Answer the signature under which a message has landed."""
        return next((one for one in self.landed if self.sent[one].name == name), None)

    def produce(self, lands: Callable[[str], bool]) -> None:
        """Add a block with whatever the caller lets land. A block at `last + 1` may include it."""
        self.height += 1
        for flight in list(self.waiting.values()):
            if self.height > flight.last_valid + 1 or self.landed_as(flight.name) is not None:
                del self.waiting[flight.signature]
            elif lands(flight.signature):
                del self.waiting[flight.signature]
                self.landed[flight.signature] = self.height
                self.of_job.setdefault(flight.job, []).append(flight.signature)

    def fork(self, blocks: int, *, requeue: bool) -> None:
        """Take back the newest blocks that are not final; what landed there is gone, or waits."""
        self.height -= min(blocks, FINAL)
        for signatures in self.of_job.values():
            for signature in [one for one in signatures if self.landed[one] > self.height]:
                signatures.remove(signature)
                del self.landed[signature]
                if requeue:
                    self.send(self.sent[signature])

    def final(self, signature: str) -> bool:
        """Tell whether it landed and no fork can take it back."""
        return signature in self.landed and self.landed[signature] <= self.height - FINAL

    def past(self, last_valid: int) -> bool:
        """Tell whether a final block is past the last one that may hold it, and the margin."""
        return self.height - FINAL > last_valid + 1 + MARGIN

    def proves_dead(self, signature: str, last_valid: int) -> bool:
        """What `streams.chain.expiry` asks of a node: final past the last block, and absent."""
        return self.past(last_valid) and signature not in self.landed


@dataclass
class View:
    """One buy as one worker sees it: a prefix of the log, and what it is about to append."""

    read: int = 0
    known: State = field(default_factory=Absent)
    """The fold of what it has read."""
    ahead: list[Event] = field(default_factory=list)
    """What it handed over and has not read back: it goes on as if the log had it."""
    offer: UUID | None = None
    """The quote whose transaction it holds in memory."""
    pending: list[Event] = field(default_factory=list)

    @property
    def state(self) -> State:
        return fold(self.ahead, self.known)


@dataclass
class Variant:
    """The rules of a world; a mutant changes one of them."""

    fold: Fold = evolve
    needs_proof: bool = True
    runs_ahead: tuple[type[Event], ...] = MAY_RUN_AHEAD
    reads_back: bool = True
    knows_messages: bool = True
    """Whether a wallet's other signatures of the same message are looked for."""
    needs_ticket: bool = True
    """Whether what nobody has sent is sent only while its buy has not ended."""
    custody: Literal["service", "client"] = "service"


@dataclass
class World:
    """The log of each buy, the chain, and every worker's views."""

    variant: Variant = field(default_factory=Variant)
    chain: Chain = field(default_factory=Chain)
    logs: list[list[Event]] = field(default_factory=list)
    workers: dict[int, dict[int, View]] = field(default_factory=dict)
    numbers: Iterator[int] = field(default_factory=lambda: count(1))
    tickets: set[int] = field(default_factory=set)
    marks: dict[int, int] = field(default_factory=dict)
    """From where a worker that begins anew reads each log."""

    def request(self) -> None:
        asked = make.requested(custody=self.variant.custody)
        self.tickets.add(len(self.logs))
        self.logs.append([self.own(len(self.logs), asked)])

    def repeat(self, job: int) -> None:
        """Append the request again: the api was killed before it noted that the log has it."""
        again = make.requested(custody=self.variant.custody)
        self.logs[job].append(self.own(job, again))

    def forget(self, worker: int, job: int, mark: int) -> None:
        """End a buy as a worker does: its ticket goes, and once nothing is left to do, the buy.

        The mark may stay behind, where another open buy holds it.
        """
        view = self.view(worker, job)
        if isinstance(view.known, Completed | Failed | Stopped):
            self.tickets.discard(job)
            if next_step(view.known, max_attempts=1) is None:
                self.marks[job] = max(self.marks.get(job, 0), min(mark, view.read))
                read = view.read
                self.workers[worker][job] = View(read, pending=view.pending, ahead=view.ahead)

    def own(self, job: int, event: Event) -> Event:
        """Make an example this buy's, with an id of its own unless it has one that counts."""
        change: dict[str, object] = {"job_id": UUID(int=job)}
        if event.event_id == make.JOB:
            change["event_id"] = UUID(int=1_000 + next(self.numbers))
        return event.model_copy(update=change)

    def view(self, worker: int, job: int) -> View:
        return self.workers.setdefault(worker, {}).setdefault(job, View(self.marks.get(job, 0)))

    def read(self, worker: int, job: int, most: int) -> None:
        """Fold a few more events, if they are there."""
        view = self.view(worker, job)
        for event in self.logs[job][view.read : view.read + most]:
            view.known = self.variant.fold(view.known, event).state
            view.ahead = [one for one in view.ahead if one.event_id != event.event_id]
            view.read += 1

    def run_ahead(self, worker: int, job: int, *, arrives: bool) -> None:
        """Hand over what is pending and go on at once; the log may never get it."""
        view = self.view(worker, job)
        if view.pending and isinstance(view.pending[0], self.variant.runs_ahead):
            event = view.pending.pop(0)
            view.ahead.append(event)
            if arrives:
                self.logs[job].append(event)

    def fold(self, job: int) -> State:
        """The truth about a buy."""
        state: State = Absent()
        for event in self.logs[job]:
            state = self.variant.fold(state, event).state
        return state

    def cancel(self, job: int, seen: int) -> None:
        """Cancel as an api does that has read so far."""
        state: State = Absent()
        for event in self.logs[job][: max(1, seen)]:
            state = self.variant.fold(state, event).state
        stamp = Stamp(UUID(int=1_000 + next(self.numbers)), UUID(int=job), make.MOMENT, "api/1")
        self.logs[job] += decide(state, CancelBuy("user123"), stamp)

    def answer(self, job: int, seen: int, signature: str | None) -> None:
        """Answer a request as an api does that has read so far, and knows what counted."""
        state: State = Absent()
        for event in self.logs[job][: max(1, seen)]:
            state = self.variant.fold(state, event).state
        if isinstance(state, Awaiting):
            answer = own.signature_answered(state.course.attempt, state.request_id, signature)
            stamp = Stamp(UUID(int=1_000 + next(self.numbers)), UUID(int=job), make.MOMENT, "api/1")
            self.logs[job] += decide(state, Record(self.own(job, answer)), stamp)

    def asked(self, job: int) -> list[SignatureRequested]:
        """Every request that was ever shown to the wallet: those that count."""
        state: State = Absent()
        shown = []
        for event in self.logs[job]:
            state, ignored = self.variant.fold(state, event)
            if isinstance(event, SignatureRequested) and ignored is None:
                shown.append(event)
        return shown

    def failed_with(self, job: int, code: str) -> bool:
        """Tell whether an attempt has ever failed so."""
        state: State = Absent()
        for event in self.logs[job]:
            state = self.variant.fold(state, event).state
            failure = state.course.failure if isinstance(state, Preparing) else None
            if failure and failure.code == code:
                return True
        return False

    def offer(self, worker: int, job: int, event: Event) -> None:
        """Decide on an event by what this worker has read, and hold it ready to be appended."""
        view = self.view(worker, job)
        stamp = Stamp(
            UUID(int=1_000 + next(self.numbers)), UUID(int=job), make.MOMENT, f"worker/{worker}"
        )
        view.pending = decide(view.state, Record(self.own(job, event)), stamp)

"""Says which promises the evidence breaks. Pure: hand-made evidence shows that each rule fires."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from uuid import UUID

from buyqueue.buy.evolve import Evolution, evolve
from buyqueue.buy.state import Absent, Completed, Failed, State, Stopped
from buyqueue.events.codec import Event
from buyqueue.events.events import (
    BuyCompleted,
    BuyFailed,
    BuyFinalized,
    BuyReverted,
    BuySigned,
    BuyStopped,
)
from buyqueue.events.values import Landing
from tests.chaos.evidence import Asked, Broken, Evidence, Listened, OnChain, Projected

Fold = Callable[[State, Event], Evolution]
End = BuyCompleted | BuyFailed | BuyStopped
Correction = BuyFinalized | BuyReverted
ENDS = (BuyCompleted, BuyFailed, BuyStopped)


def broken(evidence: Evidence, fold: Fold = evolve) -> list[Broken]:
    """List every broken promise; none is what is hoped for."""
    histories: defaultdict[UUID, list[Event]] = defaultdict(list)
    for record in evidence.log:
        histories[record.event.job_id].append(record.event)
    found = []
    for asked in evidence.asked:
        on_chain = evidence.chain.get(asked.job_id, OnChain())
        found += list(_buy(asked, histories[asked.job_id], on_chain, fold))
        if asked.job_id in evidence.keys:
            found.append(Broken("wrong", asked.job_id, "its key is still in the vault"))
    ours = {asked.job_id: histories[asked.job_id] for asked in evidence.asked}
    found += _shared(ours, fold)
    if evidence.projected:
        found += _projection(evidence.projected)
    if evidence.listened:
        found += _socket(evidence.listened)
    return found


def _shared(histories: Mapping[UUID, Sequence[Event]], fold: Fold) -> Iterator[Broken]:
    """A signature belongs to one job: whatever it lands is bought for one order."""
    owner: dict[str, UUID] = {}
    for job_id, history in histories.items():
        state: State = Absent()
        for event in history:
            state, ignored = fold(state, event)
            if isinstance(event, BuySigned) and not ignored:
                other = owner.setdefault(event.signature, job_id)
                if other != job_id:
                    yield Broken("wrong", job_id, f"signed what is {other}'s: {event.signature}")


def _buy(asked: Asked, history: Sequence[Event], on_chain: OnChain, fold: Fold) -> Iterator[Broken]:
    job_id, landed = asked.job_id, list(on_chain.landed)
    state: State = Absent()
    ends: list[End] = []
    corrected: Correction | None = None
    phase = 0
    for event in history:
        state, ignored = fold(state, event)
        if ignored or isinstance(state, Absent):
            continue
        if isinstance(event, ENDS):
            ends.append(event)
        if isinstance(event, BuyReverted | BuyFinalized):
            corrected = event
        if state.course.phase < phase:
            yield Broken("wrong", job_id, f"phase {state.course.phase} follows phase {phase}")
        phase = state.course.phase
    if len(landed) > 1:
        yield Broken("double", job_id, f"{len(landed)} transactions landed")
    if not ends:
        yield Broken("lost", job_id, f"no end: {type(state).__name__}")
        return
    if len(ends) > 1:
        yield Broken("wrong", job_id, f"{len(ends)} ends")
    end = corrected if isinstance(corrected, BuyReverted) else ends[-1]
    anew = corrected.landed_anew if isinstance(corrected, BuyFinalized) else None
    yield from _end(job_id, end, anew, state, on_chain)


def _end(
    job_id: UUID, end: End | BuyReverted, anew: Landing | None, state: State, on_chain: OnChain
) -> Iterator[Broken]:
    landed = list(on_chain.landed)
    signature = None if isinstance(end, BuyStopped) else end.signature
    recorded = 0 if isinstance(end, BuyStopped) else (anew or end).lamports_spent
    if isinstance(end, BuyReverted) and end.slot is None and landed:
        yield Broken("wrong", job_id, f"taken back by a fork, and {landed} landed")
    if isinstance(end, BuyCompleted) and signature not in landed:
        yield Broken("wrong", job_id, f"completed with {signature}, and the chain has {landed}")
    if isinstance(end, BuyFailed) and signature is None and landed:
        yield Broken("wrong", job_id, f"failed, and {landed} landed")
    if isinstance(end, BuyFailed) and signature is not None and signature not in landed:
        yield Broken("wrong", job_id, f"failed by the chain with {signature}, which never landed")
    if isinstance(end, BuyStopped) and landed:
        yield Broken("wrong", job_id, f"cancelled, and {landed} landed")
    if recorded != on_chain.spent:
        yield Broken("wrong", job_id, f"{recorded} lamports recorded, {on_chain.spent} spent")
    if not isinstance(state, Completed | Failed | Stopped):
        yield Broken("wrong", job_id, f"{type(state).__name__} after its end")


def _projection(projected: Projected) -> Iterator[Broken]:
    for part, expected in projected.expected.items():
        found = projected.found[part]
        if found == expected:
            continue
        if isinstance(expected, dict):
            odd = [job for job in expected if found.get(job) != expected[job]]
            for job in [*odd, *(set(found) - set(expected))]:
                yield Broken("wrong", UUID(job), "its row is not the fold of the log")
        else:
            what = f"{part}: {len(found)} rows, {len(expected)} expected, or others"
            yield Broken("wrong", None, what)


def _socket(listened: Listened) -> Iterator[Broken]:
    for partition in sorted({*listened.heard, *listened.expected}):
        heard = list(listened.heard.get(partition, ()))
        expected = list(listened.expected.get(partition, ()))
        if heard == expected:
            continue
        missed = [one for one in expected if one not in heard]
        again = len(heard) - len(set(heard))
        yield Broken(
            "wrong",
            None,
            f"socket, partition {partition}: {len(missed)} missed, {again} repeated,"
            f" {len(heard)} heard of {len(expected)}",
        )

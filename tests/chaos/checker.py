"""Reads the chain, the log and the vault, and says what promise was broken, if one was."""

from dataclasses import dataclass
from uuid import UUID

from solders.keypair import Keypair

from buyqueue.buy.evolve import evolve
from buyqueue.buy.state import Absent, Completed, Failed, State, Stopped
from buyqueue.events.codec import Event
from tests.integration.desk import Desk


@dataclass(frozen=True)
class Asked:
    """A buy that was accepted, and the wallet that pays; each buy has a wallet of its own."""

    job_id: UUID
    buyer: Keypair
    funds: int


def landed(desk: Desk, buyer: Keypair) -> list[str]:
    """Every transaction that the wallet itself paid for and the chain has, failed ones too."""
    wallet = str(buyer.pubkey())
    history = desk.chain.node.chain.history
    return [one.signature for one in history.touching(wallet) if one.keys[0] == wallet]


def broken(desk: Desk, asked: Asked, history: list[Event]) -> list[str]:
    """List what does not hold of one buy."""
    state: State = Absent()
    ends, phase, wrong = 0, 0, []
    for event in history:
        was = state
        state, ignored = evolve(state, event)
        if ignored or isinstance(state, Absent):
            continue
        if isinstance(state, Completed | Failed | Stopped) and type(was) is not type(state):
            ends += 1
        if state.course.phase < phase:
            wrong.append("a phase went back")
        phase = state.course.phase
    on_chain = landed(desk, asked.buyer)
    spent = asked.funds - desk.chain.node.chain.bank("confirmed").lamports(asked.buyer.pubkey())
    if len(on_chain) > 1:
        wrong.append(f"{len(on_chain)} transactions landed")
    if ends != 1:
        wrong.append(f"{ends} ends")
    match state:
        case Completed():
            if on_chain != [state.signature]:
                wrong.append(f"completed with {state.signature}, and the chain has {on_chain}")
            if state.lamports_spent != spent:
                wrong.append(f"{state.lamports_spent} lamports recorded, {spent} spent")
        case Failed(signature=None) | Stopped():
            if on_chain or spent:
                wrong.append(f"ended as {type(state).__name__}, and {on_chain} landed")
    return wrong

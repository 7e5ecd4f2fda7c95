"""Store today's histories for later versions: `python -m tests.contract.write_histories`.

NB: a stored history never changes: it is what some log holds. It only writes what is missing.
"""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from buyqueue.buy.evolve import fold
from buyqueue.buy.state import State
from buyqueue.events.codec import Event, encode
from tests.controls import events as controls

FOLDER = Path(__file__).parent / "histories"
START: list[Event] = [controls.requested(), *(controls.advanced(phase) for phase in (1, 2, 3))]
SENT: list[Event] = [*START, controls.quoted(), controls.signed(), controls.sent()]


def told(state: State) -> dict[str, Any]:
    """A state as JSON: its class and its fields."""
    return json.loads(json.dumps({"state": type(state).__name__} | asdict(state), default=str))  # type: ignore[no-any-return]


def histories() -> dict[str, list[Event]]:
    second = controls.signed(2, controls.SIGNATURES[1], controls.QUOTES[1])
    return {
        "completed": [*SENT, controls.completed(), controls.finalized()],
        "expired-then-completed": [
            *SENT,
            controls.undecided(),
            controls.expired(),
            controls.quoted(2, controls.QUOTES[1]),
            second,
            controls.completed(2, controls.SIGNATURES[1]),
        ],
        "two-signatures": [*SENT, controls.signed(1, controls.SIGNATURES[1]), controls.cancelled()],
        "failed-on-chain": [*SENT, controls.failed(1, controls.SIGNATURES[0])],
        "retried": [*START, controls.attempt_failed(), controls.quoted(2, controls.QUOTES[1])],
        "cancelled": [*START, controls.cancelled(), controls.signed(), controls.stopped()],
        "failed-unsigned": [*START, controls.failed(), controls.cancelled()],
    }


def newer(event: Event) -> bytes:
    """The event with optional fields that this version does not know."""
    return json.dumps(
        json.loads(encode(event)) | {"region": "fra", "nested": {"a": [1.5]}}
    ).encode()


def main() -> None:
    """Write each history that is not there: `.jsonl`, and the state it folds to."""
    FOLDER.mkdir(exist_ok=True)
    lines = {name: [encode(event) for event in found] for name, found in histories().items()}
    lines["with-unknown-fields"] = [newer(event) for event in histories()["completed"]]
    states = {name: told(fold(found)) for name, found in histories().items()}
    states["with-unknown-fields"] = states["completed"]
    for name, values in lines.items():
        file = FOLDER / f"2026-11-{name}.jsonl"
        if not file.exists():
            file.write_bytes(b"\n".join(values) + b"\n")
            text = json.dumps(states[name], indent=1, sort_keys=True)
            file.with_suffix(".state.json").write_text(text + "\n")


if __name__ == "__main__":
    main()

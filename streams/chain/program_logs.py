"""What a program wrote into a transaction's log. Pure.

The runtime frames each call with `Program <id> invoke [n]` and `Program <id> success` or `failed`;
lines of a program's own begin with `Program log: ` or `Program data: `, so none can forge a frame.
"""

from base64 import b64decode
from collections.abc import Iterator
from typing import Any, Final

_DATA: Final = "Program data: "
_TEXT: Final = "Program log: "


def logged_data(transaction: Any, program: str) -> Iterator[bytes]:
    """Answer what a program emitted (Anchor `emit!`), of a `getTransaction` answer."""
    return (b64decode(line) for line in _lines(transaction, program, _DATA))


def logged_text(transaction: Any, program: str) -> Iterator[str]:
    """Answer what a program wrote as text."""
    return _lines(transaction, program, _TEXT)


def _lines(transaction: Any, program: str, prefix: str) -> Iterator[str]:
    running: list[str] = []
    for line in transaction["meta"].get("logMessages") or []:
        if line.startswith(prefix):
            if running and running[-1] == program:
                yield line.removeprefix(prefix)
            continue
        match line.split(" "):
            case ["Program", name, "invoke", _]:
                running.append(name)
            case ["Program", _, "success"] | ["Program", _, "failed:", *_]:
                del running[-1:]

"""A lane as a program: it folds for the process that started it.

Pickled calls come in and pickled answers go out, each behind its length. It ends when its input
does, however its parent ended.
"""

import pickle
import sys
from struct import Struct
from typing import BinaryIO, Final

from projections.replay.collecting import collect_seldom
from projections.replay.lane import Lane

LENGTH: Final = Struct(">Q")


def serve(calls: BinaryIO, answers: BinaryIO) -> None:
    """Do what is asked, call by call, until nobody can ask any more."""
    lane = Lane()
    while head := calls.read(LENGTH.size):
        name, arguments = pickle.loads(calls.read(*LENGTH.unpack(head)))  # noqa: S301 - our parent's
        answer = pickle.dumps(getattr(lane, name)(*arguments), pickle.HIGHEST_PROTOCOL)
        answers.write(LENGTH.pack(len(answer)) + answer)
        answers.flush()


if __name__ == "__main__":
    collect_seldom()
    serve(sys.stdin.buffer, sys.stdout.buffer)

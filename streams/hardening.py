"""Keeping a worker's memory to itself."""

import ctypes
import resource
import sys
from typing import Final

PR_SET_DUMPABLE: Final = 4
"""Of `prctl(2)`; 0 forbids core dumps, and reading /proc/<pid>/mem or ptrace by the same user."""


def forbid_dumps() -> None:
    """Forbid core dumps of this process, and on Linux reading its memory from outside.

    Call first, before any key is read. Raises OSError where the system refuses. NB: root, and
    whoever holds CAP_SYS_PTRACE, reads it all the same.
    """
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        libc = ctypes.CDLL(None, use_errno=True)
        if libc.prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0:
            raise OSError(ctypes.get_errno(), "PR_SET_DUMPABLE is refused")

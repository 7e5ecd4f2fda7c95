"""Holds one child process so that it never outlives whoever started it.

Run as a program of its own (`python -I -S leash.py GRACE_MS SIGNAL UID GID COMMAND...`), one per
child. Its standard input is a pipe whose other end only the starter holds: when that end closes,
because the starter wants an end or because it was killed, the child gets SIGNAL and, GRACE_MS
later, SIGKILL. There is one way to stop, so the crash path is the path used every day.

Standard output carries one line, the child's pid; standard error is the log of both.

NB: the log is locked while any process of the child holds it open, so a child of the same name
starts only after every process of the one before it is gone, even when its starter was killed.
"""

import contextlib
import ctypes
import fcntl
import os
import select
import signal
import sys
import time

STDIN, STDOUT, STDERR = 0, 1, 2
UNCHANGED = -1
KEPT_LOG_BYTES = 8 * 1024 * 1024
PR_SET_PDEATHSIG = 1
POLL_S = 0.05
LOG_WITHIN_S = 30.0
NOT_STARTED = 127


def tether_cut(timeout_s: float) -> bool:
    """Tell whether the starter's end of the pipe closed within `timeout_s`."""
    readable, _, _ = select.select([STDIN], [], [], timeout_s)
    return bool(readable) and os.read(STDIN, 512) == b""


def own_the_log() -> bool:
    """Wait until no earlier child uses the log; False when the starter left, or time is up."""
    deadline = time.monotonic() + LOG_WITHIN_S
    while True:
        try:
            fcntl.flock(STDERR, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if tether_cut(POLL_S):
                return False
            if time.monotonic() > deadline:
                os.write(STDERR, b"an earlier process still writes to this log\n")
                return False
        else:
            if os.fstat(STDERR).st_size > KEPT_LOG_BYTES:
                os.ftruncate(STDERR, 0)
            return True


def become(command: list[str], uid: int, gid: int, leash: int) -> None:
    """Turn this forked process into the child; does not return when it succeeds."""
    os.setpgid(0, 0)
    if uid != UNCHANGED:
        os.setgroups([])
        os.setgid(gid)
        os.setuid(uid)
    if sys.platform == "linux":
        # NB: a change of uid clears this, so it comes after it.
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        if os.getppid() != leash:
            os._exit(NOT_STARTED)
    signal.set_wakeup_fd(-1)
    for number in (signal.SIGPIPE, signal.SIGTERM, signal.SIGINT, signal.SIGCHLD):
        signal.signal(number, signal.SIG_DFL)
    os.dup2(os.open(os.devnull, os.O_RDONLY), STDIN)
    os.dup2(STDERR, STDOUT)
    os.execvpe(command[0], command, os.environ)  # noqa: S606 (the point: no shell between)


def begin(command: list[str], uid: int, gid: int) -> int | None:
    """Start the child; its pid once the program itself runs, None when it cannot.

    NB: a signal sent before the program has replaced our code would meet our handlers.
    """
    leash = os.getpid()
    replaced, held = os.pipe()  # closed by the replacing, so its end is the news
    pid = os.fork()
    if pid == 0:
        try:
            become(command, uid, gid, leash)
        except BaseException as error:  # noqa: BLE001 (nothing may return into the leash's code)
            os.write(held, str(error).encode())
        os._exit(NOT_STARTED)
    os.close(held)
    problem = os.read(replaced, 4096)
    os.close(replaced)
    if problem:
        os.write(STDERR, f"{command[0]}: ".encode() + problem + b"\n")
        os.waitpid(pid, 0)
        return None
    return pid


def clear_group(pid: int) -> None:
    """Kill what the child left in its group."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)


def outcome(pid: int) -> int | None:
    """Give the exit code (128 + n for signal n) once the child is over, None before.

    Its group is cleared before the child is collected, while the number cannot be another's.
    """
    if hasattr(os, "waitid"):  # macOS has none
        if os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None:
            return None
        clear_group(pid)
        _, status = os.waitpid(pid, 0)
    else:
        collected, status = os.waitpid(pid, os.WNOHANG)
        if collected == 0:
            return None
        clear_group(pid)
    code = os.waitstatus_to_exitcode(status)
    return code if code >= 0 else 128 - code


def hold(pid: int, wakeup: int, stop_signal: int, grace_s: float) -> int:
    """Watch the child and the pipe until the child is over; its exit code."""
    deadline: float | None = None
    sources = [STDIN, wakeup]
    while (code := outcome(pid)) is None:
        left = None if deadline is None else deadline - time.monotonic()
        if left is not None and left <= 0:
            os.kill(pid, signal.SIGKILL)
            left = None
        readable, _, _ = select.select(sources, [], [], left)
        told = wakeup in readable and signal.SIGTERM in os.read(wakeup, 512)
        cut = STDIN in readable and os.read(STDIN, 512) == b""
        if cut:
            sources.remove(STDIN)
        if (told or cut) and deadline is None:
            deadline = time.monotonic() + grace_s
            os.kill(pid, stop_signal)
    return code


def main(arguments: list[str]) -> int:
    """Start the child, say its pid, hold it to its end."""
    grace_ms, stop_signal, uid, gid = (int(each) for each in arguments[:4])
    wakeup, written = os.pipe()
    os.set_blocking(wakeup, False)
    os.set_blocking(written, False)
    signal.set_wakeup_fd(written, warn_on_full_buffer=False)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for number in (signal.SIGCHLD, signal.SIGTERM):
        signal.signal(number, lambda *_: None)
    if not own_the_log():
        return NOT_STARTED
    pid = begin(arguments[4:], uid, gid)
    if pid is None:
        return NOT_STARTED
    with contextlib.suppress(BrokenPipeError):
        os.write(STDOUT, f"{pid}\n".encode())
    return hold(pid, wakeup, stop_signal, grace_ms / 1000)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

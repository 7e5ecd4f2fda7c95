"""Where a worker is killed: before and after each append, and after each effect."""

import os
import signal
from typing import Any, Final
from uuid import UUID

from buyqueue.buy.state import Order
from buyqueue.events.codec import Event
from buyqueue.events.events import PhaseAdvanced
from buyqueue.log.journal import Cursor, Journal
from buyqueue.rpc import RpcNode
from buyqueue.secret import Secret
from streams.vault.ticket import OwnWallet, Remote
from streams.vault.vault import Vault

VARIABLE: Final = "CRASH_POINT"
STOP: Final = "STOP_POINT"

CRASH_POINTS: Final = (
    "appended PhaseAdvanced 1",
    "appended PhaseAdvanced 2",
    "appended PhaseAdvanced 3",
    "appended BuyQuoted",
    "before BuySigned",
    "appended BuySigned",
    "appended BuySent",
    "appended PhaseAdvanced 4",
    "before BuyCompleted",
    "appended BuyCompleted",
    "appended BuyFinalized",
    "called getMultipleAccounts",
    "called simulateTransaction",
    "called sendTransaction",
    "called getSignatureStatuses",
    "called getTransaction",
    "opened key",
    "forgot key",
)


def here(point: str) -> None:
    """Die, or freeze until somebody says SIGCONT, at once if this is the point."""
    if os.environ.get(STOP) == point:
        del os.environ[STOP]
        os.kill(os.getpid(), signal.SIGSTOP)
    if os.environ.get(VARIABLE) == point:
        os.kill(os.getpid(), signal.SIGKILL)


def name_of(event: Event) -> str:
    """Name an event as the points do."""
    return f"{event.type} {event.phase}" if isinstance(event, PhaseAdvanced) else event.type


class CrashingJournal(Journal):
    """Dies before or after an append."""

    async def append(self, event: Event) -> Cursor:
        here(f"before {name_of(event)}")
        cursor = await super().append(event)
        here(f"appended {name_of(event)}")
        return cursor


class CrashingNode(RpcNode):
    """Dies after a call: the effect has happened, and nobody heard the answer."""

    async def call(self, method: str, *params: Any) -> Any:
        answer = await super().call(method, *params)
        here(f"called {method}")
        return answer


class CrashingVault(Vault):
    """Dies with an opened key in memory, or right after forgetting one."""

    async def open(self, order: Order) -> Secret | Remote | OwnWallet:
        opened = await super().open(order)
        here("opened key")
        return opened

    async def forget(self, job_id: UUID) -> None:
        await super().forget(job_id)
        here("forgot key")

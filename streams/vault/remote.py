"""Signing by a registered remote signer, which is trusted for nothing but its key."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from http import HTTPStatus
from typing import Any, Final
from uuid import UUID

from solana_keychain import SignerError, SignerErrorCode, TransactionSigner
from solders.pubkey import Pubkey
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from buyqueue.buy.state import Order
from buyqueue.database import DATABASE_ERRORS, database_down
from buyqueue.errors import Code, Unavailable
from buyqueue.logs import get_logger
from buyqueue.sealing import key_unavailable
from buyqueue.tables import SIGNERS

log = get_logger(__name__)

Backend = Callable[[str, Mapping[str, Any]], TransactionSigner]
"""Makes the signer of a wallet and its configuration; raises SignerError.

NB: only signers that sign what they are given and send nothing: the log must hold the bytes first.
"""

_TRY_AGAIN: Final = (HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_MANY_REQUESTS)


class RemoteSigners:
    """Asks remote signers, within a time."""

    def __init__(
        self, engine: AsyncEngine, backends: Mapping[str, Backend], timeout_s: float
    ) -> None:
        self._engine = engine
        self._backends = backends
        self._timeout_s = timeout_s

    async def check(self, signer_id: UUID, order: Order) -> None:
        """Return if the signer says that it holds the wallet's key; raises as `sign` does."""
        async with self._asking(signer_id):
            available = await (await self._signer(signer_id, order)).is_available()
        if not available:
            raise _unavailable()

    async def sign(self, signer_id: UUID, order: Order, message: bytes) -> bytes:
        """Have a message signed, and verify the signature against the order's wallet: 64 bytes.

        Raises Refused(KEY_UNAVAILABLE) if the signer is not registered for this user and wallet,
        refuses or answers another signature; Unavailable(SIGNER_UNAVAILABLE) if it does not
        answer in time. A signature that came too late was never sent anywhere.
        """
        async with self._asking(signer_id):
            signature = await (await self._signer(signer_id, order)).sign_message(message)
        if not signature.verify(Pubkey.from_string(order.wallet), message):
            log.error("signer.lied", signer_id=str(signer_id), job_id=str(order.job_id))
            raise key_unavailable()
        return bytes(signature)

    async def _signer(self, signer_id: UUID, order: Order) -> TransactionSigner:
        query = select(SIGNERS).where(SIGNERS.c.id == signer_id)
        try:
            async with self._engine.connect() as connection:
                row = (await connection.execute(query)).one_or_none()
        except DATABASE_ERRORS as error:
            raise database_down("the signers", error) from None
        known = row is not None and row.kind in self._backends
        if row is None or not known or (row.user_id, row.wallet) != (order.user_id, order.wallet):
            log.warning("signer.unknown", signer_id=str(signer_id), job_id=str(order.job_id))
            raise key_unavailable()
        return self._backends[row.kind](row.wallet, row.config)

    @asynccontextmanager
    async def _asking(self, signer_id: UUID) -> AsyncIterator[None]:
        """Turn what a signer raises into what a buy does about it, without its words."""
        try:
            async with asyncio.timeout(self._timeout_s):
                yield
        except TimeoutError:
            log.warning("signer.silent", signer_id=str(signer_id))
            raise _unavailable() from None
        except SignerError as error:
            status = error.status_code
            log.warning(
                "signer.failed", signer_id=str(signer_id), code=error.code.value, status=status
            )
            raise (_unavailable() if _passes(error) else key_unavailable()) from None


def _passes(error: SignerError) -> bool:
    if error.code in (SignerErrorCode.HTTP_ERROR, SignerErrorCode.NOT_AVAILABLE):
        return True
    status = error.status_code
    return status is not None and (
        status >= HTTPStatus.INTERNAL_SERVER_ERROR or status in _TRY_AGAIN
    )


def _unavailable() -> Unavailable:
    return Unavailable(Code.SIGNER_UNAVAILABLE, "The wallet's remote signer did not answer")

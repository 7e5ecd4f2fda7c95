"""Signing with a wallet key, wherever it is."""

from solders.keypair import Keypair

from buyqueue.buy.state import Order
from buyqueue.sealing import key_unavailable
from buyqueue.secret import Secret
from streams.vault.remote import RemoteSigners
from streams.vault.ticket import OwnWallet, Remote
from streams.vault.vault import Vault


class Signer:
    """The only one that sees an opened key."""

    def __init__(self, vault: Vault, remote: RemoteSigners) -> None:
        self._vault = vault
        self._remote = remote

    async def check(self, order: Order) -> None:
        """Return if the buy could be signed now; raises as `sign` does."""
        ticket = await self._vault.open(order)
        if isinstance(ticket, Remote):
            await self._remote.check(ticket.signer_id, order)
        elif isinstance(ticket, OwnWallet):
            _require_client(order)
        else:
            _keypair(ticket, order.wallet)

    async def has_ticket(self, order: Order) -> bool:
        """Tell whether the buy has not ended. Raises Unavailable if the vault does not answer."""
        return await self._vault.has_ticket(order.job_id)

    async def sign(self, order: Order, message: bytes) -> bytes:
        """Sign a message with the wallet's key: 64 bytes, verified where they come from afar.

        Raises Refused(KEY_UNAVAILABLE) if there is no key, it is another wallet's or its holder
        refuses; Unavailable if the vault or the holder does not answer.
        """
        ticket = await self._vault.open(order)
        if isinstance(ticket, Remote):
            return await self._remote.sign(ticket.signer_id, order, message)
        if isinstance(ticket, OwnWallet):
            raise key_unavailable()
        return bytes(_keypair(ticket, order.wallet).sign_message(message))


def _require_client(order: Order) -> None:
    if order.custody != "client":
        raise key_unavailable()


def _keypair(secret: Secret, wallet: str) -> Keypair:
    keypair: Keypair | None = None
    try:
        keypair = Keypair.from_bytes(secret.borrow())
    except ValueError:
        pass
    finally:
        secret.wipe()
    if keypair is None or str(keypair.pubkey()) != wallet:
        raise key_unavailable()
    return keypair

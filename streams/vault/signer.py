"""Signing with a wallet key."""

from uuid import UUID

from solders.keypair import Keypair

from buyqueue.errors import Code, Refused
from streams.vault.vault import Vault


class Signer:
    """The only one that sees an opened key."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault

    async def check(self, job_id: UUID, wallet: str) -> None:
        """Return if the buy's key can be opened and is the wallet's; raises as `sign` does."""
        await self._keypair(job_id, wallet)

    async def sign(self, job_id: UUID, wallet: str, message: bytes) -> bytes:
        """Sign a message with the wallet's key: 64 bytes.

        Raises Refused(KEY_UNAVAILABLE) if there is no key or it is another wallet's, Unavailable
        if the vault does not answer.
        """
        return bytes((await self._keypair(job_id, wallet)).sign_message(message))

    async def _keypair(self, job_id: UUID, wallet: str) -> Keypair:
        secret = await self._vault.open(job_id, wallet)
        try:
            keypair = Keypair.from_bytes(secret.reveal())
        except ValueError:
            raise Refused(Code.KEY_UNAVAILABLE, "The sealed key is no wallet key") from None
        finally:
            secret.wipe()
        if str(keypair.pubkey()) != wallet:
            raise Refused(Code.KEY_UNAVAILABLE, "The sealed key is another wallet's")
        return keypair

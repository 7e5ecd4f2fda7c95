"""Naming the wallet that pays, in a request."""

import base64
from typing import Any

from solders.keypair import Keypair

from api.openapi.grants import VaultKeyData
from api.openapi.order import SealedWalletKey
from buyq.client.orders import OwnWallet, PlainKey, RegisteredSigner, SealedKey, WalletKey
from buyqueue.sealing import CLIENT_INFO, SUITE_NAME, ForUser, Sealer
from buyqueue.secret import Secret


def seal(vault: VaultKeyData, user_id: str, keypair: Secret, reference: str) -> SealedWalletKey:
    """Seal a keypair of 64 bytes for one order of one user, so that only a worker can open it.

    Raises ValueError if the service seals in another way than this client knows.
    """
    if (vault.suite, vault.info) != (SUITE_NAME, CLIENT_INFO):
        raise ValueError("the service seals keys in a way that this client does not know")
    wallet = str(Keypair.from_bytes(bytes(keypair.borrow())).pubkey())
    purpose = ForUser(user_id, wallet, reference)
    sealed = Sealer.from_text(vault.public_key).seal_for(purpose, keypair)
    return SealedWalletKey(
        keyId=sealed.key_id,
        ciphertext=base64.b64encode(sealed.ciphertext).decode(),
        wallet=wallet,
        reference=reference,
    )


def fields_of(payer: PlainKey | SealedKey | RegisteredSigner | OwnWallet) -> dict[str, Any]:
    """Answer the fields that name the payer. A `WalletKey` is sealed first."""
    match payer:
        case PlainKey(keypair):
            return {"walletPrivateKey": str(Keypair.from_bytes(bytes(keypair.borrow())))}
        case SealedKey(sealed):
            return {"sealedWalletKey": sealed.model_dump(by_alias=True)}
        case RegisteredSigner(signer_id):
            return {"signerId": str(signer_id)}
        case OwnWallet(address):
            return {"custody": "client", "wallet": address}


def sealed_for(vault: VaultKeyData, user_id: str, payer: WalletKey, reference: str) -> SealedKey:
    """Seal what a client holds in plain."""
    return SealedKey(seal(vault, user_id, payer.keypair, reference))

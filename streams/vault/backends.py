"""The kinds of remote signers, made of a worker's settings: their secrets are nowhere else."""

import ssl
import stat
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
from solana_keychain import (
    MemorySigner,
    SignerError,
    SignerErrorCode,
    TransactionSigner,
    VaultSigner,
    VaultSignerConfig,
)

from buyqueue.settings import Settings
from buyqueue.signers import MemoryConfig, TransitConfig
from streams.vault.remote import Backend

_ANY_WALLET = "1" * 32
"""An address: only to have the URL looked at before the first buy."""


@asynccontextmanager
async def backends(settings: Settings) -> AsyncIterator[Mapping[str, Backend]]:
    """Have the kinds that are configured while the context lasts.

    Raises ValueError if a kind is half configured, OSError if a file of it cannot be read.
    """
    made: dict[str, Backend] = {}
    if folder := settings.signer_keys_dir:
        made["memory"] = _Memory(folder)
    if not (url := settings.signer_vault_url):
        yield made
        return
    token = settings.read_signer_vault_token()
    context = ssl.create_default_context(cafile=settings.signer_vault_ca_file)
    async with httpx.AsyncClient(verify=context, trust_env=False) as client:
        made["vault"] = transit = _Transit(url, token, client)
        try:
            transit(_ANY_WALLET, {"keyName": "any"})
        except SignerError:
            raise ValueError("SIGNER_VAULT_URL must be an https URL") from None
        yield made


class _Memory:
    """Keys in files of the worker's machine. Development only: the key is in this process."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def __call__(self, wallet: str, config: Mapping[str, Any]) -> TransactionSigner:
        path = self._folder / MemoryConfig.model_validate(config).file
        try:
            readable_by_others = path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO)
        except OSError:
            readable_by_others = 1
        if readable_by_others:
            raise SignerError(SignerErrorCode.CONFIG_ERROR)
        signer = MemorySigner.from_private_key_file(str(path))
        if str(signer.pubkey) != wallet:
            raise SignerError(SignerErrorCode.INVALID_PUBLIC_KEY)
        return signer


class _Transit:
    """HashiCorp Vault's transit engine, mounted at `transit/`: the key never leaves it."""

    def __init__(self, url: str, token: str, client: httpx.AsyncClient) -> None:
        self._url = url
        self._token = token
        self._client = client

    def __call__(self, wallet: str, config: Mapping[str, Any]) -> TransactionSigner:
        return VaultSigner(
            VaultSignerConfig(
                api_base_url=self._url,
                token=self._token,
                key_name=TransitConfig.model_validate(config).key_name,
                public_key=wallet,
                http_client=self._client,
            )
        )

"""No key is anywhere in plain, whichever way the wallet was named."""

import logging
from pathlib import Path
from typing import Any

import aiokafka
import pytest
from solders.keypair import Keypair
from sqlalchemy import text

from buyqueue.clock import SystemClock
from buyqueue.log.topic import BUYS, DEAD_LETTERS
from tests.canaries import canaries
from tests.vault.shop import Shop
from tests.vault.transit import TOKEN, Transit
from tests.vault.ways import keypair_file, new_reference, register, seal

TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"


def assert_clean(place: str, found: bytes, *keypairs: Keypair) -> None:
    for keypair in keypairs:
        for number, canary in enumerate([*canaries(keypair), TOKEN.encode()]):
            assert canary not in found, f"{place}: canary {number}"


async def records(kafka: str) -> bytes:
    """All that is in the log, as it is there."""
    consumer = aiokafka.AIOKafkaConsumer(
        BUYS, DEAD_LETTERS, bootstrap_servers=kafka, auto_offset_reset="earliest"
    )
    await consumer.start()
    found = bytearray()
    try:
        while batches := await consumer.getmany(timeout_ms=1_000):
            for batch in batches.values():
                for record in batch:
                    found += (
                        (record.key or b"") + (record.value or b"") + repr(record.headers).encode()
                    )
    finally:
        await consumer.stop()
    return bytes(found)


async def rows(shop: Shop) -> bytes:
    """Every row of every table."""
    found = bytearray()
    async with shop.engine.connect() as connection:
        for table in (await connection.execute(text(TABLES))).scalars().all():
            for row in await connection.execute(text(f"SELECT * FROM {table}")):  # noqa: S608
                found += str(row).encode()
                found += b"".join(value for value in row if isinstance(value, bytes))
    return bytes(found)


def command_lines() -> bytes:
    found = bytearray()
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            found += path.read_bytes()
        except OSError:
            continue
    return bytes(found)


async def test_no_key_is_anywhere_in_plain(
    shop: Shop,
    vault: Transit,
    keys_dir: Path,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    """Answers, logs, output, rows, the log and command lines; while a buy runs and after it."""
    caplog.set_level(logging.DEBUG)
    plain, numbers, sealed, memory, remote = [await shop.buyer() for _ in range(5)]
    everybody = (plain, numbers, sealed, memory, remote)
    vault.keys["canary"] = remote
    file = keypair_file(keys_dir, memory)
    orders: list[dict[str, Any]] = [
        shop.order(walletPrivateKey=str(plain)),
        shop.order(walletPrivateKey=list(bytes(numbers))),
        shop.order(sealedWalletKey=seal(await shop.vault_key(), sealed, new_reference())),
        shop.order(signerId=await register(shop, str(memory.pubkey()), "memory", file=file)),
        shop.order(signerId=await register(shop, str(remote.pubkey()), "vault", keyName="canary")),
    ]
    answers = [await shop.post(order) for order in orders]
    assert {status for status, _ in answers} == {202}
    assert_clean("rows of open buys", await rows(shop), *everybody)
    for _, answer in answers:
        assert (await shop.history(answer["jobId"]))[-1].type == "BuyCompleted"

    key, served = str(plain), await shop.vault_key()
    bad = [
        shop.order(sealedWalletKey=key),
        shop.order(sealedWalletKey={key: key}),
        *(
            shop.order(sealedWalletKey=seal(served, plain, "reference") | {part: key})
            for part in ("keyId", "ciphertext", "wallet", "reference")
        ),
        shop.order(signerId=key),
        shop.order(signerId=key, walletPrivateKey=key),
        shop.order(signerId=str(SystemClock().new_id()), userId=key[:44]),
    ]
    for order in bad:
        status, answer = await shop.post(order)
        assert 400 <= status < 500, answer
        assert_clean("refusal", str(answer).encode(), plain)

    assert_clean("answers", str(answers).encode(), *everybody)
    assert_clean("rows", await rows(shop), *everybody)
    assert_clean("log", await records(shop.settings.kafka_bootstrap_servers), *everybody)
    assert_clean("command lines", command_lines(), *everybody)
    assert_clean("logs", caplog.text.encode(), *everybody)
    out, err = capfd.readouterr()
    assert_clean("output", (out + err).encode(), *everybody)

"""Several replicas of the api, one sender for each webhook."""

import asyncio
import signal
from asyncio.subprocess import Process

import aiohttp
from pydantic import SecretStr
from sqlalchemy import select

from buyqueue.sealing import new_private_key, public_key_of
from buyqueue.settings import Settings
from buyqueue.tables import WEBHOOKS
from sandbox.solana.node import LocalNode
from sandbox.state.ports import free_port
from tests.api.process import program, until_ready
from tests.projections.buys import append_all, whole_buy
from tests.projections.conftest import PARTITIONS, Ground
from tests.projections.running import projecting
from tests.relay.serving import told_by_log
from tests.webhooks.receiver import Delivery, Receiver, receiving
from tests.webhooks.replicas import SECRET, make, replica
from tests.webhooks.test_delivery import new_user


async def holder(ground: Ground, user: str) -> str | None:
    """Who sends to the user's one webhook."""
    mine = select(WEBHOOKS.c.lease_holder).where(WEBHOOKS.c.user_id == user)
    async with ground.engine.connect() as connection:
        found: str | None = await connection.scalar(mine)
    return found


async def test_while_all_live_nothing_is_sent_twice(ground: Ground) -> None:
    """And each replica hears of every event."""
    users = [new_user() for _ in range(3)]
    async with (
        receiving(takes_s=0.01) as receiver,
        projecting(ground),
        replica(ground) as one,
        replica(ground) as other,
        replica(ground) as third,
    ):
        for user in users:
            await make(ground, receiver, user)
        for _ in range(5):
            for running in (one, other, third):
                running.webhooks.sending.look()
            await append_all(ground.journal, [e for user in users for e in whole_buy(user)])
            await asyncio.sleep(0.1)
        await receiver.took(len(users) * 5 * 8)
        await asyncio.sleep(0.5)
        assert {} == receiver.repeats
        assert len(users) * 5 * 8 == len(receiver.came)


async def test_what_a_stopped_replica_sent_another_goes_on_with(ground: Ground) -> None:
    user = new_user()
    async with receiving(takes_s=0.02) as receiver, projecting(ground):
        await append_all(ground.journal, [e for _ in range(10) for e in whole_buy(user)])
        await make(ground, receiver, user)
        async with replica(ground) as other:
            async with replica(ground):
                await receiver.took(10)
            other.webhooks.sending.look()
            await receiver.took(80)
        assert await told_by_log(ground.kafka, user, ground.begins) == receiver.of_partitions()
        assert {} == receiver.repeats


def without_repeats(receiver: Receiver) -> list[Delivery]:
    """As a receiver should: whatever id was had before is dropped."""
    return list({one.id: one for one in reversed(receiver.came)}.values())[::-1]


def program_settings(ground: Ground, solana: LocalNode) -> Settings:
    return Settings(
        _env_file=None,
        auth="open",
        kafka_bootstrap_servers=ground.kafka,
        database_url=SecretStr(ground.database_url),
        solana_rpc_url=(solana.url,),
        vault_public_key=public_key_of(new_private_key()),
    )


async def test_when_a_replica_is_killed_another_takes_over_after_its_lease(ground: Ground) -> None:
    """Only what was on its way may come twice, with the same id; nothing is missing."""
    user = new_user()
    own = {
        "WEBHOOK_SECRET": SECRET,
        "WEBHOOK_ALLOW": "127.0.0.0/8",
        "WEBHOOK_TIMEOUT_MS": "3000",
        "WEBHOOK_BACKOFF_MS": "50",
    }
    async with (
        receiving(takes_s=0.05) as receiver,
        projecting(ground),
        LocalNode(paused=True) as solana,
    ):
        settings = program_settings(ground, solana)
        processes: list[Process] = []

        async def start(session: aiohttp.ClientSession) -> str:
            port = free_port()
            processes.append(await program(settings.model_copy(update={"port": port}), **own))
            await until_ready(session, f"http://127.0.0.1:{port}", processes[-1])
            return f"http://127.0.0.1:{port}"

        try:
            async with asyncio.timeout(100), aiohttp.ClientSession() as session:
                url = f"{await start(session)}/api/external-buy/webhooks"
                order = {"url": receiver.url + "?token=of-the-receiver", "userId": user}
                async with session.post(url, json=order) as answer:
                    assert 201 == answer.status
                    secret = (await answer.json())["data"]["secret"]
                # The other one comes when the first has it for sure.
                while (first_holder := await holder(ground, user)) is None:
                    await asyncio.sleep(0.05)
                await start(session)
                await append_all(ground.journal, [e for _ in range(12) for e in whole_buy(user)])
                await receiver.took(20)
                processes[0].send_signal(signal.SIGKILL)
                killed_at = len(receiver.came)
                expected = await told_by_log(ground.kafka, user, ground.begins)
                while len(without_repeats(receiver)) < 96:
                    await asyncio.sleep(0.05)
                assert killed_at < 96
                assert await holder(ground, user) not in (None, first_holder)
            processes[1].send_signal(signal.SIGTERM)
            out, err = await asyncio.wait_for(processes[1].communicate(), 20)
            _, first = await processes[0].communicate()
        finally:
            for process in processes:
                if process.returncode is None:
                    process.kill()
                    await process.communicate()
    # So much may be on its way when a replica dies: a delivery a partition.
    assert len(receiver.repeats) <= PARTITIONS
    assert all(one.is_signed_with(secret) for one in receiver.came)
    receiver.came[:] = without_repeats(receiver)
    assert expected == receiver.of_partitions()
    written = (out + err + first).decode()
    assert [] == [line for line in written.splitlines() if "Traceback" in line]
    for hidden in (secret, secret.removeprefix("whsec_"), SECRET, "of-the-receiver"):
        assert hidden not in written

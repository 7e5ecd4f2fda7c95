"""Keys move to the newest vault key while buys run, and nothing is lost on the way."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from pydantic import SecretStr
from solders.keypair import Keypair
from sqlalchemy import insert, select, update

from buyqueue.clock import SystemClock
from buyqueue.errors import Refused
from buyqueue.sealing import ForUser, Opener, Sealer, new_private_key, public_key_of
from buyqueue.secret import Secret
from buyqueue.tables import VAULT
from streams.vault.keyring import KeyRing
from streams.vault.rotation import Rotated, rotate
from streams.vault.ticket import Remote
from streams.vault.vault import Vault
from tests.stack.servers import Stack
from tests.vault.orders import order_of
from tests.vault.shop import USER, Shop, a_shop
from tests.vault.ways import new_reference, seal

OLD, NEW = new_private_key(), new_private_key()
BOTH = KeyRing.from_text(f"{NEW}\n{OLD}\n")
BUYS = 12


@pytest.fixture(scope="module")
async def old_shop(stack: Stack) -> AsyncIterator[Shop]:
    """An api that still seals to the old key, and a worker that holds both."""
    async with a_shop(
        stack,
        vault_private_key=SecretStr(f"{NEW}\n{OLD}\n"),
        vault_public_key=public_key_of(OLD),
    ) as running:
        yield running


async def test_buys_run_while_their_keys_are_moved(old_shop: Shop) -> None:
    """Two rotations at a time, over and over, under plain and client-sealed buys."""
    shop, over, counts = old_shop, asyncio.Event(), list[Rotated]()

    async def rotating() -> None:
        while not over.is_set():
            counts.append(await rotate(shop.engine, BOTH))

    rotations = [asyncio.create_task(rotating()) for _ in range(2)]
    buyers = [await shop.buyer() for _ in range(BUYS)]
    key = await shop.vault_key()
    orders = [
        shop.order(sealedWalletKey=seal(key, buyer, new_reference()))
        if number % 2
        else shop.order(walletPrivateKey=str(buyer))
        for number, buyer in enumerate(buyers)
    ]
    await asyncio.gather(*(shop.bought(order) for order in orders))
    over.set()
    await asyncio.gather(*rotations)
    assert sum(each.moved for each in counts) >= BUYS // 2
    assert not any(each.unreadable for each in counts)


async def stored(shop: Shop, sealer: Sealer, kind: str) -> tuple[Keypair, dict[str, object]]:
    """A row of each kind, of a buy that no worker knows."""
    clock, keypair = SystemClock(), Keypair()
    job_id, wallet, reference = clock.new_id(), str(keypair.pubkey()), new_reference()
    row: dict[str, object] = {
        "job_id": job_id, "kind": kind, "wallet": wallet, "created_at": clock.now(),
    }  # fmt: skip
    match kind:
        case "service":
            sealed = sealer.seal(Secret(bytes(keypair)), job_id, wallet)
        case "client":
            sealed = sealer.seal_for(ForUser(USER, wallet, reference), Secret(bytes(keypair)))
            row |= {"user_id": USER, "reference": reference}
    if kind == "remote":
        row["signer_id"] = clock.new_id()
    else:
        row |= {"key_id": sealed.key_id, "ciphertext": sealed.ciphertext}
    async with shop.engine.begin() as connection:
        await connection.execute(insert(VAULT).values(row))
    return keypair, row


async def test_each_row_is_moved_once_and_the_old_key_can_go(old_shop: Shop) -> None:
    shop, old = old_shop, Sealer.from_text(public_key_of(OLD))
    made = [await stored(shop, old, kind) for kind in ("service", "client", "remote")]
    assert await rotate(shop.engine, BOTH) == Rotated(moved=2, remote=1)
    assert await rotate(shop.engine, BOTH) == Rotated(newest=2, remote=1)
    only_new = KeyRing.from_text(NEW)
    vault = Vault(shop.engine, only_new)
    for keypair, row in made:
        order = order_of(str(keypair.pubkey()), job_id=row["job_id"])
        opened = await vault.open(order)
        if isinstance(opened, Remote):
            assert opened.signer_id == row["signer_id"]
        else:
            assert isinstance(opened, Secret)
            assert opened.reveal() == bytes(keypair)
            with pytest.raises(Refused):
                await Vault(shop.engine, KeyRing.from_text(OLD)).open(order)
        await vault.forget(order.job_id)


async def test_what_cannot_be_opened_is_counted_and_left(old_shop: Shop) -> None:
    shop, foreign = old_shop, Sealer.from_text(public_key_of(new_private_key()))
    rows = [await stored(shop, foreign, "service")]
    rows.append(await stored(shop, Sealer.from_text(public_key_of(OLD)), "client"))
    mine = [VAULT.c.job_id == row["job_id"] for _, row in rows]
    async with shop.engine.begin() as connection:
        await connection.execute(update(VAULT).where(mine[1]).values(user_id="somebody else"))
        before = (await connection.execute(select(VAULT).order_by(VAULT.c.job_id))).all()
    assert await rotate(shop.engine, BOTH) == Rotated(unreadable=2)
    async with shop.engine.connect() as connection:
        after = (await connection.execute(select(VAULT).order_by(VAULT.c.job_id))).all()
    assert before == after
    for _, row in rows:
        await Vault(shop.engine, BOTH).forget(row["job_id"])  # type: ignore[arg-type]


def test_the_newest_key_stands_first_and_comments_are_skipped() -> None:
    ring = KeyRing.from_text(f"# of May\n  {NEW}\n\n{OLD}")
    assert ring.newest.public_key == Opener.from_text(NEW).public_key
    assert Opener.from_text(OLD).key_id in ring


@pytest.mark.parametrize("bad", [NEW[:-4], NEW + "A", "hello", NEW + " " + OLD])
def test_a_bad_line_is_named_by_its_number_only(bad: str) -> None:
    with pytest.raises(ValueError, match=r"line 2 of the vault's private keys") as caught:
        KeyRing.from_text(f"{OLD}\n{bad}")
    assert bad not in str(caught.value)
    assert caught.value.__context__ is None


def test_no_key_at_all_is_refused() -> None:
    with pytest.raises(ValueError, match="no key"):
        KeyRing.from_text("# nothing\n\n")

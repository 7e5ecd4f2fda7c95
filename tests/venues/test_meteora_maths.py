"""Our integers against the programs' own, over thousands of pools that hypothesis makes up."""

import struct
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from solders.account import Account
from solders.instruction import Instruction
from solders.keypair import Keypair
from solders.message import MessageV0
from solders.pubkey import Pubkey
from solders.transaction import VersionedTransaction
from solders.transaction_metadata import FailedTransactionMetadata

from buyqueue.mints import TOKEN_PROGRAM
from sandbox.solana.node import LocalNode
from streams.chain.accounts import WRAPPED_SOL, associated_token_account
from streams.platforms.meteora_damm_v2 import accounts as damm
from streams.platforms.meteora_damm_v2.instructions import swap as damm_swap
from streams.platforms.meteora_damm_v2.pricing import buy as damm_buy
from streams.platforms.meteora_dbc import accounts as dbc
from streams.platforms.meteora_dbc.instructions import Spend
from streams.platforms.meteora_dbc.instructions import swap as dbc_swap
from streams.platforms.meteora_dbc.pricing import buy as dbc_buy
from streams.platforms.meteora_dbc.pricing import room
from tests.venues.ground import SOL, Ground
from tests.venues.meteora_damm_v2 import Terms, open_pool, u128
from tests.venues.meteora_dbc import START, Launch, create_config, launch_coin
from tests.venues.programs import missing

CASES = 2_000
NEEDS = ("cp_amm", "dynamic_bonding_curve", "mpl_token_metadata")
PLENTY = 2**62
ENOUGH = (PLENTY, PLENTY)
TRY = settings(
    max_examples=CASES,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)
TOKENS = Pubkey.from_string(TOKEN_PROGRAM)


@dataclass
class Tried:
    """What a swap did to the buyer's two accounts."""

    out: int
    spent: int


@dataclass
class Table:
    """A chain and a buyer, whose accounts are written as each case wants them."""

    ground: Ground
    buyer: Keypair
    agreed: Counter[str] = field(default_factory=Counter)
    """Cases in which the program swapped, by venue."""

    def put(self, key: str, data: bytes, owner: Pubkey) -> None:
        account = Account(10 * SOL, data, owner)
        self.ground.chain.accounts.svm.set_account(Pubkey.from_string(key), account)

    def hold(self, key: str, mint: str, owner: Pubkey, amount: int) -> None:
        """Write a token account."""
        native = struct.pack("<IQ", 1, 2_039_280) if mint == WRAPPED_SOL else bytes(12)
        data = bytes(Pubkey.from_string(mint)) + bytes(owner) + struct.pack("<Q", amount)
        data += bytes(36) + b"\x01" + native + bytes(44)
        lamports = 2_039_280 + (amount if mint == WRAPPED_SOL else 0)
        account = Account(lamports, data, TOKENS)
        self.ground.chain.accounts.svm.set_account(Pubkey.from_string(key), account)

    def swap(self, instruction: Instruction, mint: str, lamports: int) -> Tried | str:
        """Answer what it did, or the program's logs if it refused."""
        svm, owner = self.ground.chain.accounts.svm, self.buyer.pubkey()
        wrapped = associated_token_account(str(owner), WRAPPED_SOL, TOKEN_PROGRAM)
        account = associated_token_account(str(owner), mint, TOKEN_PROGRAM)
        self.hold(wrapped, WRAPPED_SOL, owner, lamports)
        self.hold(account, mint, owner, 0)
        message = MessageV0.try_compile(owner, [instruction], [], svm.latest_blockhash())
        result = svm.simulate_transaction(VersionedTransaction(message, [self.buyer]))
        if isinstance(result, FailedTransactionMetadata):
            return "\n".join(result.meta().logs())
        after = {str(key): bytes(told.data) for key, told in result.post_accounts()}
        left, out = (int.from_bytes(after[key][64:72], "little") for key in (wrapped, account))
        return Tried(out, lamports - left)


@pytest.fixture(scope="module")
def table() -> Iterator[Table]:
    if why := missing(NEEDS):
        pytest.skip(why)
    ground = Ground(LocalNode(paused=True))
    ground.give(ground.maker.pubkey(), 100_000 * SOL)
    ground.load(NEEDS)
    buyer = Keypair()
    ground.give(buyer.pubkey(), 10 * SOL)
    yield Table(ground, buyer)
    ground.chain.close()


def scaled(lowest: int, highest: int) -> st.SearchStrategy[int]:
    """Numbers of any size between two powers of two."""
    return st.integers(lowest, highest - 1).flatmap(lambda n: st.integers(2**n, 2 ** (n + 1) - 1))


@pytest.fixture(scope="module", params=[False, True], ids=["sol second", "sol first"])
def pool(request: pytest.FixtureRequest, table: Table) -> tuple[str, str, bytes]:
    """A mint, its pool, and the pool's bytes as the program wrote them."""
    mint = open_pool(table.ground, Terms(sol_is_first=request.param))
    address = damm.pools_of(mint)[0]
    data = table.ground.data(Pubkey.from_string(address))
    opened = damm.pool_of(data)
    assert opened is not None
    for vault, token in zip(opened.vaults, opened.mints, strict=True):
        table.hold(vault, token, damm.POOL_AUTHORITY, PLENTY)
    return mint, address, data


@settings(TRY, max_examples=CASES * 11 // 20)
@given(
    root=scaled(45, 85),
    liquidity=scaled(80, 120),
    lamports=scaled(0, 45),
    fee=st.integers(100_000, 500_000_000),
    collects=st.sampled_from([damm.FEES_IN_BOTH, damm.FEES_IN_B, damm.COMPOUNDING]),
    amounts=st.tuples(scaled(10, 55), scaled(10, 55)),
)
def check_pool(
    table: Table,
    pool: tuple[str, str, bytes],
    root: int,
    liquidity: int,
    lamports: int,
    fee: int,
    collects: int,
    amounts: tuple[int, int],
) -> None:
    mint, address, opened = pool
    data = bytearray(opened)
    data[8:16] = struct.pack("<Q", fee)
    data[360:376], data[456:472] = u128(liquidity), u128(root)
    data[484] = collects
    # A concentrated pool keeps a count of what it holds, which no price depends on.
    data[680:696] = struct.pack("<QQ", *(amounts if collects == damm.COMPOUNDING else ENOUGH))
    table.put(address, bytes(data), damm.PROGRAM)
    read = damm.pool_of(bytes(data))
    assert read is not None
    wallet = str(table.buyer.pubkey())
    ours = damm_buy(read, lamports, fee)
    theirs = table.swap(
        damm_swap(wallet, address, read, TOKEN_PROGRAM, lamports, 0), mint, lamports
    )
    if isinstance(theirs, str):
        assert ours is None or not 0 < ours.out < PLENTY, theirs
        return
    assert ours is not None
    assert Tried(ours.out, lamports) == theirs
    table.agreed["damm v2"] += 1


def test_a_pool_gives_what_we_say(table: Table, pool: tuple[str, str, bytes]) -> None:
    """What both sides refuse proves little: most cases are swapped."""
    before = table.agreed["damm v2"]
    check_pool(table=table, pool=pool)
    assert table.agreed["damm v2"] - before >= CASES // 2


@pytest.fixture(scope="module")
def curve(table: Table) -> tuple[str, str, Launch]:
    launch = Launch("maths")
    create_config(table.ground, launch)
    mint = launch_coin(table.ground, launch)
    address = dbc.pool_address(str(launch.config.pubkey()), mint)
    return mint, address, launch


@TRY
@given(
    start=st.integers(START, START * 30),
    steps=st.lists(st.tuples(st.integers(101, 400), scaled(95, 112)), min_size=1, max_size=6),
    end=st.integers(1, 1_000),
    # Small ones for the rounding, and large ones that the curve cannot take whole.
    lamports=st.one_of(scaled(0, 42), scaled(34, 42)),
    fee=st.integers(2_500_000, 500_000_000),
    collects=st.sampled_from([0, 1]),
)
def check_curve(
    table: Table,
    curve: tuple[str, str, Launch],
    start: int,
    steps: list[tuple[int, int]],
    end: int,
    lamports: int,
    fee: int,
    collects: int,
) -> None:
    mint, address, launch = curve
    config = str(launch.config.pubkey())
    terms = bytearray(table.ground.data(launch.config.pubkey()))
    points, root = b"", start
    for percent, liquidity in steps:
        root = root * percent // 100
        points += u128(root) + u128(liquidity)
    last = start + 1 + (root - start - 1) * end // 1_000
    terms[104:112] = struct.pack("<Q", fee)
    terms[232] = collects
    terms[280:296] = u128(last)
    terms[408:1048] = points.ljust(640, b"\0")
    data = bytearray(table.ground.data(Pubkey.from_string(address)))
    data[232:248] = struct.pack("<QQ", PLENTY, 0)
    data[280:296] = u128(start)
    table.put(address, bytes(data), dbc.PROGRAM)
    read, agreed = dbc.pool_of(bytes(data)), dbc.config_of(bytes(terms))
    assert read is not None
    assert agreed is not None
    terms[264:272] = struct.pack("<Q", max(1, room(read, agreed)))
    table.put(config, bytes(terms), dbc.PROGRAM)
    table.hold(read.base_vault, mint, dbc.POOL_AUTHORITY, PLENTY)
    ours = dbc_buy(read, agreed, lamports, fee)
    spend = Spend(ours.lamports_in, partly=ours.lamports_in < lamports)
    wallet = str(table.buyer.pubkey())
    swap = dbc_swap(wallet, address, read, TOKEN_PROGRAM, spend, 0)
    theirs = table.swap(swap, mint, lamports)
    if isinstance(theirs, str):
        assert not 0 < ours.out < PLENTY, theirs
        return
    assert Tried(ours.out, ours.lamports_in) == theirs
    table.agreed["dbc"] += 1
    table.agreed["dbc, completed"] += spend.partly


def test_a_curve_gives_and_takes_what_we_say(table: Table, curve: tuple[str, str, Launch]) -> None:
    check_curve(table=table, curve=curve)
    assert table.agreed["dbc"] >= CASES
    assert table.agreed["dbc, completed"] > CASES // 10, table.agreed

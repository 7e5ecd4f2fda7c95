"""Commands for whoever buys: each asks a running service, by the same client as any program."""

from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

import typer

from buyq.client import RESULT, BuyClient, Order, Question
from buyq.ordering.asking import HERE, AsJson, TokenFile, Url, ask, checked, say, say_json
from buyq.ordering.showing import (
    event_line,
    item_line,
    message_line,
    quote_lines,
    status_lines,
)
from buyq.ordering.wallets import payer_of
from buyqueue.clock import SystemClock
from buyqueue.contract.shapes import JobStatus
from buyqueue.platforms import PlatformName

JobId = Annotated[UUID, typer.Argument(help="The job's id.", show_default=False)]
Mint = Annotated[str, typer.Argument(help="The token's mint.", show_default=False)]
Sol = Annotated[Decimal, typer.Argument(help="How much to buy for, in SOL.", show_default=False)]
Slippage = Annotated[Decimal | None, typer.Option(help="Percent; the service's own by default.")]
PriorityFee = Annotated[str | None, typer.Option(help="SOL, or `auto`.")]
MaxPriorityFee = Annotated[Decimal | None, typer.Option(help="SOL; beside `auto`.")]
Platform = Annotated[PlatformName | None, typer.Option(help="The venue; the best by default.")]
User = Annotated[str, typer.Option(help="Whose buy it is.", show_default=False)]
WalletFile = Annotated[
    Path | None,
    typer.Option(
        help="A keypair, as the Solana CLI writes it or in base 58; `-` reads standard input. It "
        "is sealed before it is sent.",
        show_default=False,
    ),
]
Signer = Annotated[UUID | None, typer.Option(help="A registered signer instead of a key.")]
Key = Annotated[str | None, typer.Option(help="The same order under the same key is taken once.")]
Watch = Annotated[bool, typer.Option("--watch", help="Follow it to its result.")]


def submit(
    mint: Mint,
    sol: Sol,
    user: User,
    wallet_file: WalletFile = None,
    signer: Signer = None,
    slippage: Slippage = None,
    priority_fee: PriorityFee = None,
    max_priority_fee: MaxPriorityFee = None,
    platform: Platform = None,
    idempotency_key: Key = None,
    url: Url = HERE,
    token_file: TokenFile = None,
    watch: Watch = False,
    as_json: AsJson = False,
) -> None:
    """Submit a buy; with --watch, exits with 1 unless it is completed."""
    payer = payer_of(wallet_file, signer)
    told = _question(mint, sol, slippage, priority_fee, max_priority_fee, platform)
    order = checked(Order, {**told, "userId": user})
    key = idempotency_key or str(SystemClock().new_id())

    async def work(client: BuyClient) -> int:
        started = await client.submit(order, payer, key)
        _tell(started.json_object(), [f"{started.job_id}  queued"], as_json=as_json)
        return await _watch(client, started.job_id, as_json=as_json) if watch else 0

    advice = f"It may be queued. The same command with --idempotency-key {key} is safe."
    raise typer.Exit(ask(url, token_file, work, as_json=as_json, advice=advice))


def quote(
    mint: Mint,
    sol: Sol,
    slippage: Slippage = None,
    priority_fee: PriorityFee = None,
    max_priority_fee: MaxPriorityFee = None,
    platform: Platform = None,
    wallet: Annotated[str | None, typer.Option(help="The address that would pay.")] = None,
    url: Url = HERE,
    token_file: TokenFile = None,
    as_json: AsJson = False,
) -> None:
    """Price a buy without buying."""
    told = _question(mint, sol, slippage, priority_fee, max_priority_fee, platform)
    question = checked(Question, told)
    found = ask(url, token_file, lambda one: one.quote(question, wallet), as_json=as_json)
    _tell(found.json_object(), quote_lines(found), as_json=as_json)


def status(
    job: JobId, url: Url = HERE, token_file: TokenFile = None, as_json: AsJson = False
) -> None:
    """Show how a buy stands."""
    found = ask(url, token_file, lambda client: client.status(job), as_json=as_json)
    _tell(found.json_object(), status_lines(found), as_json=as_json)


def cancel(
    job: JobId, url: Url = HERE, token_file: TokenFile = None, as_json: AsJson = False
) -> None:
    """Cancel a buy, while nothing is signed."""
    found = ask(url, token_file, lambda client: client.cancel(job), as_json=as_json)
    _tell(found.json_object(), [f"{found.status}: {found.message}"], as_json=as_json)


def watch(
    job: JobId, url: Url = HERE, token_file: TokenFile = None, as_json: AsJson = False
) -> None:
    """Show a buy from its beginning to its result, live; exits with 1 unless it is completed."""

    async def work(client: BuyClient) -> int:
        await client.status(job)  # says at once if there is no such job
        return await _watch(client, str(job), as_json=as_json)

    raise typer.Exit(ask(url, token_file, work, as_json=as_json))


def timeline(
    job: JobId, url: Url = HERE, token_file: TokenFile = None, as_json: AsJson = False
) -> None:
    """Show every event of a buy, the ignored ones with the reason."""

    async def work(client: BuyClient) -> None:
        after: int | None = None
        while True:
            page = await client.timeline(job, after)
            for event in page.events:
                _tell(event.json_object(), [event_line(event)], as_json=as_json)
            after = page.next_cursor
            if after is None:
                return

    ask(url, token_file, work, as_json=as_json)


def jobs(
    user: Annotated[str | None, typer.Option(help="Whose; one's own by default.")] = None,
    status: Annotated[JobStatus | None, typer.Option(help="Only these.")] = None,
    search: Annotated[
        str | None, typer.Option(help="The beginning of a job's id, a mint or a signature.")
    ] = None,
    limit: Annotated[int, typer.Option(min=1, max=100, help="At most so many.")] = 50,
    cursor: Annotated[str | None, typer.Option(help="The nextCursor of the page before.")] = None,
    url: Url = HERE,
    token_file: TokenFile = None,
    as_json: AsJson = False,
) -> None:
    """List jobs, newest first."""
    page = ask(
        url,
        token_file,
        lambda client: client.jobs(
            user_id=user, status=status, search=search, limit=limit, cursor=cursor
        ),
        as_json=as_json,
    )
    lines = [item_line(item) for item in page.jobs]
    more = [f"more: --cursor {page.next_cursor}"] if page.next_cursor else []
    _tell(page.json_object(), [*lines, *more], as_json=as_json)


async def _watch(client: BuyClient, job_id: str, *, as_json: bool) -> int:
    completed = False
    async with client.live_job(job_id) as live:
        async for message in live.of_job(job_id):
            told = {"event": message.name, "data": dict(message.wire)}
            _tell(told, [message_line(message)], as_json=as_json)
            completed = message.name == RESULT and message.wire["success"] is True
    return 0 if completed else 1


def _question(
    mint: str,
    sol: Decimal,
    slippage: Decimal | None,
    priority_fee: str | None,
    max_priority_fee: Decimal | None,
    platform: PlatformName | None,
) -> dict[str, Any]:
    return {
        "tokenAddress": mint, "buyAmount": sol, "slippage": slippage,
        "priorityFee": _fee(priority_fee), "maxPriorityFee": max_priority_fee,
        "platform": platform,
    }  # fmt: skip


def _fee(text: str | None) -> Decimal | str | None:
    if text is None or text == "auto":
        return text
    try:
        return Decimal(text)
    except ArithmeticError:
        raise typer.BadParameter("--priority-fee is a number of SOL, or auto") from None


def _tell(told: dict[str, Any], lines: list[str], *, as_json: bool) -> None:
    if as_json:
        say_json(told)
        return
    for line in lines:
        say(line)

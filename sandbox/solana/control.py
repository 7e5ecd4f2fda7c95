"""Turning the knobs over HTTP, for tests of another process: POST /control/...

POST   /control/faults   a rule (see `faults.Fault`)          -> {"id": n}
GET    /control/faults                                        -> {"n": rule}
DELETE /control/faults                                        all rules of this node
GET    /control/calls                                         -> {method: how often}
POST   /control/node     {"lag_slots", "healthy"}             this node's view
POST   /control/chain    {"paused", "slot_ms", "skip_rate", "price_floor", "max_per_block"}
POST   /control/advance  {"slots": n}                         -> the tip
POST   /control/fork     {"blocks": n, "requeue": bool}       -> the tip
"""

import json
from collections.abc import Awaitable, Callable
from dataclasses import asdict, fields
from typing import Any, Protocol

from aiohttp import web

from sandbox.solana.faults import fault_from
from sandbox.solana.ledger.chain import Chain
from sandbox.solana.ledger.knobs import Knobs
from sandbox.solana.view import View


class ChainControl(Protocol):
    """What the control endpoint needs from the node that owns the chain."""

    chain: Chain
    paused: bool

    def problem(self) -> str | None:
        """Say why the chain is dead; None while it lives."""


def routes(view: View, owner: ChainControl) -> list[web.RouteDef]:
    """Answer the control endpoints of one node."""

    async def add_fault(request: web.Request) -> web.Response:
        return web.json_response({"id": view.faults.add(fault_from(await request.json()))})

    async def list_faults(_request: web.Request) -> web.Response:
        return web.json_response({str(n): asdict(rule) for n, rule in view.faults.rules.items()})

    async def clear_faults(_request: web.Request) -> web.Response:
        view.faults.clear()
        return web.json_response({})

    async def list_calls(_request: web.Request) -> web.Response:
        return web.json_response(dict(view.calls))

    async def node(request: web.Request) -> web.Response:
        body = await request.json()
        view.lag_slots = int(body.get("lag_slots", view.lag_slots))
        view.healthy = bool(body.get("healthy", view.healthy))
        return web.json_response({"lag_slots": view.lag_slots, "healthy": view.healthy})

    async def chain(request: web.Request) -> web.Response:
        turn(owner, await request.json())
        return web.json_response({"paused": owner.paused} | asdict(owner.chain.knobs))

    async def advance(request: web.Request) -> web.Response:
        owner.chain.advance(int((await request.json()).get("slots", 1)))
        return _tip(owner)

    async def fork(request: web.Request) -> web.Response:
        body = await request.json()
        owner.chain.roll_back(int(body["blocks"]), requeue=bool(body.get("requeue", True)))
        return _tip(owner)

    return [
        web.post("/control/faults", _checked(add_fault)),
        web.get("/control/faults", list_faults),
        web.delete("/control/faults", clear_faults),
        web.get("/control/calls", list_calls),
        web.post("/control/node", _checked(node)),
        web.post("/control/chain", _checked(chain)),
        web.post("/control/advance", _checked(advance)),
        web.post("/control/fork", _checked(fork)),
    ]


def turn(owner: ChainControl, wanted: dict[str, Any]) -> None:
    """Set the named knobs.

    Raises ValueError for an unknown one.
    """
    known = {knob.name for knob in fields(Knobs)}
    if unknown := set(wanted) - known - {"paused"}:
        raise ValueError(f"unknown knobs: {sorted(unknown)}")
    for name in known & set(wanted):
        setattr(owner.chain.knobs, name, wanted[name])
    owner.paused = bool(wanted.get("paused", owner.paused))


def _tip(owner: ChainControl) -> web.Response:
    tip = owner.chain.tip
    return web.json_response({"slot": tip.slot, "height": tip.height})


Endpoint = Callable[[web.Request], Awaitable[web.Response]]


def _checked(endpoint: Endpoint) -> Endpoint:
    """Turn a bad body into a 400 that says what was wrong with it."""

    async def checked(request: web.Request) -> web.Response:
        try:
            return await endpoint(request)
        except (ValueError, TypeError, KeyError, json.JSONDecodeError) as error:
            return web.json_response({"error": str(error)}, status=400)

    return checked

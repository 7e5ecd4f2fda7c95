"""Making the router of settings: the worker buys by it, and the api quotes by it."""

import aiohttp

from buyqueue.clock import Clock
from buyqueue.settings import Settings
from streams.chain.nodes import Nodes
from streams.chain.tips import Tip
from streams.platforms.jupiter.api import JupiterApi
from streams.platforms.jupiter.build import JupiterBuild
from streams.platforms.jupiter.platform import JupiterPlatform
from streams.platforms.meteora_dbc.platform import MeteoraDbc
from streams.platforms.platform import Platform
from streams.platforms.raydium_amm_v4.platform import RaydiumAmmV4
from streams.platforms.router import Router
from streams.platforms.venues import VENUES


def tip_of(settings: Settings) -> Tip:
    """Answer what the settings give to senders."""
    return Tip(settings.tip_lamports, settings.tip_accounts)


def create_jupiter_api(
    settings: Settings, session: aiohttp.ClientSession, clock: Clock
) -> JupiterApi:
    """Answer Jupiter as the settings reach it."""
    key = settings.jupiter_api_key.get_secret_value() if settings.jupiter_api_key else None
    return JupiterApi(session, settings.jupiter_url, key, clock)


def create_router(
    settings: Settings, session: aiohttp.ClientSession, nodes: Nodes, clock: Clock
) -> Router:
    """Answer a router over every venue that is known, and Jupiter for the rest."""
    api, tip = create_jupiter_api(settings, session, clock), tip_of(settings)
    built = settings.jupiter_path == "build"
    jupiter: Platform = JupiterBuild(api, nodes, tip) if built else JupiterPlatform(api)
    markets = dict(pair.split(":") for pair in settings.raydium_amm_v4_markets)
    amm_v4 = RaydiumAmmV4(markets)
    venues = (*VENUES, MeteoraDbc(settings.meteora_dbc_configs), amm_v4)
    return Router(nodes, venues, jupiter, clock, tip)

"""Detection asks one question, however many venues and launchpads there are."""

import pytest
from pydantic import ValidationError
from solders.pubkey import Pubkey

from buyqueue.platforms import PLATFORMS
from buyqueue.settings import Settings
from streams.chain.nodes import MOST
from streams.chain.snapshot import CLOCK_SYSVAR
from streams.platforms.desk import wallet_addresses
from streams.platforms.meteora_dbc.platform import MeteoraDbc
from streams.platforms.venue import Target
from streams.platforms.venues import VENUES
from tests.controls.events import MINT, WALLET

LAUNCHPADS = [str(Pubkey.new_unique()) for _ in range(12)]


def test_all_that_detection_wants_to_see_fits_one_read() -> None:
    target = Target(WALLET, MINT)
    venues = (*VENUES, MeteoraDbc(LAUNCHPADS))
    keys = {key for venue in venues for key in venue.addresses(target)}
    assert len(keys | {CLOCK_SYSVAR, *wallet_addresses(WALLET, MINT)}) <= MOST


def test_more_launchpads_than_fit_are_refused_at_the_start() -> None:
    assert len(Settings(meteora_dbc_configs=tuple(LAUNCHPADS)).meteora_dbc_configs) == 12
    with pytest.raises(ValidationError):
        Settings(meteora_dbc_configs=(*LAUNCHPADS, LAUNCHPADS[0]))


def test_a_launchpad_that_is_no_address_is_refused_at_the_start() -> None:
    with pytest.raises(ValueError, match=r".+"):
        MeteoraDbc(("nonsense",))


def test_every_venue_can_be_named_by_a_caller() -> None:
    assert {venue.name for venue in (*VENUES, MeteoraDbc(()))} <= set(PLATFORMS)

"""The public shape of a quote; the units are those of `buyqueue.contract.shapes`."""

from buyqueue.contract.shapes import Shape


class QuotedFees(Shape):
    """What a buy costs beside its price."""

    network_lamports: str
    priority_lamports: str
    """At most."""
    rent_lamports: str
    """For accounts that the buy opens; a wallet gets it back when it closes them."""
    tip_lamports: str
    venue_percent: float
    """The venue's own fees together; they are within the price."""


class SeenVenue(Shape):
    """A place where the token was seen to trade."""

    platform: str
    pool: str
    standing: str
    """`open`, `migrating` or `closed`."""
    depth_lamports: str
    """The SOL side of its reserves."""
    reason: str


class QuoteView(Shape):
    """`data` of the quote route. A quote binds nobody: a price lasts as long as its block."""

    token_address: str
    buy_amount: float
    """SOL."""
    lamports: str
    slippage: float
    """Percent."""
    platform: str
    """The venue that would be bought from."""
    reason: str
    """Why this one."""
    expected_out: str
    """Base units of the token."""
    minimum_out: str
    """What the slippage allows at the least; base units."""
    price_impact: float | None = None
    """Percent by which the buy itself moves the price; absent where the venue does not say."""
    fees: QuotedFees
    candidates: tuple[SeenVenue, ...]
    """Every place where the token was seen to trade, the chosen one first."""

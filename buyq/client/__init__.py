"""A typed client of the public contract, as another program would use it.

It reads what the api answers with the api's own models, and knows nothing else of it.
"""

from buyq.client.client import BuyClient
from buyq.client.errors import ApiError, ClientError, Unreachable
from buyq.client.live import Live
from buyq.client.messages import CREATED, PROGRESS, RESULT, SIGN_REQUEST, Message
from buyq.client.orders import (
    Order,
    OwnWallet,
    Payer,
    PlainKey,
    Question,
    RegisteredSigner,
    SealedKey,
    WalletKey,
)

__all__ = [
    "CREATED",
    "PROGRESS",
    "RESULT",
    "SIGN_REQUEST",
    "ApiError",
    "BuyClient",
    "ClientError",
    "Live",
    "Message",
    "Order",
    "OwnWallet",
    "Payer",
    "PlainKey",
    "Question",
    "RegisteredSigner",
    "SealedKey",
    "Unreachable",
    "WalletKey",
]

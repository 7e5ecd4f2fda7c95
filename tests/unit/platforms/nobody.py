"""A node and a Jupiter that no test asks."""

from typing import Any, Final, NoReturn

from buyqueue.buy.state import Order
from buyqueue.rpc import RpcNode


class Silent(RpcNode):
    """Not to be asked."""

    def __init__(self) -> None:
        self.name = "silent"

    async def call(self, method: str, *params: Any) -> NoReturn:
        raise AssertionError(f"{method} {params}")


class Nobody:
    """Not to be asked either."""

    name = "jupiter"

    async def quote(self, order: Order) -> NoReturn:
        raise AssertionError(order)

    async def offer(self, order: Order) -> NoReturn:
        raise AssertionError(order)


NOBODY: Final = Nobody()

"""Starting the servers that were chosen."""

import dataclasses
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager

from tests.stack.choice import DATABASE, KAFKA, choose, forced
from tests.stack.containers import NoImages, containers, docker_answers
from tests.stack.embedded import embedded
from tests.stack.servers import Servers, Stack


@asynccontextmanager
async def servers(environment: Mapping[str, str]) -> AsyncIterator[Servers]:
    """Have servers for a while.

    Where Docker was not asked for by name and cannot get the images, the embedded ones run.
    """
    async with AsyncExitStack() as exits:
        match choose(environment, docker_answers):
            case "env":
                yield Servers("env", environment[KAFKA], environment[DATABASE])
            case "embedded":
                yield await exits.enter_async_context(embedded())
            case "testcontainers":
                try:
                    chosen = await exits.enter_async_context(containers())
                except NoImages as error:
                    if forced(environment):
                        raise
                    chosen = await exits.enter_async_context(embedded())
                    chosen = dataclasses.replace(chosen, note=str(error))
                yield chosen


@asynccontextmanager
async def running_stack(environment: Mapping[str, str]) -> AsyncIterator[Stack]:
    """Have a stack with an empty database; databases made on it are dropped at the end."""
    async with servers(environment) as running:
        stack = Stack(running)
        stack.database_url = await stack.fresh_database()
        try:
            yield stack
        finally:
            await stack.drop_databases()

"""The routes about the service itself, described."""

from typing import Final

from api.openapi.answers import Connections, Document, Health, Index, Live, Ready
from api.openapi.operation import Operation

SYSTEM: Final = (
    Operation(
        method="get",
        path="/",
        name="getIndex",
        summary="Find the routes",
        tag="system",
        description="A browser that asks for HTML gets the page.",
        answers={200: ("The routes", Index)},
        page=True,
    ),
    Operation(
        method="get",
        path="/openapi.json",
        name="getDocument",
        summary="Read this document",
        tag="system",
        answers={200: ("OpenAPI 3.1", Document)},
    ),
    Operation(
        method="get",
        path="/health/live",
        name="getLive",
        summary="Ask whether the process answers",
        tag="system",
        answers={200: ("It does", Live)},
    ),
    Operation(
        method="get",
        path="/health/ready",
        name="getReady",
        summary="Ask whether a buy could be taken and followed now",
        tag="system",
        answers={200: ("It could", Ready), 503: ("It could not, and why", Ready)},
    ),
    Operation(
        method="get",
        path="/api/cto/health",
        name="getHealth",
        summary="Ask for the general health",
        tag="system",
        answers={200: ("All is well", Health), 503: ("Something is not", Health)},
    ),
    Operation(
        method="get",
        path="/api/cto/debug/connections",
        name="getConnections",
        summary="Count the open sockets",
        description="Served only where `DEBUG_ROUTES` is on.",
        tag="system",
        answers={200: ("The figures of this process", Connections)},
        debug=True,
    ),
)

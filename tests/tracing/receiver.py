"""A collector on loopback: takes OTLP over HTTP, and keeps what came, decoded and as it came."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from aiohttp import web
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)
from opentelemetry.proto.common.v1.common_pb2 import AnyValue


@dataclass(frozen=True)
class Seen:
    """A span as a collector has it."""

    service: str
    name: str
    kind: int
    trace_id: str
    span_id: str
    parent_id: str
    links: tuple[str, ...]
    """Ids of spans."""
    attributes: Mapping[str, str | int | bool]
    failed: bool
    began_ns: int
    ended_ns: int


@dataclass
class Receiver:
    """What has come. `kept`, where there is one, is a file with every byte of it."""

    url: str = ""
    kept: Path | None = None
    spans: list[Seen] = field(default_factory=list)
    headers: list[Mapping[str, str]] = field(default_factory=list)
    raw: bytearray = field(default_factory=bytearray)

    def named(self, name: str) -> list[Seen]:
        return [span for span in self.spans if span.name == name]

    async def take(self, request: web.Request) -> web.Response:
        body = await request.read()
        self.headers.append(dict(request.headers))
        if self.kept:
            with self.kept.open("ab") as file:
                file.write(body)
        else:
            self.raw += body
            self.spans += decoded(body)
        answer = ExportTraceServiceResponse().SerializeToString()
        return web.Response(body=answer, content_type="application/x-protobuf")


def decoded(body: bytes) -> list[Seen]:
    """Read a request to export."""
    return [
        Seen(
            service=str(_plain(resource.resource.attributes).get("service.name")),
            name=span.name,
            kind=span.kind,
            trace_id=span.trace_id.hex(),
            span_id=span.span_id.hex(),
            parent_id=span.parent_span_id.hex(),
            links=tuple(link.span_id.hex() for link in span.links),
            attributes=_plain(span.attributes),
            failed=span.status.code == 2,
            began_ns=span.start_time_unix_nano,
            ended_ns=span.end_time_unix_nano,
        )
        for resource in ExportTraceServiceRequest.FromString(body).resource_spans
        for scope in resource.scope_spans
        for span in scope.spans
    ]


def _plain(attributes: object) -> dict[str, str | int | bool]:
    return {one.key: _value(one.value) for one in attributes}  # type: ignore[attr-defined]


def _value(value: AnyValue) -> str | int | bool:
    found: str | int | bool = getattr(value, value.WhichOneof("value") or "string_value")
    return found


@asynccontextmanager
async def receiving(kept: Path | None = None) -> AsyncIterator[Receiver]:
    """Have a collector for a while; with a file, it keeps the bytes there and decodes none."""
    receiver = Receiver(kept=kept)
    app = web.Application(client_max_size=1 << 26)
    app.add_routes([web.post("/v1/traces", receiver.take)])
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        receiver.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        yield receiver
    finally:
        await runner.cleanup()

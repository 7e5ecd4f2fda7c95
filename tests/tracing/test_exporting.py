"""Where spans go, by the standard variables; and what it costs where nobody takes them."""

import time

import pytest
from opentelemetry.trace import SpanKind
from pydantic import SecretStr, ValidationError

from buyqueue.clock import SystemClock
from buyqueue.settings import Settings
from buyqueue.tracing.exporting import FLUSH_S, traced
from buyqueue.tracing.settings import SamplerName
from buyqueue.tracing.spans import OFF
from tests.tracing.receiver import receiving

COLLECTOR = "http://127.0.0.1:9"


@pytest.mark.parametrize(
    ("told", "url"),
    [
        ({}, None),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": ""}, None),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": COLLECTOR}, f"{COLLECTOR}/v1/traces"),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": f"{COLLECTOR}/x/"}, f"{COLLECTOR}/x/v1/traces"),
        ({"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": f"{COLLECTOR}/x"}, f"{COLLECTOR}/x"),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": COLLECTOR, "OTEL_SDK_DISABLED": "true"}, None),
    ],
)
def test_the_address_is_made_as_the_standard_says(
    monkeypatch: pytest.MonkeyPatch, told: dict[str, str], url: str | None
) -> None:
    for name, value in told.items():
        monkeypatch.setenv(name, value)
    assert url == Settings(_env_file=None).traces_url


def test_headers_are_a_secret_and_percent_decoded() -> None:
    settings = Settings(
        _env_file=None, otel_exporter_otlp_headers=SecretStr("Authorization=Basic%20abc=, x-a=b,")
    )
    assert {"authorization": "Basic abc=", "x-a": "b"} == settings.traces_headers
    assert "abc" not in repr(settings)


def test_a_sampler_that_there_is_none_of_is_refused() -> None:
    with pytest.raises(ValidationError):
        Settings.model_validate({"otel_traces_sampler": "mostly"})


async def test_without_a_collector_nothing_is_traced() -> None:
    async with traced(Settings(_env_file=None), "worker", "worker/1", SystemClock()) as spans:
        assert spans is OFF


@pytest.mark.parametrize(
    ("sampler", "arg", "came"),
    [("always_on", 0.0, 1), ("always_off", 1.0, 0), ("parentbased_traceidratio", 0.0, 0),
     ("traceidratio", 1.0, 1)],
)  # fmt: skip
async def test_the_sampler_decides_and_the_last_spans_are_sent_at_the_end(
    sampler: SamplerName, arg: float, came: int
) -> None:
    async with receiving() as collector:
        settings = Settings(
            _env_file=None, otel_exporter_otlp_endpoint=collector.url,
            otel_traces_sampler=sampler, otel_traces_sampler_arg=arg, otel_service_name="mine",
        )  # fmt: skip
        async with traced(settings, "worker", "worker/1", SystemClock()) as spans:
            with spans.begin("step", SpanKind.INTERNAL, {}):
                pass
        assert ["mine"] * came == [span.service for span in collector.spans]


async def test_a_collector_that_is_away_keeps_no_process_from_ending() -> None:
    settings = Settings(_env_file=None, otel_exporter_otlp_endpoint=COLLECTOR)
    async with traced(settings, "worker", "worker/1", SystemClock()) as spans:
        with spans.begin("step", SpanKind.INTERNAL, {}):
            pass
        began = time.monotonic()
    assert time.monotonic() - began < FLUSH_S + 8

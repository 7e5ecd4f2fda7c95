"""Where traces go: OpenTelemetry's own variables, and what is made of them."""

from typing import Literal
from urllib.parse import unquote

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

SamplerName = Literal[
    "always_on",
    "always_off",
    "traceidratio",
    "parentbased_always_on",
    "parentbased_always_off",
    "parentbased_traceidratio",
]


class TracingSettings(BaseSettings):
    """Names are the environment variables, in lower case; a part of `Settings`."""

    model_config = SettingsConfigDict(frozen=True, hide_input_in_errors=True)

    otel_exporter_otlp_endpoint: str | None = None
    """A collector's address for OTLP over HTTP, without `/v1/traces`; unset: nothing is traced."""
    otel_exporter_otlp_traces_endpoint: str | None = None
    """The whole address, where it is another one."""
    otel_exporter_otlp_headers: SecretStr | None = None
    """What the collector wants to see: `name=value`, separated by commas, percent-encoded."""
    otel_service_name: str | None = None
    """Unset: `buyq-api`, `buyq-worker`, `buyq-projector`."""
    otel_traces_sampler: SamplerName = "parentbased_always_on"
    """NB: the `parentbased` ones let whoever may send a `traceparent` decide."""
    otel_traces_sampler_arg: float = Field(default=1.0, ge=0, le=1)
    """The share of traces that a `traceidratio` keeps."""
    otel_sdk_disabled: bool = False

    @field_validator(
        "otel_exporter_otlp_endpoint",
        "otel_exporter_otlp_traces_endpoint",
        "otel_exporter_otlp_headers",
        "otel_service_name",
        mode="before",
    )
    @classmethod
    def _unset_where_empty(cls, value: object) -> object:
        return None if value == "" else value

    @property
    def traces_url(self) -> str | None:
        """Where spans are posted; None if tracing is off."""
        if self.otel_sdk_disabled:
            return None
        if self.otel_exporter_otlp_traces_endpoint:
            return self.otel_exporter_otlp_traces_endpoint
        base = self.otel_exporter_otlp_endpoint
        return f"{base.rstrip('/')}/v1/traces" if base else None

    @property
    def traces_headers(self) -> dict[str, str]:
        """What each post carries."""
        told = self.otel_exporter_otlp_headers
        pairs = (part.partition("=") for part in told.get_secret_value().split(",")) if told else ()
        return {name.strip().lower(): unquote(value.strip()) for name, _, value in pairs if name}

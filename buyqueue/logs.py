"""Structured logs: an event name and keys; pretty on a terminal, JSON otherwise."""

import logging
import sys

import structlog
from opentelemetry.trace import get_current_span

from buyqueue.settings import Settings


def configure_logging(settings: Settings, process: str) -> None:
    """Set up logging for a process. Call once, first."""
    as_json = settings.log_json if settings.log_json is not None else not sys.stderr.isatty()
    renderer: structlog.typing.Processor = (
        structlog.processors.JSONRenderer() if as_json else structlog.dev.ConsoleRenderer()
    )
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        name_span,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=shared,
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
    )
    out = logging.StreamHandler(sys.stderr)
    out.setFormatter(formatter)
    root = logging.getLogger()
    root.handlers[:] = [out]
    root.setLevel(settings.log_level)
    # A broker outage makes these write thousands of lines a second (measured): errors only.
    for name in ("faust", "mode", "aiokafka", "aiohttp.access", "httpx", "httpcore"):
        logging.getLogger(name).setLevel(logging.ERROR)
    structlog.contextvars.bind_contextvars(process=process)


def name_span(
    _logger: object, _level: str, line: structlog.typing.EventDict
) -> structlog.typing.EventDict:
    """Add `trace_id` and `span_id` to a line that is written within a span."""
    context = get_current_span().get_span_context()
    if context.is_valid:
        line["trace_id"] = f"{context.trace_id:032x}"
        line["span_id"] = f"{context.span_id:016x}"
    return line


def get_logger(name: str) -> structlog.stdlib.BoundLogger:
    """Answer a logger; call it with an event name and keys: `log.info("buy.signed", job_id=…)`."""
    logger: structlog.stdlib.BoundLogger = structlog.get_logger(name)
    return logger

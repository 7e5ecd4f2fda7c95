"""One route as the document describes it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel

from api.openapi.refusal import Refusal
from buyqueue.errors import Code


@dataclass(frozen=True, slots=True)
class Refused:
    """A status that says no, with the codes it may carry."""

    why: str
    codes: tuple[Code, ...]
    model: type[Refusal] = Refusal
    headers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """A method on a path: what it takes, and everything that it may answer."""

    method: str
    path: str
    name: str
    summary: str
    tag: str
    description: str = ""
    answers: Mapping[int, tuple[str, type[BaseModel]]]
    """For each status what it means, and what it carries."""
    media: str = "application/json"
    """What the answers are written in."""
    refusals: Mapping[int, Refused] = field(default_factory=dict)
    parameters: tuple[str, ...] = ()
    """Names of `components.parameters`, beside those that every route takes."""
    body: type[BaseModel] | None = None
    links: Mapping[int, Mapping[str, Any]] = field(default_factory=dict)
    """For each status what may be asked next."""
    page: bool = False
    """Whether a browser that asks for HTML is answered with a page instead."""
    debug: bool = False
    """Served only where debug routes are on."""

"""Which servers tests run on."""

from collections.abc import Callable, Mapping
from typing import Literal

Kind = Literal["env", "testcontainers", "embedded"]
KAFKA = "BUYQ_TEST_KAFKA"
DATABASE = "BUYQ_TEST_DATABASE_URL"
FORCED = "BUYQ_TEST_STACK"


class BadChoice(Exception):
    """The environment asks for something that cannot be."""


def forced(environment: Mapping[str, str]) -> Kind | None:
    """Read what BUYQ_TEST_STACK forces; BadChoice for a word we do not know."""
    match environment.get(FORCED, ""):
        case "":
            return None
        case "env" | "testcontainers" | "embedded" as kind:
            return kind
        case other:
            raise BadChoice(f"{FORCED}={other}: it may be env, testcontainers or embedded")


def choose(environment: Mapping[str, str], docker_answers: Callable[[], bool]) -> Kind:
    """Choose: what is forced, else a running stack that is named, else Docker, else embedded."""
    kind = forced(environment)
    named = [name for name in (KAFKA, DATABASE) if environment.get(name)]
    if kind not in (None, "env"):
        return kind
    if len(named) == 1 or (kind == "env" and not named):
        raise BadChoice(f"a running stack needs both {KAFKA} and {DATABASE}")
    if named:
        return "env"
    return "testcontainers" if docker_answers() else "embedded"

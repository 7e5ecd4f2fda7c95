"""Registered remote signers: which kinds there are, and what is written down of each. Pure.

NB: a configuration has no field for a secret, so none can be stored by mistake. What opens the
signers' own services is told to the worker by its settings.
"""

from collections.abc import Mapping
from typing import Annotated, Any, Final

from pydantic import BaseModel, ConfigDict, StringConstraints, ValidationError
from pydantic.alias_generators import to_camel

PlainName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$")]
"""No slash and no leading dot: it can name nothing outside of its folder or mount."""


class _Config(BaseModel):
    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        alias_generator=to_camel,
        validate_by_name=True,
        hide_input_in_errors=True,
    )


class MemoryConfig(_Config):
    """For development: a Solana CLI keypair file in the worker's SIGNER_KEYS_DIR."""

    file: PlainName


class TransitConfig(_Config):
    """An ed25519 key of HashiCorp Vault's transit engine at SIGNER_VAULT_URL."""

    key_name: PlainName


CONFIGS: Final[Mapping[str, type[_Config]]] = {"memory": MemoryConfig, "vault": TransitConfig}


def config_of(kind: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """Check a signer's configuration and answer it JSON-ready, in camelCase.

    Raises ValueError, which never repeats a value: somebody may have pasted a secret.
    """
    if kind not in CONFIGS:
        raise ValueError(f"the kind must be one of: {', '.join(CONFIGS)}")
    problem: str | None = None
    try:
        return CONFIGS[kind].model_validate(dict(values)).model_dump(by_alias=True)
    except ValidationError as error:
        known = ", ".join(CONFIGS[kind].model_json_schema()["properties"])
        problem = f"{error.errors()[0]['msg']}; a {kind} signer has: {known}"
    raise ValueError(problem)

"""The published JSON Schema of the policy file: what editors complete and check while one types."""

from __future__ import annotations

from typing import Any, cast

from pydantic.json_schema import GenerateJsonSchema, JsonSchemaWarningKind

from bot.core.model.policy import Policy


class _Generator(GenerateJsonSchema):
    def emit_warning(self, kind: JsonSchemaWarningKind, detail: str) -> None:
        """Silence: it would say that JSON cannot hold exact ratios, whose defaults are published as text instead."""


def policy_schema() -> dict[str, Any]:
    """JSON Schema 2020-12 of ``.github/covgate.yml``; ``docs/policy.schema.json`` holds its text."""
    schema = Policy.model_json_schema(by_alias=True, schema_generator=_Generator)
    schema["required"] = ["version"]  # the models give a default to code, not to files
    described = cast("dict[str, Any]", _tidied(schema))
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **described,
        "title": "covgate policy",
        "description": "The rules by which covgate judges a pull request: .github/covgate.yml",
    }


def _tidied(part: object, *, names: bool = False) -> object:
    """*part* without the titles and docstring markup that pydantic writes; below *names*, keys are the user's."""
    if isinstance(part, list):
        return [_tidied(item) for item in cast("list[object]", part)]
    if not isinstance(part, dict):
        return part
    tidy: dict[str, object] = {}
    for key, value in cast("dict[str, object]", part).items():
        if names or key not in {"title", "description"}:
            tidy[key] = _tidied(value, names=not names and key in {"properties", "$defs"})
        elif key == "description":
            tidy[key] = " ".join(str(value).replace("``", "`").replace("*", "").split())
    return tidy

"""The copy of GitHub's description holds facts alone, and all that they refer to."""

from __future__ import annotations

from typing import Any

import pytest

from bot.sandbox import openapi
from tests.tools.trim_openapi import OPERATIONS, VERSION, facts, trim


def test_prose_goes_and_properties_of_that_name_stay() -> None:
    """A field called ``description`` is a fact; a description of a field is not."""
    schema = {
        "type": "object",
        "title": "Check",
        "description": "A check.",
        "x-internal": True,
        "properties": {"description": {"type": "string", "example": "x", "description": "What it says"}},
    }
    assert facts(schema) == {"type": "object", "properties": {"description": {"type": "string"}}}


def test_null_is_among_what_may_be_null() -> None:
    """GitHub's lists of values leave it out where a field is nullable."""
    assert facts({"nullable": True, "enum": ["a"]})["enum"] == ["a", None]
    assert facts({"enum": ["a"]})["enum"] == ["a"]


def test_references_are_followed_through_components() -> None:
    """What is not reached is left out; refusals are not kept; an operation that is not there is an error."""
    answer = {"description": "ok", "content": {"application/json": {"schema": {"$ref": "#/components/schemas/a"}}}}
    operation = {"summary": "s", "responses": {"200": answer, "404": {"$ref": "#/components/responses/none"}}}
    whole: dict[str, Any] = {
        "openapi": "3.0.3",
        "paths": {path: dict.fromkeys(methods, operation) for path, methods in OPERATIONS.items()},
        "components": {
            "schemas": {
                "a": {"properties": {"b": {"$ref": "#/components/schemas/b"}}},
                "b": {"type": "string"},
                "c": {"type": "string"},
            }
        },
    }
    cut = trim(whole)
    assert set(cut["components"]["schemas"]) == {"a", "b"}
    assert list(cut["paths"]["/app"]["get"]["responses"]) == ["200"]
    del whole["paths"]["/app"]
    with pytest.raises(KeyError):
        trim(whole)


def test_the_copy_is_of_the_version_that_the_script_names() -> None:
    """Made by this script, from that package."""
    described = openapi.description()
    assert described["info"]["version"] == VERSION
    assert {path: set(item) for path, item in described["paths"].items()} == {
        path: set(methods) for path, methods in OPERATIONS.items()
    }

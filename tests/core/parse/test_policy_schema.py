"""The published JSON Schema says what the parser does, and the repository holds its text."""

import json
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from jsonschema.protocols import Validator

from bot.core.model.errors import PolicyError
from bot.core.model.policy import Policy, Section, duration, percentage
from bot.core.parse.policy import parse_policy
from bot.core.parse.policy_schema import policy_schema

ROOT = Path(__file__).parents[3]


@pytest.fixture
def schema() -> Validator:
    document = policy_schema()
    jsonschema.Draft202012Validator.check_schema(document)
    return jsonschema.Draft202012Validator(document)


def test_the_repository_holds_the_schema_that_the_models_make():
    """Editors read the committed file: `docs/policy.schema.json` is `policy_schema()`, written out."""
    written = (ROOT / "docs" / "policy.schema.json").read_text()
    assert written == json.dumps(policy_schema(), indent=2) + "\n"


@pytest.mark.parametrize(
    "text",
    [
        "version: 1",
        "version: 1\ncoverage: {project: {target: 95%, max_drop: 0.5%}, patch: {max_missed_lines: null}}",
        "version: 1\ncoverage: {project: {target: 99.95}, ignore: ['docs/**']}",
        "version: 1\nevidence: {workflows: auto, deadline: 15m}",
        "version: 1\nevidence: {workflows: [ci.yml], artifacts: ['*']}",
        "version: 1\ncoverage: {bases: {'release/*': {patch: {target: 90%}}}}",
        "version: 1\nbenchmarks: {limits: ['A time < 5ms'], renamed: {Old: New}}",
    ],
)
def test_a_good_policy_satisfies_the_schema(text: str, schema: Validator):
    """What the parser takes, the schema takes."""
    assert parse_policy(text.encode())
    schema.validate(yaml.safe_load(text))


@pytest.mark.parametrize(
    "text",
    [
        "mode: report",
        "version: 2",
        "version: 1\nmode: strict",
        "version: 1\ncovrage: {}",
        "version: 1\ncoverage: {project: {target: lots}}",
        "version: 1\ncoverage: {components: [{name: a}]}",
        "version: 1\nevidence: {artifacts: []}",
        "version: 1\nevidence: {deadline: soon}",
        "version: 1\nlint: {max_new: -1}",
    ],
)
def test_a_bad_policy_does_not(text: str, schema: Validator):
    """What the parser refuses, the schema refuses."""
    with pytest.raises(PolicyError):
        parse_policy(text.encode())
    assert not schema.is_valid(yaml.safe_load(text))


def published(section: type[Section], schema: dict[str, Any]) -> Iterator[tuple[object, object]]:
    """(default in the code, default in the schema) of every exact ratio and duration."""
    for name, field in section.model_fields.items():
        default = field.get_default(call_default_factory=True)
        written = schema["properties"][field.alias or name].get("default")
        if isinstance(default, Fraction):
            yield default, percentage(written)
        elif name == "deadline":
            yield default, duration(written)
        elif isinstance(default, Section):
            reference = schema["properties"][name]["$ref"].rsplit("/", 1)[-1]
            yield from published(type(default), policy_schema()["$defs"][reference])


def test_every_published_default_is_the_one_in_force():
    """Exact ratios are published as text beside the code's own value: both say the same."""
    pairs = list(published(Policy, policy_schema()))
    assert len(pairs) == 5
    assert all(code == text for code, text in pairs)


def test_every_key_is_documented():
    """`docs/policy.md` names every key of every section."""
    text = (ROOT / "docs" / "policy.md").read_text()
    schema = policy_schema()
    keys = {key for part in [schema, *schema["$defs"].values()] for key in part.get("properties", {})}
    assert {key for key in keys if f"`{key}`" not in text and f"{key}:" not in text} == set()


def test_the_documented_examples_are_good_policies():
    """Every whole YAML example of `docs/policy.md` is read without a complaint."""
    blocks = (ROOT / "docs" / "policy.md").read_text().split("```yaml\n")[1:]
    examples = [block.split("```")[0] for block in blocks]
    assert sum("version: 1" in example for example in examples) >= 2
    for example in examples:
        whole = example if "version: 1" in example else f"version: 1\n{example}"
        assert parse_policy(whole.encode())

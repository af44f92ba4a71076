"""Makes ``bot/sandbox/openapi.json.gz`` from GitHub's own OpenAPI description (npm ``@octokit/openapi``, MIT).

The description is cut to the operations below, to the components that they reach, and to facts: no prose, no examples.

    npm pack @octokit/openapi@23.0.2          # 29 MB, once
    python tests/tools/trim_openapi.py octokit-openapi-23.0.2.tgz bot/sandbox/openapi.json.gz
"""

from __future__ import annotations

import gzip
import json
import sys
import tarfile
from pathlib import Path
from typing import Any

VERSION = "23.0.2"
MEMBER = "package/generated/api.github.com.json"
METHODS = ("get", "post", "put", "patch", "delete")
REPO = "/repos/{owner}/{repo}"

OPERATIONS: dict[str, tuple[str, ...]] = {
    "/app": ("get",),
    "/app-manifests/{code}/conversions": ("post",),
    "/app/hook/config": ("get",),
    "/app/hook/deliveries": ("get",),
    "/app/hook/deliveries/{delivery_id}": ("get",),
    "/app/hook/deliveries/{delivery_id}/attempts": ("post",),
    "/app/installations": ("get",),
    "/app/installations/{installation_id}": ("get",),
    "/app/installations/{installation_id}/access_tokens": ("post",),
    "/installation/repositories": ("get",),
    "/rate_limit": ("get",),
    REPO: ("get",),
    f"{REPO}/actions/artifacts": ("get",),
    f"{REPO}/actions/artifacts/{{artifact_id}}": ("get",),
    f"{REPO}/actions/artifacts/{{artifact_id}}/{{archive_format}}": ("get",),
    f"{REPO}/actions/runs": ("get",),
    f"{REPO}/actions/runs/{{run_id}}": ("get",),
    f"{REPO}/actions/runs/{{run_id}}/artifacts": ("get",),
    f"{REPO}/actions/runs/{{run_id}}/attempts/{{attempt_number}}": ("get",),
    f"{REPO}/actions/runs/{{run_id}}/attempts/{{attempt_number}}/jobs": ("get",),
    f"{REPO}/actions/runs/{{run_id}}/jobs": ("get",),
    f"{REPO}/branches/{{branch}}": ("get",),
    f"{REPO}/check-runs": ("post",),
    f"{REPO}/check-runs/{{check_run_id}}": ("get", "patch"),
    f"{REPO}/check-runs/{{check_run_id}}/annotations": ("get",),
    f"{REPO}/check-suites/{{check_suite_id}}": ("get",),
    f"{REPO}/check-suites/{{check_suite_id}}/check-runs": ("get",),
    f"{REPO}/collaborators/{{username}}/permission": ("get",),
    f"{REPO}/commits": ("get",),
    f"{REPO}/commits/{{commit_sha}}/pulls": ("get",),
    f"{REPO}/commits/{{ref}}": ("get",),
    f"{REPO}/commits/{{ref}}/check-runs": ("get",),
    f"{REPO}/commits/{{ref}}/check-suites": ("get",),
    f"{REPO}/compare/{{basehead}}": ("get",),
    f"{REPO}/contents/{{path}}": ("get",),
    f"{REPO}/git/commits/{{commit_sha}}": ("get",),
    f"{REPO}/git/ref/{{ref}}": ("get",),
    f"{REPO}/git/trees/{{tree_sha}}": ("get",),
    f"{REPO}/installation": ("get",),
    f"{REPO}/issues/comments/{{comment_id}}": ("get", "patch", "delete"),
    f"{REPO}/issues/comments/{{comment_id}}/reactions": ("get", "post"),
    f"{REPO}/issues/{{issue_number}}/comments": ("get", "post"),
    f"{REPO}/pulls": ("get",),
    f"{REPO}/pulls/{{pull_number}}": ("get",),
    f"{REPO}/pulls/{{pull_number}}/commits": ("get",),
    f"{REPO}/pulls/{{pull_number}}/files": ("get",),
}

PROSE = frozenset(
    {
        "callbacks",
        "description",
        "discriminator",  # GitHub names one that lists cannot have, which judges then miss
        "example",
        "examples",
        "externalDocs",
        "summary",
        "tags",
        "title",
    }
)
NAMED = frozenset({"properties", "patternProperties", "schemas", "parameters", "responses", "headers", "content"})


def facts(node: Any, *, names: bool = False) -> Any:
    """*node* without prose. With *names* the keys of *node* are names of things and all stay."""
    if isinstance(node, list):
        return [facts(item) for item in node]
    if not isinstance(node, dict):
        return node
    kept: dict[str, Any] = {}
    for key, value in node.items():
        if not names and (key in PROSE or key.startswith("x-")):
            continue
        kept[key] = facts(value, names=not names and key in NAMED)
    if not names and node.get("nullable") and "enum" in node and None not in node["enum"]:
        kept["enum"] = [*node["enum"], None]  # GitHub says null there all the same
    if not names and "content" in node and "description" in node:
        kept["description"] = ""  # OpenAPI demands one of a response
    return kept


def trimmed_operation(operation: dict[str, Any]) -> dict[str, Any]:
    """*operation* with the responses of success alone; what the sandbox refuses with is not described there."""
    answers = {code: answer for code, answer in operation["responses"].items() if code[0] in "23"}
    kept = facts({**operation, "responses": answers})
    for answer in kept["responses"].values():
        if "$ref" not in answer:
            answer["description"] = ""
    return kept


def references(node: Any) -> set[str]:
    """Every ``#/components/...`` that *node* points to."""
    if isinstance(node, list):
        return set().union(*map(references, node)) if node else set()
    if not isinstance(node, dict):
        return set()
    found = {node["$ref"]} if isinstance(node.get("$ref"), str) else set()
    return found.union(*map(references, node.values()))


def trim(whole: dict[str, Any]) -> dict[str, Any]:
    """*whole* cut to ``OPERATIONS``; an operation that the description does not know is a ``KeyError``."""
    paths: dict[str, Any] = {}
    for path, methods in sorted(OPERATIONS.items()):
        source = whole["paths"][path]
        paths[path] = {method: trimmed_operation(source[method]) for method in methods}
    components: dict[str, dict[str, Any]] = {}
    wanted, seen = references(paths), set[str]()
    while wanted - seen:
        reference = min(wanted - seen)
        seen.add(reference)
        _, _, kind, name = reference.split("/")
        component = facts(whole["components"][kind][name])
        if kind in ("responses", "headers"):
            component["description"] = ""
        components.setdefault(kind, {})[name] = component
        wanted |= references(component)
    return {
        "openapi": whole["openapi"],
        "info": {"title": "GitHub REST API, cut to what covgate calls", "version": VERSION, "license": {"name": "MIT"}},
        "servers": [{"url": "https://api.github.com"}],
        "paths": paths,
        "components": {kind: dict(sorted(named.items())) for kind, named in sorted(components.items())},
    }


def main(archive: Path, target: Path) -> None:
    with tarfile.open(archive) as package:
        member = package.extractfile(MEMBER)
        if member is None:
            raise SystemExit(f"{archive}: no {MEMBER} inside")
        whole = json.load(member)
    text = json.dumps(trim(whole), separators=(",", ":"), sort_keys=True).encode()
    target.write_bytes(gzip.compress(text, compresslevel=9, mtime=0))
    print(f"{target}: {len(text)} bytes, {target.stat().st_size} packed, {len(OPERATIONS)} paths")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))

"""The policy file: YAML text into ``Policy``, every error with the line of the key or value that is wrong."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, get_args

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from bot.core.model.errors import PolicyError
from bot.core.model.policy import Policy, Section
from bot.core.parse.marked_yaml import Fault, Node, Place, Table, plain, read_yaml, steps

POLICY_PATH = ".github/covgate.yml"
_ELSEWHERE: Mapping[str, str] = {  # what other tools call it
    "threshold": "max_drop",
    "fail_under": "target",
    "minimum": "target",
    "informational": "mode",
    "fixes": "paths",
}
_NOT_A_MAPPING = "must be a mapping of keys to values, not {shown}"
_CLAUSES: Mapping[str, str] = {  # by pydantic's type of error
    "value_error": "{shown} {why}",
    "named_twice": "{shown} is the name of an earlier component too",
    "enum": "must be {choices}, not {shown}",
    "literal_error": "must be {choices}, not {shown}",
    "model_type": _NOT_A_MAPPING,
    "mapping_type": _NOT_A_MAPPING,
    "tuple_type": "must be a list, not {shown}",
    "string_type": "must be text, not {shown}",
    "string_too_short": "is empty",
    "too_short": "is empty",
    "string_too_long": "is longer than {most} characters",
    "too_long": "has more than {most} entries",
    "string_pattern_mismatch": "holds control characters",
}


def parse_policy(data: bytes, *, path: str = POLICY_PATH) -> Policy:
    """The policy that *data* writes. Raises ``PolicyError`` for the first thing wrong in it, in the file's order."""
    root, faults = read_yaml(data, path=path)
    if not isinstance(root, Table):
        reason = "is empty" if root is None else "is not a mapping of keys to values"
        raise PolicyError(f'{reason}; begin it with "version: 1"', path=path, line=root.place.line if root else 1)
    _check_version(root, path)
    policy, errors = _validated(root)
    faults += [_fault(root, error) for error in errors]
    if faults or policy is None:
        first = min(faults)
        raise PolicyError(first.reason, path=path, line=first.place.line)
    return policy


def _check_version(root: Table, path: str) -> None:
    """The version decides how all the rest is read, so it is the first thing that can be wrong."""
    entry = root.entries.get("version")
    if entry is None:
        raise PolicyError('does not say its version; begin it with "version: 1"', path=path, line=1)
    if plain(entry.value) != "1":
        reason = f"version: {_shown(entry.value)} is not known; this covgate reads version 1"
        raise PolicyError(reason, path=path, line=entry.value.place.line)


def _validated(root: Table) -> tuple[Policy | None, list[ErrorDetails]]:
    try:
        return Policy.model_validate(plain(root)), []
    except ValidationError as error:
        return None, error.errors(include_url=False)


def _fault(root: Table, error: ErrorDetails) -> Fault:
    """Pydantic's error at its place in the file, in our words."""
    location = (*error["loc"], *error.get("ctx", {}).get("at", ()))
    key, node, names = root.place, root, list[str]()
    for part, place, value in steps(root, location):
        key, node = place, value
        names += [part] if isinstance(part, str) else []
    if error["type"] == "extra_forbidden":
        return Fault(key, _unknown_key(names))
    if error["type"] == "missing":
        return Fault(key, f"{_dotted(names)} lacks its {_quoted(str(error['loc'][-1]))}")
    if error["loc"][-1:] == ("[key]",):
        return Fault(key, f"{_dotted(names[:-1])}: a key {_clause(error, None)}")
    return Fault(_start(node, key), f"{_dotted(names)}: {_clause(error, node)}")


def _start(node: Node, key: Place) -> Place:
    """A value written on its key's line, or below it; one that is empty or aliased is its key's business."""
    return node.place if node.place > key and plain(node) is not None else key


def _clause(error: ErrorDetails, node: Node | None) -> str:
    if node is not None and plain(node) is None:
        return "is empty; give it a value or remove the key"
    context: Mapping[str, Any] = error.get("ctx", {})
    facts = {
        "shown": _shown(node),
        "why": context.get("error", ""),
        "choices": str(context.get("expected", "")).replace("'", ""),  # pydantic writes 'a', 'b' or 'c'
        "most": context.get("max_length", ""),
    }
    return _CLAUSES.get(error["type"], "{shown} cannot be used").format_map(facts)


def _shown(node: Node | None) -> str:
    match plain(node):
        case str(text):
            return _quoted(text)
        case dict():
            return "a mapping"
        case list():
            return "a list"
        case _:
            return "nothing"


def _quoted(text: str) -> str:
    return f'"{text[:40]}..."' if len(text) > 43 else f'"{text}"'


def _dotted(names: Iterable[str]) -> str:
    return ".".join(name[:40] for name in names) or "the policy"


def _unknown_key(names: list[str]) -> str:
    *parents, name = names
    known = _keys(parents)
    meant = _ELSEWHERE.get(name.lower(), "")
    near = difflib.get_close_matches(name[:60].lower(), known, n=1, cutoff=0.6)
    suggestion = meant if meant in known else near[0] if near else ""
    hint = f"did you mean {_quoted(suggestion)}?" if suggestion else f"known are {', '.join(known)}"
    where = f"{_dotted(parents)}: " if parents else ""
    return f"{where}unknown key {_quoted(name)}; {hint}"


def _keys(names: list[str]) -> list[str]:
    """The keys that the section *names* takes. Names that the policy chose itself (a flag's, a branch's) lead on."""
    section: type[Section] = Policy
    for name in names:
        field = section.model_fields.get(name)
        section = section if field is None else next(_sections(field.annotation), section)
    return [field.alias or name for name, field in section.model_fields.items()]


def _sections(annotation: object) -> Iterator[type[Section]]:
    """The section that a field's annotation speaks of, through ``X | None``, tuples and mappings."""
    if isinstance(annotation, type) and issubclass(annotation, Section):
        yield annotation
    for inner in get_args(annotation):
        yield from _sections(inner)

"""Rules of the house that no linter knows, each for every file of the project."""

from __future__ import annotations

import ast
import re
import tokenize
import tomllib
from collections.abc import Iterator
from pathlib import Path

LONGEST_FUNCTION = 60
LONGEST_FILE = 400
FORBIDDEN_WORDS = ("utils", "helpers", "manager", "common", "misc")


def python_files(own_files: list[Path], *folders: str) -> list[tuple[str, str]]:
    top = Path(__file__).resolve().parents[2]
    names = [(str(path.relative_to(top)), path) for path in own_files if path.suffix == ".py"]
    return [(name, path.read_text("utf-8")) for name, path in names if name.split("/")[0] in folders]


def source_lines(text: str) -> int:
    """Lines of *text* that hold code: no blank ones, no comments, no docstrings."""
    tree = ast.parse(text)
    documented = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    prose: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, documented) and ast.get_docstring(node, clean=False) is not None:
            prose.update(range(node.body[0].lineno, (node.body[0].end_lineno or 0) + 1))
    lines = enumerate(text.splitlines(), 1)
    return sum(1 for number, line in lines if line.strip() and not line.strip().startswith("#") and number not in prose)


def functions(text: str) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    return (node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


def test_no_function_is_over_sixty_lines(own_files: list[Path]) -> None:
    """A function that long does more than its name says."""
    found = [
        f"{name}:{function.lineno} {function.name}"
        for name, text in python_files(own_files, "bot", "actions")
        for function in functions(text)
        if (function.end_lineno or 0) - function.lineno + 1 > LONGEST_FUNCTION
    ]
    assert found == []


def test_no_file_is_over_four_hundred_lines(own_files: list[Path]) -> None:
    """Docstrings and comments do not count."""
    files = python_files(own_files, "bot", "actions")
    assert [name for name, text in files if source_lines(text) > LONGEST_FILE] == []


def test_there_are_no_mocks(own_files: list[Path]) -> None:
    """Fakes of our own pass the contract of what they stand for; nothing is patched from outside."""
    pattern = re.compile(r"unittest\.mock|from mock|MagicMock|\bmocker\.|import pretend")
    files = python_files(own_files, "bot", "actions", "tests")
    assert [name for name, text in files if pattern.search(text) and name != "tests/frame/test_house_rules.py"] == []


def test_own_modules_are_never_patched(own_files: list[Path]) -> None:
    """``monkeypatch.setattr`` reaches into others' libraries and the environment at most, never into ``bot``."""
    pattern = re.compile(r"monkeypatch\.setattr\(\s*[\"']?bot\b")
    assert [name for name, text in python_files(own_files, "tests") if pattern.search(text)] == []


def comments(text: str) -> Iterator[tuple[int, str]]:
    """Each comment of *text* with its line."""
    for token in tokenize.generate_tokens(iter(text.splitlines(keepends=True)).__next__):
        if token.type == tokenize.COMMENT:
            yield token.start[0], token.string


def test_nothing_is_left_to_do(own_files: list[Path]) -> None:
    """No stub, no ignored type, no line hidden from coverage, no note of unfinished work is committed."""
    unfinished = re.compile(
        r"\b(TODO|FIXME|XXX|HACK)\b|not (yet )?implemented|# type: ignore|pragma: no (cover|branch)"
    )
    found = [
        f"{name}:{line} {comment}"
        for name, text in python_files(own_files, "bot", "actions", "tests")
        for line, comment in comments(text)
        if unfinished.search(comment)
    ]
    found += [
        f"{name}:{node.lineno} NotImplementedError"
        for name, text in python_files(own_files, "bot", "actions", "tests")
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Name) and node.id == "NotImplementedError"
    ]
    assert found == []


def test_every_ignored_warning_has_its_reason(own_files: list[Path]) -> None:
    """``noqa`` and ``pyright: ignore`` name a rule, and say why after it."""
    marker = re.compile(r"noqa(:[ ]?[A-Z]+[0-9]+(,[ ]?[A-Z]+[0-9]+)*)|pyright: ignore\[\w+(, ?\w+)*\]")
    found = [
        f"{name}:{line} {comment}"
        for name, text in python_files(own_files, "bot", "actions", "tests")
        for line, comment in comments(text)
        if ("noqa" in comment or "pyright: ignore" in comment) and not marker.sub("", comment).strip("# -()")
    ]
    found += [
        f"{name}:{line} {comment}"
        for name, text in python_files(own_files, "bot", "actions", "tests")
        for line, comment in comments(text)
        if re.search(r"noqa|pyright: ignore", marker.sub("", comment))
    ]
    assert found == []


def test_every_rule_that_is_off_says_why(top: Path) -> None:
    """Each line of pyproject.toml that turns a rule off, or a line away from coverage, ends with a reason."""
    text = (top / "pyproject.toml").read_text()
    sections = re.findall(r"^(?:extend-)?(?:ignore|exclude_also|DEP\d+) = \[\n(.*?)^\]", text, re.MULTILINE | re.DOTALL)
    per_file = re.search(r"per-file-ignores\]\n(.*?)\n\n", text, re.DOTALL)
    assert sections
    assert per_file
    lines = [line for section in (*sections, per_file[1]) for line in section.splitlines()]
    off = [line for line in lines if line.strip().startswith('"') and not line.rstrip().endswith("[")]
    assert [line for line in off if not re.search(r",?\s+# \S", line)] == []


def test_every_test_says_what_it_shows(own_files: list[Path]) -> None:
    """A test's docstring names the behaviour, so that a failure reads as a sentence."""
    found = [
        f"{name}:{function.lineno} {function.name}"
        for name, text in python_files(own_files, "tests")
        for function in functions(text)
        if function.name.startswith("test_") and not ast.get_docstring(function)
    ]
    assert found == []


def test_every_module_says_what_it_is(own_files: list[Path]) -> None:
    """Modules and packages open with a docstring."""
    files = python_files(own_files, "bot", "actions", "tests")
    assert [name for name, text in files if text.strip() and not ast.get_docstring(ast.parse(text))] == []


def test_no_module_is_named_by_a_shrug(own_files: list[Path]) -> None:
    """A name says what is inside."""
    files = python_files(own_files, "bot")
    assert [name for name, _ in files if Path(name).stem in FORBIDDEN_WORDS] == []


def test_no_text_tells_of_a_machine_or_a_registry(own_files: list[Path], top: Path) -> None:
    """The repository names no folder of anyone's machine and no host that packages come from."""
    pattern = re.compile(
        rb"(?<![\w.])/(?:work/(?:main|shared|\.library)|root/\.)"
        rb"|" + b"|".join((rb"files\.python" + rb"hosted", rb"//pypi\.org/" + rb"simple", rb"registry\.npm" + rb"js"))
    )
    suffixes = {".gz", ".zip", ".png", ".db"}
    found = [
        str(path.relative_to(top))
        for path in own_files
        if path.suffix not in suffixes and "samples" not in path.parts and pattern.search(path.read_bytes())
    ]
    assert found == []


def test_the_version_is_one(top: Path) -> None:
    """The package and the distribution tell the same version."""
    project = tomllib.loads((top / "pyproject.toml").read_text())["project"]
    assert f'__version__ = "{project["version"]}"' in (top / "bot/__init__.py").read_text()

"""Which files can be covered at all. The lists are published in ``docs/gates.md``."""

from __future__ import annotations

from bot.core.model.globs import matches_any

NEVER_COVERABLE = (
    # prose
    "**/*.md",
    "**/*.markdown",
    "**/*.rst",
    "**/*.adoc",
    "docs/**",
    # licences and who is who
    "LICENSE",
    "LICENCE",
    "LICENSE.*",
    "LICENCE.*",
    "LICENSES/**",
    "COPYING",
    "COPYING.*",
    "NOTICE",
    "AUTHORS",
    "CONTRIBUTORS",
    "MAINTAINERS",
    "CODEOWNERS",
    "CITATION.cff",
    ".mailmap",
    # pictures, fonts, sound, film, documents
    "**/*.png",
    "**/*.jpg",
    "**/*.jpeg",
    "**/*.gif",
    "**/*.svg",
    "**/*.ico",
    "**/*.webp",
    "**/*.avif",
    "**/*.bmp",
    "**/*.woff",
    "**/*.woff2",
    "**/*.ttf",
    "**/*.otf",
    "**/*.mp3",
    "**/*.mp4",
    "**/*.webm",
    "**/*.pdf",
    # what only people, editors and git read
    ".gitignore",
    ".gitattributes",
    ".git-blame-ignore-revs",
    ".editorconfig",
    ".github/ISSUE_TEMPLATE/**",
    ".github/DISCUSSION_TEMPLATE/**",
    ".github/FUNDING.yml",
    ".vscode/**",
    ".idea/**",
)
"""No tool measures these, so a change of nothing else passes at once. Lock files, requirements, Dockerfiles, workflows
and settings of tools are not among them: they change what the tests do. Case does not count.
"""

# fmt: off
SOURCE_SUFFIXES = frozenset({
    "bas", "c", "cc", "cjs", "clj", "cljs", "cpp", "cr", "cs", "cts", "cxx", "d", "dart", "ex", "exs", "f90", "fs",
    "go", "groovy", "h", "hh", "hpp", "hs", "hxx", "java", "jl", "js", "jsx", "kt", "kts", "lua", "m", "mjs", "ml",
    "mm", "mts", "nim", "php", "pl", "pm", "py", "pyx", "r", "rb", "rs", "scala", "svelte", "swift", "ts", "tsx",
    "vb", "vue", "zig",
})
# fmt: on
"""Endings of files that some tool measures."""

_TESTS = (
    "test/**",
    "tests/**",
    "**/test/**",
    "**/tests/**",
    "**/__tests__/**",
    "**/testdata/**",
    "**/spec/**",
    "test_*.py",
    "*_test.*",
    "*_spec.*",
    "*.test.*",
    "*.spec.*",
    "conftest.py",
)


def cannot_be_covered(path: str) -> bool:
    """Whether *path* is among the published files that no tool measures."""
    return matches_any(_LOWER_NEVER, path.lower())


def suffix_of(path: str) -> str:
    """The ending of *path*'s name in lower case, without its dot; empty where it has none."""
    name = path.rpartition("/")[2]
    return name.rpartition(".")[2].lower() if "." in name.lstrip(".") else ""


def looks_like_a_test(path: str) -> bool:
    """Whether *path* is named as tests are. Most tools leave them out of what they measure."""
    return matches_any(_TESTS, path)


_LOWER_NEVER = tuple(pattern.lower() for pattern in NEVER_COVERABLE)

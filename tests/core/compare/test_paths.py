"""Names in reports onto files of the repository: the exact mapping or refusal of each."""

import time
import unicodedata

import pytest

from bot.core.compare.names import KnownNames
from bot.core.compare.paths import Origin, map_paths
from bot.core.model.policy import PathRule

TREE = frozenset(
    {
        "main.go",
        "diff/parse.go",
        "src/app/core.py",
        "src/app/util/text.py",
        "src/other/util/text.py",
        "packages/web/src/index.ts",
        "packages/web/src/page.ts",
        "packages/api/src/index.ts",
        "packages/api/src/server.ts",
        "app/src/main/java/com/acme/Shop.java",
        "lib/Καφές.py",
        "odd\\name.py",
        "setup.py",
        "tools/setup.py",
    }
)
ROOT = "/home/runner/work/shop/shop"


def mapped(
    *paths: str, tree: frozenset[str] = TREE, complete: bool = True, **origin: object
) -> tuple[dict[str, str], tuple[str, ...]]:
    made = Origin(**origin)  # pyright: ignore[reportArgumentType] -- any field of Origin
    found = map_paths(paths, KnownNames(tree, complete=complete), made)
    return dict(found.names), found.unmatched


def rule(begin: str, to: str) -> PathRule:
    return PathRule.model_validate({"from": begin, "to": to})


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("src/app/core.py", "src/app/core.py"),
        ("./src/app/core.py", "src/app/core.py"),
        ("src//app/./core.py", "src/app/core.py"),
        ("src/app/x/../core.py", "src/app/core.py"),
        ("src\\app\\core.py", "src/app/core.py"),
        ("odd\\name.py", "odd\\name.py"),
        (unicodedata.normalize("NFD", "lib/Καφές.py"), "lib/Καφές.py"),
        (f"{ROOT}/src/app/core.py", "src/app/core.py"),
        (f"{ROOT}/setup.py", "setup.py"),
        ("/elsewhere/build/src/app/core.py", "src/app/core.py"),
        ("C:\\agent\\_work\\1\\s\\src\\app\\core.py", "src/app/core.py"),
        ("github.com/acme/shop/diff/parse.go", "diff/parse.go"),
        ("app/core.py", "src/app/core.py"),
        ("core.py", "src/app/core.py"),
        ("com/acme/Shop.java", "app/src/main/java/com/acme/Shop.java"),
        ("/tmp/gen/com/acme/Shop.java", "app/src/main/java/com/acme/Shop.java"),
        ("app/util/text.py", "src/app/util/text.py"),
    ],
)
def test_a_path_finds_its_file(path: str, name: str):
    """As it stands, below the checkout's root, or by its end if that fits one file alone."""
    assert mapped(path, root=ROOT) == ({path: name}, ())


@pytest.mark.parametrize(
    ("path", "own"),
    [
        ("src/app/gone.py", "src/app/gone.py"),
        ("util/text.py", "util/text.py"),
        ("elsewhere/text.py", "elsewhere/text.py"),
        ("src/index.ts", "src/index.ts"),
        ("SRC/app/core.py", "SRC/app/core.py"),
        ("src/app/Core.py", "src/app/Core.py"),
        ("../src/app/core.py", "../src/app/core.py"),
        ("src/../../src/app/core.py", "src/../../src/app/core.py"),
        ("src/app/core.py\0", "src/app/core.py\\u0000"),
        ("src/app/co\nre.py", "src/app/co\\u000are.py"),
        ("src/app/core.py\x85", "src/app/core.py\\u0085"),
        ("/usr/lib/python3/random.py", "/usr/lib/python3/random.py"),
        (f"{ROOT}/build/generated.py", "build/generated.py"),
        ("foo/core.py/", "foo/core.py"),
        ("\u202esrc/app/core.py", "\\u202esrc/app/core.py"),
        ("ｓｒｃ/app/core.py", "ｓｒｃ/app/core.py"),
    ],
)
def test_what_fits_no_file_or_several_keeps_its_name_and_is_listed(path: str, own: str):
    """Case counts, look-alikes do not, nothing climbs out, and no guess is made between two."""
    assert mapped(path, root=ROOT) == ({path: own}, (own,))


def test_a_folder_that_the_report_names_comes_first():
    """Cobertura's names are relative to its ``<source>``: ``setup.py`` there is not the one at the top."""
    assert mapped("setup.py", root=ROOT, roots=(f"{ROOT}/tools",)) == ({"setup.py": "tools/setup.py"}, ())
    assert mapped("core.py", roots=("/anywhere/src/app",)) == ({"core.py": "src/app/core.py"}, ())
    assert mapped("app/core.py", roots=("src",)) == ({"app/core.py": "src/app/core.py"}, ())
    assert mapped("../lib/Καφές.py", root=ROOT, roots=(f"{ROOT}/src",)) == ({"../lib/Καφές.py": "lib/Καφές.py"}, ())


def test_two_folders_that_both_fit_decide_nothing():
    """With several sources a name may lie in any of them."""
    roots = (f"{ROOT}/src/app", f"{ROOT}/src/other")
    names, unmatched = mapped("util/text.py", root=ROOT, roots=roots)
    assert names == {"util/text.py": "util/text.py"}
    assert unmatched == ("util/text.py",)


def test_go_modules_give_their_folder():
    """A known module's files are below its folder, wherever the module lies."""
    modules = {"example.org/shop": ".", "example.org/shop/diff": "diff"}
    assert mapped("example.org/shop/main.go", "example.org/shop/diff/parse.go", modules=modules) == (
        {"example.org/shop/main.go": "main.go", "example.org/shop/diff/parse.go": "diff/parse.go"},
        (),
    )


def test_siblings_teach_the_beginning_of_a_file_at_the_top():
    """An unknown module's ``main.go`` has no folder to go by; its sibling's beginning is enough."""
    tree = TREE | {"cmd/a/main.go", "cmd/b/main.go"}
    names, unmatched = mapped("example.org/x/y/diff/parse.go", "example.org/x/y/main.go", tree=tree)
    assert names["example.org/x/y/main.go"] == "main.go"
    assert unmatched == ()


def test_siblings_tell_which_of_two_packages_is_meant():
    """``src/index.ts`` is in two packages; ``src/server.ts`` beside it in only one."""
    assert mapped("src/index.ts", "src/server.ts")[0] == {
        "src/index.ts": "packages/api/src/index.ts",
        "src/server.ts": "packages/api/src/server.ts",
    }


def test_the_policys_prefixes_rule():
    """They come before all else where they lead to a file, whole folders only."""
    rules = (rule("/app/", ""), rule("web", "packages/web"), rule("lib.js", "packages/api/src/server.ts"))
    assert mapped("/app/setup.py", "web/src/index.ts", "lib.js", rules=rules) == (
        {
            "/app/setup.py": "setup.py",
            "web/src/index.ts": "packages/web/src/index.ts",
            "lib.js": "packages/api/src/server.ts",
        },
        (),
    )
    assert mapped("/application/gone.py", rules=rules)[1] == ("/application/gone.py",)
    assert mapped("src/index.ts", rules=(rule("./", "packages/web/"),))[0] == {
        "src/index.ts": "packages/web/src/index.ts"
    }


def test_a_file_that_the_report_names_outright_is_not_guessed_at_again():
    """A generated copy with the same end is a file of its own: it must not add to the other's lines."""
    names, unmatched = mapped("src/app/core.py", "build/lib/src/app/core.py")
    assert names["build/lib/src/app/core.py"] == "build/lib/src/app/core.py" == unmatched[0]


def test_two_spellings_of_one_file_are_one_file():
    """Their measurements are then united."""
    assert set(mapped("src/app/core.py", "./src/app/core.py")[0].values()) == {"src/app/core.py"}


def test_without_a_list_of_files_the_known_ones_teach_the_beginning():
    """Only the diff's names are known: they show what to strip, and the other files follow."""
    known = frozenset({"src/app/core.py"})
    names, unmatched = mapped("/b/x/src/app/core.py", "/b/x/src/new.py", tree=known, complete=False)
    assert names == {"/b/x/src/app/core.py": "src/app/core.py", "/b/x/src/new.py": "src/new.py"}
    assert unmatched == ()
    names, _ = mapped("app/core.py", "app/new.py", tree=known, complete=False)
    assert names == {"app/core.py": "src/app/core.py", "app/new.py": "src/app/new.py"}


def test_without_a_list_of_files_a_relative_name_is_believed():
    """Nothing says that it is not there; an absolute one cannot be a name of the repository."""
    assert mapped("x.py", "/y.py", tree=frozenset(), complete=False) == ({"x.py": "x.py", "/y.py": "/y.py"}, ("/y.py",))


def test_without_a_list_of_files_names_that_fit_are_left_alone():
    """A report whose names are the repository's own is not bent by one that only ends alike."""
    known = frozenset({"src/a.py", "lib/util/b.py"})
    names, _ = mapped("src/a.py", "util/b.py", "util/c.py", tree=known, complete=False)
    assert names["util/c.py"] == "util/c.py"


def test_a_hundred_thousand_files_are_mapped_in_a_few_seconds():
    """Names that must be looked for by their end cost a logarithm each, also where all are called the same."""
    tree = frozenset(f"services/s{n % 300}/p{n}/__init__.py" for n in range(100_000))
    began = time.process_time()
    names, unmatched = mapped(*(f"p{n}/__init__.py" for n in range(100_000)), tree=tree)
    assert unmatched == ()
    assert names["p7/__init__.py"] == "services/s7/p7/__init__.py"
    assert time.process_time() - began < 10


def test_without_a_list_of_files_one_relative_folder_is_where_they_lie():
    """coverage.py writes ``<source>src/app</source>`` with relative files."""
    names, unmatched = mapped(
        "core.py", "new.py", roots=("src/app",), tree=frozenset({"src/app/core.py"}), complete=False
    )
    assert names == {"core.py": "src/app/core.py", "new.py": "src/app/new.py"}
    assert unmatched == ()

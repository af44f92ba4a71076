"""Diffs as people and tools write them, one corner each."""

import pytest

from bot.core.model.diff import Change, Diff, FileDiff
from bot.core.model.errors import DiffError
from bot.core.parse.diff import parse_diff


def only(text: str | bytes) -> FileDiff:
    """The one file of a diff."""
    diff = parse_diff(text if isinstance(text, bytes) else text.encode())
    assert len(diff.files) == 1
    path, file = next(iter(diff.files.items()))
    assert path == file.path
    return file


def edited(file: FileDiff) -> tuple[list[int], list[int]]:
    return list(file.deleted), list(file.added)


def refusal(text: str) -> tuple[str, int | None]:
    """Why *text* is refused, and at which line."""
    with pytest.raises(DiffError) as caught:
        parse_diff(text.encode())
    return caught.value.reason, caught.value.line


HEAD = "diff --git a/x.py b/x.py\nindex 1111111..2222222 100644\n--- a/x.py\n+++ b/x.py\n"


def test_one_changed_line_among_context_is_one_added_line():
    """Context lines are not added lines: the count is 1, not 7."""
    file = only(HEAD + "@@ -7,7 +7,7 @@ def f():\n a\n b\n c\n-old\n+new\n d\n e\n f\n")
    assert edited(file) == ([10], [10])
    assert file.change is Change.MODIFIED


def test_several_hunks_keep_both_numberings():
    """Deleted lines count in the old file and added lines in the new one, however far the two have drifted."""
    file = only(HEAD + "@@ -1,2 +0,0 @@\n-a\n-b\n@@ -10 +8,3 @@ x\n-c\n+c\n+d\n+e\n@@ -20,0 +21 @@\n+f\n")
    assert edited(file) == ([1, 2, 10], [8, 9, 10, 21])


def test_content_that_looks_like_headers_is_content():
    """The lengths in the hunk's header rule, not what a line looks like."""
    body = "--- a/y.py\n+++ b/y.py\n-@@ -1 +1 @@\n+diff --git a/z b/z\n-\n+\n \\ No newline at end of file\n"
    file = only(HEAD + "@@ -1,4 +1,4 @@\n" + body)
    assert edited(file) == ([1, 2, 3], [1, 2, 3])


def test_a_missing_final_newline_moves_no_number():
    """The remark about it is a line of the diff, and of no file."""
    remark = "\\ No newline at end of file\n"
    file = only(HEAD + f"@@ -1,3 +1,4 @@\n a\n-b\n-c\n{remark}+b2\n+c\n+d\n{remark}")
    assert edited(file) == ([2, 3], [2, 3, 4])


@pytest.mark.parametrize("odd", ["\r", "\f", "\u2028", "\x85", "\v", "\x1c"])
def test_only_a_line_feed_ends_a_line(odd: str):
    """What Python's ``splitlines`` would also cut at is content."""
    file = only(HEAD + f"@@ -1,2 +1,3 @@\n a{odd}b\n-c{odd}\n+d{odd}e\n+{odd}f\n")
    assert edited(file) == ([2], [2, 3])


def test_a_diff_converted_to_crlf_reads_the_same():
    """A diff that passed through a Windows editor names the same files and lines."""
    text = HEAD + "@@ -1,3 +1,3 @@\n a\n\n-c\n+d\n"
    assert parse_diff(text.replace("\n", "\r\n").encode()) == parse_diff(text.encode())


def test_empty_context_lines_may_come_without_their_space():
    """``diff.suppressBlankEmpty`` writes an empty context line as nothing at all."""
    assert edited(only(HEAD + "@@ -1,3 +1,4 @@\n a\n\n+b\n c\n")) == ([], [3])


def test_a_new_empty_file_and_a_deleted_one_have_no_lines():
    """Git writes a header and no hunk for them."""
    new = only("diff --git a/e b/e\nnew file mode 100644\nindex 0000000..e69de29\n")
    gone = only("diff --git a/e b/e\ndeleted file mode 100644\nindex e69de29..0000000\n")
    assert (new.change, new.added) == (Change.ADDED, gone.deleted)
    assert gone.change is Change.DELETED


def test_a_new_file_is_added_and_a_removed_one_deleted_line_by_line():
    """``/dev/null`` stands where there is no file."""
    new = only(
        "diff --git a/n b/n\nnew file mode 100644\nindex 0000000..1\n--- /dev/null\n+++ b/n\n@@ -0,0 +1,2 @@\n+a\n+b\n"
    )
    gone = only(
        "diff --git a/n b/n\ndeleted file mode 100644\nindex 1..0\n--- a/n\n+++ /dev/null\n@@ -1,2 +0,0 @@\n-a\n-b\n"
    )
    assert (new.path, new.change, edited(new)) == ("n", Change.ADDED, ([], [1, 2]))
    assert (gone.path, gone.change, edited(gone)) == ("n", Change.DELETED, ([1, 2], []))


def test_a_pure_rename_adds_nothing():
    """It has two names and no hunk."""
    file = only(
        "diff --git a/old dir/x b/new dir/y\nsimilarity index 100%\nrename from old dir/x\nrename to new dir/y\n"
    )
    assert (file.old_path, file.path, file.change) == ("old dir/x", "new dir/y", Change.RENAMED)
    assert edited(file) == ([], [])


def test_a_rename_with_edits_adds_only_the_edits():
    """The names come from the rename lines, which bear no prefix, whatever the others bear."""
    file = only(
        "diff --git x/old.py x/new.py\nsimilarity index 90%\nrename from x/old.py\nrename to x/new.py\n"
        "index 1111111..2222222 100644\n--- x/old.py\n+++ x/new.py\n@@ -1 +1 @@\n-a\n+b\n"
    )
    assert (file.old_path, file.path, edited(file)) == ("x/old.py", "x/new.py", ([1], [1]))


def test_a_copy_adds_what_differs_from_its_source():
    """Git says a copy only when asked to (-C)."""
    file = only(
        "diff --git a/x b/y\nsimilarity index 80%\ncopy from x\ncopy to y\nindex 1111111..2222222 100644\n"
        "--- a/x\n+++ b/y\n@@ -1,0 +2 @@\n+b\n"
    )
    assert (file.old_path, file.path, file.change, edited(file)) == ("x", "y", Change.COPIED, ([], [2]))


def test_a_change_of_mode_is_a_change_without_lines():
    """Nothing is owed after it."""
    file = only("diff --git a/run b/run\nold mode 100644\nnew mode 100755\n")
    assert (file.change, edited(file)) == (Change.MODIFIED, ([], []))


@pytest.mark.parametrize(
    "body", ["Binary files a/x and b/x differ\n", "GIT binary patch\nliteral 3\nKc$_@@Q\n\nliteral 0\nHcmV?d00001\n\n"]
)
def test_a_binary_file_has_no_lines(body: str):
    """Told with its content or without."""
    file = only("diff --git a/x b/x\nindex 1111111..2222222 100644\n" + body)
    assert (file.binary, edited(file)) == (True, ([], []))


def test_a_submodule_has_no_lines():
    """Its one line of content is a commit, not code."""
    file = only(
        "diff --git a/lib b/lib\nindex 1111111..2222222 160000\n--- a/lib\n+++ b/lib\n"
        "@@ -1 +1 @@\n-Subproject commit 1111111\n+Subproject commit 2222222\n"
    )
    assert (file.submodule, edited(file)) == (True, ([], []))


def test_a_submodule_told_as_a_log_is_a_submodule():
    """``git diff --submodule=log``, with what it says of a dirty one."""
    file = only("Submodule a lib contains modified content\nSubmodule a lib 1111111..2222222:\n  > fix\n  < old\n")
    assert (file.path, file.submodule) == ("a lib", True)


def test_a_file_that_became_a_link_is_one_file():
    """Git tells a change of type as a deletion and an addition of the same path."""
    file = only(
        "diff --git a/x b/x\ndeleted file mode 100644\nindex 1111111..0000000\n--- a/x\n+++ /dev/null\n"
        "@@ -1,2 +0,0 @@\n-a\n-b\n"
        "diff --git a/x b/x\nnew file mode 120000\nindex 0000000..2222222\n--- /dev/null\n+++ b/x\n"
        "@@ -0,0 +1 @@\n+y\n\\ No newline at end of file\n"
    )
    assert (file.change, edited(file)) == (Change.MODIFIED, ([1, 2], [1]))


@pytest.mark.parametrize(
    ("names", "path"),
    [
        ("a/x.py b/x.py", "x.py"),
        ("x.py x.py", "x.py"),
        ("b/x.py b/x.py", "b/x.py"),
        ("i/x.py w/x.py", "x.py"),
        ("c/x.py i/x.py", "x.py"),
        ("o/x.py w/x.py", "x.py"),
        ("b/x.py a/x.py", "x.py"),
        ("before/x.py after/x.py", "x.py"),
        ("a/b c b/b c", "b c"),
        ("a/x b/x b/x b/x", "x b/x"),
        ("a/ leading b/ leading", " leading"),
        ('"a/t\\tab" "b/t\\tab"', "t\tab"),
        ('"a/q\\"\\\\" "b/q\\"\\\\"', 'q"\\'),
        ('"a/\\346\\227\\245\\346\\234\\254" "b/\\346\\227\\245\\346\\234\\254"', "日本"),
        ('"a/\\303\\251\\a\\b\\n\\v\\f\\r" "b/\\303\\251\\a\\b\\n\\v\\f\\r"', "é\a\b\n\v\f\r"),
        ('"a/\\377x" "b/\\377x"', "\\xffx"),
        ("a/日本 b/日本", "日本"),
    ],
)
def test_names_are_read_whatever_their_dress(names: str, path: str):
    """Prefixes, spaces, quotes and octal escapes; bytes that are not UTF-8 come as escapes."""
    assert only(f"diff --git {names}\nold mode 100644\nnew mode 100755\n").path == path


def test_bytes_that_are_not_utf8_in_an_unquoted_name_do_not_crash():
    """``core.quotePath=false`` writes them as they are."""
    assert only(b"diff --git a/\xe9 b/\xe9\nold mode 100644\nnew mode 100755\n").path == "\\xe9"


def test_a_name_with_spaces_ends_at_the_tab():
    """Git puts a TAB behind it after ``---`` and ``+++``."""
    file = only("--- a/my file.py\t\n+++ b/my file.py\t\n@@ -1 +1 @@\n-a\n+b\n")
    assert file.path == "my file.py"


def test_a_plain_diff_needs_no_git():
    """``diff -ru``: time stamps behind the names, remarks between the files, a missing file told as ``-0,0``."""
    diff = parse_diff(
        b"diff -ruN old/a.py new/a.py\n--- old/a.py\t2026-01-01 00:00:00 +0000\n+++ new/a.py\t2026-01-02\n"
        b"@@ -1 +1,2 @@\n a\n+b\nOnly in new: c\n--- old/n.py\t1970-01-01 00:00:00 +0000\n+++ new/n.py\t2026\n"
        b"@@ -0,0 +1 @@\n+a\nBinary files old/p.png and new/p.png differ\n"
        b"--- old/g.py\t2026\n+++ new/g.py\t1970\n@@ -1 +0,0 @@\n-a\n"
    )
    assert {path: (file.change, *edited(file)) for path, file in diff.files.items()} == {
        "a.py": (Change.MODIFIED, [], [2]),
        "n.py": (Change.ADDED, [], [1]),
        "p.png": (Change.MODIFIED, [], []),
        "g.py": (Change.DELETED, [1], []),
    }


def test_a_patch_in_a_mail_is_read_without_its_letter():
    """``git format-patch`` writes a header, a summary and a signature around the diff."""
    letter = "From 1234567 Mon Sep 17 00:00:00 2001\nSubject: [PATCH] x\n---\n x.py | 2 +-\n 1 file changed\n\n"
    assert edited(only(letter + HEAD + "@@ -1 +1 @@\n-a\n+b\n-- \n2.39.5\n\n")) == ([1], [1])


def test_nothing_changed_is_a_diff_of_no_files():
    """An empty diff is no error."""
    assert parse_diff(b"") == Diff() == parse_diff(b"\n")


HUNK = "@@ -1,2 +1,2 @@\n a\n-b\n+c\n"


@pytest.mark.parametrize(
    ("text", "reason", "line"),
    [
        ("diff --cc x\nindex 1,2..3\n--- a/x\n+++ b/x\n@@@ -1,1 -1,1 +1,2 @@@\n  a\n++b\n", "combined", 1),
        ("diff --combined x\n", "combined", 1),
        (HEAD + "@@@ -1,1 -1,1 +1,2 @@@\n  a\n++b\n", "combined", 5),
        ("* Unmerged path x\n", "conflicts", 1),
        (HEAD + "@@ -1,2 +1,2 @@\n a\n-b\n", "should hold 2 old and 2 new lines but holds 2 and 1", 5),
        (HEAD + HUNK + "@@ -9,3 +9,3 @@\n a\n", "should hold 3 old and 3 new lines but holds 1 and 1", 9),
        (HEAD + HUNK + "+d\n", "longer than its header says", 9),
        (HEAD + "@@ -1,2 +1,1 @@\n-b\n+c\nx\n-d\n", "should hold 2 old and 1 new lines but holds 1 and 1", 5),
        (HEAD + "@@ -1 1 @@\n", "header cannot be read", 5),
        (HEAD + HUNK + "@@ what @@\n-x\n", "header cannot be read", 9),
        (HEAD, "ends before the file's hunks", 3),
        ("diff --git a/x b/x\nindex 1111111..2222222 100644\n", "ends before the file's hunks", 2),
        ("diff --git a/x b/x\nnew file mode 100644\nindex 0000000..2222222\n", "ends before the file's hunks", 3),
        ("diff --git a/x b/\n", "does not say which file", 1),
        ("diff --git a/x.p", "does not say which file", 1),
        ("@@ -1 +1 @@\n-a\n+b\n", "belongs to no file", 1),
        ("diff --git a/x b/x\n@@ -1 +1 @@\n-a\n+b\n", "belongs to no file", 2),
        (HEAD + HUNK + HEAD + HUNK, "comes twice", 9),
        (HEAD + HUNK + HUNK, "overlap or go backwards", 1),
        (HEAD + "@@ -0,1 +1 @@\n-a\n+b\n", "overlap or go backwards", 1),
        (HEAD + "@@ -9999999999 +1 @@\n-a\n+b\n", "beyond the end of any source file", 1),
        ("<html><title>Unicorn!</title></html>\n", "holds no diff", 1),
        ('{"message": "Not Found"}', "holds no diff", 1),
    ],
)
def test_what_cannot_be_read_exactly_is_refused_with_its_line(text: str, reason: str, line: int):
    """Combined, cut short, too long, twice, or no diff at all: never half a reading."""
    said, at = refusal(text)
    assert reason in said
    assert at == line


def test_every_truncation_of_a_hunk_is_refused():
    """Wherever within the hunk's lines the text ends, it is noticed."""
    text = HEAD + "@@ -1,3 +1,4 @@\n a\n-b\n+c\n+d\n e\n"
    lines = text.splitlines(keepends=True)
    for kept in range(3, len(lines)):
        with pytest.raises(DiffError):
            parse_diff("".join(lines[:kept]).encode())
    assert edited(only(text)) == ([2], [2, 3])


def test_two_files_of_different_names_are_the_new_one():
    """``git diff --no-index a.py b.py`` and ``diff -u a.py.orig a.py`` compare what no repository renamed."""
    git = only(
        "diff --git a/one.py b/two.py\nindex 1111111..2222222\n--- a/one.py\n+++ b/two.py\n@@ -1 +1 @@\n-a\n+b\n"
    )
    plain = only("--- a.py.orig\t2026\n+++ a.py\t2026\n@@ -1 +1 @@\n-a\n+b\n")
    assert (git.path, git.change) == ("two.py", Change.MODIFIED)
    assert (plain.path, plain.old_path) == ("a.py", "a.py")


def test_a_plain_diff_from_nothing_is_a_new_file():
    """``diff -u /dev/null b/new.py``."""
    file = only("--- /dev/null\t2026\n+++ b/new.py\t2026\n@@ -0,0 +1 @@\n+a\n")
    assert (file.path, file.change, edited(file)) == ("new.py", Change.ADDED, ([], [1]))


def test_what_follows_a_hunk_without_old_or_new_lines_is_not_of_it():
    """Even a signature right behind added or deleted lines."""
    assert edited(only(HEAD + "@@ -3,0 +4 @@\n+a\n-- \n2.39.5\n")) == ([], [4])
    assert edited(only(HEAD + "@@ -3 +2,0 @@\n-a\n-- \n2.39.5\n")) == ([3], [])


def test_hunks_behind_an_uneven_one_are_still_read():
    """Two mails in a row, of different files."""
    first = HEAD + "@@ -1 +1 @@\n-a\n+b\n@@ -5 +5 @@\n-a\n+b\n-- \n2.39.5\n\nFrom 2\n"
    diff = parse_diff(
        (first + HEAD.replace("x.py", "y.py") + "@@ -1 +1 @@\n-a\n+b\n@@ -9 +9,2 @@\n-a\n+b\n+c\n").encode()
    )
    assert {path: edited(file) for path, file in diff.files.items()} == {
        "x.py": ([1, 5], [1, 5]),
        "y.py": ([1, 9], [1, 9, 10]),
    }


@pytest.mark.parametrize("names", ["a/" + "x" * 30_000, '"a/x" b/y', '"a/x', 'a/x "b/y"', "a/x b/y"])
def test_a_header_that_names_no_one_file_is_refused(names: str):
    """Unless the lines below say it."""
    reason, _ = refusal(f"diff --git {names}\nold mode 100644\nnew mode 100755\n")
    assert "does not say which file" in reason
    below = f"diff --git {names}\nindex what\n--- a/z\n+++ b/z\n@@ -1 +1 @@\n-a\n+b\n"
    assert only(below).path == "z"

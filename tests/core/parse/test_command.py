"""What a comment asks for: commands on lines of their own, in text that GitHub shows as text."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from bot.core.model.command import Accept, Command, Help, IncompleteCommand, Override, Recheck, UnknownCommand
from bot.core.parse.command import MOST_COMMANDS, parse_commands


@pytest.mark.parametrize(
    "body",
    [
        "/recheck",
        "/recheck  ",
        "  /recheck",
        "/Recheck",
        "please\n/recheck\nthank you",
        "one\r\n/recheck\r\n",
        "> they said\n> /recheck\n\n/recheck",
        "```\n/recheck\n```\n/recheck",
        "~~~ sh\n/recheck\n```\n~~~\n/recheck",
        "see `this`\n/recheck\nand `that`",
        "<!-- template -->\n/recheck",
        "<!--\nfill in\n-->\n\n/recheck",
        "- a list\n\n/recheck",
        "- a list\n```\nx\n```\n/recheck",
        "<details>\n\n/recheck\n</details>",
        "the `<pre>` tag\n\n/recheck",
    ],
)
def test_a_command_on_a_line_of_its_own(body: str):
    """Whatever stands around it."""
    assert parse_commands(body) == [Recheck()]


@pytest.mark.parametrize(
    "body",
    [
        "",
        "recheck",
        "please /recheck",
        "/recheck please",
        "/recheck, thanks",
        "/rechecked",
        "//recheck",
        "> /recheck",
        "> quoted\n/recheck",
        ">/recheck",
        "> > /recheck",
        "- > /recheck",
        "    /recheck",
        "\t/recheck",
        "```\n/recheck\n```",
        "~~~~\n~~~\n/recheck",
        "````md\n```\n/recheck\n```\n````",
        "```\n/recheck",
        "- ```\n  /recheck\n  ```",
        "1. x\n   ```\n   /recheck\n   ```",
        "`/recheck`",
        "`a\n/recheck\nb`",
        "``a ` b\n/recheck\n``",
        "<!-- /recheck -->",
        "<!--\n/recheck\n-->",
        "text <!--\n\n/recheck\n-->",
        "<pre>\n/recheck\n</pre>",
        "<PRE>\n\n/recheck",
        "<blockquote>\n/recheck\n</blockquote>",
        "<code>\n/recheck\n</code>",
        "> <!--\n\n/recheck",
        "<details>\n```\n\n```\n/recheck\n```",
        "- /recheck",
        "# /recheck",
        "| /recheck |",
        "/test all",
        "/retest",
        "/help",
    ],
)
def test_T18_what_is_quoted_coded_hidden_or_anothers_commands_nothing(body: str):
    """Quotes with their lazy lines, every kind of code, comments, other bots' words."""
    assert parse_commands(body) == []


@pytest.mark.parametrize(
    ("line", "command"),
    [
        ("/covgate help", Help()),
        ("/covgate   HELP  me", Help()),
        ("/covgate override coverage/patch flaky runner", Override(gate="coverage/patch", reason="flaky runner")),
        (
            '/covgate override "coverage/component:the core" agreed with Kim',
            Override(gate="coverage/component:the core", reason="agreed with Kim"),
        ),
        (
            "/covgate accept BenchmarkCollect new algorithm",
            Accept(benchmark="BenchmarkCollect", reason="new algorithm"),
        ),
        ('/covgate accept "test[a b]" slower, safer', Accept(benchmark="test[a b]", reason="slower, safer")),
        ("/covgate override", IncompleteCommand(name="override", missing="GATE")),
        ("/covgate override tests", IncompleteCommand(name="override", missing="REASON")),
        ("/covgate accept", IncompleteCommand(name="accept", missing="BENCHMARK")),
        ("/covgate accept BenchmarkX ", IncompleteCommand(name="accept", missing="REASON")),
        ("/covgate", UnknownCommand(name="")),
        ("/covgate dance now", UnknownCommand(name="dance")),
        ("/covgate recheck", UnknownCommand(name="recheck")),
        ('/covgate "', UnknownCommand(name='"')),
    ],
)
def test_commands_with_arguments(line: str, command: Command):
    """Names with spaces stand in quotes; what is addressed to covgate and not understood is told, not ignored."""
    assert parse_commands(f"hello\n\n{line}\n") == [command]


def test_several_commands_keep_their_order_and_their_number_is_bounded():
    """Five a comment."""
    body = "/covgate help\n/recheck\n" * 10
    assert parse_commands(body) == [Help(), Recheck()] * 2 + [Help()]
    assert len(parse_commands(body)) == MOST_COMMANDS


@pytest.mark.parametrize(
    "shape",
    [
        "`" * 65_000,
        "` `` ``` " * 7_000,
        "".join("`" * n + " " for n in range(1, 360)),
        "`a\n" * 20_000 + "/recheck",
        "~" * 65_000,
        "<!--" * 16_000,
        "<pre>\n" * 10_000,
        "<" * 65_000,
        "> " * 32_000,
        "- " * 32_000,
        "1. " * 20_000,
        "- " + " " * 60_000 + ">",
        " " * 65_000 + "/recheck",
        "/covgate " * 7_000,
        '/covgate "' + "a" * 65_000,
    ],
)
def test_a_comment_of_github_s_full_length_costs_little(shape: str):
    """No shape of 65,536 characters takes a worker's time."""
    began = time.perf_counter()
    parse_commands(shape)
    assert time.perf_counter() - began < 1


PIECES = ["/recheck", "  /recheck", "    /recheck", "\t/recheck", "text", "", "> q", ">", "```", "````", "~~~", "  ```"]
PIECES += ["    ```", "- a", "- ```", "1. x", "2. ```", "`", "`a", "b`", "``", "<!--", "-->", "<!-- c -->", "<pre>"]
PIECES += [
    "</pre>",
    "> ```",
    "> <!--",
    "<details>",
    "</details>",
    "- > x",
    "  x",
    "``` a",
    "---",
    "# h",
    "| a |",
    "<b>",
]

_markdown = MarkdownIt("commonmark")


def shown_commands(body: str):
    """How many lines a CommonMark reader shows as the plain text /recheck, outside quotations."""
    quotes, count = 0, 0
    for token in _markdown.parse(body):
        quotes += token.type.startswith("blockquote") * token.nesting
        if token.type == "html_block" and not token.content.lstrip().lower().startswith(("<!--", "<pre")):
            count += sum(line.strip() == "/recheck" for line in token.content.split("\n"))
        if token.type == "inline" and not quotes:
            lines = "".join(
                "\n" if part.type in ("softbreak", "hardbreak") else part.content if part.type == "text" else "?"
                for part in token.children or ()
            )
            count += sum(line.strip() == "/recheck" for line in lines.split("\n"))
    return count


@given(st.lists(st.sampled_from(PIECES), max_size=9).map("\n".join))
def test_T18_no_line_commands_that_a_reader_sees_as_quoted_or_code(body: str):
    """Against a full CommonMark reader, over bodies made of everything that opens or closes a block."""
    assert len(parse_commands(body)) <= min(shown_commands(body), MOST_COMMANDS)

"""Every sentence of ``covgate run``, word for word."""

from __future__ import annotations

from dataclasses import replace

from bot.core.model.run import Ending, StepResult
from bot.core.render.run_text import (
    interrupted,
    render_run,
    round_ended,
    step_began,
    step_ended,
    step_running,
    steps_ended,
)

UNIT = StepResult(
    title="unit",
    suites=("unit", "coverage"),
    ending=Ending.SUCCESS,
    duration_us=4_200_000,
    limit_s=600,
    log="unit.log",
    reports=2,
)
LINT = StepResult(title="lint", suites=("lint",), ending=Ending.SUCCESS, duration_us=35_000, log="lint.log")


def test_a_run_that_went_well_is_a_table_and_a_place() -> None:
    """One row a step, without a reason for what needs none."""
    assert render_run([LINT, UNIT], ".covgate/run") == (
        "Result  Step  Time   Reports\n"
        "passed  lint  35 ms  -\n"
        "passed  unit  4.2 s  2\n"
        "\n"
        "2 steps in 4.2 s; reports and logs are in .covgate/run\n"
    )


def test_a_failed_step_says_why_and_where_its_log_is() -> None:
    """The table names it, a line below explains it."""
    failed = replace(UNIT, ending=Ending.FAILURE, status=1, note="package work ended so on the head")
    assert render_run([failed], "out") == (
        "Result  Step  Time   Reports\n"
        "failed  unit  4.2 s  2\n"
        "\n"
        "- unit: a command ended with status 1, package work ended so on the head; its log is out/logs/unit.log\n"
        "\n"
        "1 step in 4.2 s; reports and logs are in out\n"
    )


def test_what_was_not_run_is_noted_below_the_table() -> None:
    """Each on a line of its own."""
    assert render_run([LINT], "out", notes=["no linter was found"]).splitlines()[2:] == [
        *("", "- no linter was found", "", "1 step in 35 ms; reports and logs are in out"),
    ]


def test_colour_is_on_the_result_alone() -> None:
    """The columns stay where they are."""
    assert render_run([replace(UNIT, ending=Ending.TIMED_OUT)], "out", colour=True).splitlines()[:2] == [
        "Result     Step  Time   Reports",
        "\x1b[31mtimed out\x1b[0m  unit  4.2 s  2",
    ]


def test_each_ending_has_its_words() -> None:
    """One line when a step has ended."""
    said = [
        step_ended(UNIT),
        step_ended(replace(UNIT, note="package inner does not run on the base")),
        step_ended(replace(UNIT, ending=Ending.FAILURE, status=2)),
        step_ended(replace(UNIT, ending=Ending.FAILURE, status=-9)),
        step_ended(replace(UNIT, ending=Ending.FAILURE, note="neither side has a benchmark")),
        step_ended(replace(UNIT, ending=Ending.TIMED_OUT)),
        step_ended(replace(UNIT, ending=Ending.NO_TOOL, tool="go")),
        step_ended(replace(UNIT, ending=Ending.NOT_DONE)),
        step_ended(UNIT, colour=True),
    ]
    assert said == [
        "passed unit (4.2 s)",
        "passed unit (4.2 s): package inner does not run on the base",
        "failed unit (4.2 s): a command ended with status 2",
        "failed unit (4.2 s): a command was ended by signal 9",
        "failed unit (4.2 s): neither side has a benchmark",
        "timed out unit (4.2 s): a command took longer than 10 min 0 s",
        "not run unit (4.2 s): go is not on this machine",
        "stopped unit (4.2 s): it did not come to its end",
        "\x1b[32mpassed\x1b[0m unit (4.2 s)",
    ]


def test_what_runs_says_how_far_it_is() -> None:
    """Parts and the time left only where they are known."""
    assert step_began("unit", "go test ./...") == "running unit: go test ./..."
    assert step_began("benchmark", "") == "running benchmark"
    assert step_began("benchmark", "make bench", 10) == (
        "running benchmark (10 rounds of base and head in turns): make bench"
    )
    assert round_ended("benchmark", 3, 10) == "measured benchmark: round 3 of 10"
    assert step_running("unit", 1_500_000, 0, 0, None) == "unit  1.5 s"
    assert step_running("benchmark", 12_000_000, 6, 20, 28_000_000) == ("benchmark  12.0 s, 6 of 20, about 28.0 s left")
    assert steps_ended(1, 5) == "1 of 5 steps"


def test_an_interrupted_run_says_what_is_missing() -> None:
    """By name, and whether older results are still there."""
    assert interrupted(["unit", "race"], None) == "interrupted; not done: unit, race; nothing is left behind"
    assert interrupted([], ".covgate/run") == (
        "interrupted; every step was done, and nothing was judged; the results in .covgate/run are of an earlier run"
    )
    assert interrupted([f"s{number}" for number in range(12)], None) == (
        "interrupted; not done: s0, s1, s2, s3, s4, s5, s6, s7, s8, s9 and 2 more steps; nothing is left behind"
    )


def test_control_characters_of_a_command_never_reach_the_terminal() -> None:
    """A policy's own name or command cannot move the cursor."""
    hostile = "a\x1b[2Jb\nc"
    assert "\x1b" not in step_began(hostile, hostile)
    assert "\n" not in step_began(hostile, hostile)
    assert "\x1b" not in render_run([replace(UNIT, title=hostile, note=hostile, ending=Ending.FAILURE)], hostile)

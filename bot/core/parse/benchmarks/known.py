"""Benchmarks: which reader a file is for."""

from __future__ import annotations

import re
from collections.abc import Callable

from bot.core.parse.benchmarks.benchmark_ips import parse_benchmark_ips
from bot.core.parse.benchmarks.benchmark_js import parse_benchmark_js
from bot.core.parse.benchmarks.benchmarkdotnet import parse_benchmarkdotnet
from bot.core.parse.benchmarks.bmf import parse_bmf
from bot.core.parse.benchmarks.cargo_bench import parse_cargo_bench
from bot.core.parse.benchmarks.catch2 import parse_catch2
from bot.core.parse.benchmarks.criterion_files import (
    estimates_parser,
    identity_parser,
    parse_messages,
    sample_parser,
)
from bot.core.parse.benchmarks.custom import HISTORY, parse_custom, parse_history
from bot.core.parse.benchmarks.google_benchmark import parse_google_benchmark
from bot.core.parse.benchmarks.hyperfine import parse_hyperfine
from bot.core.parse.benchmarks.jmh import parse_jmh
from bot.core.parse.benchmarks.k6 import parse_k6
from bot.core.parse.benchmarks.pytest_benchmark import parse_pytest_benchmark
from bot.core.parse.benchmarks.vitest_bench import parse_tinybench, parse_vitest_bench
from bot.core.parse.outline import Outline
from bot.core.parse.start import Parser, Start

_BMF = re.compile(
    rb'\s*\{\s*"(?:[^"\\]|\\.)*"\s*:\s*\{\s*"(?:[^"\\]|\\.)*"\s*:\s*\{\s*"(?:value|lower_value|upper_value)"\s*:\s*[-0-9]'
)
_CUSTOM_KEYS = frozenset({"[]", "[].name", "[].value", "[].unit", "[].range", "[].extra"})
_K6_METRIC = re.compile(
    r"metrics\.(?:[^.]+\.contains\Z|http_req|iteration|vus|data_|checks|grpc_|ws_|group_duration|dropped_iterations|browser_)[^.]*\Z"
)
_K6_VALUES = re.compile(r"metrics\..*\.(?:avg|med|p\(\d[\d.]*\)|passes|rate|count|value)\Z", re.DOTALL)
_ESTIMATES = {"mean.point_estimate", "median.point_estimate"}

_PRINTED: tuple[tuple[re.Pattern[bytes], Parser], ...] = (
    (re.compile(rb"^test \S.* \.\.\. bench: +[0-9]", re.MULTILINE), parse_cargo_bench),
    (re.compile(rb"\stime: +\[[0-9.]+ \S+ [0-9.]+ \S+ [0-9.]+ \S+\]"), parse_cargo_bench),
    (re.compile(rb"^benchmark name +samples +iterations +est", re.MULTILINE), parse_catch2),
    (re.compile(rb" x [0-9][0-9,.]* ops/sec\b.* runs? sampled\)"), parse_benchmark_js),
    (HISTORY, parse_history),
)


def parser_of(start: Start) -> Parser | None:
    """The reader of the file that begins so, ``None`` if it is of no format here. The output of ``go test -bench`` is
    read with the tests around it.
    """
    if start.opening is not None:
        return None
    if start.outline is not None:
        return _of_json(start, start.outline)
    return next((parser for pattern, parser in _PRINTED if pattern.search(start.head)), None)


def _of_json(start: Start, outline: Outline) -> Parser | None:
    if outline.is_list:
        return _of_list(outline)
    if criterion := _of_criterion(start, outline):
        return criterion
    if _BMF.match(start.head):
        return parse_bmf
    return next((parser for matches, parser in _OBJECTS if matches(outline)), None)


def _of_list(outline: Outline) -> Parser | None:
    if outline.has("[].benchmark", "[].mode") or outline.has("[].jmhVersion"):
        return parse_jmh
    if outline.has("[].name", "[].result") and outline.keys & {"[].result.latency", "[].result.hz", "[].result.mean"}:
        return parse_tinybench
    if outline.has("[].name", "[].cycles") and outline.keys & {"[].ips", "[].central_tendency"}:
        return parse_benchmark_ips
    if outline.has("[].name", "[].value") and outline.keys <= _CUSTOM_KEYS:
        return parse_custom
    return None


def _of_criterion(start: Start, outline: Outline) -> Parser | None:
    if outline.values.get("reason") in {"benchmark-complete", "group-complete"}:
        return parse_messages
    if outline.has(*_ESTIMATES) and outline.has("mean.confidence_interval"):
        return estimates_parser(start.path)
    if outline.has("sampling_mode", "iters"):
        return sample_parser(start.path)
    if outline.has("group_id", "function_id", "full_id"):
        return identity_parser
    return None


def _is_k6(outline: Outline) -> bool:
    """Its four parts stand in any order, and a long one may fill the head."""
    if outline.has("state.testRunDurationMs") or outline.has("options.summaryTrendStats"):
        return True
    if outline.has("root_group.path") and _any(outline, "root_group.groups", "root_group.checks"):
        return True
    return any(map(_K6_METRIC.match, outline.keys)) and any(map(_K6_VALUES.match, outline.keys))


_OBJECTS: tuple[tuple[Callable[[Outline], bool], Parser], ...] = (
    (
        lambda found: found.has("machine_info") and _any(found, "machine_info.python_implementation", "benchmarks"),
        parse_pytest_benchmark,
    ),
    (lambda found: found.has("benchmarks.[]") and found.has("benchmarks.[].fullname"), parse_pytest_benchmark),
    (
        lambda found: (
            found.has("context") and _any(found, "context.num_cpus", "context.mhz_per_cpu", "benchmarks.[].run_name")
        ),
        parse_google_benchmark,
    ),
    (
        lambda found: found.has("results.[].command") and _any(found, "results.[].times", "results.[].median"),
        parse_hyperfine,
    ),
    (lambda found: found.has("HostEnvironmentInfo") or found.has("Benchmarks.[].FullName"), parse_benchmarkdotnet),
    (lambda found: found.has("files.[].groups.[]"), parse_vitest_bench),
    (_is_k6, parse_k6),
)


def _any(found: Outline, *keys: str) -> bool:
    return not found.keys.isdisjoint(keys)

"""JUnit reports of 10^5 cases: CPU time beside what cannot be beaten, and beside Codecov's reader, which is Rust.

Run it as ``python tests/load/junit.py``. Each figure is CPU seconds in one process, the best of five. The raw pass reads
the bytes; the empty reader is the same XML parser with a Python method that does nothing for each event. The peer,
``test-results-parser``, is measured in this run if it can be imported.
"""

from __future__ import annotations

import importlib
import random
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from time import process_time
from typing import Any, cast

from lxml import etree

from bot.core.parse.markup import SETTINGS
from bot.core.parse.report import parse_report

CASES = 100_000
ROUNDS = 5
TRACEBACK = "def test_it():\n&gt;   assert 1 == 2\nE   assert 1 == 2\n\ntests/test_handler.py:12: AssertionError\n" * 5


def pytest_report(random_: random.Random) -> Iterator[str]:
    """As pytest writes it: no blanks, an element without an end tag for each test that passed."""
    yield '<?xml version="1.0" encoding="utf-8"?><testsuites name="pytest tests"><testsuite name="pytest" hostname="vm">'
    for number in range(CASES):
        case = f'<testcase classname="tests.service{number // 400}.test_handler" name="test_case[{number % 400}]"'
        case += f' time="{random_.random():.3f}"'
        if number % 100 == 0:
            yield f'{case}><failure message="assert 1 == 2">{TRACEBACK}</failure></testcase>'
        elif number % 50 == 1:
            yield f'{case}><skipped type="pytest.skip" message="later">tests/a.py:3: later</skipped></testcase>'
        else:
            yield f"{case} />"
    yield "</testsuite></testsuites>"


def surefire_report(random_: random.Random) -> Iterator[str]:
    """As surefire writes it: indented, properties in each suite, what the tests printed in CDATA sections."""
    yield '<?xml version="1.0" encoding="UTF-8"?>\n<testsuites>\n'
    for suite in range(CASES // 20):
        name = f"org.example.service{suite // 40}.Handler{suite}Test"
        yield f'  <testsuite name="{name}" time="1.2" tests="20" errors="0" skipped="0" failures="1">\n    <properties>\n'
        yield from (f'      <property name="java.vm.property{number}" value="{number}"/>\n' for number in range(20))
        yield "    </properties>\n"
        for number in range(20):
            yield f'    <testcase name="case{number}" classname="{name}" time="{random_.random():.3f}">\n'
            if number == 3:
                yield f'      <failure message="expected: 1" type="AssertionError"><![CDATA[{TRACEBACK}]]></failure>\n'
            yield "      <system-out><![CDATA[2026-01-01 INFO started\n]]></system-out>\n    </testcase>\n"
        yield "  </testsuite>\n"
    yield "</testsuites>\n"


class Deaf:
    """A target that does nothing with what it hears."""

    def start(self, tag: str, attrib: dict[str, str]) -> None: ...
    def end(self, tag: str) -> None: ...
    def data(self, data: str) -> None: ...
    def close(self) -> None: ...


def raw(path: Path) -> None:
    path.read_bytes()


def empty(path: Path) -> None:
    parser = etree.XMLParser(target=cast("Any", Deaf()), **SETTINGS)
    with path.open("rb") as file:
        while block := file.read(64 << 10):
            parser.feed(block)
    parser.close()


def covgate(path: Path) -> None:
    with path.open("rb") as file:
        report = parse_report(path.name, file)
    assert report.suites is not None
    assert len(report.suites.cases) == CASES


def the_peer() -> Callable[[Path], None] | None:
    try:
        peer = importlib.import_module("test_results_parser")
    except ImportError:
        return None
    return lambda path: peer.parse_junit_xml(path.read_bytes()) and None


def seconds(read: Callable[[Path], None], path: Path) -> float:
    def once() -> float:
        began = process_time()
        read(path)
        return process_time() - began

    return min(once() for _ in range(ROUNDS))


def main() -> None:
    """Print the table."""
    peer = the_peer()
    if peer is None:
        print("test-results-parser cannot be imported here, so it is not measured: pip install test-results-parser")
    print(
        f"{'10^5 cases':12}{'MB':>6}{'raw s':>8}{'empty s':>9}{'covgate s':>11}{'/ raw':>7}{'/ empty':>9}{'/ peer':>8}"
    )
    with tempfile.TemporaryDirectory() as folder:
        for name, make in (("pytest", pytest_report), ("surefire", surefire_report)):
            path = Path(folder) / f"{name}.xml"
            with path.open("w") as report:
                report.writelines(make(random.Random(7)))
            bytes_, events, ours = (seconds(read, path) for read in (raw, empty, covgate))
            row = f"{name:12}{path.stat().st_size / 1e6:6.0f}{bytes_:8.3f}{events:9.3f}{ours:11.3f}"
            row += f"{ours / bytes_:7.0f}{ours / events:9.2f}"
            print(row + (f"{ours / seconds(peer, path):8.2f}" if peer is not None else f"{'-':>8}"), flush=True)


if __name__ == "__main__":
    main()

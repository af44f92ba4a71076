"""A million lines of ``go test -json``, and 100 MiB of logs: CPU time and peak memory beside floors and a peer.

Run it as ``python tests/load/go_results.py``. Each figure is of a fresh process, the best of three: CPU seconds of the
reading alone, and the peak of resident memory of the whole process. Floors: going over the lines of the bytes; decoding
them into the same typed values a block at a time, and a line at a time; and the latter with one dictionary entry made
for each test. test-results-parser (Rust, reads JUnit alone) is given the same tests as JUnit, where it is installed.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from time import process_time

ROUNDS = 3
TESTS, IN_PACKAGE = 250_000, 500
TIME = "2026-11-22T12:50:42.912791965Z"


def package_name(number: int) -> str:
    return f"github.com/example/project/pkg/service{number // IN_PACKAGE}"


def case_name(number: int) -> str:
    return f"TestHandlerReturns/case_number_{number}" if number % IN_PACKAGE else "TestHandlerReturns"


def events() -> Iterator[str]:
    """As Go 1.27 writes them: four a test, every hundredth test fails with a message."""
    for number in range(TESTS):
        package, test = package_name(number), case_name(number)
        end, word = ("fail", "FAIL") if number % 100 == 99 else ("pass", "PASS")
        of = {"Package": package, "Test": test}
        if number % IN_PACKAGE == 0:
            yield event("start", {"Package": package})
        yield event("run", of)
        yield event("output", of | {"Output": f"=== RUN   {test}\n", "OutputType": "frame"})
        if end == "fail":
            yield event("output", of | {"Output": "    handler_test.go:12: got 1, want 2\n", "OutputType": "error"})
        yield event("output", of | {"Output": f"--- {word}: {test} (0.01s)\n", "OutputType": "frame"})
        yield event(end, of | {"Elapsed": 0.01})
        if number % IN_PACKAGE == IN_PACKAGE - 1:
            yield event("output", {"Package": package, "Output": "FAIL\n", "OutputType": "frame"})
            yield event("fail", {"Package": package, "Elapsed": 5.013})


def event(action: str, fields: dict[str, object]) -> str:
    return json.dumps({"Time": TIME, "Action": action} | fields, separators=(",", ":")) + "\n"


def verbose_log() -> Iterator[str]:
    """The same tests as text, each with a line of its own output."""
    for number in range(TESTS):
        test = case_name(number)
        yield f"=== RUN   {test}\n2026/11/22 12:50:42 INFO request served path=/health status=200 took=7.4µs\n"
        yield f"--- PASS: {test} (0.01s)\n"
        if number % IN_PACKAGE == IN_PACKAGE - 1:
            yield f"PASS\nok  \t{package_name(number)}\t5.013s\tcoverage: 42.9% of statements\n"


def foreign_log() -> Iterator[str]:
    """100 MiB in which nothing was tested."""
    for number in range(1_100_000):
        yield f"{number:9} Compiling some-library v1.2.{number % 90} (/home/runner/work/project/project/vendor/some)\n"


def junit() -> Iterator[str]:
    yield '<?xml version="1.0" encoding="UTF-8"?>\n<testsuites>\n'
    for number in range(TESTS):
        if number % IN_PACKAGE == 0:
            yield f'<testsuite name="{package_name(number)}" tests="{IN_PACKAGE}">\n'
        yield f'<testcase classname="{package_name(number)}" name="{case_name(number)}" time="0.010000"></testcase>\n'
        if number % IN_PACKAGE == IN_PACKAGE - 1:
            yield "</testsuite>\n"
    yield "</testsuites>\n"


# --- who reads it ------------------------------------------------------------------------------------------------

Reading = Callable[[Path], None]


def covgate() -> Reading:
    from bot.core.model.errors import UnknownFormat
    from bot.core.parse.report import parse_report

    def read(path: Path) -> None:
        with path.open("rb") as file:
            try:
                cases = parse_report(path.name, file).suites.cases
            except UnknownFormat:
                assert path.name == "foreign.log"
            else:
                assert len(cases) == TESTS - TESTS // IN_PACKAGE

    return read


def bare_lines() -> Reading:
    def read(path: Path) -> None:
        with path.open("rb") as file:
            for _ in file:
                pass

    return read


def decode_blocks() -> Reading:
    from bot.core.parse.intake import Intake
    from bot.core.parse.suites.go_json import DECODER

    def read(path: Path) -> None:
        with path.open("rb") as file:
            for _, text in Intake(file).texts():
                DECODER.decode_lines(text)

    return read


def decode_lines() -> Reading:
    from bot.core.parse.suites.go_json import DECODER

    def read(path: Path) -> None:
        with path.open("rb") as file:
            for line in file:
                DECODER.decode(line)

    return read


def decode_and_file() -> Reading:
    from bot.core.parse.suites.go_json import DECODER

    def read(path: Path) -> None:
        tests: dict[tuple[str, str], str] = {}
        with path.open("rb") as file:
            for line in file:
                heard = DECODER.decode(line)
                tests[heard.package, heard.test] = heard.action

    return read


def rust() -> Reading:
    from test_results_parser import parse_junit_xml

    return lambda path: parse_junit_xml(path.read_bytes()) and None


READERS = {
    reader.__name__: reader for reader in (covgate, bare_lines, decode_blocks, decode_lines, decode_and_file, rust)
}
ROWS: list[tuple[str, Callable[[], Iterator[str]], list[str]]] = [
    ("test.json", events, ["bare_lines", "decode_blocks", "decode_lines", "decode_and_file", "covgate"]),
    ("verbose.log", verbose_log, ["bare_lines", "covgate"]),
    ("foreign.log", foreign_log, ["bare_lines", "covgate"]),
    ("junit.xml", junit, ["bare_lines", "rust"]),
]


def measured(reader: str, path: Path) -> tuple[float, float] | None:
    """(CPU seconds, MiB of peak memory) of *reader* on *path*, each the best of some fresh processes."""
    command = [sys.executable, __file__, reader, str(path)]
    runs: list[list[str]] = []
    for _ in range(ROUNDS):
        done = subprocess.run(command, check=False, capture_output=True, text=True)
        if done.returncode and "No module named 'test_results_parser'" in done.stderr:
            return None
        assert not done.returncode, done.stderr
        runs.append(done.stdout.split())
    return min(float(cpu) for cpu, _ in runs), min(float(memory) for _, memory in runs)


def be(reader: str, path: Path) -> None:
    """Read once, and say what it took."""
    read = READERS[reader]()
    began = process_time()
    read(path)
    print(process_time() - began, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


def main() -> None:
    """Print the table, or be one of its cells."""
    if len(sys.argv) == 3:
        be(sys.argv[1], Path(sys.argv[2]))
        return
    with tempfile.TemporaryDirectory() as folder:
        for name, make, readers in ROWS:
            path = Path(folder) / name
            with path.open("w") as report:
                report.writelines(make())
            with path.open("rb") as report:
                lines = sum(1 for _ in report)
            print(f"{name}: {lines} lines, {path.stat().st_size / 1e6:.0f} MB")
            figures = {reader: measured(reader, path) for reader in readers}
            last = (
                next(found[0] for reader, found in reversed(figures.items()) if found) if any(figures.values()) else 0
            )
            for reader, found in figures.items():
                said = (
                    f"{found[0]:8.3f} s{found[1]:7.0f} MiB   {last / found[0]:6.2f}x" if found else "  is not installed"
                )
                print(f"  {reader:18}{said}", flush=True)
            path.unlink()


if __name__ == "__main__":
    main()

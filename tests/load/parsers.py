"""Reports of a million lines in each format: CPU time and peak memory, beside what cannot be beaten and beside peers.

Run it as ``python tests/load/parsers.py``. Each figure is of a fresh process, the best of three: CPU seconds of the
reading alone, and the peak of resident memory of the whole process, the interpreter included. The floor does the least
that any reader in Python does: it goes over the lines of a text, calls an empty Python method for each event of the same
XML parser, or decodes the same JSON into typed values. diff-cover judges a patch, so it is asked for 20 of the files.
"""

from __future__ import annotations

import json
import random
import resource
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from time import process_time

ROUNDS = 3
FILES, LINES = 2_500, 400  # as in a repository of a million measured lines


# --- what is read ------------------------------------------------------------------------------------------------


def file_name(number: int) -> str:
    return f"src/service{number // 50}/handler{number}"


def go_profile(random_: random.Random) -> Iterator[str]:
    """As ``go test -coverprofile`` writes it: blocks that follow each other, each ran or not."""
    yield "mode: set\n"
    for number in range(FILES):
        line = 10
        for _ in range(LINES):
            last = line + random_.randint(1, 4)
            span = f"{line}.{random_.randint(2, 60)},{last}.{random_.randint(2, 40)}"
            yield f"github.com/example/project/{file_name(number)}.go:{span} {last - line} {random_.randint(0, 2) and 1}\n"
            line = last


def lcov(random_: random.Random, *, branches: bool) -> Iterator[str]:
    """As lcov writes it: branches, then lines, with the sums of each."""
    for number in range(FILES):
        counts = [random_.choice((0, 0, 1, 1, 3, 17, 250)) for _ in range(LINES)]
        yield f"TN:\nSF:{file_name(number)}.c\n"
        if branches:
            for line in range(5, LINES, 5):
                yield f"BRDA:{line},0,0,{random_.choice('-019')}\nBRDA:{line},0,1,{random_.choice('-019')}\n"
        yield from (f"DA:{line},{count}\n" for line, count in enumerate(counts, 1))
        yield f"LF:{LINES}\nLH:{sum(map(bool, counts))}\nend_of_record\n"


def cobertura(random_: random.Random, *, branches: bool) -> Iterator[str]:
    """As coverage.py writes it, indented by tabs."""
    yield '<?xml version="1.0" ?>\n<coverage version="7.17.3" line-rate="0.7" branch-rate="0.5" branches-valid="1">\n'
    yield "\t<sources>\n\t\t<source>/home/runner/work/app</source>\n\t</sources>\n\t<packages>\n"
    yield '\t\t<package name="." line-rate="0.7">\n\t\t\t<classes>\n'
    for number in range(FILES):
        yield f'\t\t\t\t<class name="x" filename="{file_name(number)}.py" complexity="0" line-rate="0.7">\n'
        yield "\t\t\t\t\t<methods/>\n\t\t\t\t\t<lines>\n"
        for line in range(1, LINES + 1):
            more = ' branch="true" condition-coverage="50% (1/2)"' if branches and line % 5 == 0 else ""
            yield f'\t\t\t\t\t\t<line number="{line}" hits="{random_.randint(0, 2) and 1}"{more}/>\n'
        yield "\t\t\t\t\t</lines>\n\t\t\t\t</class>\n"
    yield "\t\t\t</classes>\n\t\t</package>\n\t</packages>\n</coverage>\n"


def coverage_py(random_: random.Random) -> Iterator[str]:
    """As coverage.py's JSON format 2 writes it, with branches."""
    yield '{"meta": {"format": 2, "version": "7.4.4", "branch_coverage": true, "show_contexts": false}, "files": {'
    ran_in_all = ways = taken = 0
    for number in range(FILES):
        ran = {line for line in range(1, LINES + 1) if random_.randint(0, 2)}
        arcs = [[line, line + way] for line in range(5, LINES, 5) for way in (1, 3)]
        summary = {
            "covered_lines": len(ran),
            "num_statements": LINES,
            "num_branches": len(arcs),
            "covered_branches": len(arcs) // 2,
        }
        ran_in_all, ways, taken = ran_in_all + len(ran), ways + len(arcs), taken + len(arcs) // 2
        entry = {
            "executed_lines": sorted(ran),
            "summary": summary,
            "missing_lines": sorted(set(range(1, LINES + 1)) - ran),
            "excluded_lines": [],
            "executed_branches": arcs[::2],
            "missing_branches": arcs[1::2],
        }
        yield f'{", " if number else ""}"{file_name(number)}.py": {json.dumps(entry)}'
    totals = {
        "covered_lines": ran_in_all,
        "num_statements": FILES * LINES,
        "num_branches": ways,
        "covered_branches": taken,
    }
    yield f'}}, "totals": {json.dumps(totals)}}}'


REPORTS: dict[str, tuple[str, Callable[[random.Random], Iterator[str]]]] = {
    "Go cover profile": ("coverage.out", go_profile),
    "LCOV": ("lcov.info", lambda random_: lcov(random_, branches=False)),
    "LCOV with branches": ("branches.info", lambda random_: lcov(random_, branches=True)),
    "Cobertura": ("cobertura.xml", lambda random_: cobertura(random_, branches=False)),
    "Cobertura with branches": ("branches.xml", lambda random_: cobertura(random_, branches=True)),
    "coverage.py JSON": ("coverage.json", coverage_py),
}


# --- who reads it ------------------------------------------------------------------------------------------------


Reading = Callable[[Path], None]
"""Reads one report. Each reader below gives one, when all that it needs is imported."""


def nobody() -> Reading:
    """What a process costs that reads nothing."""
    return lambda _: None


def covgate() -> Reading:
    from bot.core.parse.report import parse_report

    def read(path: Path) -> None:
        with path.open("rb") as file:
            assert len(parse_report(path.name, file).coverage.files) == FILES

    return read


def bare_lines() -> Reading:
    def read(path: Path) -> None:
        with path.open("rb") as file:
            for _ in file:
                pass

    return read


class Deaf:
    """A target that does nothing with what it hears."""

    def start(self, tag: str, attrib: dict[str, str]) -> None: ...
    def end(self, tag: str) -> None: ...
    def data(self, data: str) -> None: ...
    def close(self) -> None: ...


def bare_events() -> Reading:
    from lxml import etree

    from bot.core.parse.markup import SETTINGS

    def read(path: Path) -> None:
        parser = etree.XMLParser(target=Deaf(), **SETTINGS)
        with path.open("rb") as file:
            while block := file.read(64 << 10):
                parser.feed(block)
        parser.close()

    return read


def bare_json() -> Reading:
    from bot.core.parse.coverage.coverage_py import DECODER

    return lambda path: DECODER.decode(path.read_bytes()) and None


def diff_cover_xml() -> Reading:
    from diff_cover.git_path import GitPathTool
    from diff_cover.violationsreporters.violations_reporter import XmlCoverageReporter
    from lxml import etree

    GitPathTool.set_cwd(None)

    def read(path: Path) -> None:
        reporter = XmlCoverageReporter([etree.parse(path).getroot()])
        for number in range(20):
            reporter.violations(f"{file_name(number)}.py")

    return read


def diff_cover_lcov() -> Reading:
    from diff_cover.git_path import GitPathTool
    from diff_cover.violationsreporters.violations_reporter import LcovCoverageReporter

    GitPathTool.set_cwd(None)

    def read(path: Path) -> None:
        reporter = LcovCoverageReporter([LcovCoverageReporter.parse(str(path))])
        for number in range(20):
            reporter.violations(f"{file_name(number)}.c")

    return read


READERS = {
    reader.__name__: reader
    for reader in (nobody, covgate, bare_lines, bare_events, bare_json, diff_cover_xml, diff_cover_lcov)
}
FLOORS = {".out": "bare_lines", ".info": "bare_lines", ".xml": "bare_events", ".json": "bare_json"}
PEERS = {".xml": "diff_cover_xml", ".info": "diff_cover_lcov"}


def measured(reader: str, path: Path) -> tuple[float, float]:
    """(CPU seconds, MiB of peak memory) of *reader* on *path*, each the best of some fresh processes."""
    command = [sys.executable, __file__, reader, str(path)]
    runs = [subprocess.run(command, check=True, capture_output=True, text=True).stdout.split() for _ in range(ROUNDS)]
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
    print(
        f"{'10^6 lines':26}{'MB':>6}{'floor s':>9}{'covgate s':>11}{'ratio':>7}{'MiB':>6}{'diff-cover s':>14}{'MiB':>7}"
    )
    with tempfile.TemporaryDirectory() as folder:
        for name, (file, make) in REPORTS.items():
            path = Path(folder) / file
            with path.open("w") as report:
                report.writelines(make(random.Random(7)))
            floor, _ = measured(FLOORS[path.suffix], path)
            cpu, memory = measured("covgate", path)
            row = f"{name:26}{path.stat().st_size / 1e6:6.0f}{floor:9.3f}{cpu:11.3f}{cpu / floor:7.1f}{memory:6.0f}"
            if peer := PEERS.get(path.suffix):
                peer_cpu, peer_memory = measured(peer, path)
                row += f"{peer_cpu:14.2f}{peer_memory:7.0f}"
            print(row, flush=True)
            path.unlink()
        print(f"a process that reads nothing: {measured('nobody', Path(folder))[1]:.0f} MiB")


if __name__ == "__main__":
    main()

"""Measurements of every kind, for laws: lines, blocks, and branches of all three degrees."""

from hypothesis import strategies as st

from bot.core.model.coverage import Arms, Blocks, Coverage, FileCoverage, Metric
from bot.core.model.lines import Lines

NUMBERS = st.frozensets(st.integers(1, 70), max_size=12)
LINES = NUMBERS.map(Lines.of)
NAMES = st.frozensets(st.sampled_from("abcd"), max_size=4)


@st.composite
def named_arms(draw: st.DrawFn) -> Arms:
    known = draw(NAMES.filter(bool))
    return Arms(known, draw(st.frozensets(st.sampled_from(sorted(known)))))


@st.composite
def open_arms(draw: st.DrawFn) -> Arms:
    still_open = draw(NAMES)
    total = len(still_open) + draw(st.integers(0, 3))
    return Arms(total=total, covered=total - len(still_open), open=still_open)


@st.composite
def counted_arms(draw: st.DrawFn) -> Arms:
    total = draw(st.integers(1, 5))
    return Arms(total=total, covered=draw(st.integers(0, total)))


ARMS = st.one_of(named_arms(), open_arms(), counted_arms())


@st.composite
def blocks(draw: st.DrawFn) -> Blocks:
    made = draw(st.dictionaries(st.tuples(st.integers(1, 30), st.integers(0, 4), st.integers(0, 3)), st.booleans()))
    written = {f"{first}.1,{first + more}.9 {count}".encode(): ran for (first, more, count), ran in made.items()}
    hit = frozenset(block for block, ran in written.items() if ran)
    return Blocks(hit, frozenset(written) - hit)


@st.composite
def line_files(draw: st.DrawFn) -> FileCoverage:
    executed = draw(LINES)
    return FileCoverage(
        measured=executed | draw(LINES),
        executed=executed,
        arms=draw(st.dictionaries(st.integers(0, 20), ARMS, max_size=4)),
        functions=draw(st.dictionaries(st.sampled_from(["1:f", "2:g", "h"]), st.booleans())),
        excluded=draw(LINES),
    )


GO_FILES = blocks().map(FileCoverage.of_blocks)
FILES = st.one_of(line_files(), GO_FILES)


def coverages(files: st.SearchStrategy[FileCoverage], metric: Metric) -> st.SearchStrategy[Coverage]:
    paths = st.sampled_from(["a.c", "b/c.d", "caf\u00e9.go", "with space"])
    return st.dictionaries(paths, files, max_size=3).map(lambda made: Coverage(metric=metric, files=made))


COVERAGES = st.one_of(coverages(line_files(), Metric.LINES), coverages(GO_FILES, Metric.STATEMENTS))
PAIRS_AND_MORE = st.one_of(
    st.lists(coverages(line_files(), Metric.LINES), min_size=3, max_size=3),
    st.lists(coverages(GO_FILES, Metric.STATEMENTS), min_size=3, max_size=3),
)

"""How often does a benchmark gate cry wolf, and how often does it sleep? The rules that covgate ships, beside others'.

``make simulate``, or ``.venv/bin/python -m tests.simulation.tables [REPETITIONS]``, from the top of the checkout. Each
repetition is a pull request of 20 benchmarks, of which nothing changed, or one became slower. Figures are shares of
pull requests in per cent: those with a false alarm where nothing changed / those whose slower benchmark is found, by
what it became slower. Seeded: the same table every time.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from bot.core.compare.bench_sides import Key, Pair
from bot.core.compare.history_rule import history, judge_history
from bot.core.compare.paired_rule import ENOUGH_RATIOS, NO_NOISE, Noise, judge_pairs, learn_noise, log_ratio
from bot.core.model.benchmarks import Benchmark, Benchmarks, Direction, Measure
from bot.core.model.evidence import BenchRecord, Layout
from bot.core.model.regression import MeasureComparison, Standing
from tests.simulation.noise import MODELS, SUITE, TYPICAL, Draws
from tests.simulation.noise import Noise as Model
from tests.simulation.rivals import OF_HISTORY, OF_SIDES

REPETITIONS = 500
EFFECTS = (0.0, 0.1, 0.2, 0.5)
AIM, AIM_PART = 10_000, 500  # more of the case that covgate is made for, to see one in a thousand
LEARNT_FOR = 5  # pull requests that are judged by the same records of the base branch
PAST = 30  # runs of the base branch
LEAST = Fraction(5, 100)
SEED = 20261122

Flagged = set[int]
Row = tuple[str, tuple[float, ...]]


@dataclass(frozen=True)
class Looks:
    """The same pull request, measured twice: at first, and to confirm."""

    first: tuple[np.ndarray, np.ndarray]
    second: tuple[np.ndarray, np.ndarray]


def main() -> None:
    """Print both tables, a line as soon as it is known."""
    repetitions = int(sys.argv[1]) if len(sys.argv) > 1 else REPETITIONS
    cells = [(model, layout) for layout in (*Layout, None) for model in MODELS]
    with ProcessPoolExecutor(2) as pool:
        found = pool.map(simulate, [(repetitions, model, layout) for model, layout in cells])
        columns = dict(zip(cells, found, strict=True))
        aim = sum(pool.map(false_alarms, range(AIM // AIM_PART)))
    for layout in (*Layout, None):
        print(f"\n{f'Both sides {layout.value}, 10 samples each' if layout else f'One value beside {PAST} on main'}\n")
        print_table([columns[model, layout] for model in MODELS])
    print(f"\nOf {AIM:,} pull requests that change nothing, interleaved and typical: {aim} with a false alarm.")


def false_alarms(part: int) -> int:
    """Of ``AIM_PART`` pull requests that change nothing, those in which both looks flag a benchmark."""
    draws = Draws(TYPICAL, np.random.default_rng([SEED, 100, part]))
    return sum(bool(twice(draws)) for _ in range(AIM_PART))


def twice(draws: Draws) -> Flagged:
    once = beside(*np.exp(draws.sides(Layout.INTERLEAVED)), range(SUITE), Layout.INTERLEAVED, NO_NOISE)
    return once and beside(*np.exp(draws.sides(Layout.INTERLEAVED)), sorted(once), Layout.INTERLEAVED, NO_NOISE)


def print_table(columns: Sequence[Sequence[Row]]) -> None:
    print(f"| false alarms / +10% / +20% / +50% | {' | '.join(model.name for model in MODELS)} |\n|-|-|-|-|")
    for rows in zip(*columns, strict=True):
        print(f"| {rows[0][0]} | {' | '.join(' / '.join(f'{100 * one:.1f}' for one in row[1]) for row in rows)} |")


def simulate(cell: tuple[int, Model, Layout | None]) -> list[Row]:
    """Every rule over one model and layout, or over history where there is none."""
    repetitions, model, layout = cell
    draws = Draws(
        model, np.random.default_rng([SEED, MODELS.index(model), list(Layout).index(layout) if layout else 9])
    )
    alarms = Counter[tuple[str, float]]()
    noise = NO_NOISE
    for number in range(repetitions):
        if layout and number % LEARNT_FOR == 0:
            noise = learn_noise(equal_trees(draws, layout), layout)
        for rule, effect, flagged in beside_base(draws, layout, noise) if layout else beside_history(draws):
            alarms[rule, effect] += bool(flagged) if not effect else 0 in flagged
    rules = dict.fromkeys(rule for rule, _ in alarms)
    return [(rule, tuple(alarms[rule, effect] / repetitions for effect in EFFECTS)) for rule in rules]


def beside_base(draws: Draws, layout: Layout, noise: Noise) -> Iterator[tuple[str, float, Flagged]]:
    """What every rule flags in one pull request, at each effect, where the base was measured too."""
    again = Layout.INTERLEAVED if layout is Layout.SEPARATE else layout  # two runners are no confirmation
    looks = Looks(first=draws.sides(layout), second=draws.sides(again))
    for effect in EFFECTS:
        slower = np.log1p(effect) * (np.arange(SUITE) == 0)[:, None]
        head, base = np.exp(looks.first[0] + slower), np.exp(looks.first[1])
        for name, rule in OF_SIDES.items():
            yield name, effect, set(np.flatnonzero(rule(head, base)))
        second = np.exp(looks.second[0] + slower), np.exp(looks.second[1])
        for name, known in (("", NO_NOISE), (", noise learnt", noise)):
            once = beside(head, base, range(SUITE), layout, known)
            yield f"covgate{name}, one look", effect, once
            yield f"**covgate{name}**", effect, beside(*second, sorted(once), again, NO_NOISE)


# --- covgate's own -----------------------------------------------------------------------------------------------


def beside(head: np.ndarray, base: np.ndarray, suite: Sequence[int], layout: Layout, noise: Noise) -> Flagged:
    """What the paired rule flags among *suite*."""
    pairs = [Pair(key=key(one), head=measure(head[one]), base=measure(base[one])) for one in suite]
    return flagged(judge_pairs(pairs, layout=layout, min_effect=LEAST, noise=noise).measures)


def equal_trees(draws: Draws, layout: Layout) -> Iterator[BenchRecord]:
    """What pushes to the base branch left behind: as many comparisons with the parent as are enough to learn from."""
    for _ in range(ENOUGH_RATIOS):
        head, base = (np.exp(side) for side in draws.sides(layout))
        pairs = [Pair(key=key(one), head=measure(head[one]), base=measure(base[one])) for one in range(SUITE)]
        yield BenchRecord(
            sha="", benchmarks=suite_of({}), layout=layout, ratios={pair.key: log_ratio(pair) for pair in pairs}
        )


def beside_history(draws: Draws) -> Iterator[tuple[str, float, Flagged]]:
    """The same with one value of each benchmark, where the base branch has so many more."""
    past, slow = draws.runs(PAST)
    records = tuple(record(run, is_slow=is_slow) for run, is_slow in zip(np.exp(past), slow, strict=True))[::-1]
    heads, slow_heads = draws.runs(2)
    second = draws.sides(Layout.INTERLEAVED)
    for effect in EFFECTS:
        slower = np.log1p(effect) * (np.arange(SUITE) == 0)
        head, again = np.exp(heads + slower)
        for name, rule in OF_HISTORY.items():
            yield name, effect, set(np.flatnonzero(rule(head, np.exp(past))))
        once = out_of_line(head, range(SUITE), records, is_slow=slow_heads[0])
        yield "covgate, one look", effect, once
        yield (
            "covgate, confirmed alike",
            effect,
            once & out_of_line(again, range(SUITE), records, is_slow=slow_heads[1]),
        )
        sides = np.exp(second[0] + slower[:, None]), np.exp(second[1])
        yield "**covgate, confirmed side by side**", effect, beside(*sides, sorted(once), Layout.INTERLEAVED, NO_NOISE)


def out_of_line(values: np.ndarray, suite: Sequence[int], records: Sequence[BenchRecord], *, is_slow: bool) -> Flagged:
    """What the history rule flags among *suite*."""
    head = {key(one): measure([values[one]]) for one in suite}
    past = history(head, records, machine=machine(is_slow=is_slow), renamed={})
    return flagged(judge_history(past, min_effect=LEAST).measures)


def record(values: np.ndarray, *, is_slow: bool) -> BenchRecord:
    measured = {key(one): measure([value]) for one, value in enumerate(values)}
    return BenchRecord(sha="", benchmarks=suite_of(measured), machine=machine(is_slow=is_slow))


def suite_of(measured: dict[Key, Measure]) -> Benchmarks:
    return Benchmarks(
        benchmarks=tuple(Benchmark(name=name, measures={time: one}) for (_, name, time), one in measured.items())
    )


def machine(*, is_slow: bool) -> str:
    """A runner's fingerprint names its processor."""
    return "slow" if is_slow else "fast"


def key(benchmark: int) -> Key:
    return "", str(benchmark), "time"


def measure(values: Sequence[float]) -> Measure:
    return Measure(unit="ns", direction=Direction.LOWER, samples=tuple(map(float, values)))


def flagged(measures: Sequence[MeasureComparison]) -> Flagged:
    return {int(one.name) for one in measures if one.standing is Standing.REGRESSED}


if __name__ == "__main__":
    main()

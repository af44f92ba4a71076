"""Benchmarks that were never run: what a suite measures on shared runners, drawn by three models of their noise.

All on logarithms. A runner is faster or slower as a whole, each benchmark a little differently; within a job the
machine drifts between one side and the other; every sample has noise, and now and then something else ran beside it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bot.core.model.evidence import Layout

SUITE = 20  # benchmarks
SAMPLES = 10  # a side

Drawn = np.ndarray


@dataclass(frozen=True, kw_only=True)
class Noise:
    """Standard deviations of a sample, of runners, of a benchmark on a runner, and of the drift within a job; how many
    samples are outliers and how far off these are on average; how many runs get a processor 1.2 times slower.
    """

    name: str
    sample: float
    runner: float
    fit: float
    drift: float
    outliers: float = 0.0
    outlier: float = 0.0
    slow: float = 0.0


QUIET = Noise(name="quiet", sample=0.02, runner=0.01, fit=0.005, drift=0.003)
TYPICAL = Noise(name="typical", sample=0.03, runner=0.04, fit=0.02, drift=0.01, outliers=0.03, outlier=0.2)
BAD = Noise(name="bad", sample=0.10, runner=0.08, fit=0.04, drift=0.03, outliers=0.05, outlier=0.5, slow=0.2)
MODELS = (QUIET, TYPICAL, BAD)


@dataclass(frozen=True)
class Draws:
    """Draws of one *noise* from one seeded generator."""

    noise: Noise
    random: np.random.Generator

    def runs(self, count: int) -> tuple[Drawn, Drawn]:
        """One value of each benchmark from each of *count* runs on runners of their own, and which of these are slow."""
        runner, slow = self._runners(count)
        return runner + self._samples((count, SUITE)), slow

    def sides(self, layout: Layout) -> tuple[Drawn, Drawn]:
        """Head and base of equal trees: ``SAMPLES`` of each benchmark."""
        runners, _ = self._runners(2)
        head, base = (runners[0], runners[1]) if layout is Layout.SEPARATE else (runners[0], runners[0])
        drift = self.noise.drift / (3 if layout is Layout.INTERLEAVED else 1)
        first, second = self.random.normal(0, drift, (2, SUITE, 1))
        noise = self._samples((2, SUITE, SAMPLES))
        return head[:, None] + first + noise[0], base[:, None] + second + noise[1]

    def _runners(self, count: int) -> tuple[Drawn, Drawn]:
        """How each benchmark fares on each runner."""
        slow = self.random.random(count) < self.noise.slow
        speed = self.random.normal(0, self.noise.runner, count) + slow * np.log(1.2)
        return speed[:, None] + self.random.normal(0, self.noise.fit, (count, SUITE)), slow

    def _samples(self, shape: tuple[int, ...]) -> Drawn:
        outlying = self.random.random(shape) < self.noise.outliers
        far = self.random.exponential(self.noise.outlier, shape) if self.noise.outlier else 0.0
        return self.random.normal(0, self.noise.sample, shape) + outlying * far

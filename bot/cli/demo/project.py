"""The project that the demo's pull request is about, and its real measurement with coverage.py.

Nothing here is canned: each suite is run under coverage.py in a checkout of the very commit that CI would test, and
the collecting action's own script makes the upload from what that wrote.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from bot.assets import collector

POLICY = """\
version: 1
coverage:
  project: {target: 90%}
  patch: {target: 90%}
  components:
    - {name: cart, paths: ["shop/cart.py"], target: 80%, priority: high}
"""

_CART = '''\
"""What a customer is about to buy."""


class Cart:
    def __init__(self):
        self.lines = {}

    def add(self, item, price, count=1):
        if count < 1:
            raise ValueError("count must be at least 1")
        price, before = price, self.lines.get(item, (price, 0))[1]
        self.lines[item] = (price, before + count)

    def remove(self, item):
        if item not in self.lines:
            return False
        del self.lines[item]
        return True

    def total(self):
        return sum(price * count for price, count in self.lines.values())
'''

_PRICES = '''\
"""Prices in cents, so that no rounding is ever argued about."""


def as_text(cents):
    sign = "-" if cents < 0 else ""
    return f"{sign}{abs(cents) // 100}.{abs(cents) % 100:02}"


def discounted(cents, percent):
    if not 0 <= percent <= 100:
        raise ValueError("percent must be between 0 and 100")
    return cents - cents * percent // 100
'''

_TEST_CART = """\
import unittest

from shop.cart import Cart
from shop.prices import as_text, discounted


class CartTest(unittest.TestCase):
    def test_total_counts_every_item(self):
        cart = Cart()
        cart.add("tea", 350, 2)
        cart.add("mug", 900)
        self.assertEqual(cart.total(), 1600)

    def test_removing_twice_says_so(self):
        cart = Cart()
        cart.add("tea", 350)
        self.assertTrue(cart.remove("tea"))
        self.assertFalse(cart.remove("tea"))

    def test_prices_read_well(self):
        self.assertEqual(as_text(-1205), "-12.05")
        self.assertEqual(discounted(1000, 15), 850)
"""

_SHIPPING = '''\
"""What it costs to bring a cart home."""

FREE_FROM = 5000


def shipping(cart, country="AT", express=False):
    """Shipping in cents for *cart*."""
    if not cart.lines:
        return 0
    if cart.total() >= FREE_FROM and not express:
        return 0
    cost = 490 if country == "AT" else 990
    if express:
        cost *= 2
    return cost


def estimate(country, express):
    """Days until it arrives."""
    if express:
        return 1
    if country == "AT":
        return 2
    return 5
'''

_TEST_END_TO_END = """\
import unittest

from shop.cart import Cart
from shop.shipping import shipping


class OrderTest(unittest.TestCase):
    def test_a_small_order_ships_for_the_basic_price(self):
        cart = Cart()
        cart.add("tea", 350)
        self.assertEqual(shipping(cart), 490)

    def test_a_large_order_ships_free(self):
        cart = Cart()
        cart.add("kettle", 5900)
        self.assertEqual(shipping(cart), 0)
"""

_TEST_SHIPPING = """\
import unittest

from shop.cart import Cart
from shop.shipping import estimate, shipping


class ShippingTest(unittest.TestCase):
    def test_an_empty_cart_ships_nothing(self):
        self.assertEqual(shipping(Cart()), 0)

    def test_abroad_and_express_cost_more(self):
        cart = Cart()
        cart.add("tea", 350)
        self.assertEqual(shipping(cart, "DE"), 990)
        self.assertEqual(shipping(cart, express=True), 980)

    def test_estimates(self):
        self.assertEqual([estimate("AT", True), estimate("AT", False), estimate("DE", False)], [1, 2, 5])


class EdgeTest(unittest.TestCase):
    def test_a_cart_refuses_to_count_below_one(self):
        with self.assertRaises(ValueError):
            Cart().add("tea", 350, 0)
"""

_WORKFLOW = """\
name: CI
on: {push: {branches: [main]}, pull_request: {}}
permissions: {contents: read}
jobs:
  unit:
    runs-on: ubuntu-latest
    steps: [{run: "coverage run -m unittest discover -s tests/unit -t . && coverage json"}]
  end-to-end:
    runs-on: ubuntu-latest
    steps: [{run: "coverage run -m unittest discover -s tests/e2e -t . && coverage json"}]
"""

START: dict[str, str] = {
    ".github/covgate.yml": POLICY,
    ".github/workflows/ci.yml": _WORKFLOW,
    "pyproject.toml": "[tool.coverage.run]\nbranch = true\nrelative_files = true\nsource = ['shop']\n",
    "README.md": "# shop\n",
    "shop/__init__.py": "",
    "shop/cart.py": _CART,
    "shop/prices.py": _PRICES,
    "tests/__init__.py": "",
    "tests/unit/__init__.py": "",
    "tests/unit/test_cart.py": _TEST_CART,
}

FEATURE: dict[str, str] = {
    "shop/shipping.py": _SHIPPING,
    "tests/e2e/__init__.py": "",
    "tests/e2e/test_order.py": _TEST_END_TO_END,
}

TESTS: dict[str, str] = {"tests/unit/test_shipping.py": _TEST_SHIPPING}


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """What one job measured: coverage.py's own total line, and the artifact that the collector made of it."""

    total: str
    artifact: str
    files: dict[str, bytes]


def measure(checkout: Path, job: str, suite: str, environment: dict[str, str]) -> Measured:
    """Run *suite* of *checkout* under coverage.py, then the collecting action's script, as a job of CI would."""
    for leftover in ("coverage.json", ".coverage"):
        (checkout / leftover).unlink(missing_ok=True)
    coverage = [sys.executable, "-m", "coverage"]
    _run([*coverage, "run", "-m", "unittest", "discover", "-q", "-s", suite, "-t", "."], checkout)
    _run([*coverage, "json", "-q"], checkout)
    total = json.loads((checkout / "coverage.json").read_bytes())["totals"]
    artifact, files = collect(checkout, environment | {"GITHUB_JOB": job})
    covered = total["covered_lines"] + total["covered_branches"]
    return Measured(
        total=f"{covered}/{total['num_statements'] + total['num_branches']}", artifact=artifact, files=files
    )


def _run(command: list[str], where: Path, environment: dict[str, str] | None = None) -> None:
    # Our own environment may itself be under measurement: the project's must not join it.
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("COVERAGE_", "COV_"))}
    done = subprocess.run(command, cwd=where, env=inherited | (environment or {}), capture_output=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)} failed in the demo's project:\n{done.stderr.decode()}")


def collect(checkout: Path, environment: dict[str, str]) -> tuple[str, dict[str, bytes]]:
    """The collecting action's step on *checkout*: the artifact's name, and its files as uploaded."""
    outputs = checkout.parent / f"{checkout.name}-outputs"
    folder = checkout.parent / f"{checkout.name}-upload"
    step = {
        "GITHUB_WORKSPACE": str(checkout),
        "GITHUB_OUTPUT": str(outputs),
        "COLLECT_INTO": str(folder),
        "COLLECT_FILES": "coverage.json",
    }
    _run([sys.executable, str(collector())], checkout, environment | step)
    written = outputs.read_text(encoding="utf-8").split("\n")
    artifact = next(written[at + 1] for at, line in enumerate(written) if line.startswith("artifact<<"))
    files = {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()
    }
    return artifact, files

"""docs/gates.md says what the code does."""

import re
from fractions import Fraction
from pathlib import Path

from bot.core.model.coverable import NEVER_COVERABLE
from bot.core.model.coverage import Tally
from bot.core.model.verdict import Dropped
from tests.core.making import baseline, changed, diff, evidence, gate, judged, policy, report, tally_file, upload

PAGE = (Path(__file__).parents[2] / "docs" / "gates.md").read_text()


def test_the_published_list_is_the_list():
    """Line by line."""
    block = re.search(r"## Files that cannot be covered.*?```\n(.*?)```", PAGE, re.DOTALL)
    assert block is not None
    assert tuple(block[1].split()) == NEVER_COVERABLE


def test_the_table_of_drops_is_worked_right():
    """Each row: base, deleted and head as they stand, and whether it is a drop."""
    rows = re.findall(
        r"^\| .*? \| (\d+)/(\d+) \| (\d+)/(\d+) \| (\d+)/(\d+)[^|]* \| (\d+)/(\d+)[^|]* \| (.*?) \|$",
        PAGE,
        re.MULTILINE,
    )
    assert len(rows) == 4
    for *numbers, said in rows:
        base, deleted, head, together = (
            Tally(int(c), int(t)) for c, t in zip(numbers[::2], numbers[1::2], strict=True)
        )
        assert head + deleted == together
        files = {"kept.py": tally_file(base.covered - deleted.covered, base.total - deleted.total)}
        before = baseline(files | {"gone.py": tally_file(deleted.covered, deleted.total)})
        change = diff(changed("gone.py", f"1-{deleted.total}", f"1-{head.total}"))
        seen = evidence(upload(report({"gone.py": tally_file(head.covered, head.total), "kept.py": "."})))
        reason = gate(judged(seen, before, change, policy("1")), "coverage/project").reason
        assert isinstance(reason, Dropped) == said.startswith("a drop")


def test_the_numbers_in_the_text_are_right():
    """57 of 60 reaches 95 %, 56 needs one more; 949 of 1,000 needs one."""
    target = Fraction(95, 100)
    assert [Tally(57, 60).needed(target), Tally(56, 60).needed(target), Tally(949, 1000).needed(target)] == [0, 1, 1]

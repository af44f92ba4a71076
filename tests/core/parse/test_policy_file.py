"""The policy file is read exactly, or refused with one line that says where and why."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.model.errors import PolicyError
from bot.core.model.policy import Mode, Policy, Priority, UntilReached, unjudged_sections
from bot.core.parse.policy import parse_policy

CONTRACT = """\
version: 1
mode: enforce                    # enforce | report | off; any gate below takes its own `mode`
coverage:
  metric: native                 # native | lines | statements | branches | codecov
  project: {target: 95%, max_drop: 0%, until_reached: fail}
  patch: {target: 95%, min_lines: 0, max_missed_lines: null}
  ignore: []
tests: {races: forbid, flaky: report}
lint: {max_new: 0}
benchmarks: {min_effect: 5%, confirm: true}
evidence: {workflows: auto, artifacts: ["covgate-*"], deadline: 15m}
comment: {when: always, drafts: false}
checks: single                   # single | per_gate
"""

MORE = """\
version: 1
extends: org
coverage:
  project: {until_reached: ratchet}
  bases: {"release/*": {project: {target: 90%}}}
  components: [{name: monitor, paths: ["pkg/monitor/**"], target: 100%, priority: critical}]
  flags: {"svc-*": {paths: ["services/*/**"], workflows: ["ci-*.yml"], target: 90%, carry: auto}}
  paths: [{from: "/app/", to: ""}]
build: {jobs: ["build", "docker"]}
benchmarks:
  limits: ["BenchmarkCollect time < 100ms", "api_p99 time < 50ms", "throughput > 1000 req/s"]
  renamed: {Old: New}
evidence: {artifacts: ["covgate-*", "coverage-reports-*"], workflows: [".github/workflows/ci.yml"]}
run: {unit: "go test -race -coverprofile=coverage.out -json ./... > test.json"}
comment: {when: actionable}
"""


def refusal(text: str | bytes) -> str:
    """The one line with which a policy is refused, without its path."""
    with pytest.raises(PolicyError) as caught:
        parse_policy(text if isinstance(text, bytes) else text.encode())
    return str(caught.value).removeprefix(".github/covgate.yml:")


def outcome(data: bytes) -> Policy | PolicyError:
    """What becomes of a file: a policy or a refusal, and nothing else."""
    try:
        return parse_policy(data)
    except PolicyError as error:
        return error


def test_the_published_defaults_written_out_are_the_defaults():
    """The policy that the contract prints means what `version: 1` alone means."""
    assert parse_policy(CONTRACT.encode()) == parse_policy(b"version: 1") == Policy()


def test_everything_that_a_policy_can_say_is_understood():
    """Keys of features that are not judged yet are read, validated and kept."""
    policy = parse_policy(MORE.encode())
    component = policy.coverage.components[0]
    assert (component.name, component.target, component.priority) == ("monitor", 1, Priority.CRITICAL)
    assert policy.coverage.project.until_reached is UntilReached.RATCHET
    override = policy.coverage.bases["release/*"].project
    assert override is not None
    assert override.target == Fraction(9, 10)
    assert policy.coverage.flags["svc-*"].workflows == ("ci-*.yml",)
    assert policy.build.jobs == ("build", "docker")
    assert policy.benchmarks.renamed == {"Old": "New"}
    assert policy.evidence.workflows == (".github/workflows/ci.yml",)
    assert policy.run["unit"].startswith("go test -race")
    assert (policy.coverage.paths[0].from_, policy.coverage.paths[0].to) == ("/app/", "")


def test_sections_that_this_version_does_not_judge_are_named():
    """A verdict can say which written rules it did not look at; what is judged, switched off or for `run` is not there."""
    assert unjudged_sections(parse_policy(MORE.encode())) == ("extends", "coverage.flags")
    text = b"version: 1\ntests: {races: forbid}\nlint: {mode: off}\nchecks: per_gate\nrun: {unit: make test}"
    assert unjudged_sections(parse_policy(text)) == ("checks",)
    assert unjudged_sections(Policy()) == ()


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("95%", Fraction(95, 100)),
        ("95", Fraction(95, 100)),
        ("99.95%", Fraction(9995, 10000)),
        ("99.95", Fraction(9995, 10000)),
        ('"99.999999 %"', Fraction(99999999, 100000000)),
        ("0", Fraction(0)),
        ("0.5%", Fraction(1, 200)),
        ("100%", Fraction(1)),
    ],
)
def test_a_percentage_means_exactly_what_is_written(written: str, meant: Fraction):
    """No float ever stands between the file and the gate."""
    policy = parse_policy(f"version: 1\ncoverage: {{project: {{target: {written}}}}}".encode())
    assert policy.coverage.project.target == meant


def test_off_is_a_mode_although_yaml_calls_it_false():
    """YAML 1.1 reads a bare `off` as a boolean; scalars are kept as the text that was written."""
    assert parse_policy(b"version: 1\nmode: off").mode is Mode.OFF


def test_an_alias_stands_for_what_it_names():
    """Anchors and aliases work; each use is validated where it is used."""
    policy = parse_policy(
        b"version: 1\ncoverage:\n  project: {target: &t 80%}\n  patch: {target: *t}\n  ignore: &i [a]\n"
    )
    assert policy.coverage.project.target == policy.coverage.patch.target == Fraction(4, 5)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", '1: is empty; begin it with "version: 1"'),
        ("# only a comment\n", '1: is empty; begin it with "version: 1"'),
        ("- a\n- b", '1: is not a mapping of keys to values; begin it with "version: 1"'),
        ("\nmode: off", '1: does not say its version; begin it with "version: 1"'),
        ("version: 2\nwrong: 1", '1: version: "2" is not known; this covgate reads version 1'),
        ("version: 1\nmode: strict", '2: mode: must be enforce, report or off, not "strict"'),
        (
            "version: 1\ncoverage:\n  patch:\n    target: 90%\n    tagret: 3",
            '5: coverage.patch: unknown key "tagret"; did you mean "target"?',
        ),
        (
            "version: 1\ncoverage:\n  project: {threshold: 1%}",
            '3: coverage.project: unknown key "threshold"; did you mean "max_drop"?',
        ),
        (
            "version: 1\ncoverage:\n  project: {colour: red}",
            '3: coverage.project: unknown key "colour"; known are mode, target, max_drop, until_reached',
        ),
        ("version: 1\ncovrage: {}", '2: unknown key "covrage"; did you mean "coverage"?'),
        (
            "version: 1\ncoverage:\n  components:\n  - name: a\n    pathes: [x]",
            '4: coverage.components lacks its "paths"',
        ),
        (
            "version: 1\ncoverage:\n  components:\n  - {name: a, paths: [x]}\n  - {name: a, paths: [y]}",
            '5: coverage.components.name: "a" is the name of an earlier component too',
        ),
        ("version: 1\ncoverage:\n  branches: {}", '3: coverage.branches lacks its "target"'),
        ("version: 1\ncoverage:\nmode: off", "2: coverage: is empty; give it a value or remove the key"),
        ("version: 1\ncoverage: on", '2: coverage: must be a mapping of keys to values, not "on"'),
        ("version: 1\ncoverage:\n  bases: {'': {}}", "3: coverage.bases: a key is empty"),
        ("version: 1\ncoverage:\n  ignore: docs", '3: coverage.ignore: must be a list, not "docs"'),
        ("version: 1\ncoverage:\n  ignore:\n  - a\n  - {b: c}", "5: coverage.ignore: must be text, not a mapping"),
        ("version: 1\ncoverage:\n  ignore: ['']", "3: coverage.ignore: is empty"),
        (
            "version: 1\ncoverage:\n  project:\n    target: 95\n    max_drop: 0\n    target: 10",
            '6: has the key "target" twice; it is on line 4 already',
        ),
        (
            "version: 1\ncoverage:\n  project:\n    target: lots",
            '4: coverage.project.target: "lots" is not a percentage; write it as 95% or 99.5%',
        ),
        ("version: 1\ncoverage: {project: {target: 101%}}", '2: coverage.project.target: "101%" is over 100%'),
        ("version: 1\ncoverage: {project: {target: -1%}}", None),
        ("version: 1\ncoverage: {project: {target: 1e2}}", None),
        ("version: 1\ncoverage: {project: {target: [95%]}}", None),
        (
            "version: 1\ncoverage: {patch: {target: 0.95}}",
            '2: coverage.patch.target: "0.95" could mean a share or a percentage; write it with a % sign',
        ),
        ("version: 1\nlint: {max_new: 1.5}", '2: lint.max_new: "1.5" is not a whole number from 0 to 1000000'),
        ("version: 1\nbenchmarks: {confirm: maybe}", '2: benchmarks.confirm: "maybe" is neither true nor false'),
        (
            "version: 1\nbenchmarks:\n  limits:\n  - BenchmarkX time < 5ms\n  - fast",
            '5: benchmarks.limits: "fast" is not a limit; write it as "NAME time < 100ms" or "NAME > 1000 req/s"',
        ),
        (
            "version: 1\nevidence: {deadline: soon}",
            '2: evidence.deadline: "soon" is not a duration; write it as 90s, 15m or 2h',
        ),
        ("version: 1\nevidence: {deadline: 25h}", '2: evidence.deadline: "25h" is over 24h'),
        ("version: 1\nevidence: {workflows: none}", '2: evidence.workflows: must be a list, not "none"'),
        ("version: 1\nextends: other", '2: extends: must be org, not "other"'),
        ("version: 1\nmode: !!python/object/apply:os.system [ls]", "2: bears a YAML tag; write plain values"),
        ("version: 1\ncoverage: {<<: {metric: lines}}", "2: uses a merge key (<<); write the keys out"),
        ("version: 1\n? [a]\n: b", "2: has a key that is not text"),
        ("version: 1\n---\nversion: 1", "2: holds a second document; a policy is one"),
        ("version: 1\nrun: {unit: *gone}", '2: has no anchor "&gone" before this alias'),
        ("version: 1\nrun: &a {unit: *a}", '2: has no anchor "&a" before this alias'),
        ("version: 1\nrun: {unit: [", "2: is not valid YAML: expected the node content, but found '<stream end>'"),
        ("version: 1\n\tmode: off", "2: is not valid YAML: found character '\\t' that cannot start any token"),
        ("version: 1\nmode: \x07", "2: holds a character that YAML does not allow"),
        ('version: 1\nmode: "\\UFFFFFFFF"', "2: holds an escape that stands for no character"),
        (b"version: 1\nmode: \xff", "2: is not UTF-8 text"),
        (b"#" * (256 * 1024 + 1), None),
    ],
)
def test_every_mistake_is_named_with_its_line(text: str | bytes, said: str | None):
    """Line, key, what is wrong, and what would be right."""
    refused = refusal(text)
    assert said is None or refused == said


def test_the_first_mistake_in_the_file_is_the_one_that_is_told():
    """Whatever kind of mistake it is: a later duplicate does not hide an earlier typo."""
    text = "version: 1\ncoverage:\n  metrik: lines\n  patch: {target: x}\nmode: off\nmode: off"
    assert refusal(text) == '3: coverage: unknown key "metrik"; did you mean "metric"?'


def test_a_path_of_its_own_is_told():
    """`--policy FILE` names that file."""
    with pytest.raises(PolicyError, match=r"^other\.yml:1: is empty"):
        parse_policy(b"", path="other.yml")


@pytest.mark.parametrize(
    "bomb",
    [
        "version: 1\n" + "".join(f"k{i}: &k{i} [{','.join([f'*k{i - 1}'] * 9) if i else 'x'}]\n" for i in range(12)),
        "version: 1\nmode: " + "[" * 100_000,
        "- " * 100_000,
        "version: 1\nrun: &r {unit: x}\nk: [" + ", ".join(["*r"] * 101) + "]",
        "version: 1\n" + "".join(f"k{i}: &k{i} [*k{i - 1}]\n" if i else "k0: &k0 [x]\n" for i in range(30)),
    ],
    ids=["laughs", "brackets", "dashes", "aliases", "deep-by-alias"],
)
def test_a_bomb_is_refused_before_it_grows(bomb: str):
    """Depth, aliases and what they expand to are bounded."""
    assert refusal(bomb)


@given(st.binary(max_size=200))
def test_no_bytes_bring_anything_but_a_policy_or_a_refusal(data: bytes):
    """Untrusted bytes never raise another error."""
    assert isinstance(outcome(data), Policy | PolicyError)
    assert isinstance(outcome(b"version: 1\n" + data), Policy | PolicyError)


_SCALARS = st.sampled_from(["1", "off", "95%", "[]", "{}", "null", "[a, b]", "{a: b}", "'x'", "true", "15m"])
_KEYS = st.sampled_from(
    ["mode", "coverage", "tests", "lint", "build", "benchmarks", "evidence", "comment", "checks", "run", "extends", "x"]
)


@given(st.dictionaries(_KEYS, st.one_of(_SCALARS, st.dictionaries(_KEYS, _SCALARS, max_size=3))))
def test_every_refusal_names_a_line_of_the_file(sections: dict[str, str | dict[str, str]]):
    """A mistake's line lies in the file."""
    lines = ["version: 1"]
    for key, value in sections.items():
        lines.append(f"{key}: {value}" if isinstance(value, str) else f"{key}:")
        lines += [f"  {inner}: {text}" for inner, text in value.items()] if isinstance(value, dict) else []
    result = outcome("\n".join(lines).encode())
    assert isinstance(result, Policy) or (result.line is not None and 1 <= result.line <= len(lines))

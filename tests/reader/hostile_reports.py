"""Reports made to harm: each a few lines of generator, at most 64 MiB of bytes."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

MIB = 1 << 20


@dataclass(frozen=True)
class Hostile:
    """A report, and what must come of it: ``refused`` (a problem, nothing read), ``read`` (it is harmless), or
    ``bounded`` (either, within the limits).
    """

    name: str
    make: Callable[[], bytes]
    outcome: str = "refused"


def cobertura(*, prolog: str = "", attributes: str = "", inside: str = "", name: str = "a.py") -> str:
    """A Cobertura report of one line, with something put where it hurts."""
    return (
        f'<?xml version="1.0"?>\n{prolog}<coverage line-rate="1"{attributes}><packages><package name="p"><classes>'
        f'<class name="c" filename="{name}"><lines><line number="1" hits="1"/></lines></class>'
        f"</classes></package></packages>{inside}</coverage>"
    )


def encoded(encoding: str) -> bytes:
    """A harmless report in *encoding*, which it names."""
    return cobertura(name="é.py").replace('"1.0"?', f'"1.0" encoding="{encoding}"?').encode(encoding)


def entities(count: int, times: int) -> str:
    """Entities that each stand for *times* the one before."""
    nested = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * times}">' for n in range(1, count))
    return f'<!DOCTYPE coverage [<!ENTITY l0 "lol">{nested}]>'


def doctype(declarations: str) -> str:
    return f"<!DOCTYPE coverage [{declarations}]>"


SECRET = "file:///etc/hostname"
DEFAULTS = " ".join(f'a{number} CDATA "{"v" * 1000}"' for number in range(200))

XML: tuple[Hostile, ...] = (
    Hostile("billion laughs", lambda: cobertura(prolog=entities(10, 10), inside="<x>&l9;</x>").encode()),
    Hostile("billion laughs in an attribute", lambda: cobertura(prolog=entities(10, 10), name="&l9;").encode()),
    Hostile(
        "quadratic blowup",
        lambda: cobertura(prolog=doctype(f'<!ENTITY a "{"A" * 50_000}">'), inside="&a;" * 50_000).encode(),
    ),
    Hostile("an entity below any threshold", lambda: cobertura(prolog=doctype('<!ENTITY a "a">'), name="&a;").encode()),
    Hostile("an entity that nobody uses", lambda: cobertura(prolog=doctype('<!ENTITY a "a">')).encode()),
    Hostile(
        "an external file as an entity",
        lambda: cobertura(prolog=doctype(f'<!ENTITY x SYSTEM "{SECRET}">'), inside="<x>&x;</x>").encode(),
    ),
    Hostile(
        "an address as an entity",
        lambda: cobertura(prolog=doctype('<!ENTITY x SYSTEM "http://127.0.0.1:9/x">'), inside="<x>&x;</x>").encode(),
    ),
    Hostile(
        "an external DTD with an entity",
        lambda: cobertura(prolog=f'<!DOCTYPE coverage SYSTEM "{SECRET}">', name="a&x;.py").encode(),
    ),
    Hostile(
        "an external DTD with an entity where nobody looks",
        lambda: cobertura(prolog=f'<!DOCTYPE coverage SYSTEM "{SECRET}">', inside="<x>&x;</x>").encode(),
        "bounded",
    ),
    Hostile(
        "a parameter entity",
        lambda: cobertura(prolog=doctype(f'<!ENTITY % p SYSTEM "{SECRET}">%p;'), inside="<x>&x;</x>").encode(),
    ),
    Hostile(
        "entities in a circle",
        lambda: cobertura(prolog=doctype('<!ENTITY a "&b;"><!ENTITY b "&a;">'), inside="<x>&a;</x>").encode(),
    ),
    Hostile(
        "default attributes by the thousand",
        lambda: cobertura(prolog=doctype(f"<!ATTLIST x {DEFAULTS}>"), inside="<x/>" * 20_000).encode(),
        "bounded",
    ),
    Hostile("an attribute of 60 MiB", lambda: cobertura(attributes=f' x="{"A" * (60 * MIB)}"').encode()),
    Hostile("a file name of 9 MiB", lambda: cobertura(name="A" * (9 * MIB)).encode()),
    Hostile("a text of 60 MiB", lambda: cobertura(inside=f"<x>{'A' * (60 * MIB)}</x>").encode(), "bounded"),
    Hostile("a comment of 60 MiB", lambda: cobertura(inside=f"<!--{'c' * (60 * MIB)}-->").encode(), "bounded"),
    Hostile("a name of 50 MiB", lambda: cobertura(inside=f"<{'n' * (50 * MIB)}/>").encode()),
    Hostile(
        "a million attributes",
        lambda: cobertura(inside="<x " + " ".join(f'a{n}="1"' for n in range(1_000_000)) + "/>").encode(),
    ),
    Hostile(
        "a hundred thousand namespaces",
        lambda: cobertura(attributes=" ".join(["", *(f'xmlns:n{n}="u{n}"' for n in range(100_000))])).encode(),
        "bounded",
    ),
    Hostile("a depth of 3000", lambda: cobertura(inside="<a>" * 3000 + "</a>" * 3000).encode()),
    Hostile("a depth of a million", lambda: cobertura(inside="<a>" * 1_000_000 + "</a>" * 1_000_000).encode()),
    Hostile("five million siblings", lambda: cobertura(inside="<a/>" * 5_000_000).encode(), "bounded"),
    Hostile("a NUL", lambda: cobertura(inside="<x>a\0b</x>").encode()),
    Hostile("a NUL in a file name", lambda: cobertura(name="a\0b").encode()),
    Hostile("a NUL by its number", lambda: cobertura(name="&#0;").encode()),
    Hostile("bytes that are not UTF-8", lambda: cobertura(name="a").encode().replace(b'"a"', b'"\xff\xfe\xc3("')),
    Hostile(
        "UTF-7",
        lambda: cobertura(name="+ADw-x+AD4-").replace('"1.0"?', '"1.0" encoding="UTF-7"?').encode(),
        "bounded",
    ),
    Hostile("one attribute twice", lambda: cobertura(inside='<x a="1" a="2"/>').encode()),
    Hostile("the end missing", lambda: cobertura().encode()[:-40]),
    Hostile("more behind the end", lambda: cobertura().encode() + b"garbage"),
    Hostile("a second document behind the end", lambda: cobertura().encode() * 2),
    Hostile("a line beyond any file", lambda: cobertura().replace('number="1"', 'number="99999999999"').encode()),
    Hostile("a count that is none", lambda: cobertura().replace('hits="1"', 'hits="1e999x"').encode()),
    Hostile(
        "the DTD of real reports",
        lambda: cobertura(
            prolog='<!DOCTYPE coverage SYSTEM "http://cobertura.sourceforge.net/xml/coverage-04.dtd">\n'
        ).encode(),
        "read",
    ),
    Hostile(
        "an XInclude",
        lambda: cobertura(
            attributes=' xmlns:xi="http://www.w3.org/2001/XInclude"',
            inside=f'<xi:include href="{SECRET}" parse="text"/>',
        ).encode(),
        "read",
    ),
    *(
        Hostile(f"a harmless one in {encoding}", partial(encoded, encoding), "read")
        for encoding in ("UTF-8", "UTF-16", "ISO-8859-1", "windows-1252")
    ),
    Hostile("UTF-16 without a mark", partial(encoded, "UTF-16-LE"), "bounded"),
)


def coverage_json(**inside: object) -> str:
    """A report of coverage.py of one file, with something put where it hurts."""
    counts = {"covered_lines": 1, "num_statements": 2, "missing_lines": 1, "excluded_lines": 0}
    file = {"executed_lines": [1], "missing_lines": [2], "excluded_lines": [], "summary": counts}
    meta = {"format": 3, "version": "7.10.0", "branch_coverage": False, "show_contexts": False}
    return json.dumps({"meta": meta, "files": {"a.py": file}, "totals": counts, **inside})


def instead_of_a_line(text: str) -> bytes:
    return coverage_json().replace('"executed_lines": [1]', f'"executed_lines": [{text}]').encode()


JSON: tuple[Hostile, ...] = (
    Hostile("not a number", lambda: instead_of_a_line("NaN")),
    Hostile("infinity", lambda: instead_of_a_line("Infinity")),
    Hostile("more than any float", lambda: instead_of_a_line("1e999")),
    Hostile("half a line", lambda: instead_of_a_line("1.5")),
    Hostile("a boolean as a line", lambda: instead_of_a_line("true")),
    Hostile("a text as a line", lambda: instead_of_a_line('"1"')),
    Hostile("a line before the first", lambda: instead_of_a_line("-1")),
    Hostile("a line beyond any file", lambda: instead_of_a_line("99999999999")),
    Hostile("a number of 4000 digits", lambda: instead_of_a_line("1" * 4000)),
    Hostile("a number of 5 million digits", lambda: instead_of_a_line("1" * 5_000_000)),
    Hostile("ten million lines in a row", lambda: instead_of_a_line("1," * 10_000_000 + "1"), "bounded"),
    Hostile("a depth of 1000", lambda: instead_of_a_line("[" * 1000 + "]" * 1000)),
    Hostile(
        "a depth of 100,000 where nobody looks",
        lambda: coverage_json()[:-1].encode() + b', "x": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    ),
    Hostile("ten million open brackets", lambda: coverage_json().encode()[:-1] + b', "x": ' + b"[" * 10_000_000),
    Hostile("a text of 60 MiB where nobody looks", lambda: coverage_json(x="A" * (60 * MIB)).encode(), "bounded"),
    Hostile("a file name of a mebibyte", lambda: coverage_json().replace("a.py", "a" * MIB).encode()),
    Hostile("half a surrogate pair", lambda: coverage_json().replace("a.py", "\\ud800").encode()),
    Hostile("a NUL in a file name", lambda: coverage_json().replace("a.py", "\\u0000").encode()),
    Hostile("bytes that are not UTF-8", lambda: coverage_json().encode().replace(b"a.py", b"\xff\xfe")),
    Hostile("the end missing", lambda: coverage_json().encode()[:-20]),
    Hostile("more behind the end", lambda: coverage_json().encode() + b"{}"),
    Hostile("files twice, the second time none", lambda: coverage_json().encode()[:-1] + b', "files": {}}'),
    Hostile("files that are none", lambda: coverage_json(files=[]).encode()),
    Hostile("a mark before the first byte", lambda: b"\xef\xbb\xbf" + coverage_json().encode(), "read"),
)

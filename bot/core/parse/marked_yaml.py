"""A YAML document as plain nodes that know their line: bounded, with scalars left as the text that was written.

Built from PyYAML's events, which come without recursion and without constructing anything, so that depth, aliases
and tags are refused before they cost something. https://yaml.org/spec/1.1/ (what PyYAML reads).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import yaml

from bot.core.model.errors import PolicyError

MAX_BYTES = 256 * 1024
MAX_DEPTH = 20
MAX_ALIASES = 100
MAX_NODES = 50_000  # counted after aliases are followed, so that no file grows by repeating itself
_TAGS = frozenset(f"tag:yaml.org,2002:{name}" for name in ("str", "int", "float", "bool", "null"))
_NULLS = frozenset({"", "~", "null", "Null", "NULL"})


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Where something starts: *line* and *column* count from 1."""

    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Scalar:
    """*text* as written, without quotes; ``None`` for YAML's null."""

    place: Place
    text: str | None
    nodes: int = 1
    depth: int = 0


@dataclass(slots=True)
class Listing:
    """A sequence. *nodes* and *depth* are those of the whole tree below, itself included."""

    place: Place
    items: list[Node] = field(default_factory=list["Node"])
    nodes: int = 1
    depth: int = 1


@dataclass(frozen=True, slots=True)
class Entry:
    """One key of a mapping: where the key stands, and its value."""

    key: Place
    value: Node


@dataclass(slots=True)
class Table:
    """A mapping. Keys are text and unique; *key* is one that still waits for its value."""

    place: Place
    entries: dict[str, Entry] = field(default_factory=dict[str, Entry])
    nodes: int = 1
    depth: int = 1
    key: Scalar | None = None


Node = Scalar | Listing | Table


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """Something wrong at a place, as a clause."""

    place: Place
    reason: str


def read_yaml(data: bytes, *, path: str) -> tuple[Node | None, list[Fault]]:
    """The one document in *data* (``None``: it holds nothing) and the faults that let reading go on: duplicate keys,
    keys that are not text, tags. Raises ``PolicyError`` at the first fault that does not.
    """
    builder = _Builder(path)
    text = _text(data, path)
    try:
        for event in yaml.parse(text, Loader=yaml.SafeLoader):
            builder.take(event)
    except yaml.reader.ReaderError as error:
        reason = "holds a character that YAML does not allow"
        raise PolicyError(reason, path=path, line=text.count("\n", 0, error.position) + 1) from None
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else None
        raise PolicyError(f"is not valid YAML: {error.problem}", path=path, line=line) from None
    except (ValueError, OverflowError):  # PyYAML computes the character of an escape like "\UFFFFFFFF" unchecked
        raise PolicyError("holds an escape that stands for no character", path=path, line=builder.line) from None
    return builder.root, builder.faults


def _text(data: bytes, path: str) -> str:
    if len(data) > MAX_BYTES:
        raise PolicyError(f"is larger than {MAX_BYTES // 1024} KiB", path=path)
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise PolicyError("is not UTF-8 text", path=path, line=data.count(b"\n", 0, error.start) + 1) from None


class _Builder:
    """Nodes from events. *open* holds the collections that are not closed yet, with their anchors."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.root: Node | None = None
        self.faults: list[Fault] = []
        self.line = 1
        self._open: list[tuple[Listing | Table, str | None]] = []
        self._anchors: dict[str, Node] = {}
        self._aliases = 0
        self._documents = 0

    def take(self, event: yaml.Event) -> None:
        mark = event.start_mark
        place = Place(mark.line + 1, mark.column + 1) if mark else Place(self.line, 1)
        self.line = place.line
        match event:
            case yaml.DocumentStartEvent():
                self._documents += 1
                if self._documents > 1:
                    raise self._error("holds a second document; a policy is one")
            case yaml.ScalarEvent():
                self._tag(event.tag, place)
                plain_null = event.tag is None and event.implicit[0] and event.value in _NULLS
                null = plain_null or event.tag == "tag:yaml.org,2002:null"
                self._add(Scalar(place, None if null else event.value), event.anchor)
            case yaml.AliasEvent():
                self._add(self._aliased(event.anchor), None)
            case yaml.SequenceStartEvent():
                self._enter(Listing(place), event)
            case yaml.MappingStartEvent():
                self._enter(Table(place), event)
            case yaml.CollectionEndEvent():
                node, anchor = self._open.pop()
                self._add(node, anchor)
            case _:  # the stream's and the document's ends say nothing
                pass

    def _error(self, reason: str) -> PolicyError:
        return PolicyError(reason, path=self.path, line=self.line)

    def _tag(self, tag: str | None, place: Place) -> None:
        if tag is not None and tag not in _TAGS:
            self.faults.append(Fault(place, "bears a YAML tag; write plain values"))

    def _aliased(self, anchor: str | None) -> Node:
        self._aliases += 1
        if self._aliases > MAX_ALIASES:
            raise self._error(f"uses more than {MAX_ALIASES} aliases")
        node = self._anchors.get(anchor or "")
        if node is None:
            raise self._error(f'has no anchor "&{(anchor or "")[:40]}" before this alias')
        return node

    def _enter(self, node: Listing | Table, event: yaml.CollectionStartEvent) -> None:
        if len(self._open) >= MAX_DEPTH:
            raise self._error(f"is nested deeper than {MAX_DEPTH} levels")
        self._tag(event.tag, node.place)
        self._open.append((node, event.anchor))

    def _add(self, node: Node, anchor: str | None) -> None:
        """Put a finished *node* into the collection that is open."""
        if anchor is not None:
            self._anchors[anchor] = node
        if not self._open:
            self.root = node
            return
        parent, _ = self._open[-1]
        parent.nodes += node.nodes
        parent.depth = max(parent.depth, node.depth + 1)
        if parent.nodes > MAX_NODES or parent.depth + len(self._open) - 1 > MAX_DEPTH:
            raise self._error("repeats itself beyond all need")
        if isinstance(parent, Listing):
            parent.items.append(node)
        else:
            self._pair(parent, node)

    def _pair(self, table: Table, node: Node) -> None:
        if table.key is None:
            table.key = node if isinstance(node, Scalar) else Scalar(node.place, None)
            return
        key, table.key = table.key, None
        if key.text is None:
            self.faults.append(Fault(key.place, "has a key that is not text"))
        elif key.text == "<<":
            self.faults.append(Fault(key.place, "uses a merge key (<<); write the keys out"))
        elif key.text in table.entries:
            first = table.entries[key.text].key.line
            self.faults.append(Fault(key.place, f'has the key "{key.text[:40]}" twice; it is on line {first} already'))
        else:
            table.entries[key.text] = Entry(key.place, node)


def plain(node: Node | None) -> object:
    """*node* as Python's own lists and dictionaries of text. Aliased parts are shared, not copied."""
    match node:
        case Scalar():
            return node.text
        case Listing():
            return [plain(item) for item in node.items]
        case Table():
            return {key: plain(entry.value) for key, entry in node.entries.items()}
        case None:
            return None


def steps(node: Node | None, location: tuple[int | str, ...]) -> Iterator[tuple[str | int, Place, Node]]:
    """The way from *node* along *location*, as (part, place of the key, value). Parts that name nothing in the
    document (pydantic's own names of a union's members) are passed over.
    """
    for part in location:
        if isinstance(node, Table) and isinstance(part, str) and part in node.entries:
            entry = node.entries[part]
            node = entry.value
            yield part, entry.key, node
        elif isinstance(node, Listing) and isinstance(part, int) and part < len(node.items):
            node = node.items[part]
            yield part, node.place, node

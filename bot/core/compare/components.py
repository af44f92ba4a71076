"""The policy's components: the part of each metric that their paths select."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from bot.core.compare.deltas import FileDelta
from bot.core.compare.lineage import Lineage
from bot.core.model.comparison import ComponentCoverage
from bot.core.model.coverage import NOTHING, Metric, Tally
from bot.core.model.globs import matches_any
from bot.core.model.policy import Component


def compare_components(
    components: Sequence[Component],
    deltas: Mapping[Metric, Sequence[FileDelta]],
    lineage: Lineage,
    tracked: frozenset[str] | None,
) -> tuple[ComponentCoverage, ...]:
    """Each component with the tallies of its files. A file may belong to several components, or to none."""
    paths = {path for ones in deltas.values() for one in ones for path in (one.path, one.old_path) if path is not None}
    return tuple(_component(component, paths, deltas, lineage, tracked) for component in components)


def _component(
    component: Component,
    paths: Iterable[str],
    deltas: Mapping[Metric, Sequence[FileDelta]],
    lineage: Lineage,
    tracked: frozenset[str] | None,
) -> ComponentCoverage:
    own = {path for path in paths if matches_any(component.paths, path)}
    head = {metric: _sum(one.head for one in ones if one.path in own) for metric, ones in deltas.items()}
    base = {metric: _sum(one.base for one in ones if one.old_path in own) for metric, ones in deltas.items()}
    deleted = {
        metric: _sum(_deleted(one, own) for one in ones if one.old_path in own) for metric, ones in deltas.items()
    }
    return ComponentCoverage(
        name=component.name,
        head={metric: tally for metric, tally in head.items() if tally.total},
        base={metric: tally for metric, tally in base.items() if tally.total},
        deleted={metric: tally for metric, tally in deleted.items() if base[metric].total},
        exists=_exists(component, own, lineage, tracked),
    )


def _exists(component: Component, own: set[str], lineage: Lineage, tracked: frozenset[str] | None) -> bool:
    """Whether the head holds a file of the component. Unless its files are known it does, if nothing says that what
    the base measured is gone.
    """
    if tracked is None:
        return not own or any(lineage.after(path) in own for path in own)
    return not own.isdisjoint(tracked) or any(matches_any(component.paths, path) for path in tracked)


def _deleted(one: FileDelta, own: set[str]) -> Tally:
    """What the component lost of a file: the lines deleted from it, or all of it if it moved out."""
    return one.deleted if one.path in own else one.base


def _sum(tallies: Iterable[Tally]) -> Tally:
    return sum(tallies, NOTHING)

"""Finds the tree of enumerated points and tells directives from other points."""

from __future__ import annotations

from dataclasses import dataclass

from models.records import ItemFunction, MarkerStyle


@dataclass(frozen=True, slots=True)
class Point:
    """An enumerated point, in half-open offsets of the cleaned text.

    [start, marker_end) is the marker, [marker_end, heading_end) its heading, [start, end) the whole point with its
    children. ``parent`` is the index of the enclosing point in the list of points, or None.
    """

    start: int
    marker_end: int
    heading_end: int
    end: int
    style: MarkerStyle
    number: int | None
    parent: int | None
    function: ItemFunction
    rule: str

"""Reads annotated speeches and lays their labels onto the extractor's own pieces and points."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random

from extractor.items import Node, outline
from extractor.sentences import split
from extractor.text import CleanText, clean
from extractor.verdict import Piece, pieces

_END = re.compile(r"[。！？!?；;]+[”’」』\"')）]*|\n+")


@dataclass(frozen=True, slots=True)
class Labelled:
    """A text with its pieces and points and their labels: 1 directive, 0 not, None unknown."""

    id: str
    group: str
    weight: float
    text: str
    clean: CleanText
    nodes: list[Node]
    pieces: list[Piece]
    sentence_labels: list[int | None]
    point_labels: list[int | None]
    heading_labels: list[int | None]


CROPS = "crops"
"""The group of texts that are pieces of others."""


def crops(t: Labelled, count: int, rng: Random) -> list[Labelled]:
    """Short texts cut out of a longer one, each 2 to 7 sentences, with its labels and half its weight.

    A notice of three sentences has neither the neighbours nor the outline of a speech; without such texts the weights
    would rely on both.
    """
    out: list[Labelled] = []
    labels = {(p.start, p.end): k for k, p in enumerate(t.pieces)}
    at = {n.start: label for n, label in zip(t.nodes, t.point_labels, strict=True)}
    for _ in range(count if len(t.pieces) >= 8 else 0):
        size = rng.randint(2, 7)
        first = rng.randint(0, len(t.pieces) - size)
        start, end = t.pieces[first].start, t.pieces[first + size - 1].end
        text = t.text[start:end]
        nodes = outline(text)
        parts = pieces(split(text), nodes)
        where = [labels.get((p.start + start, p.end + start)) for p in parts]
        out.append(
            replace(
                t,
                group=CROPS,
                weight=t.weight / 2,
                text=text,
                nodes=nodes,
                pieces=parts,
                sentence_labels=[None if k is None else t.sentence_labels[k] for k in where],
                heading_labels=[None if k is None else t.heading_labels[k] for k in where],
                point_labels=[at.get(n.start + start) for n in nodes],
            )
        )
    return out


SENTENCES = "sentences"
"""The group of texts that are single sentences."""


def sentences(path: Path, weight: float) -> list[Labelled]:
    """The labelled sentences of a file, each as a text of its own."""
    out: list[Labelled] = []
    for n, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if not line.startswith(("+ ", "- ")):
            continue
        cleaned = clean(line[2:])
        nodes = outline(cleaned.text, cleaned.gaps)
        parts = pieces(split(cleaned.text), nodes)
        labels: list[int | None] = [int(line[0] == "+")] * len(parts)
        unknown: list[int | None] = [None] * len(parts)
        points: list[int | None] = [None] * len(nodes)
        out.append(
            Labelled(f"s{n}", SENTENCES, weight, cleaned.text, cleaned, nodes, parts, labels, points, unknown)
        )
    return out


def segments(text: str) -> list[tuple[int, int]]:
    """The numbered segments that annotations refer to, in raw offsets."""
    out, at = [], 0
    for stop in [*(m.end() for m in _END.finditer(text)), len(text)]:
        inner = text[at:stop].strip()
        if inner:
            start = at + text[at:stop].index(inner)
            out.append((start, start + len(inner)))
        at = stop
    return out


def load(gold: Path, texts: Path) -> list[Labelled]:
    """All annotated texts of a folder, sorted by name."""
    return [_one(path, texts) for path in sorted(gold.glob("*.json"))]


def _one(path: Path, texts: Path) -> Labelled:
    record = json.loads(path.read_text(encoding="utf-8"))
    raw = (texts / record["file"]).read_bytes().decode("utf-8")
    segs = segments(raw)
    cleaned = clean(raw)
    nodes = outline(cleaned.text, cleaned.gaps)
    parts = pieces(split(cleaned.text), nodes)
    marks = {s["seg"]: s for s in record["segments"]}
    labels: list[int | None] = []
    headings: list[int | None] = []
    for p in parts:
        a, b = cleaned.raw_offset(p.start), cleaned.raw_offset(p.end - 1) + 1
        hit = [n for n, (x, y) in enumerate(segs) if min(b, y) - max(a, x) > 0.5 * min(b - a, y - x)]
        if not hit:
            headings.append(None)
            labels.append(None)
            continue
        directive = any(n in marks for n in hit)
        headings.append(
            int(all(marks[n]["heading"] for n in hit)) if directive and all(n in marks for n in hit) else None
        )
        whole = max(min(b, segs[n][1]) - max(a, segs[n][0]) for n in hit) / max(
            1, max(segs[n][1] - segs[n][0] for n in hit)
        )
        labels.append(None if directive and whole < 0.4 else int(directive))
    at = {}
    for item in record["items"]:
        a, b = segs[item["seg"]]
        pos = a - 1
        for _ in range(item.get("nth", 0) + 1):
            pos = raw.index(item["marker"], pos + 1, b)
        at[pos] = int(item["function"] == "directive")
    points: list[int | None] = []
    for n in nodes:
        pos = cleaned.raw_offset(n.start)
        points.append(next((at[q] for q in (pos, pos - 1, pos + 1) if q in at), None))
    return Labelled(
        record["id"],
        path.parent.name,
        1.0 if path.parent.name == "speeches" else 3.0,
        cleaned.text,
        cleaned,
        nodes,
        parts,
        labels,
        points,
        headings,
    )

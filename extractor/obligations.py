"""Judges each sentence: does it tell somebody to act, and with what modality? And each point: directive or other?"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from extractor.items import Node, Point
from extractor.rules.verdict import NOT_ACTS, VERBS, YAO_SUBJECTS
from extractor.sentences import Sentence
from extractor.verdict import (
    Features,
    Piece,
    context_features,
    evidence,
    heading_features,
    pieces,
    point_features,
    probability,
    weights,
)
from models.records import Modality, VerdictKind


@dataclass(frozen=True, slots=True)
class Judged:
    """A sentence with its verdict, in half-open offsets of the cleaned text.

    A sentence is cut where a point begins, so it never crosses the marker of a point. ``line`` counts lines of the
    cleaned text, ``point`` is the index of the innermost point it stands in, or None. ``modality`` is set when the
    verdict is directive or heading. ``rule`` is the id of the rule that decided.
    """

    start: int
    end: int
    line: int
    point: int | None
    verdict: VerdictKind
    modality: Modality | None
    rule: str


def judge(text: str, sentences: Sequence[Sentence], nodes: Sequence[Node]) -> tuple[list[Judged], list[Point]]:
    """The verdict of every sentence and the function of every point of a cleaned text.

    Sentences are weighed alone first, then points by their sentences, then sentences again in their points and beside
    their neighbours.

    >>> from extractor.items import outline
    >>> from extractor.sentences import split
    >>> text = "会议强调，要抓好以下工作：一是加强巡查，严禁带火种进山。"
    >>> [(j.verdict, j.modality) for j in judge(text, split(text), outline(text))[0]][-1]
    ('directive', 'require')
    """
    parts = pieces(text, sentences, nodes)
    found = evidence(text, parts)
    table = weights()
    alone = [probability(f, table["sentence"]) for f in found]
    about_points = point_features(text, nodes, parts, alone, found)
    directive = [probability(f, table["point"]) for f in about_points]
    in_context = context_features(text, nodes, parts, found, alone, directive)
    points = [
        Point(
            n.start, n.marker_end, n.heading_end, n.end, n.style, n.number, n.parent,
            "directive" if p >= 0.5 else "other", _strongest(f, table["point"], p >= 0.5),
        )
        for n, f, p in zip(nodes, about_points, directive, strict=True)
    ]  # fmt: skip
    titles = {
        k for k, f in heading_features(text, nodes, parts, found).items() if probability(f, table["heading"]) >= 0.5
    }
    judged: list[Judged] = []
    for k, (part, f) in enumerate(zip(parts, in_context, strict=True)):
        asked = _QUESTION.search(text[part.words : part.end]) is not None
        ordered = probability(f, table["context"]) >= 0.5 and not asked
        rule = "verdict.question" if asked else _strongest(f, table["context"], ordered)
        kind: VerdictKind = "context"
        if ordered:
            kind = "heading" if k in titles else "directive"
        modality = _modality(text, part) if ordered else None
        judged.append(Judged(part.start, part.end, part.line, part.point, kind, modality, rule))
    return judged, points


_OWN_SIGNS = ("verdict.", "lead.", "shape.bare", "head.verdict.")


def _strongest(f: Features, table: Mapping[str, float], positive: bool) -> str:
    """The sign that weighs most for the verdict reached; cues of the words come before their shape and surroundings."""
    sign = 1.0 if positive else -1.0
    name, best, own = "context", 0.0, False
    for sign_name, value in f.items():
        weight = sign * table.get(sign_name, 0.0) * value
        if weight > 0:
            is_own = sign_name.startswith(_OWN_SIGNS)
            if (is_own, weight, sign_name) > (own, best, name):
                name, best, own = sign_name, weight, is_own
    name = name.removeprefix("head.")
    if name.startswith(("verdict.", "lead.")):
        return name
    return "verdict.bare" if name.startswith("shape.bare") else "verdict.shape" if name.startswith("shape.") else "verdict.context"


# A question asks, whatever it asks about (返乡人员要报备吗？).
_QUESTION = re.compile(
    r"\A(?:问|Q)[0-9]{0,2}：|(?:[吗呢]|是否|能否|什么|如何|怎么|怎样|哪[些里个]|多少|几[个天时])[^，。；：？\n]{0,20}？[”’）]{0,2}\Z"
)
_CLAUSES = re.compile(r"[，：；。！？“”（）]+")
_FORBID = re.compile(
    r"严禁|不得|禁止|不准|不许|不允许|切忌|切勿|不要|不能|不可(?!避免)|决不|绝不|一律不|谢绝|暂不|不让|杜绝|避免|勿|不予|不再|非必要不|^不(?!符合|满|具备|到|足|够|同|断|仅|少|论|管|久|愿|主动|报|按|配合|但|忘|松|留|漏)"
)
_SUBJECTS = "|".join(f"(?<={word}要)" for word in YAO_SUBJECTS.split())
_REQUIRE = re.compile(
    rf"要(?![求素点件])(?:(?<![主重需不只将想为若]要)|{_SUBJECTS})|必须|务必|应当|(?<![反响适供对相效])应(?![急对用有答])|须|请|确保|^由|由[^，]{2,10}(?:负责|自行|组织|牵头|统一)|立即|马上|第一时间"
    r"|一律(?!不)|坚决(?!不|杜绝|防止)"
)
_ENCOURAGE = re.compile(r"(?:[^，]{0,6}?)(?:提倡|倡导|鼓励|建议|支持)|引导[^，]{0,20}非必要|(?:[^，要须应]{0,24}?)(?<![不方宁许认尚均无])可(?:以)?(?![能见谓是靠控行信])|即可")


def _modality(text: str, p: Piece) -> Modality:
    """prohibit when every act is forbidden, encourage when the first act is only encouraged, else require."""
    forbids = encourages = acts = tells = False
    for clause in _CLAUSES.split(text[p.words : p.end]):
        if not clause:
            continue
        forbidden, required = _FORBID.search(clause), _REQUIRE.search(clause)
        if not acts and _ENCOURAGE.match(clause):
            encourages = True
        elif required and not (forbidden and required.start() < forbidden.start() and len(clause) < 40):
            return "require"
        elif forbidden:
            forbids = True
        elif not encourages and _acts(clause):
            acts = True
        elif len(clause) >= 8 and not _SETTING.search(clause):
            tells = True
    if acts:
        return "require"
    if encourages:
        return "encourage"
    return "prohibit" if forbids and not tells else "require"


# A clause that only says for whom, when or in which case.
_SETTING = re.compile(r"^(?:无论|不论|如|若|凡|对|除|在|从|自|因|或|虽|为|根据|按照|当|一旦|未|非|以|即使)|(?:的|时|后|前|期间|以内|起|者|人员|方面|之前|以后|上|下)$")


def _acts(clause: str) -> bool:
    head = next((clause[:n] for n in (3, 2, 4) if clause[:n] in VERBS), None)
    return clause[0] in "将把用" or (head is not None and head not in NOT_ACTS)

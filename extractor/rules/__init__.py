"""The ordered groups of rules, and the hash of the rules in force."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib import resources

from extractor.rule import Match, Rule


@dataclass(frozen=True, slots=True)
class Group:
    """A list of rules that run together, and the function that runs them all over one cleaned sentence."""

    name: str
    meaning: str
    rules: tuple[Rule, ...]
    run: Callable[[str], list[Match]]

    def faults(self) -> list[str]:
        """The examples that do not come out: a ``yes`` not found by its rule at its brackets, a ``no`` found."""
        out: list[str] = []
        for rule in self.rules:
            for example in rule.yes:
                marked = example if isinstance(example, str) else example[0]
                at, words = marked.index("["), marked.replace("[", "", 1).replace("]", "", 1)
                place = (rule.id, at, marked.index("]") - 1)
                if place not in [(m.rule.id, m.start, m.end) for m in self.run(words)]:
                    out.append(f"{rule.id}：正例未找到：{marked}")
            out += [f"{rule.id}：反例被找到：{no}" for no in rule.no if rule.id in [m.rule.id for m in self.run(no)]]
        return out


@cache
def groups() -> tuple[Group, ...]:
    """All groups, in the order in which a text meets them."""
    from extractor.deadlines import run as run_deadlines
    from extractor.rules import items, modality, noise, parties, quarantine, source, vague, verdict
    from extractor.rules.deadlines import RULES as DEADLINES
    from extractor.rules.times import RULES as TIMES
    from extractor.times import run as run_times

    return (
        Group("noise", "噪声", noise.RULES, noise.run),
        Group("source", "标题、讲话人与日期", source.RULES, source.run),
        Group("items", "要点序号", items.RULES, items.run),
        Group("verdict", "督办事项判定", verdict.RULES, verdict.run),
        Group("modality", "要求、禁止与提倡", modality.RULES, modality.run),
        Group("parties", "责任主体", parties.RULES, parties.run),
        Group("times", "时间表达", TIMES, run_times),
        Group("deadlines", "完成时限", DEADLINES, run_deadlines),
        Group("quarantine", "隔离管控规则", quarantine.RULES, quarantine.run),
        Group("vague", "待明确的模糊表述", vague.RULES, vague.run),
    )


@cache
def fingerprint(pack: str = "") -> str:
    """A hash over every rule, list and weight in force: the first 16 hexadecimal digits of a SHA-256.

    ``pack`` is the hash of an office's own rules, where there are any.
    """
    digest = hashlib.sha256(pack.encode())
    for package in ("extractor", "extractor.rules"):
        for entry in sorted(resources.files(package).iterdir(), key=lambda e: e.name):
            if entry.name.endswith((".py", ".csv", ".json")):
                digest.update(entry.name.encode() + b"\0" + entry.read_bytes() + b"\0")
    return digest.hexdigest()[:16]

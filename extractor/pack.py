"""An office's own rules: departments with their aliases, and lines that are noise on its sites.

A pack is a TOML file, or a folder of such files and of CSV files like rules/parties.csv:

    [[party]]
    canonical = "县数据资源服务中心"
    aliases = ["数据中心", "大数据办"]
    type = "department"

    [[noise]]
    id = "local.footer"
    meaning = "本单位网站页尾"
    pattern = "^政务热线：[0-9-]{5,20}$"
    yes = ["[政务热线：0700-12345]"]
    no = ["政务热线要有人接听。"]

Everything is checked when it is read: fields, types, names used twice, examples, and that every pattern runs in linear
time. What is wrong is named with file and entry.
"""

from __future__ import annotations

import csv
import hashlib
import tomllib
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from extractor import rulelint
from extractor.rule import Rule, compiled
from models.records import PartyType


class PackError(ValueError):
    """A pack cannot be used: which file, which entry, what is wrong and how to mend it."""


class OwnParty(BaseModel):
    """An organ, post or group of one's own; its aliases come before those of the directory."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    canonical: str = Field(min_length=2, max_length=60)
    aliases: tuple[str, ...] = ()
    type: PartyType


class OwnNoise(BaseModel):
    """A whole line that is no part of a speech. ``pattern`` reads the line without spaces, in full-width marks."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str = Field(pattern=r"^local\.[a-z0-9-]{1,40}$")
    meaning: str = Field(min_length=2, max_length=80)
    pattern: str = Field(min_length=2, max_length=400)
    yes: tuple[str, ...] = Field(min_length=1)
    no: tuple[str, ...] = Field(min_length=1)

    @property
    def rule(self) -> Rule:
        """The entry as a rule."""
        return Rule(self.id, self.meaning, self.pattern, self.yes, self.no)


class _File(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    party: tuple[OwnParty, ...] = ()
    noise: tuple[OwnNoise, ...] = ()


@dataclass(frozen=True, slots=True)
class Pack:
    """The rules of one office, checked. Equal packs read alike; ``fingerprint`` tells them apart in stored runs."""

    parties: tuple[OwnParty, ...] = ()
    noise: tuple[Rule, ...] = ()
    fingerprint: str = ""

    @property
    def own_parties(self) -> tuple[tuple[str, tuple[str, ...], PartyType], ...]:
        """The parties as the directory takes them."""
        return tuple((p.canonical, p.aliases, p.type) for p in self.parties)


NONE = Pack()
"""No rules of one's own."""


def load(path: Path) -> Pack:
    """The pack in a TOML file or a folder.

    Raises PackError for a path that holds none, an unreadable file, an entry that does not fit, a name that stands for
    two parties, an example that does not come out, or a pattern that is not linear.
    """
    files = _files(path)
    parties: list[OwnParty] = []
    noise: list[Rule] = []
    for file in files:
        found = _csv(file) if file.suffix == ".csv" else _toml(file)
        parties += found.party
        noise += [_checked(file, entry.rule) for entry in found.noise]
    _one_meaning_each(path, parties, noise)
    digest = hashlib.sha256(b"\0".join(file.read_bytes() for file in files)).hexdigest()[:16]
    return Pack(tuple(parties), tuple(noise), digest)


def _files(path: Path) -> list[Path]:
    if path.is_dir():
        files = sorted(p for p in path.iterdir() if p.suffix in (".toml", ".csv"))
        if not files:
            raise PackError(f"{path}：文件夹里没有 .toml 或 .csv 规则文件。")
        return files
    if not path.is_file():
        raise PackError(f"{path}：没有这个文件或文件夹，请检查路径。")
    return [path]


def _toml(file: Path) -> _File:
    try:
        data = tomllib.loads(file.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise PackError(f"{file}：不是有效的 UTF-8 TOML 文件：{error}") from None
    try:
        return _File.model_validate(data)
    except ValidationError as error:
        raise PackError(f"{file}：{_told(error)}") from None


def _csv(file: Path) -> _File:
    try:
        rows = list(csv.DictReader(file.read_text(encoding="utf-8-sig").splitlines()))
        entries = [
            {
                "canonical": row.get("canonical") or "",
                "aliases": [a for a in (row.get("aliases") or "").split("|") if a],
                "type": row.get("type") or "",
            }
            for row in rows
        ]
        return _File.model_validate({"party": entries})
    except UnicodeDecodeError as error:
        raise PackError(f"{file}：请另存为 UTF-8 编码：{error}") from None
    except ValidationError as error:
        raise PackError(f"{file}：{_told(error)}") from None


def _told(error: ValidationError) -> str:
    """The first fault: entry, field, reason."""
    first = error.errors()[0]
    place = ".".join(str(part + 1) if isinstance(part, int) else str(part) for part in first["loc"])
    more = error.error_count() - 1
    return f"{place}：{first['msg']}" + (f"（另有 {more} 处）" if more else "")


def _checked(file: Path, rule: Rule) -> Rule:
    """The rule, whose pattern is linear and whose examples come out."""
    try:
        rulelint.check(rule.pattern)
    except rulelint.BadPattern as bad:
        raise PackError(f"{file}：{rule.id} 的 pattern 不可用：{bad}") from None
    for example in rule.yes:
        words = str(example).replace("[", "", 1).replace("]", "", 1)
        if not compiled(rule.pattern).search(words):
            raise PackError(f"{file}：{rule.id} 的正例“{words}”没有匹配，请修改 pattern 或例句。")
    for words in rule.no:
        if compiled(rule.pattern).search(words):
            raise PackError(f"{file}：{rule.id} 的反例“{words}”被匹配，请修改 pattern 或例句。")
    return rule


def _one_meaning_each(path: Path, parties: list[OwnParty], noise: list[Rule]) -> None:
    seen: dict[str, str] = {}
    for party in parties:
        for name in {party.canonical, *party.aliases}:
            if seen.setdefault(name, party.canonical) != party.canonical:
                raise PackError(f"{path}：“{name}”既指“{seen[name]}”又指“{party.canonical}”，请只保留一个。")
            if len(name) < 2:
                raise PackError(f"{path}：“{party.canonical}”的别名“{name}”太短，至少两个字。")
    ids = [rule.id for rule in noise]
    if twice := next((i for i in ids if ids.count(i) > 1), None):
        raise PackError(f"{path}：规则编号 {twice} 用了两次。")

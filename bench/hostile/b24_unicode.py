"""Unusual characters: the same answer on SQLite and PostgreSQL, the text kept as sent or refused, the spans exact.

    python -m bench.hostile.b24_unicode [--quick]

Each text goes to two services at once, one over each database, as JSON and as plain text. The spans of all records
must cut the same words in Python, in JavaScript (where Node is installed) and in the database.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import random
import shutil
import subprocess
import sys
from typing import Any

import sqlalchemy as sa

from bench.hostile.client import Answer, Client
from bench.hostile.harness import Report, Service, database, options, scaled
from bench.hostile.requests import find, send
from models import tables
from models.engine import open_database

TEXTS = 1_200
SENTENCES = (
    "县教育局要会同县卫健委在6月底前完成校园排查。",
    "一、压实责任。各镇要立即行动，严禁瞒报。",
    "（一）对高风险区来人实行14天集中隔离，检测5次。",
    "市场监管部门牵头，每周五前报送情况。",
)
CHARACTERS = {
    "nul": "\0", "surrogate": "\ud800", "low surrogate": "\udfff", "reversed pair": "\udc00\ud800",
    "non-character": "\uffff", "non-character in plane 1": "\U0001fffe", "last": "\U0010ffff",
    "arabic non-character": "\ufdd0", "private use": "\ue000", "private use in plane 15": "\U000f0000",
    "four-byte": "𠮷", "plane 3": "\U00030000", "combining": "e\u0301", "many combining": "a" + "\u0301" * 50,
    "decomposed hangul": "\u1112\u1161\u11ab", "left-to-right embedding": "\u202a", "override": "\u202e",
    "pop": "\u202c", "isolate": "\u2066", "end of isolate": "\u2069", "zero width space": "\u200b",
    "joiner": "\u200d", "word joiner": "\u2060", "byte order mark": "\ufeff", "soft hyphen": "\u00ad",
    "variation selector": "\ufe0f", "ideographic variation": "葛\U000e0100", "tag": "\U000e0041",
    "family": "👨‍👩‍👧", "flag": "🇨🇳", "carriage return": "\r", "both": "\r\n", "reversed": "\n\r",
    "next line": "\x85", "line separator": "\u2028", "paragraph separator": "\u2029", "vertical tab": "\x0b",
    "form feed": "\x0c", "bell": "\x07", "escape": "\x1b[31m", "delete": "\x7f", "replacement": "\ufffd",
    "full width": "ＡＢ１２％＇", "compatibility": "㈠㎏ﬁⅣ①", "radical": "⼈⺠",
    "compatibility ideograph": "\uf900", "no-break space": "\u00a0", "ideographic space": "\u3000",
    "backslash": "\\u4e00", "percent": "%00%s", "tatweel": "ـ", "greek": "ΑΒΓς", "dotted I": "İı", "sharp s": "ẞß",
    "not in NFKC": "ﷺ", "interlinear": "\ufff9", "shorthand": "\U0001bca0", "musical": "\U0001d15e",
}  # fmt: skip


def texts(count: int, random: random.Random) -> list[tuple[str, str]]:
    """Each character in each place of each sentence, and several of them mixed."""
    made = []
    for name, odd in CHARACTERS.items():
        for sentence, place in itertools.product(SENTENCES, (0, 3, 8, len(SENTENCES[0]))):
            made.append((name, sentence[:place] + odd + sentence[place:]))
    while len(made) < count:
        mixed = list("".join(random.sample(SENTENCES, 2)))
        for odd in random.choices([odd for odd in CHARACTERS.values() if odd.isprintable() or odd > "\x20"], k=5):
            mixed.insert(random.randrange(len(mixed) + 1), odd)
        made.append(("mixed", "".join(mixed)))
    random.shuffle(made)
    return made[:count]


def body(answer: Answer) -> Any:
    """An answer without what differs between two databases by right: numbers and times."""
    if not answer.headers.get("content-type", "").endswith("json"):
        return answer.body
    return _plain(answer.json())


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        numbered = {"id", "speech_id", "item_id", "obligation_id", "created_at", "updated_at", "next", "previous"}
        return {name: _plain(part) for name, part in value.items() if name not in numbered}
    return [_plain(part) for part in value] if isinstance(value, list) else value


class Attack:
    def __init__(self, report: Report) -> None:
        self.report = report
        self.unequal: list[str] = []
        self.lost: list[str] = []
        self.errors: list[str] = []
        self.cuts: list[tuple[str, int, int, str]] = []
        self.refused: dict[str, int] = {}
        self.stored = 0

    async def run(self, ports: tuple[int, int], wanted: list[tuple[str, str]]) -> None:
        clients = tuple(map(Client, ports))
        for number, (name, text) in enumerate(wanted):
            await self.one(clients, number, name, text)
        for client in clients:
            client.close()

    async def same(self, clients: tuple[Client, ...], label: str, ask: Any) -> list[Answer]:
        answers = [await ask(client) for client in clients]
        if answers[0].status != answers[1].status or body(answers[0]) != body(answers[1]):
            self.unequal.append(f"{label}: {[(a.status, a.body[:150]) for a in answers]}")
        self.errors += [f"{label}: {a.status}" for a in answers if a.status >= 500]
        return answers

    async def one(self, clients: tuple[Client, ...], number: int, name: str, text: str) -> None:
        odd = any("\ud800" <= character <= "\udfff" for character in text)  # cannot be sent as UTF-8
        if number % 3 == 2 and not odd:
            # The text as bytes; its title, which may hold anything, in the address.
            label = f"{name}, plain"
            raw = text.encode()
            answers = await self.same(clients, label, lambda client: client.request(
                "POST", "/v1/speeches", raw, content_type="text/plain; charset=utf-8"))  # fmt: skip
        else:
            label = f"{name}, JSON"
            title = text if number % 3 else None
            answers = await self.same(clients, label, lambda client: send(
                client, "POST", "/v1/speeches", {"text": text, "title": title, "date": "2022-03-01"}))  # fmt: skip
        if answers[0].status not in (200, 201):
            self.refused[name] = self.refused.get(name, 0) + 1
            if answers[0].status != 422:
                self.lost.append(f"{label}: refused with {answers[0].status}: {answers[0].body[:200]!r}")
            return
        self.stored += 1
        ids = [answer.json()["id"] for answer in answers]
        for client, number_there in zip(clients, ids, strict=True):
            back = await client.get(f"/v1/speeches/{number_there}/text")
            if back.body != text.encode():
                self.lost.append(f"{label}: text changed")
            extraction = (await client.get(f"/v1/speeches/{number_there}/extraction")).json()
            for kind in ("items", "obligations", "parties", "deadlines", "quarantine_rules"):
                for record in extraction[kind]:
                    span = record.get("span", record)
                    self.cuts.append((text, span["start"], span["end"], span["text"]))
        word = text[2:9]
        for path in ("/v1/obligations", "/v1/speeches", "/v1/directives"):
            await self.same(clients, f"{label}, {path}", lambda client, p=path: find(client, p, q=word, limit=5))
        for path, name in (("/v1/quarantine-rules", "population"), ("/v1/obligations", "department")):
            await self.same(clients, f"{label}, {name}", lambda client, p=path, n=name: find(client, p, **{n: word}))
        mine = [(await find(client, "/v1/obligations", speech=there)).json()["results"]
                for client, there in zip(clients, ids, strict=True)]  # fmt: skip
        if mine[0]:
            fields = {"progress": text, "problems": text}
            changed = [
                await send(client, "PATCH", f"/v1/obligations/{rows[0]['id']}", fields, if_match="*")
                for client, rows in zip(clients, mine, strict=True)
            ]
            if {answer.status for answer in changed} != {200} or any(a.json()["progress"] != text for a in changed):
                self.lost.append(f"{label}: follow-up {[(a.status, a.body[:100]) for a in changed]}")


def javascript(cuts: list[tuple[str, int, int, str]]) -> str:
    """What Node says of the cuts: `n wrong of m`; where there is no Node, that."""
    node = shutil.which("node")
    if node is None:
        return "no Node here"
    program = """
        const cuts = JSON.parse(require("fs").readFileSync(0, "utf8"));
        const wrong = cuts.filter(([text, start, end, words]) => [...text].slice(start, end).join("") !== words);
        console.log(wrong.length + " wrong of " + cuts.length);
    """
    return subprocess.run([node, "-e", program], input=json.dumps(cuts), capture_output=True, text=True).stdout.strip()


def cut_in_database(url: str) -> tuple[int, int]:
    """How many records the database itself cuts otherwise than they are stored, of how many."""
    store = open_database(url)
    wrong = total = 0
    with store.reading() as connection:
        for table in (tables.Obligation, tables.Party, tables.Deadline, tables.QuarantineRule):
            cut = sa.func.substr(tables.Speech.text, table.start + 1, table.end - table.start)
            query = sa.select(sa.func.count(), sa.func.sum(sa.case((cut == table.text, 0), else_=1)))
            found = connection.execute(query.join(tables.Speech, tables.Speech.id == table.speech_id)).one()
            total, wrong = total + found[0], wrong + int(found[1] or 0)
    store.close()
    return wrong, total


def main() -> int:
    given = options(__doc__)
    report = Report("B24", given)
    attack = Attack(report)
    wanted = texts(scaled(TEXTS, given, least=250), random.Random(given.seed))
    with database("sqlite") as one, database("postgres") as two:
        with Service(one.url, workers=1) as first, Service(two.url, workers=1) as second:
            asyncio.run(attack.run((first.port, second.port), wanted))
        cut = {name: cut_in_database(store.url) for name, store in (("sqlite", one), ("postgres", two))}
    pythonic = sum(text[start:end] != words for text, start, end, words in attack.cuts)
    scripted = javascript(attack.cuts)
    report.fact("the same answer on both databases", not attack.unequal, f"{len(attack.unequal)} unequal")
    report.fact("stored as sent, or 422", not attack.lost, f"{attack.stored} stored, refused: {attack.refused}")
    report.fact("no 5xx", not attack.errors, len(attack.errors))
    report.fact("spans cut the same in Python", not pythonic, f"{pythonic} wrong of {len(attack.cuts)}")
    report.fact("spans cut the same in JavaScript", scripted.startswith(("0 wrong", "no Node")), scripted)
    report.fact("spans cut the same in the databases", not any(wrong for wrong, _ in cut.values()), cut)
    for fault in (attack.unequal + attack.lost + attack.errors)[:20]:
        print("      ", fault, file=sys.stderr)
    return report.end()


if __name__ == "__main__":
    sys.exit(main())

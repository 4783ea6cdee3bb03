"""Structure bombs: depth, numbers and sizes that break parsers. Each is answered, or refused with a reason.

    python -m bench.hostile.b26_bombs [--quick] [--db sqlite|postgres]

An answer that leaves something out must say so: fewer items than markers only with a warning or a refusal.
"""

from __future__ import annotations

import asyncio
import re
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass

from bench.hostile.client import Answer, Broken, Client
from bench.hostile.harness import Report, Service, database, options, scaled

SENTENCE = "各镇要在6月底前完成排查。"
STYLES = ("{0}、", "（{0}）", "{1}.", "（{1}）", "一是", "第{0}，", "一要")
DIGITS = "零一二三四五六七八九"
REFUSALS = {400, 413, 415, 422}


@dataclass(frozen=True, slots=True)
class Bomb:
    name: str
    body: bytes
    media: str = "text/plain; charset=utf-8"
    least_obligations: int = 0


def chinese(number: int) -> str:
    """A number below ten thousand, as an enumeration writes it; plain digits beyond that."""
    if number >= 10_000:
        return str(number)
    digits = "".join(
        DIGITS[number // unit % 10] + word
        for unit, word in ((1000, "千"), (100, "百"), (10, "十"), (1, ""))
        if number // unit % 10
    )
    return digits or "零"


def bombs(levels: int, markers: int, directives: int, nesting: int, digits: int) -> Iterator[Bomb]:
    def text(name: str, content: str, least: int = 0) -> Bomb:
        return Bomb(name, content.encode(), least_obligations=least)

    deep = (STYLES[n % len(STYLES)].format(chinese(n + 1), n + 1) + SENTENCE for n in range(levels))
    yield text(f"{levels} levels of markers", "".join(deep), levels // 2)
    yield text(f"{markers} markers and nothing else", "一、" * markers)
    yield text(f"{markers // 2} numbered markers", "\n".join(f"{n}." for n in range(markers // 2)))
    many = "\n".join(f"{chinese(n + 1)}、{SENTENCE}" for n in range(directives))
    yield text(f"{directives} directives", many, directives // 2)
    yield text(f"{levels} open brackets", "（" * levels + SENTENCE)
    yield text(f"{levels} nested brackets", "（" * levels + SENTENCE + "）" * levels)
    yield text(f"{levels} nested quotation marks", "“" * levels + SENTENCE + "”" * levels)
    nine, ten = "9" * digits, "九" * digits
    yield text(f"a number of {digits} digits", f"{nine}日内完成排查。{nine}、各镇要{nine}人到位。")
    yield text(f"a Chinese number of {digits} digits", f"{ten}、各镇要在{ten}天内完成。")
    yield text(f"a date of {digits} digits", f"{'2' * digits}年{'1' * digits}月{'3' * digits}日前，各镇要完成排查。")
    yield text(f"a list of {digits} units", f"{'、'.join(['县教育局'] * digits)}要完成排查。")
    yield text("no full stop", "各镇要加强排查，" * (markers // 20))
    yield text(f"{markers} line breaks", "\n" * markers + SENTENCE)

    def document(name: str, content: str) -> Bomb:
        return Bomb(name, content.encode("utf-8", "surrogatepass"), "application/json")

    yield document(f"JSON nested {nesting} deep, arrays", "[" * nesting + "]" * nesting)
    yield document(f"JSON nested {nesting} deep, never closed", "[" * nesting)
    yield document(f"JSON nested {nesting} deep, objects", '{"text":' * nesting + '"x"' + "}" * nesting)
    yield document(f"text nested {nesting} deep", '{"text":' + "[" * nesting + "]" * nesting + "}")
    keys = ",".join(f'"k{n}":{n}' for n in range(nesting))
    yield document(f"{nesting} keys", f'{{"text":"{SENTENCE}",{keys}}}')
    yield document(f"{nesting} times the same key", "{" + ",".join([f'"text":"{SENTENCE}"'] * nesting) + "}")
    yield document("a key given twice", f'{{"text":"{SENTENCE}","text":"别的"}}')
    number = "9" * 5 * digits
    for value in (number, f"-{number}", f"1e{number}", f"0.{number}", "1e999", "NaN", "-Infinity", "1" + "0" * 400):
        yield document(f"number {value[:12]} of {len(value)} characters", f'{{"text":{value},"date":{value}}}')
    yield document("a key of a megabyte", f'{{"{"键" * 350_000}":1,"text":"{SENTENCE}"}}')
    yield document("escapes only", '{"text":"' + "\\u5404" * 100_000 + '"}')
    yield document("half a pair", '{"text":"各镇要行动\\ud83d"}')
    yield document("raw surrogate bytes", '{"text":"各镇要行动\ud83d"}')
    yield Bomb("no JSON at all", b"\xff\xfe\x00{", "application/json")
    yield Bomb("nothing", b"", "application/json")
    yield Bomb("JSON in UTF-16", f'{{"text":"{SENTENCE}"}}'.encode("utf-16"), "application/json")

    def form(name: str, parts: list[str]) -> Bomb:
        content = "".join(f"--b\r\n{part}\r\n" for part in parts) + "--b--\r\n"
        return Bomb(name, content.encode(), "multipart/form-data; boundary=b")

    file = 'Content-Disposition: form-data; name="file"; filename="a.txt"\r\n\r\n' + SENTENCE
    field = 'Content-Disposition: form-data; name="k{0}"\r\n\r\n{0}'
    yield form(f"a form of {nesting // 10} fields", [field.format(n) for n in range(nesting // 10)] + [file])
    yield form(f"a form of {nesting // 10} files", [file] * (nesting // 10))
    yield form("a header of a megabyte in a form", ["X: " + "x" * 1_000_000 + "\r\n" + file])
    yield form("a name of a megabyte in a form", [field.format("x" * 1_000_000), file])
    yield Bomb("a form without a boundary", file.encode(), "multipart/form-data")
    yield Bomb("a form that never ends", b"--b\r\n" + file.encode(), "multipart/form-data; boundary=b")
    yield Bomb("a content type of 60 KB", SENTENCE.encode(), "text/plain;" + "a=b;" * 15_000)


def judge(bomb: Bomb, answer: Answer) -> str | None:
    """What is wrong with an answer."""
    if answer.status >= 500 and answer.status != 503:
        return f"status {answer.status}"
    if answer.status in REFUSALS:
        problem = answer.json()
        return None if problem.get("detail") or problem.get("detail_en") else "refused without a reason"
    if answer.status not in (200, 201):
        return f"status {answer.status}: {answer.body[:100]!r}"
    found = answer.json()
    records = found["obligations"]
    said = found.get("warnings", [])
    count = records if isinstance(records, int) else len(records)
    if count < bomb.least_obligations and not said:
        return f"only {count} obligations, and no word about it"
    return None


def main() -> int:
    given = options(__doc__)
    report = Report("B26", given)
    sizes = {"levels": scaled(10_000, given), "markers": scaled(1_000_000, given), "directives": scaled(100_000, given),
             "nesting": scaled(100_000, given), "digits": 5_000}  # fmt: skip
    wrong: list[str] = []
    statuses: dict[int, int] = {}
    slowest = (0.0, "")
    with database(given.db) as store, Service(store.url, workers=1, log_format="json") as service:

        async def attack() -> None:
            nonlocal slowest
            client = Client(service.port, seconds=200)
            for bomb in bombs(**sizes):
                for path in ("/v1/extract", "/v1/speeches"):
                    start = time.monotonic()
                    try:
                        answer = await client.request("POST", path, bomb.body, content_type=bomb.media)
                    except (Broken, TimeoutError) as error:
                        wrong.append(f"{bomb.name} to {path}: {error!r}")
                        continue
                    slowest = max(slowest, (time.monotonic() - start, bomb.name))
                    statuses[answer.status] = statuses.get(answer.status, 0) + 1
                    if fault := judge(bomb, answer):
                        wrong.append(f"{bomb.name} to {path}: {fault}")
                    took = time.monotonic() - start
                    print(f"      {answer.status} {took:6.2f} s  {path} {bomb.name}", file=sys.stderr)
            for _ in range(5):
                answer = await client.post("/v1/extract", SENTENCE)
                if answer.status != 200 or not answer.json()["obligations"]:
                    wrong.append(f"afterwards: {answer.status}")
            for query in ("&".join(f"department=a{n}" for n in range(3000)), "q=" + "%25" * 5000, "&" * 9000):
                answer = await client.get(f"/v1/obligations?{query}")
                statuses[answer.status] = statuses.get(answer.status, 0) + 1
                if answer.status not in (200, 400, 422):
                    wrong.append(f"/v1/obligations?{query[:20]}…: {answer.status}")
            client.close()

        asyncio.run(attack())
        log = service.log.read_text(errors="replace")
    report.fact("each is answered or refused with a reason", not wrong, f"{len(wrong)} wrong; {statuses}")
    report.fact("no RecursionError", "RecursionError" not in log, log.count("RecursionError"))
    report.fact("no exception that nobody foresaw", not re.search(r'"(unexpected|reading failed)"', log),
                re.findall(r'"exception": "(\w+)"', log))  # fmt: skip
    report.figures["slowest"] = f"{slowest[0]:.1f} s, {slowest[1]}"
    for fault in wrong[:20]:
        print("      ", fault, file=sys.stderr)
    return report.end()


if __name__ == "__main__":
    sys.exit(main())

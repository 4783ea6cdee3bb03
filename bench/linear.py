"""Does the time grow with the text, whatever the text? Doubles hostile inputs and prints time(2n)/time(n).

    python -m bench.linear [--quick] [--size N] [NAME ...]

Each figure is the median of repeated runs of the whole extraction. Exit code 1 when a ratio is above 2.2.
"""

from __future__ import annotations

import argparse
import gc
import statistics
import sys
import time
from collections.abc import Callable
from datetime import date
from itertools import count, islice

import extractor

LIMIT = 2.2
DAY = date(2022, 3, 10)
ORDINARY = (
    "一是压实属地责任。各镇要在6月底前完成隐患排查，逐户登记造册，县应急管理局牵头，县公安局配合。"
    "前期排查发现，个别企业主体责任落实不到位，问题仍然突出。二是加强值班值守，严禁脱岗漏岗，每日17时前报告情况。\n"
)


def _numbered(form: str, start: int = 1) -> Callable[[int], str]:
    """Units that each hold another number."""
    return lambda n: "".join(islice((c for k in count(start) for c in form.format(k)), n))


def _once(head: str, unit: str, tail: str = "") -> Callable[[int], str]:
    """A beginning, a long middle, an end that may or may not fit it."""
    return lambda n: head + (unit * (n // len(unit) + 1))[: max(0, n - len(head) - len(tail))] + tail


UNITS: dict[str, str] = {
    # markers of enumerations
    "chapter markers": "一、",
    "section markers": "（一）",
    "arabic markers": "1.",
    "bracketed arabic": "（1）",
    "circled": "①",
    "shi markers": "一是",
    "yao markers": "一要",
    "di markers": "第一，",
    "qi markers": "其一",
    "first next last": "首先其次再次最后",
    "one hand": "一方面另一方面",
    "markers on lines": "一、\n",
    "sections on lines": "（一）\n",
    "mixed markers": "一、（一）1.（1）①一是",
    "markers with a word": "一是要",
    "restarting markers": "一是甲二是乙一是丙",
    "page debris": "2、好",
    "page debris on lines": "要\n2、管好\n",
    "one is one": "一是一二是二",
    "ordinals": "第十七次",
    "one metre lines": "一米线",
    # no full stop, one line
    "no stop": "要加强管理",
    "commas": "要管，",
    "semicolons": "要；",
    "colons": "要求：",
    "full stops": "。",
    "line breaks": "\n",
    "enumeration commas": "县、",
    "exclamations": "！？",
    "han only": "好",
    "one character yao": "要",
    "rare han": "𠮷",
    "latin": "abc",
    "digits": "7",
    "digits with dots": "1.2",
    "digits with dashes": "2021-",
    "digits with slashes": "3/5",
    "digits with commas": "1,000",
    "full-width digits": "１２",
    "chinese digits": "一二三十百",
    # white space and characters that are cleaned away
    "spaces": " ",
    "space between": "要 ",
    "ideographic spaces": "　",
    "tabs": "\t",
    "carriage returns": "\r\n",
    "zero width": "要\u200b",
    "bidi": "\u202e要\u202c",
    "mixed width": "要,要，",
    "nbsp": "\xa0",
    "combining": "e\u0301",
    "control": "\x01要",
    "emoji": "👨‍👩‍👧",
    # brackets and quotes
    "open brackets": "（",
    "close brackets": "）",
    "bracket pairs": "（）",
    "open quotes": "“",
    "quote pairs": "“”",
    "book title marks": "《",
    "square brackets": "【】",
    "half brackets": "()",
    "owner brackets": "（县公安局牵头",
    "list labels": "责任单位：",
    # times
    "dates": "2022年3月1日",
    "dates joined": "3月1日至",
    "clock times": "8:00",
    "before": "6月底前",
    "within": "24小时内",
    "weekdays": "每周二、周四",
    "durations": "14天",
    "recurring": "每日早、晚各一次",
    "festivals": "春节前国庆后",
    "immediately": "立即第一时间",
    "days of the month": "5日、",
    "every": "每",
    # parties
    "units": "县公安局",
    "units joined": "公安局、教育局、",
    "near parties": "公安排教育部署民政府",
    "all levels": "各级各部门各地区",
    "offices of offices": "办公室办公室",
    "subjects": "各镇要",
    "by and with": "由会同配合牵头",
    "prefixes": "省市县区",
    "long name": "指挥部领导小组专班",
    # isolation rules
    "tests": "第1、4、7天核酸检测",
    "stages": "14+7",
    "isolation": "集中隔离居家隔离",
    "tests in days": "三天两检",
    "rows of rules": "密接人员|7天集中隔离|第1、4、7天\n",
    "origins": "从中高风险地区来返我县人员",
    # noise near-misses
    "crumbs": "首页>",
    "page counters": "第1页共2页",
    "site words": "版权所有ICP备",
    "hidden notice": "此处省略",
    "share words": "分享到：",
    "links": "http://a.b/",
    "recommended": "推荐访问：",
    "uploaded": "上传人：",
    "table of contents": "目录\n一、要\n",
    # verdicts
    "prohibitions": "严禁不得",
    "past": "已完成了",
    "quotations": "指出，强调，",
    "vague": "进一步切实加强",
    "ordinary": ORDINARY,
}

GENERATORS: dict[str, Callable[[int], str]] = {
    # Whole units: a text that breaks off in a word may be judged otherwise than its double, and cost another time.
    **{name: (lambda n, unit=unit: unit * (n // len(unit))) for name, unit in UNITS.items()},
    "numbered points": _numbered("{}.要管好\n"),
    "numbered in one line": _numbered("{}.要管好"),
    "numbered days": _numbered("第{}天"),
    "numbered years": _numbered("{}年底前完成", 1900),
    "nested brackets": lambda n: "（" * (n // 2) + "）" * (n // 2),
    "quote that never ends": _once("“", "要加强管理，"),
    "bracket that never ends": _once("（责任单位：", "县公安局、"),
    "subject far away": _once("县公安局", "认真、", "要落实。"),
    "digits then a unit": _once("", "1", "小时内"),
    "a break at the end": _once("", "要加强管理，", "。"),
    "crumb line": _once("当前位置：", "首页>", "。"),
    "editor note": _once("下面是小编", "整理的", "供大家参考"),
}


def seconds(text: str, repeats: int) -> float:
    """The median processor time of one extraction; other programs on the machine do not count."""
    runs = []
    for _ in range(repeats):
        gc.collect()
        start = time.process_time()
        extractor.extract(text, DAY)
        runs.append(time.process_time() - start)
    return statistics.median(runs)


def measure(name: str, size: int, repeats: int) -> tuple[float, float]:
    """time(2n)/time(n), and the time per character of the longer text in microseconds."""
    make = GENERATORS[name]
    short = seconds(make(size), repeats)
    long = seconds(make(2 * size), repeats)
    if long / short > LIMIT:  # a disturbance on the machine looks the same: once more, with more runs
        short, long = seconds(make(size), 2 * repeats + 1), seconds(make(2 * size), 2 * repeats + 1)
    return long / short, long / (2 * size) * 1e6


def _line(ratio: float, each: float, name: str) -> str:
    return f"{'FAIL' if ratio > LIMIT else 'pass'}  {ratio:5.2f}  {each:7.2f} µs/character  {name}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="NAME", help="only these generators")
    parser.add_argument("--size", type=int, default=20_000, help="characters of the shorter text")
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--quick", action="store_true", help="short texts, three runs, no text of a million characters")
    args = parser.parse_args()
    size, repeats = (4_000, 3) if args.quick else (args.size, args.repeats)

    extractor.extract(ORDINARY * 20, DAY)  # loads what is loaded once
    ordinary = measure("ordinary", size, repeats)[1]
    failed = []
    for name in args.names or GENERATORS:
        try:
            ratio, each = measure(name, size, repeats)
        except Exception as error:  # a fault on one input must not hide the figures of the others
            failed.append(name)
            print(f"FAIL  {type(error).__name__}: {error}  {name}", flush=True)
            continue
        failed += [name] if ratio > LIMIT else []
        print(_line(ratio, each, f"{each / ordinary:5.1f}×  {name}"), flush=True)
    if not args.quick and not args.names:
        make = _once("", ORDINARY.replace("\n", "").replace("。", "，"))
        half, whole = seconds(make(500_000), 1), seconds(make(1_000_000), 1)
        name = "one line of a million characters"
        failed += [name] if whole / half > LIMIT else []
        print(_line(whole / half, whole, name))
    print(f"{len(args.names or GENERATORS)} generators, {len(failed)} above {LIMIT}: {', '.join(failed) or 'none'}")
    sys.exit(bool(failed))


if __name__ == "__main__":
    main()

"""Runs time extractors over the suite and over growing texts, and prints what each got right, wrong and invented.

    python -m bench.times.compare                                   ours
    python -m bench.times.compare --other VENV/bin/python           JioNLP and Recognizers-Text too, from that Python

How to make the other environment, and what the figures mean: README.md beside this file.
"""

from __future__ import annotations

import argparse
import json
import pathlib
import re
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

HERE = pathlib.Path(__file__).parent
REFERENCE = date(2022, 3, 10)
_MARK = re.compile(r"\[([^\]|]+)\|([a-z]+)\|([^\]]+)\]|\{([^}]+)\}")
# Ordinary sentences for the growth of time: dates, durations and plain words as they come in a speech.
_SPEECH = (
    "各镇要在6月底前完成排查，3月25日18时前报送情况，10个工作日内整改到位，每周五通报一次进度。"
    "抓好春耕备耕，守住安全底线，办好民生实事。"
)


@dataclass(frozen=True)
class Expected:
    """An expression at [start, end) of a sentence; ``kind`` is None for a false friend, ``value`` ? for none."""

    start: int
    end: int
    kind: str | None
    value: str


@dataclass(frozen=True)
class Found:
    """What an extractor found: half-open offsets and every value that its answer may be read as."""

    start: int
    end: int
    values: frozenset[str]


Extractor = Callable[[str], list[Found]]


def suite() -> list[tuple[str, list[Expected]]]:
    """The sentences without their marks, and what is expected in each."""
    out = []
    for line in (HERE / "suite.txt").read_text(encoding="utf-8").splitlines():
        if not line or line.startswith("#"):
            continue
        text, expected, at = "", [], 0
        for m in _MARK.finditer(line):
            text += line[at : m.start()]
            words = m[1] or m[4]
            expected.append(Expected(len(text), len(text) + len(words), m[2], m[3] or ""))
            text += words
            at = m.end()
        out.append((text + line[at:], expected))
    return out


def length(iso: str) -> str:
    """An ISO 8601 duration with weeks as days, whole days as hours, years as months: P1W and P7D are the same."""
    m = re.fullmatch(r"P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?", iso)
    if m is None:
        return iso
    years, months, weeks, days, hours, minutes, seconds = (int(g or 0) for g in m.groups())
    return f"{12 * years + months} months {((7 * weeks + days) * 24 + hours) * 3600 + 60 * minutes + seconds} s"


# ---------------------------------------------------------------------------------------------------- extractors


def ours() -> Extractor:
    """This project, on the cleaned text."""
    from extractor.times import find

    def run(text: str) -> list[Found]:
        out = []
        for t in find(text, REFERENCE):
            values = {length((t.value or "?").removeprefix("R/"))}
            if t.kind == "range" and t.since and t.until:
                # A range of hours is compared by its days, as the suite gives them.
                last = datetime.fromisoformat(t.until) - timedelta(seconds=1)
                values.add(f"{t.since[:10]}/{last.date()}")
            out.append(Found(t.start, t.end, frozenset(values)))
        return out

    return run


def jionlp() -> Extractor:
    """JioNLP; its spans of seconds are read leniently: either end, or both, may be the value."""
    import jionlp  # type: ignore[import-not-found]

    base = datetime.combine(REFERENCE, datetime.min.time())

    def moments(first: str, last: str) -> set[str]:
        out = {f"{first[:10]}/{last[:10]}", first[:10], last[:10]}
        for side in (first, last):
            try:
                at = datetime.fromisoformat(side)
            except ValueError:
                continue
            for shown in (at, at + timedelta(seconds=1)):
                out |= {shown.isoformat(timespec="minutes"), "T" + shown.strftime("%H:%M")}
        return out

    def span_lengths(first: str, last: str) -> set[str]:
        """24小时内 comes as a span that begins now: its length counts as a value too, in working days as well."""
        try:
            since, until = datetime.fromisoformat(first), datetime.fromisoformat(last)
        except ValueError:
            return set()
        seconds = int((until - since).total_seconds()) // 60 * 60
        days = (until.date() - since.date()).days
        worked = sum((since.date() + timedelta(days=n)).weekday() < 5 for n in range(1, days + 1))
        return {f"0 months {seconds} s", length(f"P{days}D"), length(f"P{worked}D")}

    def lengths(delta: object) -> set[str]:
        if isinstance(delta, list):
            return set().union(*(lengths(d) for d in delta)) if delta else set()
        if not isinstance(delta, dict):
            return set()
        names = {"year": "Y", "month": "M", "week": "W", "workday": "D", "day": "D"}
        clock = {"hour": "H", "minute": "M", "second": "S"}
        days = "".join(f"{int(delta[k])}{v}" for k, v in names.items() if delta.get(k) and delta[k] == int(delta[k]))
        hours = "".join(f"{int(delta[k])}{v}" for k, v in clock.items() if delta.get(k) and delta[k] == int(delta[k]))
        if "hour" in delta and delta["hour"] != int(delta["hour"]):
            hours = f"{int(delta['hour'] * 60)}M"
        return {length(f"P{days}" + (f"T{hours}" if hours else ""))}

    def run(text: str) -> list[Found]:
        out = []
        for item in jionlp.ner.extract_time(text, time_base=base.timestamp()):
            detail = item["detail"]
            values: set[str] = set()
            if detail["type"] in ("time_point", "time_span"):
                values = moments(*detail["time"])
                values |= span_lengths(*detail["time"])
            elif detail["type"] == "time_delta":
                values = lengths(detail["time"])
            elif detail["type"] == "time_period":
                values = lengths(detail["time"]["delta"])
            out.append(Found(*item["offset"], frozenset(values)))
        return out

    return run


def recognizers() -> Extractor:
    """Recognizers-Text; of several readings (last and next year) any may be the value."""
    from recognizers_date_time import recognize_datetime  # type: ignore[import-not-found]
    from recognizers_text import Culture  # type: ignore[import-not-found]

    base = datetime.combine(REFERENCE, datetime.min.time())

    def run(text: str) -> list[Found]:
        out = []
        for item in recognize_datetime(text, Culture.Chinese, reference=base):
            values: set[str] = set()
            for v in (item.resolution or {}).get("values", []):
                timex = str(v.get("timex", ""))
                values.add(length(timex.replace("0.5Y", "6M").replace("T0.5H", "T30M")))
                if v.get("type") == "set":
                    values |= {length(period) for start, period in _SETS.items() if timex.startswith(start)}
                if v.get("type") == "duration":
                    values.add(f"0 months {v['value']} s")
                for key in ("value", "start", "end"):
                    shown = str(v.get(key, ""))
                    values |= {shown[:10], shown[:16].replace(" ", "T"), "T" + shown[:5]}
                if "start" in v and "end" in v:
                    try:
                        last = date.fromisoformat(v["end"][:10])
                        last -= timedelta(days=1 if len(v["end"]) == 10 else 0)
                        # The end of a range that names both days is the second day itself.
                        values |= {f"{v['start'][:10]}/{last}", f"{v['start'][:10]}/{v['end'][:10]}", str(last)}
                    except ValueError:
                        pass
            out.append(Found(item.start, item.end + 1, frozenset(values)))
        return out

    return run


# How the sets of Recognizers-Text begin, and the period each means.
_SETS = {"XXXX-WXX": "P7D", "XXXX-XX-": "P1M", "XXXX-0": "P1Y", "XXXX-1": "P1Y"}

EXTRACTORS = {"duban": ours, "jionlp": jionlp, "recognizers": recognizers}

# ------------------------------------------------------------------------------------------------------- scoring


def overlap(a: Expected, b: Found) -> float:
    inter = min(a.end, b.end) - max(a.start, b.start)
    return inter / (max(a.end, b.end) - min(a.start, b.start)) if inter > 0 else 0.0


def score(run: Extractor, errors: bool) -> dict[str, object]:
    """Right: span at least half shared and the value right. Invented: a finding where no expression is."""
    figures = {"expressions": 0, "false friends": 0, "spans": 0, "values": 0, "invented": 0, "failures": 0}
    lines = []
    for text, expected in suite():
        wanted = [e for e in expected if e.kind]
        figures["expressions"] += len(wanted)
        figures["false friends"] += len(expected) - len(wanted)
        try:
            found = run(text)
        except Exception as error:  # an extractor that fails on a sentence has found nothing in it
            figures["failures"] += 1
            lines.append(f"failed with {error!r} on {text}")
            continue
        used: set[int] = set()
        for e in wanted:
            k = max(range(len(found)), key=lambda k: overlap(e, found[k]), default=None)
            if k is None or overlap(e, found[k]) < 0.5:
                lines.append(f"missed {text[e.start : e.end]} in {text}")
                continue
            used.add(k)
            figures["spans"] += 1
            if length(e.value) in found[k].values or (e.value == "?" and found[k].values <= {"?"}):
                figures["values"] += 1
            else:
                lines.append(f"value of {text[e.start : e.end]}: {e.value}, got {sorted(found[k].values)}")
        for k, f in enumerate(found):
            if k not in used and not any(overlap(e, f) for e in wanted):
                figures["invented"] += 1
                lines.append(f"invented {text[f.start : f.end]} in {text}")
    return {**figures, "lines": lines if errors else []}


def growth(run: Extractor, sizes: tuple[int, ...]) -> list[float]:
    """Seconds for texts of growing length (characters), the best of two runs each."""
    out = []
    for size in sizes:
        text = (_SPEECH * (size // len(_SPEECH) + 1))[:size]
        best = float("inf")
        for _ in range(2):
            started = time.perf_counter()
            run(text)
            best = min(best, time.perf_counter() - started)
        out.append(best)
    return out


def measure(name: str, errors: bool) -> dict[str, object]:
    """All figures of one extractor, or why it could not be run."""
    try:
        run = EXTRACTORS[name]()
    except Exception as error:
        return {"name": name, "unavailable": repr(error)}
    sizes = (1000, 2000, 4000)
    try:
        seconds = growth(run, sizes)
    except Exception as error:
        return {"name": name, "unavailable": repr(error)}
    return {"name": name, **score(run, errors), "sizes": sizes, "seconds": seconds}


def report(figures: dict[str, object]) -> None:
    name = figures["name"]
    if "unavailable" in figures:
        print(f"{name}: not available: {figures['unavailable']}")
        return
    for line in figures["lines"]:  # type: ignore[attr-defined]
        print(f"  {name}: {line}")
    seconds = figures["seconds"]
    assert isinstance(seconds, list)
    ratios = " ".join(f"x{b / a:.2f}" for a, b in zip(seconds, seconds[1:], strict=False))
    print(
        f"{name:12} spans {figures['spans']}/{figures['expressions']}  right values {figures['values']}  "
        f"invented {figures['invented']} ({figures['false friends']} false friends)  failures {figures['failures']}  "
        f"{seconds[-1] / 4000 * 1e6:.2f} us/char, when the text doubles {ratios}"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--other", help="the Python of an environment with jionlp and recognizers-text-suite")
    parser.add_argument("--errors", action="store_true", help="show each miss, wrong value and invention")
    parser.add_argument("--only", choices=EXTRACTORS, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.only:
        print(json.dumps(measure(args.only, args.errors), ensure_ascii=False))
        return
    report(measure("duban", args.errors))
    for name in ("jionlp", "recognizers") if args.other else ():
        command = [args.other, str(HERE / "compare.py"), "--only", name, *(["--errors"] if args.errors else [])]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        lines = done.stdout.strip().splitlines()
        told = lines and done.returncode == 0
        report(json.loads(lines[-1]) if told else {"name": name, "unavailable": done.stderr[-300:]})


if __name__ == "__main__":
    sys.exit(main())

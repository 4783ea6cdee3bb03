"""The command line: what goes to which stream, in which format, with which exit code."""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from openpyxl import load_workbook

import extractor
from api import cli
from models.records import Extraction

SPEECH = "（2022年3月1日）\n一、压实责任\n县公安局牵头、县交通局配合，要在3月底前完成排查。严禁瞒报。\n"


@dataclass(frozen=True)
class Run:
    code: int
    out: bytes
    err: str

    @property
    def text(self) -> str:
        return self.out.decode("utf-8")


Duban = Callable[..., Run]


@pytest.fixture
def duban(capfdbinary: pytest.CaptureFixture[bytes], monkeypatch: pytest.MonkeyPatch) -> Duban:
    """Runs the command in this process; standard output is no terminal."""

    def run(*args: object, stdin: bytes = b"") -> Run:
        monkeypatch.setattr(sys, "argv", ["duban", *map(str, args)])
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin)))
        code: object = 0
        try:
            cli.main()
        except SystemExit as left:
            code = left.code
        sys.stdout.flush()
        out, err = capfdbinary.readouterr()
        assert code is None or isinstance(code, int)
        return Run(code or 0, out, err.decode("utf-8"))

    return run


@pytest.fixture
def speech(tmp_path: Path) -> Path:
    path = tmp_path / "讲话.txt"
    path.write_text(SPEECH, encoding="utf-8", newline="")
    return path


def test_without_arguments_it_gives_short_help_with_examples(duban: Duban) -> None:
    run = duban()
    assert run.code == 0
    assert "duban extract --csv" in run.text
    assert len(run.text.splitlines()) < 20


def test_json_is_exactly_one_document_that_fits_the_contract(duban: Duban, speech: Path) -> None:
    run = duban("extract", "--json", speech)
    assert (run.code, run.err) == (0, "")
    found = Extraction.model_validate_json(run.out)
    assert found == extractor.extract(SPEECH)
    assert found.source.date == "2022-03-01"


def test_one_file_gives_json_and_several_give_jsonl_when_nothing_is_asked_for(duban: Duban, speech: Path) -> None:
    assert "schema" in json.loads(duban("extract", speech).out)
    lines = duban("extract", speech, speech).text.splitlines()
    assert [json.loads(line)["file"] for line in lines] == [str(speech)] * 2


def test_a_minus_is_standard_input(duban: Duban) -> None:
    run = duban("extract", "--json", "-", stdin=SPEECH.encode("gb18030"))
    assert json.loads(run.out)["source"]["chars"] == len(SPEECH)


def test_the_given_date_goes_before_the_stated_one(duban: Duban, speech: Path) -> None:
    source = json.loads(duban("extract", "--date", "2021-05-06", speech).out)["source"]
    assert (source["date"], source["date_source"]) == ("2021-05-06", "given")


def test_json_keeps_chinese_readable(duban: Duban, speech: Path) -> None:
    assert "县公安局" in duban("extract", "--json", speech).text


def test_table_shows_the_outline_with_owners_and_dates(duban: Duban, speech: Path) -> None:
    run = duban("extract", "--table", speech)
    assert "一、压实责任" in run.text
    assert "县公安局（牵头）" in run.text
    assert "3月底前 → 2022-03-31" in run.text
    assert "\x1b" not in run.text  # no colours where there is no terminal


def test_table_wraps_and_never_cuts_a_long_sentence(duban: Duban, tmp_path: Path) -> None:
    long = tmp_path / "长.txt"
    long.write_text("各镇要" + "逐户逐人逐项认真" * 30 + "排查到底。", encoding="utf-8")
    assert "…" not in duban("extract", "--table", long).text


def test_csv_is_a_ledger_for_spreadsheets(duban: Duban, speech: Path) -> None:
    run = duban("extract", "--csv", speech)
    assert run.out.startswith(b"\xef\xbb\xbf")
    assert run.out.count(b"\r\n") == run.out.count(b"\n")
    first, second = csv.DictReader(io.StringIO(run.out.decode("utf-8-sig"), newline=""))
    assert first["序号"] == "1"
    assert first["任务类别"] == "压实责任"
    assert first["牵头单位"] == "公安局"
    assert first["配合单位"] == "交通运输局"
    assert first["完成时限"] == "3月底前"
    assert first["时限日期"] == "2022-03-31"
    assert first["段落号"] == "一"
    assert first["状态"] == "待签收"
    assert (second["序号"], second["工作任务"]) == ("2", "严禁瞒报。")


def test_csv_of_several_files_has_one_header_and_numbers_on(duban: Duban, speech: Path) -> None:
    rows = list(csv.reader(io.StringIO(duban("extract", "--csv", speech, speech).text, newline="")))
    assert [row[0] for row in rows[1:]] == ["1", "2", "3", "4"]
    assert len({len(row) for row in rows}) == 1


@pytest.mark.parametrize(("name", "codec"), [("utf-8", "utf-8"), ("gb18030", "gb18030"), ("utf-8-sig", "utf-8-sig")])
def test_csv_in_other_encodings(duban: Duban, speech: Path, name: str, codec: str) -> None:
    assert duban("extract", "--csv", "--csv-encoding", name, speech).out.decode(codec).startswith("序号,")


def test_csv_in_other_columns(duban: Duban, speech: Path) -> None:
    run = duban("extract", "--csv", "--preset", "分解表", speech)
    assert (
        run.out.decode("utf-8-sig").splitlines()[0] == "序号,重点任务,工作任务,责任领导,牵头单位,配合单位,完成时限,备注"
    )


def test_csv_defuses_formulas(duban: Duban, tmp_path: Path) -> None:
    path = tmp_path / "公式.txt"
    path.write_text("=1+1，各镇要在3月底前完成排查。\n", encoding="utf-8")
    (row,) = csv.DictReader(io.StringIO(duban("extract", "--csv", path).out.decode("utf-8-sig"), newline=""))
    assert row["工作任务"].startswith("'=")


def test_csv_puts_a_bracket_with_owners_into_the_row_of_its_task(duban: Duban, tmp_path: Path) -> None:
    path = tmp_path / "分工.txt"
    path.write_text(
        "（一）要举办促消费活动。（市商务局牵头，市文旅局配合，10月底前完成）\n"
        "（二）发放消费券。（责任单位：市财政局；完成时限：6月底前）\n",
        encoding="utf-8",
    )
    rows = list(csv.DictReader(io.StringIO(duban("extract", "--csv", path).out.decode("utf-8-sig"), newline="")))
    assert [(row["牵头单位"], row["配合单位"], row["完成时限"]) for row in rows] == [
        ("商务局", "文化和旅游局", "10月底前"),
        ("财政局", "", "6月底前"),
    ]
    assert "举办促消费活动" in rows[0]["工作任务"] and "发放消费券" in rows[1]["工作任务"]


def test_a_workbook_has_the_rows_of_the_csv(duban: Duban, speech: Path, tmp_path: Path) -> None:
    target = tmp_path / "台账.xlsx"
    assert duban("extract", "--xlsx", "--preset", "分解表", "-o", target, speech).code == 0
    lines = csv.reader(io.StringIO(duban("extract", "--csv", "--preset", "分解表", speech).out.decode("utf-8-sig")))
    rows = load_workbook(target).active.iter_rows(min_row=2, values_only=True)
    assert [[str(cell or "") for cell in row] for row in rows] == list(lines)
    assert duban("extract", "--xlsx", speech).code == 2  # a terminal shows no workbook


def test_output_goes_to_a_file_and_nothing_to_standard_output(duban: Duban, speech: Path, tmp_path: Path) -> None:
    target = tmp_path / "台账.csv"
    run = duban("extract", "--csv", "-o", target, speech)
    assert (run.code, run.out) == (0, b"")
    assert target.read_bytes().startswith("\ufeff序号,".encode())
    assert sorted(p.name for p in tmp_path.iterdir()) == ["台账.csv", "讲话.txt"]


def test_output_that_cannot_be_written_is_told(duban: Duban, speech: Path, tmp_path: Path) -> None:
    run = duban("extract", "--csv", "-o", tmp_path / "没有" / "台账.csv", speech)
    assert run.code == 1
    assert "写不了" in run.err and "cannot be written" in run.err


def test_a_file_that_fails_is_named_and_the_rest_is_done(duban: Duban, speech: Path, tmp_path: Path) -> None:
    run = duban("extract", speech, tmp_path / "没有.txt", speech)
    assert run.code == 3
    assert len(run.text.splitlines()) == 2
    assert "没有这个文件" in run.err and "1 of 3 files failed" in run.err


def test_when_every_file_fails_the_code_is_1_and_nothing_is_printed(duban: Duban, tmp_path: Path) -> None:
    run = duban("extract", "--json", tmp_path / "没有.txt")
    assert (run.code, run.out) == (1, b"")


@pytest.mark.parametrize(
    "data",
    [b"", "\ufeff \r\n".encode(), b"\x00\x01\x02\xff" * 40, b"%PDF-1.7 x", b"An English text only.\n", b"\xe4\xb8" * 9 + b"\xff"],
    ids=["empty", "blank", "binary", "pdf", "english", "undecodable"],
)  # fmt: skip
def test_bad_input_gets_a_message_in_both_languages(duban: Duban, data: bytes) -> None:
    run = duban("extract", "-", stdin=data)
    assert (run.code, run.out) == (1, b"")
    assert run.err.startswith("duban: -: ") and len(run.err.splitlines()) == 1
    assert any("\u4e00" <= c <= "\u9fff" for c in run.err) and " is " in f" {run.err}".replace("was", "is")


@pytest.mark.parametrize(
    "args",
    [
        ["extract"],
        ["extract", "--json", "--csv", "x"],
        ["extract", "--date", "3月1日", "x"],
        ["extract", "--date", "2022-02-30", "x"],
        ["extract", "-", "-"],
        ["rules", "--group", "nothing"],
        ["explain", "--nothing", "x"],
        ["nothing"],
    ],
)
def test_wrong_usage_is_code_2(duban: Duban, args: list[str]) -> None:
    run = duban(*args)
    assert (run.code, run.out) == (2, b"")
    assert run.err


def test_explain_accounts_for_every_character(duban: Duban, speech: Path) -> None:
    sentences = [json.loads(line) for line in duban("explain", speech).text.splitlines()]
    assert "".join(s["span"]["text"] for s in sentences) == SPEECH.replace("\n", "")
    assert {s["verdict"] for s in sentences} >= {"directive", "heading"}
    assert all(s["rule"] for s in sentences)


def test_explain_as_table(duban: Duban, speech: Path) -> None:
    assert "严禁瞒报。" in duban("explain", "--table", speech).text


def test_times_lists_every_expression(duban: Duban) -> None:
    run = duban("times", "--date", "2022-03-10", stdin="近14天去过外地的，6月底前报告。".encode())
    found = {x["span"]["text"]: x for x in map(json.loads, run.text.splitlines())}
    assert found["6月底前"]["end"] == "2022-07-01T00:00"
    assert len(found) == 2


def test_rules_lists_them_and_shows_one_with_its_examples(duban: Duban) -> None:
    listed = [json.loads(line) for line in duban("rules", "--jsonl").text.splitlines()]
    assert {r["id"].split(".")[0] for r in listed} >= {
        "noise",
        "verdict",
        "parties",
        "times",
        "deadlines",
        "quarantine",
    }
    one = listed[0]
    shown = duban("rules", one["id"]).text
    assert one["meaning"] in shown
    assert all(no.strip() in shown.replace("\n", "") for no in one["no"][:1])


def test_rules_of_one_group(duban: Duban) -> None:
    listed = duban("rules", "--group", "noise", "--jsonl").text.splitlines()
    assert {json.loads(line)["id"].split(".")[0] for line in listed} == {"noise"}


def test_an_unknown_rule_is_told(duban: Duban) -> None:
    run = duban("rules", "verdict.nothing")
    assert run.code == 1
    assert "verdict.nothing" in run.err


def test_a_folder_without_a_model_is_told(duban: Duban, speech: Path, tmp_path: Path) -> None:
    run = duban("extract", "--segmenter", tmp_path, speech)
    assert (run.code, run.out) == (1, b"")
    assert "分词模型" in run.err


def test_version(duban: Duban) -> None:
    assert duban("--version").text.startswith("duban ")


def test_a_reader_that_stops_reading_causes_no_traceback(speech: Path) -> None:
    program = [sys.executable, "-m", "api.cli", "extract", "--jsonl", *[str(speech)] * 300]
    with subprocess.Popen(program, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None and process.stderr is not None
        process.stdout.readline()
        process.stdout.close()
        assert process.stderr.read() == b""


def test_it_speaks_utf8_whatever_the_locale(speech: Path) -> None:
    environment = {
        **os.environ,
        "LC_ALL": "C",
        "PYTHONUTF8": "0",
        "PYTHONCOERCECLOCALE": "0",
        "PYTHONIOENCODING": "ascii:strict",
    }
    for form in ("--json", "--csv", "--table"):
        run = subprocess.run(
            [sys.executable, "-m", "api.cli", "extract", form, str(speech)],
            env=environment,
            capture_output=True,
            check=False,
        )
        assert run.returncode == 0, run.stderr.decode()
        assert "县公安局" in run.stdout.decode("utf-8")

"""What has to be asked back: every open question of a speech, and none that the speech answers."""

from __future__ import annotations

import csv
import io
import json
import sys
from datetime import date
from pathlib import Path

import pytest

from api import cli
from extractor import extract
from extractor.check import check

DAY = date(2022, 3, 1)


def asked(text: str, day: date | None = DAY) -> list[tuple[str, str]]:
    """The questions as code and words."""
    return [(q.code, q.span.text) for q in check(extract(text, day), text)]


def test_a_task_with_party_and_deadline_asks_nothing() -> None:
    assert asked("县水利局要在4月底前完成河道清淤。") == []


def test_a_task_without_party_or_deadline_asks_for_both() -> None:
    text = "要加强水库巡查。"
    assert asked(text) == [("no-deadline", text), ("no-party", text)]


@pytest.mark.parametrize("text", ["严禁携带火种进山。", "鼓励企业错峰生产。"])
def test_bans_and_advice_need_neither_owner_nor_day(text: str) -> None:
    found = extract(text, DAY)
    assert found.obligations, "the sentence must be read as an obligation for this test to mean anything"
    assert asked(text) == []


def test_a_standing_task_has_no_day_to_ask_for() -> None:
    assert "no-deadline" not in dict(asked("县水利局要常态化开展河道巡查。"))


def test_a_lead_in_is_asked_about_by_its_points() -> None:
    text = "各镇要抓好以下工作：一是县水利局要在4月底前完成清淤。二是县林业局要在5月底前完成补植。"
    assert extract(text, DAY).obligations[0].span.text.endswith("：")
    assert asked(text) == []


def test_a_bracket_after_the_full_stop_answers_for_the_task_before_it() -> None:
    assert asked("一、整治河道\n要清除河道淤泥。（县水利局牵头，4月底前完成）\n") == []


def test_labelled_lines_answer_for_the_task_of_their_point_only() -> None:
    text = "（一）整治河道。要清除河道淤泥，加固堤防。\n责任单位：县水利局\n完成时限：4月底前\n（二）补植林木。要补植行道树，加强管护。\n"
    found = asked(text)
    assert [words for code, words in found if code == "no-party"] == ["要补植行道树，加强管护。"]


def test_the_day_in_a_title_holds_for_its_point_only() -> None:
    text = "一、6月底前完成河道整治\n县水利局要清除河道淤泥，加固堤防。\n二、加强林木管护\n县林业局要补植行道树，加强管护。\n"
    assert asked(text) == [("no-deadline", "县林业局要补植行道树，加强管护。")]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("县发改局要尽快拿出方案。", "尽快"),
        ("有关部门要在4月底前完成整改。", "有关部门"),
        ("县发改局原则上要在4月底前完成整改。", "原则上"),
        ("县发改局要在4月底前研究推进这项改革。", "研究推进"),
        ("县发改局要适时开展督查。", "适时"),
        ("县发改局要定期通报进展。", "定期"),
        ("县发改局要在4月底前培育一批龙头企业。", "培育一批"),
    ],
)
def test_vague_wording_is_named(text: str, words: str) -> None:
    assert ("vague", words) in asked(text)


def test_a_day_beside_a_vague_when_settles_it() -> None:
    assert asked("县发改局要尽快行动，4月底前拿出方案。") == []


def test_vague_words_in_the_background_are_not_asked_about() -> None:
    assert asked("去年以来，有关部门尽快完成了整改，成效明显。") == []


def test_vague_words_are_found_across_noise_with_exact_offsets() -> None:
    text = "县发改局要尽\u200b快拿出方案。"
    (query,) = [q for q in check(extract(text, DAY), text) if q.code == "vague"]
    assert text[query.span.start : query.span.end] == query.span.text == "尽\u200b快"
    assert query.span.clean == "尽快"
    assert query.obligation == "o1"


def test_without_the_day_of_the_speech_it_is_asked_for_once() -> None:
    text = "县水利局要在4月底前完成清淤。县林业局要在5月底前完成补植。"
    (query,) = check(extract(text), text)
    assert query.code == "no-date"
    assert "2处" in query.question


def test_a_year_without_holiday_calendar_is_asked_about() -> None:
    text = "县水利局要在10个工作日内报送方案。"
    assert asked(text, date(2099, 3, 1)) == [("no-calendar", "10个工作日内")]
    assert asked(text) == []


def test_a_season_is_no_day() -> None:
    assert asked("县水利局要在汛期前完成清淤。") == [("open-deadline", "汛期前")]


def test_missing_numbers_are_asked_about() -> None:
    assert ("numbering-gap", "三是") in asked("要做到：一是加强巡查，及时上报。三是严格值守，不得离岗。")


def test_records_of_another_text_are_refused() -> None:
    found = extract("各镇要加强巡查。", DAY)
    with pytest.raises(ValueError, match="不属于这篇文本"):
        check(found, "各村要加强巡查。")


def run(monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes], *args: str) -> tuple[object, str]:
    monkeypatch.setattr(sys, "argv", ["duban", "check", *args])
    code: object = 0
    try:
        cli.main()
    except SystemExit as left:
        code = left.code or 0
    sys.stdout.flush()
    return code, capfdbinary.readouterr().out.decode("utf-8-sig")


@pytest.fixture
def speech(tmp_path: Path) -> str:
    path = tmp_path / "讲话.txt"
    path.write_text("=一、压实责任\n有关部门要加强巡查。县水利局要在4月底前完成清淤。\n", encoding="utf-8")
    return str(path)


def test_command_gives_a_question_a_line(monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes], speech: str) -> None:
    code, out = run(monkeypatch, capfdbinary, "--jsonl", "--date", "2022-03-01", speech)
    lines = [json.loads(line) for line in out.splitlines()]
    assert code == 0
    assert {line["code"] for line in lines} == {"vague", "no-deadline"}
    assert all(line["file"] == speech for line in lines)


def test_command_gives_one_document_for_one_file(monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes], speech: str) -> None:
    _, out = run(monkeypatch, capfdbinary, "--json", "--date", "2022-03-01", speech)
    assert len(json.loads(out)["queries"]) == 2


def test_command_gives_a_rectangular_csv(monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes], speech: str) -> None:
    _, out = run(monkeypatch, capfdbinary, "--csv", "--date", "2022-03-01", speech)
    rows = list(csv.reader(io.StringIO(out)))
    assert rows[0][:4] == ["序号", "文件", "类别", "待明确"]
    assert {len(row) for row in rows} == {len(rows[0])}
    assert ["完成时限", "模糊表述"] == sorted(row[2] for row in rows[1:])


def test_command_shows_the_questions_of_one_task_together(
    monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes], speech: str
) -> None:
    _, out = run(monkeypatch, capfdbinary, "--table", "--date", "2022-03-01", speech)
    assert out.count("有关部门要加强巡查") == 1
    assert "2 项要求，2 处待明确" in out


def test_command_refuses_two_formats(monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes], speech: str) -> None:
    assert run(monkeypatch, capfdbinary, "--json", "--csv", speech)[0] == 2

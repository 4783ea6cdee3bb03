"""What a text says of itself: title, speaker, occasion, date."""

from __future__ import annotations

from datetime import date

import pytest

from extractor.source import Stated, stated

BODY = "同志们：\n当前正值汛期，各镇要加强巡查。"
LONG = "\n".join(f"{n}.各镇要加强巡查，备足物资。" for n in range(1, 9))


@pytest.mark.parametrize(
    ("title", "speaker", "occasion"),
    [
        ("县长在全县防汛工作会议上的讲话", "县长", "全县防汛工作会议"),
        ("区委副书记在春训动员会上的讲话提纲", "区委副书记", "春训动员会"),
        ("张局长在全局安全生产调度会上的主持讲话", "张局长", "全局安全生产调度会"),
        ("在全县森林防火现场会上的讲话", None, "全县森林防火现场会"),
        ("校长在开学典礼大会上的致辞", "校长", "开学典礼大会"),
        ("关于做好强降雨防范工作的通知", None, None),
        ("全县项目建设推进会会议纪要", None, None),
    ],
)
def test_title_speaker_and_occasion(title: str, speaker: str | None, occasion: str | None) -> None:
    found = stated(f"{title}\n{BODY}")
    assert (found.title, found.speaker, found.occasion) == (title, speaker, occasion)


@pytest.mark.parametrize("first", ["同志们：", "各镇要加强巡查，严禁带火种进山。", "通知"])
def test_a_text_without_a_title_has_none(first: str) -> None:
    assert stated(f"{first}\n各镇要抓好落实，不得有误。").title is None


HEAD = "县长在全县防汛工作会议上的讲话"
DAY = date(2022, 6, 1)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        pytest.param(f"{HEAD}\n（2022年6月1日）\n{BODY}", DAY, id="line under the title"),
        pytest.param(f"{HEAD}\n2022年6月1日\n{BODY}", DAY, id="without brackets"),
        pytest.param(f"{HEAD}\n（二〇二二年六月一日）\n{BODY}", DAY, id="Chinese numerals"),
        pytest.param(f"{HEAD}\n二〇二二年十月二十一日\n{BODY}", date(2022, 10, 21), id="tens"),
        pytest.param(f"关于防汛工作的通知\n{BODY}\n县防汛办\n2022年6月1日", DAY, id="signature"),
        pytest.param(f"关于防汛工作的通知\n{BODY}\n县防汛办2022年6月1日", DAY, id="signature in one line"),
        pytest.param(f"关于防汛工作的通知\n{LONG}\n县防汛办\n2022年6月1日", DAY, id="signature of a long text"),
        pytest.param("2022年6月1日，县里召开防汛工作会议。会议要求，各镇要加强巡查。", DAY, id="meeting held"),
        pytest.param(f"{HEAD}\n{BODY}", None, id="no date"),
        pytest.param(f"{HEAD}\n（6月1日）\n{BODY}", None, id="no year"),
        pytest.param(f"{HEAD}\n2022年2月30日\n{BODY}", None, id="no such day"),
        pytest.param(f"{HEAD}\n2022年13月1日\n{BODY}", None, id="no such month"),
        pytest.param(f"{HEAD}\n0000年1月1日\n{BODY}", None, id="no such year"),
        pytest.param(f"{HEAD}\n{BODY}请于2022年6月1日前完成整改，按时报送。", None, id="a deadline is no date of the speech"),
        pytest.param(f"{HEAD}\n{BODY}\n工程于2020年5月1日开工，要在2022年6月1日竣工。", None, id="dates of the matter"),
    ],
)
def test_the_date_of_the_speech(text: str, day: date | None) -> None:
    assert stated(text).date == day


@pytest.mark.parametrize("text", ["", "\n", "。", "年月日"])
def test_an_empty_text_states_nothing(text: str) -> None:
    assert stated(text) == Stated()

"""Which sentences tell somebody to act, with what modality; which points are directives; what is only a title."""

from __future__ import annotations

import pytest

from extractor.items import outline
from extractor.obligations import Judged, judge
from extractor.pipeline import explain, extract
from extractor.sentences import split
from extractor.text import clean


def judged(raw: str) -> list[tuple[str, Judged]]:
    view = clean(raw)
    found, _ = judge(view.text, split(view.text), outline(view.text, view.gaps))
    return [(view.text[j.start : j.end], j) for j in found]


def orders(raw: str) -> list[str]:
    return [s.span.text for s in explain(raw) if s.verdict == "directive"]


@pytest.mark.parametrize(
    "sentence",
    [
        "各镇要组织力量对山塘水库开展拉网式排查。",
        "各矿山企业必须严格落实领导带班下井制度。",
        "严禁任何单位和个人野外用火。",
        "请各科室于本周五前将自查报告报送办公室。",
        "各学校应当每学期组织一次应急疏散演练。",
        "水利局牵头，各镇配合，6月底前完成险段加固。",
        "要切实把防溺水责任落实到每一名教师。",
        "县应急局要会同公安局开展联合检查。",
        "坚决遏制重特大事故发生。",
        "务必做到人员、车辆、物资全部到位。",
        "确保项目年底前建成投用。",
        "对排查出的隐患，要立即整改、逐一销号。",
        "加强值班值守，及时报送信息。",
        "提倡错峰返乡、非必要不聚集。",
        "鼓励企业开展以旧换新活动。",
        "返乡人员要主动向社区报备。",
        "凡未戴安全帽的人员一律不得进入工地。",
        "由发改局负责统筹项目申报。",
        "教育部门要把好校车安全关。",
        "各地要因地制宜发展庭院经济。",
        "企业要落实安全生产主体责任，健全风险分级管控机制。",
        "气象局要加密预报频次，做到提前预警。",
        "会议强调，要压实各级河长责任。",
        "局长指出，必须把群众利益放在第一位。",
        "大家一定要提高警惕，不能有半点马虎。",
        "林业局要在重点路口设卡登记，防止火种进山。",
        "广大群众要自觉遵守禁火规定。",
        "各项目业主要倒排工期、挂图作战。",
    ],
)
def test_an_order_is_found(sentence: str) -> None:
    assert orders(sentence) == [sentence]


@pytest.mark.parametrize(
    "sentence",
    [
        "今年以来，全县共排查隐患三百余处，整改率达到九成。",
        "当前防汛形势十分严峻复杂。",
        "昨天下午，县长到北山镇检查了防汛工作。",
        "去年这个时候，我们经历了一场罕见的洪水。",
        "部分企业主体责任不落实，安全培训走过场。",
        "有的干部作风漂浮，工作推诿扯皮。",
        "感谢大家一年来的辛勤付出。",
        "这次事故造成三人受伤，教训极其深刻。",
        "全县粮食产量达到十二万吨，同比增长百分之三。",
        "会议由副县长主持，各镇镇长参加。",
        "生命重于泰山。",
        "近年来，我县教育事业取得了长足进步。",
        "一些学校食堂管理不规范，存在安全隐患。",
        "因为持续干旱，林区可燃物载量大增。",
        "安全生产事关人民群众生命财产安全。",
        "下面，我讲三点意见。",
        "同志们，大家上午好！",
        "上个月，公司完成了两条生产线的改造。",
        "项目为什么进展缓慢？",
        "返乡人员要提前报备吗？",
        "问：外地车辆要登记吗？",
        "水库大坝建于一九七五年，总库容八百万立方米。",
        "记者在现场看到，抢险队员正在装填沙袋。",
        "这充分说明广大干部是能打硬仗的。",
        "据气象部门预测，未来三天有大到暴雨。",
        "先进村的做法是党员带头、群众参与。",
        "截至昨天，已有两万名群众完成登记。",
        "老张说，多亏了村里的提醒，不然损失就大了。",
        "特此通知。",
        "县安委会办公室",
        "2022年6月1日",
    ],
)
def test_what_only_tells_is_no_order(sentence: str) -> None:
    assert orders(sentence) == []


@pytest.mark.parametrize(
    ("sentence", "modality"),
    [
        ("各镇要加强巡查，备足物资。", "require"),
        ("要加强巡查，严禁带火种进山。", "require"),
        ("立即停止一切野外作业。", "require"),
        ("要关闭所有不达标的采石场。", "require"),
        ("请取消不必要的集会。", "require"),
        ("坚决查处瞒报行为。", "require"),
        ("严禁携带火种进入林区。", "prohibit"),
        ("任何单位不得以任何理由拖延整改。", "prohibit"),
        ("不准用罚款代替整改。", "prohibit"),
        ("切忌搞形式主义。", "prohibit"),
        ("坚决杜绝三违行为。", "prohibit"),
        ("谢绝外来人员进村。", "prohibit"),
        ("决不能麻痹大意、心存侥幸。", "prohibit"),
        ("提倡喜事缓办、丧事简办。", "encourage"),
        ("倡导网上祭扫、文明祭扫。", "encourage"),
        ("鼓励企业开展技能培训。", "encourage"),
        ("引导群众非必要不出市。", "encourage"),
        ("符合条件的企业可以申请稳岗补贴。", "encourage"),
    ],
)
def test_modality(sentence: str, modality: str) -> None:
    speech = f"各单位要严明纪律。{sentence}各镇要抓好落实。"
    assert [(text, j.modality) for text, j in judged(speech)][1] == (sentence, modality)


def test_only_orders_and_titles_have_a_modality() -> None:
    found = judged("形势严峻。\n一、加强巡查\n各镇要每日巡查。防火演练已经完成。")
    assert [(j.verdict, j.modality is not None) for _, j in found] == [
        ("context", False), ("heading", True), ("directive", True), ("context", False),
    ]  # fmt: skip


SPEECH = """局长在全县安全生产会议上的讲话
同志们：
上半年，全县事故起数同比下降两成，成绩值得肯定。但问题依然不少：一是部分企业责任悬空，培训流于形式。二是隐患整改不彻底，屡改屡犯。三是执法偏软，一罚了之。
下一步，要抓好三项工作：
一、压实企业责任
各矿山企业要建立全员安全责任制，主要负责人每月带队检查一次。
二、深化隐患整治
应急局要会同公安局开展联合执法，严禁以罚代管。对重大隐患要挂牌督办。
三、强化应急准备
各镇要在6月底前完成一次实战演练。
安全生产责任重于泰山。让我们共同努力，守护好群众的平安！
"""


def test_a_speech_with_problems_and_tasks() -> None:
    found = extract(SPEECH)
    assert [(i.marker.text, i.function) for i in found.items] == [
        ("一是", "other"), ("二是", "other"), ("三是", "other"), ("一、", "directive"), ("二、", "directive"), ("三、", "directive"),
    ]  # fmt: skip
    assert [o.span.text for o in found.obligations] == [
        "下一步，要抓好三项工作：",
        "各矿山企业要建立全员安全责任制，主要负责人每月带队检查一次。",
        "应急局要会同公安局开展联合执法，严禁以罚代管。",
        "对重大隐患要挂牌督办。",
        "各镇要在6月底前完成一次实战演练。",
    ]
    assert [s.span.text for s in explain(SPEECH) if s.verdict == "heading"] == ["一、压实企业责任", "二、深化隐患整治", "三、强化应急准备"]


@pytest.mark.parametrize(
    ("text", "functions"),
    [
        pytest.param("我县林业发展的成效主要体现在三个方面：\n一是造林面积持续扩大。\n二是林业产业稳步增长。\n三是群众收入不断提高。", "ooo", id="results"),
        pytest.param("火灾多发的原因有三个：一是天气干旱，二是人员流动大，三是防火意识淡薄。", "ooo", id="reasons"),
        pytest.param("今年汛期有三个特点：一是来得早，二是雨量大，三是分布不均。", "ooo", id="features"),
        pytest.param("听了汇报，我有三点感受：一是干劲足，二是思路清，三是效果好。", "ooo", id="feelings"),
        pytest.param("当前存在的问题：一是认识不到位；二是措施不扎实；三是督查走过场。", "ooo", id="problems"),
        pytest.param("当前存在的风险：一是输入风险高；二是聚集风险大；三是治安压力大，各派出所要加强巡逻，坚决防止恶性案件发生。", "ood", id="risks, and one demand"),
        pytest.param("各镇要做好三件事：一是备足物资，二是落实人员，三是开展演练。", "ddd", id="tasks"),
        pytest.param("一、要提高认识，切实增强紧迫感。\n二、要压实责任，层层抓好落实。\n三、要严明纪律，从严追责问责。", "ddd", id="demands"),
        pytest.param("一、加强监测预警。气象局要滚动发布预报。\n二、落实人员转移。各镇要提前转移，不得漏户漏人。", "dd", id="sections of a notice"),
        pytest.param("第一，加大招商力度。第二，优化营商环境。第三，强化要素保障。", "ddd", id="bare tasks"),
    ],
)  # fmt: skip
def test_the_function_of_points(text: str, functions: str) -> None:
    assert "".join(i.function[0] for i in extract(text).items) == functions


@pytest.mark.parametrize(
    ("text", "verdicts"),
    [
        pytest.param("（一）强化排查。各镇要逐户登记。\n（二）强化宣传\n各村要每天广播。", "hdhd", id="titles with and without a full stop"),
        pytest.param("各镇要做到：一是加强巡查；二是备足物资；三是严格值守。", "ddd", id="points of one sentence are no titles"),
        pytest.param("一是要把责任落实到人，各村要明确专人看守路口。二是要把措施落实到位，各组要每天巡山。", "dd", id="sentences that run on"),
    ],
)
def test_titles_and_sentences(text: str, verdicts: str) -> None:
    found = [s.verdict[0] for s in explain(text) if s.item is not None]
    assert "".join(found) == verdicts


def test_questions_and_answers() -> None:
    text = "问：返乡人员要提前报备吗？\n答：请返乡人员提前三天向社区报备。\n问：外地车辆要登记吗？\n答：外地车辆一律在路口登记。"
    assert orders(text) == ["答：请返乡人员提前三天向社区报备。", "答：外地车辆一律在路口登记。"]


def test_a_sentence_is_cut_where_a_point_begins() -> None:
    found = judged("各镇要做到：一是加强巡查；二是备足物资。")
    assert [text for text, _ in found] == ["各镇要做到：", "一是加强巡查；", "二是备足物资。"]
    assert [j.point for _, j in found] == [None, 0, 1]


def test_sentences_below_a_point_belong_to_the_innermost() -> None:
    found = judged("一、抓排查。要细。\n（一）查人。要全。\n二、抓管控。要严。")
    assert [(text, j.point) for text, j in found] == [
        ("一、抓排查。", 0), ("要细。", 0), ("（一）查人。", 1), ("要全。", 1), ("二、抓管控。", 2), ("要严。", 2),
    ]  # fmt: skip


@pytest.mark.parametrize("text", ["", "。", "\n", "一", "一、", "一、二、三、", "；；；", "？！"])
def test_hardly_any_text_has_no_orders(text: str) -> None:
    assert orders(text) == []

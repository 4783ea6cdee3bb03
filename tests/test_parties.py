"""Who has to act: the directory, subjects, roles, lists, and the subject that carries over."""

from __future__ import annotations

import csv
from collections import Counter
from importlib.resources import files
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractor import extract, sentences
from extractor.directory import entries, look_up
from extractor.items import Point
from extractor.obligations import Judged
from extractor.parties import Assignment, assign
from models.records import PartyType, VerdictKind

ROWS = list(csv.DictReader(files("extractor").joinpath("rules/parties.csv").read_text(encoding="utf-8").splitlines()))


def judged(text: str, points: tuple[Point, ...] = (), other: tuple[int, ...] = (), heading: tuple[int, ...] = ()) -> list[Judged]:
    """Every sentence of the text as a directive, but those numbered in ``other`` and ``heading``."""
    out = []
    for n, s in enumerate(sentences.split(text)):
        inside = [k for k, p in enumerate(points) if p.start <= s.start < p.end]
        verdict: VerdictKind = "context" if n in other else "heading" if n in heading else "directive"
        out.append(Judged(s.start, s.end, s.line, inside[-1] if inside else None, verdict, "require", "t.all"))
    return out


def told(text: str, found: tuple[Assignment, ...]) -> list[str]:
    """`name:role`, with ~ before what is carried over."""
    return ["~" * a.inherited + text[a.mention.start : a.mention.end] + ":" + a.role for a in found]


def parties(text: str) -> list[list[str]]:
    return [told(text, found) for found in assign(text, judged(text), [])]


def point(text: str, marker: str, end: int | None = None, parent: int | None = None) -> Point:
    start = text.index(marker)
    return Point(start, start + len(marker), start + len(marker), end or len(text), "other", None, parent, "directive", "t.point")


def test_the_directory_is_consistent() -> None:
    aliases = Counter(alias for row in ROWS for alias in row["aliases"].split("|"))
    names = Counter(row["canonical"] for row in ROWS)
    assert [a for a, n in aliases.items() if n > 1] == []
    assert [c for c, n in names.items() if n > 1] == []
    assert {row["type"] for row in ROWS} <= set(get_args(PartyType))
    assert all(a == a.strip() and a for a in aliases)
    wrong = [(row["canonical"], entries()[row["canonical"]].canonical) for row in ROWS]
    assert [pair for pair in wrong if pair[0] != pair[1]] == [], "a canonical name must not be an alias of another row"
    assert len(ROWS) >= 250


@pytest.mark.parametrize(
    ("alias", "canonical"),
    [
        ("卫健部门", "卫生健康委员会"), ("县卫健委", "卫生健康委员会"), ("市卫生健康局", "卫生健康委员会"), ("卫健系统", "卫生健康委员会"),
        ("县住建局", "住房和城乡建设局"), ("市场监管部门", "市场监督管理局"), ("县委县政府督查室", "督查室"), ("党政主要负责同志", "主要领导"),
    ],
)  # fmt: skip
def test_short_forms_lead_to_one_canonical_name(alias: str, canonical: str) -> None:
    assert look_up(alias).canonical == canonical


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("县畜禽中心", "department"), ("市经普办", "body"), ("护路联防专班", "body"), ("东河镇", "territory"), ("青原一中学", "institution"),
        ("巡堤员", "post"), ("县防指办公室", "body"),
    ],
)  # fmt: skip
def test_unknown_names_have_the_type_of_their_ending(name: str, kind: str) -> None:
    assert look_up(name).type == kind


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("卫健部门要备足床位。", ["卫健部门:responsible"]),
        ("交通、住建、商务等行业主管部门要管好各自领域。", ["交通:responsible", "住建:responsible", "商务:responsible"]),
        ("各地区、各部门要抓紧部署。", ["各地区:responsible", "各部门:responsible"]),
        ("各地区各部门要抓紧部署。", ["各地区各部门:responsible"]),
        ("由县水利局牵头，会同应急局制定预案。", ["县水利局:lead", "应急局:support"]),
        ("县应急局牵头，各乡镇配合，月底前完成。", ["县应急局:lead", "各乡镇:support"]),
        ("主要领导是第一责任人，分管领导具体抓。", ["主要领导:lead", "分管领导:responsible"]),
        ("县纪委监委要对落实情况开展督查。", ["县纪委监委:supervise"]),
        ("要压实网格员的排查责任。", ["网格员:responsible"]),
        ("充分发挥党支部的堡垒作用、党员的先锋作用。", ["党支部:responsible", "党员:responsible"]),
        ("要求各派出机构严格落实责任。", ["各派出机构:responsible"]),
        ("严禁企业超范围生产。", ["企业:responsible"]),
        ("成立联合督查组，督进度、督质量。", ["联合督查组:supervise"]),
        ("完善预案（县应急局牵头，县财政局、各乡镇按职责分工负责，6月底前完成）。",
         ["县应急局:lead", "县财政局:responsible", "各乡镇:responsible"]),
        ("责任单位：县教育局、县融媒体中心", ["县教育局:responsible", "县融媒体中心:responsible"]),
        ("（牵头单位：县发改局，配合单位：县财政局、青原银行）", ["县发改局:lead", "县财政局:support", "青原银行:support"]),
        ("财务部3月底前拿出办法。", ["财务部:responsible"]),
        ("鼓励各校设立奖励基金。", ["各校:responsible"]),
        ("招生就业处3月15日前公布安排，学生工作部会同各学院谈话摸底。", ["招生就业处:responsible", "学生工作部:responsible", "各学院:support"]),
        ("值班室每小时汇总一次，仓管员备足沙袋。", ["值班室:responsible", "仓管员:responsible"]),
        ("教育、民政、卫健三个部门要定期比对名单。", ["教育:responsible", "民政:responsible", "卫健:responsible"]),
        ("责任单位：市工业和信息化局、市林业和草原局", ["市工业和信息化局:responsible", "市林业和草原局:responsible"]),
        ("任何单位不得瞒报。", ["任何单位:responsible"]),
        ("各车间班组白天自查，台账报县应急局备案。", ["各车间班组:responsible"]),
        ("疫情防控指挥部办公室要每日汇总。", ["疫情防控指挥部办公室:responsible"]),
        ("水库管理处这两天把闸门试一遍，急诊科高峰时段加派护士。", ["水库管理处:responsible", "急诊科:responsible"]),
        ("宿舍管理员夜查两次，发现异常马上上报。", ["宿舍管理员:responsible"]),
        ("各科室要排好班，运输公司卫星定位不能掉线。", ["各科室:responsible", "运输公司:responsible"]),
        ("钢铁、水泥、焦化企业要错峰生产。", ["钢铁:responsible", "水泥:responsible", "焦化企业:responsible"]),
        ("年底前，长桥、南苑、东湖三个街道要完成改造。", ["长桥:responsible", "南苑:responsible", "东湖:responsible"]),
        ("农村地区要摸清底数。", ["农村地区:responsible"]),
        ("学生工作部门要做好疏导，农贸市场开办单位要做好保洁。", ["学生工作部门:responsible", "农贸市场开办单位:responsible"]),
        ("在建工程施工单位要撤出设备。", ["在建工程施工单位:responsible"]),
        ("党员包户、教师包家长，把道理讲透。", ["党员:responsible", "教师:responsible"]),
        ("县应急局牵头，县水利局、水利部门配合。", ["县应急局:lead", "县水利局:support", "水利部门:support"]),
        ("要压实部门监管责任、单位主体责任和个人自我管理责任。", ["部门:responsible", "单位:responsible", "个人:responsible"]),
        ("油脂由有资质的公司收运。", ["有资质的公司:responsible"]),
        ("县安委会办公室将组织三个暗访组进行抽查。", ["县安委会办公室:supervise"]),
        ("责任单位：青原县委、县政府、市水利局", ["青原县委、县政府:responsible", "市水利局:responsible"]),
        ("县长要求各乡镇逐户排查。", ["各乡镇:responsible"]),
        ("保卫处会同学生处每月联查。", ["保卫处:responsible", "学生处:support"]),
        ("年底前，东河、西岭、南坡等3个区、县（市）要完成改造。", ["东河:responsible", "西岭:responsible", "南坡:responsible"]),
        ("物资供应分公司将沙袋送到矿。", ["物资供应分公司:responsible"]),
        ("联席会议办公室建立“周调度、月通报”制度。", ["联席会议办公室:responsible"]),
        ("公安、交通两家，今晚卡口到位。", ["公安:responsible", "交通:responsible"]),
        ("村里的事村支书说了算，也得担起来。", ["村支书:responsible"]),
        ("主干道城管包，背街小巷社区包。", ["城管:responsible", "社区:responsible"]),
        ("卫健，救护车两台停在院里。", ["卫健:responsible"]),
        ("排水科，泵车马上开过去。", ["排水科:responsible"]),
        ("路的事归公路站，水的事归水利站。", ["公路站:responsible", "水利站:responsible"]),
        ("靠河的那两个村，天黑前搬完。", ["靠河的那两个村:responsible"]),
        ("跑运输的，别拉超载的货。", ["跑运输的:responsible"]),
        ("值班室电话不能占线，网格长夜里巡一遍。", ["值班室:responsible", "网格长:responsible"]),
        ("公安的同志现在去接车，工程部的几个小伙子把踏步补好。", ["公安的同志:responsible", "工程部:responsible"]),
        ("李家湾、王家坝两个村，天黑前撤完。", ["李家湾:responsible", "王家坝:responsible"]),
        ("公安、卫健、工信三部门合署办公。", ["公安:responsible", "卫健:responsible", "工信:responsible"]),
        ("文旅局长值头一天。", ["文旅局长:responsible"]),
        ("城南工业园管委会负责场地平整。", ["城南工业园管委会:responsible"]),
        ("街道开学校，民政送棉被。", ["街道:responsible", "民政:responsible"]),
        ("（县教育局主办，县财政局协办）", ["县教育局:lead", "县财政局:support"]),
    ],
)  # fmt: skip
def test_parties_of_a_sentence(text: str, expected: list[str]) -> None:
    assert parties(text) == [expected]


@pytest.mark.parametrize(
    "text",
    [
        "督促企业落实主体责任。", "引导群众做好防护。", "组织党员入户走访。", "加强对敬老院的管控。", "第一时间向社区报告。", "报县政府审批后实施。",
        "经主管部门批准后开工。", "我们要坚定信心。", "大家要行动起来。", "要抓好教育，办好实事。", "对工作不力的单位要严肃问责。", "加快企业复工复产。",
        "要把问题移交到指挥部。", "按照省委要求抓好落实。", "成立工作专班。", "推进社区治理。", "完善应急预案。", "组织老人、妇女、未成年人提前撤离。", "督促施工、监理单位必须到岗。", "逐步提高持证人员待遇。",
        "下周三前完成危化品企业排查。", "月底前完成老年人接种摸底。", "不得因员工返乡扣发工资。", "职工每周两检。", "加强考核，企业复工复产稳步推进。",
        "不要让护士去挡。", "哪个乡镇出了问题找哪个书记。", "给每个镇派一名技术员盯着。", "发展党员要向年轻人倾斜。",
        "名单报县委办公室，3日内公示。", "完不成的，班子成员就地免职。",
    ],
)  # fmt: skip
def test_targets_recipients_and_places_are_no_parties(text: str) -> None:
    assert parties(text) == [[]]


def test_what_a_point_organizes_is_no_party_whatever_its_marker() -> None:
    text = "一是组织教师全员轮训。"
    marked = (point(text, "一是"),)
    assert [told(text, a) for a in assign(text, judged(text, marked), marked)] == [[]]


def test_a_subject_carries_over_within_its_paragraph_only() -> None:
    assert parties("宣传部门要多发声；要盯紧舆情；要曝光反面典型。\n要守住底线。") == [
        ["宣传部门:responsible"], ["~宣传部门:responsible"], ["~宣传部门:responsible"], [],
    ]  # fmt: skip


def test_a_ban_behind_a_semicolon_keeps_the_subject_and_one_behind_a_full_stop_does_not() -> None:
    assert parties("各林场要守好路口；不得瞒报火情。")[1] == ["~各林场:responsible"]
    assert parties("各林场要守好路口。不得瞒报火情。")[1] == []


def test_a_sole_leader_stays_the_subject_behind_a_semicolon_only() -> None:
    assert parties("市环保局要牵头抓总；要建好清单。")[1] == ["~市环保局:lead"]
    assert parties("市环保局要牵头抓总。要建好清单。")[1] == []


@pytest.mark.parametrize(
    ("name", "kind"),
    [("质控办", "department"), ("市创建办", "body"), ("棋牌室", "institution"), ("种粮大户", "public"), ("操作工", "post")],
)
def test_types_by_what_a_name_means(name: str, kind: str) -> None:
    assert look_up(name).type == kind


@pytest.mark.parametrize(
    "then",
    ["会议强调，要守住底线。", "对连续两次排名末位的，要通报批评。", "我们要再加把劲。", "教育部门要管好校园。", "严禁层层加码。", "核酸检测必须应检尽检。", "对违反规定的，要严肃查处。"],
)
def test_a_subject_ends_at_another_matter(then: str) -> None:
    assert "卫健部门" not in str(parties("卫健部门要备足床位。" + then)[1])


def test_a_list_of_those_responsible_ends_with_its_limit() -> None:
    text = "责任单位：县水利局\n任务：疏浚河道12公里。\n完成时限：5月底前\n责任单位：县住建局\n完成时限：6月底前"
    assert parties(text) == [
        ["县水利局:responsible"], ["~县水利局:responsible"], ["~县水利局:responsible"], ["县住建局:responsible"], ["~县住建局:responsible"],
    ]  # fmt: skip


@pytest.mark.parametrize("then", ["巡堤人手要够。", "隔离点一人一间。", "山上一根火柴都不能进。"])
def test_a_sentence_that_begins_with_a_thing_takes_over_no_subject(then: str) -> None:
    assert "护林站" not in str(parties("护林站要守好路口。" + then)[1])


def test_an_organ_named_late_in_a_sentence_ends_the_subject_before_it() -> None:
    assert parties("审计局要查清账目；要紧盯进度，财政局按月拨款。")[1] == ["财政局:responsible"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("近日，市安委办约谈两家企业，各县要对照着逐项整改。", ["各县"]),
        ("从凌晨到现在，消防救援大队转移群众三百人，各村要接着排查。", ["各村"]),
        ("昨天下午，县防办会商研判雨情，水利局今天要把水库水位降下来。", ["水利局"]),
        ("上周，信访局梳理积案23件，包案领导要逐件接访。", ["包案领导"]),
        ("10日前，信访局梳理积案，包案领导要逐件接访。", ["信访局", "包案领导"]),
    ],
)
def test_who_did_something_before_the_demand_is_no_party(text: str, expected: list[str]) -> None:
    assert [p.removesuffix(":responsible") for p in parties(text)[0]] == expected


def test_a_sentence_that_demands_nothing_ends_the_subject() -> None:
    text = "卫健部门要备足床位。当前形势依然十分严峻复杂。要守住底线。"
    assert [told(text, a) for a in assign(text, judged(text, other=(1,)), [])] == [["卫健部门:responsible"], [], []]


def test_a_heading_names_the_party_of_its_body_but_not_of_its_neighbour() -> None:
    text = "一是县级干部要带头。要下沉一线。\n二是强化保障。要备足物资。"
    points = (point(text, "一是", text.index("二是")), point(text, "二是"))
    found = assign(text, judged(text, points, heading=(0, 2)), points)
    assert [told(text, a) for a in found] == [["县级干部:responsible"], ["~县级干部:responsible"], [], []]


def test_a_lead_sentence_carries_into_the_points_below_and_a_later_one_does_not() -> None:
    text = "二、企业要落实防控责任。\n一是备足物资。\n二是管好员工。"
    points = (point(text, "二、"), point(text, "一是", text.index("二是"), 0), point(text, "二是", parent=0))
    assert [told(text, a) for a in assign(text, judged(text, points), points)][1:] == [["~企业:responsible"]] * 2
    text = "二、守住底线。各级各部门要提高认识。\n一是备足物资。"
    points = (point(text, "二、"), point(text, "一是", parent=0))
    assert [told(text, a) for a in assign(text, judged(text, points), points)][2] == []


def test_the_line_that_says_by_when_concerns_those_named_before_it() -> None:
    text = "疏浚河道12公里。\n牵头单位：县水利局\n配合单位：各乡镇\n完成时限：5月底前"
    points = (Point(0, 0, 0, len(text), "other", None, None, "directive", "t.point"),)
    found = [told(text, a) for a in assign(text, judged(text, points), points)]
    assert found[1:] == [["县水利局:lead"], ["各乡镇:support"], ["~县水利局:lead", "~各乡镇:support"]]


def test_a_list_that_is_no_obligation_itself_belongs_to_the_task_before_it() -> None:
    text = "疏浚河道12公里。\n责任单位：县水利局"
    assert [told(text, a) for a in assign(text, judged(text, other=(1,)), [])] == [["县水利局:responsible"], []]


def test_only_sentences_that_demand_have_parties() -> None:
    text = "卫健部门要备足床位。"
    assert assign(text, judged(text, other=(0,)), []) == [()]


def test_the_segmenter_may_veto_a_bare_field_of_work() -> None:
    text = "公安要守好卡口。"
    assert parties(text) == [["公安:responsible"]]
    asked: list[str] = []

    def crosses(whole: str, start: int, end: int) -> bool:
        asked.append(whole[start:end])
        return True

    assert assign(text, judged(text), [], crosses) == [()]
    assert asked == ["公安"]


WORDS = st.sampled_from(
    ["各部门", "县水利局", "公安", "、", "和", "等部门", "要", "负责", "牵头", "由", "会同", "（", "）", "，", "。", "；", "\n", "的", "责任单位：", "发挥", "作用",
     "督促", "企业", "人员", "凡", "一是", "财务部", "3月底前", "压实", "责任", "对", "成立", "专班", "x", "7", " "]
)  # fmt: skip


@given(st.lists(WORDS, max_size=40).map("".join))
def test_whatever_the_text_names_lie_in_it_and_own_ones_in_their_sentence(text: str) -> None:
    split = judged(text)
    for sentence, found in zip(split, assign(text, split, []), strict=True):
        for a in found:
            name = text[a.mention.start : a.mention.end]
            assert name and "\n" not in name
            assert a.inherited == (not sentence.start <= a.mention.start < a.mention.end <= sentence.end)


def named(text: str) -> list[list[str]]:
    found = extract(text)
    words = {p.id: p.span.text for p in found.parties}
    return [[f"{words[r.party]}:{r.role}" for r in o.parties] for o in found.obligations]


def test_a_heading_that_names_a_unit_and_nothing_else_gives_it_to_all_points_below() -> None:
    text = "任务分解如下：\n一、县住建局\n（一）编制改造方案。\n（二）6月底前启动招标。\n二、县交通局\n（一）抓好农村公路养护。"
    assert named(text) == [["县住建局:responsible"]] * 2 + [["县交通局:responsible"]]


def test_a_heading_that_names_a_matter_gives_no_party() -> None:
    assert named("任务分解如下：\n一、改造旧城区\n（一）编制改造方案。\n（二）6月底前启动招标。") == [[], []]


def test_the_line_above_a_list_names_who_does_its_points_but_not_those_of_the_next_list() -> None:
    text = "会议议定以下事项。\n县教育局：\n1.月底前完成校园排查。\n2.每周调度一次。\n县水利局：\n1.加密巡查山塘水库。"
    assert named(text)[-3:] == [["县教育局:responsible"]] * 2 + [["县水利局:responsible"]]


def test_the_first_of_a_list_leads_where_the_text_says_so() -> None:
    task = "1.清理河道。责任单位：县水利局、县住建局、各乡镇。"
    assert named(task)[-1] == ["县水利局:responsible", "县住建局:responsible", "各乡镇:responsible"]
    legend = "注：责任单位中列第一位的为牵头单位。\n"
    assert named(legend + task)[-1] == ["县水利局:lead", "县住建局:responsible", "各乡镇:responsible"]


def test_those_excepted_from_a_group_are_no_party() -> None:
    assert named("除公安局、消防救援大队外的各部门都要抽人参加。") == [["各部门:responsible"]]
    assert named("除青石镇外，各乡镇要在月底前完成整改。") == [["各乡镇:responsible"]]

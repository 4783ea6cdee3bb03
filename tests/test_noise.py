"""What is no part of a speech, in whole pages; and what only looks like it and must stay."""

from __future__ import annotations

import pytest

from extractor.text import clean

SPEECH = "县长在全县森林防火工作会上的讲话\n同志们：\n当前正值春耕，野外用火多，形势严峻。各镇要加强巡查，严禁带火种进山。"


def noise(raw: str) -> list[str]:
    return [n.text for n in clean(raw).noise]


@pytest.mark.parametrize(
    "line",
    [
        pytest.param("当前位置：首页 > 范文 > 讲话稿", id="breadcrumb"),
        pytest.param("您所在的位置：网站首页 / 工作动态 / 正文", id="where you are"),
        pytest.param("上传人：wen****01 文档编号：556677 上传时间：2022-03-04 格式：DOC 页数：6", id="upload"),
        pytest.param("县长在森林防火会上的讲话.docx_第2页", id="file name"),
        pytest.param("发布时间：2022-03-04 09:12 来源：县政府办 浏览次数：87 次", id="posted"),
        pytest.param("2022-03-04 09:12:05", id="time stamp"),
        pytest.param("亲，该文档总共8页，到这儿已超出免费预览范围，喜欢就下载吧！", id="paywall"),
        pytest.param("本文来源于网络，如有侵权请联系删除", id="copyright"),
        pytest.param("版权所有 某某县人民政府 ICP备00000000号", id="foot"),
        pytest.param("分享到： 微信 微博 QQ空间", id="share bar"),
        pytest.param("【字号：大 中 小】【打印】【关闭】", id="buttons"),
        pytest.param("上一篇：全县春耕生产会议召开", id="previous"),
        pytest.param("下一篇：没有了", id="next"),
        pytest.param("推荐访问：森林防火 讲话稿 县长", id="recommended"),
        pytest.param("第3页/共20页", id="page counter"),
        pytest.param("— 3 —", id="page number"),
        pytest.param("扫一扫在手机打开当前页", id="scan"),
    ],
)
@pytest.mark.parametrize("place", ["above", "within", "below"])
def test_furniture_of_a_page_is_noise(line: str, place: str) -> None:
    title, *body = SPEECH.split("\n")
    rows = {"above": [line, title, *body], "within": [title, *body, line, body[-1]], "below": [title, *body, line]}[place]
    view = clean("\n".join(rows))
    assert [n.text for n in view.noise] == [line]
    assert view.text == "\n".join(row for row in rows if row != line)


@pytest.mark.parametrize(
    "line",
    [
        # Each begins with the word of a button, a label or a menu and is yet an order.
        "大力推进项目建设",
        "小区出入口要专人值守",
        "中小学校一律停课",
        "关闭所有景区景点",
        "分享经验、共同提高",
        "打印店要落实登记制度",
        "下载安装反诈软件",
        "扫一扫健康码再进门",
        "新闻发布要及时准确",
        "来源不明的车辆，一律劝返；",
        "审核把关要严格，不得走过场；",
        "编辑整理台账；",
        "作者要文责自负",
        "集中整治时间：2022年3月1日至5月30日",
        "时间：2022年3月1日上午9:00",
        "2022年6月1日9:00全体队员集合",
        "以下是我们下一步要抓的工作：",
        "以上几点，供大家参考。",
        "关键词就是一个“实”字",
        "推荐阅读书目由各支部统一购买",
        "承办单位：县教育局",
        "如有疑问，请及时联系我们",
        "本站要用好监测平台，加强值守",
        "各供销社要做好夏季用电安全工作。",
        "保持通讯：备用电台要开机。",
        "第3页的数据要重新核对",
        "省略任何步骤都不允许",
        "目录要尽快编制",
        "相关单位要抓好落实",
    ],
)
def test_an_order_that_looks_like_furniture_stays(line: str) -> None:
    assert noise(f"{SPEECH}\n{line}\n各村要抓好落实，不得松懈。") == []


@pytest.mark.parametrize(
    ("notice", "sentence"),
    [
        ("当前隐藏内容免费查看", "各镇要把责任落{}实到人。"),
        ("（此处省略312字）", "各镇要{}加强巡查。"),
        ("……（某某网省略500字，正式会员可完整阅读）……", "各镇要认真排查{}隐患。"),
        ("（某某网https://www.example.com省略500字，会员可读）", "各镇要{}认真排查。"),
        ("此处隐藏312字", "严禁带火{}种进山。"),
        ("登录后查看全文", "各村要{}抓好落实。"),
        ("http://www.example.com/a/1.html", "通知见{}各镇要抓好落实。"),
    ],
)
def test_a_notice_inside_a_sentence_is_cut_out(notice: str, sentence: str) -> None:
    view = clean(sentence.format(notice))
    assert view.text == sentence.format("")
    assert [n.text for n in view.noise] == [notice]


def test_the_rest_of_a_preview_is_noise() -> None:
    raw = "各镇要加强巡查。……（未完，全文共3000字，当前仅显示1000字，请阅读下面提示信息。"
    assert clean(raw).text == "各镇要加强巡查。"


@pytest.mark.parametrize("byline", ["（记者 某某）", "（供稿：县林业局）", "责任编辑：某某"])
def test_the_byline_at_the_end_is_noise(byline: str) -> None:
    assert clean(SPEECH + byline).text == SPEECH


def test_a_date_line_of_a_news_agency_is_noise() -> None:
    assert clean("某某社云溪3月5日电（记者某某）县里今天召开会议。").text == "县里今天召开会议。"
    assert clean("云溪网讯（记者某某）：县里今天召开会议。").text == "县里今天召开会议。"


HEADINGS = ["一、提高思想认识", "二、压实工作责任", "三、加强督促检查"]
BODY = [HEADINGS[0], "形势严峻，不容懈怠。", HEADINGS[1], "各镇要落实，不得推诿。", HEADINGS[2], "县里要通报，奖优罚劣。"]


@pytest.mark.parametrize(
    "contents",
    [
        pytest.param(["目录", *HEADINGS], id="under its title"),
        pytest.param(["目  录", *(f"{h}……{n}" for n, h in enumerate(HEADINGS, 1))], id="with page numbers"),
        pytest.param(HEADINGS, id="without a title"),
    ],
)
@pytest.mark.parametrize("between", [["同志们："], []], ids=["greeting", "body at once"])
def test_a_table_of_contents_is_noise_and_the_body_keeps_its_headings(contents: list[str], between: list[str]) -> None:
    view = clean("\n".join([*contents, *between, *BODY]))
    assert view.text == "\n".join([*between, *BODY])
    assert [n.text for n in view.noise] == contents


def test_a_menu_above_or_below_the_prose_is_noise() -> None:
    menu = ["网上办事", "政策法规", "互动交流", "走进云溪"]
    assert clean("\n".join([*menu, SPEECH])).text == SPEECH
    assert clean("\n".join([SPEECH, *menu])).text == SPEECH


def test_two_short_lines_are_a_signature_not_a_menu() -> None:
    assert noise(f"{SPEECH}\n县林业局\n县公安局") == []


@pytest.mark.parametrize(
    "orders",
    [
        pytest.param("加强巡查\n严防火源\n备足物资\n昼夜值守\n", id="nothing else"),
        pytest.param("各镇要动起来，抓好落实。\n加强巡查\n严防火源\n备足物资\n昼夜值守\n各村要盯紧，不得松懈。", id="amid prose"),
    ],
)
def test_a_list_of_short_orders_is_no_menu(orders: str) -> None:
    assert noise(orders) == []


def test_lines_after_a_recommendation_bar_are_noise_unless_prose_follows() -> None:
    assert clean(f"{SPEECH}\n猜你喜欢\n局长在春训班上的发言\n防火宣传单").text == SPEECH
    assert "各村要盯紧" in clean(f"{SPEECH}\n相关阅读\n防火宣传单\n各村要盯紧，不得松懈。").text


def test_of_a_repeated_title_the_last_stays() -> None:
    title = "县长在全县森林防火工作会上的讲话"
    view = clean(f"{title}\n{title}-某某文库\n{SPEECH}")
    assert view.text == SPEECH
    assert [n.rule for n in view.noise] == ["noise.title-copy", "noise.title-copy"]


@pytest.mark.parametrize("line", ["牵头单位：县水利局", "一是备足物资", "严守纪律，不得松懈；"])
def test_a_repeated_line_of_the_body_is_no_title(line: str) -> None:
    assert noise(f"{SPEECH}\n{line}\n各村要动起来，抓好落实。\n{line}") == []


def test_each_stretch_of_noise_names_its_rule() -> None:
    raw = f"首页 > 讲话 > 正文\n{SPEECH}\n分享到："
    assert [(n.text, n.rule) for n in clean(raw).noise] == [("首页 > 讲话 > 正文", "noise.breadcrumb"), ("分享到：", "noise.share")]

"""How a sentence begins that does, or does not, go on with the subject before it."""

from __future__ import annotations

import re

from extractor.rules.actions import ACTS, ADVERBS, GOVERNING, VERBS, either

LEADING = frozenset({
    "parties.addressed",
    "parties.allotted",
    "parties.being",
    "parties.belonging",
    "parties.bodies",
    "parties.clocked",
    "parties.colleagues",
    "parties.coordinate",
    "parties.counted",
    "parties.doer",
    "parties.doer-next",
    "parties.fields-doer",
    "parties.fields-parallel",
    "parties.fit",
    "parties.levels",
    "parties.organ-doer",
    "parties.parallel",
    "parties.place",
    "parties.places",
    "parties.staff-of",
    "parties.relative",
    "parties.relative-doer",
    "parties.subject",
    "parties.timed",
    "parties.topic",
    "parties.unknown",
    "parties.when",
    "parties.whoever",
    "parties.work",
})
"""Rules that find the subject of a sentence, which may carry over."""
NEW_SPEECH = re.compile("(?:[一-鿿]{0,12}?)(?:会议|会上|通知|书记|县长|市长|主任|局长)?(?:还)?(?:强调|指出|要求|提出|明确|表示)，|此外|另外|(?:在)?[^，。；]{2,12}(?:方面|工作上|管理上|_上|环节上)，")
"""Begins a new speech or a new matter (会议强调), so nothing carries over."""
OTHER_SUBJECT = re.compile("(?:同时|此外|在此|再次)?，?(?:也|再次|特别|郑重)?(?:提醒|提示|告诉|呼吁|恳请)(?:大家|各位|广大|诸位|你们|您)|(?:同时|因此|所以|所以说|对此|总之|今后|下一步)?，?(?:我们|大家|谁|需要(?:特别)?(?:说明|强调|指出|提醒|注意)|凡|这里|下面|以下|每个人|人人|同志们|全[市县省区旗州镇乡村国](?:上下)?(?=要|必须|应|须)|希望|请(?:遵照|认真|一并|贯彻))")
"""Begins with somebody who is no party (我们, 大家) or with a formula."""
BAN = re.compile("(?:坚决|一律|原则上|也|并|[^，。；]{1,8}(?:期间|原则上|时))?(?:严禁|不得|不许|不准|不允许|禁止|鼓励|提倡|倡导|暂停|支持|建议|不安排)|[^，。；]{0,20}(?:的，|，|可依法)可(?:以|依法)|可(?:以|依法)")
"""Begins with a ban or an encouragement of its own."""
BAN_ON = re.compile("(?<=；)(?:[也并均]|一律)?不(?:得|许|准|能)(?!任何)")
"""Forbids behind a semicolon, which joins clauses of one subject: the same who has to act may not do this."""
ABOUT = re.compile("对(?:(?!必须|[要应须]|进行|开展|实行|实施|给予|推行)[^，。；]){5,40}，")
"""Begins with a case of its own (对连续两年排名末位的，…): what is done about it is told of nobody in particular."""
TOPIC = re.compile("(?:(?!的)[一-鿿]){2,14}?(?<![中时后前间内上下])(?:要(?![求点素])|必须|应当|不得|须|实行|严禁)")
"""Begins with a thing that has to be so; counts only if no word of OPENERS begins it."""
ENFORCEMENT = re.compile("对[^。；]{1,30}，(?:一律|均)?(?:实行|实施|落实)?(?:集中|居家)|(?:凡是?|对)[^。；]{0,40}(?:的|者)，[^。；]{0,20}(?:严肃|追究|查处|问责|处理|处罚|曝光)")
"""Says what happens to offenders or is done to people."""
GOES_ON = re.compile("并(?![不非])|还(?:要|应|须)|也要")
"""Begins as the rest of the sentence before it."""
LIMIT_LINE = re.compile("[（(]?(?:完成|办结|整改)?(?:时限|时间|期限)：")
"""The line of a list that says by when: it concerns those whom the lines before it name."""
TASK_LINE = re.compile("(?:主要|工作|重点|整改)?(?:任务|措施|内容|目标)：")
"""The line of a list that says what those do whom the line before it names."""
LIST_LINE = re.compile("[（(【]?(?:责任|牵头|主办|承办|协办|配合|督办|主责|负责|落实)(?:责任)?(?:单位|部门|领导|人|主体)?(?:及责任人)?：|（[^（），。；]{2,60}(?:牵头|负责|配合)")
"""A sentence that is nothing but the list of those responsible for the task before it."""
DEMAND = re.compile("全面|进一步|切实|完成|实施|做好|抓好|坚持|提高|(?<![主重需只首])要(?![求点素件害])|必须|务必|严格|加强|确保|落实")
"""A demand that stands before the first subject, so that the subject is not that of the whole sentence."""
OWN_MATTERS = (NEW_SPEECH, OTHER_SUBJECT, BAN, ABOUT)
"""How a sentence begins that has a matter of its own."""
OPENERS = (*ADVERBS, *VERBS, *GOVERNING, "同时", "此外", "特别", "尤其", "必须", "务必", "凡", "如", "对于")
"""Words that begin a predicate, hence no thing of its own."""
PREDICATE = re.compile(
    either((*OPENERS, *ACTS, "逐步", "不断", "一旦", "出现", "遇到", "遇有", "接到", "此外", "如何", "特此", "一要", "二要", "三要", "一是", "二是", "三是"))
    + "|[要应须将把对在按从以为并也还再先遇接查发进不未若每请准安推扩]"
    "|[^，。；！？\n]{2,16}(?:中|时|期间|前|后)(?:，|要|应|须|必须)"
)
"""A sentence that begins so goes on about those before it; one that begins with a noun is about something else."""
OWNED = frozenset({"parties.owner", "parties.owner-next", "parties.part", "parties.part-next"})
"""Rules whose parties a sentence does not list beside a subject of its own, which has to see to their duty."""

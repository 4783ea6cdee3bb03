"""The part a party has in an obligation: lead, support, supervise or responsible."""

from __future__ import annotations

import re

from extractor.directory import Name
from models.records import Role

_OVERSIGHT = re.compile(
    "纪委|监委|纪检|审计|检察|巡察|巡视|督查|督察(?!整改)|督导(?!员)|监察|监督组|监督员|监督委员会|监委会"
    "|检查组|暗访|考核组|验收组|评估组"
)
"""Bodies whose line of work is to oversee others."""

_LEAD = re.compile(
    "[一-鿿、]{0,10}?(?:牵头|主责|任组长)|[^，。；\n]{0,20}?(?:负总责|负领导责任|第一责任人|主要责任人|首要责任人|第一责任|总责|总指挥|指挥长|统一领导|统一指挥)"
    "|，(?:统一领导|统一指挥|牵头)"
)
_SUPPORT = re.compile(
    "(?:按(?:照)?(?:各自)?职责(?:分工)?|之间|要|应|须|都|也|均|必须|积极|主动|全力|密切|相互|互相|务必|全面){0,5}"
    "(?:配合|协助|协同|支持|理解并|参与配合|通力配合|做好配合)"
)
_SUPERVISE = re.compile(
    "，?(?:要|应|须|将|可|负责|必须|定期|适时|不定期|随时|切实|全程|严格|组织|开展|进行|加强|强化|跟踪|做好|追踪|日常|专项|常态化|现场|按规定){0,5}"
    "(?:[对把][^，。；\n]{1,30}?)??(?:进行|开展|组织|实施|全程|跟踪|专项|常态化){0,3}"
    "(?:督导|监督|督查|检查|督办|追责|追究|问责|暗访|抽查|督[^促]|(?:[0-9]{1,2}|[一二三四五六七八九十两若干]{1,2})[个支](?:联合|专项)?(?:(?:督导|督查|检查|暗访|抽查)组|[\ue000-\ue002](?:进行|开展)?(?:督|检查|抽查|暗访|明察|巡查)))"
)
_OF_LABEL: tuple[tuple[str, Role], ...] = (
    *((word, "lead") for word in ("牵头", "主办", "主责")),
    *((word, "support") for word in ("配合", "协办", "协助", "协同", "参与", "参加")),
    ("督", "supervise"),
)
"""The role that the label of a list gives, by the first word found in it."""
_OF_RULE: dict[str, Role] = {"parties.together": "support", "parties.table-lead": "lead", "parties.table": "support"}


_INSPECTS = re.compile("督查|督导|监督|检查|巡查|暗访")


def oversees(name: Name) -> bool:
    """Whether the name is that of an oversight body."""
    return bool(_OVERSIGHT.search(name.canonical))


def role(rule: str, name: Name, after: str, label: str = "", beside: bool = False) -> Role:
    """The role of a name that ``rule`` found, from the words after its group or the label of its list;
    ``beside`` when an oversight body stands in the same group.

    >>> role("parties.by", Name(1, 4, "水利局", "department"), "牵头实施")
    'lead'
    """
    if label:
        return next((r for word, r in _OF_LABEL if word in label), "responsible")
    if rule in _OF_RULE:
        return _OF_RULE[rule]
    if rule == "parties.chair":
        return "responsible" if after.lstrip("同志为任担兼").startswith("副") else "lead"
    if rule == "parties.owner" or rule == "parties.owner-next":
        return "responsible"
    if _LEAD.match(after) or "牵头" in name.canonical:
        return "lead"
    if oversees(name) or (beside and _INSPECTS.search(after)):
        return "supervise"
    if _SUPPORT.match(after) or name.canonical.endswith(("配合单位", "配合部门", "协办单位")):
        return "support"
    if name.type in ("body", "post", "public") and _SUPERVISE.match(after):
        return "supervise"
    return "responsible"

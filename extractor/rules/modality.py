"""What makes an order a ban, a demand or an encouragement; patterns read one clause."""

from __future__ import annotations

from extractor.matcher import candidates
from extractor.rule import Match, Rule
from extractor.rules.verdict import YAO_SUBJECTS

_AFTER_SUBJECT = "|".join(f"(?<={word}要)" for word in YAO_SUBJECTS.split())

QUESTION = Rule(
    "modality.question", "问句",
    r"\A(?:问|Q)[0-9]{0,2}：|(?:[吗呢]|是否|能否|什么|如何|怎么|怎样|哪[些里个]|多少|几[个天时])[^，。；：？\n]{0,20}？[”’）]{0,2}\Z",
    yes=("返乡人员要报备[吗？]", "[问：]要不要隔离"),
    no=("要问清去向。", "吃什么要登记。"),
)  # fmt: skip

_LABELS = (
    "(?:序号|编号|(?:工作|主要|重点|整改|具体)?(?:任务|事项|内容|措施|目标|项目|要求)(?:及措施|及目标|清单)?|(?:存在|突出|反馈)?问题(?:描述|清单)?"
    "|(?:责任|牵头|配合|主办|协办|督办|包保|挂联|实施|责任主体|整改)?(?:单位|部门|领导|责任人|人|主体)(?:及责任人)?|(?:完成|整改|办结|推进)?(?:时限|时间|期限|进度)(?:要求)?|备注|进展情况|说明)"
)
TABLE_HEAD = Rule(
    "modality.table-head", "表头",
    rf"\A\|?{_LABELS}\|(?:[^|\n，。；：]{{0,10}}\|){{0,8}}{_LABELS}\|?\Z",
    yes=("[序号|工作任务|牵头单位|完成时限]", "[整改措施|责任单位]"),
    no=("责任单位：县水利局", "疏通河道|县水利局|6月底前"),
)  # fmt: skip

FORBID = Rule(
    "modality.forbid", "禁止",
    r"严禁|不得|禁止|不准|不许|不允许|切忌|切勿|不要|不能|不可(?!避免)|决不|绝不|一律不|谢绝|暂不|不让|杜绝|(?<!不可)避免|勿|不予|不再|非必要不"
    r"|\A不(?!可避免|符合|满|具备|到|足|够|同|断|仅|少|论|管|久|愿|主动|报|按|配合|但|忘|松|留|漏)",
    yes=("[严禁]带火种进山", "外来车辆[一律不]放行"),
    no=("不可避免地会有困难", "不符合条件的"),
)  # fmt: skip

REQUIRE = Rule(
    "modality.require", "要求",
    rf"要(?![求素点件])(?:(?<![主重需不只将想为若]要)|{_AFTER_SUBJECT})|必须|务必|应当|(?<![反响适供对相效])应(?![急对用有答])|须|请|确保"
    r"|\A由|由[^，]{2,10}(?:负责|自行|组织|牵头|统一)|立即|马上|第一时间|一律(?!不)|坚决(?!不|杜绝|防止)",
    yes=("各镇[要]抓紧", "隐患[必须]清零"),
    no=("主要任务", "应急预案"),
)  # fmt: skip

ENCOURAGE = Rule(
    "modality.encourage", "提倡与允许",
    r"\A(?:(?:[^，]{0,6}?)(?:提倡|倡导|鼓励|建议|支持)|引导[^，]{0,20}非必要"
    r"|(?:[^，要须应]{0,24}?)(?<![不方宁许认尚均无])可(?:以)?(?![能见谓是靠控行信])|即可)",
    yes=("[提倡]就地过年", "[各校可]采取线上方式"),
    no=("不可放松警惕", "方可复工"),
)  # fmt: skip

SETTING = Rule(
    "modality.setting", "只说明对象、时间、条件的分句",
    r"\A(?:无论|不论|如|若|凡|对|除|在|从|自|因|或|虽|为|根据|按照|当|一旦|未|非|以|即使)"
    r"|(?:的|时|后|前|期间|以内|起|者|人员|方面|之前|以后|上|下)\Z",
    yes=("[凡]瞒报行程", "采样完成[后]"),
    no=("各镇组织巡查", "备足沙袋"),
)  # fmt: skip

RULES: tuple[Rule, ...] = (QUESTION, TABLE_HEAD, FORBID, REQUIRE, ENCOURAGE, SETTING)


def run(text: str) -> list[Match]:
    """Everything the rules find in one clause, overlapping findings too."""
    return candidates(RULES, text)

"""`duban rules`: what the extractor looks for, with the examples that are its tests."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from api import output, show
from api.commands.inputs import line, own_rules
from extractor.rule import Rule
from extractor.rules import groups


def register(app: typer.Typer) -> None:
    """Adds the command to the application."""
    app.command("rules", help="列出规则及其正反例。 The rules with their examples.")(rules)


def rules(
    rule_id: Annotated[str | None, typer.Argument(metavar="[ID]", help="只看一条规则 one rule in full")] = None,
    group: Annotated[str | None, typer.Option("--group", metavar="G", help="只看一组 one group only")] = None,
    as_jsonl: Annotated[bool, typer.Option("--jsonl", help="每行一个 JSON one document a line")] = False,
    own: Annotated[
        str | None, typer.Argument(metavar="[PATH]", help="test 之后：本单位的规则 after test: the office's own rules")
    ] = None,
) -> None:
    """Without arguments every rule in a line; an id gives one in full.

    `duban rules test [PATH]` runs the examples of every rule, and of the office's own rules in PATH.
    """
    if rule_id == "test":
        test(own)
        return
    names = [g.name for g in groups()]
    if group is not None and group not in names:
        raise typer.BadParameter(f"没有“{group}”这一组，可选 There is no such group, choose from: {', '.join(names)}")
    found = [r for g in groups() if group in (None, g.name) for r in g.rules if rule_id in (None, r.id)]
    if not found:
        raise output.Failure(f"没有规则“{rule_id}”，见 duban rules。 There is no rule {rule_id!r}; see `duban rules`.")
    if as_jsonl:
        output.write(line(_fields(r)) for r in found)
    elif rule_id is not None:
        show.rule(output.terminal(), found[0])
    else:
        show.rule_list(output.terminal(), found)
        if sys.stdout.isatty():
            output.terminal().print(f"共 {len(found)} 条。一条规则的全部例子：duban rules ID")


def test(own: str | None) -> None:
    """Runs the examples of all rules; those of the office's own run when they are read."""
    if own is not None:
        found = own_rules(own)
        output.complain(
            f"{own}：单位 {len(found.parties)} 个，噪声规则 {len(found.noise)} 条，例句全部通过。 "
            f"{len(found.parties)} parties and {len(found.noise)} noise rules, all examples pass."
        )
    failed = [fault for group in groups() for fault in group.faults()]
    if failed:
        raise output.Failure("\n".join(failed))
    count = sum(len(rule.yes) + len(rule.no) for group in groups() for rule in group.rules)
    output.complain(f"内置规则的 {count} 个例句全部通过。 All {count} examples of the built-in rules pass.")


def _fields(rule: Rule) -> dict[str, object]:
    examples = [y if isinstance(y, str) else y[0] for y in rule.yes]
    return {"id": rule.id, "meaning": rule.meaning, "pattern": rule.pattern, "yes": examples, "no": rule.no}

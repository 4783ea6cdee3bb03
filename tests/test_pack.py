"""An office's own rules: read, checked, and in force."""

from __future__ import annotations

from pathlib import Path

import pytest

import extractor
from extractor import pack

GOOD = """
[[party]]
canonical = "县数据资源服务中心"
aliases = ["数源办", "数源中心"]
type = "department"

[[noise]]
id = "local.footer"
meaning = "本单位网站页尾"
pattern = "^政务热线：[0-9-]{5,20}$"
yes = ["[政务热线：0700-12345]"]
no = ["政务热线要有人接听。"]
"""


def written(folder: Path, text: str, name: str = "duban.toml") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_a_pack_holds_parties_and_noise(tmp_path: Path) -> None:
    found = pack.load(written(tmp_path, GOOD))
    assert [p.aliases for p in found.parties] == [("数源办", "数源中心")]
    assert [r.id for r in found.noise] == ["local.footer"]


def test_a_folder_is_read_as_one_pack(tmp_path: Path) -> None:
    written(tmp_path, GOOD)
    written(tmp_path, "canonical,aliases,type\n城管督导队,督导队|市容队,body\n", "parties.csv")
    found = pack.load(tmp_path)
    assert [p.canonical for p in found.parties] == ["县数据资源服务中心", "城管督导队"]


def test_another_pack_has_another_fingerprint(tmp_path: Path) -> None:
    one = pack.load(written(tmp_path, GOOD))
    two = pack.load(written(tmp_path, GOOD.replace("数源办", "数源室")))
    assert one.fingerprint != two.fingerprint


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (GOOD.replace('"department"', '"bureau"'), "party.1.type"),
        (GOOD.replace("canonical =", "canonic ="), "party.1"),
        (GOOD.replace("local.footer", "noise.share"), "noise.1.id"),
        (GOOD.replace("^政务热线：[0-9-]{5,20}$", "(.+)+热线"), "local.footer 的 pattern 不可用"),
        (GOOD.replace("[政务热线：0700-12345]", "[热线：0700]"), "正例"),
        (GOOD.replace("政务热线要有人接听。", "政务热线：0700-54321"), "反例"),
        (GOOD + '[[party]]\ncanonical = "县大数据局"\naliases = ["数源办"]\ntype = "department"\n', "既指"),
        ("[[party]\n", "不是有效的 UTF-8 TOML 文件"),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(pack.PackError, match=told.replace(".", r"\.")):
        pack.load(written(tmp_path, text))


def test_a_path_without_rules_is_named(tmp_path: Path) -> None:
    with pytest.raises(pack.PackError, match="没有 .toml 或 .csv"):
        pack.load(tmp_path)
    with pytest.raises(pack.PackError, match="没有这个文件或文件夹"):
        pack.load(tmp_path / "none.toml")


SPEECH = "数源办要在6月底前建成平台。\n政务热线：0700-12345"


def test_own_parties_and_noise_count_in_the_extraction_that_has_them(tmp_path: Path) -> None:
    found = extractor.extract(SPEECH, pack=pack.load(written(tmp_path, GOOD)))
    assert [p.canonical for p in found.parties] == ["县数据资源服务中心"]
    assert [n.rule for n in found.noise] == ["local.footer"]


def test_other_extractions_know_nothing_of_them(tmp_path: Path) -> None:
    own = extractor.extract(SPEECH, pack=pack.load(written(tmp_path, GOOD)))
    plain = extractor.extract(SPEECH)
    assert "县数据资源服务中心" not in [p.canonical for p in plain.parties]
    assert plain.noise == ()
    assert plain.extractor.rules != own.extractor.rules


def test_explain_reads_own_noise_too(tmp_path: Path) -> None:
    said = extractor.explain(SPEECH, pack.load(written(tmp_path, GOOD)))
    assert [s.rule for s in said if s.verdict == "noise"] == ["local.footer"]

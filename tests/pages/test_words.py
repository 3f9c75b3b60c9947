"""Every text of the pages exists in both languages, and what is vendored is what the manifest says."""

import re
import shutil
from pathlib import Path

import pytest

from api.answers.sentences import EN, LANGUAGES, ZH
from api.pages import vendoring
from api.pages.masking import masked
from api.pages.notices import SENTENCES, notice, sentence
from api.pages.words import catalogue
from ledger.refusals import AlreadyExists, LimitExceeded, NotEligible, PinLocked
from ledger.values import Instant
from tests.pages.catalogues import extracted, stored, written

PLACES = re.compile(r"%\(\w+\)s|\{\w+\}")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_catalogue_holds_every_text_and_no_other(lang: str) -> None:
    said = [message.id for message in stored(lang) if message.id]
    assert said == extracted(), "say: python -m tests.pages.catalogues"
    assert catalogue(lang).read_bytes() == written(lang), "say: python -m tests.pages.catalogues"


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_text_is_translated_with_its_numbers(lang: str) -> None:
    messages = {str(message.id): str(message.string) for message in stored(lang) if message.id}
    assert [text for text, translated in messages.items() if not translated] == []
    wrong = [text for text, said in messages.items() if set(PLACES.findall(text)) != set(PLACES.findall(said))]
    assert wrong == []


def test_chinese_is_chinese_and_english_is_english() -> None:
    chinese = re.compile(r"[\u4e00-\u9fff]")
    assert [str(m.id) for m in stored(ZH) if m.id and not chinese.search(str(m.string))] == []
    assert [str(m.id) for m in stored(EN) if m.id and chinese.search(str(m.string))] == []


@pytest.mark.parametrize("lang", LANGUAGES)
def test_each_notice_says_what_why_and_what_to_do(lang: str) -> None:
    numbers = dict.fromkeys(PLACES.findall(str(SENTENCES)), "")
    members = {name[1:-1]: "7" for name in numbers}
    for code in SENTENCES:
        said = sentence(code, lang, members)
        assert all((said.what, said.why, said.todo)), code


def test_a_notice_speaks_of_the_site_s_time_and_the_item_s_name() -> None:
    locked = notice(PinLocked(until=Instant("2022-06-30T10:30:00.000000Z")), EN, "Asia/Shanghai")
    assert "2022-06-30 18:30" in locked.why
    limit = LimitExceeded(rule="item:G004", limit=2, used=2, offered=0, period="2022-06")
    assert notice(limit, ZH, "Asia/Shanghai", {"G004": "手套"}).what.startswith("手套")


def test_a_refusal_that_the_counter_did_not_expect_is_said_all_the_same() -> None:
    for refusal in (AlreadyExists(kind="item", id="G001"), NotEligible(reason="left-site")):
        for lang in LANGUAGES:
            said = notice(refusal, lang, "Asia/Shanghai")
            assert said.code == refusal.code
            assert said.what
            assert said.todo


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("王钦力", "王*力"),
        ("王力", "王*"),
        ("欧阳钦力", "欧**力"),
        ("㐱𠮷明", "㐱*明"),
        ("Li Qiang", "L* Q****"),
        ("力", "力*"),
    ],
)
def test_a_name_is_masked(name: str, shown: str) -> None:
    assert masked(name) == shown


# Vendored files -------------------------------------------------------------------------------------------------


def test_vendored_files_are_those_of_the_manifest() -> None:
    assert vendoring.differences() == []


def test_a_changed_or_added_file_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    copied = Path(shutil.copytree(vendoring.FOLDER, tmp_path / "vendor"))
    monkeypatch.setattr(vendoring, "FOLDER", copied)
    (copied / "htmx.min.js").write_bytes((copied / "htmx.min.js").read_bytes() + b"\n")
    (copied / "more.js").write_text("")
    assert vendoring.differences() == ["htmx.min.js", "more.js"]


def test_no_page_of_ours_holds_inline_script_or_style_or_a_foreign_address() -> None:
    templates = Path(vendoring.__file__).parent / "templates"
    inline = re.compile(r"<style|<script(?![^>]* src=)|\sstyle=|\son\w+=|https?://")
    assert [path.name for path in sorted(templates.glob("*.html")) if inline.search(path.read_text("utf-8"))] == []

"""Coupons on the command line: lists, dry runs, issuing with codes, what is unused, and codes on paper."""

import csv
import re
import shlex
import stat
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path

import pytest

from api import cli
from api.coupons.books import Real
from api.ledgers import create_ledger, open_ledger
from api.settings import Settings
from ledger.codes import print_form
from ledger.coupons.commands import ApproveBatch
from ledger.coupons.entities import Batch
from ledger.funds.commands import AppropriateFund, OpenFund
from ledger.journal.turn import Outcome, Submission
from ledger.refusals import StorageUnavailable
from ledger.room import By
from ledger.values import UnitCode
from tests.cli.conftest import Jifen, Ran
from tests.imports.site import csv_file

DATA = Path(__file__).parents[2] / "api" / "demo" / "data" / "coupons"
CHECKER = By(principal="person:checker", subject="person:checker")
FINANCE = By(principal="person:finance", subject="person:finance")
MEMBERS = (
    "单位,会员,姓名",
    *(f"{'一小' if number <= 60 else '二小'},K{number:05},甲{number}" for number in range(1, 101)),
)
LIST = tuple(line.rpartition(",")[0] for line in MEMBERS)
TERMS = ("--kind", "welfare", "--occasion", "mid-autumn", "--fund", "gifts", "--expires-on", "2999-12-31")
DRAFT = ("coupons", "draft", "list.csv", "--batch", "autumn", *TERMS)


@pytest.fixture
def union(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two schools with 100 members, a fund of 20,000.00, and a list."""
    monkeypatch.setenv("JIFEN_DATA", str(tmp_path / "var"))
    monkeypatch.chdir(tmp_path)
    with create_ledger(Settings(data=tmp_path / "var"), "union", "welfare-coupons", "Asia/Shanghai") as opened:
        opened.ledger.submit(OpenFund(id="gifts", unit=UnitCode("cny"), source="union"), by=FINANCE)
        opened.ledger.submit(AppropriateFund(fund="gifts", amount=2_000_000), by=FINANCE)
    csv_file(tmp_path, *MEMBERS, name="members.csv", encoding="gb18030")
    csv_file(tmp_path, *LIST, name="list.csv")
    return tmp_path


@pytest.fixture
def jifen(union: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Jifen:
    """The command line on the union, its members imported."""

    def run(*words: str, lang: str = "en") -> Ran:
        monkeypatch.setenv("JIFEN_LANG", lang)
        capsys.readouterr()
        code = cli.main(words)
        said = capsys.readouterr()
        return Ran(code, said.out, said.err)

    assert union.exists()
    assert run("import", "members", "members.csv", "--json").json[0]["counts"] == {"credited": 100}
    return run


def approve(folder: Path, *batches: str) -> None:
    with open_ledger(Settings(data=folder / "var"), "union") as opened:
        for batch in batches:
            digest = opened.ledger.the(Batch, batch).digest
            opened.ledger.submit(ApproveBatch(batch=batch, digest=digest), by=CHECKER)


def approved(jifen: Jifen, folder: Path) -> None:
    assert jifen(*DRAFT, "--total", "10000.00", "--submit").code == 0
    approve(folder, "autumn")


def printed(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_a_list_is_drafted_once_however_often_it_is_loaded(jifen: Jifen) -> None:
    first = jifen(*DRAFT, "--total", "10000.00", "--json").json
    again = jifen(*DRAFT, "--total", "10000.00", "--json").json
    assert (first["counts"], again["counts"]) == ({"credited": 100}, {"already-known": 100})
    assert first["total"] == again["batches"][0]["total"] == 1_000_000
    assert again["last_read_at"] is not None


def test_one_batch_a_unit_shares_one_total_over_the_whole_list(jifen: Jifen) -> None:
    csv_file(Path(), *(line.replace("一小", "U1").replace("二小", "U2") for line in MEMBERS), name="coded.csv")
    jifen("import", "members", "coded.csv")
    refused = jifen(*DRAFT, "--total", "100.10", "--each-unit", "--json")
    assert refused.json["error"]["code"] == "malformed"


def test_units_with_codes_get_a_batch_each(jifen: Jifen) -> None:
    csv_file(Path(), "单位,会员", "U1,N1", "U1,N2", "U2,N3", name="coded.csv")
    assert jifen("import", "members", "coded.csv").code == 0
    words = ("coupons", "draft", "coded.csv", "--batch", "spring", *TERMS, "--total", "100.01", "--each-unit", "--json")
    said = jifen(*words).json
    assert [(one["batch"], one["total"]) for one in said["batches"]] == [("spring-U1", 6668), ("spring-U2", 3333)]
    assert said["units"] == {"U1": {"members": 2, "amount": 6668}, "U2": {"members": 1, "amount": 3333}}


def test_many_batches_are_tried_and_issued_by_the_beginning_of_their_ids(jifen: Jifen, union: Path) -> None:
    csv_file(union, "单位,会员", "U1,N1", "U1,N2", "U2,N3", name="coded.csv")
    jifen("import", "members", "coded.csv")
    jifen("coupons", "draft", "coded.csv", "--batch", "spring", *TERMS, "--total", "100.01", "--each-unit", "--submit")
    assert jifen("coupons", "try", "spring-*", "--json").json["coupons"] == 3
    approve(union, "spring-U1", "spring-U2")
    said = jifen("coupons", "issue", "spring-*", "--codes", "codes.csv", "--json").json
    assert [(one["batch"], one["amount"]) for one in said["batches"]] == [("spring-U1", 6668), ("spring-U2", 3333)]
    assert [row["面值 face"] for row in printed(union / "codes.csv")] == ["33.34", "33.34", "33.33"]
    assert jifen("coupons", "unused", "--unit", "U1", "--json").json["units"][0]["left"] == 6668
    assert jifen("coupons", "issue", "winter-*", "--json").json["error"]["code"] == "not-found"


def test_a_file_is_not_loaded_into_a_second_batch_by_mistake(jifen: Jifen) -> None:
    jifen(*DRAFT, "--total", "10000.00")
    other = tuple("winter" if word == "autumn" else word for word in DRAFT)
    assert jifen(*other, "--total", "10000.00", "--json").json["error"]["code"] == "already-exists"
    assert jifen(*other, "--total", "10000.00", "--again").code == 0


def test_a_batch_keeps_its_terms_and_its_amounts(jifen: Jifen) -> None:
    jifen(*DRAFT, "--total", "10000.00")
    occasion = tuple("new-year" if word == "mid-autumn" else word for word in DRAFT)
    assert jifen(*occasion, "--total", "10000.00", "--json").json["error"]["code"] == "already-exists"
    changed = jifen(*DRAFT, "--total", "20000.00", "--json")
    assert (changed.code, changed.json["counts"]) == (1, {"bad:drafted-otherwise": 100})


def test_a_dry_run_of_a_list_says_what_the_fund_lacks_and_writes_nothing(jifen: Jifen) -> None:
    before = jifen("ledger", "list", "--json").json[0]["facts"]
    tried = jifen(*DRAFT, "--total", "20600.00", "--dry-run", "--json")
    assert tried.code == 1
    assert tried.json["trial"]["budgets"] == [
        {"fund": "gifts", "required": 2_060_000, "available": 2_000_000, "short": 60_000}
    ]
    assert (tried.json["trial"]["coupons"], tried.json["trial"]["refused"]) == (100, [])
    assert jifen("ledger", "list", "--json").json[0]["facts"] == before
    assert "600.00" in jifen(*DRAFT, "--total", "20600.00", "--dry-run").out


def test_a_list_for_several_funds_is_tried_and_drafted_with_the_share_of_each(jifen: Jifen, union: Path) -> None:
    with open_ledger(Settings(data=union / "var"), "union") as opened:
        opened.ledger.submit(OpenFund(id="works", unit=UnitCode("cny"), source="employer"), by=FINANCE)
        opened.ledger.submit(AppropriateFund(fund="works", amount=600_000), by=FINANCE)
    at = DRAFT.index("--fund")
    draft = (*DRAFT[:at], "--share", "gifts=1", "--share", "works=2", *DRAFT[at + 2 :], "--total", "10000.00")
    tried = jifen(*draft, "--dry-run", "--json")
    assert (tried.code, tried.json["trial"]["coupons"]) == (1, 100)
    assert tried.json["trial"]["budgets"] == [
        {"fund": "gifts", "required": 333_333, "available": 2_000_000, "short": 0},
        {"fund": "works", "required": 666_667, "available": 600_000, "short": 66_667},
    ]
    assert "666.67" in jifen(*draft, "--dry-run").out
    assert jifen(*draft, "--json").code == 0
    assert jifen(*draft, "--json").json["counts"] == {"already-known": 100}
    with open_ledger(Settings(data=union / "var"), "union") as opened:
        funding = opened.ledger.the(Batch, "autumn").funding
    assert [(one.fund, one.source, one.weight) for one in funding] == [("gifts", "union", 1), ("works", "employer", 2)]
    otherwise = tuple("gifts=2" if word == "gifts=1" else word for word in draft)
    assert jifen(*otherwise, "--json").json["error"]["code"] == "already-exists"


@pytest.mark.parametrize("said", ["gifts", "gifts=", "=1", "gifts=0", "gifts=-1", "gifts=1.5", "gifts=10000000"])
def test_a_share_is_a_fund_and_a_whole_number(jifen: Jifen, said: str) -> None:
    at = DRAFT.index("--fund")
    shared = (*DRAFT[:at], "--share", said, "--share", "works=2", *DRAFT[at + 2 :], "--total", "10000.00")
    assert jifen(*shared, "--dry-run", "--json").json["error"]["code"] == "malformed"


def test_a_dry_run_counts_what_other_occasions_have_used(jifen: Jifen, union: Path) -> None:
    approved(jifen, union)
    jifen("coupons", "issue", "autumn")
    csv_file(union, "会员,金额(元)", "K00001,1399.99", "K00002,1500.00", 'K00003,"1,400.00"', name="more.csv")
    words = ("coupons", "draft", "more.csv", "--batch", "spring", "--kind", "welfare", "--occasion", "spring-festival")
    tried = jifen(*words, "--source", "union", "--expires-on", "2999-12-31", "--dry-run", "--json").json["trial"]
    assert [(line["limit"], line["used"], line["offered"]) for line in tried["refused"]] == [(150_000, 10_000, 140_000)]
    assert (tried["coupons"], tried["amount"]) == (2, 139_999 + 140_000)


def test_a_total_is_not_shared_among_those_rows_alone_that_are_right(jifen: Jifen, union: Path) -> None:
    csv_file(union, *LIST, "一小,K99999", name="list.csv")
    before = jifen("ledger", "list", "--json").json[0]["facts"]
    said = jifen(*DRAFT, "--total", "10000.00", "--json")
    assert (said.code, said.json["batches"], said.json["counts"]) == (1, [], {"bad:unknown-member": 1, "ready": 100})
    assert "Nothing was drafted" in jifen(*DRAFT, "--total", "10000.00").out
    assert jifen("ledger", "list", "--json").json[0]["facts"] == before
    assert jifen(*DRAFT, "--face", "100", "--json").json["counts"] == {"bad:unknown-member": 1, "credited": 100}


def test_a_batch_is_tried_as_it_stands(jifen: Jifen) -> None:
    jifen(*DRAFT, "--face", "210.00")
    tried = jifen("coupons", "try", "autumn", "--json")
    assert (tried.code, tried.json["budgets"][0]["short"]) == (1, 100_000)


def test_issuing_writes_each_code_once_and_a_second_run_issues_nothing(jifen: Jifen, union: Path) -> None:
    approved(jifen, union)
    first = jifen("coupons", "issue", "autumn", "--codes", "codes.csv", "--json").json
    before = (union / "codes.csv").read_bytes()
    second = jifen("coupons", "issue", "autumn", "--codes", "codes.csv", "--json").json
    assert (first["coupons"], first["amount"], first["batches"][0]["status"]) == (100, 1_000_000, "issued")
    assert (second["coupons"], second["before"]) == (0, 100)
    assert (union / "codes.csv").read_bytes() == before
    rows = printed(union / "codes.csv")
    assert len({row["券码 code"] for row in rows}) == 100
    assert {(row["单位 unit"], row["面值 face"]) for row in rows} == {("一小", "100.00"), ("二小", "100.00")}
    assert [row["会员 member"] for row in rows if row["单位 unit"] == "一小"] == [
        f"K{number:05}" for number in range(1, 61)
    ]


def test_codes_stand_nowhere_but_in_their_file_which_is_its_owners_alone(jifen: Jifen, union: Path) -> None:
    approved(jifen, union)
    ran = jifen("coupons", "issue", "autumn", "--codes", "codes.csv")
    codes = [row["券码 code"] for row in printed(union / "codes.csv")]
    assert stat.S_IMODE((union / "codes.csv").stat().st_mode) == 0o600
    kept = b"".join(path.read_bytes() for path in (union / "var").rglob("*") if path.is_file())
    for code in codes:
        assert code.encode() not in kept
        assert code.replace("-", "").encode() not in kept
        assert code not in ran.out + ran.err


def test_a_run_that_was_cut_short_goes_on_with_the_codes_in_the_file(
    jifen: Jifen, union: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    approved(jifen, union)

    def cut_short(books: Real, submissions: Iterable[Submission]) -> Iterator[Outcome]:
        yield from asked(books, islice(submissions, 1))
        raise StorageUnavailable

    asked = Real.ask_all
    with monkeypatch.context() as patch:
        patch.setattr(Real, "ask_all", cut_short)
        ended = jifen("coupons", "issue", "autumn", "--codes", "codes.csv", "--json")
        assert ended.json["error"]["code"] == "storage-unavailable"
    before = {row["编号 holder"]: row["券码 code"] for row in printed(union / "codes.csv")}
    rest = jifen("coupons", "issue", "autumn", "--codes", "codes.csv", "--json").json
    assert (rest["batches"][0]["status"], rest["before"], rest["coupons"]) == ("issued", 40, 60)
    assert {row["编号 holder"]: row["券码 code"] for row in printed(union / "codes.csv")} == before


def test_a_refused_line_leaves_no_code(jifen: Jifen, union: Path) -> None:
    csv_file(union, "会员,金额", "K00001,1500.01", "K00002,10.00", name="list.csv")
    jifen(*DRAFT, "--submit")
    approve(union, "autumn")
    ran = jifen("coupons", "issue", "autumn", "--codes", "codes.csv", "--json")
    assert (ran.code, [line["offered"] for line in ran.json["refused"]]) == (1, [150_000])
    assert [row["会员 member"] for row in printed(union / "codes.csv")] == ["K00002"]


def test_another_file_is_never_written_over(jifen: Jifen, union: Path) -> None:
    approved(jifen, union)
    before = (union / "members.csv").read_bytes()
    assert jifen("coupons", "issue", "autumn", "--codes", "list.csv", "--json").json["error"]["code"] == "malformed"
    assert jifen("coupons", "issue", "autumn", "--codes", "members.csv", "--json").json["error"]["code"] == "malformed"
    assert (union / "members.csv").read_bytes() == before


def test_a_batch_that_nobody_approved_is_not_issued(jifen: Jifen) -> None:
    jifen(*DRAFT, "--total", "10000.00", "--submit")
    assert jifen("coupons", "issue", "autumn", "--json").json["error"]["code"] == "not-eligible"
    assert jifen("coupons", "issue", "nowhere", "--json").json["error"]["code"] == "not-found"


def test_what_is_unused_is_listed(jifen: Jifen, union: Path) -> None:
    approved(jifen, union)
    jifen("coupons", "issue", "autumn")
    said = jifen("coupons", "unused", "--each", "--json").json
    assert [(unit["coupons"], unit["left"]) for unit in said["units"]] == [(100, 1_000_000)]
    assert len(said["coupons"]) == 100
    assert "K00100\tautumn\t100.00" in jifen("coupons", "unused", "--each").out


def test_codes_are_printed_as_they_were_written(jifen: Jifen, union: Path) -> None:
    approved(jifen, union)
    jifen("coupons", "issue", "autumn", "--codes", "codes.csv")
    said = jifen("coupons", "print", "codes.csv", "--to", "sheets", "--json").json
    assert (said["coupons"], len(said["files"])) == (100, 5)
    code = printed(union / "codes.csv")[0]["券码 code"]
    assert code[:9] in (union / "sheets" / "codes-0001.svg").read_text("utf-8")
    assert jifen("coupons", "print", "codes.csv").code == 0
    document = (union / "codes.pdf").read_bytes()
    assert document.startswith(b"%PDF-1.4")
    assert code[:9].encode() in document


def test_a_slip_of_the_finger_is_told_without_a_ledger(
    jifen: Jifen, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JIFEN_DATA", str(tmp_path / "nothing"))
    code = "0123456789ABCDEF"
    good = next(code[:-2] + left + right for left in CHECKS for right in CHECKS if right_code(code[:-2] + left + right))
    assert jifen("codes", "check", print_form(good).lower(), "--json").json == {"code": print_form(good)}
    slipped = jifen("codes", "check", "1" + good[1:], "--json")
    assert (slipped.code, slipped.json["error"]["code"], slipped.json["error"]["place"]) == (1, "code-mistyped", 1)
    assert jifen("codes", "check", "ABC", "--json").json["error"]["code"] == "malformed"


CHECKS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def right_code(code: str) -> bool:
    from ledger.codes import parse_code
    from ledger.refusals import CodeMistyped

    try:
        return parse_code(code) == code
    except CodeMistyped:
        return False


def test_the_shipped_dirty_list_is_reported_as_its_readme_says(jifen: Jifen, union: Path) -> None:
    few = (DATA / "members.csv").read_text("utf-8").splitlines()[:361]
    (union / "three-units.csv").write_text("\n".join(few), "utf-8")
    assert jifen("import", "members", "three-units.csv", "--json").json[0]["counts"] == {"credited": 360}
    (union / "dirty.csv").write_bytes((DATA / "members-dirty.csv").read_bytes())
    words = ("coupons", "draft", "dirty.csv", "--batch", "dirty", *TERMS, "--members-on", "2022-08-31", "--face", "200")
    said = jifen(*words, "--dry-run", "--json").json
    assert said["counts"] == {
        "bad:left-unit": 1,
        "bad:missing-member": 1,
        "bad:two-employers": 2,
        "bad:unknown-employer": 1,
        "credited": 4,
        "duplicate": 1,
    }
    assert re.search(r"M00121", jifen(*words, "--dry-run", lang="zh-CN").out)


def test_the_guide_for_unions_does_what_it_says(jifen: Jifen, union: Path) -> None:
    guide = (DATA.parents[3] / "docs" / "for-unions.md").read_text("utf-8")
    commands = [shlex.split(line)[1:] for line in re.findall(r"^jifen .*$", guide, re.MULTILINE)]
    later = {"2030-12-31": "2999-12-31", "11560000.00": "115600.00"}
    begin, key, serve, *rest = [[later.get(word, word) for word in line] for line in commands]
    load, draft, try_, issue, print_, check, unused = rest
    assert (begin, serve) == (["ledger", "create", "union", "--scheme", "welfare-coupons"], ["serve"])
    assert jifen(*key).code == 0
    few = (DATA / "members.csv").read_text("utf-8").splitlines()[:301]
    (union / "members.csv").write_text("\n".join(few), "utf-8")
    with open_ledger(Settings(data=union / "var"), "union") as opened:
        opened.ledger.submit(AppropriateFund(fund="gifts", amount=9_560_000), by=FINANCE)
    assert jifen(*load).code == 0
    assert jifen(*draft, "--json").json["trial"]["amount"] == 11_560_000
    assert jifen(*draft[:-1], "--submit").code == 0
    assert jifen(*try_).code == 0
    approve(union, "autumn-U001", "autumn-U002", "autumn-U003")
    assert jifen(*issue, "--json").json["amount"] == 11_560_000
    assert jifen(*print_, "--json").json["coupons"] == 300
    assert jifen(*check, "--json").code == 0
    mistyped = [*check[:-1], check[-1].replace("V5YT", "V5TY")]
    assert jifen(*mistyped, "--json").json["error"]["code"] == "code-mistyped"
    assert [unit["left"] for unit in jifen(*unused, "--json").json["units"]] == [4_624_060, 4_623_960, 2_311_980]

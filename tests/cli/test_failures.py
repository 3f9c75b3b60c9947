"""Every end of a command is said: what, why and what to do, in two languages, with an exit code that is not 0."""

import socket
from pathlib import Path

import pytest

from api import start
from api.answers.sentences import SENTENCES
from api.commands import imports
from api.commands.failures import failure_of
from api.commands.languages import spoken
from api.ledgers import open_ledger
from api.settings import Settings, strangers
from ledger.refusals import InsufficientFunds, LedgerInUse
from tests.cli.conftest import BUYER, Jifen

MISTAKES = [
    (("balance", "YK-9999"), "not-found"),
    (("balance", BUYER, "--ledger", "none"), "not-found"),
    (("balance", BUYER, "--as-of", "yesterday"), "malformed"),
    (("import", "no-profile", "x.csv"), "not-found"),
    (("import", "gate"), "malformed"),
    (("import", "gate", "no-such-file.csv"), "no-such-file"),
    (("scheme", "check", "no-such-scheme"), "scheme"),
    (("close", "2022-07"), "period-not-open"),
    (("balance", BUYER, "--as-of", "9999-12-31T23:59:59-14:00"), "malformed"),
    (("balance", BUYER, "--as-of", "9999-12-31"), "malformed"),
    (("balance", BUYER, "--known-at", "0001-01-01T00:00+14:00"), "malformed"),
    (("statement", BUYER, "--from", "0001-01-01", "--by", "recorded_at"), "malformed"),
    (("explain", "9" * 30), "not-found"),
    (("import", "gate", "gate.csv", "--period", "june"), "malformed"),
    (("import", "gate", "gate.csv", "--period", "2022-13"), "malformed"),
    (("ledger", "create", "second", "--scheme", "safety-supermarket", "--zone", "Mars/Olympus"), "malformed"),
    (("serve", "--workers", "0"), "malformed"),
    (("serve", "--host", "999.1.1.1"), "address-in-use"),
    (("keys", "revoke", "0000000000000000"), "not-found"),
    (("keys", "create", "client:x", "--role", "king"), "malformed"),
    (("keys", "create", "client:x", "--expires-at", "tomorrow"), "malformed"),
    (("projections", "rebuild", "nothing"), "not-found"),
    (("export", "facts", "--format", "csv"), "malformed"),
    (("explain", "999999"), "not-found"),
    (("ledger", "create", "shop", "--scheme", "safety-supermarket"), "already-exists"),
    (("ledger", "create", "Shop!", "--scheme", "safety-supermarket"), "malformed"),
]


@pytest.mark.parametrize(("words", "code"), MISTAKES, ids=[" ".join(words) for words, _ in MISTAKES])
def test_a_mistake_is_named_in_both_languages(jifen: Jifen, words: tuple[str, ...], code: str) -> None:
    for lang, mark in (("en", f"error {code}: "), ("zh-CN", f"错误 {code}: ")):
        ran = jifen(*words, lang=lang)
        assert ran.code == 1
        assert ran.out == ""
        what, to_do = ran.err.splitlines()[0], ran.err.splitlines()[-1]
        assert what.startswith(mark)
        assert to_do.startswith("→ ")
        assert len(to_do) > len("→ ")


def test_where_no_ledger_is_yet_it_is_said_how_one_is_made(
    jifen: Jifen, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JIFEN_DATA", str(tmp_path / "nothing"))
    ran = jifen("balance", BUYER)
    assert ran.err.startswith("error not-found: There is no ledger here yet.")
    assert "jifen ledger create" in ran.err


@pytest.mark.parametrize("file", ["journal.db", "projections.db"])
def test_a_damaged_file_is_told_and_what_mends_it(jifen: Jifen, shop: Path, file: str) -> None:
    assert jifen("replay", "--check").code == 0
    with (shop / "var" / "shop" / file).open("r+b") as damaged:
        damaged.seek(16_384)
        damaged.write(b"Jifen" * 40_000)
    ran = jifen("replay", "--check")
    assert (ran.code, ran.out) == (1, "")
    assert ran.err.startswith("error storage-damaged: ")
    assert "projections rebuild" in ran.err


def test_machines_read_the_same_failure_as_json(jifen: Jifen) -> None:
    ran = jifen("balance", "YK-9999", "--json")
    assert (ran.code, ran.err) == (1, "")
    assert ran.json["error"]["code"] == "not-found"
    assert set(ran.json["error"]) >= {"what", "to_do", "kind", "id"}


@pytest.mark.parametrize(
    "words", [("foo",), ("balance",), ("statement", BUYER, "--limit", "0"), ("balance", BUYER, "--no-such-option")]
)
def test_a_command_line_that_cannot_be_meant_ends_with_2(jifen: Jifen, words: tuple[str, ...]) -> None:
    ran = jifen(*words)
    assert ran.code == 2
    assert "error usage:" in ran.err


WRITING = [
    (("import", "goods", "goods.csv"), "POST /v1/ledgers/shop/imports/goods"),
    (("close", "2022-06"), "POST /v1/ledgers/shop/periods/2022-06/close"),
    (("scheme", "adopt", "safety-supermarket", "--from", "2022-07-01"), "POST /v1/ledgers/shop/schemes"),
    (("worker", "--once"), "/v1/ledgers/shop/…"),
    (("serve",), "/v1/ledgers/shop/…"),
]


@pytest.mark.parametrize(("words", "route"), WRITING, ids=[words[0] for words, _ in WRITING])
def test_a_writing_command_on_a_ledger_in_use_names_the_route(
    jifen: Jifen, shop: Path, words: tuple[str, ...], route: str
) -> None:
    with open_ledger(Settings(data=shop / "var"), "shop"):
        ran = jifen(*words, "--json")
    assert ran.code == 1
    assert (ran.json["error"]["code"], ran.json["error"]["route"]) == ("ledger-in-use", route)


def test_reading_commands_work_while_another_process_writes(jifen: Jifen, shop: Path) -> None:
    with open_ledger(Settings(data=shop / "var"), "shop"):
        reading = (("balance", BUYER), ("statement", BUYER), ("replay", "--check"), ("ledger", "list"), ("doctor",))
        assert [jifen(*words).code for words in reading] == [0] * len(reading)


def test_several_workers_need_postgresql(jifen: Jifen) -> None:
    assert jifen("serve", "--workers", "2", "--json").json["error"]["code"] == "ledger-in-use"


SETTINGS = [
    ("PORT", "a lot"),
    ("PORT", "99999"),
    ("PORT", "-1"),
    ("TURN_SIZE", "0"),
    ("BODY_LIMIT", "-1"),
    ("SWEEP_SECONDS", "0"),
    ("DATABASE_URL", "mysql://here"),
    ("DATABASE_URL", "postgresql+psycopg://u:secret@127.0.0.1:none/x"),
]


@pytest.mark.parametrize(("name", "value"), SETTINGS)
def test_settings_that_cannot_be_meant_are_named(
    jifen: Jifen, monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv("JIFEN_" + name, value)
    ran = jifen("settings")
    assert (ran.code, ran.err.startswith("error settings: ")) == (1, True)
    assert name.lower() in ran.err.lower()
    assert "secret" not in ran.err


def test_a_settings_file_that_is_no_text_is_named(jifen: Jifen, shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (shop / "settings.toml").write_bytes(b"\xff\xfe")
    monkeypatch.setenv("JIFEN_SETTINGS", str(shop / "settings.toml"))
    assert jifen("settings", "--json").json["error"]["code"] == "settings"


@pytest.mark.parametrize("words", [("ledger", "list"), ("balance", BUYER), ("serve", "--port", "0")])
@pytest.mark.parametrize("content", [b"no database at all", b""], ids=["noise", "empty"])
def test_a_database_that_is_none_is_named_without_a_traceback(
    jifen: Jifen, shop: Path, caplog: pytest.LogCaptureFixture, words: tuple[str, ...], content: bytes
) -> None:
    for left in (shop / "var" / "shop").glob("journal.db*"):
        left.unlink()
    (shop / "var" / "shop" / "journal.db").write_bytes(content)
    ran = jifen(*words, "--json")
    assert (ran.code, ran.json["error"]["code"], caplog.text) == (1, "storage-unavailable", "")


def test_a_database_server_that_is_away_is_named(jifen: Jifen, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("JIFEN_DATA")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    monkeypatch.setenv("JIFEN_DATABASE_URL", f"postgresql+psycopg://u:secret@127.0.0.1:{port}/x")
    ran = jifen("ledger", "list")
    assert (ran.code, ran.err.startswith("error storage-unavailable: ")) == (1, True)
    assert "secret" not in ran.err


def test_a_port_in_use_is_named_before_anything_is_opened(jifen: Jifen) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        ran = jifen("serve", "--port", str(taken.getsockname()[1]))
    assert (ran.code, ran.err.startswith("error address-in-use: ")) == (1, True)
    assert "--port" in ran.err


def test_a_command_that_is_interrupted_says_how_to_go_on(jifen: Jifen, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(imports, "run_import", interrupted)
    ran = jifen("import", "gate", "gate.csv")
    assert (ran.code, ran.err.splitlines()[0]) == (130, "error interrupted: Interrupted. What was recorded stays.")


def test_a_defect_is_an_incident_and_shows_no_cell_of_anybody(caplog: pytest.LogCaptureFixture) -> None:
    failure = failure_of(RuntimeError("王一 13800000000"))
    assert failure.code == "internal-error"
    assert "王一" not in " ".join((*failure.what, *failure.to_do))
    assert failure.members["incident"] in caplog.text


def test_a_refusal_without_sentences_is_still_said() -> None:
    assert "insufficient-funds" in SENTENCES
    said = failure_of(InsufficientFunds(required=5, available=2, missing=3))
    assert "5" in said.what.en
    assert "5" in said.what.zh


def test_ledger_in_use_always_names_some_route() -> None:
    assert "/v1/ledgers/" in failure_of(LedgerInUse(path="x")).to_do.en


@pytest.mark.parametrize(
    ("environ", "lang"),
    [
        ({}, "zh-CN"),
        ({"LANG": "C.UTF-8"}, "zh-CN"),
        ({"LANG": "en_GB.UTF-8"}, "en"),
        ({"LANG": "de_DE.UTF-8"}, "en"),
        ({"LANG": "en_GB.UTF-8", "JIFEN_LANG": "zh-CN"}, "zh-CN"),
        ({"LANG": "zh_CN.UTF-8", "JIFEN_LANG": "en"}, "en"),
    ],
)
def test_the_language_is_that_of_the_variables(environ: dict[str, str], lang: str) -> None:
    assert spoken(environ) == lang


@pytest.mark.parametrize(
    ("name", "lang", "says"),
    [
        ("JIFEN_PROT", "en", "there is no setting JIFEN_PROT; it is ignored. Did you mean JIFEN_PORT?"),
        ("JIFEN_PROT", "zh-CN", "没有 JIFEN_PROT 这个设置，已忽略。是否想写 JIFEN_PORT？"),
        ("jifen_port", "en", "Did you mean JIFEN_PORT?"),
        ("JIFEN_COLOUR", "en", "there is no setting JIFEN_COLOUR; it is ignored. Check its name."),
    ],
)
def test_a_variable_that_sets_nothing_is_said_and_what_it_holds_is_not(
    jifen: Jifen, monkeypatch: pytest.MonkeyPatch, name: str, lang: str, says: str
) -> None:
    monkeypatch.setenv(name, "hunter2")
    ran = jifen("balance", BUYER, "--json", lang=lang)
    assert (ran.code, "error" in ran.json) == (0, False)
    assert ran.err.count("\n") == 1
    assert says in ran.err
    assert "hunter2" not in ran.err


def test_every_variable_that_means_something_goes_without_a_word() -> None:
    set_by_tests = ("JIFEN_TEST_POSTGRES", "JIFEN_BENCH_HOLDERS", "JIFEN_CONTRACT_URL", "JIFEN_REQUIRE")
    of_rooms = ("JIFEN_MASTER_KEY", "JIFEN_LANG", "JIFEN_SETTINGS", "JIFEN_KEYS_URL", "HOME")
    assert strangers(dict.fromkeys((*set_by_tests, *of_rooms), "")) == {}


def test_an_interrupt_while_the_program_loads_is_said_too(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupted(_name: str) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(start, "import_module", interrupted)
    assert start.main() == 130
    said = capsys.readouterr()
    assert (said.out, said.err.count("\n")) == ("", 1)
    assert "已中断" in said.err
    assert "Interrupted" in said.err

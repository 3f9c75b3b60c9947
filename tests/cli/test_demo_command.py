"""What the demo tells whoever started it."""

from pathlib import Path
from typing import Any

import pytest

from api.commands import demo as command
from api.demo.checks import Checks
from api.demo.run import Outcome
from tests.cli.conftest import Jifen


def pretended(*, agrees: bool) -> Any:
    """The month is tried in tests/demo; here only what is said about its end."""

    def run(*_: Any, **__: Any) -> Outcome:
        checks = Checks(lambda _line: None)
        checks.figure("合计", "Sum", 1, 1 if agrees else 2)
        return Outcome(checks, {"counter": "jf_key"})

    return run


@pytest.mark.parametrize(("agrees", "code"), [(True, 0), (False, 1)])
def test_one_figure_that_differs_fails_the_demo(
    jifen: Jifen, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, agrees: bool, code: int
) -> None:
    monkeypatch.setattr(command, "run_demo", pretended(agrees=agrees))
    ran = jifen("demo", "--no-serve", "--dir", str(tmp_path / "demo"), "--json")
    assert (ran.code, ran.json["agree"], ran.json["keys"]) == (code, agrees, {"counter": "jf_key"})


def test_the_end_names_ledger_addresses_and_keys(jifen: Jifen, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(command, "run_demo", pretended(agrees=True))
    out = jifen("demo", "--no-serve", "--dir", str(tmp_path / "demo")).out
    assert "everything agrees" in out
    assert "http://127.0.0.1:8000/v1/ledgers/demo" in out
    assert "jf_key" in out
    assert "YK-0042.5" in out


def test_a_demo_whose_figures_differ_is_not_served(
    jifen: Jifen, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(command, "run_demo", pretended(agrees=False))
    ran = jifen("demo", "--dir", str(tmp_path / "demo"))
    assert ran.code == 1
    assert "1 figures differ" in ran.out
    assert "Serving on" not in ran.out

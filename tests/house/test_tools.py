"""Tools of the machine are asked for by name: without one a test is skipped, or fails where it is required."""

import pytest

from tests.conftest import tool


def test_a_tool_that_is_there_is_given() -> None:
    assert tool("strace", "/usr/bin/strace", "no faults") == "/usr/bin/strace"


def test_a_missing_tool_skips(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JIFEN_REQUIRE", "chromium")
    with pytest.raises(pytest.skip.Exception, match="no faults"):
        tool("strace", None, "no faults")


def test_a_missing_tool_that_is_required_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JIFEN_REQUIRE", "chromium,strace")
    with pytest.raises(pytest.fail.Exception, match="no faults"):
        tool("strace", None, "no faults")

"""Tools of the machine are skipped or required by name, and no test leaves this machine."""

import socket

import pytest

from tests.conftest import OutsideWorldError, refuse_outside, tool


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


@pytest.mark.parametrize("host", ["192.0.2.1", "2001:db8::1", "example.invalid", "0.0.0.0"])
def test_another_machine_is_refused(host: str) -> None:
    with pytest.raises(OutsideWorldError, match=host):
        refuse_outside(socket.AF_INET, (host, 80))


@pytest.mark.parametrize("host", ["127.0.0.1", "127.3.2.1", "::1", "localhost"])
def test_loopback_is_allowed(host: str) -> None:
    refuse_outside(socket.AF_INET6, (host, 80))


def test_the_guard_stands_in_every_test() -> None:
    server = socket.create_server(("127.0.0.1", 0))
    with server, socket.create_connection(server.getsockname(), timeout=60) as client:
        assert client.getpeername() == server.getsockname()
    assert socket.socket.connect.__name__ == "guarded"

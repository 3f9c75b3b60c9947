"""A real server on a real ledger, for tests: uvicorn in a thread on a free port of loopback."""

import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2
import uvicorn

from api.app import create_app
from api.auth import ROLES
from api.ledgers import OpenLedger, create_ledger, open_ledger
from api.settings import Settings
from ledger.people.commands import RegisterPerson
from ledger.room import By
from ledger.values import HolderId
from ledger.vault import Principal

TESTER = By(principal="client:tester", subject="person:tester")
HOLDERS = ("h-one", "h-two")


class Server:
    """A running server, with a key for each role and one client a key."""

    def __init__(self, url: str, opened: OpenLedger, keys: Mapping[str, str]) -> None:
        self.url = url
        self.opened = opened
        self.keys = keys
        self.limit = Settings().body_limit
        self.base = f"{url}/v1/ledgers/{opened.name}"
        self._clients: dict[str, httpx2.Client] = {}

    def client(self, role: str = "admin") -> httpx2.Client:
        """A client that speaks as this role."""
        if role not in self._clients:
            headers = {"Authorization": f"Bearer {self.keys[role]}"}
            self._clients[role] = httpx2.Client(headers=headers, timeout=60, trust_env=False)
        return self._clients[role]

    def post(
        self, path: str, body: Any = None, *, key: str | None = None, role: str = "admin", **headers: str
    ) -> httpx2.Response:
        """POST a JSON body below the ledger."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        if key is not None:
            named["Idempotency-Key"] = key
        return self.client(role).post(self.base + path, json={} if body is None else body, headers=named)

    def get(self, path: str, *, role: str = "admin", **headers: str) -> httpx2.Response:
        """GET below the ledger."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.client(role).get(self.base + path, headers=named)

    def close(self) -> None:
        """Close the clients."""
        for client in self._clients.values():
            client.close()


def make_ledger(settings: Settings, name: str = "site", scheme: str = "safety-supermarket") -> dict[str, str]:
    """A ledger with two holders, and a key for every role; the holder's key is bound to the first."""
    with create_ledger(settings, name, scheme, "Asia/Shanghai") as opened:
        for holder in HOLDERS:
            opened.ledger.submit(RegisterPerson(holder=HolderId(holder)), by=TESTER)
        return {role: role_key(opened, role) for role in ROLES}


def role_key(opened: OpenLedger, role: str) -> str:
    """A person with this role, and a key of theirs."""
    holder = HOLDERS[0] if role == "holder" else None
    principals = opened.vault.principals
    person = principals.add(Principal(id=f"person:{role}", roles=(role,), holder=holder))
    return principals.create_key(person.id)[0]


@contextmanager
def serving(settings: Settings, keys: Mapping[str, str], name: str = "site") -> Iterator[Server]:
    """Serve the ledger of that name until the block ends."""
    with open_ledger(settings, name) as opened, served(settings, opened) as url:
        running = Server(url, opened, keys)
        try:
            yield running
        finally:
            running.close()


@contextmanager
def served(settings: Settings, opened: OpenLedger) -> Iterator[str]:
    """Serve an open ledger on a free port of loopback until the block ends; gives the address."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        app = create_app(settings, {opened.name: opened})
        # Never closed for idleness: after a pause of the machine a client would write to a connection just closed.
        config = uvicorn.Config(app, log_level="warning", access_log=False, timeout_keep_alive=600)
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join(timeout=20)


def settings_in(path: Path) -> Settings:
    """Settings on an empty directory."""
    return Settings(data=path)

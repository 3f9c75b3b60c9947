"""A served ledger as a client knows it: an address, a key, and the words of the contract."""

import uuid
from typing import Any, Final

import httpx2

MAX: Final = 2**53 - 1
"""The largest amount."""
Json = dict[str, Any]


class Ledger:
    """Asks a ledger of the `conformance` scheme; every write goes under a key of its own unless one is named."""

    def __init__(self, base: str, key: str) -> None:
        """`base` is `…/v1/ledgers/<name>`."""
        self.base = base
        headers = {"Authorization": f"Bearer {key}", "Accept-Language": "en"}
        self.http = httpx2.Client(headers=headers, timeout=60, trust_env=False)

    def post(self, path: str, body: Any = None, *, key: str | None = None, **headers: str) -> httpx2.Response:
        """A write; without a key under a new one."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        named["Idempotency-Key"] = key or new()
        return self.http.post(self.base + path, json={} if body is None else body, headers=named)

    def raw(self, path: str, text: str | bytes, *, key: str | None = None) -> httpx2.Response:
        """A write with exactly these bytes."""
        return self.http.post(self.base + path, content=text, headers={"Idempotency-Key": key or new()})

    def ask(self, path: str, **query: Any) -> httpx2.Response:
        """A read; `from_` stands for `from`."""
        named = {name.rstrip("_"): str(value) for name, value in query.items()}
        return self.http.get(self.base + path, params=named)

    def get(self, path: str, **query: Any) -> Json:
        """A read that must succeed."""
        answer = self.ask(path, **query)
        assert answer.status_code == 200, answer.text
        return json_of(answer)

    def done(self, path: str, body: Any = None, *, key: str | None = None) -> Json:
        """A write that must succeed."""
        answer = self.post(path, body, key=key)
        assert answer.status_code == 201, answer.text
        return json_of(answer)

    def refused(self, path: str, body: Any = None, *, key: str | None = None) -> Json:
        """A write that must be refused: its problem document."""
        answer = self.post(path, body, key=key)
        assert answer.status_code >= 400, answer.text
        assert answer.headers["content-type"] == "application/problem+json"
        problem = json_of(answer)
        # A route that is not there answers 404 too, whatever was asked of it.
        assert problem.get("kind") != "path", problem
        return problem

    def batch(self, *commands: Json) -> list[Json]:
        """The outcomes of a batch."""
        answer = self.http.post(self.base + "/batches", json={"commands": list(commands)})
        assert answer.status_code == 200, answer.text
        outcomes: list[Json] = json_of(answer)["outcomes"]
        return outcomes

    # In the contract's words --------------------------------------------------------------------------------

    def holder(self) -> str:
        """A new person: `holder:<id>`."""
        return "holder:" + str(self.done("/people", {"name": "One of many"})["holder"])

    def account(self, unit: str = "A", **floor: int | None) -> str:
        """A new free-standing account: `account:<id>`."""
        return str(self.done("/accounts", {"id": new(), "unit": unit, **floor})["account"])

    def grant(self, to: str, amount: int, unit: str = "A", **more: Any) -> Json:
        """Value given."""
        return self.done("/grants", {"to": to, "unit": unit, "amount": amount, **more})

    def deduct(self, account: str, amount: int, unit: str = "A", **more: Any) -> Json:
        """Value taken."""
        body = {"from": account, "unit": unit, "amount": amount, "reason": "correction", **more}
        return self.done("/deductions", body)

    def transfer(self, payer: str, payee: str, amount: int, unit: str = "A", **more: Any) -> Json:
        """Value moved from one account to another."""
        return self.done("/transfers", {"from": payer, "to": payee, "unit": unit, "amount": amount, **more})

    def hold(self, account: str, amount: int, unit: str = "A", **more: Any) -> Json:
        """Value set aside."""
        return self.done("/holds", {"from": account, "unit": unit, "amount": amount, **more})

    def capture(self, hold: str, **more: Any) -> Json:
        """A hold's value taken."""
        return self.done(f"/holds/{hold}/capture", more)

    def reverse(self, tx: Any, **more: Any) -> Json:
        """A movement taken back."""
        return self.done("/reversals", {"of": tx, "reason": "correction", **more})

    def at(self, account: str, unit: str = "A", **query: Any) -> Json:
        """The account object as it is read."""
        return self.get(f"/accounts/{account}", unit=unit, **query)

    def funded(self, amount: int, unit: str = "A", **more: Any) -> str:
        """A new person with so much."""
        holder = self.holder()
        self.grant(holder, amount, unit, **more)
        return holder


def new() -> str:
    """A name that nobody has used."""
    return uuid.uuid4().hex


def json_of(answer: httpx2.Response) -> Json:
    """The object that an answer carries."""
    value: Json = answer.json()
    return value


def after(answer: Json, account: str, unit: str = "A") -> Json:
    """The account object that a write answered with."""
    found: list[Json] = [it for it in answer["balances"] if (it["account"], it["unit"]) == (account, unit)]
    assert len(found) == 1, answer["balances"]
    return found[0]


def is_(problem: Json, status: int, code: str, **members: Any) -> bool:
    """Whether a problem document says this."""
    assert (problem["status"], problem["code"]) == (status, code), problem
    assert {name: problem[name] for name in members} == members, problem
    return True

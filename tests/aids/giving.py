"""A scheme with one benefit of any terms, funds that pay it, and claims by persons who are there."""

from typing import Any

from ledger.aids.commands import ApproveAid, ClaimAid, PayAid, RecoverAid, RejectAid
from ledger.aids.entities import AidClaim, Asked
from ledger.funds.commands import AppropriateFund, OpenFund
from ledger.funds.entities import Fund
from ledger.limits.entities import Counter, counter_id
from ledger.people.commands import RegisterPerson
from ledger.room import By
from ledger.scheme.loading import canonical, checked, load_scheme
from ledger.scheme.model import Scheme
from ledger.values import HolderId, UnitCode
from tests.given import Story

HALF = {"numerator": 1, "denominator": 2}
SECOND = By(principal="person:second", subject="person:second")
CNY = UnitCode("cny")


def scheme(rate: dict[str, Any] | None = None, **terms: Any) -> Scheme:
    """That of mutual aid, with the one benefit `aid` in it."""
    tables = canonical(load_scheme("mutual-aid"))
    plain = {"names": {"zh": "补助", "en": "Aid"}, "unit": "cny", "sources": [{"fund": "town"}]}
    tables["benefits"] = {"aid": plain | {"rates": [HALF if rate is None else rate]} | terms}
    return checked(tables)


def story(rate: dict[str, Any] | None = None, money: int = 1_000_000, **terms: Any) -> Story:
    """In June 2022: persons a and b, a fund of the town and one of the company."""
    made = Story(scheme(rate, **terms)).on("2022-06-10")
    made.given(*(RegisterPerson(holder=HolderId(id)) for id in "ab"))
    for fund in ("town", "company"):
        made.given(OpenFund(id=fund, unit=CNY, source=fund), AppropriateFund(fund=fund, amount=money))
    return made


def claiming(amount: int, covered: int = 0, *, holder: str = "a", **more: Any) -> ClaimAid:
    """One person's claim."""
    lines = (Asked(HolderId(holder), amount, covered),)
    terms: dict[str, Any] = {"id": "c1", "benefit": "aid", "funds": ("town",), "lines": lines}
    return ClaimAid(**(terms | more))


def approving(claim: str = "c1") -> ApproveAid:
    """Yes."""
    return ApproveAid(claim=claim)


def rejecting(claim: str = "c1") -> RejectAid:
    """No."""
    return RejectAid(claim=claim, reason="correction")


def paying(claim: str = "c1") -> PayAid:
    """The money goes out."""
    return PayAid(claim=claim, reference="bank-1")


def recovering(amount: int, claim: str = "c1", **more: Any) -> RecoverAid:
    """Some of it comes back."""
    return RecoverAid(claim=claim, amount=amount, payer="payer-1", **more)


def claim(made: Story, id: str = "c1") -> AidClaim:
    """As it stands."""
    return made.the(AidClaim, id)


def fund(made: Story, id: str = "town") -> tuple[int, int, int]:
    """Free, promised, paid."""
    found = made.the(Fund, id)
    return found.free, found.committed, found.disbursed


def used(made: Story, holder: str = "a", window: str = "2022") -> int:
    """What he has had under the ceiling."""
    found = made.get(Counter, counter_id("aid", f"holder:{holder}", window))
    return 0 if found is None else found.used

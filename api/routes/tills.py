"""What a till names: the coupons that are shown to it, by code or id, and whose till it is."""

from collections.abc import Iterable

from msgspec import UNSET, UnsetType

from api.auth import Caller
from api.routes.owning import of_merchant
from api.routes.table import Arrival
from api.site import Served
from ledger.codes import parse_code
from ledger.coupons.entities import is_coupon
from ledger.coupons.standing import BY_CODE
from ledger.redemptions.entities import Redemption


def code_mac(served: Served, typed: str) -> str:
    """What stands for a code in the ledger: who reads the journal cannot spend it. Raises Malformed, CodeMistyped."""
    return served.vault.secret.mac("coupon-code", parse_code(typed))


def shown(served: Served, references: Iterable[str]) -> tuple[str, ...]:
    """Coupons as the ledger names them: an id is itself, anything else is a code. Raises Malformed, CodeMistyped."""
    return tuple(one if is_coupon(one) else BY_CODE + code_mac(served, one) for one in references)


def whose_till(caller: Caller, said: str | None) -> str | UnsetType:
    """The merchant that a body names, or whose key it is; for a merchant another's till looks as if it were not there.

    Raises NotFound.
    """
    merchant = said or caller.principal.merchant
    of_merchant(caller, merchant, kind="merchant", id=merchant or "")
    return UNSET if merchant is None else merchant


def sells_own_goods(caller: Caller) -> bool:
    """Whether a merchant's own goods are all that it sells for points; not where it keeps the programme's shelf too."""
    return caller.principal.merchant is not None and not caller.may("stock")


def at_own_till(arrival: Arrival, redemption: str) -> None:
    """A merchant hands over what waits at its own till alone. Blocking. Raises NotFound."""
    if arrival.caller.principal.merchant is not None:
        found = arrival.served.ledger.get(Redemption, redemption)
        merchant = found.bill.merchant if found is not None and found.bill is not None else None
        of_merchant(arrival.caller, merchant, kind=Redemption.KIND, id=redemption)

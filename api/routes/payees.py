"""Accounts that merchants are paid to: kept by the vault, changed by two people, masked for whoever does not pay."""

from typing import Any, Final

from api.bodies.payees import PayeeBody
from api.bodies.shapes import day_of
from api.pages.masking import masked
from api.routes.owning import of_merchant
from api.routes.past import flag_asked
from api.routes.reading import Asked, Parameter, Read
from api.routes.seen import is_seen
from api.routes.table import Arrival, Write, always
from ledger.merchants.commands import ChangeMerchantPayee
from ledger.merchants.entities import Merchant
from ledger.refusals import Forbidden, NotFound
from ledger.vault import KnownPayee, PayeeAccount

KIND: Final = "payee"
CLEAR: Final = ("settle:pay", "vault")
"""Who may see a number in whole: whoever pays to it, and whoever may see what the vault has of people."""
NOBODYS: Final = "0" * 64


def payee(body: PayeeBody, arrival: Arrival) -> ChangeMerchantPayee:
    """The vault's row first, then what waits for approval. A replay is answered by its key: nothing is kept for it."""
    served, from_on = arrival.served, day_of(body.from_on)
    served.ledger.the(Merchant, body.merchant)
    if is_seen(arrival):
        return ChangeMerchantPayee(merchant=body.merchant, payee=KIND, commitment=NOBODYS, from_on=from_on)
    number = body.number.replace(" ", "").replace("-", "")
    account = PayeeAccount(bank=body.bank.strip(), number=number, name=body.name.strip())
    kept = served.vault.payees.keep(body.merchant, account)
    return ChangeMerchantPayee(merchant=body.merchant, payee=kept.id, commitment=kept.commitment, from_on=from_on)


# Reads -----------------------------------------------------------------------------------------------------------


def shown(known: KnownPayee | None, *, clear: bool) -> dict[str, Any]:
    """An account as it may be seen; of one that was erased nothing."""
    if known is None:
        return {"bank": None, "number": None, "name": None}
    account = known.account
    number, name = (account.number, account.name) if clear else (account.masked, masked(account.name))
    return {"bank": account.bank, "number": number, "name": name}


def _clear(asked: Asked) -> bool:
    """Whether it shall be shown in whole. Raises Malformed, Forbidden."""
    clear = flag_asked(asked.query, "clear")
    if clear and not any(map(asked.caller.may, CLEAR)):
        raise Forbidden(permission=CLEAR[0])
    return clear


def one(asked: Asked) -> dict[str, Any]:
    """One account, whether it is in force or waits for approval: what whoever approves looks at."""
    id, clear = asked.params["payee"], _clear(asked)
    known = asked.served.vault.payees.known([id]).get(id)
    if known is None:
        raise NotFound(kind=KIND, id=id)
    return {"id": id, "merchant": known.merchant, "kept_at": known.written_at, **shown(known, clear=clear)}


def of_one_merchant(asked: Asked) -> dict[str, Any]:
    """Every account that a merchant was or will be paid to, with its day; a merchant's key sees its own alone."""
    id, clear = asked.params["merchant"], _clear(asked)
    of_merchant(asked.caller, id, kind=Merchant.KIND, id=id)
    ledger = asked.served.ledger
    merchant = ledger.the(Merchant, id)
    today = merchant.payee(ledger.view().today)
    known = asked.served.vault.payees.known(payee.id for payee in merchant.payees)
    payees = [
        {
            "id": payee.id,
            "from_on": payee.from_on,
            "commitment": payee.commitment,
            "in_force": payee is today,
            **shown(known.get(payee.id), clear=clear),
        }
        for payee in merchant.payees
    ]
    return {"merchant": id, "payees": payees}


WHOLE: Final = Parameter(
    "clear",
    "Numbers and names in whole, for whoever pays (`settle:pay`) or may look into the vault.",
    {"type": "boolean", "default": False},
)
WRITES: Final = (
    Write(
        path="/merchants/{merchant}/payee",
        command=ChangeMerchantPayee,
        body=PayeeBody,
        make=payee,
        permission="coupon:issue",
        summary="Propose another account that it is paid to 变更收款账户",
        blocking=always,
    ),
)
READS: Final = (
    Read(
        path="/merchants/{merchant}/payees",
        show=of_one_merchant,
        merchants=True,
        summary="The accounts that a merchant is paid to 商户收款账户",
        query=(WHOLE,),
    ),
    Read(
        path="/payees/{payee}", show=one, summary="One account, also before its approval 收款账户详情", query=(WHOLE,)
    ),
)

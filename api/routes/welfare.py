"""Reads of funds, merchants, coupons and settlements; and which coupons a bill would be paid with, and why."""

from collections.abc import Iterable
from typing import Any, Final

import msgspec
from msgspec import Struct

from api.bodies.coupons import Bought
from api.bodies.shapes import Id
from api.routes.acting import Action
from api.routes.owning import Thing, of_merchant, sees
from api.routes.reading import PAGE, TEXT, Asked, Parameter, Read, entities
from ledger import refusals as no
from ledger.coupons.choosing import basket, chosen, unfit
from ledger.coupons.commands import BoughtLine
from ledger.coupons.entities import Batch, Coupon, Purchase, is_coupon
from ledger.coupons.spending import takes_part
from ledger.funds.entities import Commitment, Fund
from ledger.merchants.entities import Merchant
from ledger.people.standing import living, surviving_account
from ledger.points.entities import Account, account_key
from ledger.refusals import Malformed
from ledger.settlements.entities import SettledLine, SettledPart, Settlement
from ledger.stacking import Way
from ledger.values import holder_account
from projections import merchant_statements


def plain(id: str, entity: Struct, **more: Any) -> dict[str, Any]:
    """An entity by the names of its fields."""
    shown = {name: msgspec.to_builtins(getattr(entity, name)) for name in entity.__struct_fields__}
    return {"id": id, **shown, **more}


# Funds -------------------------------------------------------------------------------------------------------------


def fund_object(id: str, found: Fund) -> dict[str, Any]:
    """A fund: appropriated = committed + disbursed + free + returned."""
    return plain(id, found, free=found.free, status="open" if found.closed_at is None else "closed")


def fund(asked: Asked) -> dict[str, Any]:
    """One fund."""
    return fund_object(asked.params["fund"], asked.served.ledger.the(Fund, asked.params["fund"]))


def funds(asked: Asked) -> dict[str, Any]:
    """A page of funds by id."""
    page, following = entities(asked, Fund)
    return {"funds": [fund_object(id, found) for id, found in page], "next": following}


def commitment(asked: Asked) -> dict[str, Any]:
    """What was promised for one thing, and what became of it, fund by fund."""
    found = asked.served.ledger.the(Commitment, asked.params["commitment"])
    parts = [
        {name: getattr(part, name) for name in part.__struct_fields__} | {"open": part.open} for part in found.parts
    ]
    return {
        "id": asked.params["commitment"],
        "unit": found.unit,
        "of": found.of,
        "open": found.open,
        "outstanding": found.outstanding,
        "parts": parts,
    }


# Merchants and settlements -----------------------------------------------------------------------------------------


def merchant_object(id: str, found: Merchant) -> dict[str, Any]:
    """A merchant with its rates by day."""
    rates = [{"from_on": rate.from_on, "rate": rate.basis_points} for rate in found.rates]
    status = "admitted" if found.suspended_at is None else "suspended"
    payees = [{"from_on": payee.from_on, "payee": payee.id, "commitment": payee.commitment} for payee in found.payees]
    return plain(id, found, status=status) | {"rates": rates, "payees": payees}


def merchant(asked: Asked) -> dict[str, Any]:
    """One merchant."""
    return merchant_object(asked.params["merchant"], asked.served.ledger.the(Merchant, asked.params["merchant"]))


def merchants(asked: Asked) -> dict[str, Any]:
    """A page of merchants by id."""
    page, following = entities(asked, Merchant)
    return {"merchants": [merchant_object(id, found) for id, found in page], "next": following}


def settled_line(line: SettledLine) -> dict[str, Any]:
    """What a batch or an offer made, and the part of each source: none where no source is known."""
    whole = (SettledPart(line.fund, line.sold, line.refunded),) if line.fund is not None else ()
    parts = [{"fund": part.fund, "sold": part.sold, "refunded": part.refunded} for part in line.parts or whole]
    return {"of": line.of, "fund": line.fund, "sold": line.sold, "refunded": line.refunded, "parts": parts}


def settlement_object(id: str, found: Settlement) -> dict[str, Any]:
    """A settlement; `missing` is what its lines do not make yet of what the till counted."""
    lines = list(map(settled_line, found.lines))
    shown = plain(id, found, payable=found.payable, tied_out=found.tied_out, lines=lines)
    del shown["drafter"], shown["checker"]
    return shown


def settlement(asked: Asked) -> dict[str, Any]:
    """One settlement, with each source's part of what was sold, came back, was kept, carried in and is paid."""
    id = asked.params["settlement"]
    found = asked.served.ledger.the(Settlement, id)
    with asked.served.projected() as reading:
        parts = merchant_statements.by_source(reading, found.merchant, found.unit, found.period)
    return settlement_object(id, found) | {"sources": [part._asdict() for part in parts]}


def settlements(asked: Asked) -> dict[str, Any]:
    """A page of settlements by id, that is by merchant, unit and period."""
    page, following = entities(asked, Settlement)
    return {"settlements": [settlement_object(id, found) for id, found in page], "next": following}


# Coupons -----------------------------------------------------------------------------------------------------------


def batch_object(id: str, found: Batch) -> dict[str, Any]:
    """A batch; `digest` is what an approval names."""
    shown = plain(id, found)
    del shown["maker"]
    return shown


def batch(asked: Asked) -> dict[str, Any]:
    """One batch."""
    return batch_object(asked.params["batch"], asked.served.ledger.the(Batch, asked.params["batch"]))


def batches(asked: Asked) -> dict[str, Any]:
    """A page of batches by id."""
    page, following = entities(asked, Batch)
    return {"coupon_batches": [batch_object(id, found) for id, found in page], "next": following}


def account_of(asked: Asked, coupon: Coupon) -> Account | None:
    """The account that holds it now, with what time has done to it by now."""
    ledger = asked.served.ledger
    return ledger.get(Account, account_key(surviving_account(ledger, coupon.account), coupon.unit))


def coupon_object(id: str, found: Coupon, account: Account | None, of: Batch) -> dict[str, Any]:
    """A coupon: `left` is what can be spent today, `reserved` what is set aside for goods that wait at a counter."""
    pool = account.pool(id) if account else None
    left, reserved = (pool.remaining, pool.earmarked) if pool else (0, 0)
    gone = found.gone + found.left - left - reserved
    status = (
        "issued" if left else "reserved" if reserved else "void" if found.voided_at else "expired" if gone else "spent"
    )
    return {
        "id": id,
        "batch": found.batch,
        "kind": of.kind,
        "occasion": of.occasion,
        "unit": found.unit,
        "face": found.face,
        "left": left,
        "reserved": reserved,
        "status": status,
        "valid_from_on": of.valid_from_on,
        "expires_on": found.expires_on or of.expires_on,
        "has_code": found.code is not None,
        "conditions": msgspec.to_builtins(of.conditions),
    }


def coupon(asked: Asked) -> dict[str, Any]:
    """One coupon; a holder sees its own alone."""
    id, ledger = asked.params["coupon"], asked.served.ledger
    found = ledger.the(Coupon, id)
    account = account_of(asked, found)
    owner = (account.account if account else found.account).partition(":")[2]
    asked.caller.must_see("read", owner, kind=Coupon.KIND, id=id)
    return coupon_object(id, found, account, ledger.the(Batch, found.batch))


def coupons(asked: Asked) -> dict[str, Any]:
    """What a holder can still spend, soonest expiring first."""
    holder = asked.query.get("holder") or asked.caller.principal.holder
    if holder is None:
        raise Malformed(errors=["/?holder: missing"])
    asked.caller.must_see("read", holder, kind="holder", id=holder)
    ledger = asked.served.ledger
    living(ledger, holder)
    return {"coupons": [coupon_object(*held) for held in _held(asked, holder)]}


Held = tuple[str, Coupon, Account, Batch]


def _held(asked: Asked, holder: str) -> Iterable[Held]:
    ledger = asked.served.ledger
    units = dict.fromkeys(kind.unit for kind in ledger.view().scheme(ledger.view().today).coupons.values())
    for unit in units:
        account = ledger.get(Account, account_key(holder_account(holder), unit))
        for pool in account.pools if account else ():
            if is_coupon(pool.id) and (pool.remaining or pool.earmarked):
                found = ledger.the(Coupon, pool.id)
                yield pool.id, found, account, ledger.the(Batch, found.batch)  # type: ignore[misc] # pools are an account's


def purchase(asked: Asked) -> dict[str, Any]:
    """One purchase; a holder sees its own alone, a merchant those at its till."""
    id = asked.params["purchase"]
    found = asked.served.ledger.the(Purchase, id)
    of_merchant(asked.caller, found.merchant, kind=Purchase.KIND, id=id)
    if asked.caller.principal.merchant is None:
        # Of a record that was merged its survivor answers, and sees what was bought under it.
        whose = Thing(Purchase.KIND, id, found.account.partition(":")[2])
        sees(asked.caller, asked.served.ledger, "read", whose)
    used = [{"coupon": part.coupon, "batch": part.batch, "amount": part.amount} for part in found.used]
    return {
        "id": id,
        "account": found.account,
        "unit": found.unit,
        "merchant": found.merchant,
        "amount": found.amount,
        "fee": found.fee,
        "used": used,
        "refunded": found.refunded,
        "left": found.amount - found.refunded,
        "redemption": found.redemption,
    }


# Which coupons -----------------------------------------------------------------------------------------------------


class CouponQuoteBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A bill at a merchant's, for somebody who may hold coupons."""

    holder: Id
    merchant: Id
    lines: Bought


def quote(asked: Asked, body: CouponQuoteBody) -> dict[str, Any]:
    """Which of the holder's coupons would pay most of it, what else there was, and why some do not come in question."""
    of_merchant(asked.caller, body.merchant, kind="merchant", id=body.merchant)
    asked.caller.must_see("redeem", body.holder, kind="holder", id=body.holder)
    ledger = asked.served.ledger
    view, goods = ledger.view(), basket(BoughtLine(line.goods, line.amount) for line in body.lines)
    for group in goods:
        view.scheme(view.today).goods_group(group)
    merchant = ledger.the(Merchant, body.merchant)
    living(ledger, body.holder)
    takes_part(merchant, goods, view)
    held, left_out = [], []
    for id, found, account, of in _held(asked, body.holder):
        pool = account.pool(id)
        left = pool.remaining if pool else 0
        reason = unfit(of, body.merchant, goods, view.today) if left else "reserved"
        if reason is None:
            held.append((found, of, left))
        else:
            left_out.append({"coupon": id, "reason": reason})
    choice = chosen(held, goods)
    left_out += [{"coupon": id, "reason": "from-amount"} for id in choice.below]
    return {
        "bill": sum(goods.values()),
        "taken": _way(choice.taken),
        "others": [_way(way) for way in choice.others],
        "unfit": left_out,
    }


def _way(way: Way) -> dict[str, Any]:
    used = [{"coupon": part.id, "amount": part.amount} for part in way.used]
    return {"coupons": used, "covered": way.covered, "outside": way.outside}


# The tables --------------------------------------------------------------------------------------------------------

READS: Final = (
    Read(path="/funds", show=funds, summary="Funds 资金", query=PAGE),
    Read(path="/funds/{fund}", show=fund, summary="One fund 资金详情"),
    Read(path="/commitments/{commitment}", show=commitment, summary="One promise 承诺详情"),
    Read(path="/merchants", show=merchants, summary="Merchants 商户", query=PAGE),
    Read(path="/merchants/{merchant}", show=merchant, summary="One merchant 商户详情"),
    Read(path="/coupon-batches", show=batches, summary="Batches of coupons 券批次", query=PAGE),
    Read(path="/coupon-batches/{batch}", show=batch, summary="One batch 券批次详情"),
    Read(
        path="/coupons",
        show=coupons,
        own=True,
        summary="What somebody can still spend 可用券",
        query=(Parameter("holder", "Whose; a holder's own by default.", dict(TEXT)),),
        refusals=(no.HolderMerged,),
    ),
    Read(path="/coupons/{coupon}", show=coupon, own=True, summary="One coupon 券详情"),
    Read(
        path="/purchases/{purchase}",
        show=purchase,
        own=True,
        permission="redeem",
        summary="One purchase 用券记录",
    ),
    Read(path="/settlements", show=settlements, summary="Settlements 结算单", query=PAGE),
    Read(
        path="/settlements/{settlement}",
        show=settlement,
        summary="One settlement 结算单详情",
        refusals=(no.ProjectionBehind,),
    ),
)
ACTIONS: Final = (
    Action(
        path="/coupon-quotes",
        name="coupon-quote",
        body=CouponQuoteBody,
        act=quote,
        permission="redeem",
        own=True,
        summary="Which coupons would pay a bill, and why 用券试算",
        refusals=(no.HolderMerged, no.UnknownSchemeTerm, no.MerchantSuspended, no.NotEligible),
    ),
)

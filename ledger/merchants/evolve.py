"""How merchants follow the facts about them."""

from typing import Final

from msgspec import UNSET
from msgspec.structs import replace

from ledger.merchants.entities import Merchant, Payee, Rate
from ledger.merchants.facts import (
    MerchantAdmitted,
    MerchantChanged,
    MerchantFact,
    MerchantPayeeChanged,
    MerchantRateChanged,
    MerchantResumed,
    MerchantSuspended,
)
from ledger.room import Evolution, Meta


def merchant(fact: MerchantFact, _meta: Meta) -> tuple[str, ...]:
    """The merchant."""
    return (fact.merchant,)


def on_admitted(_merchant: Merchant | None, fact: MerchantAdmitted, _meta: Meta, _id: str) -> Merchant:
    """Takes part."""
    return Merchant(
        id=fact.merchant,
        name=fact.name,
        admitted_from_on=fact.admitted_from_on,
        licence_ends_on=fact.licence_ends_on,
        goods=fact.goods,
        rates=(Rate(fact.admitted_from_on, fact.rate),),
        region=None if fact.region is UNSET else fact.region,
    )


def on_changed(merchant: Merchant, fact: MerchantChanged, _meta: Meta, _id: str) -> Merchant:
    """Other goods, another end."""
    region = merchant.region if fact.region is UNSET else fact.region
    return replace(merchant, licence_ends_on=fact.licence_ends_on, goods=fact.goods, region=region)


def on_rate(merchant: Merchant, fact: MerchantRateChanged, _meta: Meta, _id: str) -> Merchant:
    """One more rate; naming a day again replaces that day's."""
    others = (rate for rate in merchant.rates if rate.from_on != fact.from_on)
    rates = sorted((*others, Rate(fact.from_on, fact.rate)), key=lambda rate: rate.from_on)
    return replace(merchant, rates=tuple(rates))


def on_payee(merchant: Merchant, fact: MerchantPayeeChanged, _meta: Meta, _id: str) -> Merchant:
    """One more account; naming a day again replaces that day's."""
    others = (payee for payee in merchant.payees if payee.from_on != fact.from_on)
    payees = sorted((*others, Payee(fact.from_on, fact.payee, fact.commitment)), key=lambda payee: payee.from_on)
    return replace(merchant, payees=tuple(payees))


def on_suspended(merchant: Merchant, _fact: MerchantSuspended, meta: Meta, _id: str) -> Merchant:
    """Takes no part since it happened."""
    return replace(merchant, suspended_at=meta.occurred_at)


def on_resumed(merchant: Merchant, fact: MerchantResumed, _meta: Meta, _id: str) -> Merchant:
    """Takes part."""
    return replace(merchant, suspended_at=None, licence_ends_on=fact.licence_ends_on)


EVOLUTIONS: Final = (
    Evolution(MerchantAdmitted, Merchant, merchant, on_admitted),
    Evolution(MerchantChanged, Merchant, merchant, on_changed),
    Evolution(MerchantRateChanged, Merchant, merchant, on_rate),
    Evolution(MerchantPayeeChanged, Merchant, merchant, on_payee),
    Evolution(MerchantSuspended, Merchant, merchant, on_suspended),
    Evolution(MerchantResumed, Merchant, merchant, on_resumed),
)

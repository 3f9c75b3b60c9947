"""Deciding about coupons: drafting and approving batches, issuing them, spending, giving back."""

from typing import Final

from ledger.coupons import drafting, drafts, issuing, refunding, reminding, spending
from ledger.coupons.entities import Coupon
from ledger.crews.entities import Crew
from ledger.room import Due, Reaction

HANDLERS: Final = (*drafting.HANDLERS, *issuing.HANDLERS, *spending.HANDLERS, *refunding.HANDLERS)
DUES: Final = (Due(Coupon, reminding.remind),)
REACTIONS: Final = (Reaction(Coupon, issuing.freeing), Reaction(Crew, drafts.following))

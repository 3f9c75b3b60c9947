"""Deciding about coupons: drafting and approving batches, issuing them, spending, giving back."""

from typing import Final

from ledger.coupons import drafting, drafts, ending, issuing, refunding, reminding, spending
from ledger.coupons.entities import Coupon
from ledger.crews.entities import Crew
from ledger.points.entities import Account
from ledger.room import Beside, Due, Reaction

HANDLERS: Final = (*drafting.HANDLERS, *issuing.HANDLERS, *spending.HANDLERS, *refunding.HANDLERS)
DUES: Final = (Due(Coupon, reminding.remind),)
BESIDE: Final = (
    Beside(Account, (ending.coupons, ending.promises, ending.funds)),
    Beside(Coupon, (ending.owner, ending.account, ending.promising)),
)
REACTIONS: Final = (Reaction(Coupon, issuing.freeing), Reaction(Crew, drafts.following))

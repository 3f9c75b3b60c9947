"""The profiles by the name they have on the command line; a new kind of file is one module and one line here."""

from collections.abc import Mapping
from typing import Final

from api.imports.profile import Profile
from api.imports.profiles import (
    behaviours,
    gate,
    goods,
    goods_receipts,
    members,
    missed_punch,
    opening_balances,
    roster,
    talks,
)

PROFILES: Final[Mapping[str, Profile]] = {
    profile.name: profile
    for profile in (
        roster.PROFILE,
        opening_balances.PROFILE,
        gate.PROFILE,
        talks.PROFILE,
        behaviours.PROFILE,
        goods.PROFILE,
        goods_receipts.PROFILE,
        missed_punch.PROFILE,
        members.PROFILE,
    )
}

"""Amounts in files: as people read them, 12.50 and not 1250."""

from decimal import Decimal

from ledger.scheme.model import Scheme
from ledger.values import UnitCode


def shown(scheme: Scheme, unit: str, amount: int | None) -> Decimal | int | None:
    """An amount of whole steps of its unit with the unit's digits after the point; a whole number where it has none."""
    known = scheme.units.get(UnitCode(unit))
    scale = 0 if known is None else known.scale
    return amount if amount is None or not scale else Decimal(amount).scaleb(-scale)

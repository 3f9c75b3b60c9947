"""What coupons can get wrong: a unit that is no money, or that could owe or be spent as points are."""

from collections.abc import Iterator

from ledger.scheme.complaints import Complaints, Path
from ledger.scheme.model import Scheme, Unit


def check_coupons(scheme: Scheme, out: Complaints) -> None:
    """Complain of coupons that would not be money set apart."""
    for code, coupon in scheme.coupons.items():
        unit = scheme.units.get(coupon.unit)
        if unit is None:
            continue
        if unit.kind != "money":
            out.add(("coupons", code, "unit"), "coupon-no-money", unit=coupon.unit, kind=unit.kind)
        elif not _plain(unit):
            out.add(("coupons", code, "unit"), "coupon-unit-not-plain", unit=coupon.unit)
        for key, words in {"merchants": coupon.merchants, "goods": coupon.goods}.items():
            for number, word in enumerate(words):
                if word in words[:number]:
                    out.add(
                        ("coupons", code, f"{key}[{number}]"), "named-twice", word=word, other=f"coupons.{code}.{key}"
                    )


def _plain(unit: Unit) -> bool:
    """Whether value in it can neither be owed nor kept back: each coupon is all there, or gone."""
    return unit.negative == "refuse" and unit.spendable.policy == "plain" and unit.inactivity is None


def mentioned_by_coupons(scheme: Scheme) -> Iterator[tuple[Path, str, str]]:
    """(where, kind, word) of every term that coupons name."""
    for code, coupon in scheme.coupons.items():
        yield ("coupons", code, "unit"), "unit", coupon.unit
        for number, word in enumerate(coupon.goods):
            yield ("coupons", code, f"goods[{number}]"), "goods", word

"""Schemes with limits by region in which one thing is wrong, with the complaint that it makes."""

from tests.scheme.wrongs import GRANTS, limited


def regional(figures: str, *, region: str = "anhiu", per: str = '"person"') -> str:
    known = '[regions.anhui]\nzh = "安徽"\nen = "Anhui"\n'
    limit = limited(GRANTS + f"amount = 5\nper = [{per}]")
    return limit + f"[limits.cap.regions.{region}]\n{figures}\n" + known


REGIONS = [
    (regional("amount = 5"), "limits.cap.regions.anhiu", "misspelt-term"),
    (regional("amount = 5", region="anhui", per=""), "limits.cap.per", "regions-of-nobody"),
    (regional("", region="anhui"), "limits.cap.regions.anhui.amount", "no-figure"),
    (
        regional('changes = [{ from = "2022-02-29", amount = 5 }]', region="anhui"),
        "limits.cap.regions.anhui.changes[0].from",
        "not-a-day",
    ),
    (
        regional(
            'changes = [{ from = "2022-02-01", amount = 5 }, { from = "2022-01-01", amount = 6 }]', region="anhui"
        ),
        "limits.cap.regions.anhui.changes[1].from",
        "days-out-of-order",
    ),
]

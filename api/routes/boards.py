"""Boards: ratios of aided purchases and goals, as rows of the tables of writes and of reads."""

from typing import Any, Final

from msgspec import UNSET
from msgspec.structs import replace

from api.bodies.boards import (
    AidedPurchaseBody,
    GoalBody,
    ProgressBody,
    PurchaseWithdrawalBody,
    RatioBody,
    WholeBody,
)
from api.bodies.shapes import day_of
from api.routes.reading import PAGE, Asked, Read, entities
from api.routes.table import TERMS, Arrival, Write
from ledger import refusals as no
from ledger.calendar import end_of_day, start_of_day
from ledger.goals.commands import CountTowards, SetGoal
from ledger.goals.entities import Goal
from ledger.ratios.commands import ChangeWhole, OpenRatio, RecordPurchase, WithdrawPurchase
from ledger.ratios.entities import Ratio
from ledger.sharing import as_percent, basis_points
from ledger.values import HolderId, UnitCode
from projections import earmarked, services
from projections.store import Reading

OFFICER: Final = "coupon:issue"


def ratio(body: RatioBody, _arrival: Arrival) -> OpenRatio:
    """As asked."""
    return OpenRatio(
        id=body.id,
        name=body.name,
        unit=UnitCode(body.unit),
        at_least=body.at_least,
        whole=body.whole,
        above=body.above,
        coupons=body.coupons,
        from_on=day_of(body.from_on) or UNSET,
        to_on=day_of(body.to_on) or UNSET,
    )


def whole(body: WholeBody, _arrival: Arrival) -> ChangeWhole:
    """As asked."""
    return ChangeWhole(ratio=body.ratio, whole=body.whole, reference=body.reference)


def purchase(body: AidedPurchaseBody, arrival: Arrival) -> RecordPurchase:
    """As asked; in a batch under the command's id."""
    return RecordPurchase(
        id=arrival.id, ratio=body.ratio, amount=body.amount, aided=body.aided, reference=body.reference
    )


def withdrawal(body: PurchaseWithdrawalBody, _arrival: Arrival) -> WithdrawPurchase:
    """As asked."""
    return WithdrawPurchase(purchase=body.purchase, reason=body.reason)


def goal(body: GoalBody, _arrival: Arrival) -> SetGoal:
    """As asked."""
    return SetGoal(
        id=body.id,
        name=body.name,
        plan=body.plan,
        counts=body.counts,
        entitlement=body.entitlement or UNSET,
        from_on=day_of(body.from_on) or UNSET,
        to_on=day_of(body.to_on) or UNSET,
    )


def progress(body: ProgressBody, _arrival: Arrival) -> CountTowards:
    """As asked."""
    holder = None if body.holder is None else HolderId(body.holder)
    return CountTowards(goal=body.goal, holder=holder, household=body.household, times=body.times)


WRITES: Final = (
    Write(
        path="/ratios",
        command=OpenRatio,
        body=RatioBody,
        make=ratio,
        permission=OFFICER,
        summary="Open a ratio 设立采购比例",
        refusals=(*TERMS, no.AlreadyExists, no.UnitMismatch, no.NotEligible),
    ),
    Write(
        path="/ratios/{ratio}/whole",
        command=ChangeWhole,
        body=WholeBody,
        make=whole,
        permission=OFFICER,
        summary="Another approved total 变更核定总额",
        refusals=(no.NotEligible,),
    ),
    Write(
        path="/ratios/{ratio}/purchases",
        command=RecordPurchase,
        body=AidedPurchaseBody,
        make=purchase,
        permission=OFFICER,
        summary="Record a purchase 登记采购",
        refusals=(no.AlreadyExists, no.AmountOutOfRange),
    ),
    Write(
        path="/aided-purchases/{purchase}/withdraw",
        command=WithdrawPurchase,
        body=PurchaseWithdrawalBody,
        make=withdrawal,
        permission=OFFICER,
        summary="Withdraw a purchase 撤销采购",
        refusals=(*TERMS, no.NotEligible),
    ),
    Write(
        path="/goals",
        command=SetGoal,
        body=GoalBody,
        make=goal,
        permission=OFFICER,
        summary="Set a goal 设定目标",
        refusals=(no.UnknownSchemeTerm,),
    ),
    Write(
        path="/goals/{goal}/progress",
        command=CountTowards,
        body=ProgressBody,
        make=progress,
        permission=OFFICER,
        summary="Count towards a goal 登记完成",
        refusals=(no.HolderMerged, no.NotEligible),
    ),
)


# Reads -------------------------------------------------------------------------------------------------------------


def _by_coupons(found: Ratio, asked: Asked, reading: Reading) -> int:
    """What its coupons were issued for, in its days, and has not ended unspent."""
    if found.coupons is None:
        return 0
    zone = asked.served.ledger.zone
    since = None if found.from_on is None else start_of_day(found.from_on, zone)
    until = None if found.to_on is None else end_of_day(found.to_on, zone)
    return earmarked.counted(reading, found.coupons, since=since, until=until)


def ratio_object(id: str, found: Ratio, counted: int) -> dict[str, Any]:
    """A ratio as it stands: `percent` with two digits, `missing` in the unit, rounded up; coupons count as bought."""
    part = found.part + counted
    total = found.whole + (counted if found.moves else 0)
    met = found.share.met(part, total)
    points = basis_points(part, total)
    if not met:
        # Rounded, 29.999 % would read as 30.00 and not be enough.
        points = min(points, found.at_least - 1)
    return {
        "id": id,
        "name": found.name,
        "unit": found.unit,
        "at_least": as_percent(found.at_least),
        "part": part,
        "by_coupons": counted,
        "whole": total,
        "moves": found.moves,
        "percent": as_percent(points),
        "met": met,
        "missing": found.share.missing(part, total, moves=found.moves),
        "above": found.above,
        "coupons": found.coupons,
        "from_on": found.from_on,
        "to_on": found.to_on,
    }


def ratios(asked: Asked) -> dict[str, Any]:
    """A page of ratios by id."""
    page, following = entities(asked, Ratio)
    with asked.served.projected() as reading:
        shown = [ratio_object(id, found, _by_coupons(found, asked, reading)) for id, found in page]
    return {"ratios": shown, "next": following}


def one_ratio(asked: Asked) -> dict[str, Any]:
    """One ratio."""
    id = asked.params["ratio"]
    found = asked.served.ledger.the(Ratio, id)
    with asked.served.projected() as reading:
        return ratio_object(id, found, _by_coupons(found, asked, reading))


def _counted(found: Goal, reading: Reading) -> Goal:
    """With what its entitlement has counted by itself, if it names one."""
    if found.entitlement is None:
        return found
    had = services.had(reading, code=found.entitlement, from_on=found.from_on, to_on=found.to_on)
    return replace(found, persons=had.persons, person_times=had.deliveries)


def goal_object(id: str, found: Goal, reading: Reading) -> dict[str, Any]:
    """A goal with its three counters; `percent` is of the one that was planned."""
    found = _counted(found, reading)
    return {
        "id": id,
        "name": found.name,
        "plan": found.plan,
        "counts": found.counts,
        "done": found.done,
        "persons": found.persons,
        "person_times": found.person_times,
        "households": found.households,
        "percent": as_percent(basis_points(found.done, found.plan)),
        "entitlement": found.entitlement,
        "from_on": found.from_on,
        "to_on": found.to_on,
    }


def goals(asked: Asked) -> dict[str, Any]:
    """A page of goals by id."""
    page, following = entities(asked, Goal)
    with asked.served.projected() as reading:
        return {"goals": [goal_object(id, found, reading) for id, found in page], "next": following}


def one_goal(asked: Asked) -> dict[str, Any]:
    """One goal."""
    found = asked.served.ledger.the(Goal, asked.params["goal"])
    with asked.served.projected() as reading:
        return goal_object(asked.params["goal"], found, reading)


READS: Final = (
    Read(path="/ratios", show=ratios, summary="Ratios of aided purchases 采购比例", query=PAGE),
    Read(path="/ratios/{ratio}", show=one_ratio, summary="One ratio 采购比例详情"),
    Read(path="/goals", show=goals, summary="The goal board 目标看板", query=PAGE),
    Read(path="/goals/{goal}", show=one_goal, summary="One goal 目标详情"),
)

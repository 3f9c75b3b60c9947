"""Reports of services: by service and by region, how often and by how many persons; and how full sessions were."""

from collections.abc import Callable
from typing import Any, Final

from api.commands.saying import Words
from api.routes.files import Column, filed, wanted
from api.routes.patrol_reports import FROM, TO, days_asked
from api.routes.reading import FORMAT, TEXT, Asked, Parameter, Read
from ledger import refusals as no
from ledger.sharing import percent
from projections import services
from projections.services import Had

CODE: Final = Parameter("code", "One service, as the scheme names it; by default all.", dict(TEXT))
REGION: Final = Parameter("region", "One region of the scheme; by default all.", dict(TEXT))
SERVICES: Final = (
    Column("service", Words("服务", "Service")),
    Column("region", Words("地区", "Region")),
    Column("deliveries", Words("人次", "Person-times")),
    Column("persons", Words("人数", "Persons")),
    Column("visits", Words("到访", "Visits")),
)


def labels(asked: Asked) -> Callable[[str | None], str | None]:
    """What the scheme of today calls a code, in the caller's language; a code that it does not know is itself."""
    view = asked.served.ledger.view()
    names = view.scheme(view.today).terms()

    def label(code: str | None) -> str | None:
        return names[code].in_language(asked.lang) if code in names else code or None

    return label


def delivered(asked: Asked) -> Any:
    """Services had between two local days, this month's by default, by service and region, each of them, and in all.

    Three services for one person at one place on one day are three person-times, one person and one visit: only
    person-times add up.
    """
    from_on, to_on = days_asked(asked)
    named = {"code": asked.query.get("code"), "region": asked.query.get("region")}
    with asked.served.projected() as reading:
        found = services.delivered(reading, from_on=from_on, to_on=to_on, **named)
    label = labels(asked)
    lines = [{"code": line.code, "region": line.region or None, **line.had._asdict()} for line in found.lines]
    if wanted(asked):
        shown = ({**line, "service": label(line["code"]), "region": label(line["region"])} for line in lines)
        return filed(asked, f"services-{from_on}-{to_on}", SERVICES, shown)
    return {
        "from": from_on,
        "to": to_on,
        "lines": lines,
        "services": _each("code", found.by_service),
        "regions": _each("region", found.by_region),
        "total": found.total._asdict(),
    }


def _each(name: str, found: dict[str, Had]) -> list[dict[str, Any]]:
    return [{name: code or None, **had._asdict()} for code, had in found.items()]


PLACES: Final = (
    Column("name", Words("项目", "Kind")),
    Column("sessions", Words("场次", "Sessions")),
    Column("places", Words("名额", "Places")),
    Column("free", Words("空余", "Free")),
    Column("booked", Words("已预约", "Booked")),
    Column("waiting", Words("候补", "Waiting")),
    Column("used", Words("已完成", "Used")),
    Column("no_shows", Words("未到场", "No-shows")),
    Column("no_show_percent", Words("未到场率(%)", "No-shows (%)")),
)


def places(asked: Asked) -> Any:
    """Sessions of each kind that begin between two local days and were not called off: places, and what became of them.

    `no_show_percent` is of those who had a place and whose session was told of: used or missed.
    """
    from_on, to_on = days_asked(asked)
    with asked.served.projected() as reading:
        found = services.filled(reading, from_on=from_on, to_on=to_on)
    lines = [item._asdict() | {"free": item.free, "no_show_percent": _missed(item)} for item in found]
    if wanted(asked):
        label = labels(asked)
        named = ({**line, "name": label(line["code"])} for line in lines)
        return filed(asked, f"places-{from_on}-{to_on}", PLACES, named)
    return {"from": from_on, "to": to_on, "kinds": lines}


def _missed(found: services.Filled) -> str | None:
    return percent(found.no_shows, found.used + found.no_shows)


BEHIND: Final = (no.ProjectionBehind,)
REPORTS: Final = (
    Read(
        path="/reports/services",
        show=delivered,
        summary="Services had, by service and region 服务统计",
        query=(FROM, TO, CODE, REGION, FORMAT),
        refusals=BEHIND,
    ),
    Read(
        path="/reports/places",
        show=places,
        summary="Places and what became of them 名额统计",
        query=(FROM, TO, FORMAT),
        refusals=BEHIND,
    ),
)

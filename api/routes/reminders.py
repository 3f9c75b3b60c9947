"""Reminders as a list and as a file for whoever sends them: contacts come from the vault, to whoever may see it."""

from collections.abc import Sequence
from typing import Any, Final

from api.commands.saying import Words
from api.pages.masking import masked, masked_phone
from api.routes.files import UNIT_HEADING, Column, every, filed, wanted
from api.routes.histories import place
from api.routes.patrol_reports import DATE, day_asked
from api.routes.reading import FORMAT, PAGE, TEXT, Asked, Parameter, Read, choice_asked, page_size
from ledger import refusals as no
from ledger.calendar import end_of_day, start_of_day
from ledger.refusals import Forbidden
from ledger.vault import PersonalData
from projections import reminders as told
from projections.reminders import Reminder

CONTACTS: Final = ("masked", "full")
COLUMNS: Final = (
    Column("reminder", Words("提醒编号", "Reminder")),
    Column("recorded_at", Words("提醒时间", "At")),
    Column("of", Words("发放单位", "For members of")),
    Column("holder", Words("持券人", "Holder")),
    Column("name", Words("姓名", "Name")),
    Column("phone", Words("电话", "Phone")),
    Column("reference", Words("会员编号", "Member number")),
    Column("occasion", Words("节日", "Occasion")),
    Column("unit", UNIT_HEADING),
    Column("left", Words("未用", "Left"), amount=True),
    Column("expires_on", Words("到期日", "Last day")),
    Column("remind_on", Words("应提醒日", "Due on")),
    Column("position", Words("位置", "Position")),
)


def reminders(asked: Asked) -> Any:
    """Whom to tell today (or on those days) that something of a coupon is left, in the order in which it was said.

    Each message has an id of its own (`reminder`) and comes once, whatever was restarted; whoever sends them asks for
    those `after` the last `position` that was sent. Names and phones are there for whoever has the permission `vault`:
    masked, and in whole with `contact=full`. What was spent meanwhile is left out.
    """
    contact = _contact(asked)
    view, zone = asked.served.ledger.view(), asked.served.ledger.zone
    from_on = day_asked(asked, "from", view.today)
    to_on = day_asked(asked, "to", max(from_on, view.today))
    since, until, of = start_of_day(from_on, zone), end_of_day(to_on, zone), asked.query.get("of")
    limit, after = page_size(asked.query), place(asked.query.get("after", "0"))

    def page_after(position: int, size: int) -> Sequence[Reminder]:
        return told.reminders(reading, since, until, view.today, of=of, after=position, limit=size)

    with asked.served.projected() as reading:
        if wanted(asked):
            found = list(every(page_after, lambda item: item.position, after))
            return filed(asked, f"coupon-reminders-{to_on}", COLUMNS, _lines(asked, found, contact))
        page = page_after(after, limit)
    following = str(page[-1].position) if len(page) == limit else None
    return {"from": from_on, "to": to_on, "reminders": _lines(asked, page, contact), "next": following}


def _contact(asked: Asked) -> str | None:
    """How contacts are shown; None: not at all. Raises Malformed, Forbidden."""
    said = choice_asked(asked.query, "contact", CONTACTS)
    if asked.caller.may("vault"):
        return said
    if "contact" in asked.query:
        raise Forbidden(permission="vault")
    return None


def _lines(asked: Asked, page: Sequence[Reminder], contact: str | None) -> list[dict[str, Any]]:
    people = {} if contact is None else asked.served.vault.people(dict.fromkeys(item.holder for item in page))
    return [_line(item, people.get(item.holder), clear=contact == "full") for item in page]


def _line(item: Reminder, data: PersonalData | None, *, clear: bool) -> dict[str, Any]:
    known = data or PersonalData()
    name, phone = known.name, known.phone
    if not clear:
        name, phone = name and masked(name), phone and masked_phone(phone)
    reference = known.reference if clear else None
    return {"reminder": item.id, **item._asdict(), "name": name, "phone": phone, "reference": reference}


REPORTS: Final = (
    Read(
        path="/reports/coupon-reminders",
        show=reminders,
        summary="Whom to remind of what ends soon 到期提醒",
        query=(
            Parameter("from", "The first local day on which it was said; today by default.", DATE),
            Parameter("to", "The last one, inclusive; by default today.", DATE),
            Parameter("of", "Of one unit's members, empty for none in particular.", dict(TEXT)),
            Parameter(
                "contact",
                "Names and phones `masked` or in `full`, for the permission `vault`; without it they are left out.",
                {"type": "string", "enum": list(CONTACTS)},
            ),
            FORMAT,
            *PAGE,
        ),
        refusals=(no.ProjectionBehind,),
    ),
)

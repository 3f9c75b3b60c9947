"""Reads of people: what the ledger knows, and of what the vault knows as much as the caller may see."""

from typing import Any

from api.routes.patrol_reports import day_asked
from api.routes.reading import Asked, entities, page_size
from ledger.crews.standing import called, crew_on, member_on, own_crew, region_on
from ledger.people.badges import parse_badge, print_form
from ledger.people.entities import Badge, Holder
from ledger.refusals import BadgeRevoked, Forbidden, NotFound
from ledger.vault import PersonalData


def masked(text: str | None, kept: int) -> str | None:
    """The first `kept` characters, and as many stars as hide how long the rest is."""
    return None if text is None else text[:kept] + "**"


def person_object(
    id: str, holder: Holder, data: PersonalData | None, *, clear: bool, crew: str | None
) -> dict[str, Any]:
    """A person as shown; without the permission the name is one character and the phone is left out."""
    known = data or PersonalData()
    return {
        "holder": id,
        "name": known.name if clear else masked(known.name, 1),
        "phone": known.phone if clear else None,
        "reference": known.reference if clear else None,
        "badge": None if holder.badge is None else print_form(holder.badge),
        "crew": crew,
        "joined_on": holder.joined_on,
        "left_on": holder.left_on,
        "barred_on": holder.barred_on,
        "suspended": list(holder.suspended),
        "merged_into": holder.merged_into,
    }


def person(asked: Asked) -> dict[str, Any]:
    """One person; a holder sees itself in the clear. Crew, its region and membership as on the day asked for."""
    id = asked.params["holder"]
    asked.caller.must_see("read", id, kind=Holder.KIND, id=id)
    holder = asked.served.ledger.the(Holder, id)
    clear = asked.caller.may("vault") or asked.caller.principal.holder == id
    ledger = asked.served.ledger
    day = day_asked(asked, "on", ledger.view().today)
    crew, region = crew_on(ledger, holder, day), region_on(ledger, holder, day)
    shown = person_object(id, holder, asked.served.vault.person(id), clear=clear, crew=crew)
    shown |= {"region": region, "member": member_on(holder, day)}
    return shown | {"has_pin": asked.served.vault.has_pin(id), "pin_locked_until": holder.pin_locked_until_at}


def people(asked: Asked) -> dict[str, Any]:
    """A page of people by id, or those whose name contains a text."""
    clear = asked.caller.may("vault")
    wanted = asked.query.get("name")
    if wanted is None:
        page, following = entities(asked, Holder)
        return _page(asked, page, following, clear=clear)
    if not clear:
        raise Forbidden(permission="vault")
    found = asked.served.vault.search_name(wanted, limit=page_size(asked.query))
    ledger = asked.served.ledger
    known = [(str(id), holder) for id in found if (holder := ledger.get(Holder, id)) is not None]
    return _page(asked, known, None, clear=clear)


def _page(asked: Asked, page: list[tuple[str, Holder]], following: str | None, *, clear: bool) -> dict[str, Any]:
    data = {str(id): person for id, person in asked.served.vault.people([id for id, _ in page]).items()}
    ledger = asked.served.ledger
    today = ledger.view().today
    own = {id: own_crew(holder, today) for id, holder in page}
    # Asked once for each crew: most of a page is of a few.
    names = {crew: called(ledger, crew, today) for crew in set(own.values()) if crew is not None}
    shown = [person_object(id, holder, data.get(id), clear=clear, crew=names.get(own[id] or "")) for id, holder in page]
    return {"people": shown, "next": following}


def badge(asked: Asked) -> dict[str, Any]:
    """Whose card this is, for whoever scans it. Raises BadgeCheckDigit, NotFound, BadgeRevoked."""
    number = parse_badge(asked.params["badge"])
    card = asked.served.ledger.get(Badge, number)
    if card is None:
        raise NotFound(kind=Badge.KIND, id=number)
    if card.revoked_on is not None:
        raise BadgeRevoked(badge=number, since=card.revoked_on)
    return {"badge": print_form(number), "holder": card.holder}

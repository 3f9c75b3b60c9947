"""Which unit and number a holder has now, for lists that units hand to their members; and money as people write it."""

from collections.abc import Iterable

from api.coupons.books import scanned, stored
from api.ledgers import OpenLedger
from ledger.coupons.entities import Batch
from ledger.crews.entities import Crew, on
from ledger.crews.standing import own_crew
from ledger.people.entities import Holder


def names_of(opened: OpenLedger, holders: Iterable[str]) -> dict[str, tuple[str, str]]:
    """Holder to (unit, number): the number by which the unit knows him, else his badge's."""
    wanted = list(dict.fromkeys(holders))
    records = stored(opened.ledger, ((Holder.KIND, id) for id in wanted))
    known = {id: row.entity for (_, id), row in records.items() if isinstance(row.entity, Holder)}
    numbers: dict[str, str | None] = {id: data.reference for id, data in opened.vault.people(wanted).items()}
    names, today = crew_names(opened), opened.ledger.view().today

    def unit(holder: Holder) -> str:
        crew = own_crew(holder, today) or ""
        return names.get(crew, crew)

    return {id: (unit(holder), numbers.get(id) or holder.badge or "") for id, holder in known.items()}


def crew_names(opened: OpenLedger) -> dict[str, str]:
    """Crew to the name by which it goes today: its own, or that of the one that it was merged into."""
    today = opened.ledger.view().today
    return {name: on(crew.names, today) or name for name, crew in scanned(opened.ledger, Crew)}


def scale_of(opened: OpenLedger, batch: Batch) -> int:
    """How many decimals the batch's unit has."""
    view = opened.ledger.view()
    return view.scheme(view.today).unit(batch.unit).scale


def written(amount: int, scale: int) -> str:
    """An amount as people write it: 38533 of scale 2 is 385.33."""
    if not scale:
        return str(amount)
    sign, digits = ("-" if amount < 0 else ""), str(abs(amount)).zfill(scale + 1)
    return f"{sign}{digits[:-scale]}.{digits[-scale:]}"

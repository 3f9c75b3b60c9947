"""Which unit and number a holder has, for lists that units hand to their members; and money as people write it."""

from collections.abc import Iterable

from api.coupons.books import stored
from api.ledgers import OpenLedger
from ledger.coupons.entities import Batch
from ledger.people.entities import Holder


def names_of(opened: OpenLedger, holders: Iterable[str]) -> dict[str, tuple[str, str]]:
    """Holder to (unit, number): the number by which the unit knows him, else his badge's."""
    wanted = list(dict.fromkeys(holders))
    records = stored(opened.ledger, ((Holder.KIND, id) for id in wanted))
    known = {id: row.entity for (_, id), row in records.items() if isinstance(row.entity, Holder)}
    numbers: dict[str, str | None] = {id: data.reference for id, data in opened.vault.people(wanted).items()}
    return {id: (holder.crew or "", numbers.get(id) or holder.badge or "") for id, holder in known.items()}


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

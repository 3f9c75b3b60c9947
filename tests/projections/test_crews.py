"""A report as of a position answers with the crews of then: before a merger with the old one, after it with the new."""

from ledger.crews.commands import ChangeCrew, MergeCrews
from ledger.scheme.loading import load_scheme
from ledger.values import Day, HolderId
from projections.people import crews
from projections.rankings import by_crew, not_evaluated
from tests.projections.site import JUNE, POINT, Site


def merging(crew: str, into: str, on: str) -> MergeCrews:
    return MergeCrews(crew=crew, into=into, merged_on=Day(on), reason="correction")


def head(site: Site) -> int:
    return site.ledger.storage.head().position


def ranked(site: Site, position: int | None = None) -> dict[str, int]:
    """What each crew's people earned in June, by the crews of that position."""
    site.caught_up()
    out = not_evaluated(load_scheme("safety-supermarket"))
    with site.store.reading() as reading:
        found = by_crew(reading, JUNE, POINT, excluding=out, position=position)
        return {rank.who: rank.earned for rank in found}


def test_who_belonged_where_is_answered_as_it_was_at_every_position(site: Site) -> None:
    site.people("h1", crew="beams").people("h2", crew="tunnel").people("h3", crew="yard")
    site.on("2022-06-10")
    for holder, points in (("h1", 1), ("h2", 2), ("h3", 4)):
        site.earn(holder, points)
    before = head(site)
    site.on("2022-06-15").do(merging("beams", "tunnel", "2022-06-12"))
    merged = head(site)
    site.on("2022-06-16").do(ChangeCrew(holder=HolderId("h2"), crew="yard", moved_on=Day("2022-06-16")))
    changed = head(site)
    site.on("2022-06-20").do(merging("tunnel", "yard", "2022-06-20"))
    assert ranked(site, before) == {"beams": 1, "tunnel": 2, "yard": 4}
    assert ranked(site, merged) == {"tunnel": 3, "yard": 4}
    assert ranked(site, changed) == {"tunnel": 1, "yard": 6}
    assert ranked(site) == {"yard": 7}
    with site.store.reading() as reading:
        assert crews(reading, merged) == {"h1": "tunnel", "h2": "tunnel", "h3": "yard"}

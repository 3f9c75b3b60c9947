"""Projections equal the facts folded anew; a row edited in a projection is named."""

from sqlalchemy import text

from projections.catalogue import PROJECTIONS
from projections.verify import deviations
from tests.projections.site import Site


def test_every_projection_equals_its_facts_folded_anew_and_an_edited_row_is_named(site: Site) -> None:
    site.people("h1", "h2", crew="beams").shelf(price=5)
    site.earn("h1", 30)
    site.lose("h2", 5)
    site.sell("h1", "G001")
    site.caught_up().earn("h2", 3)
    assert [deviations(site.projector, projection.name) for projection in PROJECTIONS] == [()] * len(PROJECTIONS)
    with site.store.writing() as connection:
        connection.execute(text("UPDATE projection_stock SET sold = 7 WHERE item = 'G001'"))
        connection.execute(text("DELETE FROM projection_crews WHERE holder = 'h2'"))
    (sold,) = deviations(site.projector, "stock")
    assert (sold.sheet, sold.key) == ("stock", ("G001", "2022-06"))
    (gone,) = deviations(site.projector, "people")
    assert gone.key[0] == "h2"
    assert gone.found is None

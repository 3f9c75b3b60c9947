"""Several processes may follow one ledger: one of them folds, the others look on and go on when it no longer does."""

from projections.catalogue import PROJECTIONS
from projections.projector import Projector
from projections.sharing import Share, alone
from tests.projections.site import Site


def share(site: Site) -> Share:
    """That of one more process."""
    projector = Projector(site.ledger.storage, site.store, PROJECTIONS)
    return Share(site.store, projector.position, projector.advance)


def test_one_of_two_follows_and_the_other_looks_on_until_it_stops(site: Site) -> None:
    one, other = share(site), share(site)
    site.people("h1")
    for each in (one, other):
        each.take_in(0, asked=False)
    for _ in range(3):
        site.earn("h1", 1)
        one.take_in(0, asked=False)
        other.take_in(0, asked=False)
        assert (one.mine, other.mine) == (True, False)
        assert site.projector.position() == site.head
    site.earn("h1", 1)
    other.take_in(0, asked=False)
    assert other.mine
    assert site.projector.position() == site.head
    one.take_in(0, asked=False)
    assert not one.mine


def test_who_is_asked_takes_in_whoever_else_follows(site: Site) -> None:
    one, other = share(site), share(site)
    site.people("h1")
    for each in (one, other):
        each.take_in(0, asked=False)
    site.earn("h1", 1)
    one.take_in(0, asked=False)
    site.earn("h1", 1)
    other.take_in(0, asked=True)
    assert site.projector.position() == site.head


def test_while_one_takes_in_the_other_does_not_fold_the_same(site: Site) -> None:
    site.people("h1")
    other = share(site)
    with alone(site.store) as free, alone(site.store) as free_too:
        other.take_in(0, asked=False)
        # On SQLite a second process is kept out of the ledger altogether.
        assert (free, free_too, other.mine) == (True, *[site.store.dialect == "sqlite"] * 2)
        other.take_in(0, asked=True)
        assert site.projector.position() == site.head
    with alone(site.store) as free:
        assert free


def test_who_looks_on_rests_twice_as_long_and_a_whole_batch_ends_the_rest(site: Site) -> None:
    one, other = share(site), share(site)
    site.people("h1")
    one.take_in(3600, asked=False)
    other.take_in(3600, asked=False)
    assert not one.is_due(site.head + 9, 10)
    assert one.is_due(site.head + 10, 10)
    site.earn("h1", 1)
    one.take_in(3600, asked=False)
    other.take_in(3600, asked=False)
    assert other._again_at > one._again_at + 3000
    other.try_again()
    assert other.is_due(site.head, 10)

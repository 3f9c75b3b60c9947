"""What a naive read of the past gets wrong, one trap a test, on a real ledger."""

from ledger.points.commands import DeductPoints, GrantPoints
from ledger.scheme.loading import load_scheme
from ledger.values import Day, Instant
from projections.history import When, account_at
from projections.passing import Standing
from projections.trial_balance import differences, trial_balance_at
from tests.projections.site import POINT, Site, account

UNIT = load_scheme("safety-supermarket").unit(POINT)
JUNE_ENDS = Instant("2022-06-30T16:00:00.000000Z")


def noon(day: str) -> Instant:
    return Instant(day + "T04:00:00.000000Z")


def then(site: Site, *, as_of: Instant | None = None, known_at: Instant | None = None) -> Standing:
    """h1 as asked."""
    site.caught_up()
    known = site.head if known_at is None else site.timeline.known(known_at)
    instant = as_of or known_at or JUNE_ENDS
    with site.store.reading() as reading:
        return account_at(
            reading, site.timeline, account("h1"), POINT, When(known, as_of), at=instant, zone="Asia/Shanghai"
        )


def grant(site: Site, amount: int, *, until: str | None = None, at: str | None = None) -> None:
    expiry = Day(until) if until else None
    site.do(GrantPoints(to=account("h1"), unit=POINT, amount=amount, expires_on=expiry, behaviour="check-in"), at=at)


def test_a_row_recorded_late_does_not_hide_what_had_happened_before_it(site: Site) -> None:
    site.people("h1").on("2022-06-10").earn("h1", 3)
    site.on("2022-06-11").earn("h1", 5, at=noon("2022-06-02"))
    site.on("2022-06-12").earn("h1", 7)
    assert [then(site, as_of=noon(f"2022-06-{day}")).balance for day in ("01", "05", "10", "11", "12")] == [
        100,
        105,
        108,
        108,
        115,
    ]
    assert [then(site, known_at=noon(f"2022-06-{day}")).balance for day in ("05", "10", "11")] == [100, 103, 108]
    assert then(site, as_of=noon("2022-06-05"), known_at=noon("2022-06-10")).balance == 100


def test_value_had_lapsed_at_its_instant_however_late_that_was_recorded(site: Site) -> None:
    site.people("h1").on("2022-06-10")
    grant(site, 20, until="2022-06-30")
    site.on("2022-07-03").earn("h1", 1)
    before, after = Instant("2022-06-30T15:59:59.999999Z"), JUNE_ENDS
    assert [then(site, as_of=at).balance for at in (before, after)] == [120, 100]
    assert [then(site, known_at=at).balance for at in (before, after)] == [120, 100]
    assert [(lapse.at, lapse.amount) for lapse in then(site, known_at=after).lapses] == [(JUNE_ENDS, 20)]
    assert then(site, as_of=noon("2022-07-02")).lapses == []


def test_what_was_taken_before_it_was_granted_stands_apart(site: Site) -> None:
    site.people("h1").on("2022-06-12").earn("h1", 40)
    site.on("2022-06-13")
    fine = DeductPoints(account=account("h1"), unit=POINT, amount=30, reason="correction")
    site.do(fine, at=noon("2022-06-11"))
    found = then(site, as_of=noon("2022-06-11"))
    assert (found.balance, [pool.open for pool in found.lots], found.unfunded) == (70, [100], 30)
    assert then(site, as_of=noon("2022-06-12")).unfunded == 0


def test_what_repaid_a_debt_before_it_was_owed_stands_apart_too(site: Site) -> None:
    site.people("h1").on("2022-06-12").lose("h1", 120)
    site.on("2022-06-13").earn("h1", 50, at=noon("2022-06-11"))
    found = then(site, as_of=noon("2022-06-11"))
    assert (found.balance, sum(pool.open for pool in found.lots), found.debt, found.unfunded) == (150, 130, 0, -20)
    now = then(site, as_of=noon("2022-06-13"))
    assert (now.balance, now.debt, now.unfunded) == (30, 0, 0)


def test_the_initial_lot_is_no_part_of_what_could_be_spent_then(site: Site) -> None:
    site.people("h1").earn("h1", 30)
    site.on("2022-06-20")
    found = then(site, known_at=noon("2022-06-15"))
    assert (found.spendable(UNIT), found.available(UNIT)) == (30, 30)
    assert sorted((pool.kind, pool.open) for pool in found.lots) == [("earned", 30), ("initial", 100)]


def test_before_the_first_fact_there_is_nothing_and_the_books_are_empty(site: Site) -> None:
    site.people("h1").on("2022-06-10")
    found = then(site, as_of=Instant("2022-05-01T00:00:00.000000Z"))
    assert (found.balance, found.lots, found.holds, found.floor) == (0, [], [], 0)
    with site.store.reading() as reading:
        assert trial_balance_at(reading, site.timeline, known=0) == ()
        assert differences(trial_balance_at(reading, site.timeline, known=site.head)) == {}

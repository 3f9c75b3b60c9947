"""Merchants: admitted with dates and goods, suspended the night their licence ends, rates that never reach back."""

import pytest

from ledger.merchants.commands import (
    AdmitMerchant,
    ChangeMerchant,
    ChangeMerchantRate,
    ResumeMerchant,
    SuspendMerchant,
)
from ledger.merchants.entities import Merchant
from ledger.merchants.facts import MerchantChanged, MerchantSuspended
from ledger.refusals import AlreadyExists, Malformed, NotEligible, NotFound, Refusal, UnknownSchemeTerm
from ledger.room import Command
from ledger.values import Day, Instant
from tests.given import Story

ADMIT = AdmitMerchant(
    id="lixian",
    name="理县馆",
    admitted_from_on=Day("2022-06-01"),
    licence_ends_on=Day("2022-06-30"),
    goods=("aided-goods", "food"),
    rate=150,
)
HOME = {"id": "lixian", "name": "合作社", "admitted_from_on": Day("2022-06-01")}
SUSPEND = SuspendMerchant(merchant="lixian", reason="correction")
RESUME = ResumeMerchant(merchant="lixian", reason="correction")


def rate(basis_points: int, day: str) -> ChangeMerchantRate:
    return ChangeMerchantRate(merchant="lixian", rate=basis_points, from_on=Day(day))


def change(**terms: object) -> ChangeMerchant:
    return ChangeMerchant(merchant="lixian", **terms)  # type: ignore[arg-type] # the test's own words


@pytest.fixture
def story() -> Story:
    return Story("welfare-coupons").on("2022-06-01").given(ADMIT)


def shop(story: Story) -> Merchant:
    return story.the(Merchant, "lixian")


def test_a_merchant_sells_what_it_was_admitted_for(story: Story) -> None:
    assert shop(story).sells("food")
    assert not shop(story).sells("household")
    story.given(change())
    assert shop(story).sells("household")
    assert shop(story).licence_ends_on is None


def test_at_the_end_of_its_last_day_it_is_suspended(story: Story) -> None:
    story.on("2022-06-30T15:59:59.999999Z").let_time_act()
    assert shop(story).suspended_at is None
    story.on("2022-06-30T16:00:00.000000Z").let_time_act()
    assert shop(story).suspended_at == Instant("2022-06-30T16:00:00.000000Z")
    assert story.facts(MerchantSuspended) == [MerchantSuspended(merchant="lixian", reason="licence-ended")]


def test_resumed_with_a_new_licence_it_goes_on_until_that_ends(story: Story) -> None:
    story.on("2022-07-05")
    story.refuses(
        ResumeMerchant(merchant="lixian", reason="correction", licence_ends_on=Day("2022-07-04")),
        NotEligible(reason="licence-ended"),
    )
    story.given(ResumeMerchant(merchant="lixian", reason="correction", licence_ends_on=Day("2022-12-31")))
    assert (shop(story).suspended_at, shop(story).licence_ends_on) == (None, "2022-12-31")
    story.on("2023-01-01").let_time_act()
    assert shop(story).suspended_at is not None


def test_an_end_that_has_passed_suspends_at_once(story: Story) -> None:
    changed, suspended = story.on("2022-06-10").when(change(licence_ends_on=Day("2022-06-08")))
    assert isinstance(changed, MerchantChanged)
    assert suspended == MerchantSuspended(merchant="lixian", reason="licence-ended")


def test_suspended_by_hand_and_resumed(story: Story) -> None:
    story.refuses(RESUME, NotEligible(reason="not-suspended"))
    story.given(SUSPEND)
    story.refuses(SUSPEND, NotEligible(reason="suspended"))
    story.given(RESUME)
    assert shop(story).suspended_at is None


def test_a_rate_counts_from_its_day_and_never_reaches_back(story: Story) -> None:
    story.given(rate(200, "2022-07-01"), rate(100, "2022-06-15"), rate(120, "2022-06-15"))
    days = ("2022-05-31", "2022-06-01", "2022-06-14", "2022-06-15", "2022-06-30", "2022-07-01")
    assert [shop(story).rate(Day(day)) for day in days] == [0, 150, 150, 120, 120, 200]
    for begun in ("2022-05-31", "2022-06-01"):
        message = f"from_on: {begun} has begun; the first day that can change is after 2022-06-01"
        story.refuses(rate(10, begun), Malformed(errors=[message]))


@pytest.mark.parametrize(
    ("wish", "refusal"),
    [
        (ADMIT, AlreadyExists(kind="merchant", id="lixian")),
        (SuspendMerchant(merchant="none", reason="correction"), NotFound(kind="merchant", id="none")),
        (rate(10_001, "2022-07-01"), Malformed(errors=["rate: 0 to 10000 hundredths of a per cent"])),
        (rate(1, "2022-06-31"), Malformed(errors=["2022-06-31: not a day such as 2022-06-30"])),
        (change(goods=("food", "food")), Malformed(errors=["goods: each group once"])),
        (change(goods=("fod",)), UnknownSchemeTerm(term="goods", value="fod")),
        (
            AdmitMerchant(id="a/b", name=" ", admitted_from_on=Day("2022-06-01")),
            Malformed(
                errors=[
                    "id: 1 to 64 letters, digits, hyphens and underscores",
                    "name: 1 to 80 printable characters",
                ]
            ),
        ),
    ],
)
def test_what_is_wrong_is_said(story: Story, wish: Command, refusal: Refusal) -> None:
    story.refuses(wish, refusal)


def test_resumed_without_a_word_about_its_licence_that_ends_when_it_did(story: Story) -> None:
    story.on("2022-06-10").given(SUSPEND, RESUME)
    assert shop(story).licence_ends_on == "2022-06-30"
    story.on("2022-07-01").let_time_act()
    story.refuses(RESUME, NotEligible(reason="licence-ended"))


def test_one_whose_licence_has_ended_is_admitted_suspended() -> None:
    story = Story("welfare-coupons").on("2022-07-01").given(ADMIT)
    assert shop(story).suspended_at == "2022-06-30T16:00:00.000000Z"


def test_it_is_at_home_in_a_region_of_the_scheme_until_another_is_named() -> None:
    story = Story("recuperation").on("2022-06-01")
    story.refuses(AdmitMerchant(**HOME, region="mars"), UnknownSchemeTerm(term="region", value="mars"))  # type: ignore[arg-type] # the test's own words
    story.given(AdmitMerchant(**HOME, region="hanzhong"), change(licence_ends_on=Day("2022-12-31")))  # type: ignore[arg-type] # the test's own words
    assert shop(story).region == "hanzhong"
    story.given(change(region="ankang"))
    assert shop(story).region == "ankang"

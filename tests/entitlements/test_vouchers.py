"""Vouchers: issued, booked, waited for, used, given back to their lots, not come for, lapsed (S06)."""

import msgspec
import pytest

from ledger.entitlements import entities
from ledger.entitlements.entities import Entitlement
from ledger.entitlements.facts import (
    EntitlementBooked,
    EntitlementCancelled,
    EntitlementIssued,
    EntitlementWaitlisted,
)
from ledger.people.commands import BarHolder, LeaveSite, MergeHolders
from ledger.points.commands import FreezeAccount
from ledger.points.entities import Account
from ledger.points.facts import LotsLapsed
from ledger.redemptions.facts import RedemptionRefunded
from ledger.refusals import (
    AccountFrozen,
    BookingClosed,
    HolderBarred,
    LimitExceeded,
    Malformed,
    NotFound,
    RefundClosed,
    UnknownSchemeTerm,
)
from ledger.stock.commands import ChangeItem
from ledger.stock.entities import Limit
from ledger.values import AccountId, Day, HolderId
from tests.entitlements.mall import (
    COACH,
    COIN,
    JULY_6,
    JULY_9,
    JULY_10,
    LI,
    RECUPERATION,
    WANG,
    ZHAO,
    absent,
    book,
    booked,
    cancel,
    coach,
    coins,
    given_to,
    having,
    mall,
    not_eligible,
    on_shelf,
    paid,
    redeem,
    session,
    status,
    unbook,
    used,
    voucher,
    waiting,
)

# The coach of 40 -----------------------------------------------------------------------------------------------


def test_the_coach_of_forty() -> None:
    """43 vouchers: 40 booked, 3 wait; 2 give back in time, 2 move up; 39 come, 1 does not, 1 voucher stays open."""
    holders = [HolderId(f"h{number:02}") for number in range(43)]
    story = mall(*holders, coins=1000).given(coach())
    for holder in holders:
        voucher(story, holder, holder)
        story.given(book(holder))
    assert (session(story).free, len(session(story).booked), waiting(story)) == (0, 40, ["h40", "h41", "h42"])

    story.on(JULY_6).given(cancel("h07"), cancel("h21"))
    assert (len(session(story).booked), waiting(story)) == (40, ["h42"])
    assert [coins(story, HolderId(id)) for id in ("h07", "h21")] == [1000, 1000]

    story.on("2022-07-07").refuses(cancel("h08"), RefundClosed(until=Day(JULY_6)))
    story.on(JULY_10)
    there = session(story).booked
    for id in there[:39]:
        story.given(used(id))
    story.given(absent(there[39])).on("2022-07-11").let_time_act()
    counts = [status(story, holder)[0] for holder in holders]
    assert {name: counts.count(name) for name in counts} == {"used": 39, "no-show": 1, "issued": 1, "cancelled": 2}
    assert (session(story).used, session(story).no_shows, status(story, "h42")) == (39, 1, ["issued"])
    assert [fact.amount for fact in story.facts(RedemptionRefunded)] == [1000, 1000]


# Booking -------------------------------------------------------------------------------------------------------


def test_who_comes_first_has_the_place_and_the_next_waits() -> None:
    story = booked()
    (second,) = story.when(book("wang"))
    assert isinstance(second, EntitlementWaitlisted)
    assert (status(story, "li", "wang"), waiting(story)) == (["booked", "waiting"], ["wang"])


def test_lower_ranks_wait_in_front_and_equal_ones_in_the_order_in_which_they_came() -> None:
    holders = [HolderId(name) for name in "abcdef"]
    story = mall(*holders).given(coach(0))
    for holder, rank in zip(holders, (3, 1, 3, 2, 1, 0), strict=True):
        voucher(story, holder, holder)
        story.given(book(holder, rank=rank))
    assert waiting(story) == ["f", "b", "e", "d", "a", "c"]


def test_booking_refuses_what_cannot_be_in_the_order_of_its_checks() -> None:
    story = booked().given(coach(5, id="past", until="2022-06-30"), given_to(LI, "accident-policy", id="policy"))
    story.refuses(book("none", "none", rank=-1), Malformed(errors=["rank: -1 is not between 0 and 9007199254740991"]))
    story.refuses(book("none"), NotFound(kind="entitlement", id="none"))
    story.refuses(book("wang", "none"), NotFound(kind="session", id="none"))
    story.refuses(book("policy"), not_eligible("other-entitlement"))
    story.refuses(book("li"), not_eligible("booked"))
    story.given(book("wang"))
    story.refuses(book("wang", "past"), not_eligible("waiting"))
    story.on("2022-07-01").refuses(book("zhao", "past"), BookingClosed(until=Day("2022-06-30")))


def test_booking_is_open_until_the_end_of_its_last_day() -> None:
    story = booked(9).given(coach(9, id="early", until=JULY_6))
    story.on(JULY_6).given(book("wang", "early"))
    story.on("2022-07-07").refuses(book("zhao", "early"), BookingClosed(until=Day(JULY_6)))
    story.on(JULY_9).given(book("zhao"))


def test_nobody_has_two_places_with_whichever_voucher() -> None:
    story = booked(9)
    second = voucher(story, LI, "li-2")
    story.refuses(book(second), not_eligible("already-booked"))
    story.given(coach(9, id="other"), book(second, "other"))


def test_a_voucher_under_a_merged_record_is_his_who_answers_for_it() -> None:
    story = booked(9).given(MergeHolders(old=WANG, into=LI, reason="duplicate"))
    story.refuses(book("wang"), not_eligible("already-booked"))
    story.given(unbook("li"), book("wang"))
    assert (status(story, "wang"), having(story, WANG)) == (["booked"], ["wang"])
    story.refuses(book("li"), not_eligible("already-booked"))


def test_a_session_must_lie_within_the_days_of_the_voucher() -> None:
    story = booked(9).given(coach(9, id="last", starts="2022-07-10"))
    later = coach(9, id="next-year")
    story.given(msgspec.structs.replace(later, starts_on=Day("2023-07-01"), ends_on=Day("2023-07-02")))
    assert story.the(Entitlement, "wang").ends_on == "2023-06-30"
    story.refuses(book("wang", "next-year"), not_eligible("not-valid-then"))
    story.given(msgspec.structs.replace(later, id="in-time", starts_on=Day("2023-06-30"), ends_on=Day("2023-07-01")))
    story.given(book("wang", "in-time"))


def test_who_may_not_redeem_books_nothing_more_but_keeps_what_he_has() -> None:
    story = booked(9).given(BarHolder(holder=LI, reason="other"), BarHolder(holder=WANG, reason="other"))
    story.refuses(book("wang"), HolderBarred(since=Day("2022-06-30")))
    story.on(JULY_9).given(used("li"))


def test_who_has_left_books_until_the_last_day_on_which_he_may_spend() -> None:
    story = booked(9).given(LeaveSite(holder=WANG, left_on=Day("2022-06-30"), reason="other"))
    story.given(LeaveSite(holder=ZHAO, left_on=Day("2022-06-30"), reason="other"))
    story.on("2022-07-07").given(book("wang"))
    story.on("2022-07-08").refuses(book("zhao"), HolderBarred(since=Day("2022-07-08")))


def test_the_waiting_list_has_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ledger.entitlements.booking.MOST_WAITING", 1)
    story = booked().given(book("wang"))
    story.refuses(book("zhao"), LimitExceeded(rule="waiting-list", limit=1, used=1, offered=0, period=JULY_9))
    assert entities.MOST_WAITING >= 1004


# Giving a place up ---------------------------------------------------------------------------------------------


def test_who_gives_up_a_place_keeps_the_voucher_and_the_first_in_line_moves_up() -> None:
    story = booked().given(book("wang"), book("zhao"))
    freed, up = story.when(unbook("li"))
    assert isinstance(up, EntitlementBooked)
    assert (up.entitlement, up.waited) == ("wang", True)
    assert (status(story, "li", "wang", "zhao"), waiting(story)) == (["issued", "booked", "waiting"], ["zhao"])
    assert (coins(story), freed.cause, freed.reason) == (1000, "unbooked", "cannot-come")  # type: ignore[attr-defined] # of the fact just made
    story.given(book("li"))
    assert waiting(story) == ["zhao", "li"]


def test_a_place_is_given_up_until_the_deadline_and_a_wait_at_any_time() -> None:
    story = booked(2).given(book("wang"), book("zhao"))
    story.on(JULY_6).given(unbook("wang"))
    assert status(story, "zhao") == ["booked"]
    story.given(book("wang")).on("2022-07-07")
    story.refuses(unbook("li"), BookingClosed(until=Day(JULY_6)))
    story.given(unbook("wang"))


def test_what_is_not_booked_cannot_be_given_up() -> None:
    story = booked()
    story.refuses(unbook("wang"), not_eligible("not-booked"))
    story.refuses(unbook("none"), NotFound(kind="entitlement", id="none"))
    unknown = msgspec.structs.replace(unbook("none"), reason="whim")
    story.refuses(unknown, UnknownSchemeTerm(term="reason", value="whim"))
    story.given(cancel("wang"))
    story.refuses(unbook("wang"), not_eligible("cancelled"))


# Giving back for coins -----------------------------------------------------------------------------------------


def test_coins_return_to_their_lots_and_the_piece_to_the_shelf_and_nobody_is_owed() -> None:
    story = mall(LI, coins=0).given(paid(LI, 300, "2022-12-31"), paid(LI, 900, "2023-12-31"))
    id = voucher(story, LI, "li")
    before = story.the(Account, f"holder:{LI}/{COIN}")
    ended, refund = story.when(cancel(id))
    assert isinstance(ended, EntitlementCancelled)
    assert isinstance(refund, RedemptionRefunded)
    assert [(item.lot.amount, item.terms.expires_on) for item in refund.restored] == [
        (700, "2023-12-31"),
        (300, "2022-12-31"),
    ]
    assert (ended.refund, coins(story), before.balance, on_shelf(story, RECUPERATION)) == (1000, 1200, 200, 500)
    (issued,) = story.facts(EntitlementIssued)
    there, back = issued.entry(), ended.entry()
    assert there is not None
    assert back is not None
    sums: dict[str, int] = {}
    for posting in (*there.postings, *back.postings):
        sums[posting.account] = sums.get(posting.account, 0) + posting.amount
    assert sums == {"cost:union": 0, "payable:resort": 0}


def test_coins_whose_day_has_passed_lapse_with_their_return() -> None:
    story = mall(LI, coins=0).given(paid(LI, 400, "2022-07-02"), paid(LI, 600, "2022-12-31"))
    voucher(story, LI, "li")
    story.given(coach(), book("li")).on("2022-07-03").given(cancel("li"))
    (lapsed,) = story.facts(LotsLapsed)
    assert (lapsed.amount, lapsed.cause, coins(story)) == (400, "refund-expired", 600)


def test_who_gives_back_a_place_in_time_is_refunded_and_a_day_later_not() -> None:
    story = booked(2).given(book("wang"), book("zhao"))
    story.on(JULY_6).given(cancel("li"))
    assert (status(story, "li", "zhao"), coins(story)) == (["cancelled", "booked"], 2000)
    story.on("2022-07-07").refuses(cancel("wang"), RefundClosed(until=Day(JULY_6)))
    assert coins(story, WANG) == 1000


def test_without_a_place_it_is_given_back_as_long_as_it_can_be_used() -> None:
    story = booked().given(book("wang")).on(JULY_9).given(cancel("wang"))
    assert (coins(story, WANG), waiting(story)) == (2000, [])
    story.on("2023-06-30").given(cancel("zhao"))
    assert coins(story, ZHAO) == 2000


def test_it_is_given_back_once() -> None:
    story = booked(9).given(cancel("li"))
    story.refuses(cancel("li"), not_eligible("cancelled"))
    story.refuses(book("li"), not_eligible("cancelled"))
    story.refuses(used("li"), not_eligible("cancelled"))
    assert coins(story) == 2000


def test_each_piece_of_a_sale_comes_back_by_itself() -> None:
    story = mall(coins=3000).given(redeem(LI, RECUPERATION, 3, id="r"))
    story.given(cancel("r~2"))
    assert (coins(story), status(story, "r", "r~2", "r~3")) == (1000, ["issued", "cancelled", "issued"])
    story.given(cancel("r"), cancel("r~3"))
    assert coins(story) == 3000


def test_the_limit_of_the_item_is_given_back_with_it() -> None:
    story = mall().given(ChangeItem(item=RECUPERATION, limit=Limit(1, "year")), redeem(LI, id="a"))
    story.refuses(redeem(LI), LimitExceeded(rule="item:recuperation", limit=1, used=1, offered=0, period="2022"))
    story.given(cancel("a"), redeem(LI))


def test_a_frozen_account_takes_nothing_back_and_the_place_stays() -> None:
    story = booked().given(book("wang"))
    story.given(FreezeAccount(account=AccountId("holder:li"), unit=COIN, reason="other"))
    story.refuses(cancel("li"), AccountFrozen(since=story.at))
    assert (status(story, "li", "wang"), session(story).free) == (["booked", "waiting"], 0)


def test_what_a_merged_record_had_paid_comes_back_to_the_one_that_answers() -> None:
    story = booked().given(MergeHolders(old=LI, into=WANG, reason="duplicate"), cancel("li"))
    assert (coins(story, LI), coins(story, WANG)) == (0, 3000)


def test_what_an_officer_gave_is_taken_back_without_coins_at_any_time() -> None:
    story = mall(LI, coins=0).given(given_to(LI, id="gift"), coach(1), book("gift")).on(JULY_9)
    (ended,) = story.when(cancel("gift"))
    assert isinstance(ended, EntitlementCancelled)
    assert (ended.refund, ended.session, session(story).free) == (0, COACH, 1)


def test_giving_back_names_a_known_reason_and_a_known_voucher() -> None:
    story = booked()
    unknown = msgspec.structs.replace(cancel("none"), reason="whim")
    story.refuses(unknown, UnknownSchemeTerm(term="reason", value="whim"))
    story.refuses(cancel("none"), NotFound(kind="entitlement", id="none"))

"""A mall for tests: people with patrol coins, policies at 400 and recuperation at 1,000 on its shelf."""

from ledger.entitlements.commands import (
    BookPlace,
    CancelBooking,
    CancelEntitlement,
    CancelSession,
    ChangeSession,
    IssueEntitlement,
    MarkNoShow,
    OpenSession,
    UseEntitlement,
)
from ledger.entitlements.entities import Entitlement, EntitlementId, Held, Session, SessionId, held_id
from ledger.people.commands import RegisterPerson
from ledger.points.commands import GrantPoints
from ledger.points.entities import Account
from ledger.redemptions.commands import PlaceRedemption, WantedLine
from ledger.refusals import NotEligible
from ledger.scheme.model import Scheme
from ledger.stock.commands import ListItem, ReceiveGoods
from ledger.stock.entities import Item
from ledger.values import AccountId, Day, HolderId, ItemId, RedemptionId, UnitCode
from tests.given import Story

COIN = UnitCode("patrol_coin")
POLICY, RECUPERATION = ItemId("accident-policy"), ItemId("recuperation")
LI, WANG, ZHAO = HolderId("li"), HolderId("wang"), HolderId("zhao")
COACH = SessionId("nanxijiang-0709")
JUNE_30, JULY_6, JULY_9, JULY_10 = "2022-06-30", "2022-07-06", "2022-07-09", "2022-07-10"
PRICES = {POLICY: 400, RECUPERATION: 1000}


def mall(*holders: HolderId, coins: int = 2000, scheme: Scheme | str = "patrol", on: str = JUNE_30) -> Story:
    """These people with coins, and 500 pieces of everything."""
    story = Story(scheme).on(on)
    for item, price in PRICES.items():
        story.given(ListItem(id=item, name=item, price=price, unit=COIN), ReceiveGoods(item=item, quantity=500))
    return people(story, *(holders or (LI,)), coins=coins)


def people(story: Story, *holders: HolderId, coins: int = 2000) -> Story:
    """More people with coins."""
    for holder in holders:
        story.given(RegisterPerson(holder=holder))
        if coins:
            story.given(paid(holder, coins))
    return story


def paid(holder: HolderId, amount: int, until: str | None = None) -> GrantPoints:
    account = AccountId("holder:" + holder)
    return GrantPoints(to=account, unit=COIN, amount=amount, expires_on=Day(until) if until else None)


def redeem(
    holder: HolderId, item: ItemId = RECUPERATION, pieces: int = 1, *, id: str | None = None, hold: bool = False
) -> PlaceRedemption:
    lines = (WantedLine(item, pieces),)
    return PlaceRedemption(holder=holder, lines=lines, id=RedemptionId(id) if id else None, hold=hold)


def voucher(story: Story, holder: HolderId, id: str | None = None) -> EntitlementId:
    """One that this person has redeemed now."""
    story.given(redeem(holder, id=id))
    return EntitlementId(id or story.tx)


def given_to(holder: HolderId, code: str = "recuperation", id: str | None = None) -> IssueEntitlement:
    return IssueEntitlement(holder=holder, code=code, reason="other", id=EntitlementId(id) if id else None)


def coach(places: int = 40, *, id: str = COACH, until: str | None = None, starts: str = JULY_9) -> OpenSession:
    """Two days on the Nanxi river."""
    return OpenSession(
        id=SessionId(id),
        code="recuperation",
        name="楠溪江二日休养",
        starts_on=Day(starts),
        ends_on=Day(JULY_10),
        places=places,
        book_until_on=Day(until) if until else None,
    )


def book(entitlement: EntitlementId | str, session: str = COACH, rank: int = 0) -> BookPlace:
    return BookPlace(entitlement=EntitlementId(entitlement), session=SessionId(session), rank=rank)


def unbook(entitlement: EntitlementId | str) -> CancelBooking:
    return CancelBooking(entitlement=EntitlementId(entitlement), reason="cannot-come")


def cancel(entitlement: EntitlementId | str) -> CancelEntitlement:
    return CancelEntitlement(entitlement=EntitlementId(entitlement), reason="cannot-come")


def used(entitlement: EntitlementId | str) -> UseEntitlement:
    return UseEntitlement(entitlement=EntitlementId(entitlement))


def absent(entitlement: EntitlementId | str) -> MarkNoShow:
    return MarkNoShow(entitlement=EntitlementId(entitlement))


def places(number: int, session: str = COACH) -> ChangeSession:
    return ChangeSession(session=SessionId(session), places=number)


def called_off(session: str = COACH, reason: str = "typhoon") -> CancelSession:
    return CancelSession(session=SessionId(session), reason=reason)


def status(story: Story, *entitlements: EntitlementId | str) -> list[str]:
    return [story.the(Entitlement, id).status for id in entitlements]


def session(story: Story, id: str = COACH) -> Session:
    return story.the(Session, id)


def waiting(story: Story, id: str = COACH) -> list[str]:
    return [item.entitlement for item in session(story, id).waiting]


def having(story: Story, holder: HolderId, code: str = "recuperation") -> list[str]:
    held = story.get(Held, held_id(holder, code))
    return [item.entitlement for item in held.having] if held else []


def coins(story: Story, holder: HolderId = LI) -> int:
    return story.the(Account, f"holder:{holder}/{COIN}").balance


def on_shelf(story: Story, item: ItemId) -> int:
    return story.the(Item, item).stock


def scheme_file(**entitlements: str) -> str:
    """A scheme file with one unit and these entitlements: tables of TOML, nothing else."""
    tables = "\n".join(f"[entitlements.{code.replace('_', '-')}]\n{text}\n" for code, text in entitlements.items())
    return f"""
name = "benefits"
version = 1
names = {{ zh = "权益", en = "Benefits" }}
zone = "Asia/Shanghai"
[units.place]
names = {{ zh = "名额", en = "Places" }}
kind = "places"
[reasons.correction]
zh = "更正"
en = "Correction"
[reasons.other]
zh = "其他"
en = "Other"
[reasons.cannot-come]
zh = "本人不能参加"
en = "Cannot come"
{tables}"""


def booked(places: int = 1) -> Story:
    """Li has a place on the coach with voucher `li`; Wang and Zhao hold vouchers `wang` and `zhao`."""
    story = mall(LI, WANG, ZHAO)
    for holder in (LI, WANG, ZHAO):
        voucher(story, holder, holder)
    return story.given(coach(places), book("li"))


def not_eligible(reason: str) -> NotEligible:
    return NotEligible(reason=reason)

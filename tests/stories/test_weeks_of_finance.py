"""What officers and finance do every week, over HTTP on both databases: reminders, accounts, settlements, papers."""

import csv
import io
import os
import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from python_calamine import CalamineWorkbook

from api.payees import sweep_payees
from api.settings import Settings
from ledger.codes import new_codes, print_form
from ledger.periods.commands import ClosePeriod, FinishClosing, SealPeriod
from ledger.values import PeriodName
from ledger.vault import PayeeAccount, Principal
from tests.api.served import TESTER
from tests.stories.programme import Programme, begun

WANG, LI = ("王丽", "13812345678"), ("李强", "13900001111")
OLD, NEW = "6222 0200 1122 3344 5566", "6228-4800-0000-9999"
JUNE, JULY = PeriodName("2022-06"), PeriodName("2022-07")
SETTLEMENT = "corner.coupon_cny.2022-06"
FEE = 150
"""1.5 % of the 100.00 that 王丽 spent: 1.50 yuan."""
PAYABLE = 10_000 - FEE


class Office(Programme):
    """A union with a shop, two members, and finance of two people."""

    holders: dict[str, str]
    coupons: list[str]
    codes: list[str]

    def file(self, path: str, role: str = "officer", lang: str = "en") -> list[dict[str, str]]:
        """The rows of a CSV."""
        answer = self.get(path, role=role, Accept_Language=lang)
        assert answer.headers["content-type"] == "text/csv; charset=utf-8", answer.text
        return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))

    def journal(self) -> bytes:
        """Every fact, byte for byte."""
        return b"\n".join(row.state for row in self.opened.ledger.storage.facts(0, 100_000))

    def close_books(self, on: str, period: PeriodName) -> None:
        """The whole run of a closing on that day: nothing here has initial lots."""
        self.on(on)
        for command in (
            ClosePeriod(period=period),
            SealPeriod(period=period, root="0" * 64, accounts=0, totals=()),
            FinishClosing(period=period, holders=0, totals=()),
        ):
            self.opened.ledger.submit(command, by=TESTER)


@pytest.fixture
def office(database: Settings) -> Iterator[Office]:
    """In June 150.00 each for two members, until 10 July; one of them has bought for 100.00."""
    with begun(database, "welfare-coupons", "2022-06-01") as running:
        running.__class__ = Office
        assert isinstance(running, Office)
        principals = running.opened.vault.principals
        people = {"checker": "finance", "payer": "finance", "corner": "merchant"}
        for name, role in people.items():
            merchant = name if role == "merchant" else None
            id = principals.add(Principal(id=f"person:{name}", roles=(role,), merchant=merchant)).id
            running.keys[name] = principals.create_key(id)[0]  # type: ignore[index] # the story's own dict
        prepare(running)
        yield running


def prepare(office: Office) -> None:
    office.holders = {
        name: office.do("/people", {"name": name, "phone": phone, "reference": phone[-4:]})["holder"]
        for name, phone in (WANG, LI)
    }
    office.do("/funds", {"id": "gifts", "unit": "cny", "source": "union"}, "checker")
    office.do("/funds/gifts/appropriate", {"amount": 30_000, "reference": "minutes-7"}, "checker")
    office.do("/merchants", {"id": "corner", "name": "街角店", "admitted_from_on": "2022-01-01", "rate": 150})
    terms = {"kind": "welfare", "occasion": "dragon-boat", "fund": "gifts", "expires_on": "2022-07-10"}
    office.do("/coupon-batches", {"id": "b1", **terms})
    lines = [{"holder": holder, "face": 15_000} for holder in office.holders.values()]
    office.do("/coupon-batches/b1/lines", {"lines": lines})
    office.do("/coupon-batches/b1/submit")
    digest = office.ask("/coupon-batches/b1")["digest"]
    office.do("/coupon-batches/b1/approve", {"digest": digest}, "approver")
    office.codes = [print_form(code) for code in new_codes(3, os.urandom)]
    pieces = zip(office.holders.values(), office.codes, strict=False)
    issuing = [{"holder": holder, "codes": [code]} for holder, code in pieces]
    office.do("/coupon-batches/b1/issue", {"lines": issuing})
    office.do("/coupon-batches/b1/finish")
    office.coupons = [
        office.ask("/coupons", "officer", holder=holder)["coupons"][0]["id"] for holder in office.holders.values()
    ]
    office.on("2022-06-03")
    buying = {"merchant": "corner", "lines": [{"goods": "food", "amount": 10_000}], "codes": [office.codes[0]]}
    office.do("/purchases", {**buying, "holder": office.holders["王丽"], "tender": 0}, "corner")


# Reminders -------------------------------------------------------------------------------------------------------


def test_who_has_something_left_is_on_the_list_of_its_day_once_with_a_masked_contact(office: Office) -> None:
    office.on("2022-06-10").on("2022-07-02")
    assert office.file("/reports/coupon-reminders?format=csv") == []
    office.on("2022-07-03").on("2022-07-03T09:00:00.000000Z")
    rows = office.file("/reports/coupon-reminders?format=csv")
    assert [(row["Name"], row["Phone"], row["Left"], row["Last day"]) for row in rows] == [
        ("王*", "138****5678", "50.00", "2022-07-10"),
        ("李*", "139****1111", "150.00", "2022-07-10"),
    ]
    assert [row["Reminder"] for row in rows] == [f"{coupon}/2022-07-03" for coupon in office.coupons]
    assert {row["Member number"] for row in rows} == {""}
    assert set(office.file("/reports/coupon-reminders?format=csv", lang="zh-CN")[0]) >= {"姓名", "电话", "到期日"}
    # Whoever sends them goes on after the last one that was sent: nothing comes twice.
    after = rows[-1]["Position"]
    assert office.file(f"/reports/coupon-reminders?format=csv&after={after}") == []
    assert (
        office.ask("/reports/coupon-reminders", "officer", after=rows[0]["Position"])["reminders"][0]["left"] == 15_000
    )


def test_contacts_are_for_whoever_may_see_them_and_stand_in_no_fact(office: Office) -> None:
    office.on("2022-07-03")
    path = "/reports/coupon-reminders"
    seen = office.ask(path, "checker")["reminders"]
    assert [(item["name"], item["phone"]) for item in seen] == [(None, None)] * 2
    assert office.get(path + "?contact=full", role="checker").json()["code"] == "forbidden"
    assert [item["phone"] for item in office.ask(path, "officer", contact="full")["reminders"]] == [WANG[1], LI[1]]
    topics = office.ask("/events", types="coupon-ending.v1")["events"]
    assert [fact["data"]["left"] for fact in topics] == [5_000, 15_000]
    for word in (*WANG, *LI):
        assert word.encode() not in office.journal()
    # The last digits alone may stand inside an id or a seal by chance: there they have hexadecimal neighbours.
    assert not re.search(rf"(?<![0-9a-f-]){WANG[1][-4:]}(?![0-9a-f-])".encode(), office.journal())


def test_a_changed_phone_is_the_one_that_is_told_next(office: Office) -> None:
    changed = office.do(f"/people/{office.holders['李强']}/contact", {"phone": "13700002222"})
    assert (changed["type"], changed["fields"]) == ("contact", ["phone"])
    assert office.refused(f"/people/{office.holders['李强']}/contact", {"phone": "1"}, "checker")["code"] == "forbidden"
    assert office.refused("/people/nobody/contact", {"phone": "13700002222"})["code"] == "not-found"
    office.on("2022-07-03")
    assert office.file("/reports/coupon-reminders?format=csv")[1]["Phone"] == "137****2222"
    assert b"13700002222" not in office.journal()


def test_what_was_spent_after_the_reminder_is_sent_to_nobody(office: Office) -> None:
    office.on("2022-07-03")
    buying = {"merchant": "corner", "lines": [{"goods": "food", "amount": 15_000}], "codes": [office.codes[1]]}
    office.do("/purchases", {**buying, "holder": office.holders["李强"], "tender": 0}, "corner")
    assert [row["Name"] for row in office.file("/reports/coupon-reminders?format=csv")] == ["王*"]
    office.on("2022-07-09")
    assert [row["Due on"] for row in office.file("/reports/coupon-reminders?format=csv")] == ["2022-07-09"]


def test_a_lost_code_is_replaced_and_the_old_one_pays_no_more(office: Office) -> None:
    replaced = {"code": office.codes[2], "reason": "code-lost"}
    assert office.refused(f"/coupons/{office.coupons[1]}/code", replaced, "corner")["code"] == "forbidden"
    office.do(f"/coupons/{office.coupons[1]}/code", replaced)
    buying = {"merchant": "corner", "lines": [{"goods": "food", "amount": 100}], "holder": office.holders["李强"]}
    assert office.refused("/purchases", {**buying, "codes": [office.codes[1]]}, "corner")["code"] == "coupon-void"
    office.do("/purchases", {**buying, "codes": [office.codes[2]]}, "corner")


# Accounts and settlements ----------------------------------------------------------------------------------------


def account(office: Office, number: str = OLD) -> dict[str, Any]:
    """Another account, as the officer proposes it."""
    return office.do("/merchants/corner/payee", {"bank": "工商银行理县支行", "number": number, "name": "街角店经营部"})


def allowed(office: Office, proposed: dict[str, Any]) -> str:
    """Approved by another person, who has looked at it; the account's id."""
    (waiting,) = [item for item in office.ask("/proposals", "approver")["proposals"] if item["id"] == proposed["id"]]
    payee: str = waiting["command"]["payee"]
    assert office.ask(f"/payees/{payee}", "approver")["bank"] == "工商银行理县支行"
    office.do(f"/proposals/{proposed['id']}/approve", {"digest": waiting["digest"]}, "approver")
    return payee


def drafted(office: Office) -> None:
    office.close_books("2022-07-01", JUNE)
    office.do("/settlements", {"merchant": "corner", "unit": "coupon_cny", "period": JUNE})
    office.do(f"/settlements/{SETTLEMENT}/lines", {"of": ["coupon-batch:b1"]})


def paying(**more: Any) -> dict[str, Any]:
    return {"reference": "bank-17", "invoice": "INV-5", "invoice_amount": PAYABLE} | more


def test_an_account_is_proposed_by_one_and_approved_by_another_and_its_number_is_nowhere_else(office: Office) -> None:
    proposed = account(office)
    assert (proposed["type"], proposed["status"]) == ("proposal", "open")
    assert office.ask("/merchants/corner/payees")["payees"] == []
    digest = {"digest": proposed["digest"]}
    assert office.refused(f"/proposals/{proposed['id']}/approve", digest)["code"] == "forbidden"
    payee = allowed(office, proposed)
    (shown,) = office.ask("/merchants/corner/payees", "corner")["payees"]
    assert (shown["id"], shown["number"], shown["name"], shown["in_force"]) == (payee, "**** 5566", "街****部", True)
    clear = office.ask("/merchants/corner/payees", "payer", clear="true")["payees"][0]
    assert (clear["number"], clear["name"]) == ("62220200112233445566", "街角店经营部")
    assert office.get("/merchants/corner/payees?clear=true", role="corner").json()["code"] == "forbidden"
    assert office.get("/merchants/lixian/payees", role="corner").json()["code"] == "not-found"
    for word in ("62220200112233445566", OLD, "街角店经营部", "工商银行"):
        assert word.encode() not in office.journal()


def test_a_proposal_that_broke_off_leaves_no_account_and_whatever_was_proposed_keeps_its_own(office: Office) -> None:
    vault, named = office.opened.vault, {allowed(office, account(office))}
    named.add(allowed(office, account(office, NEW)))  # of the same day: the first is the merchant's no more
    for decided in (False, True):
        proposed = account(office)
        found = office.ask("/proposals", "approver")["proposals"]
        named.add(next(item["command"]["payee"] for item in found if item["id"] == proposed["id"]))
        if decided:
            office.do(f"/proposals/{proposed['id']}/reject", {"reason": "correction"}, "approver")
    broken = vault.payees.keep("corner", PayeeAccount(bank="工商银行", number="1", name="街角店")).id
    office.on("2022-08-20")  # the open one has lapsed by now
    before = office.opened.ledger.view().recorded_at
    assert sweep_payees(office.opened.ledger, vault, before=before) == [broken]
    assert set(vault.payees.known([*named, broken])) == named
    assert len(named) == 4


def test_one_request_sent_twice_keeps_one_account(office: Office) -> None:
    body = {"bank": "工商银行", "number": OLD, "name": "街角店"}
    first, again = (office.post("/merchants/corner/payee", body, key="k-once", role="officer") for _ in range(2))
    assert (first.status_code, first.content) == (again.status_code, again.content)
    assert again.headers["idempotent-replayed"] == "true"


def test_draft_check_and_payment_are_three_permissions_and_three_people(office: Office) -> None:
    payee = allowed(office, account(office))
    drafted(office)
    check, pay = f"/settlements/{SETTLEMENT}/check", f"/settlements/{SETTLEMENT}/pay"
    for path, body, roles in (
        ("/settlements", {"merchant": "corner", "unit": "coupon_cny", "period": JUNE}, ("payer", "approver", "corner")),
        (check, {}, ("officer", "approver", "corner", "auditor")),
        (pay, paying(), ("officer", "approver", "corner", "auditor")),
    ):
        assert {office.refused(path, body, role)["code"] for role in roles} == {"forbidden"}
    office.do(check, role="checker")
    assert office.refused(pay, paying(), "checker")["code"] == "self-approval"
    paid = office.do(pay, paying(payee=payee), "payer")
    assert (paid["amount"], paid["payee"], len(paid["payee_commitment"])) == (PAYABLE, payee, 64)
    assert office.refused(pay, paying(), "payer")["code"] == "not-eligible"
    again = {"merchant": "corner", "unit": "coupon_cny", "period": JUNE}
    assert office.refused("/settlements", again)["code"] == "already-exists"
    statement = office.ask("/merchants/corner/statement", "corner", unit="coupon_cny", period=JULY)
    assert (statement["opening"], statement["paid"], statement["closing"], statement["difference"]) == (
        PAYABLE,
        PAYABLE,
        0,
        0,
    )
    office.holds_together()


def test_an_account_changed_after_the_check_gets_nothing_until_somebody_checks_again(office: Office) -> None:
    allowed(office, account(office))
    drafted(office)
    check, pay = f"/settlements/{SETTLEMENT}/check", f"/settlements/{SETTLEMENT}/pay"
    office.do(check, role="checker")
    changed = allowed(office, account(office, NEW))
    problem = office.refused(pay, paying(), "payer")
    assert (problem["status"], problem["code"], problem["since_on"]) == (409, "payee-changed", "2022-07-01")
    office.do(check, role="checker")
    assert office.do(pay, paying(), "payer")["payee"] == changed
    listed = office.ask("/merchants/corner/payees", "payer")["payees"]
    assert [(item["number"], item["in_force"]) for item in listed] == [("**** 5566", False), ("**** 9999", True)]


def test_an_invoice_over_another_sum_is_refused_and_a_dispute_keeps_it_all_waiting(office: Office) -> None:
    drafted(office)
    office.do(f"/settlements/{SETTLEMENT}/check", role="checker")
    pay = f"/settlements/{SETTLEMENT}/pay"
    problem = office.refused(pay, paying(invoice_amount=10_000), "payer")
    assert (problem["code"], problem["invoiced"], problem["payable"]) == ("invoice-mismatch", 10_000, PAYABLE)
    (line,) = office.ask("/merchants/corner/statement", "corner", unit="coupon_cny", period=JUNE)["lines"]
    contested = {"purchase": line["of"], "reason": "correction"}
    office.do(f"/settlements/{SETTLEMENT}/dispute", contested, "corner")
    assert office.refused(pay, paying(), "payer")["code"] == "not-eligible"
    office.do(f"/settlements/{SETTLEMENT}/resolve", contested, "checker")
    office.do(pay, paying(), "payer")


def test_a_month_without_sales_is_settled_with_nothing_and_what_came_back_waits(office: Office) -> None:
    drafted(office)
    office.do(f"/settlements/{SETTLEMENT}/check", role="checker")
    office.do(f"/settlements/{SETTLEMENT}/pay", paying(), "payer")
    (line,) = office.ask("/merchants/corner/statement", "corner", unit="coupon_cny", period=JUNE)["lines"]
    office.do(f"/purchases/{line['of']}/refunds", {"reason": "returned-goods"}, "corner")
    for number, (period, day, of) in enumerate(
        ((JULY, "2022-08-01", ["coupon-batch:b1"]), (PeriodName("2022-08"), "2022-09-01", []))
    ):
        office.close_books(day, period)
        office.do("/settlements", {"merchant": "corner", "unit": "coupon_cny", "period": period})
        id = f"/settlements/corner.coupon_cny.{period}"
        if of:
            office.do(id + "/lines", {"of": of})
        office.do(id + "/check", role="checker")
        paid = office.do(id + "/pay", {"reference": f"none-{number}"}, "payer")
        assert (paid["amount"], paid["carried"]) == (0, -PAYABLE)
    settlements = office.file("/reports/settlements?format=csv", "payer")
    assert [(row["Period"], row["Payable"], row["Carried in"]) for row in settlements] == [
        ("2022-06", "98.50", "0.00"),
        ("2022-07", "0.00", "0.00"),
        ("2022-08", "0.00", "-98.50"),
    ]


# Papers ----------------------------------------------------------------------------------------------------------


def test_papers_of_the_month_are_files_in_both_languages_and_add_up(office: Office) -> None:
    drafted(office)
    office.do(f"/settlements/{SETTLEMENT}/check", role="checker")
    office.do(f"/settlements/{SETTLEMENT}/pay", paying(), "payer")
    statement = f"/merchants/corner/statement?unit=coupon_cny&period={JUNE}"
    (sold,) = office.file(statement + "&format=csv", "corner")
    assert (sold["Sold"], sold["Fees"], sold["To come"]) == ("100.00", "1.50", "98.50")
    sheet = office.get(statement + "&format=xlsx", role="payer").content
    assert CalamineWorkbook.from_filelike(io.BytesIO(sheet)).get_sheet_by_index(0).to_python()[1][-2] == 98.5
    assert "应付余额" in office.get(statement + "&format=html", role="corner", Accept_Language="zh-CN").text
    vouchers = office.file(f"/reports/vouchers?period={JUNE}&format=csv", "payer")
    units = {row["Unit of value"] for row in vouchers}
    for unit in units:
        sums = [sum(Decimal(row[side] or 0) for row in vouchers if row["Unit of value"] == unit) for side in SIDES]
        assert sums[0] == sums[1] > 0
    benefits = office.file("/reports/benefits?year=2022&format=csv", "payer")
    assert [(row["Coupons"], row["Total"], row["In fen"]) for row in benefits] == [("150.00", "150.00", "15000")] * 2
    alike = "/reports/coupon-patterns?from=2022-06-01&same_minute=1&format=csv"
    assert [row["Likeness"] for row in office.file(alike, "payer")] == ["same-minute"]


SIDES = ("Debit", "Credit")

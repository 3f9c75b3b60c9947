"""Refusals as a shopkeeper reads them: what happened, why, and what to do now."""

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from api.answers.sentences import words_of
from api.pages.words import clock_time, words
from ledger.people.badges import print_form
from ledger.refusals import Refusal
from ledger.values import BadgeNumber


class Notice(NamedTuple):
    """What, why, what to do."""

    code: str
    what: str
    why: str
    todo: str


def _(text: str) -> str:
    """Mark a text for the catalogues; it is translated when it is shown."""
    return text


SENTENCES: Final[dict[str, tuple[str, str, str]]] = {
    "unauthenticated": (
        _("This key is not accepted"),
        _("It is unknown, revoked or expired."),
        _("Type it again, or ask the administrator for a new key."),
    ),
    "forbidden": (
        _("This key may not do that"),
        _("It lacks the permission “{permission}”."),
        _("Sign in with a key that has it, or ask the administrator."),
    ),
    "form-outdated": (
        _("This page is out of date"),
        _("The counter was signed out meanwhile."),
        _("Go back to the start and scan the badge again."),
    ),
    "not-a-badge": (
        _("This is not a badge number"),
        _("A badge number looks like {example}."),
        _("Scan the code again, or type the number printed under it."),
    ),
    "badge-check-digit": (
        _("The badge number has a slip"),
        _("The last character does not fit “{given}”."),
        _("Compare with the card and type it again, with the character after the dot."),
    ),
    "badge-unknown": (
        _("This badge is not known here"),
        _("No card “{id}” was issued on this site."),
        _("Check the number, or send the person to the safety supervisor."),
    ),
    "receipt-unknown": (
        _("No receipt with this number"),
        _("“{id}” is no sale or return of this shop."),
        _("Compare with the slip; the number has eight digits."),
    ),
    "path-unknown": (
        _("There is no such page"),
        _("Nothing is found at “{id}”."),
        _("Go back to the start, or compare the address."),
    ),
    "method-not-allowed": (
        _("This page cannot be opened by its address"),
        _("Only a form of the counter leads there."),
        _("Go back to the start and begin again there."),
    ),
    "ticket-unknown": (
        _("This visit is over"),
        _("The page is from another day or another counter."),
        _("Scan the badge again."),
    ),
    "badge-revoked": (
        _("This badge is no longer valid"),
        _("{badge} was revoked on {since}. The points stay with the person."),
        _("Sell nothing on it. Send the person to the safety supervisor for the new card."),
    ),
    "holder-barred": (
        _("No redeeming for this person"),
        _("Since {since} this person may not redeem."),
        _("Send the person to the safety supervisor."),
    ),
    "holder-merged": (
        _("Two records of one person were joined"),
        _("This record now belongs to another one."),
        _("Scan the badge again."),
    ),
    "account-frozen": (
        _("The account is frozen"),
        _("It has been frozen since {since}."),
        _("Send the person to the project office."),
    ),
    "pin-wrong": (
        _("Wrong PIN"),
        _("Tries left: {tries_left}."),
        _("Let the person type it again."),
    ),
    "pin-locked": (
        _("The PIN is locked"),
        _("It was typed wrong too often. Locked until {until}."),
        _("Come back then, or let a supervisor confirm."),
    ),
    "no-pin": (
        _("This person has no PIN yet"),
        _("A sale needs a PIN or a supervisor."),
        _("Let a supervisor confirm, or set a PIN first."),
    ),
    "confirmation-required": (
        _("The sale is not confirmed"),
        _("The rules of this shop want a PIN or a supervisor."),
        _("Let the person type the PIN."),
    ),
    "empty-cart": (
        _("The cart is empty"),
        _("Nothing was chosen."),
        _("Tap the goods first."),
    ),
    "insufficient-funds": (
        _("Not enough points"),
        _("{required} needed, {available} to spend: {missing} missing."),
        _("Take something out of the cart. Nothing was sold."),
    ),
    "out-of-stock": (
        _("{name}: not enough on the shelf"),
        _("Wanted: {requested}, on the shelf: {available}. Somebody else was faster."),
        _("Take fewer, or choose something else. Nothing was sold."),
    ),
    "limit-exceeded": (
        _("{name}: limit reached"),
        _("Limit per person: {limit}, taken: {used}, still possible: {offered}."),
        _("Take fewer, or choose something else. Nothing was sold."),
    ),
    "sale-closed": (
        _("{name}: not on sale now"),
        _("The item is outside its time of sale."),
        _("Choose something else. Nothing was sold."),
    ),
    "already-reversed": (
        _("This sale was returned before"),
        _("All {original} points have gone back already."),
        _("There is nothing left to do."),
    ),
    "refund-closed": (
        _("Too late to cancel here"),
        _("Only a sale of the same day can be cancelled at the counter."),
        _("Ask the project office for a refund."),
    ),
    "storage-unavailable": (
        _("The ledger does not answer"),
        _("Its database cannot be reached. Nothing was sold."),
        _("Wait a moment and tap again: nothing is sold twice."),
    ),
    "outcome-unknown": (
        _("Not known yet whether it was sold"),
        _("The ledger's answer was lost on the way."),
        _("Tap again: nothing is sold twice. Hand nothing over before the receipt shows."),
    ),
    "deadline-passed": (
        _("It took too long"),
        _("Too many requests were waiting. Nothing was sold."),
        _("Tap again: nothing is sold twice."),
    ),
    "queue-full": (
        _("The ledger is busy"),
        _("Too many requests are waiting. Nothing was sold."),
        _("Wait a moment and tap again."),
    ),
    "too-many-refusals": (
        _("Too many refused tries today"),
        _("This counter has reached its limit for today."),
        _("Ask the administrator."),
    ),
    "clock-untrusted": (
        _("The server's clock is wrong"),
        _("Nothing is recorded until an operator has set it right."),
        _("Call the administrator. Nothing was sold."),
    ),
    "internal-error": (
        _("Something went wrong here"),
        _("A defect of the program, number {incident}. Nothing was recorded."),
        _("Tap again; if it stays, call the administrator with that number."),
    ),
}
"""Code → what, why, what to do."""
ELSEWHERE: Final = _("Ask the administrator, and show this page.")
EXAMPLE: Final = print_form(BadgeNumber("YK-0042"))


def notice(refusal: Refusal, lang: str, zone: str, names: Mapping[str, str] | None = None) -> Notice:
    """A refusal in a language; `names` are those of items."""
    members = _shown(refusal, zone, names or {})
    code = _code(refusal, members)
    if code in SENTENCES:
        return sentence(code, lang, members)
    known = words_of(refusal.code, lang)
    return Notice(refusal.code, known.title, known.detail(refusal.members()), words(lang).gettext(ELSEWHERE))


def sentence(code: str, lang: str, members: Mapping[str, Any] | None = None) -> Notice:
    """The notice of a code."""
    what, why, todo = (words(lang).gettext(text).format_map(members or {}) for text in SENTENCES[code])
    return Notice(code, what, why, todo)


def _code(refusal: Refusal, members: Mapping[str, Any]) -> str:
    """More exact than the refusal's own code where the counter knows what was meant."""
    match refusal.code, members.get("kind") or members.get("reason"):
        case "malformed", _:
            return "not-a-badge"
        case "not-found", ("badge" | "receipt" | "ticket" | "path") as kind:
            return f"{kind}-unknown"
        case "not-eligible", "no-pin":
            return "no-pin"
        case code, _:
            return code


def _shown(refusal: Refusal, zone: str, names: Mapping[str, str]) -> dict[str, Any]:
    members = refusal.members()
    item = str(members.get("item") or str(members.get("rule", "")).removeprefix("item:"))
    shown = {**members, "example": EXAMPLE, "name": names.get(item, item)}
    for name in ("until", "since"):
        if "T" in str(shown.get(name, "")):
            shown[name] = clock_time(shown[name], zone)
    return shown

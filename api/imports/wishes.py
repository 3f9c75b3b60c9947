"""Wishes: what each kind of row asks of the ledger, under the natural cause that makes a second import harmless."""

from collections.abc import Callable
from typing import Any, Final, NamedTuple

import msgspec

from api.imports.outcomes import Item
from api.imports.profiles.behaviours import BehaviourRecord
from api.imports.profiles.gate import GatePass
from api.imports.profiles.goods import ShelfItem
from api.imports.profiles.goods_receipts import GoodsReceipt
from api.imports.profiles.missed_punch import MissedPunch
from api.imports.profiles.opening_balances import OpeningBalance
from api.imports.profiles.talks import TalkSignIn
from api.imports.times import midnight
from api.ledgers import OpenLedger
from ledger.behaviours.commands import RecordBehaviour
from ledger.deciding import Wish
from ledger.journal.ledger import Cause as LedBy
from ledger.refusals import UnknownSchemeTerm
from ledger.requests.entities import Cause
from ledger.room import By, Command
from ledger.scheme.model import Scheme
from ledger.stock.commands import ListItem, ReceiveGoods
from ledger.values import HolderId, Instant, ItemId, UnitCode

CHECK_IN: Final = "check-in"
TALK: Final = "pre-shift-talk"
MISSED_PUNCH: Final = "missed-punch"


class Desk(NamedTuple):
    """Where rows become wishes: the ledger, who hands the file in, and the scheme that speaks its words."""

    opened: OpenLedger
    by: By
    scheme: Scheme

    def wish(
        self, command: Command, cause: str, *, at: Instant | None = None, by: By | None = None, note: str = ""
    ) -> Wish:
        """A command under the cause that a reader has named."""
        type, _, id = cause.partition(":")
        pd = {"note": note} if note else None
        return self.opened.ledger.wish(command, by=by or self.by, cause=LedBy(type=type, id=id), occurred_at=at, pd=pd)

    def known(self, wish: Wish) -> bool:
        """Whether the wish's cause has led to a fact before: then nothing more is written about its row."""
        storage = self.opened.ledger.storage
        return wish.cause is not None and bool(storage.book(((Cause.KIND, wish.cause),)))

    def noted(self, text: str, holder: str) -> tuple[str | None, str]:
        """Free text goes to the vault before the fact that points at it: (the note's id, its commitment)."""
        if not text:
            return None, ""
        note = self.opened.vault.note(text, about=holder)
        return note.id, note.commitment


def pass_in(desk: Desk, item: GatePass) -> tuple[Wish, ...]:
    """The first pass in of a day is a check-in."""
    command = RecordBehaviour(holder=HolderId(item.holder), behaviour=CHECK_IN)
    return (desk.wish(command, item.cause, at=item.passed_at),)


def sign_in(desk: Desk, item: TalkSignIn) -> tuple[Wish, ...]:
    """A signature is an attendance."""
    command = RecordBehaviour(holder=HolderId(item.holder), behaviour=TALK)
    return (desk.wish(command, item.cause, at=item.occurred_at),)


def record(desk: Desk, item: BehaviourRecord) -> tuple[Wish, ...]:
    """The row's recorder is its maker; another person approves."""
    by = By(principal=desk.by.principal, subject=item.recorder)
    command = RecordBehaviour(holder=HolderId(item.holder), behaviour=item.behaviour, target=item.target)
    return _with_note(desk, command, item.cause, item.private.note, at=item.occurred_at, by=by)


def punch(desk: Desk, item: MissedPunch) -> tuple[Wish, ...]:
    """A punch put right has the cause of that day's check-in: the two pay once together."""
    command = RecordBehaviour(holder=HolderId(item.holder), behaviour=MISSED_PUNCH, counts_as=CHECK_IN)
    note = f"{item.private.note} ({item.reason}, {item.approver})"
    return _with_note(desk, command, item.cause, note, at=item.occurred_at)


def takeover(desk: Desk, item: OpeningBalance) -> tuple[Wish, ...]:
    """What somebody brings along, with its source; of nothing there is nothing to record."""
    if item.amount == 0:
        return ()
    command = RecordBehaviour(
        holder=HolderId(item.holder), behaviour=_opening(desk.scheme, item.unit), amount=item.amount
    )
    at = midnight(item.as_of, zone=desk.opened.zone)
    return _with_note(desk, command, item.cause, item.private.note, at=at)


def shelf_item(desk: Desk, item: ShelfItem) -> tuple[Wish, ...]:
    """A new item and its opening stock are one transaction: a crash between them would leave the shelf empty."""
    listing = ListItem(id=ItemId(item.item), name=item.name, price=item.price, unit=shop_unit(desk.scheme))
    wishes = (desk.wish(listing, item.cause),)
    if item.stock == 0:
        return wishes
    stock = ReceiveGoods(item=ItemId(item.item), quantity=item.stock)
    return (*wishes, desk.opened.ledger.wish(stock, by=desk.by))


def delivery(desk: Desk, item: GoodsReceipt) -> tuple[Wish, ...]:
    """Pieces counted in by their delivery note."""
    command = ReceiveGoods(item=ItemId(item.item), quantity=item.quantity, note_code=item.document)
    return (desk.wish(command, item.cause, at=midnight(item.received_on, zone=desk.opened.zone)),)


WISHES: Final[dict[type[Item], Callable[[Desk, Any], tuple[Wish, ...]]]] = {
    GatePass: pass_in,
    TalkSignIn: sign_in,
    BehaviourRecord: record,
    MissedPunch: punch,
    OpeningBalance: takeover,
    ShelfItem: shelf_item,
    GoodsReceipt: delivery,
}
"""Row → the members of one atomic group; none: there is nothing to do."""


def shop_unit(scheme: Scheme) -> UnitCode:
    """The unit in which a shelf without a column for it is priced: the monthly grant's, else the only one."""
    if scheme.initial is not None:
        return UnitCode(scheme.initial.unit)
    if len(scheme.units) != 1:
        raise UnknownSchemeTerm(term="unit", value="")
    return UnitCode(next(iter(scheme.units)))


def _opening(scheme: Scheme, unit: str) -> str:
    for behaviour in scheme.behaviours.values():
        if behaviour.kind == "opening" and behaviour.unit == unit:
            return behaviour.code
    raise UnknownSchemeTerm(term="opening", value=unit)


def _with_note(
    desk: Desk, command: RecordBehaviour, cause: str, text: str, *, at: Instant, by: By | None = None
) -> tuple[Wish, ...]:
    plain = desk.wish(command, cause, at=at, by=by)
    if desk.known(plain):
        # A note is written before its fact: a second import would leave one behind that nothing points at.
        return (plain,)
    id, commitment = desk.noted(text, command.holder)
    return (desk.wish(msgspec.structs.replace(command, evidence=id), cause, at=at, by=by, note=commitment),)

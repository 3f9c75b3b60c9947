"""What a counter shows of one person: the account, the goods, and what is missing for each of them."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final, NamedTuple

from api.auth import Caller
from api.pages.masking import masked
from api.pages.tickets import Ticket
from api.routes.tills import sells_own_goods
from api.site import Served
from ledger.crews.standing import crew_on
from ledger.deciding import Decision
from ledger.journal.ledger import Ledger
from ledger.limits.entities import Counter
from ledger.people.entities import Holder
from ledger.people.standing import living, may_redeem, survivor
from ledger.points.entities import Account, account_key
from ledger.points.granting import account_of, moving
from ledger.redemptions.billing import money_units
from ledger.redemptions.commands import WantedLine
from ledger.redemptions.quoting import Quote, quote
from ledger.redemptions.selling import limit_counters, on_sale, supplied
from ledger.refusals import InsufficientFunds, LimitExceeded, OutOfStock, Refusal, SaleClosed
from ledger.scheme.model import Scheme, Unit
from ledger.stock.entities import Item
from ledger.values import HolderId, ItemId, holder_account

PAGE: Final = 500
"""Goods that one page shows at most."""
Cart = Mapping[ItemId, int]


class Who(NamedTuple):
    """The person at the counter, as far as a shopkeeper needs to know."""

    badge: str
    name: str | None
    """Masked; None when the caller may not know names, or the name is erased."""
    crew: str | None
    has_pin: bool


class Tile(NamedTuple):
    """One item on the shelf. `why` is what stands against one more piece of it."""

    id: ItemId
    name: str
    price: int
    free: int
    """Pieces that can be promised now."""
    quantity: int
    """Pieces in the cart."""
    more: int
    """Pieces that can still be put into the cart."""
    limit: int | None
    per: str
    used: int
    why: Refusal | None


class CartLine(NamedTuple):
    """One line of the cart, with the refusal that stands against it, as code and numbers."""

    id: ItemId
    name: str
    price: int
    quantity: int
    amount: int
    reason: str | None
    numbers: Mapping[str, object]


class Shelf(NamedTuple):
    """Everything that the page of one visit shows."""

    who: Who
    unit: Unit
    base: int
    """What of the balance stays: the threshold of the spendable policy, or 0."""
    balance: int
    spendable: int
    held: int
    available: int
    debt: int
    tiles: Sequence[Tile]
    lines: Sequence[CartLine]
    amount: int
    pieces: int
    missing: int
    possible: bool
    barrier: Refusal | None
    """What stands against anything that this person would take."""

    @property
    def after(self) -> int:
        """What can be spent after the sale."""
        return max(0, self.available - self.amount)

    @property
    def names(self) -> dict[str, str]:
        """What items are called."""
        return {tile.id: tile.name for tile in self.tiles}


def shelf(served: Served, caller: Caller, ticket: Ticket, cart: Cart) -> Shelf:
    """The page of one visit as things stand now. Blocking. Raises NotFound."""
    ledger = served.ledger
    view = ledger.view()
    holder = survivor(view, ticket.holder)
    scheme = view.scheme(view.today)
    listed = for_points(goods(ledger), scheme, caller)
    unit = scheme.unit(listed[0][1].unit) if listed else next(iter(scheme.units.values()))
    account = settled(ledger, view, holder, unit)
    quoted = _quoted(view, holder, cart, caller)
    rest = account.available(unit) - (quoted.amount if quoted else 0)
    by_id = dict(listed)
    return Shelf(
        who=_who(served, view, ticket, holder, names=caller.may("vault")),
        unit=unit,
        base=unit.spendable.base if unit.spendable.policy == "threshold" else 0,
        balance=account.balance,
        spendable=account.spendable(unit),
        held=account.held,
        available=account.available(unit),
        debt=account.debt,
        tiles=[_tile(view, id, item, holder, cart.get(id, 0), rest) for id, item in listed if item.unit == unit.code],
        lines=_lines(quoted, by_id),
        amount=quoted.amount if quoted else 0,
        pieces=sum(cart.values()),
        missing=quoted.missing if quoted else 0,
        possible=quoted is not None and quoted.possible,
        barrier=_barrier(view, holder, account),
    )


def goods(ledger: Ledger) -> Iterable[tuple[ItemId, Item]]:
    """The price list, by id."""
    for row in ledger.storage.book_scan(Item.KIND, "", PAGE):
        entity = ledger.book.codec.decode(row).entity
        if isinstance(entity, Item):
            yield ItemId(row.id), entity


def for_points(goods: Iterable[tuple[ItemId, Item]], scheme: Scheme, caller: Caller) -> list[tuple[ItemId, Item]]:
    """What this counter sells: nothing of money, which tills sell that ask for coupons and cash; a merchant its own."""
    money, merchant, own = money_units(scheme), caller.principal.merchant, sells_own_goods(caller)
    whose = {merchant} if own else {merchant, None}
    return [
        (id, item)
        for id, item in goods
        if item.delisted_at is None and item.unit not in money and (merchant is None or item.merchant in whose)
    ]


def settled(ledger: Ledger, view: Decision, holder: HolderId, unit: Unit) -> Account:
    """The holder's account on a view on which time has acted: what has lapsed cannot be spent."""
    key = account_key(holder_account(holder), unit.code)
    account = view.get(Account, key)
    due = ledger.registry.dues.get(Account.KIND)
    due_at = account.due_at(ledger.zone) if account is not None else None
    if account is not None and due is not None and due_at is not None and due_at <= view.recorded_at:
        view.lapse(due, account)
    return account_of(view, holder_account(holder), unit)


def _quoted(view: Decision, holder: HolderId, cart: Cart, caller: Caller) -> Quote | None:
    lines = tuple(WantedLine(id, quantity) for id, quantity in cart.items())
    merchant, own = caller.principal.merchant, sells_own_goods(caller)
    return quote(lines, holder, view, view, merchant=merchant, own=own) if lines else None


def _who(served: Served, view: Decision, ticket: Ticket, holder: HolderId, *, names: bool) -> Who:
    data = served.vault.person(holder) if names else None
    name = masked(data.name) if data is not None and data.name else None
    return Who(ticket.badge, name, crew_on(view, view.the(Holder, holder), view.today), served.vault.has_pin(holder))


def _barrier(view: Decision, holder: HolderId, account: Account) -> Refusal | None:
    try:
        may_redeem(living(view, holder), view.today)
        moving(account)
    except Refusal as refusal:
        return refusal
    return None


def _lines(quoted: Quote | None, items: Mapping[ItemId, Item]) -> list[CartLine]:
    if quoted is None:
        return []
    return [
        CartLine(
            id=line.item,
            name=items[line.item].name if line.item in items else line.item,
            price=line.price or 0,
            quantity=line.quantity,
            amount=line.amount,
            reason=line.reason,
            numbers=line.numbers,
        )
        for line in quoted.lines
    ]


def _tile(view: Decision, id: ItemId, item: Item, holder: HolderId, quantity: int, rest: int) -> Tile:
    price, free = item.price(view.recorded_at), item.free(view.recorded_at)
    used = _used(view, id, item, holder)
    allowed = item.limit.quantity - used if item.limit else free
    more = max(0, min(free - quantity, allowed - quantity, rest // price if price else free))
    why = _against(view, id, item, quantity, used, rest, price)
    return Tile(
        id=id,
        name=item.name,
        price=price,
        free=free,
        quantity=quantity,
        more=0 if why else more,
        limit=item.limit.quantity if item.limit else None,
        per=item.limit.per if item.limit else "",
        used=used,
        why=why,
    )


def _used(view: Decision, id: ItemId, item: Item, holder: HolderId) -> int:
    if item.limit is None:
        return 0
    counters = limit_counters(view, id, item.limit, holder, view.today)
    return sum(counter.used for name in counters if (counter := view.get(Counter, name)) is not None)


def _against(view: Decision, id: ItemId, item: Item, quantity: int, used: int, rest: int, price: int) -> Refusal | None:
    """What stands against one more piece, in the order in which a sale would be refused."""
    try:
        on_sale(id, item, view.recorded_at)
        supplied(id, item, view, view)
    except SaleClosed as closed:
        return closed
    free = item.free(view.recorded_at)
    if free == 0:
        # Said before limits: nobody waits for points or a new month when the shelf is empty.
        return OutOfStock(item=id, requested=1, available=0)
    limit = item.limit
    if limit is not None and used + quantity >= limit.quantity:
        left = max(0, limit.quantity - used)
        return LimitExceeded(rule="item:" + id, limit=limit.quantity, used=used, offered=left, period=limit.per)
    if price > rest:
        return InsufficientFunds(required=price, available=max(0, rest), missing=price - rest)
    if quantity >= free:
        return OutOfStock(item=id, requested=quantity + 1, available=free)
    return None

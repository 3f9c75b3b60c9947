"""The alternative: a plain eventsourcing application, aggregates cached, one save a command, on the same disk."""

from pathlib import Path
from uuid import NAMESPACE_URL, UUID, uuid5

from eventsourcing.application import Application
from eventsourcing.domain import Aggregate, event


class Account(Aggregate):
    """A holder's points, no lots, no limits, no keys."""

    @event("Opened")
    def __init__(self, name: str, points: int) -> None:
        """An account with points."""
        self.name, self.points = name, points

    @staticmethod
    def create_id(name: str, points: int) -> UUID:
        """One account a name."""
        del points
        return uuid5(NAMESPACE_URL, "account/" + name)

    @event("Redeemed")
    def redeem(self, amount: int, item: str, key: str) -> None:
        """Take the price, or refuse."""
        if amount > self.points:
            raise ValueError("insufficient funds")
        self.points -= amount
        self.last = (item, key)


class Item(Aggregate):
    """Stock of one item."""

    @event("Listed")
    def __init__(self, name: str, stock: int) -> None:
        """An item with stock."""
        self.name, self.stock = name, stock

    @staticmethod
    def create_id(name: str, stock: int) -> UUID:
        """One item a name."""
        del stock
        return uuid5(NAMESPACE_URL, "item/" + name)

    @event("Sold")
    def sell(self, quantity: int) -> None:
        """Take a piece, or refuse."""
        if quantity > self.stock:
            raise ValueError("out of stock")
        self.stock -= quantity


class PlainShop(Application[UUID]):
    """Sells one piece: two aggregates, one save."""

    def sell(self, holder: str, item: str, key: str) -> None:
        """Points and stock in one transaction of the library's recorder."""
        account: Account = self.repository.get(Account.create_id(holder, 0))
        shelf: Item = self.repository.get(Item.create_id(item, 0))
        account.redeem(1, item, key)
        shelf.sell(1)
        self.save(account, shelf)


def plain_shop(directory: Path, url: str | None, *, holders: int, items: int) -> PlainShop:
    """The application with its accounts and items, all in the cache."""
    shop = PlainShop(env=_environment(directory, url) | {"AGGREGATE_CACHE_MAXSIZE": "100000"})
    shop.save(*(Account(f"holder-{holder}", 10**9) for holder in range(holders)))
    shop.save(*(Item(f"item-{item}", 10**9) for item in range(items)))
    return shop


def _environment(directory: Path, url: str | None) -> dict[str, str]:
    if url is None:
        return {"PERSISTENCE_MODULE": "eventsourcing.sqlite", "SQLITE_DBNAME": str(directory / "plain.db")}
    from sqlalchemy.engine import make_url

    parts = make_url(url)
    host = parts.query.get("host") or parts.host or ""
    return {
        "PERSISTENCE_MODULE": "eventsourcing.postgres",
        "POSTGRES_DBNAME": parts.database or "",
        "POSTGRES_HOST": str(host),
        "POSTGRES_PORT": str(parts.port or 5432),
        "POSTGRES_USER": parts.username or "",
        "POSTGRES_PASSWORD": parts.password or "unused",
    }

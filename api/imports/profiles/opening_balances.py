"""Opening balances 期初余额: what people bring along from paper cards and spreadsheets."""

from api.imports import causes, cells
from api.imports.headings import Heading
from api.imports.outcomes import Item, Private, Skipped
from api.imports.profile import Bad, Judge, Profile, Terms, amount_of, cell, day_of, holder_of, skipped
from api.imports.profiles.columns import BADGE, NAME
from api.imports.sheets import Row
from ledger.values import Day


class OpeningBalance(Item, frozen=True, kw_only=True):
    """A person's amount in a unit at the end of a day; `private.note` says where it stood (card, book, sheet)."""

    badge: str
    holder: str
    unit: str
    amount: int
    as_of: Day
    private: Private

    @property
    def cause(self) -> str:
        """Holder and unit: taken over once."""
        return causes.opening_balance(self.holder, self.unit)


def judge(terms: Terms) -> Judge:
    """Read balances. Order of checks: badge, unit, amount, day, source, repeats.

    `terms.units[""]` is the unit of files that name none. The same person and unit again is `balance-twice`
    unless everything is equal: adding the two up could pay a paper card twice.
    """
    labels = {cells.label(label).casefold(): code for label, code in terms.units.items()}
    seen: dict[str, tuple[int, Day]] = {}

    def balance(row: Row) -> OpeningBalance | Skipped:
        read = _balance(row, terms, labels)
        said = (read.amount, read.as_of)
        if read.cause not in seen:
            seen[read.cause] = said
            return read
        if seen[read.cause] == said:
            return skipped(row, "duplicate")
        raise Bad("amount", "balance-twice", cell(row, "amount"))

    return balance


def _balance(row: Row, terms: Terms, labels: dict[str, str]) -> OpeningBalance:
    badge, holder = holder_of(row, terms)
    unit = labels.get(cells.label(cell(row, "unit")).casefold())
    if unit is None:
        raise Bad("unit", "unknown-unit", cell(row, "unit"))
    amount = amount_of(row, "amount")
    as_of = day_of(row, "as_of", terms)
    source = cells.name(cell(row, "source"))
    if not source:
        raise Bad("source", "missing-source")
    return OpeningBalance(
        row=row.number, badge=badge, holder=holder, unit=unit, amount=amount, as_of=as_of, private=Private(note=source)
    )


PROFILE = Profile(
    "opening-balances",
    (
        BADGE,
        NAME,
        Heading("unit", ("积分种类", "单位", "币种", "unit"), required=False),
        Heading("amount", ("期初积分", "期初余额", "积分", "余额", "结余", "points", "amount", "balance")),
        Heading("source", ("来源", "依据", "出处", "source")),
        Heading("as_of", ("截止日期", "截至日期", "日期", "as of", "date")),
    ),
    judge,
)

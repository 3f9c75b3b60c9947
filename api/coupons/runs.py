"""Issuing one batch or many, with codes that are on the disk before the first coupon is issued."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from api.coupons import codefile
from api.coupons.books import Progress, Real, scanned, silent
from api.coupons.issuing import Issued, issue, the, waiting_lines
from api.coupons.loading import OFFICER
from api.coupons.units import names_of, scale_of
from api.ledgers import OpenLedger
from ledger.coupons.entities import Batch
from ledger.refusals import NotFound
from ledger.room import By


def batches_named(opened: OpenLedger, names: Iterable[str]) -> list[str]:
    """The batches of these ids; `autumn-*` means all whose ids begin so. Raises NotFound."""
    found: dict[str, None] = {}
    for name in names:
        if name.endswith("*"):
            ids = [id for id, _ in scanned(opened.ledger, Batch, name[:-1])]
        else:
            ids = [the(Real(opened.ledger), name).id]
        if not ids:
            raise NotFound(kind="coupon-batch", id=name)
        found |= dict.fromkeys(ids)
    return list(found)


def issue_all(
    opened: OpenLedger,
    batches: Sequence[str],
    *,
    by: By = OFFICER,
    codes: Path | None = None,
    progress: Progress = silent,
) -> list[Issued]:
    """Issue these batches one after the other; run again after a kill it goes on, after its end it issues nothing.

    With `codes` each coupon gets a code, and that file is the only place where it can be read. Raises Malformed for a
    file of that name with something else in it.
    """
    books = Real(opened.ledger)
    made = {} if codes is None else written_codes(opened, batches, codes)
    of = sum(map(len, made.values()))
    issued: list[Issued] = []
    for batch in batches:
        done = sum(one.lines for one in issued)
        issued.append(
            issue(books, batch, by=by, codes=_macs(opened, made.get(batch, {})), progress=_on(progress, done, of))
        )
    if codes is not None and (refused := {(one.batch, line.holder) for one in issued for line in one.refused}):
        codefile.without(codes, refused)
    return issued


def _macs(opened: OpenLedger, codes: codefile.Codes) -> codefile.Codes:
    """What stands for codes in the ledger."""
    mac = opened.vault.secret.mac
    return {holder: tuple(mac("coupon-code", code) for code in each) for holder, each in codes.items()}


def _on(progress: Progress, before: int, of: int) -> Progress:
    return lambda done, lines: progress(before + done, max(of, before + lines))


def written_codes(opened: OpenLedger, batches: Iterable[str], path: Path) -> dict[str, codefile.Codes]:
    """Codes for the lines that wait, by batch; what stood in the file stays, and is used for its lines."""
    before = codefile.read(path)
    made: dict[str, codefile.Codes] = {}
    rows: list[codefile.Printed] = []
    for id in batches:
        batch = the(Real(opened.ledger), id)
        lines, _ = waiting_lines(Real(opened.ledger), id)
        made[id] = codefile.made_for(lines, codefile.known_codes(before, id))
        rows += codefile.rows_of(
            batch,
            lines,
            made[id],
            names=names_of(opened, (line.holder for line in lines)),
            scale=scale_of(opened, batch),
        )
    if rows:
        fresh = {(row.batch, row.holder) for row in rows}
        kept = (row for row in before if (row.batch, row.holder) not in fresh)
        codefile.write(path, sorted([*kept, *rows], key=codefile.place))
    return made

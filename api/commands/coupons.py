"""`jifen coupons draft/try/issue/unused/print` and `jifen codes check`."""

import re
from collections.abc import Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Annotated, Final

import msgspec
from cyclopts import Parameter

from api.commands import couponed
from api.commands.bars import bar
from api.commands.context import LedgerName, chosen, here, reading, writing
from api.commands.following import followed
from api.commands.saying import Line, Pairs, Said, Words
from api.coupons import codefile
from api.coupons.books import Real, Rehearsal
from api.coupons.drafting import Faces
from api.coupons.issuing import Issued, rehearse, the
from api.coupons.loading import Sheet, load
from api.coupons.runs import batches_named, issue_all
from api.coupons.units import names_of, scale_of
from api.imports import ImportReport, report_path
from api.imports.cells import UnreadableCell
from api.imports.profiles.coupon_list import money
from api.ledgers import OpenLedger
from api.printing.coupons import Label, coupon_pdf, coupon_sheets
from ledger.codes import parse_code, print_form
from ledger.coupons.commands import DraftBatch
from ledger.funds.entities import Share
from ledger.refusals import Malformed
from ledger.values import Day
from projections import coupon_lists

LINES_ROUTE = "POST /v1/ledgers/{ledger}/coupon-batches/{batch}/lines"
ISSUE_ROUTE = "POST /v1/ledgers/{ledger}/coupon-batches/{batch}/issue"
PAGE = 1_000
_WEIGHT: Final = re.compile(r"[0-9]{1,7}")

Occasion = Annotated[str, Parameter(help="事由,方案中的代码,如 mid-autumn / A reason of the scheme")]
Money = Annotated[str | None, Parameter(help="金额(元),如 11560000.00 / In yuan, as 11560000.00")]
On = Annotated[str | None, Parameter(help="日期,如 2022-08-31 / A day")]


def draft(  # noqa: PLR0913 - a batch has so many terms; all but three may be left out
    file: Annotated[Path, Parameter(help="发券名单,Excel 或 CSV / A list of members, Excel or CSV")],
    *,
    batch: Annotated[str, Parameter(help="批次号;加 --each-unit 时为前缀 / The batch's id, or its beginning")],
    kind: Annotated[str, Parameter(help="券种,方案中的代码 / A kind of coupon of the scheme")],
    occasion: Occasion,
    fund: Annotated[str | None, Parameter(help="从哪个资金发 / The fund that pays")] = None,
    share: Annotated[
        tuple[str, ...],
        Parameter(help="代替 --fund:资金=份额,可多次给出 / Instead: FUND=WEIGHT; repeat for several funds"),
    ] = (),
    source: Annotated[str | None, Parameter(help="经费来源(不经资金时)/ Whose money, without a fund")] = None,
    of: Annotated[str | None, Parameter(help="只为这个单位 / For the members of one unit")] = None,
    each_unit: Annotated[bool, Parameter(help="每个单位一个批次 / One batch a unit")] = False,
    members_on: Annotated[str | None, Parameter(help="会员基准日,默认今天 / Members of this day; today")] = None,
    occasion_on: Annotated[str | None, Parameter(help="节日当天,上限按此日 / Its day, for caps")] = None,
    valid_from_on: On = None,
    expires_on: On = None,
    total: Money = None,
    face: Money = None,
    column: Annotated[str | None, Parameter(help="金额所在的列 / The heading of the amounts")] = None,
    submit: Annotated[bool, Parameter(help="随即送审 / Hand in for approval at once")] = False,
    again: Annotated[bool, Parameter(help="同一文件再发一个批次 / Load a file into another batch")] = False,
    dry_run: Annotated[bool, Parameter(help="只试算,不写 / Try everything, write nothing")] = False,
    sheet: Annotated[str | None, Parameter(help="工作表名 / Which sheet")] = None,
    report: Annotated[Path | None, Parameter(help="报告目录,默认在文件旁 / Where the report goes")] = None,
    ledger: LedgerName = None,
) -> Said:
    """按名单起草批次,再导一次不会多发;--dry-run 试算上限、重复、离职和资金 / Draft batches from a list."""
    shares = tuple(map(_share, share))
    terms = DraftBatch(id=batch, kind=kind, occasion=occasion, fund=fund, source=source, of=of, shares=shares)
    terms = _dated(
        terms, members_on=members_on, occasion_on=occasion_on, valid_from_on=valid_from_on, expires_on=expires_on
    )
    with _opening(ledger, batch, dry_run=dry_run) as opened, bar(Words("名单", "List")) as progress:
        scale = _scale(opened, kind)
        faces = Faces(_amount("total", total, scale), _amount("face", face, scale))
        found = load(
            opened,
            Sheet(file, column, sheet),
            terms,
            faces,
            each_unit=each_unit,
            submit=submit,
            again=again,
            dry_run=dry_run,
            progress=progress,
        )
        _reported(found.report, file, report)
        return couponed.loaded(opened, found, scale)


def try_(
    *batches: Annotated[
        str, Parameter(help="批次号,'autumn-*' 表示以此开头的全部 / Batches, or the beginning of many")
    ],
    ledger: LedgerName = None,
) -> Said:
    """试算批次:上限、离职、资金,什么也不写 / Try to issue batches; nothing is written."""
    with reading(ledger) as opened, bar(Words("试算", "Trying")) as progress:
        trial = rehearse(Rehearsal(opened.ledger), _named(opened, batches), progress=progress)
        data, parts = couponed.trial(opened, trial, _scale_of(opened, trial.issued))
    return Said(data, parts, code=int(not trial.fine))


def issue(
    *batches: Annotated[str, Parameter(help="已批准的批次,'autumn-*' 表示以此开头的全部 / Approved batches")],
    codes: Annotated[Path | None, Parameter(help="券码写入此 CSV,供印制 / A CSV of codes for printing")] = None,
    ledger: LedgerName = None,
) -> Said:
    """发放批次,中断后再运行即可接着发 / Issue batches; after a break, run it again."""
    route = ISSUE_ROUTE.replace("{batch}", batches[0] if batches else "…")
    with writing(ledger, route) as opened, bar(Words("发放", "Issuing")) as progress:
        issued = issue_all(opened, _named(opened, batches), codes=codes, progress=progress)
        return couponed.issued(opened, issued, _scale_of(opened, issued), codes)


def unused(
    *,
    unit: Annotated[str | None, Parameter(help="只看这个单位 / Of one unit's batches")] = None,
    batch: Annotated[str | None, Parameter(help="只看这个批次 / Of one batch")] = None,
    until_on: Annotated[str | None, Parameter(help="在这一天或之前到期 / Expiring by this day")] = None,
    each: Annotated[bool, Parameter(help="逐张列出 / One line a coupon")] = False,
    ledger: LedgerName = None,
) -> Said:
    """未用的券:各单位合计,或逐张 / What is not spent yet, by unit or coupon by coupon."""
    wanted = coupon_lists.Wanted(batch=batch, of=unit)
    until = _day(until_on)
    with reading(ledger) as opened, followed(opened, here().settings, caught_up=True) as projector:
        today = opened.ledger.view().today
        with projector.store.reading() as shown:
            totals = coupon_lists.unused_by_unit(shown, today, until, wanted=wanted)
            coupons: list[coupon_lists.Unused] = []
            after = None
            while each and (page := coupon_lists.unused(shown, today, until, wanted=wanted, after=after, limit=PAGE)):
                coupons += page
                after = page[-1].place
        names = names_of(opened, (coupon.holder for coupon in coupons))
        scales = {total.unit: opened.ledger.view().scheme(today).unit(total.unit).scale for total in totals}
    return couponed.unused(totals, coupons, names, scales)


def print_(
    codes: Annotated[Path, Parameter(help="issue --codes 写出的文件 / The file that issue --codes wrote")],
    *,
    to: Annotated[
        Path | None, Parameter(name=("--to", "-o"), help="PDF 文件,或放 SVG 的目录 / PDF, or a folder")
    ] = None,
) -> Said:
    """把券码排成 A4 页(每页 24 张,带二维码),PDF 或 SVG / A4 sheets of 24 coupons with QR codes, PDF or SVG."""
    if not codes.exists():
        raise Malformed(errors=[f"codes: {codes}: no such file / 没有这个文件"])
    labels = [
        Label(row.face, row.code, row.expires_on, f"{row.unit} {row.member}".strip()) for row in codefile.read(codes)
    ]
    place = to or codes.with_suffix(".pdf")
    if place.suffix.lower() == ".pdf":
        codefile.keep(place, coupon_pdf(labels))
        pages = [place]
    else:
        place.mkdir(parents=True, exist_ok=True)
        pages = [place / f"{codes.stem}-{number:04}.svg" for number, _ in enumerate(range(0, len(labels), 24), 1)]
        for page, drawn in zip(pages, coupon_sheets(labels), strict=True):
            codefile.keep(page, drawn.encode())
    pairs = ((Words("券数", "Coupons"), len(labels)), (Words("文件", "Files"), ", ".join(map(str, pages[:3]))))
    return Said({"coupons": len(labels), "files": [str(page) for page in pages]}, (Pairs(pairs),))


def check(
    code: Annotated[str, Parameter(help="键入的券码 / A code as typed")],
) -> Said:
    """离线核对券码有没有打错,不连账本 / Whether a code was mistyped; asks no ledger."""
    kept = print_form(parse_code(code))
    words = Words("券码没有打错;是否有效由账本决定。", "No slip of the finger; whether it is valid, the ledger says.")
    return Said({"code": kept}, (Pairs(((Words("券码", "Code"), kept),)), Line(words)))


# Inside ---------------------------------------------------------------------------------------------------------------


def _scale(opened: OpenLedger, kind: str) -> int:
    view = opened.ledger.view()
    scheme = view.scheme(view.today)
    return scheme.unit(scheme.coupon(kind).unit).scale


def _opening(ledger: str | None, batch: str, *, dry_run: bool) -> AbstractContextManager[OpenLedger]:
    """A dry run works beside a server."""
    name = chosen(ledger)
    return reading(name) if dry_run else writing(name, LINES_ROUTE.replace("{batch}", batch))


def _day(said: str | None) -> Day | None:
    return Day(said) if said else None


def _share(said: str) -> Share:
    """`gifts=1` with `works=2` is a third and two thirds."""
    fund, _, weight = said.rpartition("=")
    if not fund or not _WEIGHT.fullmatch(weight):
        raise Malformed(errors=["share: FUND=WEIGHT, such as gifts=1 / 资金=份额,如 gifts=1"])
    return Share(fund, int(weight))


def _dated(terms: DraftBatch, **said: str | None) -> DraftBatch:
    """With each day as it was named; what was not named is left to the ledger."""
    return msgspec.structs.replace(terms, **{name: _day(day) for name, day in said.items()})


def _reported(report: ImportReport, file: Path, folder: Path | None) -> None:
    place = report_path(file) if folder is None else folder / report_path(file).name
    place.parent.mkdir(parents=True, exist_ok=True)
    report.write_csv(place, language=here().voice.lang)


def _amount(name: str, said: str | None, scale: int) -> int | None:
    try:
        return None if said is None else money(said, scale)
    except UnreadableCell:
        raise Malformed(errors=[f"{name}: an amount such as 385.33 / 金额如 385.33"]) from None


def _named(opened: OpenLedger, names: tuple[str, ...]) -> list[str]:
    if not names:
        raise Malformed(errors=["batches: name at least one / 请给出批次"])
    return batches_named(opened, names)


def _scale_of(opened: OpenLedger, issued: Sequence[Issued]) -> int:
    return scale_of(opened, the(Real(opened.ledger), issued[0].batch)) if issued else 0

"""`jifen coupons draft/try/issue/unused/print` and `jifen codes check`."""

from pathlib import Path
from typing import Annotated, Any

from cyclopts import Parameter

from api.commands import imports
from api.commands.bars import bar
from api.commands.context import LedgerName, chosen, here, reading, writing
from api.commands.following import followed
from api.commands.saying import Grid, Line, Pairs, Said, Words
from api.coupons import codefile
from api.coupons.books import Real, Rehearsal
from api.coupons.drafting import Faces
from api.coupons.issuing import Issued, Trial, rehearse, the, waiting_lines
from api.coupons.issuing import issue as issue_lines
from api.coupons.loading import OFFICER, Loaded, Sheet, load
from api.coupons.units import names_of, scale_of, written
from api.imports import report_path
from api.imports.cells import UnreadableCell
from api.imports.profiles.coupon_list import money
from api.ledgers import OpenLedger
from api.printing.coupons import Label, coupon_pdf, coupon_sheets
from ledger.codes import parse_code, print_form
from ledger.coupons.commands import DraftBatch
from ledger.coupons.entities import Batch
from ledger.refusals import Malformed
from ledger.values import Day
from projections import coupon_lists

LINES_ROUTE = "POST /v1/ledgers/{ledger}/coupon-batches/{batch}/lines"
ISSUE_ROUTE = "POST /v1/ledgers/{ledger}/coupon-batches/{batch}/issue"
PAGE = 1_000
MOST_SHOWN = 20

Occasion = Annotated[str, Parameter(help="事由,方案中的代码,如 mid-autumn / A reason of the scheme")]
Money = Annotated[str | None, Parameter(help="金额(元),如 11560000.00 / In yuan, as 11560000.00")]
On = Annotated[str | None, Parameter(help="日期,如 2022-08-31 / A day")]
UNITS = (Words("单位", "Unit"), Words("人数", "Members"), Words("金额", "Amount"))
REFUSED = (
    Words("单位", "Unit"),
    Words("会员", "Member"),
    Words("金额", "Amount"),
    Words("原因", "Why"),
    Words("上限", "Cap"),
    Words("已用", "Used"),
    Words("还可发", "Still possible"),
)
BUDGETS = (
    Words("资金", "Fund"),
    Words("需要", "Needed"),
    Words("可用", "Free"),
    Words("缺口", "Short by"),
)
LEFT = (Words("单位", "Unit"), Words("券数", "Coupons"), Words("未用金额", "Left"))
EACH = (
    Words("单位", "Unit"),
    Words("会员", "Member"),
    Words("批次", "Batch"),
    Words("未用金额", "Left"),
    Words("有效期至", "Expires on"),
    Words("券", "Coupon"),
)


def draft(  # noqa: PLR0913 - a batch has so many terms; all but three may be left out
    file: Annotated[Path, Parameter(help="发券名单,Excel 或 CSV / A list of members, Excel or CSV")],
    *,
    batch: Annotated[str, Parameter(help="批次号;加 --each-unit 时为前缀 / The batch's id, or its beginning")],
    kind: Annotated[str, Parameter(help="券种,方案中的代码 / A kind of coupon of the scheme")],
    occasion: Occasion,
    fund: Annotated[str | None, Parameter(help="从哪个资金发 / The fund that pays")] = None,
    source: Annotated[str | None, Parameter(help="经费来源(不经资金时)/ Whose money, without a fund")] = None,
    of: Annotated[str | None, Parameter(help="只为这个单位 / For the members of one unit")] = None,
    each_unit: Annotated[bool, Parameter(help="每个单位一个批次 / One batch a unit")] = False,
    members_on: Annotated[str | None, Parameter(help="会员基准日,默认今天 / Members of this day; today")] = None,
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
    terms = DraftBatch(
        id=batch,
        kind=kind,
        occasion=occasion,
        fund=fund,
        source=source,
        of=of,
        members_on=Day(members_on) if members_on else None,
        valid_from_on=Day(valid_from_on) if valid_from_on else None,
        expires_on=Day(expires_on) if expires_on else None,
    )
    name = chosen(ledger)
    opening = reading(name) if dry_run else writing(name, LINES_ROUTE.replace("{batch}", batch))
    with opening as opened, bar(Words(f"名单 {file.name}", f"List {file.name}")) as progress:
        scale = _scale(opened, kind)
        faces = Faces(_amount("total", total, scale), _amount("face", face, scale))
        loaded = load(
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
        place = report_path(file) if report is None else report / report_path(file).name
        place.parent.mkdir(parents=True, exist_ok=True)
        loaded.report.write_csv(place, language=here().voice.lang)
        return _loaded(opened, loaded, scale)


def try_(
    batch: Annotated[str, Parameter(help="批次号 / The batch")],
    *,
    ledger: LedgerName = None,
) -> Said:
    """试算一个批次:上限、离职、资金,什么也不写 / Try to issue a batch; nothing is written."""
    with reading(ledger) as opened, bar(Words(f"试算 {batch}", f"Trying {batch}")) as progress:
        scale = scale_of(opened, the(Real(opened.ledger), batch))
        trial = rehearse(Rehearsal(opened.ledger), [batch], progress=progress)
        data, parts = _trial(opened, trial, scale)
    return Said(data, parts, code=int(not trial.fine))


def issue(
    batch: Annotated[str, Parameter(help="已批准的批次 / An approved batch")],
    *,
    codes: Annotated[Path | None, Parameter(help="券码写入此 CSV,供印制 / A CSV of codes for printing")] = None,
    ledger: LedgerName = None,
) -> Said:
    """发放批次,中断后再运行即可接着发 / Issue a batch; after a break, run it again."""
    route = ISSUE_ROUTE.replace("{batch}", batch)
    with writing(ledger, route) as opened, bar(Words(f"发放 {batch}", f"Issuing {batch}")) as progress:
        books = Real(opened.ledger)
        found = the(books, batch)
        made = _written(opened, found, codes) if codes else {}
        macs = {holder: tuple(_mac(opened, code) for code in of) for holder, of in made.items()}
        issued = issue_lines(books, batch, by=OFFICER, codes=macs, progress=progress)
        if codes and issued.refused:
            codefile.without(codes, {line.holder for line in issued.refused})
        return _issued(opened, issued, scale_of(opened, found), codes)


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
    until = Day(until_on) if until_on else None
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
    rows = [(total.of or "–", total.coupons, written(total.left, scales[total.unit])) for total in totals]
    lines = [
        (
            *names.get(item.holder, ("", "")),
            item.batch,
            written(item.left, scales[item.unit]),
            item.expires_on,
            item.coupon,
        )
        for item in coupons
    ]
    data = {
        "units": [total._asdict() for total in totals],
        "coupons": [item._asdict() for item in coupons],
    }
    return Said(data, [Grid(LEFT, rows), *([Grid(EACH, sorted(lines))] if each else [])])


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


# Inside ------------------------------------------------------------------------------------------------------------


def _scale(opened: OpenLedger, kind: str) -> int:
    view = opened.ledger.view()
    scheme = view.scheme(view.today)
    return scheme.unit(scheme.coupon(kind).unit).scale


def _amount(name: str, said: str | None, scale: int) -> int | None:
    try:
        return None if said is None else money(said, scale)
    except UnreadableCell:
        raise Malformed(errors=[f"{name}: an amount such as 385.33 / 金额如 385.33"]) from None


def _mac(opened: OpenLedger, code: str) -> str:
    return opened.vault.secret.mac("coupon-code", code)


def _written(opened: OpenLedger, batch: Batch, path: Path) -> codefile.Codes:
    """Codes for the lines that wait, on the disk before any of them is issued; what stood in the file stays."""
    lines, _ = waiting_lines(Real(opened.ledger), batch.id)
    if not lines:
        return {}
    before = codefile.read(path)
    made = codefile.made_for(lines, codefile.known_codes(before, batch.id))
    scale = scale_of(opened, batch)
    rows = codefile.rows_of(
        batch.id,
        lines,
        made,
        names=names_of(opened, (line.holder for line in lines)),
        face=lambda amount: written(amount, scale),
        expires_on=batch.expires_on,
    )
    waiting = {line.holder for line in lines}
    codefile.write(path, sorted([*(row for row in before if row.holder not in waiting), *rows], key=codefile.place))
    return made


def _loaded(opened: OpenLedger, loaded: Loaded, scale: int) -> Said:
    units = [(unit, members, written(amount, scale)) for unit, (members, amount) in loaded.units.items()]
    pairs: list[tuple[Words, Any]] = [
        (Words("批次", "Batches"), len(loaded.batches)),
        (Words("人数", "Members"), sum(members for members, _ in loaded.units.values())),
        (Words("金额", "Amount"), written(loaded.total, scale)),
    ]
    data: dict[str, Any] = {
        **imports.summary(loaded.report),
        "batches": [one._asdict() for one in loaded.batches],
        "units": {unit: {"members": members, "amount": amount} for unit, (members, amount) in loaded.units.items()},
        "total": loaded.total,
    }
    parts: list[Pairs | Grid | Line] = [*imports.shown(loaded.report), Pairs(pairs), Grid(UNITS, units)]
    fine = not loaded.report.bad_rows
    if loaded.trial is not None:
        data["trial"], more = _trial(opened, loaded.trial, scale)
        parts += more
        fine = fine and loaded.trial.fine
    return Said(data, parts, code=int(not fine))


def _trial(opened: OpenLedger, trial: Trial, scale: int) -> tuple[dict[str, Any], list[Pairs | Grid | Line]]:
    refused = [line for one in trial.issued for line in one.refused]
    pairs: list[tuple[Words, Any]] = [
        (Words("可发券数", "Coupons that could be issued"), sum(one.coupons for one in trial.issued)),
        (Words("可发金额", "Amount"), written(sum(one.amount for one in trial.issued), scale)),
        (Words("会被拒绝", "Would be refused"), len(refused)),
    ]
    parts: list[Pairs | Grid | Line] = [Pairs(pairs)]
    if trial.budgets:
        rows = [
            (one.fund, *(written(amount, scale) for amount in (one.required, one.available, one.short)))
            for one in trial.budgets
        ]
        parts.append(Grid(BUDGETS, rows))
    data = {
        "coupons": sum(one.coupons for one in trial.issued),
        "amount": sum(one.amount for one in trial.issued),
        "refused": [_said(line) for line in refused],
        "budgets": [{**one._asdict(), "short": one.short} for one in trial.budgets],
    }
    return data, [*parts, *_refusals(opened, refused, scale)]


def _issued(opened: OpenLedger, issued: Issued, scale: int, codes: Path | None) -> Said:
    pairs: list[tuple[Words, Any]] = [
        (Words("批次", "Batch"), issued.batch),
        (Words("本次发放", "Issued now"), issued.coupons),
        (Words("金额", "Amount"), written(issued.amount, scale)),
        (Words("以前已处理", "Done before"), issued.before),
        (Words("被拒绝", "Refused"), len(issued.refused)),
    ]
    if codes is not None and issued.coupons:
        pairs.append((Words("券码文件", "Codes"), codes))
    data = {
        **issued._asdict(),
        "refused": [_said(line) for line in issued.refused],
        "codes": str(codes) if codes else None,
    }
    return Said(data, [Pairs(pairs), *_refusals(opened, list(issued.refused), scale)], code=int(bool(issued.refused)))


def _said(line: Any) -> dict[str, Any]:
    names = ("holder", "amount", "code", "rule", "limit", "used", "offered")
    return {name: getattr(line, name) for name in names}


def _refusals(opened: OpenLedger, refused: list[Any], scale: int) -> list[Grid]:
    """The first of them, by unit and number."""
    if not refused:
        return []
    names = names_of(opened, (line.holder for line in refused[:MOST_SHOWN]))

    def amount(value: int | None) -> str | None:
        return None if value is None else written(value, scale)

    rows = [
        (
            *names.get(line.holder, ("", "")),
            amount(line.amount),
            line.code,
            amount(line.limit),
            amount(line.used),
            amount(line.offered),
        )
        for line in refused[:MOST_SHOWN]
    ]
    return [Grid(REFUSED, rows)]

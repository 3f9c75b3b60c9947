"""docs/scheme.md names every key of a scheme file with its default, and no key that does not exist."""

import re
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

import msgspec
import pytest

from ledger.calendar import FixedDate, Never, RollingDays, RollingMonths, RollingYears
from ledger.scheme import benefiting, couponing, limiting, model, months, patrolling, reporting, words
from ledger.scheme.loading import MAX_CANONICAL, parse_scheme
from ledger.scheme.model import CODED, Scheme

PAGE = (Path(__file__).parents[2] / "docs" / "scheme.md").read_text(encoding="utf-8")

SECTIONS: dict[str, type[msgspec.Struct]] = {
    "(top)": model.Scheme,
    "names": words.Names,
    "units.CODE": model.Unit,
    "units.CODE.spendable": model.Spendable,
    "units.CODE.inactivity": model.Inactivity,
    "units.CODE.valuation": model.Valuation,
    "lot_life: never": Never,
    "lot_life: fixed-date": FixedDate,
    "lot_life: rolling-months": RollingMonths,
    "lot_life: rolling-years": RollingYears,
    "lot_life: rolling-days": RollingDays,
    "behaviours.CODE": model.Behaviour,
    "budgets.CODE": model.Budget,
    "conversions.CODE": model.Conversion,
    "limits.CODE": limiting.Limit,
    "limits.CODE.changes": limiting.Figure,
    "limits.CODE.regions.CODE": limiting.Regional,
    "funds.CODE": model.Fund,
    "standing": months.Standing,
    "periods": months.PeriodRules,
    "approvals": months.Approvals,
    "redemption": model.Redemption,
    "redemption.pin": model.Pin,
    "slots.CODE": patrolling.Slot,
    "patrols": patrolling.Patrols,
    "entitlements.CODE": patrolling.Entitlement,
    "entitlements.CODE.ranking": patrolling.Criterion,
    "entitlements.CODE.cost": patrolling.Cost,
    "coupons.CODE": couponing.CouponTerms,
    "benefits.CODE": benefiting.Benefit,
    "benefits.CODE.rates": benefiting.Rate,
    "benefits.CODE.sources": benefiting.Source,
    "reported.CODE": reporting.Reported,
}


def documented() -> dict[str, dict[str, tuple[str, ...]]]:
    """Section → key → (default, 含义, meaning), as the page says."""
    found: dict[str, dict[str, tuple[str, ...]]] = {}
    section = ""
    for line in PAGE.splitlines():
        if heading := re.fullmatch(r"#{2,3} `(.+)`", line):
            section = heading[1]
            found[section] = {}
        elif row := re.fullmatch(r"\| `(\w+)` \| (.+?) \| (.+?) \| (.+?) \|", line):
            found[section][row[1]] = row.groups()[1:]
    return found


def default_of(field: msgspec.structs.FieldInfo) -> str:
    if field.required:
        return "–"
    value: Any = field.default if field.default is not msgspec.NODEFAULT else field.default_factory()
    tag = value.__struct_config__.tag if isinstance(value, msgspec.Struct) else None
    if tag is not None:
        return f'`{{ policy = "{tag}" }}`'
    if isinstance(value, msgspec.Struct | dict):
        return "`{}`"
    return "none" if value is None else f"`{msgspec.json.encode(value).decode()}`"


def fields_of(struct: type[msgspec.Struct]) -> list[msgspec.structs.FieldInfo]:
    return [field for field in msgspec.structs.fields(struct) if field.name != "code"]


def test_every_table_of_the_model_has_its_section() -> None:
    assert list(documented()) == list(SECTIONS)
    values = [
        value
        for module in (words, limiting, patrolling, months, reporting, benefiting, model)
        for value in vars(module).values()
    ]
    structs = {value for value in values if isinstance(value, type) and issubclass(value, msgspec.Struct)}
    assert structs - {msgspec.Struct, limiting.Movement} - set(SECTIONS.values()) == set()


@pytest.mark.parametrize("section", SECTIONS)
def test_a_section_names_every_key_with_its_default_and_no_other(section: str) -> None:
    expected = {field.encode_name: default_of(field) for field in fields_of(SECTIONS[section])}
    assert {key: row[0] for key, row in documented()[section].items()} == expected


def choices(kind: Any) -> list[str]:
    """Every word that a key can choose from, however deep its type."""
    if get_origin(kind) is Literal:
        return [str(word) for word in get_args(kind)]
    return [word for inner in get_args(kind) for word in choices(inner)]


@pytest.mark.parametrize("section", SECTIONS)
def test_every_word_to_choose_from_is_named_in_both_languages(section: str) -> None:
    for field in fields_of(SECTIONS[section]):
        _, chinese, english = documented()[section][field.encode_name]
        for word in choices(field.type):
            assert f"`{word}`" in chinese
            assert f"`{word}`" in english


def test_every_meaning_is_told_in_both_languages() -> None:
    for rows in documented().values():
        for _, chinese, english in rows.values():
            assert re.search("[\u4e00-\u9fff]", chinese)
            assert not re.search("[\u4e00-\u9fff]", english)


def test_the_example_of_the_page_is_a_scheme() -> None:
    example = re.search(r"```toml\n(.+?)```", PAGE, re.DOTALL)
    assert example is not None
    assert isinstance(parse_scheme(example[1]), Scheme)


def test_what_the_page_says_beside_its_tables_is_so() -> None:
    assert f"{MAX_CANONICAL // 1024} KiB" in PAGE
    assert all(f"`{table}`" in PAGE for table in CODED)

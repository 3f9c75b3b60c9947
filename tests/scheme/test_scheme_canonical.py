"""The canonical form of a scheme is what a fact carries: it brings the scheme back, and is checked like a file."""

from collections.abc import Callable

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.calendar import FixedDate, Never, RollingDays, RollingMonths, RollingYears
from ledger.scheme.complaints import SchemeError
from ledger.scheme.loading import MAX_CANONICAL, canonical, checked, from_canonical, load_scheme, parse_scheme, shipped
from ledger.scheme.model import Behaviour, Scheme, Spendable, Unit
from ledger.scheme.words import Names
from tests.scheme.wrongs import SMALL

codes = st.from_regex(r"[a-z][a-z0-9-]{0,12}", fullmatch=True)
labels = st.text(st.characters(codec="utf-8", categories=("L", "N")), min_size=1, max_size=20)
names = st.builds(Names, zh=labels, en=labels, aliases=st.lists(labels, max_size=2).map(tuple))
lives = st.one_of(
    st.just(Never()),
    st.builds(FixedDate, st.integers(1, 12), st.integers(1, 31)),
    st.builds(RollingMonths, st.integers(1, 60), st.booleans()),
    st.builds(RollingYears, st.integers(0, 5), st.booleans()),
    st.builds(RollingDays, st.integers(0, 400), st.integers(0, 31)),
)
amounts = st.integers(0, 2**53 - 1)


def by_code(values: Callable[..., st.SearchStrategy[object]]) -> st.SearchStrategy[dict[str, object]]:
    return st.dictionaries(codes, st.none(), max_size=3).flatmap(
        lambda keys: st.fixed_dictionaries({code: values(code) for code in keys})
    )


def units(code: str) -> st.SearchStrategy[object]:
    policies = st.sampled_from(["plain", "threshold", "initial-first"])
    return st.builds(
        Unit,
        code=st.just(code),
        names=names,
        kind=st.sampled_from(["points", "money"]),
        lot_life=lives,
        spendable=st.builds(Spendable, policy=policies, base=amounts),
        negative=st.sampled_from(["refuse", "floor", "debt"]),
    )


def behaviours(code: str) -> st.SearchStrategy[object]:
    return st.builds(
        Behaviour,
        code=st.just(code),
        names=names,
        unit=codes,
        kind=st.sampled_from(["earn", "deduct", "opening", "initial"]),
        points=amounts,
        approval_limit=st.none() | amounts,
        targets=st.lists(codes, max_size=2).map(tuple),
        lot_life=st.none() | lives,
    )


schemes = st.builds(
    Scheme,
    name=codes,
    version=st.integers(1, 10**6),
    names=names,
    units=by_code(units),
    behaviours=by_code(behaviours),
    reasons=st.dictionaries(codes, names, max_size=3),
)


@given(schemes)
def test_the_canonical_form_brings_the_scheme_back(scheme: Scheme) -> None:
    stored = msgspec.json.encode(canonical(scheme), order="sorted")
    assert from_canonical(msgspec.json.decode(stored)) == scheme


@given(schemes)
def test_the_canonical_form_has_no_fraction_and_no_code_twice(scheme: Scheme) -> None:
    def walk(value: object) -> None:
        assert not isinstance(value, float | tuple)
        for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
            walk(inner)

    walk(canonical(scheme))
    assert not any("code" in entry for entry in canonical(scheme)["units"].values())


@pytest.mark.parametrize("name", shipped())
def test_a_canonical_form_that_anybody_sends_passes_the_same_check(name: str) -> None:
    scheme = load_scheme(name)
    assert checked(canonical(scheme)) == scheme


def test_a_canonical_form_that_was_tampered_with_is_refused_at_its_key() -> None:
    tables = canonical(parse_scheme(SMALL))
    tables["behaviours"]["messy"].update(points=-3, evidence=None)
    with pytest.raises(SchemeError) as refused:
        checked(tables)
    assert [(error.key, error.problem) for error in refused.value.errors] == [
        ("behaviours.messy.evidence", "not-true-or-false"),
        ("behaviours.messy.points", "out-of-range"),
    ]


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=5),
        lambda inner: (
            st.lists(inner, max_size=2)
            | st.dictionaries(st.sampled_from(["code", "names", "policy", "x"]), inner, max_size=2)
        ),
        max_leaves=5,
    ),
    st.data(),
)
def test_whatever_stands_in_a_file_the_answer_is_a_scheme_or_complaints(value: object, data: st.DataObject) -> None:
    tables = canonical(load_scheme("safety-supermarket"))
    place = tables
    while True:
        key = data.draw(st.sampled_from(sorted(place)))
        if isinstance(place[key], dict) and place[key] and data.draw(st.booleans()):
            place = place[key]
            continue
        place[key] = value
        break
    try:
        assert isinstance(checked(tables), Scheme)
    except SchemeError as error:
        assert all(complaint.text(lang) for complaint in error.errors for lang in ("zh-CN", "en"))  # noqa: PT017 - either answer is right


@pytest.mark.parametrize("name", shipped())
def test_shipped_schemes_fit_into_a_fact_with_every_default_written_out(name: str) -> None:
    scheme = load_scheme(name)
    stored = msgspec.json.encode(canonical(scheme), order="sorted")
    assert len(stored) <= MAX_CANONICAL
    assert scheme.name == name
    assert canonical(scheme)["redemption"]["pin"] == {"tries": 5, "lock_minutes": 15}

"""What can be wished for in a story: strategies that let what is interesting meet."""

from datetime import date, timedelta

from hypothesis import strategies as st

from tests.machines.limits import Limit
from tests.machines.things import Unit

START = date(2022, 6, 1)
"""The day on which every life begins."""
CLIENTS = tuple(f"client:c{number}" for number in range(8))
NAMES = ("soap", "towel", "tea")
SHOP, LINE, MINT, KIOSK = (f"account:{name}" for name in ("shop", "line", "mint", "kiosk"))
FLOORS = {SHOP: 0, LINE: -100, MINT: None}
"""Accounts that stand by themselves from the beginning, with their floors."""
LIMITS = (
    # Not in the order of their codes: of two that say no, every process must name the same one.
    Limit(
        "moves",
        "amount",
        ("transfer", "hold", "conversion", "redemption"),
        "day",
        150,
        "P",
        ("person",),
        changes=((str(START + timedelta(days=4)), 100), (str(START + timedelta(days=9)), 160)),
    ),
    Limit("gifts", "times", ("grant",), "month", 3, per=("person", "fund"), funds=("fund",)),
    Limit("goods", "pieces", ("redemption",), "week", 6, per=("person",)),
    Limit("fines", "amount", ("deduction",), "day", None, "S", changes=((str(START + timedelta(days=2)), 400),)),
    Limit("borrowed", "times", ("hold",), "week", 6, per=("person",)),
    Limit(
        "praise",
        "amount",
        ("grant",),
        "year",
        90,
        "S",
        ("person", "reason"),
        reasons=("gift",),
        changes=((str(START + timedelta(days=3)), 60), (str(START + timedelta(days=12)), 200)),
    ),
    Limit(
        "deeds",
        "times",
        ("grant", "deduction"),
        "month",
        5,
        per=("behaviour", "person"),
        behaviours=("helped", "littered"),
    ),
)
"""What the schemes of some lives limit: most of it seldom reached by who is not out for it."""
HALF_A_DAY, A_DAY, TWO_DAYS = 43_200, 86_400, 172_800
"""From noon: until the midnight at which lots lapse; until the next instants at which the ledger is asked."""

amounts = st.sampled_from((1, 2, 5, 10, 10, 20, 30, 60, 100, 130))
few = st.sampled_from((1, 1, 2, 4))
holders = st.sampled_from(("h0", "h0", "h0", "h1", "h1", "h2", "nobody"))
anybody = st.sampled_from(("h0", "h0", "h0", "h1", "h1", "h2", SHOP, SHOP, LINE, LINE, MINT, KIOSK, "nobody"))
payees = st.sampled_from(("h0", "h1", "h1", "h2", SHOP, LINE, MINT, KIOSK))
units = st.sampled_from(("S", "S", "P"))
days = st.none() | st.integers(-3, 20)
"""Days from now on which a lot ends; the past is allowed: a file may come late."""
seconds = st.sampled_from((0, 900, HALF_A_DAY, A_DAY, A_DAY, TWO_DAYS))
if_spent = st.sampled_from(("refuse", "debt", "debt"))
SAME = "same"
marks = st.sampled_from(("m0", "m1", "m2"))
measures = st.sampled_from(
    ("balance", "balance", "available", "spendable", "held", "incoming", "debt", "received", "spent", "lapsed")
)
thresholds = st.sampled_from((0, 0, 10, 30, 60, 100, -50))
seldom = st.sampled_from((False, False, False, True))
recent = st.sampled_from((0, 0, 0, 1, 1, 2, 3, 5))
"""A hold, counted from the latest."""
parts = st.sampled_from((None, 1, 5, 10, 10, 40))

_moving = st.one_of(
    st.tuples(st.just("transfer"), anybody, payees, units, amounts, seldom),
    st.tuples(st.just("convert"), anybody, st.sampled_from(("S", "P")), st.sampled_from(("S", "P", "P")), amounts),
    st.tuples(st.just("place"), st.none() | recent, anybody, st.none() | payees, units, amounts, seldom, seconds),
    st.tuples(st.just("capture"), recent, parts, seldom),
    st.tuples(st.just("capture"), recent, parts, seldom),
    st.tuples(st.just("void"), recent),
    st.tuples(st.just("extend"), recent, seconds),
    st.tuples(
        st.just("reverse"), st.integers(0, 30), st.none() | st.none() | amounts, if_spent, st.none() | st.integers(0, 2)
    ),
)
moving = st.deferred(lambda: _moving)
_seldom_asked = st.one_of(
    st.tuples(st.just("open"), st.sampled_from((KIOSK, KIOSK, SHOP)), units, st.sampled_from((0, -30, None))),
    st.tuples(st.just("shut"), st.sampled_from((KIOSK, KIOSK, SHOP, "h0")), units),
    st.tuples(
        st.just("bound"),
        st.sampled_from(("h0", "h1", SHOP, LINE, LINE, KIOSK)),
        units,
        st.sampled_from((SAME, SAME, None, 0, -30, -100, 5)),
        st.sampled_from((SAME, SAME, None, 0, 100, 150)),
        st.sampled_from((None, None, 0, 1, 3, -1)),
    ),
    st.tuples(st.just("watch"), marks, anybody, units, measures, st.sampled_from(("below", "above")), thresholds),
    st.tuples(st.just("unwatch"), marks),
    st.tuples(st.sampled_from(("freeze", "unfreeze", "unfreeze")), st.sampled_from(("h0", SHOP, LINE)), st.just("S")),
)
seldom_asked = st.deferred(lambda: _seldom_asked)
_operations = st.one_of(
    st.tuples(st.just("grant"), anybody, units, amounts, days, st.sampled_from((None, None, "fund"))),
    st.tuples(st.just("deduct"), anybody, units, amounts),
    st.tuples(st.just("record"), holders, st.sampled_from(("helped", "littered")), st.sampled_from((None, "gift"))),
    st.tuples(st.just("reverse"), st.integers(0, 30), st.none() | amounts, if_spent, st.none()),
    st.tuples(
        st.just("sell"),
        holders,
        st.tuples(st.tuples(st.sampled_from(NAMES), few))
        | st.lists(st.tuples(st.sampled_from((*NAMES, "nothing")), few), min_size=1, max_size=2).map(tuple),
    ),
    st.tuples(st.sampled_from(("month", "month", "initial")), holders),
    st.tuples(
        st.just("refund"),
        st.integers(0, 12),
        st.none() | st.sampled_from((1, 5, 10, 35)),
        st.lists(st.tuples(st.sampled_from(NAMES), few, st.booleans()), min_size=1, max_size=2).map(tuple),
    ),
    st.tuples(st.just("propose"), holders, units, amounts),
    st.tuples(st.just("approve"), st.integers(0, 6)),
    st.tuples(st.sampled_from(("close", "seal", "finish")), st.sampled_from((0, 0, 0, -1, -1, -1, 1))),
    st.tuples(st.just("receive"), st.sampled_from(NAMES), few),
    st.tuples(st.just("join"), st.sampled_from(("h2", "h0"))),
    moving,
    seldom_asked,
)
operations = st.deferred(lambda: _operations)
single = st.lists(operations | moving, min_size=1, max_size=1).map(tuple)
groups = st.lists(operations | moving, min_size=2, max_size=3).map(tuple)
wishes = st.tuples(
    st.just("new"),
    st.one_of(single, single, single, groups),
    st.sampled_from(CLIENTS),
    st.booleans(),
    st.sampled_from((None, None, None, None, None, "gate row 1", "gate row 2")),
)
repeats = st.tuples(st.just("again"), st.integers(0, 12))
abuses = st.tuples(st.just("other body"), st.integers(0, 12), operations)
batches = st.deferred(lambda: st.lists(st.one_of(wishes, wishes, wishes, repeats, abuses), min_size=1, max_size=8))
policies = st.builds(
    Unit,
    spendable=st.sampled_from(("plain", "threshold", "initial-first")),
    negative=st.sampled_from(("refuse", "floor", "debt", "debt")),
    base=st.just(100),
    transferable=st.sampled_from((True, True, True, False)),
).map(lambda unit: Unit(unit.spendable, unit.negative, 100 if unit.spendable == "threshold" else 0, unit.transferable))
plain = st.builds(Unit, spendable=st.just("plain"), negative=st.sampled_from(("refuse", "floor", "debt")))
limits = st.sampled_from((None, None, (1, "day"), (2, "day"), (2, "month"), (3, "month"), (4, "day")))
scheme_limits = st.sampled_from(((), LIMITS))
rates = st.sampled_from((((1, 1), (1, 1)), ((1, 2), (2, 1)), ((2, 3), (3, 2)), ((3, 2), (1, 2)), ((1, 7), (7, 1)))).map(
    lambda both: {("S", "P"): both[0], ("P", "S"): both[1]}
)
"""So many given for so many taken, out and back: never more than was there."""

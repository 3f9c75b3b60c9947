"""What can be wished for in the life of a coupon: strategies that let what is interesting meet."""

from hypothesis import strategies as st

APPS = ("client:app-1", "client:app-2")
OFFICERS = ("client:o1", "client:o2", "client:o3")
CLIENTS = (*APPS, *OFFICERS, *OFFICERS)
"""Two tills that are nobody, three officers with their names."""
PEOPLE = ("h0", "h1", "h2", "h3")

recent = st.sampled_from((0, 0, 0, 0, 1, 1, 2, 3, 5, 9))
"""A thing, counted from the latest; mostly there is none so far back."""
people = st.sampled_from((*PEOPLE, *PEOPLE, "nobody"))
kinds = st.sampled_from(("welfare", "welfare", "face-value", "lixian"))
funds = st.sampled_from(("f0", "f0", "f1", "both", "odd", None))
faces = st.sampled_from((100, 299, 500))
pieces = st.sampled_from((1, 1, 2, 3))
lives = st.sampled_from((0, 1, 3, 20, 40))
merchants = st.sampled_from(("lixian", "lixian", "corner", "corner", "none"))
bills = st.lists(
    st.tuples(st.sampled_from(("food", "food", "aided-goods")), st.sampled_from((99, 200, 299, 500, 800))),
    min_size=1,
    max_size=3,
).map(tuple)
amounts = st.sampled_from((None, None, 1, 33, 100, 299, 700))
hours = st.sampled_from((1, 8, 24, 24, 48, 24 * 20))
lines = st.lists(st.tuples(people, faces, pieces), min_size=1, max_size=3, unique_by=lambda line: line[0]).map(tuple)
units = st.sampled_from(("coupon_cny", "coupon_cny", "cny"))

_batches = st.one_of(
    st.tuples(st.just("draft"), recent, kinds, funds, lives),
    st.tuples(st.just("lines"), recent, lines),
    st.tuples(st.just("strike"), recent, people),
    st.tuples(st.sampled_from(("hand-in", "approve", "finish", "finish", "reject", "release")), recent),
    st.tuples(st.just("issue"), recent, st.lists(people, min_size=1, max_size=3, unique=True).map(tuple)),
)
_coupons = st.one_of(
    st.tuples(st.just("void"), recent),
    *(
        st.tuples(st.just("spend"), merchants, bills, st.lists(recent, min_size=1, max_size=4), people | st.none())
        for _ in range(3)
    ),
    *(st.tuples(st.just("refund"), recent, amounts) for _ in range(2)),
)
_offers = st.one_of(
    st.tuples(st.just("claim"), recent, people, st.sampled_from((1, 1, 2))),
    st.tuples(st.sampled_from(("use", "cancel")), recent),
)
_others = st.one_of(
    st.tuples(st.just("merge"), st.sampled_from(("h1", "h2", "h3")), st.sampled_from(("h0", "h2"))),
    st.tuples(st.just("close-fund"), st.sampled_from(("f0", "f1"))),
    st.tuples(st.sampled_from(("suspend", "resume", "resume")), st.sampled_from(("lixian", "corner"))),
)
_settled = st.one_of(
    st.tuples(st.just("settle"), st.sampled_from(("lixian", "corner")), units, recent),
    st.tuples(st.sampled_from(("add-lines", "check", "pay", "withdraw")), recent),
    st.tuples(st.sampled_from(("dispute", "resolve", "resolve")), recent, recent),
)
operations = st.one_of(_batches, _coupons, _coupons, _coupons, _offers, _others, _settled).filter(
    lambda op: op[0] != "merge" or op[1] != op[2]
)
asked = st.tuples(operations, st.sampled_from(CLIENTS), st.booleans())
"""What is wished, by whom, and whether under a key."""

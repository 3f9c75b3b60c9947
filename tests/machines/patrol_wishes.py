"""What can be wished for in the life of a task: strategies that let what is interesting meet."""

from hypothesis import strategies as st

APPS = ("client:app-1", "client:app-2")
PEOPLE = ("h0", "h1", "h2")
REVIEWERS = ("client:r1", "client:r2", "client:r3")
CLIENTS = (*APPS, *APPS, "client:h0", "client:h1", *REVIEWERS)
"""Backends of an app, two holders' own keys, three reviewers."""

recent = st.sampled_from((0, 0, 0, 0, 1, 1, 2, 3, 9))
"""A thing, counted from the latest; mostly there is none so far back."""
people = st.sampled_from((*PEOPLE, *PEOPLE, "nobody"))
devices = st.sampled_from(("phone", "phone", "phone", "other"))
ago = st.sampled_from((0, 0, 0, 1, 29, 30, 31, 240))
"""Minutes before now at which it happened."""
tracks = st.sampled_from((None, None, "a", "b"))
found = st.sampled_from(("good", "good", "good", "short", "gap", "short gap", None))
days = st.sampled_from((0, 0, 0, 1, 2))
slots = st.sampled_from(("morning", "afternoon", "evening"))
minutes = st.sampled_from((1, 10, 29, 30, 31, 31, 60, 210, 240, 720, 1440, 1440, 4320))
places = st.sampled_from((1, 1, 1, 2))

_on_the_way = st.one_of(
    st.tuples(st.just("claim"), st.sampled_from((0, 0, 0, 0, 0, 1)), recent, people),
    st.tuples(st.just("claim"), st.just(0), recent, people),
    st.tuples(st.just("back"), recent),
    st.tuples(st.just("start"), recent, devices, ago),
    st.tuples(st.just("start"), recent, devices, ago),
    st.tuples(st.just("resume"), recent, devices, st.booleans()),
    st.tuples(st.just("passing"), recent, st.sampled_from((1, 2, 3, 3, 4)), ago),
    st.tuples(st.just("track"), recent, st.sampled_from(("a", "b"))),
    st.tuples(st.just("finish"), recent, st.none() | devices, st.none() | ago, ago, tracks),
    st.tuples(st.just("finish"), recent, st.none(), st.none(), ago, tracks),
)
_reviewed = st.one_of(
    st.tuples(st.just("review"), recent, found, st.sampled_from((True, True, True, False))),
    st.tuples(st.sampled_from(("approve", "reject", "appeal")), recent),
    st.tuples(st.just("decide"), recent, st.booleans()),
)
_organised = st.one_of(
    st.tuples(st.just("publish"), days, slots, places),
    st.tuples(st.just("cancel-task"), recent),
)
_bought = st.one_of(
    st.tuples(st.just("convert"), people, st.sampled_from((1, 20, 20, 40))),
    st.tuples(st.just("buy"), people, st.sampled_from(("accident-policy", "recuperation", "recuperation"))),
)
_seats = st.one_of(
    st.tuples(st.just("open-session"), st.sampled_from((0, 1, 2, 3, 4, 4, 7)), st.sampled_from((0, 1, 1, 2))),
    st.tuples(st.just("change-session"), recent, st.sampled_from((0, 1, 2, 3))),
    st.tuples(st.just("cancel-session"), recent),
    st.tuples(st.just("book"), recent, recent, st.sampled_from((0, 0, 1))),
    st.tuples(st.just("book"), recent, recent, st.sampled_from((0, 0, 1))),
    st.tuples(st.sampled_from(("unbook", "cancel-right", "cancel-right", "use", "no-show")), recent),
)
operations = st.one_of(_on_the_way, _on_the_way, _on_the_way, _reviewed, _reviewed, _organised, _bought, _seats, _seats)
asked = st.tuples(operations, st.sampled_from(CLIENTS), st.booleans())
"""What is wished, by whom, and whether under a key."""

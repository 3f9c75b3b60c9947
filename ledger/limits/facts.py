"""How a fact says which limits it drew on, so that counters are rebuilt from facts alone."""

import msgspec


class Count(msgspec.Struct, frozen=True):
    """`amount` more (or, negative, given back) on one counter: `check-in/holder:0198c7/2022-06-01`."""

    amount: int
    counter: str

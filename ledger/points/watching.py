"""What a monitor watches of an account, as the account itself keeps it: no movement needs to look for monitors."""

from typing import Literal

import msgspec

Measure = Literal["balance", "available", "spendable", "held", "incoming", "debt", "received", "spent", "lapsed"]
"""A figure of the account object."""
Side = Literal["below", "above"]


class Watch(msgspec.Struct, frozen=True, array_like=True):
    """A threshold on one figure: past it is strictly below, or strictly above."""

    monitor: str
    measure: Measure
    side: Side
    threshold: int

    def beyond(self, figure: int | None) -> bool:
        """Whether a figure is past the threshold; what has no end (None) is above all of them."""
        if figure is None:
            return self.side == "above"
        return figure < self.threshold if self.side == "below" else figure > self.threshold

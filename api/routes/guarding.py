"""What callers who are no administrators may only propose."""

from api.routes.table import Arrival
from ledger.refusals import Forbidden


def alone(arrival: Arrival) -> None:
    """Where the scheme wants a second person for awards, value without a rule needs one too: propose it.

    Otherwise a supervisor could pass every cap, budget and approval by naming an amount instead of a behaviour.
    """
    view = arrival.served.ledger.view()
    if any(rule.approval_limit is not None for rule in view.scheme(view.today).behaviours.values()):
        raise Forbidden(permission="admin")


def by_two(_arrival: Arrival) -> None:
    """What changes the caps of many people, or whose they are, is proposed by one person and approved by another."""
    raise Forbidden(permission="admin")


def giving_alone(arrival: Arrival) -> None:
    """What one account loses another gains: whoever moves it must be allowed both."""
    arrival.caller.must("grant")
    alone(arrival)


def converting(arrival: Arrival) -> None:
    """Whoever may take value is asked as for any move of it; who may only convert gains nobody anything."""
    if arrival.caller.may("deduct"):
        giving_alone(arrival)

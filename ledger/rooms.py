"""The closed registry of rooms: the only place that knows them all."""

from collections.abc import Callable, Mapping
from types import MappingProxyType, ModuleType
from typing import Any, Final

from ledger.accounts import decide as accounts_decide
from ledger.accounts import evolve as accounts_evolve
from ledger.accounts import facts as accounts_facts
from ledger.aids import decide as aids_decide
from ledger.aids import evolve as aids_evolve
from ledger.aids import facts as aids_facts
from ledger.approvals import decide as approvals_decide
from ledger.approvals import evolve as approvals_evolve
from ledger.approvals import facts as approvals_facts
from ledger.behaviours import decide as behaviours_decide
from ledger.behaviours import evolve as behaviours_evolve
from ledger.behaviours import facts as behaviours_facts
from ledger.coupons import decide as coupons_decide
from ledger.coupons import evolve as coupons_evolve
from ledger.coupons import facts as coupons_facts
from ledger.crews import decide as crews_decide
from ledger.crews import evolve as crews_evolve
from ledger.crews import facts as crews_facts
from ledger.entitlements import decide as entitlements_decide
from ledger.entitlements import evolve as entitlements_evolve
from ledger.entitlements import facts as entitlements_facts
from ledger.figures import decide as figures_decide
from ledger.figures import evolve as figures_evolve
from ledger.figures import facts as figures_facts
from ledger.funds import decide as funds_decide
from ledger.funds import evolve as funds_evolve
from ledger.funds import facts as funds_facts
from ledger.goals import decide as goals_decide
from ledger.goals import evolve as goals_evolve
from ledger.goals import facts as goals_facts
from ledger.handouts import decide as handouts_decide
from ledger.handouts import evolve as handouts_evolve
from ledger.handouts import facts as handouts_facts
from ledger.holds import decide as holds_decide
from ledger.holds import evolve as holds_evolve
from ledger.holds import facts as holds_facts
from ledger.intake import decide as intake_decide
from ledger.intake import evolve as intake_evolve
from ledger.intake import facts as intake_facts
from ledger.limits import evolve as limits_evolve
from ledger.limits import facts as limits_facts
from ledger.merchants import decide as merchants_decide
from ledger.merchants import evolve as merchants_evolve
from ledger.merchants import facts as merchants_facts
from ledger.monitors import decide as monitors_decide
from ledger.monitors import evolve as monitors_evolve
from ledger.monitors import facts as monitors_facts
from ledger.offers import decide as offers_decide
from ledger.offers import evolve as offers_evolve
from ledger.offers import facts as offers_facts
from ledger.patrols import decide as patrols_decide
from ledger.patrols import evolve as patrols_evolve
from ledger.patrols import facts as patrols_facts
from ledger.people import decide as people_decide
from ledger.people import evolve as people_evolve
from ledger.people import facts as people_facts
from ledger.periods import decide as periods_decide
from ledger.periods import evolve as periods_evolve
from ledger.periods import facts as periods_facts
from ledger.points import decide as points_decide
from ledger.points import evolve as points_evolve
from ledger.points import facts as points_facts
from ledger.ratios import decide as ratios_decide
from ledger.ratios import evolve as ratios_evolve
from ledger.ratios import facts as ratios_facts
from ledger.redemptions import decide as redemptions_decide
from ledger.redemptions import evolve as redemptions_evolve
from ledger.redemptions import facts as redemptions_facts
from ledger.requests import decide as requests_decide
from ledger.requests import evolve as requests_evolve
from ledger.requests import facts as requests_facts
from ledger.reversals import decide as reversals_decide
from ledger.reversals import evolve as reversals_evolve
from ledger.reversals import facts as reversals_facts
from ledger.reviews import decide as reviews_decide
from ledger.reviews import evolve as reviews_evolve
from ledger.reviews import facts as reviews_facts
from ledger.room import Beside, Command, Due, Evolution, Fact, Handler, Reaction, Room
from ledger.scheme import decide as scheme_decide
from ledger.scheme import evolve as scheme_evolve
from ledger.scheme import facts as scheme_facts
from ledger.settlements import decide as settlements_decide
from ledger.settlements import evolve as settlements_evolve
from ledger.settlements import facts as settlements_facts
from ledger.stock import decide as stock_decide
from ledger.stock import evolve as stock_evolve
from ledger.stock import facts as stock_facts
from ledger.tracks import decide as tracks_decide
from ledger.tracks import evolve as tracks_evolve
from ledger.tracks import facts as tracks_facts
from ledger.transfers import decide as transfers_decide
from ledger.transfers import evolve as transfers_evolve
from ledger.transfers import facts as transfers_facts


def room(name: str, facts: ModuleType, decide: ModuleType, evolve: ModuleType) -> Room:
    """A room from its three tables."""
    return Room(
        name=name,
        facts=facts.FACTS,
        handlers=decide.HANDLERS,
        evolutions=evolve.EVOLUTIONS,
        dues=getattr(decide, "DUES", ()),
        reactions=getattr(decide, "REACTIONS", ()),
        beside=getattr(decide, "BESIDE", ()),
    )


ROOMS: Final = (
    room("scheme", scheme_facts, scheme_decide, scheme_evolve),
    room("periods", periods_facts, periods_decide, periods_evolve),
    room("people", people_facts, people_decide, people_evolve),
    room("crews", crews_facts, crews_decide, crews_evolve),
    room("points", points_facts, points_decide, points_evolve),
    room("stock", stock_facts, stock_decide, stock_evolve),
    room("redemptions", redemptions_facts, redemptions_decide, redemptions_evolve),
    room("holds", holds_facts, holds_decide, holds_evolve),
    room("intake", intake_facts, intake_decide, intake_evolve),
    room("behaviours", behaviours_facts, behaviours_decide, behaviours_evolve),
    room("approvals", approvals_facts, approvals_decide, approvals_evolve),
    room("requests", requests_facts, requests_decide, requests_evolve),
    room("accounts", accounts_facts, accounts_decide, accounts_evolve),
    room("transfers", transfers_facts, transfers_decide, transfers_evolve),
    room("reversals", reversals_facts, reversals_decide, reversals_evolve),
    Room(name="limits", facts=limits_facts.FACTS, evolutions=limits_evolve.EVOLUTIONS),
    room("funds", funds_facts, funds_decide, funds_evolve),
    room("coupons", coupons_facts, coupons_decide, coupons_evolve),
    room("settlements", settlements_facts, settlements_decide, settlements_evolve),
    room("offers", offers_facts, offers_decide, offers_evolve),
    room("aids", aids_facts, aids_decide, aids_evolve),
    room("handouts", handouts_facts, handouts_decide, handouts_evolve),
    room("ratios", ratios_facts, ratios_decide, ratios_evolve),
    room("goals", goals_facts, goals_decide, goals_evolve),
    room("figures", figures_facts, figures_decide, figures_evolve),
    room("merchants", merchants_facts, merchants_decide, merchants_evolve),
    room("monitors", monitors_facts, monitors_decide, monitors_evolve),
    room("entitlements", entitlements_facts, entitlements_decide, entitlements_evolve),
    room("patrols", patrols_facts, patrols_decide, patrols_evolve),
    room("reviews", reviews_facts, reviews_decide, reviews_evolve),
    room("tracks", tracks_facts, tracks_decide, tracks_evolve),
)


UPCASTS: Final[Mapping[str, Callable[[dict[str, Any]], dict[str, Any]]]] = MappingProxyType({})
"""Topics of the past and how the data of each becomes that of its next version. None yet: all topics are of today."""


class Registry:
    """All rooms as tables. A name taken twice stops the start: it would hide one of them."""

    def __init__(
        self,
        rooms: tuple[Room, ...] = ROOMS,
        upcasts: Mapping[str, Callable[[dict[str, Any]], dict[str, Any]]] = UPCASTS,
    ) -> None:
        """Index the rooms' tables."""
        self.upcasts = upcasts
        self.topics: dict[str, type[Fact]] = _unique((fact.TOPIC, fact) for room in rooms for fact in room.facts)
        self.handlers: dict[type[Command], Handler[Any]] = _unique(
            (handler.command, handler) for room in rooms for handler in room.handlers
        )
        self.commands: dict[str, type[Command]] = _unique((command.ROUTE, command) for command in self.handlers)
        self.dues: dict[str, Due] = _unique((due.entity.KIND, due) for room in rooms for due in room.dues)
        self.reactions: dict[str, Reaction] = _unique(
            (reaction.entity.KIND, reaction) for room in rooms for reaction in room.reactions
        )
        self.beside: dict[str, tuple[Beside, ...]] = {}
        for beside in (beside for room in rooms for beside in room.beside):
            self.beside[beside.entity.KIND] = (*self.beside.get(beside.entity.KIND, ()), beside)
        self.evolutions: dict[type[Fact], tuple[Evolution, ...]] = dict.fromkeys(self.topics.values(), ())
        self.kinds: dict[str, type[Any]] = {}
        for evolution in (evolution for room in rooms for evolution in room.evolutions):
            self.evolutions[evolution.fact] += (evolution,)
            self.kinds[evolution.entity.KIND] = evolution.entity
        # The same, as the most called loop of the house reads it: (kind, ids, apply).
        self.steps = {
            fact: tuple((item.entity.KIND, item.ids, item.apply) for item in evolutions)
            for fact, evolutions in self.evolutions.items()
        }


def _unique(pairs: Any) -> dict[Any, Any]:
    table: dict[Any, Any] = {}
    for name, thing in pairs:
        if name in table:
            raise TypeError(f"{name!r} is taken by {table[name]!r}")
        table[name] = thing
    return table

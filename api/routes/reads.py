"""The table of reads."""

from typing import Final

from api.routes import (
    accounts,
    aids,
    boards,
    crews,
    entitled,
    feed,
    figures,
    handouts,
    histories,
    holds,
    monitors,
    offers,
    payees,
    persons,
    shelves,
    tasks,
    tracks,
    walked,
    walks,
    welfare,
)
from api.routes.aid_reports import REPORTS as OF_AIDS
from api.routes.explanations import EXPLANATIONS
from api.routes.handout_reports import REPORTS as OF_HAND_OUTS
from api.routes.past import AS_OF, FORECAST, KNOWN_AT, MOMENT
from api.routes.reading import PAGE, TEXT, UNIT, Parameter, Read
from api.routes.reports import REPORTS
from ledger import refusals as no
from ledger.refusals import Refusal

ALWAYS: Final[tuple[type[Refusal], ...]] = (
    no.Unauthenticated,
    no.Forbidden,
    no.NotFound,
    no.Malformed,
    no.InternalError,
    no.StorageUnavailable,
    no.ProjectionBehind,
)
"""What every read may be refused with."""
PROJECTED: Final = (no.ProjectionBehind,)
INCLUDE: Final = Parameter(
    "include", "`lots`: the open lots, soonest expiry first; `holds`: the open holds; both with a comma.", dict(TEXT)
)
STATUS: Final = {"type": "string", "enum": ["open", "approved", "rejected", "expired", "granted", "denied", "all"]}
READS: Final = (
    Read(
        path="/accounts/{account}",
        show=accounts.account,
        own=True,
        summary="An account, now or then 账户余额",
        query=(UNIT, AS_OF, KNOWN_AT, FORECAST, INCLUDE),
        refusals=(no.UnknownSchemeTerm,),
    ),
    Read(
        path="/accounts/{account}/statement",
        show=accounts.statement,
        own=True,
        summary="A statement between two instants, or of a month's books 账户流水",
        query=(
            UNIT,
            Parameter("from", "An instant, inclusive.", dict(MOMENT)),
            Parameter("to", "An instant, exclusive.", dict(MOMENT)),
            Parameter("by", "Which clock.", {"type": "string", "enum": ["recorded_at", "occurred_at", "period"]}),
            Parameter("period", "With `by=period`: the posted month, `2022-06`.", dict(TEXT)),
            KNOWN_AT,
            *PAGE,
        ),
        refusals=(no.UnknownSchemeTerm,),
    ),
    Read(
        path="/accounts",
        show=accounts.accounts,
        summary="The free-standing accounts 独立账户",
        query=PAGE,
    ),
    Read(path="/holds/{hold}", show=holds.hold, own=True, summary="One hold 预占"),
    Read(path="/items", show=shelves.items, own=True, summary="The price list 商品目录", query=PAGE),
    Read(path="/items/{item}", show=shelves.item, own=True, summary="One item 商品"),
    Read(path="/redemptions/{redemption}", show=shelves.redemption, own=True, summary="One redemption 兑换单"),
    Read(path="/transactions/{tx}", show=histories.transaction, own=True, summary="What a transaction did 交易"),
    Read(
        path="/events",
        show=feed.events,
        own=True,
        streams=True,
        summary="The facts, one after the other 事件流",
        query=(Parameter("types", "Topics such as `points-earned.v1`, separated by commas.", dict(TEXT)), *PAGE),
    ),
    Read(
        path="/proposals",
        show=histories.proposals,
        summary="What waits for a second person 待审批",
        query=(Parameter("status", "`open` by default.", STATUS), *PAGE),
        refusals=PROJECTED,
    ),
    Read(
        path="/proposals/{proposal}",
        show=histories.proposal,
        summary="One proposal with its history 申请",
        refusals=PROJECTED,
    ),
    Read(
        path="/people",
        show=persons.people,
        summary="People, masked without the permission `vault` 人员",
        query=(Parameter("name", "Part of a name; needs the permission `vault`.", dict(TEXT)), *PAGE),
    ),
    Read(
        path="/people/{holder}",
        show=persons.person,
        own=True,
        summary="One person 人员档案",
        query=(Parameter("on", "The local day whose crew, region and membership is shown; today.", dict(TEXT)),),
    ),
    *crews.READS,
    Read(
        path="/badges/{badge}",
        show=persons.badge,
        summary="Whose card this is 证件",
        refusals=(no.BadgeCheckDigit, no.BadgeRevoked),
    ),
    Read(path="/schemes", show=histories.schemes, own=True, summary="The adopted versions of the scheme 规则"),
    Read(path="/periods", show=histories.periods, own=True, summary="The open period and the closed ones 账期"),
    *monitors.READS,
    *walks.READS,
    *tasks.READS,
    *walked.READS,
    *tracks.READS,
    *entitled.READS,
    *welfare.READS,
    *payees.READS,
    *offers.READS,
    *aids.READS,
    *handouts.READS,
    *boards.READS,
    *figures.READS,
    *EXPLANATIONS,
    *REPORTS,
    *OF_AIDS,
    *OF_HAND_OUTS,
)

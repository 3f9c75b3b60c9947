"""Monitors over HTTP: set, removed, and how they stand."""

from typing import Any, Final

from api.bodies.monitors import MonitorBody, RemovalBody
from api.routes.reading import PAGE, Asked, Read, entities
from api.routes.table import Arrival, Write
from ledger import refusals as no
from ledger.monitors.commands import RemoveMonitor, SetMonitor
from ledger.monitors.entities import Monitor
from ledger.values import AccountId, UnitCode


def monitor(body: MonitorBody, _arrival: Arrival) -> SetMonitor:
    """As asked."""
    return SetMonitor(
        id=body.id,
        account=AccountId(body.account),
        unit=UnitCode(body.unit),
        measure=body.measure,
        side=body.side,
        threshold=body.threshold,
    )


def removal(body: RemovalBody, _arrival: Arrival) -> RemoveMonitor:
    """As asked."""
    return RemoveMonitor(monitor=body.monitor)


def monitors(asked: Asked) -> dict[str, Any]:
    """A page of monitors by id, removed ones too: what each watches and how often it was crossed."""
    page, following = entities(asked, Monitor)
    return {"monitors": [_shown(id, entity) for id, entity in page], "next": following}


def _shown(id: str, entity: Monitor) -> dict[str, Any]:
    return {
        "id": id,
        "account": entity.account,
        "unit": entity.unit,
        "measure": entity.watch.measure,
        "side": entity.watch.side,
        "threshold": entity.watch.threshold,
        "set_at": entity.set_at,
        "removed_at": entity.removed_at,
        "crossings": entity.crossings,
        "crossed_at": entity.crossed_at,
    }


WRITES: Final = (
    Write(
        path="/monitors",
        command=SetMonitor,
        body=MonitorBody,
        make=monitor,
        permission="admin",
        summary="Watch a threshold of an account 设置余额提醒",
        refusals=(no.UnknownSchemeTerm, no.AlreadyExists, no.LimitExceeded),
    ),
    Write(
        path="/monitors/{monitor}/remove",
        command=RemoveMonitor,
        body=RemovalBody,
        make=removal,
        permission="admin",
        summary="Watch it no longer 取消余额提醒",
        refusals=(no.NotEligible,),
    ),
)
READS: Final = (Read(path="/monitors", show=monitors, summary="Thresholds that are watched 余额提醒", query=PAGE),)

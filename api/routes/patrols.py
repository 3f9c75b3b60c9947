"""Rows of the table of writes: routes, and the tasks that are published on them."""

from typing import Final

from api.bodies.geojson import datum_of, line_of, points_of
from api.bodies.patrols import RouteBody, RouteRetirementBody, TaskCancellationBody, TasksBody
from api.routes.table import TERMS, Arrival, Write, always
from ledger import refusals as no
from ledger.patrols.commands import CancelTask, PublishRoute, PublishTasks, RetireRoute
from ledger.values import Day, RouteId, TaskId


def route(body: RouteBody, _arrival: Arrival) -> PublishRoute:
    """As drawn, in WGS-84."""
    datum = datum_of(body)
    return PublishRoute(
        id=RouteId(body.id),
        name=body.name,
        owner=body.owner,
        points=points_of(body.geojson, datum),
        line=line_of(body.geojson, datum),
        claimable_by=body.claimable_by,
        fund=body.fund,
        datum=datum,
    )


def retirement(body: RouteRetirementBody, _arrival: Arrival) -> RetireRoute:
    """As asked."""
    return RetireRoute(route=RouteId(body.route), reason=body.reason)


def tasks(body: TasksBody, _arrival: Arrival) -> PublishTasks:
    """As asked."""
    return PublishTasks(
        route=RouteId(body.route),
        from_on=Day(body.from_on.isoformat()),
        to_on=Day(body.to_on.isoformat()),
        slots=body.slots,
        places=body.places,
    )


def task_cancellation(body: TaskCancellationBody, _arrival: Arrival) -> CancelTask:
    """As asked."""
    return CancelTask(task=TaskId(body.task), reason=body.reason)


WRITES: Final = (
    Write(
        path="/routes",
        command=PublishRoute,
        body=RouteBody,
        make=route,
        permission="task",
        summary="Publish a route 发布路线",
        refusals=(*TERMS, no.AlreadyExists),
        blocking=always,
        decimals=True,
    ),
    Write(
        path="/routes/{route}/retire",
        command=RetireRoute,
        body=RouteRetirementBody,
        make=retirement,
        permission="task",
        summary="Publish no more tasks on a route 停用路线",
        refusals=(*TERMS, no.NotEligible),
    ),
    Write(
        path="/tasks",
        command=PublishTasks,
        body=TasksBody,
        make=tasks,
        permission="task",
        summary="Publish tasks 发布任务",
        refusals=(*TERMS, no.NotEligible, no.AlreadyExists, no.SlotClosed),
    ),
    Write(
        path="/tasks/{task}/cancel",
        command=CancelTask,
        body=TaskCancellationBody,
        make=task_cancellation,
        permission="task",
        summary="Call a task off 取消任务",
        refusals=(*TERMS, no.NotEligible),
    ),
)

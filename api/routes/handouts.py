"""Kits of goods: rows of the table of writes, and of the table of reads. For who keeps stock, and for officers."""

from typing import Any, Final

from api.bodies.handouts import (
    HandOutBody,
    KitBody,
    KitCollectionBody,
    KitCountBody,
    KitMoveBody,
    KitReceiptBody,
    KitReleaseBody,
    KitReservationBody,
    KitReturnBody,
)
from api.routes.reading import PAGE, Asked, Read, entities
from api.routes.table import TERMS, Arrival, Write
from api.routes.welfare import plain
from ledger import refusals as no
from ledger.handouts.commands import (
    CollectKits,
    CountKits,
    DefineKit,
    HandOutKits,
    MoveKits,
    ReceiveKits,
    ReleaseKits,
    ReturnKits,
    SetKitsAside,
)
from ledger.handouts.entities import Component, Depot, HandOut, Kit, SetAside
from ledger.values import Day, HolderId, UnitCode

HAND_OUT: Final = "hand-out"


def kit(body: KitBody, _arrival: Arrival) -> DefineKit:
    """As asked."""
    components = tuple(Component(part.name, part.quantity, part.cost) for part in body.components)
    return DefineKit(id=body.id, name=body.name, unit=UnitCode(body.unit), components=components)


def receipt(body: KitReceiptBody, _arrival: Arrival) -> ReceiveKits:
    """As asked."""
    return ReceiveKits(kit=body.kit, depot=body.depot, pieces=body.pieces, reference=body.reference)


def move(body: KitMoveBody, _arrival: Arrival) -> MoveKits:
    """As asked."""
    return MoveKits(kit=body.kit, depot=body.depot, to=body.to, pieces=body.pieces)


def hand_out(body: HandOutBody, arrival: Arrival) -> HandOutKits:
    """As asked; in a batch under the command's id."""
    return HandOutKits(
        id=arrival.id,
        kit=body.kit,
        depot=body.depot,
        pieces=body.pieces,
        occasion=body.occasion,
        holder=None if body.holder is None else HolderId(body.holder),
        signature=body.signature,
        collected_by=body.collected_by,
        place=body.place,
        heads=body.heads,
    )


def reservation(body: KitReservationBody, arrival: Arrival) -> SetKitsAside:
    """As asked; in a batch under the command's id."""
    return SetKitsAside(
        id=arrival.id,
        kit=body.kit,
        depot=body.depot,
        pieces=body.pieces,
        occasion=body.occasion,
        holder=HolderId(body.holder),
        collect_by_on=Day(body.collect_by_on.isoformat()),
        evidence=body.evidence,
    )


def collection(body: KitCollectionBody, _arrival: Arrival) -> CollectKits:
    """As asked."""
    return CollectKits(
        reservation=body.reservation,
        signature=body.signature,
        collected_by=body.collected_by,
        place=body.place,
    )


def release(body: KitReleaseBody, _arrival: Arrival) -> ReleaseKits:
    """As asked."""
    return ReleaseKits(reservation=body.reservation, reason=body.reason)


def give_back(body: KitReturnBody, _arrival: Arrival) -> ReturnKits:
    """As asked."""
    return ReturnKits(hand_out=body.hand_out, pieces=body.pieces, damaged=body.damaged, reason=body.reason)


def count(body: KitCountBody, _arrival: Arrival) -> CountKits:
    """As asked."""
    return CountKits(kit=body.kit, depot=body.depot, good=body.good, damaged=body.damaged)


WRITES: Final = (
    Write(
        path="/kits",
        command=DefineKit,
        body=KitBody,
        make=kit,
        permission=HAND_OUT,
        summary="Define a kit 定义礼包",
        refusals=(*TERMS, no.AlreadyExists),
    ),
    Write(
        path="/kits/{kit}/receipts",
        command=ReceiveKits,
        body=KitReceiptBody,
        make=receipt,
        permission=HAND_OUT,
        summary="Kits that came in 礼包入库",
        refusals=(no.AmountOutOfRange,),
    ),
    Write(
        path="/kits/{kit}/moves",
        command=MoveKits,
        body=KitMoveBody,
        make=move,
        permission=HAND_OUT,
        summary="Move kits to another depot 礼包调拨",
        refusals=(no.OutOfStock,),
    ),
    Write(
        path="/kits/{kit}/counts",
        command=CountKits,
        body=KitCountBody,
        make=count,
        permission=HAND_OUT,
        summary="Count a depot 礼包盘点",
    ),
    Write(
        path="/hand-outs",
        command=HandOutKits,
        body=HandOutBody,
        make=hand_out,
        permission=HAND_OUT,
        summary="Hand kits out 发放礼包",
        refusals=(
            *TERMS,
            no.AlreadyExists,
            no.HolderMerged,
            no.HolderBarred,
            no.LimitExceeded,
            no.OutOfStock,
        ),
    ),
    Write(
        path="/kit-reservations",
        command=SetKitsAside,
        body=KitReservationBody,
        make=reservation,
        permission=HAND_OUT,
        summary="Keep kits for somebody 预留礼包或奖品",
        refusals=(
            *TERMS,
            no.AlreadyExists,
            no.HolderMerged,
            no.HolderBarred,
            no.LimitExceeded,
            no.OutOfStock,
        ),
    ),
    Write(
        path="/kit-reservations/{reservation}/collect",
        command=CollectKits,
        body=KitCollectionBody,
        make=collection,
        permission=HAND_OUT,
        summary="Hand out what was kept 领取预留",
        refusals=(no.NotEligible, no.AlreadyExists, no.HolderBarred),
    ),
    Write(
        path="/kit-reservations/{reservation}/release",
        command=ReleaseKits,
        body=KitReleaseBody,
        make=release,
        permission=HAND_OUT,
        summary="Keep it no longer 取消预留",
        refusals=(*TERMS, no.NotEligible),
    ),
    Write(
        path="/hand-outs/{hand_out}/returns",
        command=ReturnKits,
        body=KitReturnBody,
        make=give_back,
        permission=HAND_OUT,
        summary="Kits that come back 礼包退回",
        refusals=(*TERMS, no.ExceedsOriginal),
    ),
)


def one(asked: Asked) -> dict[str, Any]:
    """One kit with what it costs."""
    id = asked.params["kit"]
    found = asked.served.ledger.the(Kit, id)
    return plain(id, found, cost=found.cost)


def several(asked: Asked) -> dict[str, Any]:
    """A page of kits by id."""
    page, following = entities(asked, Kit)
    return {"kits": [plain(id, found, cost=found.cost) for id, found in page], "next": following}


def depots(asked: Asked) -> dict[str, Any]:
    """What lies where, a page by depot and kit."""
    page, following = entities(asked, Depot)
    shown = [dict(zip(("depot", "kit"), id.split("/"), strict=True)) | plain(id, found) for id, found in page]
    return {"depots": shown, "next": following}


def given(asked: Asked) -> dict[str, Any]:
    """One hand-out."""
    id = asked.params["hand_out"]
    shown = plain(id, asked.served.ledger.the(HandOut, id))
    del shown["counts"]
    return shown


def kept(asked: Asked) -> dict[str, Any]:
    """What is kept for somebody, as it stands."""
    return _kept(asked.params["reservation"], asked.served.ledger.the(SetAside, asked.params["reservation"]))


def all_kept(asked: Asked) -> dict[str, Any]:
    """A page of what is or was kept, by id."""
    page, following = entities(asked, SetAside)
    return {"reservations": [_kept(id, found) for id, found in page], "next": following}


def _kept(id: str, found: SetAside) -> dict[str, Any]:
    shown = plain(id, found)
    del shown["counts"]
    return shown


READS: Final = (
    Read(path="/kit-reservations", show=all_kept, summary="What is kept for somebody 预留清单", query=PAGE),
    Read(path="/kit-reservations/{reservation}", show=kept, summary="What is kept for somebody 预留详情"),
    Read(path="/kits", show=several, summary="Kits 礼包", query=PAGE),
    Read(path="/kits/{kit}", show=one, summary="One kit 礼包详情"),
    Read(path="/depots", show=depots, summary="What lies in which depot 礼包库存", query=PAGE),
    Read(path="/hand-outs/{hand_out}", show=given, summary="One hand-out 发放记录"),
)

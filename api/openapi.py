"""OpenAPI 3.1 from the tables: each route with its body, its answer, and every code it can be refused with."""

import re
from collections import defaultdict
from collections.abc import Iterable
from typing import Any, Final

import msgspec

from api.answers.sentences import EN, words_of
from api.auth import PERMISSIONS, ROLES
from api.routes import acting, actions, batches, importing, reads, tracks, writes
from api.routes.acting import Action
from api.routes.reading import AT_LEAST, FORMAT, MEDIA_TYPES, Parameter, Read
from api.routes.table import BASE, Write
from ledger.refusals import Refusal

VERSION: Final = "1"
_REF: Final = "#/components/schemas/{name}"
_JSON: Final = "application/json"
_PROBLEM: Final = "application/problem+json"
_VISIBLE: Final = "^[!-~]+$"

PROBLEM: Final[dict[str, Any]] = {
    "type": "object",
    "description": "RFC 9457. `retryable`: the same wish can succeed later under a new key. Further members: numbers.",
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "code": {"type": "string"},
        "retryable": {"type": "boolean"},
        "detail": {"type": "string"},
        "errors": {"type": "array", "items": {"$ref": "#/components/schemas/Place"}},
    },
    "required": ["type", "title", "status", "code", "retryable", "detail"],
}
PLACE: Final[dict[str, Any]] = {
    "type": "object",
    "properties": {name: {"type": "string"} for name in ("pointer", "code", "detail")},
    "required": ["pointer", "code", "detail"],
}
ACCOUNT: Final[dict[str, Any]] = {
    "type": "object",
    "description": "balance = received - spent - lapsed; available = max(0, spendable - held - floor): what can be "
    "spent now, the floor being 0 for people; null on an account without a floor.",
    "properties": {
        "account": {"type": "string"},
        "unit": {"type": "string"},
        **{
            name: {"type": "integer"}
            for name in (
                "received",
                "spent",
                "lapsed",
                "balance",
                "spendable",
                "held",
                "incoming",
                "debt",
                "position",
            )
        },
        "available": {"type": ["integer", "null"]},
    },
    "required": ["account", "unit", "balance", "available", "position"],
}
TRANSACTION: Final[dict[str, Any]] = {
    "type": "object",
    "description": "What a write did, beside what its kind adds.",
    "properties": {
        "id": {"type": "string"},
        "type": {"type": "string"},
        "status": {"type": "string"},
        "tx": {"type": "string"},
        "position": {"type": "integer"},
        "recorded_at": {"type": "string", "format": "date-time"},
        "occurred_at": {"type": "string", "format": "date-time"},
        "period": {"type": "string"},
        "amount": {"type": "integer", "description": "What moved, which may be less than what was asked."},
        "effects": {"type": "array", "items": {"type": "object"}},
        "balances": {"type": "array", "items": {"$ref": "#/components/schemas/Account"}},
    },
    "required": ["id", "type", "status", "tx", "position", "recorded_at", "occurred_at", "period", "balances"],
}


def document() -> dict[str, Any]:
    """The whole description."""
    paths: dict[str, dict[str, Any]] = defaultdict(dict)
    for write in writes.WRITES:
        paths[BASE + write.path]["post"] = _write(write)
    paths[BASE + "/batches"]["post"] = _batch()
    for action in actions.ACTIONS:
        paths[BASE + action.path]["post"] = _action(action)
    paths[BASE + "/imports/{profile}"]["post"] = _import()
    for upload in tracks.UPLOADS:
        paths[BASE + upload.path]["post"] = _upload(upload)
    for read in reads.READS:
        paths[BASE + read.path]["get"] = _read(read)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Jifen",
            "version": VERSION,
            "description": "A points and benefits ledger. Amounts are whole steps of their unit; times are RFC 3339.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/"}],
        "security": [{"key": []}],
        "paths": dict(paths),
        "components": {
            "securitySchemes": {"key": {"type": "http", "scheme": "bearer", "description": "An API key."}},
            "schemas": _schemas(),
        },
        "x-roles": {role: [name for name in PERMISSIONS if name in held] for role, held in ROLES.items()},
    }


def _schemas() -> dict[str, Any]:
    bodies = [row.body for table in (writes.WRITES, actions.ACTIONS, tracks.UPLOADS) for row in table]
    _, components = msgspec.json.schema_components(bodies, ref_template=_REF)
    for write in writes.WRITES:
        schema = components[write.body.__name__]
        for name in write.params:
            # It stands in the path; a batch names it in the body.
            schema["properties"].pop(name, None)
            schema["required"] = [other for other in schema.get("required", []) if other != name]
    kinds = {"Problem": PROBLEM, "Place": PLACE, "Account": ACCOUNT, "Transaction": TRANSACTION}
    return dict(sorted({**components, **kinds}.items()))


def _write(write: Write) -> dict[str, Any]:
    schema = {"$ref": f"#/components/schemas/{write.body.__name__}"}
    return {
        "operationId": write.type,
        "summary": write.summary,
        "description": _text(write.body),
        "parameters": [*_path_parameters(write.path), _idempotency_key(), _language()],
        "requestBody": {"required": True, "content": {_JSON: {"schema": schema}}},
        "responses": {
            "201": _success("Transaction", "Done and durable.", replayed=True),
            **_problems((*writes.ALWAYS, *write.refusals)),
        },
        "x-permission": write.permission,
        "x-own": write.own,
    }


def _read(read: Read) -> dict[str, Any]:
    return {
        "operationId": "get-" + re.sub(r"[{}]", "", read.path.strip("/")).replace("/", "-"),
        "summary": read.summary,
        "description": " ".join((read.show.__doc__ or "").split()),
        "parameters": [*_path_parameters(read.path), *_query((*read.query, AT_LEAST)), *_resuming(read), _language()],
        "responses": {
            "200": _shown(streams=read.streams, files=FORMAT in read.query),
            **_problems((*reads.ALWAYS, *read.refusals)),
        },
        "x-permission": read.permission,
        "x-own": read.own,
    }


def _query(parameters: Iterable[Parameter]) -> list[dict[str, Any]]:
    return [
        {"name": item.name, "in": "query", "required": item.required, "description": item.description}
        | {"schema": item.schema}
        for item in parameters
    ]


def _action(action: Action) -> dict[str, Any]:
    schema = {"$ref": f"#/components/schemas/{action.body.__name__}"}
    return {
        "operationId": action.name,
        "summary": action.summary,
        "description": " ".join((action.act.__doc__ or "").split()),
        "parameters": [*_path_parameters(action.path), _language()],
        "requestBody": {"required": True, "content": {_JSON: {"schema": schema}}},
        "responses": {
            "200": {"description": "What came of it.", "content": {_JSON: {"schema": {"type": "object"}}}},
            **_problems((*acting.ALWAYS, *action.refusals)),
        },
        "x-permission": action.permission,
        "x-own": action.own,
    }


def _import() -> dict[str, Any]:
    report = {_JSON: {"schema": {"type": "object"}}, "text/csv": {"schema": {"type": "string"}}}
    return {
        "operationId": "import",
        "summary": "Hand in a file 导入文件",
        "description": _text(importing.ImportEndpoint),
        "parameters": [*_path_parameters("/imports/{profile}"), *_query(importing.QUERY), _language()],
        "requestBody": {"required": True, "content": {"multipart/form-data": {"schema": importing.SCHEMA}}},
        "responses": {
            "200": {"description": "The report on every row.", "content": report},
            **_problems(importing.REFUSALS),
        },
        "x-permission": importing.ImportEndpoint.permission,
        "x-own": False,
    }


def _upload(upload: tracks.Upload) -> dict[str, Any]:
    content: dict[str, Any] = {_JSON: {"schema": {"$ref": f"#/components/schemas/{upload.body.__name__}"}}}
    if upload.whole:
        content[tracks.GPX] = {"schema": {"type": "string", "description": "GPX 1.0 or 1.1."}}
    return {
        "operationId": upload.name,
        "summary": upload.summary,
        "description": _text(upload.body),
        "parameters": [*_path_parameters(upload.path), *_query((tracks.DATUM,)), _language()],
        "requestBody": {"required": True, "content": content},
        "responses": {
            "200": {"description": "How much is kept.", "content": {_JSON: {"schema": {"type": "object"}}}},
            **_problems(tracks.REFUSALS),
        },
        "x-permission": tracks.UploadEndpoint.permission,
        "x-own": tracks.UploadEndpoint.own,
    }


def _batch() -> dict[str, Any]:
    return {
        "operationId": "batch",
        "summary": "Many commands at once 批量",
        "description": _text(batches.BatchEndpoint),
        "parameters": [*_path_parameters(""), _language()],
        "requestBody": {"required": True, "content": {_JSON: {"schema": batches.SCHEMA}}},
        "responses": {
            "200": {"description": "Each outcome in order.", "content": {_JSON: {"schema": batches.ANSWER_SCHEMA}}},
            **_problems(batches.REFUSALS),
        },
        "x-permission": batches.PERMISSION,
        "x-own": False,
    }


def _text(kind: type) -> str:
    return " ".join((kind.__doc__ or "").split())


def _path_parameters(path: str) -> list[dict[str, Any]]:
    return [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string", "pattern": _VISIBLE}}
        for name in re.findall(r"{(\w+)}", BASE + path)
    ]


def _idempotency_key() -> dict[str, Any]:
    return {
        "name": "Idempotency-Key",
        "in": "header",
        "required": True,
        "description": "The same key with the same request gets the same answer for ever, and has one effect.",
        "schema": {"type": "string", "pattern": "^[!-~]{1,255}$"},
    }


def _language() -> dict[str, Any]:
    return {
        "name": "Accept-Language",
        "in": "header",
        "required": False,
        "description": "zh-CN or en; a replayed answer keeps the language of its first.",
        "schema": {"type": "string"},
    }


def _success(schema: str, description: str, *, replayed: bool = False) -> dict[str, Any]:
    answer: dict[str, Any] = {
        "description": description,
        "content": {_JSON: {"schema": {"$ref": f"#/components/schemas/{schema}"}}},
    }
    if replayed:
        answer["headers"] = {
            "Idempotent-Replayed": {
                "description": "`true` on every answer but the first.",
                "schema": {"type": "string"},
            }
        }
    return answer


def _resuming(read: Read) -> list[dict[str, Any]]:
    description = "With `Accept: text/event-stream`: the last message that was received; it goes on behind that."
    schema = {"type": "string"}
    header = {"name": "Last-Event-ID", "in": "header", "required": False, "description": description, "schema": schema}
    return [header] if read.streams else []


def _shown(*, streams: bool = False, files: bool = False) -> dict[str, Any]:
    stream: dict[str, Any] = {"text/event-stream": {"schema": {"type": "string"}}} if streams else {}
    stream |= {kind.decode(): {"schema": {"type": "string"}} for kind in MEDIA_TYPES.values()} if files else {}
    return {
        "description": "As it is now.",
        "headers": {
            "Ledger-Position": {"description": "Where the ledger stood at least.", "schema": {"type": "integer"}}
        },
        "content": {_JSON: {"schema": {"type": "object"}}, **stream},
    }


def _problems(refusals: Iterable[type[Refusal]]) -> dict[str, Any]:
    by_status: dict[int, dict[str, None]] = defaultdict(dict)
    for declared in refusals:
        # Where one can be met its kinds can be: a limit that differs by region is a limit.
        for refusal in (declared, *declared.__subclasses__()):
            by_status[refusal.status][refusal.code] = None
    return {str(status): _problem(status, list(codes)) for status, codes in sorted(by_status.items())}


def _problem(status: int, codes: list[str]) -> dict[str, Any]:
    schema = {"allOf": [{"$ref": "#/components/schemas/Problem"}, {"properties": {"code": {"enum": codes}}}]}
    answer: dict[str, Any] = {
        "description": "; ".join(f"`{code}`: {words_of(code, EN).title}" for code in codes),
        "content": {_PROBLEM: {"schema": schema}},
    }
    if status in {429, 503}:
        answer["headers"] = {"Retry-After": {"description": "Seconds.", "schema": {"type": "integer"}}}
    return answer

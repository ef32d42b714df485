"""Our own OpenAPI document of the PACT 3 HTTP interface, made of our own schema: no file of others is in it.

``python -m gateway.formats.pact.openapi schemas`` writes it. Facts: PACT Technical Specifications 3.0.3.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any, Final

from gateway import resources
from gateway.frontdoor import json as json_door

FILE: Final = "pact/openapi-3.0.json"
_SCHEMA: Final = "pact/product-footprint-3.0.schema.json"
_FILTERS: Final = {
    "productId": "urn",
    "companyId": "urn",
    "geography": "string",
    "classification": "urn",
    "validOn": "dateTime",
    "validAfter": "dateTime",
    "validBefore": "dateTime",
    "status": "string",
}
_EVENTS: Final = "org.wbcsd.pact.ProductFootprint."
_CODES: Final = (
    "BadRequest",
    "AccessDenied",
    "TokenExpired",
    "NotFound",
    "NotImplemented",
    "InternalError",
)


def document() -> dict[str, Any]:
    """The whole document, OpenAPI 3.1."""
    schemas = _schemas()
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "PACT 3 footprint exchange, own statement",
            "version": "3.0.3",
            "description": "Stated from the facts of the PACT Technical Specifications 3.0.3 of WBCSD.",
        },
        "jsonSchemaDialect": "https://json-schema.org/draft/2020-12/schema",
        "security": [{"clientCredentials": []}],
        "paths": {
            "/3/footprints": {"get": _list()},
            "/3/footprints/{id}": {"get": _get()},
            "/3/events": {"post": _events()},
        },
        "components": {
            "schemas": schemas,
            "responses": {"Error": _answer("Error", "One code and a message.")},
            "securitySchemes": {
                "clientCredentials": {
                    "type": "oauth2",
                    "flows": {"clientCredentials": {"tokenUrl": "/auth/token", "scopes": {}}},
                }
            },
        },
    }


def _schemas() -> dict[str, Any]:
    told = json_door.parse(resources.schema(_SCHEMA).read_bytes())
    assert isinstance(told, dict)
    own: Any = json.loads(json.dumps(told).replace("#/definitions/", "#/components/schemas/"))
    schemas: dict[str, Any] = dict(own["definitions"])
    schemas["ProductFootprint"] = {k: own[k] for k in ("type", "required", "properties")}
    text: dict[str, Any] = {"type": "string"}
    schemas["Error"] = {
        "type": "object",
        "required": ["code", "message"],
        "properties": {"code": {"enum": list(_CODES)}, "message": text},
    }
    data: dict[str, dict[str, Any]] = {
        "RequestCreatedEvent": {"properties": {n: _many(k) for n, k in _FILTERS.items()} | {"comment": text}},
        "RequestFulfilledEvent": {
            "required": ["requestEventId", "pfs"],
            "properties": {
                "requestEventId": text,
                "pfs": {"type": "array", "minItems": 1, "items": _ref("ProductFootprint")},
            },
        },
        "RequestRejectedEvent": {
            "required": ["requestEventId", "error"],
            "properties": {"requestEventId": text, "error": _ref("Error")},
        },
        "PublishedEvent": {
            "required": ["pfIds"],
            "properties": {"pfIds": {"type": "array", "minItems": 1, "items": _ref("uuid")}},
        },
    }
    for name, body in data.items():
        schemas[name] = {
            "type": "object",
            "required": ["type", "specversion", "id", "source", "data"],
            "properties": {
                "type": {"enum": [f"{_EVENTS}{name}.3"]},
                "specversion": {"enum": ["1.0"]},
                "id": text,
                "source": _ref("uri"),
                "time": _ref("dateTime"),
                "data": {"type": "object", **body},
            },
        }
    return schemas


def _ref(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}


def _many(kind: str) -> dict[str, Any]:
    one: dict[str, Any] = {"type": "string"} if kind == "string" else _ref(kind)
    return {"type": "array", "items": one}


def _answer(name: str, text: str) -> dict[str, Any]:
    return {"description": text, "content": {"application/json": {"schema": _ref(name)}}}


def _data(items: dict[str, Any], text: str) -> dict[str, Any]:
    schema = {"type": "object", "required": ["data"], "properties": {"data": items}}
    return {"description": text, "content": {"application/json": {"schema": schema}}}


def _failures(*codes: str) -> dict[str, Any]:
    return {code: {"$ref": "#/components/responses/Error"} for code in codes}


def _list() -> dict[str, Any]:
    filters = [
        {"name": name, "in": "query", "schema": _many("string"), "explode": True, "style": "form"}
        for name in _FILTERS
    ]
    limit = {"name": "limit", "in": "query", "schema": {"type": "integer", "minimum": 1}}
    found = _data({"type": "array", "items": _ref("ProductFootprint")}, "The footprints that fit.")
    found["headers"] = {"Link": {"description": "The next page.", "schema": {"type": "string"}}}
    return {
        "operationId": "listFootprints",
        "parameters": [limit, *filters],
        "responses": {"200": found, "202": found, **_failures("400", "401", "403")},
    }


def _get() -> dict[str, Any]:
    id_ = {"name": "id", "in": "path", "required": True, "schema": _ref("uuid")}
    found = _data(_ref("ProductFootprint"), "The footprint, deprecated ones too.")
    return {
        "operationId": "getFootprint",
        "parameters": [id_],
        "responses": {"200": found, **_failures("400", "401", "403", "404")},
    }


def _events() -> dict[str, Any]:
    names = ("RequestCreatedEvent", "RequestFulfilledEvent", "RequestRejectedEvent", "PublishedEvent")
    schema = {"oneOf": [_ref(name) for name in names]}
    media = "application/cloudevents+json; charset=UTF-8"
    return {
        "operationId": "postEvent",
        "requestBody": {"required": True, "content": {media: {"schema": schema}}},
        "responses": {"200": {"description": "Taken."}, **_failures("400", "401", "403")},
    }


def rendered() -> str:
    """The document as it is stored."""
    return json.dumps(document(), ensure_ascii=False, indent=1) + "\n"


def main(folder: str) -> None:
    """Write the document below ``folder``."""
    (Path(folder) / FILE).write_text(rendered(), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1])

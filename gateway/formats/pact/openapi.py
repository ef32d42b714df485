"""Our own OpenAPI documents of the PACT HTTP interfaces, made of our own schemas, not of others' files.

``python -m gateway.formats.pact.openapi schemas`` writes them. Facts: PACT Technical Specifications 3.0.3 and
2.3.3.
"""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from gateway import resources
from gateway.codec import jsonwrite
from gateway.codec.carrier_schema import PATTERNS
from gateway.frontdoor import json as json_door


@dataclass(frozen=True, slots=True)
class Edition:
    """One interface: where it stands, whose footprints it hands out, and what its errors are called."""

    version: str
    base: str
    schema: str
    codes: tuple[str, ...]

    @property
    def file(self) -> str:
        """Its file below ``schemas/``."""
        return f"pact/openapi-{self.version[:3]}.json"


_CODES: Final = ("BadRequest", "AccessDenied", "TokenExpired", "NotImplemented", "InternalError")
EDITIONS: Final = (
    Edition("3.0.3", "/3", "pact/product-footprint-3.0.schema.json", (*_CODES, "NotFound")),
    Edition("2.3.3", "/2", "pact/product-footprint-2.3.schema.json", (*_CODES, "NoSuchFootprint")),
)
NEWEST, OLDER = EDITIONS
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
_OLDER: Final = "org.wbcsd.pathfinder.ProductFootprint"
# The formats that an interface names beside those of its footprints.
_SHARED: Final = {"uuid": "uuid", "dateTime": "date-time", "urn": "urn"}
_URI: Final = {"type": "string", "pattern": "^[A-Za-z][A-Za-z0-9+.-]*:[!-~]+$"}


def document(edition: Edition = NEWEST) -> dict[str, Any]:
    """The whole document, OpenAPI 3.1."""
    text = f"Stated from the facts of the PACT Technical Specifications {edition.version} of WBCSD."
    return {
        "openapi": "3.1.0",
        "info": {
            "title": f"PACT {edition.version[0]} footprint exchange, own statement",
            "version": edition.version,
            "description": text,
        },
        "jsonSchemaDialect": "https://json-schema.org/draft/2020-12/schema",
        "security": [{"clientCredentials": []}],
        "paths": {
            "/auth/token": {"post": _token()},
            f"{edition.base}/footprints": {"get": _list(edition)},
            f"{edition.base}/footprints/{{id}}": {"get": _get()},
            f"{edition.base}/events": {"post": _post(edition)},
        },
        "components": {
            "schemas": _schemas(edition),
            "responses": {"Error": _answer("Error", "One code and a message.")},
            "securitySchemes": {
                "clientBasic": {"type": "http", "scheme": "basic"},
                "clientCredentials": {
                    "type": "oauth2",
                    "flows": {"clientCredentials": {"tokenUrl": "/auth/token", "scopes": {}}},
                },
            },
        },
    }


def _schemas(edition: Edition) -> dict[str, Any]:
    told = json_door.parse(resources.schema(edition.schema).read_bytes())
    assert isinstance(told, dict)
    own: Any = json.loads(jsonwrite.encode(told).replace("#/definitions/", "#/components/schemas/"))
    shared: dict[str, Any] = {n: {"type": "string", "pattern": PATTERNS[k]} for n, k in _SHARED.items()}
    schemas: dict[str, Any] = {**shared, "uri": _URI, **own.get("definitions", {})}
    schemas["ProductFootprint"] = {k: own[k] for k in ("type", "required", "properties")}
    text: dict[str, Any] = {"type": "string"}
    schemas["Error"] = _closed({"code": {"enum": list(edition.codes)}, "message": text})
    schemas["AccessToken"] = _closed(
        {"access_token": text, "token_type": {"enum": ["bearer", "Bearer"]}}, expires_in={"type": "integer"}
    )
    schemas["TokenError"] = _closed({"error": text}, error_description=text)
    for name, (kind, data) in (_events_3(text) if edition is NEWEST else _events_2(text)).items():
        inner = {
            "type": {"enum": [kind]},
            "specversion": {"enum": ["1.0"]},
            "id": text,
            "source": _ref("uri"),
        }
        schemas[name] = _closed({**inner, "data": data}, time=_ref("dateTime"))
    return schemas


def _closed(required: dict[str, Any], **more: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON
    """An object with members that must be there, and others."""
    return {"type": "object", "required": list(required), "properties": {**required, **more}}


def _events_3(text: dict[str, Any]) -> dict[str, tuple[str, dict[str, Any]]]:
    wanted = {n: _many(k) for n, k in _FILTERS.items()} | {"comment": text}
    data = {
        "RequestCreatedEvent": {"type": "object", "properties": wanted},
        "RequestFulfilledEvent": _fulfilled(text),
        "RequestRejectedEvent": _closed({"requestEventId": text, "error": _ref("Error")}),
        "PublishedEvent": _closed({"pfIds": {"type": "array", "minItems": 1, "items": _ref("uuid")}}),
    }
    return {name: (f"{_EVENTS}{name}.3", body) for name, body in data.items()}


def _events_2(text: dict[str, Any]) -> dict[str, tuple[str, dict[str, Any]]]:
    """A request has a part of a footprint there: whatever it names is wanted."""
    ids = {"type": "array", "minItems": 1, "items": _ref("uuid")}
    return {
        "RequestCreatedEvent": (
            f"{_OLDER}Request.Created.v1",
            _closed({"pf": {"type": "object"}}, comment=text),
        ),
        "RequestFulfilledEvent": (f"{_OLDER}Request.Fulfilled.v1", _fulfilled(text)),
        "RequestRejectedEvent": (
            f"{_OLDER}Request.Rejected.v1",
            _closed({"requestEventId": text, "error": _ref("Error")}),
        ),
        "PublishedEvent": (f"{_OLDER}.Published.v1", _closed({"pfIds": ids})),
    }


def _fulfilled(text: dict[str, Any]) -> dict[str, Any]:
    footprints = {"type": "array", "minItems": 1, "items": _ref("ProductFootprint")}
    return _closed({"requestEventId": text, "pfs": footprints})


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


def _token() -> dict[str, Any]:
    form = _closed({"grant_type": {"enum": ["client_credentials"]}}, scope={"type": "string"})
    body = {"required": True, "content": {"application/x-www-form-urlencoded": {"schema": form}}}
    refused = _answer("TokenError", "Refused.")
    return {
        "operationId": "authenticate",
        "security": [{"clientBasic": []}],
        "requestBody": body,
        "responses": {"200": _answer("AccessToken", "A token."), "400": refused, "401": refused},
    }


def _list(edition: Edition) -> dict[str, Any]:
    filters: list[dict[str, Any]] = [
        {"name": name, "in": "query", "schema": _many("string"), "explode": True, "style": "form"}
        for name in _FILTERS
    ]
    if edition is OLDER:
        filters = [{"name": "$filter", "in": "query", "schema": {"type": "string"}}]
    limit = {"name": "limit", "in": "query", "schema": {"type": "integer", "minimum": 1}}
    found = _data({"type": "array", "items": _ref("ProductFootprint")}, "The footprints that fit.")
    found["headers"] = {"Link": {"description": "The next page.", "schema": {"type": "string"}}}
    return {
        "operationId": "listFootprints",
        "parameters": [limit, *filters],
        "responses": {"200": found, "202": found, **_failures("400", "401", "403", "500")},
    }


def _get() -> dict[str, Any]:
    id_ = {"name": "id", "in": "path", "required": True, "schema": _ref("uuid")}
    found = _data(_ref("ProductFootprint"), "The footprint, deprecated ones too.")
    return {
        "operationId": "getFootprint",
        "parameters": [id_],
        "responses": {"200": found, **_failures("400", "401", "403", "404", "500")},
    }


def _post(edition: Edition) -> dict[str, Any]:
    names = ("RequestCreatedEvent", "RequestFulfilledEvent", "RequestRejectedEvent", "PublishedEvent")
    schema = {"oneOf": [_ref(name) for name in names]}
    media = "application/cloudevents+json; charset=UTF-8"
    codes = ("400", "401", "403", "500") if edition is NEWEST else ("400", "401", "403", "404", "500")
    return {
        "operationId": "postEvent",
        "requestBody": {"required": True, "content": {media: {"schema": schema}}},
        "responses": {"200": {"description": "Taken."}, **_failures(*codes)},
    }


def rendered(edition: Edition = NEWEST) -> str:
    """The document as it is stored."""
    return json.dumps(document(edition), ensure_ascii=False, indent=1) + "\n"


def main(folder: str) -> None:
    """Write the documents below ``folder``."""
    for edition in EDITIONS:
        (Path(folder) / edition.file).write_text(rendered(edition), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1])

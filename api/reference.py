"""The OpenAPI document and a page made of it that asks no other host for anything."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import jinja2
from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from matcher.organisation import Side
from matcher.vocabulary import load_vocabulary

from .problems import MEDIA_TYPE, TITLES
from .schemas import Problem

SAID = {
    400: "The body is no valid JSON 请求体不是有效的 JSON",
    401: "No valid key 密钥无效",
    404: "Nothing goes by the name in the address 地址中的名称未知",
    413: "The body is larger than 64 KB 请求体过大",
    415: "The body is not declared as JSON 请求体须为 JSON",
    422: "The request cannot be understood 请求无法理解",
    503: "Not ready, or busy 尚未就绪或繁忙",
}
WHO_ASKS = ("text", "profile", "organisation", "for")
"""Fields of a question that the page shows first."""
REFERENCE = {"$ref": "#/components/schemas/Problem"}


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The documented failures of a route."""
    made: dict[int | str, dict[str, Any]] = {}
    for status in statuses:
        made[status] = {
            "description": SAID[status],
            "content": {MEDIA_TYPE: {"schema": REFERENCE}},
        }
        if status == 401:
            made[status]["headers"] = {"WWW-Authenticate": {"schema": {"type": "string"}}}
        if status == 503:
            made[status]["headers"] = {"Retry-After": {"schema": {"type": "integer"}}}
    return made


def openapi(app: FastAPI) -> dict[str, Any]:
    """The document, made once: what FastAPI finds in the routes, and the shape of a problem."""
    if app.openapi_schema is None:
        document = get_openapi(
            title=app.title, version=app.version, description=app.description, routes=app.routes
        )
        schemas = document["components"]["schemas"]
        schema = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
        schemas.update(schema.pop("$defs"))
        schemas["Problem"] = schema
        app.openapi_schema = document
    return app.openapi_schema


@cache
def template() -> jinja2.Template:
    """The page, with every value escaped."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("reference.html.jinja")


def reference_page(app: FastAPI) -> str:
    """Every operation, its parameters and answers, and every type of problem."""
    document = openapi(app)
    schemas = document["components"]["schemas"]
    asked = schemas["MatchRequest"]["properties"]
    operations = [
        (method.upper(), path, operation)
        for path, item in document["paths"].items()
        for method, operation in item.items()
    ]
    words = load_vocabulary()
    return template().render(
        title=app.title,
        version=app.version,
        operations=operations,
        fields=dict(sorted(asked.items(), key=lambda field: field[0] not in WHO_ASKS)),
        names={
            "sector": words.sector,
            "side": [term for term in words.side if term.code != Side.NONE.value],
            "regions": words.region,
            "countries": words.country,
        },
        titles=TITLES,
        kind=kind,
    )


def kind(schema: dict[str, Any]) -> str:
    """What a value may be, in a few words."""
    if "$ref" in schema:
        return str(schema["$ref"].rpartition("/")[2])
    if "enum" in schema or "const" in schema:
        return " | ".join(map(str, schema.get("enum", [schema.get("const")])))
    if schema.get("type") == "array":
        return f"list of {kind(schema['items'])}"
    limits = [
        f"{sign} {schema[key]:g}"
        for key, sign in (("minimum", "≥"), ("maximum", "≤"), ("maxLength", "length ≤"))
        if key in schema
    ]
    named = str(schema.get("format") or schema.get("type", "any"))
    return ", ".join([named, *limits])

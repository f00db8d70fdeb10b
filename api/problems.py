"""Problem documents (RFC 9457): one for every way a request can fail, in Chinese and English."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import orjson
from fastapi import Request, Response

from matcher.errors import Bilingual, MatcherError, NotReady, UnknownTerm

MEDIA_TYPE = "application/problem+json"
PAGE = "/v1/docs"
"""The page that explains every type."""

TITLES: dict[str, Bilingual] = {
    "error": Bilingual("出错", "Error"),
    "bad_input": Bilingual("请求无法理解", "The request cannot be understood"),
    "empty_question": Bilingual("问题是空的", "The question is empty"),
    "unknown_term": Bilingual("未知的产业领域、国家/地区等", "Unknown sector, country/region ..."),
    "unknown_organisation": Bilingual("未知的机构", "Unknown organisation"),
    "unauthorised": Bilingual("密钥无效", "No valid key"),
    "not_ready": Bilingual("服务尚未就绪", "Not ready"),
    "snapshot_damaged": Bilingual("快照已损坏", "The snapshot is damaged"),
    "snapshot_mismatch": Bilingual("快照与程序不符", "The snapshot does not fit the program"),
    "busy": Bilingual("服务繁忙", "Busy"),
    "malformed": Bilingual("请求体不是有效的 JSON", "The body is no valid JSON"),
    "not_found": Bilingual("没有这个地址", "No such address"),
    "method_not_allowed": Bilingual("此地址不支持该方法", "Method not allowed"),
    "too_large": Bilingual("请求体过大", "The body is too large"),
    "unsupported_media_type": Bilingual("请求体须为 JSON", "The body must be JSON"),
    "invalid": Bilingual("请求内容不合要求", "The request does not fit its schema"),
    "internal": Bilingual("内部错误", "Internal error"),
}
"""Code -> title; `type` is the code's place on the page that explains it."""

BY_STATUS = {
    400: "malformed",
    404: "not_found",
    405: "method_not_allowed",
    413: "too_large",
    415: "unsupported_media_type",
}
SAID: dict[str, tuple[Bilingual, Bilingual]] = {
    "malformed": (
        Bilingual("请求体无法解析。", "the body cannot be parsed."),
        Bilingual("发送 UTF-8 编码的 JSON 对象。", "send a JSON object in UTF-8."),
    ),
    "not_found": (
        Bilingual("接口没有这个地址。", "the API has no such address."),
        Bilingual("地址见 /v1/docs。", "see /v1/docs for its addresses."),
    ),
    "method_not_allowed": (
        Bilingual("这个地址不支持所用的方法。", "this address does not take that method."),
        Bilingual("可用的方法见 Allow 头。", "the header Allow names those it takes."),
    ),
    "too_large": (
        Bilingual("请求体超过 64 KB。", "the body is larger than 64 KB."),
        Bilingual(
            "缩短问题；汉字直接以 UTF-8 发送，不写成 \\u 转义。",
            "shorten the question; send Chinese as UTF-8, not escaped as \\u....",
        ),
    ),
    "unsupported_media_type": (
        Bilingual("请求体不是 JSON。", "the body is not declared as JSON."),
        Bilingual("加上 Content-Type: application/json。", "add Content-Type: application/json."),
    ),
    "invalid": (
        Bilingual("有字段不合要求，见 errors。", "some fields do not fit; see errors."),
        Bilingual("按 /v1/openapi.json 修改。", "mend them by /v1/openapi.json."),
    ),
    "internal": (
        Bilingual("服务器出错，已记入日志。", "the server failed; its log says how."),
        Bilingual("稍后再试；若仍出错请联系运营方。", "try again later, then tell the operator."),
    ),
}
"""Code -> what and cure, for failures that belong to HTTP and not to the field."""


def language(request: Request) -> str:
    """zh or en, whichever Accept-Language weighs more; en where it says neither."""
    weights = {"zh": 0.0, "en": 0.0}
    for item in request.headers.get("accept-language", "").split(","):
        tag, _, rest = item.partition(";")
        main = tag.strip().lower().partition("-")[0]
        if main in weights:
            weights[main] = max(weights[main], quality(rest))
    return "zh" if weights["zh"] > weights["en"] else "en"


def quality(parameters: str) -> float:
    """The q of one language; 1 where none is given, 0 where it cannot be read."""
    name, _, value = parameters.partition("=")
    if name.strip().lower() != "q":
        return 1.0
    try:
        return min(max(float(value), 0.0), 1.0)
    except ValueError:
        return 0.0


def problem(
    request: Request,
    status: int,
    code: str,
    what: Bilingual | None = None,
    cure: Bilingual | None = None,
    *,
    where: str = "",
    errors: Sequence[dict[str, Any]] = (),
    headers: dict[str, str] | None = None,
) -> Response:
    """The problem document for a failure; what and cure are looked up where not given."""
    if what is None or cure is None:
        what, cure = SAID[code]
    title = TITLES[code]
    shown = language(request)
    said = [text.in_language(shown) for text in (what, cure)]
    document = {
        "type": f"{PAGE}#{code}",
        "title": title.in_language(shown),
        "status": status,
        "detail": "".join(said) if shown == "zh" else " ".join(t[0].upper() + t[1:] for t in said),
        "code": code,
        "where": where,
        "titles": both(title),
        "what": both(what),
        "cure": both(cure),
    }
    if errors:
        document["errors"] = list(errors)
    return Response(
        orjson.dumps(document, default=str),
        status,
        {
            "Content-Language": shown,
            "Vary": "Accept-Language",
            "Cache-Control": "no-store",
            **(headers or {}),
        },
        MEDIA_TYPE,
    )


PLURAL = {"country": "countries", "region": "regions", "nature": "natures"}
"""Scheme of a term -> the field of a request that lists such terms."""
LISTS = "data/vocabulary"
"""Where a cure of the domain finds the terms; a reader here finds them on the page."""


ASK_OPERATOR = Bilingual("稍后再试，或联系运营方。", "try again later, or ask the operator.")


def for_web(error: MatcherError) -> tuple[str, Bilingual]:
    """Where and cure of an error, in the fields and addresses that a reader here has."""
    if isinstance(error, NotReady):  # folders and verbs are the operator's, who finds them logged
        return "", ASK_OPERATOR
    if not isinstance(error, UnknownTerm):
        return error.where, error.cure
    place = f"{PAGE}#names"
    cure = Bilingual(error.cure.zh.replace(LISTS, place), error.cure.en.replace(LISTS, place))
    return PLURAL.get(error.where, error.where), cure


def both(text: Bilingual) -> dict[str, str]:
    """A text as an object of its two languages."""
    return {"zh": text.zh, "en": text.en}


PLAIN: dict[str, Bilingual] = {
    "extra_forbidden": Bilingual("没有这个字段。", "there is no such field."),
    "missing": Bilingual("缺少这一项。", "this is missing."),
    "string_type": Bilingual("须为文字。", "this must be a text."),
    "string_unicode": Bilingual("不是有效的文字。", "this is no valid text."),
    "int_type": Bilingual("须为整数。", "this must be a whole number."),
    "int_parsing": Bilingual("须为整数。", "this must be a whole number."),
    "list_type": Bilingual("须为数组。", "this must be an array."),
    "model_attributes_type": Bilingual("须为 JSON 对象。", "this must be a JSON object."),
    "bool_type": Bilingual("须为 true 或 false。", "this must be true or false."),
    "string_too_short": Bilingual("不能为空。", "this must not be empty."),
    "string_too_long": Bilingual(
        "最多 {max_length} 个字符。", "this may have at most {max_length} characters."
    ),
    "too_long": Bilingual("最多 {max_length} 项。", "this may have at most {max_length} entries."),
    "greater_than_equal": Bilingual("至少为 {ge}。", "this must be at least {ge}."),
    "less_than_equal": Bilingual("至多为 {le}。", "this must be at most {le}."),
    "enum": Bilingual("须为 {expected}。", "this must be {expected}."),
    "literal_error": Bilingual("须为 {expected}。", "this must be {expected}."),
    "date_from_datetime_parsing": Bilingual("没有这一天。", "there is no such day."),
    "repeated": Bilingual("只能给一次。", "this may be given once only."),
}
"""Type of pydantic's fault, or of ours -> what is said of it, with the numbers of the fault."""


def fault(error: Any) -> dict[str, Any]:
    """One field at fault, from pydantic's account of it. What was sent is not repeated."""
    source, *path = error["loc"]
    message = error["msg"].removeprefix("Value error, ")
    plain, numbers = PLAIN.get(error["type"]), error.get("ctx") or {}
    what = (
        Bilingual(plain.zh.format(**numbers), plain.en.format(**numbers))
        if plain
        else Bilingual(f"不合要求（{message}）。", f"this does not fit: {message}.")
    )
    place = (
        {"pointer": "#" + "".join(f"/{escaped(step)}" for step in path)}
        if source == "body"
        else {"parameter": str(path[0]) if path else source}
    )
    return {**place, "what": both(what)}


def escaped(step: object) -> str:
    """A step of a JSON pointer (RFC 6901)."""
    return str(step).replace("~", "~0").replace("/", "~1")

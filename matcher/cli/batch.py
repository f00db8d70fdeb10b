"""A file of questions: one JSON object a line in, one JSON document a line out."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson

from matcher.errors import BadInput, Bilingual, MatcherError
from matcher.matching.document import answer_json, error_document
from matcher.matching.pipeline import Reasons
from matcher.service import Matcher, Wish

LINE_KEYS = frozenset({"id", "text", "side", "sector", "country", "for"})


def answer_file(matcher: Matcher, path: Path, defaults: Wish, reasons: Reasons) -> None:
    """One answer for each line that is not blank, in the order of the questions; a bad line
    becomes an error in place."""
    out = sys.stdout.buffer
    for number, line in enumerate(question_lines(path), 1):
        if not line.strip():
            continue
        place, asked_id = f"{path.name}:{number}", None
        try:
            asked = parsed(line)
            asked_id = id_of(asked)
            check(asked)
            wish = replace(
                defaults,
                text=asked["text"],
                side=given(asked, "side", defaults.side),
                sector=given(asked, "sector", defaults.sector),
                countries=countries(asked.get("country")) or defaults.countries,
                asker=given(asked, "for", defaults.asker),
            )
            answered = answer_json(matcher.match(wish, reasons), asked_id)
        except MatcherError as error:
            error.where = f"{place} {error.where}".rstrip()
            answered = orjson.dumps(error_document(error, asked_id))
        out.write(answered + b"\n")
    out.flush()


def question_lines(path: Path) -> list[bytes]:
    """The lines of a file of questions; BadInput if it cannot be read."""
    try:
        return path.read_bytes().removeprefix(b"\xef\xbb\xbf").splitlines()
    except OSError as error:
        raise BadInput(
            Bilingual(
                f"读不了这个文件（{error.strerror}）。", f"cannot be read: {error.strerror}."
            ),
            Bilingual("检查路径和权限。", "check the path and the permissions."),
            where=str(path),
        ) from None


def parsed(line: bytes) -> Any:
    """The line as JSON; BadInput if it is none."""
    try:
        return orjson.loads(line)
    except orjson.JSONDecodeError as error:
        raise BadInput(
            Bilingual(
                f"不是 JSON：第 {error.pos + 1} 个字符起无法解析。",
                f"not JSON at character {error.pos + 1}: {error.msg}.",
            ),
            Bilingual('一行一个，如 {"id": "1", "text": "…"}。',
                      'one a line, like {"id": "1", "text": "..."}.'),
        ) from None  # fmt: skip


def id_of(asked: Any) -> str | None:
    """The id of a question, good or bad; a whole number is taken as its digits."""
    named = asked.get("id") if isinstance(asked, dict) else None
    if isinstance(named, int) and not isinstance(named, bool):
        return str(named)
    return named if isinstance(named, str) else None


def given(asked: dict[str, Any], key: str, otherwise: str | None) -> str | None:
    """What a line says, even if that is empty; what the options say only where it says nothing."""
    value: str | None = asked.get(key)
    return otherwise if value is None else value


def countries(value: Any) -> tuple[str, ...]:
    """One country or several."""
    if value is None:
        return ()
    return (value,) if isinstance(value, str) else tuple(value)


def check(asked: Any) -> None:
    """BadInput names what keeps this from being a question."""
    wrong = wrong_with(asked)
    if wrong is not None:
        raise BadInput(
            Bilingual(f"问题行有误：{wrong.zh}。", f"not a question: {wrong.en}."),
            Bilingual(
                "需要 text（文字）；可有 id（文字或整数）、side、sector、for（文字）、"
                "country（文字或文字的数组）。",
                "text, a string, is needed; id (a string or whole number), side, sector, for "
                "(strings) and country (a string or an array of strings) may be given.",
            ),
        )


def wrong_with(asked: Any) -> Bilingual | None:
    """What is wrong with a line, None if nothing is."""
    if not isinstance(asked, dict):
        return Bilingual("不是 JSON 对象", "it is no JSON object")
    unknown = sorted(set(asked) - LINE_KEYS)
    if unknown:
        return Bilingual(f"不认识的键 {'、'.join(unknown)}", f"unknown key {', '.join(unknown)}")
    if asked.get("text") is None:
        return Bilingual("没有 text", "text is missing")
    for key, value in asked.items():
        many = key == "country" and isinstance(value, list)
        fits = all(isinstance(v, str) for v in (value if many else [value]))
        if value is not None and not fits and not (key == "id" and id_of(asked) is not None):
            return Bilingual(f"{key} 的值类型不对", f"the value of {key} is of the wrong kind")
    return None

"""What an answer says of the question: as it was put, as it was read, and how a text meets it."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, Field


class RefusedOut(BaseModel):
    """What must not be suggested."""

    countries: list[str]
    regions: list[str]
    natures: list[str]
    modes: list[str]


class MustOut(BaseModel):
    """A term insisted on, or, not `wanted`, refused."""

    text: str
    wanted: bool
    literal: bool
    synonyms: list[str]


class AskedOut(BaseModel):
    """The question as it was put and resolved; `subject` is what of the text is searched by."""

    text: str | None
    subject: str | None
    profile: str | None
    organisation: str | None
    asker: str | None = Field(alias="for")
    side: Literal["beijing", "foreign"]
    sector: str | None
    capability: str | None
    countries: list[str]
    regions: list[str]
    natures: list[str]
    modes: list[str]
    refused: RefusedOut = Field(alias="not")
    musts: list[MustOut]
    k: int


class UnderstoodOut(BaseModel):
    """Words of the text that were read as a rule and applied; `strike` undoes it."""

    kind: Literal["country", "region", "initiative", "nature", "mode", "must"]
    code: str
    wanted: bool
    words: str
    start: int
    end: int


class FacetOut(BaseModel):
    """How many of the organisations near the question stand under a code."""

    code: str
    count: int


class NameOut(BaseModel):
    """Another name of a capability of the question, as it stands in the text."""

    asked: str
    asked_start: int
    found: str
    found_start: int
    capability: str


class MetOut(BaseModel):
    """A term insisted on, and how the text meets it."""

    text: str
    how: Literal["literal", "synonym", "meaning"]
    words: str
    start: int
    similarity: float | None = None

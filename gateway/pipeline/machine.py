"""Declarations and reports as versioned JSON, for programs; the shapes are ``schemas/hutong``."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from gateway import messages
from gateway.errors import InputError, raise_all
from gateway.frontdoor.json import parse, pointer
from gateway.model.declaration import Declaration
from gateway.pipeline.documents import TOOL
from gateway.quantity.exact import own_arithmetic
from gateway.report import Report

DECLARATION: Literal["hutong-declaration@1"] = "hutong-declaration@1"
FINDINGS = "hutong-findings@1"


class _Document(BaseModel):
    model_config = ConfigDict(extra="ignore")

    format: Literal["hutong-declaration@1"]
    declaration: Declaration


@own_arithmetic
def to_json(subject: Declaration | Report) -> dict[str, object]:
    """``subject`` as a JSON document, amounts as texts, findings in both languages.

    A declaration is written whole and as the model has it, with what nobody else may see; to hand one on,
    ``convert`` it. What it leaves out is absent, never null.
    """
    if isinstance(subject, Declaration):
        return {"format": DECLARATION, "declaration": subject.model_dump(mode="json", exclude_none=True)}
    return {
        "format": FINDINGS,
        "tool": TOOL,
        "findings": [messages.to_json(finding) for finding in subject.findings],
        "notes": [messages.to_json(note) for note in subject.notes],
    }


@own_arithmetic
def declaration_from_json(data: bytes) -> Declaration:
    """The declaration that ``to_json`` gave, equal in every leaf.

    Raises:
        InputError: it is no such document; each problem with its place.
    """
    parse(data)  # what is no strict JSON has its place told
    try:
        return _Document.model_validate_json(data).declaration
    except ValidationError as error:
        raise_all(
            InputError(
                detail["input"],
                path=pointer(detail["loc"]),
                code="input.not-this-document",
                format=DECLARATION,
            )
            for detail in error.errors(include_url=False)
        )
        raise AssertionError from error

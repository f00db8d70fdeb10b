"""What routes are given."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Request
from fastapi.exceptions import RequestValidationError

from .problems import PLURAL
from .service import Service


def the_service(request: Request) -> Service:
    """The service of the app that answers."""
    service: Service = request.app.state.service
    return service


def once(request: Request) -> None:
    """Refuse a parameter that is sent twice where one is meant: all but the last would be lost."""
    names = [name for name, _ in request.query_params.multi_items()]
    twice = {name for name in names if names.count(name) > 1} - set(PLURAL.values())
    if twice:
        raise RequestValidationError(
            [{"type": "repeated", "loc": ("query", name), "msg": ""} for name in sorted(twice)]
        )


ONCE = Depends(once)
Answering = Annotated[Service, Depends(the_service)]

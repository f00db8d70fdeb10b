"""What routes are given."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Request

from .service import Service


def the_service(request: Request) -> Service:
    """The service of the app that answers."""
    service: Service = request.app.state.service
    return service


Answering = Annotated[Service, Depends(the_service)]

"""Verbs that hand something out: lists, serve, demo."""

from __future__ import annotations

import os
import socket
from pathlib import Path
from typing import Annotated

import typer

from matcher.errors import AddressTaken, BadInput, Bilingual

from .options import (
    AsOf,
    Count,
    Home,
    Json,
    Language,
    Model,
    Rerank,
    day,
    home_folder,
    one_of,
    read_settings,
    reader_language,
)
from .registry import progress

LIST_FORMATS = ("xlsx", "csv", "html", "json")
API = "api.app:create_app"


def lists(
    sector: Annotated[
        list[str] | None, typer.Option("--sector", help="产业领域 Sector; may be repeated.")
    ] = None,
    every: Annotated[bool, typer.Option("--all", help="全部十个领域 All ten sectors.")] = False,
    k: Count = 10,
    out: Annotated[Path, typer.Option("--out", help="输出文件夹 Folder to write to.")] = Path(
        "lists"
    ),
    formats: Annotated[
        str, typer.Option("--formats", help="格式，逗号分隔 xlsx,csv,html,json")
    ] = "xlsx,csv,html,json",
    as_of: AsOf = None,
    model: Model = None,
    rerank: Rerank = None,
    home: Home = None,
    json: Json = False,
) -> None:
    """按产业领域出名单 Write the list of suggested pairings of a sector, or of all."""
    from matcher.lists.batch import write_lists
    from matcher.service import Matcher

    from .output import write_json

    settings = read_settings()
    wanted = [one_of(f.strip(), LIST_FORMATS, "--formats") for f in formats.split(",") if f.strip()]
    if every == bool(sector):
        raise BadInput(
            Bilingual("请用 --sector 指明领域，或用 --all。", "name a --sector, or use --all."),
            Bilingual("例如 --sector 新材料。", "e.g. --sector materials."),
            where="lists",
        )
    folder = home_folder(home, settings)
    matcher = Matcher.open(folder, model or settings.model, rerank or settings.rerank)
    scheme = matcher.vocabulary.sector
    codes = list(matcher.snapshot.manifest.sectors[:-1]) if every else [
        scheme.resolve(name, "sector").code for name in sector or ()
    ]  # fmt: skip
    paths = write_lists(
        matcher, codes, out, wanted, k, day(as_of),
        lambda done, total: progress("lists", done, total),
    )  # fmt: skip
    if json:
        write_json({"snapshot": matcher.snapshot.id, "files": [str(path) for path in paths]})
        return
    for path in paths:
        typer.echo(str(path))


def serve(
    home: Home = None,
    host: Annotated[str | None, typer.Option("--host", help="监听地址 Address.")] = None,
    port: Annotated[int | None, typer.Option("--port", help="端口 Port.")] = None,
    model: Model = None,
    rerank: Rerank = None,
) -> None:
    """启动 HTTP 接口 Serve the HTTP API; the first start makes a key and prints it once."""
    import uvicorn

    from matcher.service import Matcher
    from matcher.workflow.keys import KeyStore

    settings = read_settings()
    folder = home_folder(home, settings)
    address = (host or settings.host, port or settings.port)
    # A home that cannot answer is said here.
    Matcher.open(folder, model or settings.model, rerank or settings.rerank)
    check_address(*address)
    store = KeyStore(folder)
    if not store.list():
        secret = store.create(tenant="centre", label="first")
        typer.echo("首个接口密钥（只显示这一次）/ First API key (shown this once):")
        typer.echo(f"    {secret}")
    typer.echo(f"http://{address[0]}:{address[1]}/v1/health/ready")
    os.environ["MATCHER_HOME"] = str(folder)
    if model:
        os.environ["MATCHER_MODEL"] = model
    if rerank:
        os.environ["MATCHER_RERANK"] = rerank
    uvicorn.run(
        API, factory=True, host=address[0], port=address[1], access_log=False, log_level="warning"
    )


def check_address(host: str, port: int) -> None:
    """AddressTaken where nothing can listen there; said before the server starts."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except (OSError, OverflowError) as error:
            raise AddressTaken(
                Bilingual(f"不能在此地址监听：{error}。", f"cannot listen there: {error}."),
                Bilingual(
                    "换一个端口，如 --port 8351，或停掉占用它的程序。",
                    "take another port, e.g. --port 8351, or stop the program that uses it.",
                ),
                where=f"{host}:{port}",
            ) from None


def demo(
    home: Annotated[Path, typer.Option("--home", help="示例文件夹 Folder of the demo.")] = Path(
        "var/demo"
    ),
    language: Language = None,
) -> None:
    """用虚构的示例跑一遍 Run the main job on the fictional sample registry."""
    from .walk import walk

    settings = read_settings()
    walk(home_folder(home, settings), reader_language(language, settings))

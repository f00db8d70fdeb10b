"""Verbs that fill a home: import, index, snapshot, doctor."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from matcher.errors import CatalogueBusy, MatcherError

from .exits import DONE, NOT_READY, REFUSED, ROWS_REJECTED
from .options import (
    Home,
    Json,
    Language,
    Model,
    Rerank,
    home_folder,
    one_of,
    read_settings,
    reader_language,
)

SHOWN_FAULTS = 20

snapshots = typer.Typer(no_args_is_help=True, help="快照 Snapshots: show, list, verify, rollback.")


def progress(stage: str, done: int, total: int) -> None:
    """A line that rewrites itself on a terminal; nothing in a file or a pipe."""
    if sys.stderr.isatty():
        end = "\n" if done >= total else ""
        sys.stderr.write(f"\r{stage} {done:,}/{total:,}{end}")
        sys.stderr.flush()


def import_verb(
    files: Annotated[list[Path], typer.Argument(help="要导入的文件 Files to import.")],
    format: Annotated[  # noqa: A002 (the option's name)
        str, typer.Option("--format", help="格式 auto|tabular|ror|cordis|openalex Kind of file.")
    ] = "auto",
    encoding: Annotated[
        str | None, typer.Option("--encoding", help="文本编码，默认自动识别 Encoding of the texts.")
    ] = None,
    mapping: Annotated[
        Path | None, typer.Option("--mapping", help="表头对应文件 YAML: their header: our field.")
    ] = None,
    rejected: Annotated[
        Path | None,
        typer.Option("--rejected", help="被拒的行写到哪里 Where rejected rows go [HOME/rejected/]"),
    ] = None,
    strict: Annotated[
        bool, typer.Option("--strict", help="有一行不合格就全部不导入 All rows or none.")
    ] = False,
    home: Home = None,
    json: Json = False,
    language: Language = None,
) -> None:
    """把文件导入目录 Import files into the catalogue, in one transaction."""
    from matcher.catalogue.intake import import_files
    from matcher.catalogue.readers.encoding import encoding_named
    from matcher.catalogue.readers.mapping import read_mapping
    from matcher.catalogue.readers.reading import FORMATS, Reading
    from matcher.catalogue.store import Catalogue

    from .output import write_json

    settings = read_settings()
    reading = Reading(
        one_of(format, FORMATS, "--format"),
        encoding_named(encoding) if encoding else "",
        read_mapping(mapping) if mapping else {},
    )
    spoken = reader_language(language, settings)
    folder = home_folder(home, settings)
    new = not (folder / "catalogue.sqlite").exists()
    catalogue = Catalogue.open(folder, create=True)
    try:
        report = import_files(
            catalogue,
            files,
            reading=reading,
            rejected=rejected,
            strict=strict,
            progress=lambda done, total: progress("import", done, total),
        )
    except MatcherError as error:
        catalogue.close()
        if new and not isinstance(error, CatalogueBusy):  # then it is the other import's
            sweep(folder)
        raise
    finally:
        catalogue.close()
    if json:
        write_json(report.as_dict())
    else:
        show_report(report, spoken)
    if not report.committed:
        raise typer.Exit(REFUSED)
    raise typer.Exit(ROWS_REJECTED if report.rejected else DONE)


def sweep(folder: Path) -> None:
    """Take away the empty catalogue that a refused first import would leave behind."""
    for name in ("catalogue.sqlite", "catalogue.sqlite-wal", "catalogue.sqlite-shm",
                 "catalogue.lock"):  # fmt: skip
        (folder / name).unlink(missing_ok=True)
    if folder.is_dir() and not any(folder.iterdir()):
        folder.rmdir()


def show_report(report: Any, language: str) -> None:
    """Counts first, then the faults with place, cause and cure."""
    chinese = language == "zh"
    counts = (report.read, report.added, report.changed, report.unchanged, report.rejected)
    typer.echo(
        "读取 {} 行 = 新增 {} + 更改 {} + 未变 {} + 拒绝 {}".format(*counts)
        if chinese
        else "read {} rows = added {} + changed {} + unchanged {} + rejected {}".format(*counts)
    )
    show_files(report.files, chinese)
    if report.waiting:
        typer.echo(
            f"另有 {report.waiting} 个项目或合作在等待所缺的行（可稍后导入）。"
            if chinese
            else f"{report.waiting} projects or cooperations wait for rows not yet imported."
        )
    for fault in report.faults[:SHOWN_FAULTS]:
        typer.echo(fault.message("zh"), err=True)
        typer.echo(fault.message("en"), err=True)
    hidden = len(report.faults) - SHOWN_FAULTS
    if hidden > 0:
        typer.echo(
            f"…… 另有 {hidden} 行，用 --json 查看全部 / and {hidden} more; --json shows all.",
            err=True,
        )
    for kept in report.rejected_files:
        typer.echo(
            f"被拒的行在 {kept}，改正后可再次导入。"
            if chinese
            else f"the rejected rows are in {kept}: mend them there and import that file."
        )
    if not report.committed:
        typer.echo("--strict：什么都没有导入。" if chinese else "--strict: nothing was imported.")


def show_files(files: list[Any], chinese: bool) -> None:
    """Of each table what it was taken for, and what of it was not read."""
    for file in files:
        if file.content == "skipped":
            typer.echo(f"  {file.path}：没有读取" if chinese else f"  {file.path}: not read")
        else:
            typer.echo(f"  {file.path}: {file.content}, {file.encoding}, {file.rows:,}")
        if file.ignored:
            unused = ", ".join(file.ignored[:SHOWN_FAULTS])
            typer.echo(
                f"    没有用到的列：{unused}" if chinese else f"    columns not used: {unused}"
            )
        for note in file.notes:
            typer.echo(f"    {note.zh if chinese else note.en}")


def index(
    model: Model = None,
    home: Home = None,
    json: Json = False,
    language: Language = None,
) -> None:
    """由目录建快照并启用 Build the snapshot of the catalogue and let it serve."""
    from matcher.catalogue.store import Catalogue
    from matcher.catalogue.tagging import refresh_tags
    from matcher.snapshot.build import build
    from matcher.text.encoder import default_encoder, load_encoder
    from matcher.vocabulary import load_vocabulary

    from .output import write_json

    settings = read_settings()
    folder = home_folder(home, settings)
    chinese = reader_language(language, settings) == "zh"
    catalogue = Catalogue.open(folder)
    try:
        static, vocabulary = default_encoder(), load_vocabulary()
        encoder = load_encoder(model or settings.model)
        refresh_tags(catalogue, static, vocabulary)
        report = build(folder, catalogue, encoder, static, vocabulary, progress)
    finally:
        catalogue.close()
    if json:
        write_json(
            {
                "snapshot": report.snapshot,
                "encoded": report.encoded,
                "reused": report.reused,
                "already_there": report.already_there,
            }
        )
        return
    if report.already_there:
        typer.echo(
            f"快照 {report.snapshot} 已是最新。"
            if chinese
            else f"snapshot {report.snapshot} is up to date."
        )
        return
    typer.echo(
        f"快照 {report.snapshot} 已启用：新编码 {report.encoded} 条文本，沿用 {report.reused} 条。"
        if chinese
        else f"snapshot {report.snapshot} serves: {report.encoded} texts encoded, "
        f"{report.reused} taken over."
    )


@snapshots.command("show")
def snapshot_show(home: Home = None, json: Json = False, language: Language = None) -> None:
    """侧 × 领域：机构、资料、向量、中英文占比 Side by sector: what the snapshot holds."""
    from matcher.snapshot.census import census
    from matcher.snapshot.snapshot import Snapshot
    from matcher.vocabulary import load_vocabulary

    from .output import Speaker, write_json

    settings = read_settings()
    spoken = reader_language(language, settings)
    snapshot = Snapshot.open_current(home_folder(home, settings))
    counted = census(snapshot)
    if json:
        write_json(counted)
        return
    say = Speaker(spoken, load_vocabulary())
    say(
        f"快照 {snapshot.id}，建于 {snapshot.manifest.built}，编码器 {snapshot.manifest.encoder}",
        f"snapshot {snapshot.id}, built {snapshot.manifest.built}, "
        f"encoder {snapshot.manifest.encoder}",
    )
    say_table(counted["rows"], say)


def say_table(rows: list[dict[str, Any]], say: Any) -> None:
    """The census as a table; rich knows how wide a Chinese character stands."""
    from rich.console import Console
    from rich.table import Table

    table = Table(box=None)
    heads = (("侧", "side"), ("领域", "sector"), ("机构", "organisations"), ("资料", "profiles"),
             ("向量", "vectors"), ("中文", "zh"), ("英文", "en"))  # fmt: skip
    for number, (zh, en) in enumerate(heads):
        table.add_column(say.word(zh, en), justify="left" if number < 2 else "right")
    for row in rows:
        side = say.vocabulary.side.get(row["side"])
        sector = say.vocabulary.sector_other.get(row["sector"]) if row["sector"] else None
        table.add_row(
            say.word(side.zh, side.en),
            say.word(sector.zh, sector.en) if sector else say.word("合计", "all"),
            *(f"{row[noun]:,}" for noun in ("organisations", "profiles", "vectors")),
            *(f"{row[language]:.0%}" for language in ("zh", "en")),
        )
    Console().print(table)


@snapshots.command("list")
def snapshot_list(home: Home = None, json: Json = False) -> None:
    """列出快照 Published snapshots, oldest first; * serves."""
    from matcher.snapshot.shelf import Shelf

    from .output import write_json

    shelf = Shelf(home_folder(home, read_settings()))
    if json:
        write_json({"current": shelf.current_id(), "snapshots": shelf.ids()})
        return
    for snapshot in shelf.ids():
        typer.echo(f"{'*' if snapshot == shelf.current_id() else ' '} {snapshot}")


@snapshots.command("verify")
def snapshot_verify(home: Home = None) -> None:
    """逐字节校验 Check every byte of the snapshot that serves."""
    from matcher.snapshot.manifest import Manifest
    from matcher.snapshot.shelf import Shelf

    folder = Shelf(home_folder(home, read_settings())).current()
    Manifest.read(folder).verify(folder)
    typer.echo(f"{folder.name}: 完整 whole")


@snapshots.command("rollback")
def snapshot_rollback(
    snapshot: Annotated[
        str | None, typer.Argument(help="快照编号 Snapshot; default the former.")
    ] = None,
    home: Home = None,
) -> None:
    """退回较早的快照 Let an earlier snapshot serve."""
    from matcher.snapshot.shelf import Shelf

    served = Shelf(home_folder(home, read_settings())).roll_back(snapshot)
    typer.echo(f"{served}: 已启用 serves")


def doctor(
    model: Model = None, rerank: Rerank = None, home: Home = None, json: Json = False
) -> None:
    """检查环境与数据文件夹 Check installation and home: what is there, missing, the cure."""
    from .checks import checks
    from .output import write_json

    settings = read_settings()
    folder = home_folder(home, settings)
    findings = checks(folder, settings, model or settings.model, rerank or settings.rerank)
    if json:
        write_json({"ok": all(f.ok for f in findings), "checks": [f.as_dict() for f in findings]})
    else:
        for finding in findings:
            typer.echo(f"{'✓' if finding.ok else '✗'} {finding.name}: {finding.what}")
            if finding.cure:
                typer.echo(f"    {finding.cure}")
    if not all(finding.ok for finding in findings):
        raise typer.Exit(NOT_READY)

"""A home filled with the shared CORDIS files, whole or up to a year, for the benchmarks."""

from __future__ import annotations

import csv
import hashlib
import os
import platform
import sys
from collections.abc import Callable, Iterable
from contextlib import closing
from importlib.metadata import version
from pathlib import Path

from matcher.catalogue.intake import import_files
from matcher.catalogue.store import Catalogue
from matcher.catalogue.tagging import refresh_tags
from matcher.errors import Bilingual, MatcherError, NotReady
from matcher.matching.features import BLOCKS
from matcher.matching.ranker import shipped_ranker
from matcher.service import Matcher
from matcher.settings import Settings
from matcher.snapshot.build import build
from matcher.text.encoder import default_encoder, load_encoder
from matcher.vocabulary import load_vocabulary

FILES = ("project.csv", "organization.csv")
EXIT_MISSING = 2
PACKAGES = ("tech-transfer-matcher", "numpy", "scipy", "scikit-learn", "faiss-cpu", "tokenizers")


def files(settings: Settings) -> tuple[Path, Path]:
    """The two CORDIS files; raises NotReady, with the cure, where they are missing."""
    shared = settings.shared_data_folder()
    folder = shared / "cordis" if shared else None
    missing = [name for name in FILES if folder is None or not (folder / name).is_file()]
    if folder is None or missing:
        looked = settings.shared_data or "../shared/data"
        raise NotReady(
            Bilingual(
                f"这项评测需要真实的 CORDIS 数据，缺少 {'、'.join(missing)}。",
                f"This benchmark asks real CORDIS data, and {' and '.join(missing)} is missing.",
            ),
            Bilingual(
                "把含有 cordis/ 文件夹的数据文件夹放在项目旁的 ../shared/data，"
                "或用环境变量 MATCHER_SHARED_DATA 指明其路径，然后重新运行。",
                "put the data folder that holds cordis/ at ../shared/data beside the project, "
                "or name its path in MATCHER_SHARED_DATA, and run again.",
            ),
            where=str(Path(looked) / "cordis"),
        )
    return folder / FILES[0], folder / FILES[1]


def up_to(year: int, project: Path, organization: Path, folder: Path) -> tuple[Path, Path]:
    """Copies of both files under `folder` with only the projects begun up to `year`: what a home
    then holds cannot know what came later, in no feature, frequency or prior."""
    folder.mkdir(parents=True)
    kept: set[str] = set()

    def begun(row: dict[str, str]) -> bool:
        if row["startDate"][:4].isdigit() and int(row["startDate"][:4]) <= year:
            kept.add(row["id"])
        return row["id"] in kept

    _copy(project, folder / FILES[0], begun)
    _copy(organization, folder / FILES[1], lambda row: row["projectID"] in kept)
    return folder / FILES[0], folder / FILES[1]


def fill(home: Path, paths: tuple[Path, Path], settings: Settings, *, join: bool = True) -> Matcher:
    """Import both files into a new home, build its snapshot and open it; without `join`, each
    spelling is a body of its own."""
    static, vocabulary = default_encoder(), load_vocabulary()
    with closing(Catalogue.open(home, create=True)) as catalogue:
        imported = import_files(catalogue, paths, join=join)
        refresh_tags(catalogue, static, vocabulary)
        build(home, catalogue, load_encoder(settings.model), static, vocabulary)
    print(f"{home.name}: {imported.read} rows read, {imported.rejected} rejected", file=sys.stderr)
    return Matcher.open(home, settings.model)


def circumstances(paths: Iterable[Path], settings: Settings) -> dict[str, object]:
    """What a frozen result was made with: data, encoder, ranker, versions and machine."""
    encoder = load_encoder(settings.model)
    return {
        "data": {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in paths},
        "encoder": {"name": encoder.name, "fingerprint": encoder.fingerprint},
        "ranker": shipped_ranker(tuple(BLOCKS.items())).label,
        "versions": {"python": platform.python_version()}
        | {package: version(package) for package in PACKAGES},
        "machine": {
            "system": platform.system(),
            "processor": platform.machine(),
            "cores": os.cpu_count(),
        },
    }


def told(run: Callable[[], int]) -> int:
    """`run`, with a user's error said in both languages instead of traced; its exit code."""
    try:
        return run()
    except MatcherError as error:
        print(error.message("zh"), error.message("en"), sep="\n", file=sys.stderr)
        return EXIT_MISSING


def _copy(source: Path, target: Path, keep: Callable[[dict[str, str]], bool]) -> None:
    with (
        source.open(encoding="utf-8-sig", newline="") as read,
        target.open("w", encoding="utf-8-sig", newline="") as written,
    ):
        rows = csv.DictReader(read, delimiter=";")
        writer = csv.DictWriter(
            written, rows.fieldnames or [], delimiter=";", quoting=csv.QUOTE_ALL
        )
        writer.writeheader()
        writer.writerows(row for row in rows if keep(row))

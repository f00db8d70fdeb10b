"""A model from outside: where its files are, and whether they may be loaded.

Nothing of a model is run that is not part of sentence-transformers, and weights are read from
safetensors alone: unpickling a file can run code of whoever wrote it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path, PureWindowsPath
from typing import Any

from matcher.errors import Bilingual, MissingExtra

from .tensors import DamagedTensors, read_header
from .unusable import UnusableModel, unusable

EXTRA = 'pip install "tech-transfer-matcher[transformer]"'
HUB_SECONDS = 5.0
"""How long the model hub may take to say whether it has a model."""

MODULES_FILE = "modules.json"
WEIGHTS_FILE = "model.safetensors"
SHARDS_FILE = "model.safetensors.index.json"
_TOKENISERS = ("tokenizer.json", "vocab.txt", "vocab.json", "sentencepiece.bpe.model",
               "spiece.model", "tokenizer.model")  # fmt: skip
_PICKLES = (".bin", ".pt", ".pth", ".pkl", ".ckpt")
# What a model is made of, and all that is fetched of one: no code, no pickle.
_PARTS = ("*.json", "*.txt", "*.safetensors", "*.model", "*.jinja")
_OURS = "sentence_transformers."
_TRANSFORMER = "Transformer"


@dataclass(frozen=True, slots=True)
class ModelFiles:
    """What was seen of a model: SHA-256 of what it is loaded from, and the names of its weights."""

    digest: str
    weights: frozenset[str]


def find_model(name: str, organisation: str) -> Path:
    """The folder of a model: `name` itself, or the copy of the hub's that lies on this machine,
    fetched if there is none. A name without owner is looked for at `organisation`.

    A copy is used as it is: the same name means the same vectors until somebody fetches it anew.
    Raises UnusableModel, after at most about twice `HUB_SECONDS` where the hub does not answer.
    """
    folder = Path(name).expanduser()
    if folder.exists():
        return folder
    if not _may_be_of_the_hub(name):
        raise unusable(name, "没有这个文件夹。", "There is no such folder.")
    if find_spec("sentence_transformers") is None:
        raise missing_extra(name)
    from huggingface_hub import HfApi, snapshot_download
    from huggingface_hub.errors import LocalEntryNotFoundError

    known = name if "/" in name else f"{organisation}/{name}"
    try:
        return Path(snapshot_download(known, allow_patterns=list(_PARTS), local_files_only=True))
    except LocalEntryNotFoundError:
        pass
    try:
        HfApi().model_info(known, timeout=HUB_SECONDS)
        return Path(snapshot_download(known, allow_patterns=list(_PARTS)))
    except Exception as fault:  # every library below has errors of its own for a dead line
        raise unusable(
            name,
            f"既没有这个文件夹，也无法下载该模型（{_brief(fault)}）。",
            f"There is no such folder, and the model cannot be downloaded ({_brief(fault)}).",
            Bilingual(
                "检查名称与网络，或在能上网的机器上下载后给出文件夹。",
                "check the name and the network, or download it where there is one and give the "
                "folder.",
            ),
        ) from fault


def check_model(folder: Path, name: str, kind: str, *, modular: bool) -> ModelFiles:
    """Look through a model's folder before anything in it is loaded.

    `kind` is what the model must say it is, if it says so; with `modular` it must say of which
    modules it is made, since how it pools stands there and nowhere else. Raises UnusableModel.
    """
    if not folder.is_dir():
        raise unusable(name, "这不是文件夹。", "This is not a folder.")
    if not any(folder.iterdir()):
        raise unusable(name, "文件夹是空的。", "The folder is empty.")
    if (folder / "adapter_config.json").exists():
        raise unusable(name, "这只是适配器，不是完整模型。", "This is an adapter, no whole model.")
    about = _read(folder / "config_sentence_transformers.json", name, {})
    if about.get("model_type", kind) != kind:
        raise unusable(
            name,
            f"这是 {about['model_type']} 模型，这里需要 {kind}。",
            f"This is a {about['model_type']} model; here a {kind} is needed.",
        )
    modules = _modules(folder, name, modular)
    held = [_weights_of(place, name, is_transformer) for place, is_transformer in modules]
    return ModelFiles(_digest(folder, [place for place, _ in modules]), frozenset().union(*held))


def not_loaded(name: str, fault: Exception) -> UnusableModel:
    """The error for a model that its library could not load."""
    said = _brief(fault)
    return unusable(name, f"无法载入该模型（{said}）。", f"The model cannot be loaded ({said}).")


def missing_extra(name: str) -> MissingExtra:
    """The error where what loads such models is not installed."""
    return MissingExtra(
        Bilingual(
            f"模型“{name}”需要尚未安装的扩展 transformer。",
            f"The model '{name}' needs the extra 'transformer', which is not installed.",
        ),
        Bilingual(f"运行：{EXTRA}", f"run: {EXTRA}"),
        where=name,
    )


def _may_be_of_the_hub(name: str) -> bool:
    plain = all(part and part.strip(".") for part in name.split("/"))
    return plain and name.count("/") <= 1 and not set(name) & set("\\:~ ") and name.isascii()


def _modules(folder: Path, name: str, modular: bool) -> list[tuple[Path, bool]]:
    """The folder of each module, and whether it is the transformer."""
    if not (folder / MODULES_FILE).is_file():
        if modular:
            raise _lacks(name, MODULES_FILE)
        return [(folder, True)]
    found = []
    for module in _read(folder / MODULES_FILE, name, []):
        try:
            kind, place = str(module["type"]), str(module["path"])
        except (KeyError, TypeError) as fault:
            raise _garbled(name, MODULES_FILE) from fault
        if not kind.startswith(_OURS):
            raise unusable(
                name,
                f"模型要运行它自带的代码（{kind}），这里不允许。",
                f"The model wants to run code of its own ({kind}), which is not allowed here.",
            )
        parts = PureWindowsPath(place)
        if parts.anchor or ".." in parts.parts:
            raise _garbled(name, MODULES_FILE)
        found.append((folder / place, kind.endswith(f".{_TRANSFORMER}")))
    if not found:
        raise _garbled(name, MODULES_FILE)
    return found


def _weights_of(folder: Path, name: str, is_transformer: bool) -> set[str]:
    """The names of the weights in a module's folder, after a look at every file of it."""
    if not folder.is_dir():
        raise _lacks(name, f"{folder.name}/")
    weights = [folder / WEIGHTS_FILE] if (folder / WEIGHTS_FILE).is_file() else []
    if not weights and (folder / SHARDS_FILE).is_file():
        shards = _read(folder / SHARDS_FILE, name, {}).get("weight_map")
        if not isinstance(shards, dict):
            raise _garbled(name, SHARDS_FILE)
        weights = sorted({folder / Path(str(shard)).name for shard in shards.values()})
    if not weights:
        for file in sorted(folder.iterdir()):
            if file.suffix in _PICKLES:
                raise _pickled(name, file.name)
    if is_transformer:
        if not weights:
            raise _lacks(name, WEIGHTS_FILE)
        if not (folder / "config.json").is_file():
            raise _lacks(name, "config.json")
        if not any((folder / file).is_file() for file in _TOKENISERS):
            raise _lacks(name, _TOKENISERS[0])
    held: set[str] = set()
    for file in weights:
        try:
            held.update(read_header(file)[0])
        except FileNotFoundError as fault:
            raise _lacks(name, file.name) from fault
        except (OSError, DamagedTensors) as fault:
            raise unusable(
                name,
                f"权重文件已损坏（{_brief(fault)}）。",
                f"A file of weights is damaged ({_brief(fault)}).",
            ) from fault
    return held


def _digest(folder: Path, places: list[Path]) -> str:
    """SHA-256 over the files that a model is loaded from: names and contents."""
    digest = hashlib.sha256()
    for file in sorted(set(_parts([folder, *places]))):
        digest.update(file.relative_to(folder).as_posix().encode())
        with file.open("rb") as opened:
            digest.update(hashlib.file_digest(opened, "sha256").digest())
    return digest.hexdigest()


def _parts(places: list[Path]) -> Iterator[Path]:
    for place in places:
        for pattern in _PARTS:
            yield from (file for file in place.glob(pattern) if file.is_file())


def _read(path: Path, name: str, otherwise: Any) -> Any:
    """A JSON file of the type of `otherwise`, which is given where there is no such file."""
    if not path.is_file():
        return otherwise
    try:
        found = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError, RecursionError) as fault:
        raise _garbled(name, path.name) from fault
    if not isinstance(found, type(otherwise)):
        raise _garbled(name, path.name)
    return found


def _lacks(name: str, file: str) -> UnusableModel:
    return unusable(name, f"模型文件夹里缺少 {file}。", f"The folder lacks {file}.")


def _garbled(name: str, file: str) -> UnusableModel:
    return unusable(name, f"{file} 无法读懂。", f"{file} cannot be understood.")


def _pickled(name: str, file: str) -> UnusableModel:
    convert = (
        'python -c "from sentence_transformers import SentenceTransformer as S; '
        f"S('{name}').save('converted')\""
    )
    return unusable(
        name,
        f"权重是 pickle 文件（{file}），载入它可能运行他人的代码；只接受 safetensors。",
        f"The weights are a pickle ({file}), which can run code of whoever wrote it when loaded; "
        "only safetensors are taken.",
        Bilingual(
            f"若信任来源，先转换一次再用 converted 文件夹（重排模型用 CrossEncoder）：{convert}",
            "if you trust its source, convert it once and give the folder 'converted' (for a "
            f"re-ranker with CrossEncoder): {convert}",
        ),
    )


def _brief(fault: Exception) -> str:
    """The first line of what a library says, at most 200 characters."""
    said = str(fault).strip().splitlines()
    return f"{type(fault).__name__}: {said[0][:200]}" if said else type(fault).__name__

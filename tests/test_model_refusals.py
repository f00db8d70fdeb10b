"""Models that may not or cannot be loaded: damaged, foreign, unpickled or nowhere to be found."""

from __future__ import annotations

import json
import shutil
import socket
import struct
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from cli_factory import Run, a_terminal
from safetensors.numpy import load_file, save_file
from small_models import a_bert, a_cross_encoder, change_json

from matcher.errors import MissingExtra
from matcher.shipped import shipped
from matcher.text import model_folder
from matcher.text.encoder import StaticEncoder, UnusableModel, load_encoder
from matcher.text.reranker import load_reranker
from matcher.text.tensors import DamagedTensors, read_header

ARTEFACT = shipped("models", "encoder", "artefact")
Damage = Callable[[Path], Any]


@pytest.fixture
def type_in(monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]) -> Run:
    return a_terminal(monkeypatch, capfdbinary)


@pytest.fixture
def no_library(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing that would load a model is there: what is refused now is refused unseen."""
    monkeypatch.setitem(sys.modules, "sentence_transformers", None)


def a_folder(folder: Path) -> Path:
    """A folder laid out as sentence-transformers lays out a model, with next to nothing in it."""
    (folder / "1_Pooling").mkdir(parents=True)
    kinds = ("sentence_transformers.models.Transformer", "sentence_transformers.models.Pooling")
    modules = [
        {"idx": n, "name": str(n), "path": path, "type": kind}
        for n, (kind, path) in enumerate(zip(kinds, ("", "1_Pooling"), strict=True))
    ]
    (folder / "modules.json").write_text(json.dumps(modules), "utf-8")
    (folder / "config.json").write_text("{}", "utf-8")
    (folder / "tokenizer.json").write_text("{}", "utf-8")
    (folder / "1_Pooling" / "config.json").write_text("{}", "utf-8")
    save_file({"weight": np.ones((2, 2), np.float32)}, folder / "model.safetensors")
    return folder


def retyped(kind: object, path: object = "1_Pooling") -> Damage:
    """The second module is of another class, or stands elsewhere."""

    def damage(folder: Path) -> None:
        modules = json.loads((folder / "modules.json").read_text("utf-8"))
        modules[1] |= {"type": kind, "path": path}
        (folder / "modules.json").write_text(json.dumps(modules), "utf-8")

    return damage


def without(name: str) -> Damage:
    return lambda folder: (folder / name).unlink()


def holding(name: str, content: str) -> Damage:
    return lambda folder: (folder / name).write_text(content, "utf-8")


def pickled(folder: Path) -> None:
    (folder / "model.safetensors").rename(folder / "pytorch_model.bin")


def sharded(folder: Path) -> None:
    (folder / "model.safetensors").unlink()
    shards = {"weight_map": {"a": "model-1.safetensors", "b": "model-2.safetensors"}}
    (folder / "model.safetensors.index.json").write_text(json.dumps(shards), "utf-8")
    save_file({"a": np.ones(2, np.float32)}, folder / "model-1.safetensors")


def shards_of_nothing(folder: Path) -> None:
    (folder / "model.safetensors").unlink()
    (folder / "model.safetensors.index.json").write_text('{"weight_map": [1]}', "utf-8")


def pickled_module(folder: Path) -> None:
    (folder / "1_Pooling" / "pytorch_model.bin").write_bytes(b"\x80\x04.")


def empty(folder: Path) -> None:
    shutil.rmtree(folder)
    folder.mkdir()


def no_folder(folder: Path) -> None:
    shutil.rmtree(folder)
    folder.write_text("a file", "utf-8")


FOLDERS: dict[str, tuple[Damage, str]] = {
    "empty": (empty, "is empty"),
    "a file": (no_folder, "not a folder"),
    "absent": (shutil.rmtree, "no such folder"),
    "no modules": (without("modules.json"), "lacks modules.json"),
    "no weights": (without("model.safetensors"), "lacks model.safetensors"),
    "no tokeniser": (without("tokenizer.json"), "lacks tokenizer.json"),
    "no config": (without("config.json"), "lacks config.json"),
    "no pooling": (lambda folder: shutil.rmtree(folder / "1_Pooling"), "lacks 1_Pooling/"),
    "a shard missing": (sharded, "lacks model-2.safetensors"),
    "a pickle": (pickled, "pickle (pytorch_model.bin)"),
    "a pickle in a module": (pickled_module, "pickle (pytorch_model.bin)"),
    "foreign code": (retyped("modeling_ours.Pooling"), "code of its own (modeling_ours.Pooling)"),
    "foreign place": (retyped("sentence_transformers.models.Pooling", "../other"), "understood"),
    "modules of nothing": (holding("modules.json", "[]"), "modules.json cannot be understood"),
    "modules of numbers": (holding("modules.json", "[1]"), "modules.json cannot be understood"),
    "modules garbled": (holding("modules.json", "[" * 100_000), "cannot be understood"),
    "an adapter": (holding("adapter_config.json", "{}"), "an adapter"),
    "a re-ranker": (
        holding("config_sentence_transformers.json", '{"model_type": "CrossEncoder"}'),
        "This is a CrossEncoder model",
    ),
    "shards garbled": (shards_of_nothing, "model.safetensors.index.json cannot be understood"),
    "weights cut short": (holding("model.safetensors", "12345"), "damaged"),
}


@pytest.mark.usefixtures("no_library")
@pytest.mark.parametrize("name", FOLDERS)
def test_a_bad_folder_is_refused_before_anything_is_loaded(tmp_path: Path, name: str) -> None:
    damage, said = FOLDERS[name]
    folder = a_folder(tmp_path / "model")
    with pytest.raises(MissingExtra):
        load_encoder(str(folder))
    damage(folder)
    with pytest.raises(UnusableModel) as refused:
        load_encoder(str(folder))
    assert said in refused.value.message("en")
    assert refused.value.where == str(folder)
    assert refused.value.what.zh != refused.value.what.en


def header_of(length: int, **tensors: object) -> bytes:
    raw = json.dumps(tensors).encode()
    return struct.pack("<Q", len(raw)) + raw + bytes(length)


def about(kind: str, shape: list[object], *places: object) -> dict[str, object]:
    return {"dtype": kind, "shape": shape, "data_offsets": list(places)}


LIES: dict[str, bytes] = {
    "nothing": b"",
    "half a size": b"\x01\x02\x03",
    "a size beyond the end": struct.pack("<Q", 1 << 60) + b"{}",
    "no JSON": struct.pack("<Q", 4) + b"}{}{",
    "a list": struct.pack("<Q", 2) + b"[]",
    "beyond the end": header_of(16, t=about("F32", [8], 0, 32)),
    "shorter than the file": header_of(64, t=about("F32", [8], 0, 32)),
    "a shape too large": header_of(32, t=about("F32", [800], 0, 32)),
    "a shape below zero": header_of(32, t=about("F32", [-2, -4], 0, 32)),
    "backwards": header_of(32, t=about("F32", [0], 32, 0)),
    "before the data": header_of(32, t=about("F32", [10], -8, 32)),
    "one over the other": header_of(32, a=about("F32", [8], 0, 32), b=about("F32", [4], 16, 32)),
    "a hole": header_of(32, a=about("F32", [2], 0, 8), b=about("F32", [4], 16, 32)),
    "an unknown type": header_of(32, t=about("Q9", [8], 0, 32)),
    "no place": header_of(32, t={"dtype": "F32", "shape": [8]}),
    "words for numbers": header_of(32, t=about("F32", ["x"], 0, 32)),
}


@pytest.mark.parametrize("name", LIES)
def test_a_header_that_lies_is_found_out(tmp_path: Path, name: str) -> None:
    file = tmp_path / "model.safetensors"
    file.write_bytes(LIES[name])
    with pytest.raises(DamagedTensors):
        read_header(file)
    folder = tmp_path / "ours"
    folder.mkdir()
    for part in ("tokenizer.json", "idf.safetensors"):
        shutil.copy(ARTEFACT / part, folder)
    shutil.copy(file, folder)
    with pytest.raises(UnusableModel):
        load_encoder(str(folder))


def test_a_sound_header_is_read(tmp_path: Path) -> None:
    save_file({"a": np.ones((3, 2), np.float32), "b": np.ones(5, np.int8)}, tmp_path / "m")
    tensors, _ = read_header(tmp_path / "m")
    assert {name: (t.kind, t.shape) for name, t in tensors.items()} == {
        "a": ("F32", (3, 2)),
        "b": ("I8", (5,)),
    }


def rewritten(name: str, change: Callable[[dict[str, Any]], object]) -> Damage:
    """The tensors of a file, changed and saved with the same notes."""

    def damage(folder: Path) -> None:
        tensors = load_file(folder / name)
        change(tensors)
        save_file(tensors, folder / name, metadata={"name": "ours"})

    return damage


def fewer_words(folder: Path) -> None:
    tokeniser = json.loads((folder / "tokenizer.json").read_text("utf-8"))
    tokeniser["model"]["vocab"].pop()
    (folder / "tokenizer.json").write_text(json.dumps(tokeniser), "utf-8")


OURS: dict[str, Damage] = {
    "no idf": without("idf.safetensors"),
    "no table": without("model.safetensors"),
    "no tokeniser": without("tokenizer.json"),
    "another vocabulary": fewer_words,
    "fewer weights": rewritten(
        "model.safetensors", lambda held: held.update(weights=held["weights"][:-1].copy())
    ),
    "a weight that is no number": rewritten(
        "model.safetensors", lambda held: held["weights"].put(7, np.nan)
    ),
    "rows of float": rewritten(
        "model.safetensors", lambda held: held.update(embeddings=np.ones((9, 2), np.float32))
    ),
    "no columns": rewritten(
        "model.safetensors",
        lambda held: held.update(embeddings=np.zeros((len(held["weights"]), 0), np.int8)),
    ),
    "weights in columns": rewritten(
        "model.safetensors", lambda held: held.update(weights=held["weights"][:, None].copy())
    ),
    "no rows": rewritten("model.safetensors", lambda held: held.pop("embeddings")),
}


@pytest.mark.parametrize("name", OURS)
def test_a_bad_folder_of_our_own_kind_is_refused(tmp_path: Path, name: str) -> None:
    folder = tmp_path / "ours"
    shutil.copytree(ARTEFACT, folder)
    OURS[name](folder)
    with pytest.raises(UnusableModel):
        StaticEncoder.load(folder)
    if name not in ("no table", "no rows"):  # nothing is left by which it would be known
        with pytest.raises(UnusableModel, match="This encoder cannot be loaded"):
            load_encoder(str(folder))


def test_the_command_line_refuses_without_a_trace(
    demo_home: Path, tmp_path: Path, type_in: Run
) -> None:
    folder = a_folder(tmp_path / "model")
    pickled(folder)
    for verb in (("query", "钙钛矿"), ("match", "x"), ("index",)):
        refused = type_in(*verb, "--model", folder, "--home", demo_home)
        assert refused.code == 2
        assert refused.out == ""
        assert "safetensors" in refused.err.splitlines()[0]
        assert refused.err.count("\n") == 2
        assert "Traceback" not in refused.err


def test_an_encoder_of_another_dimension_than_the_snapshot(
    demo_home: Path, tmp_path: Path, type_in: Run
) -> None:
    folder = tmp_path / "narrow"
    shutil.copytree(ARTEFACT, folder)
    narrow = rewritten(
        "model.safetensors",
        lambda held: held.update(embeddings=np.ascontiguousarray(held["embeddings"][:, :64])),
    )
    narrow(folder)
    assert load_encoder(str(folder)).dimension == 64
    refused = type_in("query", "钙钛矿", "--model", folder, "--home", demo_home)
    assert refused.code == 4
    assert "another encoder" in refused.err
    assert "--model" in refused.err
    assert "Traceback" not in refused.err


@pytest.mark.usefixtures("no_library")
@pytest.mark.parametrize("name", ["./nowhere", "/no/where/at all", "a/b/c", "..", "模型", "x:y"])
def test_what_can_only_be_a_path_is_not_looked_for_elsewhere(name: str) -> None:
    with pytest.raises(UnusableModel):
        load_encoder(name)
    with pytest.raises(UnusableModel):
        load_reranker(name)


@pytest.fixture
def a_silent_hub() -> Iterator[str]:
    """A host that takes calls and never answers."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(20)
        callers: list[socket.socket] = []

        def take() -> None:
            while True:
                try:
                    callers.append(listener.accept()[0])
                except OSError:
                    return

        threading.Thread(target=take, daemon=True).start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        listener.shutdown(socket.SHUT_RDWR)
        for caller in callers:
            caller.close()


@pytest.mark.transformer
@pytest.mark.parametrize("dead", ["silent", "refusing"])
def test_a_hub_that_does_not_answer_is_said_soon(
    dead: str, a_silent_hub: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from huggingface_hub import constants

    monkeypatch.setattr(model_folder, "HUB_SECONDS", 0.5)
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path))
    endpoint = a_silent_hub if dead == "silent" else "http://127.0.0.1:9"
    monkeypatch.setattr(constants, "ENDPOINT", endpoint)
    begun = time.monotonic()
    with pytest.raises(UnusableModel, match="cannot be downloaded"):
        load_encoder("BAAI/bge-m3")
    with pytest.raises(UnusableModel, match="cannot be downloaded"):
        load_reranker("some-reranker")
    assert time.monotonic() - begun < 20


def smaller_table(folder: Path) -> None:
    change_json(folder / "config.json", vocab_size=50)
    table = "embeddings.word_embeddings.weight"
    rewritten("model.safetensors", lambda held: held.update({table: held[table][:50].copy()}))(
        folder
    )


def lacking_a_layer(folder: Path) -> None:
    def drop(held: dict[str, Any]) -> None:
        for name in [name for name in held if ".layer.1." in name]:
            del held[name]

    rewritten("model.safetensors", drop)(folder)


def no_numbers(folder: Path) -> None:
    rewritten("model.safetensors", lambda held: [t.fill(np.nan) for t in held.values()])(folder)


REAL: dict[str, tuple[Damage, str]] = {
    "a table of another width": (
        lambda folder: change_json(folder / "config.json", hidden_size=64),
        "cannot be loaded",
    ),
    "fewer rows than words": (smaller_table, "do not belong together"),
    "a layer missing": (lacking_a_layer, "The weights lack"),
    "no numbers": (no_numbers, "no numbers"),
    "tokeniser garbled": (holding("tokenizer.json", "{}"), "cannot be loaded"),
    "an unknown kind": (
        lambda folder: change_json(folder / "config.json", model_type="ours"),
        "cannot be loaded",
    ),
    "pooling garbled": (holding("1_Pooling/config.json", "{"), "cannot be loaded"),
}


@pytest.mark.transformer
@pytest.mark.parametrize("name", REAL)
def test_a_real_model_that_is_damaged_is_refused(tmp_path: Path, name: str) -> None:
    folder = a_bert(tmp_path / "model")
    load_encoder(str(folder))
    damage, said = REAL[name]
    damage(folder)
    with pytest.raises(UnusableModel, match=said):
        load_encoder(str(folder))


@pytest.mark.transformer
def test_what_is_no_reranker_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnusableModel, match="this model gives 3"):
        load_reranker(str(a_cross_encoder(tmp_path / "three", labels=3)))
    headless = a_cross_encoder(tmp_path / "headless")
    rewritten("model.safetensors", lambda held: held.pop("classifier.weight"))(headless)
    with pytest.raises(UnusableModel, match=r"The weights lack classifier\.weight"):
        load_reranker(str(headless))
    with pytest.raises(UnusableModel, match="This is a SentenceTransformer model"):
        load_reranker(str(a_bert(tmp_path / "encoder")))
    hostile = a_cross_encoder(tmp_path / "hostile", activation="torch.cuda.init")
    assert load_reranker(str(hostile)) is not None  # and what it names was never called

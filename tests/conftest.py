"""Fixtures strategy: one is shared, `demo_home`, the sample registry imported and indexed once a
run, which tests only read. All else a test file makes itself: the small world that its room needs,
by functions named as one would ask a colleague, so that it can be read alone. What stands here
besides decides which tests can run on this machine, and says which were left out and why.

A marker names what a test needs. With `--leave-nothing-out` a test that was left out or skipped
fails the run.
"""

from __future__ import annotations

from collections import Counter
from importlib.util import find_spec
from pathlib import Path

import pytest

from matcher.settings import Settings, shipped

LEFT_OUT = pytest.StashKey[Counter[str]]()


@pytest.fixture(scope="session")
def demo_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with the fictional sample registry, imported and indexed. Read it; never change it."""
    from matcher.catalogue.intake import import_files
    from matcher.catalogue.store import Catalogue
    from matcher.catalogue.tagging import refresh_tags
    from matcher.snapshot.build import build
    from matcher.text.encoder import default_encoder
    from matcher.vocabulary import load_vocabulary

    home = tmp_path_factory.mktemp("demo")
    static, vocabulary = default_encoder(), load_vocabulary()
    catalogue = Catalogue.open(home, create=True)
    import_files(catalogue, [shipped("data", "sample", "demo.jsonl")])
    refresh_tags(catalogue, static, vocabulary)
    build(home, catalogue, static, static, vocabulary)
    catalogue.close()
    return home


def unmet_needs() -> dict[str, str]:
    """Marker -> why its tests cannot run here, for each that cannot."""
    unmet = {}
    if find_spec("sentence_transformers") is None or find_spec("datasets") is None:
        unmet["transformer"] = "the extras are not installed (make transformer)"
    if find_spec("playwright") is None:
        unmet["browser"] = "no browser driver is installed"
    if Settings().shared_data_folder() is None:
        unmet["shared"] = "neither ../shared/data nor MATCHER_SHARED_DATA is there"
    return unmet


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--leave-nothing-out",
        action="store_true",
        help="fail when any selected test is left out or skipped",
    )


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what cannot run here, after `-m` and `-k` had their say."""
    unmet = unmet_needs()
    left_out: list[pytest.Item] = []
    counted: Counter[str] = Counter()
    for item in items:
        needs = [marker for marker in unmet if item.get_closest_marker(marker)]
        if needs:
            left_out.append(item)
            counted[f"{needs[0]}: {unmet[needs[0]]}"] += 1
    config.stash[LEFT_OUT] = counted
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in left_out]


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    """Say what was left out, even where everything that ran passed."""
    for reason, count in sorted(config.stash.get(LEFT_OUT, Counter()).items()):
        terminalreporter.write_line(f"left out: {count} tests marked {reason}")


@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Under `--leave-nothing-out`, fail a run that did not run everything."""
    if not session.config.getoption("--leave-nothing-out"):
        return
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    skipped = bool(reporter and reporter.stats.get("skipped"))
    if skipped or session.config.stash.get(LEFT_OUT, None):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED

"""What the routes ask: one function a question. Here, not in the domain, stand the concerns of a
server: a thread to compute in, how many may wait for it, and the snapshot that serves now."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path
from threading import Lock

import orjson

from matcher.errors import Bilingual, MatcherError, NotReady
from matcher.lists.batch import make_lists
from matcher.lists.export.json import list_document
from matcher.matching.document import answer_document
from matcher.matching.pipeline import Reasons
from matcher.service import Matcher, Wish
from matcher.snapshot.shelf import Shelf

Tell = Callable[..., None]


class Busy(MatcherError):
    """More requests wait than can be answered in reasonable time."""

    code = "busy"


class Desk:
    """One thread and the queue before it. Computing beside the event loop keeps health and errors
    answering; more threads would only contend for the same cores."""

    def __init__(self, name: str, most: int) -> None:
        self._thread = ThreadPoolExecutor(1, thread_name_prefix=name)
        self._most = most
        self._waiting = 0

    async def run(self, work: Callable[[], bytes]) -> bytes:
        """The result of `work`; Busy if `most` are already waiting."""
        if self._waiting >= self._most:
            raise Busy(
                Bilingual("排队的请求太多。", "too many requests are waiting."),
                Bilingual("稍后再试。", "try again in a moment."),
            )
        self._waiting += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._thread, work)
        finally:
            self._waiting -= 1

    def close(self) -> None:
        self._thread.shutdown(cancel_futures=True)


class Service:
    """The answers of one home, as JSON. A list takes as long as many questions, so lists have a
    desk of their own and questions never wait for one."""

    def __init__(self, home: Path, model: str | None, rerank: str | None, tell: Tell) -> None:
        self._home, self._model, self._rerank, self._tell = home, model, rerank, tell
        self._opening = Lock()
        self._matcher: Matcher | None = None
        self._refused: str | None = None
        self._questions = Desk("questions", 64)
        self._lists = Desk("lists", 4)

    async def matches(self, wish: Wish, reasons: Reasons) -> bytes:
        """The answer to a question, the document every door gives."""

        def work() -> bytes:
            return orjson.dumps(answer_document(self.matcher().match(wish, reasons)))

        return await self._questions.run(work)

    async def sector_list(self, sector: str, k: int, as_of: date | None) -> bytes:
        """The list of a sector."""

        def work() -> bytes:
            return orjson.dumps(list_document(make_lists(self.matcher(), [sector], k, as_of)[0]))

        return await self._lists.run(work)

    async def ready(self) -> bytes:
        """The snapshot that serves; NotReady if none can. It stands in no queue: a server that is
        merely busy must not be taken for one that cannot answer. While another is being opened,
        the one that serves meanwhile is named."""
        matcher = self._matcher
        if matcher is None or not self._opening.locked():
            matcher = await asyncio.to_thread(self.matcher)
        return orjson.dumps({"status": "ready", "snapshot": matcher.snapshot.id})

    def matcher(self) -> Matcher:
        """The matcher over the snapshot that serves now: a new one is opened when the home points
        at it. One that cannot be opened is told to the log and the former goes on serving."""
        with self._opening:
            try:
                current: str | None = Shelf(self._home).current().name
            except NotReady:
                current = None
            if self._matcher is not None and current in (
                self._matcher.snapshot.id,
                self._refused,
                None,
            ):
                return self._matcher
            try:
                self._matcher = Matcher.open(self._home, self._model, self._rerank)
            except MatcherError as error:
                self._refused = current
                self._tell("snapshot_refused", snapshot=current, code=error.code)
                if self._matcher is None:
                    raise unready(error) from error
            else:
                self._refused = None
                self._tell("snapshot_serves", snapshot=self._matcher.snapshot.id)
            return self._matcher

    def close(self) -> None:
        """Let the threads end."""
        self._questions.close()
        self._lists.close()


def unready(error: MatcherError) -> MatcherError:
    """Whatever keeps the service from opening is not the asker's fault."""
    return error if isinstance(error, NotReady) else NotReady(error.what, error.cure)

"""Runs one coroutine without a task, so that an exchange continues inside the callback that woke it.

A task goes through the loop's queue at each step: two extra turns a request and one a chunk. The driver steps the
coroutine directly instead. The rules that make this safe:

* A coroutine waits only for a :class:`Wakeup` or a future. Nothing that needs ``asyncio.current_task()`` (such as
  ``asyncio.timeout``) may be awaited; run that in a task and await the task.
* A wakeup that comes while the coroutine runs is remembered, never delivered into the running frame.
* ``cancel`` throws into the coroutine where it waits, at once: its ``finally`` blocks have run when it returns.
* Every way a coroutine can end goes to ``done``; what ends a process (``SystemExit``) also goes on to the loop.
"""

import asyncio
from collections.abc import Callable, Coroutine, Generator
from typing import Any, TypeVar

T = TypeVar("T")


class Wakeup:
    """Something that one coroutine waits for and a callback ends; it can be used again and again.

    ``set`` before ``await`` is remembered: the next ``await`` returns at once.
    """

    __slots__ = ("_driver", "_ready")

    def __init__(self) -> None:
        self._driver: Driver | None = None
        self._ready = False

    def set(self) -> None:
        """End the wait; the waiting coroutine runs before this returns."""
        self._ready = True
        driver = self._driver
        if driver is not None:
            self._driver = None
            driver.resume()

    def __await__(self) -> Generator["Wakeup", None, None]:
        if not self._ready:
            yield self
        self._ready = False

    def _attach(self, driver: "Driver") -> None:
        self._driver = driver

    def _detach(self) -> None:
        self._driver = None


class Driver:
    """Steps ``coroutine`` to its end and calls ``done(error)`` once; ``error`` is None after a normal return."""

    __slots__ = ("_coroutine", "_done", "_pending", "_running", "_waiting", "finished")

    def __init__(
        self,
        coroutine: Coroutine[Any, None, None],
        done: Callable[[BaseException | None], None],
    ) -> None:
        self._coroutine = coroutine
        self._done = done
        self._waiting: Wakeup | asyncio.Future[Any] | None = None
        self._running = False
        self._pending: BaseException | None = None
        self.finished = False

    def start(self) -> None:
        """Run until the first wait; nothing, when it was cancelled before."""
        if not self.finished:
            self._step(None)

    def resume(self) -> None:
        """Continue after a wait; what a Wakeup calls."""
        self._waiting = None
        self._step(None)

    def cancel(self, error: BaseException) -> None:
        """Throw ``error`` where the coroutine waits; a running coroutine meets it at its next wait."""
        if self.finished:
            return
        if self._running:
            self._pending = error
            return
        waiting = self._waiting
        self._waiting = None
        if isinstance(waiting, Wakeup):
            waiting._detach()
        elif waiting is not None:
            waiting.remove_done_callback(self._future_done)
        self._step(error)

    def _future_done(self, future: "asyncio.Future[Any]") -> None:
        # A call that was already on its way when ``cancel`` took the callback back finds another wait.
        if self._waiting is future:
            self.resume()

    def _step(self, error: BaseException | None) -> None:
        self._running = True
        try:
            while True:
                yielded = self._coroutine.send(None) if error is None else self._coroutine.throw(error)
                error = self._pending
                if error is None:
                    break
                self._pending = None
                _abandon(yielded)
        except StopIteration:
            self._finish(None)
            return
        except BaseException as failure:
            self._finish(failure)  # ``done`` owns every outcome
            if isinstance(failure, SystemExit | KeyboardInterrupt):
                raise
            return
        finally:
            self._running = False
        self._wait_for(yielded)

    def _wait_for(self, yielded: object) -> None:
        if type(yielded) is Wakeup:
            self._waiting = yielded
            yielded._attach(self)
        elif isinstance(yielded, asyncio.Future):
            self._waiting = yielded
            yielded._asyncio_future_blocking = False
            yielded.add_done_callback(self._future_done)
        else:
            self._step(RuntimeError(f"an exchange awaited {yielded!r}: only a Wakeup or a future can be waited for"))

    def _finish(self, error: BaseException | None) -> None:
        self.finished = True
        self._done(error)


def drive(coroutine: Coroutine[Any, Any, T]) -> "asyncio.Future[T]":
    """Run a coroutine that waits for wakeups, for a task that wants its result; cancelling the future cancels it.

    An error of a coroutine that nobody waits for any more goes to the loop's exception handler.
    """
    loop = asyncio.get_running_loop()
    future: asyncio.Future[T] = loop.create_future()
    result: list[T] = []

    async def capture() -> None:
        result.append(await coroutine)

    def done(error: BaseException | None) -> None:
        if future.done():
            if error is not None and not isinstance(error, asyncio.CancelledError):
                loop.call_exception_handler({"message": "a cancelled coroutine failed", "exception": error})
        elif error is None:
            future.set_result(result[0])
        elif isinstance(error, asyncio.CancelledError):
            future.cancel()
        else:
            future.set_exception(error)

    driver = Driver(capture(), done)
    future.add_done_callback(lambda ended: driver.cancel(asyncio.CancelledError()) if ended.cancelled() else None)
    driver.start()
    return future


def _abandon(yielded: object) -> None:
    if isinstance(yielded, asyncio.Future):
        yielded._asyncio_future_blocking = False

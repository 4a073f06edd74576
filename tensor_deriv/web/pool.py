"""Worker processes that can be stopped: a question has a deadline, and a process that misses it is ended and replaced."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import sys
from collections.abc import Coroutine
from dataclasses import dataclass
from pathlib import Path

LONGEST_REPLY = 1 << 26  # bytes
START = 60.0  # seconds until a new process has to be ready
PATIENCE = 60.0  # seconds that a question waits for its turn
GRACE = 1.0  # seconds that a question may go on whose asker has left; a new process takes as long to start
ROOT = str(Path(__file__).resolve().parents[2])


class Late(Exception):
    """The question took longer than a question may."""


class Busy(Exception):
    """Too many questions wait, or no process could be had."""


class Gone(Exception):
    """The process ended under the question."""


@dataclass(frozen=True)
class Limits:
    """How many processes, the seconds one question may take, and how many questions may wait."""

    workers: int = 2
    seconds: float = 10.0
    waiting: int = 200


@dataclass(frozen=True)
class Worker:
    """One process and its two pipes."""

    process: asyncio.subprocess.Process

    async def line(self) -> bytes:
        """The next reply; Gone where there is none."""
        assert self.process.stdout
        try:
            line = await self.process.stdout.readline()
        except ValueError:
            raise Gone(f"the answer is longer than {LONGEST_REPLY >> 20} MB") from None
        if not line.endswith(b"\n"):
            raise Gone("the process that worked on the question ended")
        return line[:-1]

    async def ask(self, line: bytes) -> bytes:
        """The reply to one line."""
        assert self.process.stdin
        self.process.stdin.write(line + b"\n")
        with contextlib.suppress(ConnectionError):  # what ended shows when its reply is read
            await self.process.stdin.drain()
        return await self.line()

    async def stop(self) -> None:
        """End the process at once, whatever it does."""
        assert self.process.stdin
        with contextlib.suppress(ProcessLookupError):
            self.process.kill()
        self.process.stdin.close()
        await self.process.wait()


async def start_worker(seconds: float) -> Worker:
    """A process that is ready to answer; Gone or TimeoutError where it does not get so far."""
    paths = [ROOT, *filter(None, [os.environ.get("PYTHONPATH")])]
    # one thread each: the arrays of a check are small, and processes are what runs side by side
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(paths), "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
    worker = Worker(
        await asyncio.create_subprocess_exec(
            sys.executable, "-P", "-m", "tensor_deriv.web.worker", str(seconds), env=environment, limit=LONGEST_REPLY,
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, start_new_session=True,
        )
    )  # fmt: skip
    try:
        async with asyncio.timeout(START):
            await worker.line()
    except BaseException:
        await worker.stop()
        raise
    return worker


class Pool:
    """Processes that take questions in the order in which they come."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.waiting = 0
        self._idle: asyncio.Queue[Worker] = asyncio.Queue()
        self._workers: set[Worker] = set()
        self._tasks: set[asyncio.Task[None]] = set()  # processes that start or end

    def start(self) -> None:
        """Begin to start the processes; questions may come before they are ready."""
        for _ in range(self.limits.workers):
            self._do(self._start_one())

    async def stop(self) -> None:
        """End every process."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await asyncio.gather(*(worker.stop() for worker in self._workers))

    async def ask(self, kind: str, question: object) -> tuple[int, bytes]:
        """The status and the record for a question; Late, Busy or Gone where there is none."""
        worker = await self._turn()
        try:
            line = json.dumps({"kind": kind, "question": question}).encode()
            async with asyncio.timeout(self.limits.seconds):
                reply = await worker.ask(line)
        except asyncio.CancelledError:
            self._do(self._settle(worker))
            raise
        except TimeoutError:
            self._do(self._replace(worker))
            raise Late(f"stopped: the question takes longer than {self.limits.seconds:g} s") from None
        except Gone:
            self._do(self._replace(worker))
            raise
        self._idle.put_nowait(worker)
        status, _, record = reply.partition(b" ")
        return int(status), record

    async def _turn(self) -> Worker:
        if self.waiting >= self.limits.waiting:
            raise Busy(f"{self.waiting} questions wait already; try again in a moment")
        self.waiting += 1
        try:
            async with asyncio.timeout(PATIENCE):
                return await self._idle.get()
        except TimeoutError:
            raise Busy(f"no process was free for {PATIENCE:g} s; try again in a moment") from None
        finally:
            self.waiting -= 1

    def _do(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _settle(self, worker: Worker) -> None:
        """Let a process finish a short question that nobody waits for any more."""
        try:
            async with asyncio.timeout(GRACE):
                await worker.line()
        except (TimeoutError, Gone):
            await self._replace(worker)
        else:
            self._idle.put_nowait(worker)

    async def _replace(self, worker: Worker) -> None:
        await worker.stop()
        self._workers.discard(worker)
        await self._start_one()

    async def _start_one(self) -> None:
        """Start one process, and try again each second where that fails."""
        while True:
            try:
                worker = await start_worker(self.limits.seconds)
            except (Gone, TimeoutError, OSError) as error:
                print(f"a worker process does not start: {str(error) or 'it is not ready in time'}", file=sys.stderr)
                await asyncio.sleep(1.0)
                continue
            self._workers.add(worker)
            self._idle.put_nowait(worker)
            return

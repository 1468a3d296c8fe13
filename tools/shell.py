"""Run a notebook's cells without a kernel, in a process that can be forked at any cell.

``mutants`` and ``curious`` run a notebook many times over. A fork takes along what has been run
so far, above all the imports.
"""

from __future__ import annotations

import os
import pickle
import signal
import sys
import tempfile
import traceback
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output

SECONDS = 120  # for one fork, on a busy machine


class Said(NamedTuple):
    """What a cell says: its two streams, and its other outputs by their kinds."""

    stdout: str
    stderr: str
    outputs: list[dict[str, Any]]


def fresh(folder: Path) -> InteractiveShell:
    """Start a shell in ``folder``, in place of the one before."""
    os.chdir(folder)
    InteractiveShell.clear_instance()
    return InteractiveShell.instance()  # the one that ``display`` looks for


def run(shell: InteractiveShell, source: str) -> Said:
    """Run one cell, and return what it says; what it raises is raised."""
    with capture_output() as said:
        result = shell.run_cell(source)
    result.raise_error()
    return Said(said.stdout, said.stderr, [output.data for output in said.outputs])


def in_forks(
    jobs: Iterable[Callable[[], Any]], at_once: int = os.cpu_count() or 1
) -> Iterator[tuple[int, Any]]:
    """Do each job in a fork of this process: yield its number and its answer as they come.

    The fork is made when the job is taken from ``jobs``, which may be a generator that moves
    this process on in between. An answer is made of built-in types; it is None where a job
    takes too long or ends its process.
    """
    running: dict[int, tuple[int, Any]] = {}

    def reap() -> tuple[int, Any]:
        number, file = running.pop(os.wait()[0])
        with file:
            file.seek(0)
            text = file.read()
        return number, pickle.loads(text) if text else None

    for number, job in enumerate(jobs):
        if len(running) == at_once:
            yield reap()
        file = tempfile.TemporaryFile()  # noqa: SIM115 - closed when its fork has ended
        sys.stdout.flush()
        child = os.fork()
        if not child:
            signal.alarm(SECONDS)
            stderr, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, 1)
            os.dup2(nowhere, 2)
            try:
                pickle.dump(job(), file)
                file.flush()
            except BaseException:
                os.write(stderr, traceback.format_exc().encode())
            finally:
                os._exit(0)
        running[child] = number, file
    while running:
        yield reap()

"""Measure what the series claims to be fast, as ratios: ``make bench``.

Each contender runs in turn, round after round, so that a busy machine disturbs all of them
alike. A ratio is given twice: best against best, and the median over the rounds. ``--core``
measures the helpers, ``--notebooks`` the notebooks; without either, both.

PyTorch and JAX are measured where they are installed: ``pip install -e '.[frameworks]'``.
Where others keep the processors busy, threads that wait for one another stall; then measure
with one thread each: ``OPENBLAS_NUM_THREADS=1 OMP_NUM_THREADS=1 make bench``.
"""

from __future__ import annotations

import argparse
import importlib.util
import os
import re
import time
from collections.abc import Callable, Iterator
from functools import partial
from itertools import pairwise
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from sympy import ImmutableMatrix, MatrixBase, SparseMatrix
from sympy.core.cache import clear_cache

from helpers.activations import tanh
from helpers.arrays import vec
from helpers.network import Affine, backward, forward, initial_layers, loss_and_gradients
from helpers.symbolic import column, jacobian, matrix

BATCH = 128
SIZES = [(4, 4, 1), (64, 64, 1), (784, 256, 10), (1024, 1024, 1), (4096, 4096, 1)]
FLOATS = (np.float64, np.float32)
INSTALLED = [name for name in ("torch", "jax") if importlib.util.find_spec(name)]
NAMES = {"torch": "PyTorch", "jax": "JAX"}

Call = Callable[[], Any]


class Times(NamedTuple):
    """The seconds of one call: the best over all rounds, and the median of each round."""

    best: float
    medians: list[float]


def in_turn(calls: dict[str, Call], rounds: int, block: float = 0.02) -> dict[str, Times]:
    """Time every call, in turn, for ``block`` seconds a round.

    The first call of a block is not counted: it finds the caches, and the threads of the other
    libraries, as the contender before it left them.
    """
    seconds: dict[str, list[list[float]]] = {name: [] for name in calls}
    for _ in range(rounds):
        for name, call in calls.items():
            call()
            taken: list[float] = []
            until = time.perf_counter() + block
            while not taken or time.perf_counter() < until:
                started = time.perf_counter()
                call()
                taken.append(time.perf_counter() - started)
            seconds[name].append(taken)
    return {
        name: Times(min(map(min, blocks)), [median(taken) for taken in blocks])
        for name, blocks in seconds.items()
    }


def ratio(one: Times, other: Times) -> tuple[float, float]:
    """Compare two contenders: best against best, and the median over the rounds."""
    rounds = [a / b for a, b in zip(one.medians, other.medians, strict=True)]
    return one.best / other.best, median(rounds)


def written(ratios: tuple[float, float]) -> str:
    """Write a ratio as best and median."""
    return "{:.2f} / {:.2f}".format(*ratios).rjust(15)


class Targets:
    """The figures that the series aims at, and whether this run has reached them."""

    def __init__(self) -> None:
        self.missed: list[str] = []
        self.reached = 0

    def hold(self, name: str, ratios: tuple[float, float], bound: float) -> None:
        """Note whether the best ratio stays within ``bound``."""
        if ratios[0] <= bound:
            self.reached += 1
        else:
            self.missed.append(f"{name}: {ratios[0]:.2f}, aimed at {bound:g} at most")

    def report(self) -> None:
        """Print how many are reached, and name the others."""
        print(f"\nTargets: {self.reached} reached, {len(self.missed)} missed")
        for line in self.missed:
            print(f"  {line}")


# --- gradients ------------------------------------------------------------------------------


class Case(NamedTuple):
    """One network, its batch, and the gradient at its scores."""

    layers: list[Affine]
    X: NDArray
    y: NDArray
    Delta: NDArray

    @property
    def one_score(self) -> bool:
        """Whether the loss can be computed; if not, the gradients start from Delta."""
        return len(self.layers[-1].W) == 1


def case(sizes: tuple[int, ...], type: type) -> Case:
    """Draw a network and a batch in one floating type."""
    rng = np.random.default_rng(1)
    layers = [Affine(W.astype(type), b.astype(type)) for W, b in initial_layers(sizes)]
    X = rng.standard_normal((sizes[0], BATCH)).astype(type)
    y = rng.integers(0, 2, (1, BATCH)).astype(type)
    return Case(layers, X, y, rng.standard_normal((sizes[-1], BATCH)).astype(type))


def ours(of: Case) -> Call:
    """Compute the gradients with helpers.network."""
    layers, X, y, Delta = of
    if of.one_score:
        return lambda: loss_and_gradients(layers, X, y, tanh)
    return lambda: backward(layers, forward(layers, X, tanh), Delta, tanh)


def products(of: Case) -> Call:
    """Compute the same matrix products, keep the results as long, and do nothing else."""
    h, z = forward(of.layers, of.X, tanh)
    Deltas = [np.ones_like(made) for made in z]

    def call() -> list[NDArray]:
        made = [W @ given for (W, _), given in zip(of.layers, h, strict=True)]
        made += [Delta @ given.T for Delta, given in zip(Deltas, h, strict=True)]
        made += [of.layers[k].W.T @ Deltas[k] for k in range(1, len(h))]
        return made

    return call


def torch_gradients(of: Case) -> Call:
    """Compute them with PyTorch's autograd."""
    import torch

    X, y, Delta = (torch.from_numpy(array) for array in of[1:])
    parts = [torch.from_numpy(part).requires_grad_() for layer in of.layers for part in layer]
    cross_entropy = torch.nn.functional.binary_cross_entropy_with_logits

    def call() -> Any:
        made = parts[0] @ X + parts[1]
        for W, b in zip(parts[2::2], parts[3::2], strict=True):
            made = W @ torch.tanh(made) + b
        if not of.one_score:
            return torch.autograd.grad(made, parts, Delta)
        loss = cross_entropy(made, y)
        return loss.item(), torch.autograd.grad(loss, parts)

    return call


def jax_gradients(of: Case) -> Call:
    """Compute them with JAX, compiled."""
    import jax
    import jax.numpy as jnp

    jax.config.update("jax_enable_x64", True)
    X, y, Delta = (jnp.asarray(array) for array in of[1:])
    layers = [(jnp.asarray(W), jnp.asarray(b)) for W, b in of.layers]

    def loss(layers: list, X: Any) -> Any:
        h = X
        for W, b in layers[:-1]:
            h = jnp.tanh(W @ h + b)
        s = layers[-1][0] @ h + layers[-1][1]
        return (jax.nn.softplus(s) - y * s).mean() if of.one_score else (s * Delta).sum()

    compiled = jax.jit(jax.value_and_grad(loss))
    return lambda: jax.block_until_ready(compiled(layers, X))


CONTENDERS = {
    "ours": ours,
    "products": products,
    "torch": torch_gradients,
    "jax": jax_gradients,
}


def gradients(targets: Targets) -> None:
    """Measure the gradients against their bare products, PyTorch and JAX."""
    others = ["products", *INSTALLED]
    titles = [NAMES.get(name, name).rjust(15) for name in others]
    print(f"Gradients of a batch of {BATCH}, tanh: one call, and its ratio (best / median) to")
    print(f"{'':<13}{'':<9}{'ours, ms':>10}", *titles)
    for sizes in SIZES:
        calls = {}
        for type in FLOATS:
            drawn = case(sizes, type)
            for name in ("ours", *others):
                calls[f"{name} {type.__name__}"] = CONTENDERS[name](drawn)
        times = in_turn(calls, rounds=5 if max(sizes) > 2000 else 15)
        name = "-".join(map(str, sizes))
        for type in (type.__name__ for type in FLOATS):
            mine = times[f"ours {type}"]
            ratios = {other: ratio(mine, times[f"{other} {type}"]) for other in others}
            print(
                f"{name:<13}{type:<9}{mine.best * 1e3:>10.3f}", *map(written, ratios.values())
            )
            if max(sizes) >= 784:
                targets.hold(f"{name} {type} to its products", ratios["products"], 1.15)
            if "torch" in ratios:
                targets.hold(f"{name} {type} to PyTorch", ratios["torch"], 1)
        small = ratio(times["ours float32"], times["ours float64"])
        print(f"{name:<13}float32 to float64  {written(small)}")
        if sizes == (1024, 1024, 1):
            targets.hold(f"{name} float32 to float64", small, 0.6)
    for name in [name for name in NAMES if name not in INSTALLED]:
        print(
            f"{NAMES[name]} is not installed, so not measured: pip install -e '.[frameworks]'"
        )


# --- the symbolic Jacobian ------------------------------------------------------------------


def one_by_one(y: MatrixBase, x: MatrixBase) -> ImmutableMatrix:
    """Differentiate each whole entry of y once for every non-zero partial."""
    place = {variable: j for j, variable in enumerate(x)}
    partials = {
        (i, place[variable]): entry.diff(variable)
        for i, entry in enumerate(y)
        for variable in entry.free_symbols & place.keys()
    }
    return ImmutableMatrix(SparseMatrix(len(y), len(x), partials))


def symbolic(targets: Targets) -> None:
    """Measure the Jacobian of z = Wx + b with respect to vec W."""
    print(
        "\nJacobian of z = Wx + b with respect to vec W: ours, and the others' time as multiple"
    )
    print(f"{'':<13}{'ours, ms':>19} {'sympy':>15} {'one by one':>15}")
    for m, n in ((8, 20), (20, 30)):
        W, x, b = matrix("W", m, n), column("x", n), column("b", m)
        z, w = W * x + b, vec(W)

        def fresh(differentiate: Callable, z: MatrixBase = z, w: MatrixBase = w) -> MatrixBase:
            clear_cache()  # or sympy would look up what it has computed a round before
            return differentiate(z, w)

        calls = {
            "ours": partial(fresh, jacobian),
            "sympy": partial(fresh, lambda z, w: z.jacobian(w)),
            "one by one": partial(fresh, one_by_one),
        }
        assert len({call() for call in calls.values()}) == 1, "they differ"
        times = in_turn(calls, rounds=3)
        own = ratio(times["sympy"], times["ours"])
        each = ratio(times["one by one"], times["ours"])
        print(f"{f'{m}x{n}':<13}{times['ours'].best * 1e3:>19.1f}", written(own), written(each))
        if (m, n) == (20, 30):
            targets.hold("20x30 ours to sympy", ratio(times["ours"], times["sympy"]), 0.1)


# --- notebooks ------------------------------------------------------------------------------

# The peak of the kernel's memory in bytes. On Linux getrusage would start from the size of the
# process that launched the kernel.
PEAK = """
import pathlib, re, resource
status = pathlib.Path("/proc/self/status")
if status.exists():
    print(int(re.search(r"VmHWM:\\s*(\\d+) kB", status.read_text())[1]) * 1024)
else:
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


class Run(NamedTuple):
    """One run in a fresh kernel: its seconds, those of each code cell, peak bytes."""

    seconds: float
    cells: dict[str, float]
    peak: int


def run(path: Path | None) -> Run:
    """Run a notebook, or for comparison one that only imports."""
    import nbformat
    from nbclient import NotebookClient
    from nbformat.v4 import new_code_cell, new_notebook

    from tools.publish import NOTEBOOKS, kernel_settings

    imports = new_notebook(cells=[new_code_cell("import numpy, sympy, matplotlib.pyplot")])
    notebook = nbformat.read(path, as_version=4) if path else imports
    notebook.cells.append(new_code_cell(PEAK))
    stamps: list[tuple[str, float]] = []

    def stamp(cell: Any, **_: Any) -> None:
        if cell.cell_type == "code":
            stamps.append((cell.source.partition("\n")[0], time.perf_counter()))

    started = time.perf_counter()
    NotebookClient(
        notebook,
        timeout=60,
        kernel_name="python3",
        config=kernel_settings(),
        resources={"metadata": {"path": str(path.parent if path else NOTEBOOKS)}},
        on_cell_executed=stamp,
    ).execute(env={**os.environ, "OPENBLAS_NUM_THREADS": "1"})  # idle threads burn time
    *cells, _ = stamps
    taken = {there: end - begin for (_, begin), (there, end) in pairwise(cells)}
    peak = int(re.search(r"\d+", notebook.cells[-1].outputs[0].text)[0])
    return Run(cells[-1][1] - started, taken, peak)


def every_notebook(targets: Targets) -> None:
    """Measure every notebook against a kernel that only imports."""
    from tools.publish import NOTEBOOKS, notebooks

    print(
        "\nNotebooks: time, its ratio to that of the imports, memory, slowest cell after them"
    )
    for path in notebooks():
        floors, runs = zip(*[(run(None), run(path)) for _ in range(3)], strict=True)
        floor, whole = (
            Times(min(r.seconds for r in some), [r.seconds for r in some])
            for some in (floors, runs)
        )
        peak = min(r.peak for r in runs) / 2**20
        slowest = {cell: min(r.cells[cell] for r in runs) for cell in runs[0].cells}
        cell = max(slowest, key=slowest.get)
        name = str(path.relative_to(NOTEBOOKS).with_suffix(""))
        print(f"{name:<44}{whole.best:>5.1f} s", written(ratio(whole, floor)), end="")
        print(f"{peak:>5.0f} MiB  {slowest[cell]:.2f} s: {cell[:40]}")
        targets.hold(f"{name} to the imports alone", ratio(whole, floor), 2.5)
        targets.hold(f"{name}, MiB", (peak, peak), 180)
        targets.hold(f"{name}, slowest cell, s", (slowest[cell],) * 2, 0.5)


def parts(core: bool, notebooks: bool) -> Iterator[Callable[[Targets], None]]:
    """List what is to be measured."""
    if core:
        yield from (gradients, symbolic)
    if notebooks:
        yield every_notebook


def main() -> None:
    """Measure what is asked for."""
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__.partition("\n")[0])
    parser.add_argument("--core", action="store_true", help="the helpers only")
    parser.add_argument("--notebooks", action="store_true", help="the notebooks only")
    asked = parser.parse_args()
    both = asked.core == asked.notebooks
    targets = Targets()
    for part in parts(asked.core or both, asked.notebooks or both):
        part(targets)
    targets.report()


if __name__ == "__main__":
    main()

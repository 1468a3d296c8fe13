"""PyTorch and JAX, where they are installed, against the tape (7.7) and the rules of 08.

They are an optional extra: ``pip install -e ".[frameworks]"``. Without them each test says that
it was left out; with them, ``pytest -s`` prints how far apart the numbers are.
"""

from __future__ import annotations

import ast
import re
from importlib.util import find_spec

import nbformat
import numpy as np
import pytest
from numpy.lib.stride_tricks import sliding_window_view

from helpers import tape
from tools.publish import NOTEBOOKS

NOTEBOOK = NOTEBOOKS / "beyond" / "07_any_depth_from_either_end.ipynb"
NEXT = NOTEBOOKS / "beyond" / "08_shared_weights_and_attention.ipynb"
FRAMEWORKS = {"torch": "PyTorch", "jax": "JAX"}
CLOSE = 1e-12

# torch.func.jacrev still calls a function of PyTorch's that PyTorch calls deprecated.
pytestmark = pytest.mark.filterwarnings("ignore:.*torch.jit:DeprecationWarning")


def needs(name):
    """Leave a test out, in a sentence, where a framework is not installed."""
    if find_spec(name) is None:
        pytest.skip(
            f"{FRAMEWORKS[name]} is not installed, so its numbers were not compared with the "
            'series\'; pip install -e ".[frameworks]" brings it'
        )
    module = pytest.importorskip(name)
    if name == "jax":
        module.config.update("jax_enable_x64", True)
    return module


def lines(name):
    """Read the lines that section 7.7 shows for a framework."""
    cells = nbformat.read(NOTEBOOK, as_version=4).cells
    text = "\n".join(cell.source for cell in cells if cell.cell_type == "markdown")
    fences = re.findall(r"```python\n(.+?)```", text, re.DOTALL)
    (found,) = [fence for fence in fences if f"{name}." in fence]
    return found


def problems():
    """Draw twenty networks n-m-K with a batch, a one-hot truth and a direction."""
    for seed in range(20):
        rng = np.random.default_rng(seed)
        n, m, K, B = rng.choice(np.arange(2, 9), size=4, replace=False)
        shapes = {"W": (m, n), "b": (m, 1), "U": (K, m), "X": (n, B)}
        inputs = {name: rng.standard_normal(shape) for name, shape in shapes.items()}
        V = {name: rng.standard_normal(shape) for name, shape in shapes.items()}
        yield inputs, np.eye(K)[:, rng.integers(0, K, B)], V


def probabilities(W, b, U, X):
    """Compute the softmax network on the tape."""
    return tape.softmax(U @ tape.tanh(W @ X + b))


def error(P, Y):
    """Sum the squares of what is missing: a loss through the softmax's own Jacobian."""
    return tape.total((P - Y) * (P - Y))


def by_tape(inputs, Y, V):
    """Compute loss, gradients, H V and the whole Jacobian of the probabilities in X."""
    nodes = {name: tape.node(array) for name, array in inputs.items()}
    P = probabilities(**nodes)
    loss = error(P, Y)
    back = tape.pull_back(loss)
    moved = {nodes[name]: V[name] for name in inputs}
    units = np.eye(P.value.size).reshape(-1, *P.value.shape)
    found = {f"d{name}": back[node].value for name, node in nodes.items()}
    found |= {f"HV {k}": tape.push_forward(back[n], moved).value for k, n in nodes.items()}
    rows = [tape.pull_back(P, unit)[nodes["X"]].value.ravel() for unit in units]
    return found | {"loss": loss.value, "P along V": tape.push_forward(P, moved).value,
                    "∂P/∂X": np.stack(rows)}  # fmt: skip


def by_framework(function, functions, lift, inputs, V):
    """Compute the same with a framework's own transforms."""
    grad, jvp, jacobian = functions
    loss, P = function
    names = list(inputs)
    at, along = (tuple(lift(each[name]) for name in names) for each in (inputs, V))
    gradients = grad(loss, argnums=(0, 1, 2, 3))
    found = dict(zip((f"d{name}" for name in names), gradients(*at), strict=True))
    found |= zip((f"HV {name}" for name in names), jvp(gradients, at, along)[1], strict=True)
    whole = np.asarray(jacobian(P, argnums=3)(*at))
    found |= {"loss": loss(*at), "P along V": jvp(P, at, along)[1]}
    found |= {"∂P/∂X": whole.reshape(inputs["U"].shape[0] * inputs["X"].shape[1], -1)}
    return {name: np.asarray(array) for name, array in found.items()}


def largest(ours, theirs):
    """Find the largest difference of any result, relative to its largest entry."""
    assert ours.keys() == theirs.keys()
    return max(
        np.abs(ours[name] - theirs[name].reshape(ours[name].shape)).max()
        / np.abs(ours[name]).max()
        for name in ours
    )


def test_pytorch_computes_what_the_tape_computes():
    torch = needs("torch")
    worst = 0.0
    functions = torch.func.grad, torch.func.jvp, torch.func.jacrev

    def P(W, b, U, X):
        return torch.softmax(U @ torch.tanh(W @ X + b), dim=0)

    for inputs, Y, V in problems():

        def loss(*at, Y=Y):
            return ((P(*at) - torch.tensor(Y)) ** 2).sum()

        theirs = by_framework((loss, P), functions, torch.tensor, inputs, V)
        worst = max(worst, largest(by_tape(inputs, Y, V), theirs))
    print(f"PyTorch {torch.__version__}: largest relative difference {worst:.1e}")
    assert worst <= CLOSE, f"PyTorch and the tape are {worst:.1g} apart, relative"


def test_jax_computes_what_the_tape_computes():
    jax = needs("jax")
    worst = 0.0
    functions = jax.grad, jax.jvp, jax.jacfwd

    def P(W, b, U, X):
        return jax.nn.softmax(U @ jax.numpy.tanh(W @ X + b), axis=0)

    for inputs, Y, V in problems():

        def loss(*at, Y=Y):
            return ((P(*at) - Y) ** 2).sum()

        theirs = by_framework((loss, P), functions, jax.numpy.asarray, inputs, V)
        worst = max(worst, largest(by_tape(inputs, Y, V), theirs))
    print(f"JAX {jax.__version__}: largest relative difference {worst:.1e}")
    assert worst <= CLOSE, f"JAX and the tape are {worst:.1g} apart, relative"


@pytest.mark.parametrize("name", FRAMEWORKS)
def test_the_lines_that_section_7_7_shows_give_the_tapes_gradient(name):
    source, module = lines(name), needs(name)
    rng = np.random.default_rng(1)
    given = {"W_num": (3, 4), "x_num": (4, 1), "u_num": (3, 1)}
    given = {key: rng.standard_normal(shape) for key, shape in given.items()}
    W = tape.node(given["W_num"])
    score = given["u_num"].T @ tape.tanh(W @ given["x_num"])
    space = given | {name: module} | ({"jnp": module.numpy} if name == "jax" else {})
    exec(source, space)
    np.testing.assert_allclose(
        np.asarray(space["dW"]), tape.pull_back(score)[W].value, rtol=0, atol=CLOSE
    )


def rules_of_08():
    """Define the functions that notebook 08 shows, from its own cells."""
    wanted = {"softmax", "softmax_back", "turned", "attention", "attention_back"}
    wanted |= {"slide", "slide_back", "layer_norm", "layer_norm_back"}
    space = {"np": np, "sliding_window_view": sliding_window_view}
    for cell in nbformat.read(NEXT, as_version=4).cells:
        for node in ast.parse(cell.source).body if cell.cell_type == "code" else ():
            if isinstance(node, ast.FunctionDef) and node.name in wanted:
                exec(ast.unparse(node), space)
    return space


def layers_of_08():
    """Draw twenty convolutions, LayerNorms and masked attentions, with a gradient at each."""
    for seed in range(20):
        rng = np.random.default_rng(seed)
        n, d, T = rng.choice(np.arange(2, 9), size=3, replace=False)
        shapes = {"x": (T + n - 1, 1), "k": (n, 1), "X": (n, T)}
        shapes |= {"Q": (d, T), "K": (d, T), "V": (d, T)}
        inputs = {name: rng.standard_normal(shape) for name, shape in shapes.items()}
        yield inputs, [rng.standard_normal(shape) for shape in ((T, 1), (n, T), (d, T))]


def with_pytorch(torch, inputs, at_outputs):
    """Let PyTorch's own layers find the gradients; its tokens are rows."""
    F = torch.nn.functional
    leaves = {name: torch.tensor(a, requires_grad=True) for name, a in inputs.items()}
    x, k, X, Q, K, V = (leaves[name].T for name in inputs)
    outputs = (
        F.conv1d(x[None], k[None])[0],
        F.layer_norm(X, X.shape[1:], eps=0.1),
        F.scaled_dot_product_attention(Q[None], K[None], V[None], is_causal=True)[0],
    )
    loss = sum((o * torch.tensor(G.T)).sum() for o, G in zip(outputs, at_outputs, strict=True))
    loss.backward()
    return {f"d{name}": leaf.grad.numpy() for name, leaf in leaves.items()}


def with_jax(jax, inputs, at_outputs):
    """Let JAX find the gradients; its own attention takes the softmax in float32."""

    def loss(x, k, X, Q, K, V):
        scores = K.T @ Q / len(Q) ** 0.5
        early = jax.numpy.triu(jax.numpy.ones(scores.shape, bool))
        outputs = (
            jax.numpy.correlate(x[:, 0], k[:, 0], mode="valid")[:, None],
            jax.nn.standardize(X, axis=0, epsilon=0.1),
            V @ jax.nn.softmax(scores, axis=0, where=early),
        )
        return sum((o * G).sum() for o, G in zip(outputs, at_outputs, strict=True))

    found = jax.grad(loss, argnums=tuple(range(6)))(*map(jax.numpy.asarray, inputs.values()))
    return {f"d{name}": np.asarray(each) for name, each in zip(inputs, found, strict=True)}


@pytest.mark.parametrize(("name", "gradients"), [("torch", with_pytorch), ("jax", with_jax)])
def test_their_convolution_layernorm_and_attention_have_the_gradients_of_08(name, gradients):
    module, rules, worst = needs(name), rules_of_08(), 0.0
    for inputs, (delta, at_y, at_o) in layers_of_08():
        x, k, X, Q, K, V = inputs.values()
        T = X.shape[1]
        causal = np.where(np.triu(np.ones((T, T))) == 1, 0, -np.inf)
        ours = [*rules["slide_back"](x, k, delta), rules["layer_norm_back"](X, at_y, 0.1)]
        A = rules["attention"](Q, K, V, causal)[1]
        ours += rules["attention_back"](Q, K, V, A, at_o)
        named = {f"d{each}": gradient for each, gradient in zip(inputs, ours, strict=True)}
        worst = max(worst, largest(named, gradients(module, inputs, (delta, at_y, at_o))))
    print(f"{FRAMEWORKS[name]}, layers of 08: largest relative difference {worst:.1e}")
    assert worst <= CLOSE, f"{FRAMEWORKS[name]} and the rules of 08 are {worst:.1g} apart"

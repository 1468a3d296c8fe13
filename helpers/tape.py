"""A tape: values that remember what they were made from, pulled back or pushed forward.

Section 7.3 shows these lines cell by cell, and ``tests/test_shown.py`` compares the two; here
they have refusals and descriptions as well. All arrays are matrices, a number is ``(1, 1)``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import ArrayLike, NDArray

from helpers.checks import check_numbers, check_shape

Step = Callable[["Node"], "Node"]


class Node:
    """A matrix, and how it was made: for each parent the parent, its VJP and its JVP."""

    __array_ufunc__ = None  # so that numpy leaves array * node to the node
    made = 0

    def __init__(self, value: NDArray, *sources: tuple[Node, Step, Step]) -> None:
        check_shape("value", value, (None, None))
        self.value, self.sources = value, sources
        self.place = Node.made = Node.made + 1

    def __add__(self, other: Node | ArrayLike) -> Node:
        """Add, entry by entry; a row, a column or a number is widened first."""
        return plus(*alike(self, other))

    def __mul__(self, other: Node | ArrayLike) -> Node:
        """Multiply, entry by entry; a row, a column or a number is widened first."""
        return times(*alike(self, other))

    def __sub__(self, other: Node | ArrayLike) -> Node:
        """Subtract as ``+`` adds."""
        return self + -1 * node(other)

    def __rsub__(self, other: ArrayLike) -> Node:
        """Subtract from an array."""
        return node(other) - self

    def __matmul__(self, other: Node | ArrayLike) -> Node:
        """Multiply matrices."""
        return matmul(self, node(other))

    def __rmatmul__(self, other: ArrayLike) -> Node:
        """Multiply an array by this matrix."""
        return node(other) @ self

    __radd__, __rmul__ = __add__, __mul__
    T = property(lambda self: transpose(self))


def node(value: Node | ArrayLike) -> Node:
    """Make a node without parents of a matrix or a number; leave a node as it is."""
    is_node = isinstance(value, Node)
    return value if is_node else Node(np.reshape(value, np.shape(value) or (1, 1)))


def plus(a: Node, b: Node) -> Node:
    """Add two matrices of one shape: both Jacobians are I."""
    check_shape("b", b.value, a.value.shape)
    return Node(
        a.value + b.value,
        (a, lambda G: G, lambda V: V),
        (b, lambda G: G, lambda V: V),
    )


def times(a: Node, b: Node) -> Node:
    """Multiply two matrices of one shape entry by entry: the Jacobians are diagonal."""
    check_shape("b", b.value, a.value.shape)
    return Node(
        a.value * b.value,
        (a, lambda G: G * b, lambda V: V * b),
        (b, lambda G: G * a, lambda V: V * a),
    )


def matmul(A: Node, C: Node) -> Node:
    """Multiply matrices: GCᵀ goes back to A, AᵀG to C (section 7.2)."""
    check_shape("C", C.value, (A.value.shape[1], None))
    return Node(
        A.value @ C.value,
        (A, lambda G: G @ C.T, lambda V: V @ C),
        (C, lambda G: A.T @ G, lambda V: A @ V),
    )


def transpose(A: Node) -> Node:
    """Transpose a matrix."""
    return Node(A.value.T, (A, lambda G: G.T, lambda V: V.T))


def total(a: Node, shape: tuple[int, int] = (1, 1)) -> Node:
    """Add up along each axis that has length 1 in ``shape``: ``(m, 1)`` adds the columns."""
    check_shape("a", a.value, tuple(None if size == 1 else size for size in shape))
    axes = tuple(axis for axis in (0, 1) if shape[axis] == 1)
    return Node(
        a.value.sum(axis=axes, keepdims=True),
        (a, lambda G: widen(G, a.value.shape), lambda V: total(V, shape)),
    )


def widen(a: Node, shape: tuple[int, int]) -> Node:
    """Repeat a row, a column or a number until it has ``shape``, as numpy does silently."""
    if a.value.shape == shape:
        return a
    return Node(
        np.broadcast_to(a.value, shape),
        (a, lambda G: total(G, a.value.shape), lambda V: widen(V, shape)),
    )


def alike(a: Node | ArrayLike, b: Node | ArrayLike) -> tuple[Node, Node]:
    """Widen two nodes to one shape; shapes that do not fit are a ``ValueError``."""
    a, b = node(a), node(b)
    check_shape(
        "the second operand",
        b.value,
        tuple(
            None if 1 in (i, j) else i
            for i, j in zip(a.value.shape, b.value.shape, strict=True)
        ),
    )
    shape = np.broadcast_shapes(a.value.shape, b.value.shape)
    return widen(a, shape), widen(b, shape)


def entrywise(value: NDArray, a: Node, slope: Callable[[Node], Node]) -> Node:
    """Record f(a) = ``value``, entry by entry; ``slope`` makes f′(a) of the new node."""
    made = Node(value, (a, lambda G: G * slope(made), lambda V: V * slope(made)))
    return made


def tanh(a: Node) -> Node:
    """Apply tanh to every entry."""
    return entrywise(np.tanh(a.value), a, lambda h: 1 - h * h)


def sigmoid(a: Node) -> Node:
    """Apply σ to every entry."""
    return entrywise((1 + np.tanh(a.value / 2)) / 2, a, lambda p: p * (1 - p))


def softplus(a: Node) -> Node:
    """Apply log(1 + exp(·)) to every entry, without overflow."""
    return entrywise(np.logaddexp(0, a.value), a, lambda _: sigmoid(a))


def softmax(s: Node) -> Node:
    """Turn each column of scores into probabilities (section 6.1)."""
    powers = np.exp(s.value - s.value.max(axis=0))

    def step(G: Node) -> Node:  # the Jacobian is symmetric: one rule for both ways
        return p * (G - total(p * G, (1, s.value.shape[1])))

    p = Node(powers / powers.sum(axis=0), (s, step, step))
    return p


def in_order(top: Node) -> list[Node]:
    """List every node that ``top`` is made from, and ``top``, the oldest first."""
    found, waiting = {top}, [top]
    while waiting:
        for parent, _, _ in waiting.pop().sources:
            if parent not in found:
                found.add(parent)
                waiting.append(parent)
    return sorted(found, key=lambda each: each.place)


def pull_back(top: Node, G: Node | ArrayLike = 1.0) -> dict[Node, Node]:
    """Find the gradient at every node that ``top`` is made from, given the gradient at top.

    Each has the shape of its node. ``G`` has the shape of ``top``; without it top must be one
    number. The gradients are nodes themselves and can be differentiated again (section 7.5).
    """
    back = {top: node(G)}
    check_shape("G", back[top].value, top.value.shape)
    check_numbers("G", back[top].value)
    for each in reversed(in_order(top)):
        for parent, pull, _ in each.sources:
            share = pull(back[each])
            back[parent] = back[parent] + share if parent in back else share
    return back


def push_forward(top: Node, moved: Mapping[Node, Node | ArrayLike]) -> Node:
    """Find how ``top`` moves, to first order, when each node of ``moved`` moves by its V.

    The result has the shape of ``top``: the Jacobian times V. A V has the shape of its node; a
    moved node that is made from another one moves by its own V and by what reaches it.
    """
    along = {each: node(V) for each, V in moved.items()}
    for each, V in along.items():
        check_shape("V", V.value, each.value.shape)
        check_numbers("V", V.value)
    for each in in_order(top):
        for parent, _, push in each.sources:
            if parent in along:
                share = push(along[parent])
                along[each] = along[each] + share if each in along else share
    return along.get(top, node(np.zeros(top.value.shape)))

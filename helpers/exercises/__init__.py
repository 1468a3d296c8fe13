"""Exercises that name the mistake: ``check("5c", bias_gradient)`` says what went wrong.

To add an exercise, write one entry in the file of its section and list it in ``EXERCISES``
there; nothing else has to know of it. An entry is what it draws, its truth and its mistakes::

    def _draw(rng):
        m, B = sizes(rng, 2)  # different sizes: nothing is square
        return normal(rng, (m, B))  # a tuple of inputs, one for each argument


    BIAS_OF_BATCH = Exercise(
        section="5.7",  # appended to every sentence: "See section 5.7."
        draw=_draw,
        truth=lambda Delta: Delta.sum(axis=1, keepdims=True),  # names the arguments, too
        mistakes=(
            Mistake(
                "Only the first sample counts here: one bias moves all of them.",
                lambda Delta: Delta[:, :1],  # the wrong answer that shows it
            ),
        ),
    )

The truth had better be a witness (a complex step, a count, a loop) than the formula that is
asked for. The wrong answer is the mistake's test as well: ``tests/test_exercises.py`` hands it
in and wants to read the hint. Hints say what is wrong and never the answer, and no name that
the notebook does not import. What can go wrong anywhere (transposed, a sign, a factor, zeros, a
wrong shape, a 1-D array, a list, a sympy object, one size only, a loop without end …) is named
by ``check.py``: leave it out. For an answer that is no function leave out ``draw``; for one of
several parts name the ``parts``, and the ``part`` that a mistake is about; where many answers
are right, write ``holds`` in the place of ``truth``, as 1a does. ``entry.py`` has all fields.
"""

from helpers.exercises.check import check, verdict

__all__ = ["check", "verdict"]

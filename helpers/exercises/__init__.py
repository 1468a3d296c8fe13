"""Exercises that name the mistake: ``check("5c", bias_gradient)`` says what went wrong."""

from helpers.exercises.check import check, verdict

__all__ = ["check", "verdict"]

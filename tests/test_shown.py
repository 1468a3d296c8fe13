"""The tape in ``helpers`` is, line by line, what the cells of section 7.3 show."""

from __future__ import annotations

import ast

import nbformat

from tools.publish import NOTEBOOKS, ROOT

NOTEBOOK = NOTEBOOKS / "beyond" / "07_any_depth_from_either_end.ipynb"


class Bare(ast.NodeTransformer):
    """Take off what a helper has and a cell has not: types, descriptions, refusals."""

    def visit_Expr(self, node):
        called = getattr(getattr(node.value, "func", None), "id", "")
        told = isinstance(node.value, ast.Constant) or called.startswith("check_")
        return None if told else self.generic_visit(node)

    def visit_Assert(self, node):
        return None

    def visit_For(self, node):
        node = self.generic_visit(node)
        return node if node.body else None  # nothing but refusals

    def visit_FunctionDef(self, node):
        node.returns = None
        return self.generic_visit(node)

    def visit_arg(self, node):
        node.annotation = None
        return node


def definitions(source):
    """List what a source defines, by name, as bare code."""
    return {
        each.name: ast.unparse(Bare().visit(each))
        for each in ast.parse(source).body
        if isinstance(each, ast.FunctionDef | ast.ClassDef)
    }


def test_the_helper_is_what_section_7_3_shows_in_a_hundred_lines():
    helper = definitions((ROOT / "helpers" / "tape.py").read_text(encoding="utf-8"))
    shown, lines = {}, 0
    for cell in nbformat.read(NOTEBOOK, as_version=4).cells:
        if cell.cell_type == "code" and (here := definitions(cell.source)).keys() & helper:
            shown |= here
            lines += sum(bool(line.strip()) for line in cell.source.splitlines())
    assert {name: shown.get(name) for name in helper} == helper
    assert lines < 100

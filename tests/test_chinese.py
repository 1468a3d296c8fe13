"""The Chinese edition: nothing is missing, stale or damaged, and damage of any kind is seen."""

import json

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from tools import chinese
from tools.publish import CHINESE, NOTEBOOKS, below, normalised, notebooks

every_notebook = pytest.mark.parametrize(
    "path", notebooks(), ids=lambda path: str(path.relative_to(NOTEBOOKS).with_suffix(""))
)


@every_notebook
def test_the_chinese_notebook_has_everything_and_nothing_is_stale_or_damaged(path):
    mine = chinese.chinese_of(path)
    if not mine.exists():
        pytest.skip("not begun")
    found = list(chinese.faults(chinese.read(path), chinese.read(mine), mine))
    assert not found, "\n".join(["make zh", *found])
    assert mine.read_text("utf-8") == chinese.stored(chinese.read(mine)), "make zh"


@every_notebook
def test_its_links_arrive(path):
    mine = chinese.chinese_of(path)
    if not mine.exists():
        pytest.skip("not begun")
    for cell in chinese.read(mine).cells:
        if cell.cell_type != "markdown":
            continue
        for name, anchor in chinese.LINK.findall(cell.source):
            target = mine.parent / name if name else mine
            assert target.exists(), name
            ids = {f"cell-id={each.id}" for each in chinese.read(target).cells}
            known = ids if CHINESE in target.resolve().parents else chinese.headings(target)
            assert not anchor or anchor in known, f"{name}#{anchor}"


def test_the_readme_is_that_of_the_english_one_and_keeps_what_it_must():
    english, mine = (
        path.read_text("utf-8") for path in (chinese.ROOT / "README.md", chinese.README)
    )
    assert mine.endswith(chinese.of_readme()), "README.md has changed: make zh"
    assert mine == chinese.linked(mine, chinese.README), "make zh"
    (wanted, _), (given, _) = map(chinese.taken_apart, (english, mine))
    for kind in ("code", "heading", "row of a table", "list item"):
        assert not wanted[kind] - given[kind], kind
    for target in chinese.LINK.findall(mine):
        assert (chinese.ROOT / target[0]).exists(), target


def test_nothing_chinese_is_without_its_english():
    known = {chinese.chinese_of(path) for path in notebooks()}
    assert set(below(CHINESE)) <= known


# --- a small notebook, translated ----------------------------------------------------------

ENGLISH = {
    "title": "# 09 · Two maps\n\nTwo matrices $A$ and $B$ give $A B$. See [9.1](#9.1-A-sum) "
    "and [the other](10_b.ipynb#10.1-There).",
    "claim": "## 9.1 A sum\n\n**Claim.** The Jacobian of `f` is $A$, in 20 draws:\n\n"
    "$$\\underbrace{A x}_{\\text{a column}} = y$$",
    "table": "| what | code |\n|---|---|\n| a matrix | `A` |\n| a vector | `x` |",
    "list": "- the gradient $g$\n- the loss $s$\n\n<details><summary>Hint</summary>\n\nNo.\n\n"
    "</details>",
    "last": "The same rows, mostly zeros.",
}
TRANSLATED = {
    "title": "# 09 · 两个映射\n\n两个矩阵 $A$ 和 $B$ 相乘得到 $A B$。见 [9.1](#9.1-A-sum) 和"
    "[另一个笔记本](10_b.ipynb#10.1-There)。",
    "claim": "## 9.1 求和\n\n**命题。** 抽样 20 次，`f` 的雅可比矩阵总是 $A$：\n\n"
    "$$\\underbrace{A x}_{\\text{列}} = y$$",
    "table": "| 含义 | 代码 |\n|---|---|\n| 矩阵 | `A` |\n| 向量 | `x` |",
    "list": "- 梯度 $g$\n- 损失 $s$\n\n<details><summary>提示</summary>\n\n不是。"
    "\n\n</details>",
    "last": "行还是那些行，大多数元素是零。",
}


def english():
    """Make the English notebook: Markdown, and code that was run after each cell of it."""
    cells = []
    for number, (name, text) in enumerate(ENGLISH.items(), 1):
        output = new_output("execute_result", {"text/plain": str(number)})
        output.execution_count = number
        code = new_code_cell(str(number), execution_count=number, outputs=[output])
        code.id = f"{name}-code"
        cells += [new_markdown_cell(text, id=name), code]
    return nbformat.reads(normalised(new_notebook(cells=cells)), as_version=4)


@pytest.fixture
def book(tmp_path, monkeypatch):
    """Store the small notebook and another one; say where its Chinese is to lie."""
    for name, folder in {"NOTEBOOKS": tmp_path, "CHINESE": tmp_path / "zh"}.items():
        monkeypatch.setattr(chinese, name, folder)
    chinese.headings.cache_clear()
    (tmp_path / "zh").mkdir()
    (tmp_path / "09_a.ipynb").write_text(chinese.stored(english()), "utf-8")
    other = new_notebook(cells=[new_markdown_cell("## 10.1 There", id="there")])
    (tmp_path / "10_b.ipynb").write_text(chinese.stored(other), "utf-8")
    yield tmp_path / "zh" / "09_a.ipynb"
    chinese.headings.cache_clear()


def translated(path):
    """Translate the small notebook, as a translator does: text for text, comments deleted."""
    begun = chinese.brought(english(), new_notebook(), path)
    for cell in begun.cells:
        if cell.cell_type == "markdown":
            assert cell.source.startswith(chinese.MARK)
            cell.source = TRANSLATED[cell.id]
    path.write_text(chinese.stored(begun), "utf-8")  # from now on links lead here
    return chinese.brought(english(), begun, path)


def found(new, old, path):
    """List what is reported, without what follows from it."""
    each = list(chinese.faults(new, old, path))
    return [fault for fault in each if fault != "not as make zh writes it"] or each


def by_id(notebook):
    """Map the cells of a notebook by their ids."""
    return {cell.id: cell for cell in notebook.cells}


def test_a_translation_is_begun_done_and_stays_as_it_is(book):
    begun = chinese.brought(english(), new_notebook(), book)
    assert found(english(), begun, book) == [f"{name}: to be translated" for name in ENGLISH]
    done = translated(book)
    assert found(english(), done, book) == []
    assert chinese.stored(chinese.brought(english(), done, book)) == chinese.stored(done)
    cells = by_id(done)
    assert {name: cells[name].metadata.en for name in ENGLISH} == ENGLISH
    assert not any("due" in cell.metadata for cell in done.cells)
    for name, cell in by_id(english()).items():
        if cell.cell_type == "code":
            assert json.dumps(cells[name]) == json.dumps(cell)


def test_links_arrive_where_headings_are_chinese_and_where_they_are_not(book):
    text = by_id(translated(book))["title"].source
    assert "[9.1](#cell-id=claim)" in text
    assert "(../10_b.ipynb#10.1-There)" in text  # which has no Chinese
    book.with_name("10_b.ipynb").touch()
    text = chinese.linked(text, book)
    assert "(10_b.ipynb#cell-id=there)" in text
    book.with_name("10_b.ipynb").unlink()
    assert "(../10_b.ipynb#10.1-There)" in chinese.linked(text, book)


def test_an_english_cell_that_changes_is_said_word_by_word_until_it_is_translated(book):
    done, changed = translated(book), english()
    by_id(changed)["last"].source = "The same rows, three quarters zeros."
    (fault,) = found(changed, done, book)
    said = "The same rows, [-mostly-] {+three quarters+} zeros."
    assert fault == f"last: changed in English: {said}"
    marked = chinese.brought(changed, done, book)
    cell = by_id(marked)["last"]
    assert cell.source == f"<!-- 待译：{said} -->\n\n{TRANSLATED['last']}"
    assert found(changed, marked, book) == [fault]
    by_id(changed)["last"].source = "Other rows, three quarters zeros."  # and once more
    again = chinese.brought(changed, marked, book)
    assert "[-The same-] {+Other+}" in by_id(again)["last"].source
    assert by_id(again)["last"].metadata.en == ENGLISH["last"]
    by_id(again)["last"].source = "另外一些行，四分之三的元素是零。"  # the comment is deleted
    last = chinese.brought(changed, again, book)
    assert found(changed, last, book) == []
    assert by_id(last)["last"].metadata.en == "Other rows, three quarters zeros."


def replaced(name, old, new):
    """Plant a fault in the Chinese text of a cell."""

    def plant(_, notebook):
        cell = by_id(notebook)[name]
        assert old in cell.source
        cell.source = cell.source.replace(old, new, 1)

    return plant


def other_code(_, notebook):
    by_id(notebook)["claim-code"].source += " "


def refreshed(new, _):
    by_id(new)["claim-code"].outputs[0].data["text/plain"] = "3"


def added(new, _):
    new.cells.insert(2, new_markdown_cell("One more cell.", id="more"))


def changed(new, _):
    by_id(new)["last"].source += " Or not."


def swapped(_, notebook):
    cells = notebook.cells
    cells[0], cells[2] = cells[2], cells[0]


def dropped(_, notebook):
    del notebook.cells[4]


DAMAGES = {
    "a formula mistyped": (replaced("title", "$A B$", "$B A$"), "formula lost: $A B$"),
    "a formula dropped": (replaced("list", " $g$", ""), "formula lost: $g$"),
    "a word in a formula": (replaced("claim", r"\text{列}", r"\mathrm{列}"), "formula lost"),
    "a full-width dollar": (replaced("title", "$A$", "＄A＄"), "formula lost: $A$"),
    "a code span": (replaced("claim", "`f`", "`g`"), "code lost: `f`"),
    "a heading's number": (replaced("claim", "9.1", "9.2"), "heading lost: ## 9.1"),
    "a table's row": (replaced("table", "\n| 向量 | `x` |", ""), "row of a table lost"),
    "a table's column": (replaced("table", "| 矩阵 |", "| 矩阵"), "row of a table lost"),
    "a list's item": (replaced("list", "\n- 损失", "，损失"), "list item lost"),
    "a tag": (replaced("list", "</summary>", ""), "tag lost: </summary"),
    "a link's target": (replaced("title", "cell-id=claim", "cell-id=list"), "link lost"),
    "a number": (replaced("claim", "20", "200"), "number lost: 20"),
    "a term": (replaced("claim", "雅可比", "雅克比"), "should be 雅可比"),
    "a term of another word": (replaced("list", "损失", "代价"), "“loss(es)?” is 损失"),
    "a text left in English": (replaced("last", TRANSLATED["last"], "Rows."), "not translated"),
    "a full stop that is not ours": (replaced("title", "$A B$。见", "相乘."), "formula lost"),
    "a comma that is not ours": (replaced("last", "，", ","), "punctuation"),
    "a space": (replaced("claim", "20 次", "20次"), "no space"),
    "asterisks that emphasise nothing": (replaced("claim", "。** ", "。**"), "emphasis"),
    "italics": (replaced("last", "大多数", "*大多数*"), "italics"),
    "a code cell": (other_code, "claim-code: other code or outputs"),
    "outputs refreshed in English only": (refreshed, "claim-code: other code or outputs"),
    "a cell added": (added, "more: missing"),
    "an English cell changed": (changed, "last: changed in English: The same rows, mostly"),
    "two cells swapped": (swapped, "the cells stand in another order"),
    "a cell dropped": (dropped, "table: missing"),
}


@pytest.mark.parametrize("kind", DAMAGES)
def test_damage_is_seen_and_named(book, kind):
    plant, words = DAMAGES[kind]
    new, old = english(), translated(book)
    plant(new, old)
    each = found(new, old, book)
    assert any(words in fault for fault in each), each
    assert len({fault.partition(":")[0] for fault in each}) == 1, "one cell, and no other"


def test_a_formula_may_be_written_once_more_and_words_in_it_are_chinese(book):
    done = translated(book)
    by_id(done)["last"].source = "行还是那些行，2 个以外的元素是零。"
    by_id(done)["title"].source += "这里 $A$ 在左。"
    assert found(english(), done, book) == []


def test_what_was_changed_by_hand_in_code_is_brought_back(book):
    done = translated(book)
    other_code(None, done)
    assert found(english(), chinese.brought(english(), done, book), book) == []


def test_identical_code_is_not_run_again(request):
    assert not [item for item in request.session.items if CHINESE in item.path.parents]
    assert not [path for path in notebooks() if CHINESE in path.parents]

"""Every notebook as a reader sees it: opened in JupyterLab, run, and its sliders moved."""

import checks
import nbformat
import pytest

from tools.publish import NOTEBOOKS, notebooks


@pytest.mark.parametrize("path", notebooks(), ids=lambda path: path.stem)
def test_a_notebook_runs_in_the_browser_as_it_is_stored(path, lab, opened, requests):
    page = opened(lab.notebooks / path.relative_to(NOTEBOOKS))
    seconds = checks.run(page)
    found = checks.faults(page, nbformat.read(path, as_version=4))
    sliders = page.locator(page.evaluate("series.SLIDER")).count()
    slowest = max(seconds, key=seconds.get)
    print(
        f"{path.stem}: slowest cell {slowest}, {seconds[slowest]:.2f} s from Shift-Enter to "
        f"the screen; {len(seconds)} cells in {sum(seconds.values()):.1f} s; "
        f"{sliders} sliders"
    )
    assert not found
    assert not requests

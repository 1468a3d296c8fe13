"""The site, at the width of a desk and of a phone: whole, moved by keys, read by machines."""

import os
import re
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import url2pathname

import pytest
from axe_playwright_python.sync_playwright import Axe

from tools import chinese, site
from tools.publish import CHINESE, ROOT, below, notebooks

WIDTHS = {"desk": 1280, "phone": 390}
PAGES = [
    "index.html",
    *(name.replace(".md", ".html") for name in site.GUIDES),
    *map(site.address, notebooks()),
    "zh/index.html",
    *map(site.address, below(CHINESE)),
]
LOCAL = ("file:", "data:", "blob:", "about:")

# What is asked of a page once it is typeset.
SETTLED = """async () => {
  if (document.querySelector("script[src*=MathJax]")) {
    while (!window.MathJax?.isReady) await new Promise((r) => setTimeout(r, 50));
    await new Promise((resolve) => MathJax.Hub.Queue(resolve));
  }
  for (const image of document.images) if (!image.hidden) image.loading = "eager";
  await Promise.all([...document.images].filter((i) => !i.hidden).map((i) => i.decode()
    .catch(() => {})));
  await new Promise((r) => setTimeout(r, 500));  // the theme measures what is wide
}"""
FAULTS = r"""() => {
  const faults = [], words = (element) => element.textContent.trim().slice(0, 60);
  for (const formula of document.querySelectorAll("article .math.notranslate")) {
    if (!formula.querySelector(".MathJax"))
      faults.push(`a formula is not typeset: ${words(formula)}`);
    if (formula.querySelector(".noError, .merror"))
      faults.push(`a formula is wrong: ${words(formula)}`);
    if (formula.querySelectorAll(".MathJax").length
        > formula.querySelectorAll(".MJX_Assistive_MathML math").length)
      faults.push(`a formula says nothing: ${words(formula)}`);
  }
  const walker = document.createTreeWalker(document.querySelector("article"), 4);
  while (walker.nextNode()) {
    const parent = walker.currentNode.parentElement;
    if (/\$|\\[a-zA-Z(\[]/.test(walker.currentNode.data) &&
        !parent.closest("pre, code, script, style, .MathJax, .MJX_Assistive_MathML"))
      faults.push(`mathematics is left as it was typed: ${words(parent)}`);
  }
  for (const image of document.querySelectorAll("article img")) {
    if (image.alt.split(" ").length < 5)
      faults.push(`a picture says nothing: ${image.alt}`);
    if (!image.hidden && !image.naturalWidth) faults.push(`a picture is torn: ${image.src}`);
  }
  if (document.documentElement.scrollWidth > innerWidth)
    faults.push(`the page is ${document.documentElement.scrollWidth} px wide`);
  return faults;
}"""


@pytest.fixture(scope="session")
def written(tmp_path_factory):
    """Write the site, as for a repository: with its buttons."""
    folder = tmp_path_factory.mktemp("site") / "site"
    subprocess.run(
        [sys.executable, "-m", "tools.site", str(folder)],
        cwd=ROOT,
        env=os.environ | {"GITHUB_REPOSITORY": "owner/name"},
        check=True,
    )
    return folder


@pytest.fixture(scope="session")
def anchors(written):
    """Know every page, with the places in it that a link can name."""
    return {
        path: set(re.findall(r'\sid="([^"]+)"', path.read_text(encoding="utf-8")))
        for path in written.rglob("*.html")
    }


@pytest.fixture(params=WIDTHS)
def page(request, browser):
    """Open a page of one width; what it asks of another machine is a fault."""
    context = browser.new_context(
        viewport={"width": WIDTHS[request.param], "height": 900}, reduced_motion="reduce"
    )
    page, asked = context.new_page(), []
    page.on("request", lambda request: asked.append(request.url))
    yield page
    context.close()
    assert not [url for url in asked if not url.startswith(LOCAL)]


def test_the_site_has_every_notebook_and_guide(written):
    found = {path.relative_to(written).as_posix() for path in written.rglob("*.html")}
    found = {name for name in found if not name.startswith("_")}
    found = {name for name in found if not name.startswith("zh/_")}
    more = {"search.html", "genindex.html"}
    assert found == {*PAGES, *more, *(f"zh/{name}" for name in more)}


def test_a_page_says_its_language_and_leads_to_the_other(written):
    for path in [ROOT / "README.zh-CN.md", *below(CHINESE)]:
        twin = ROOT / "README.md" if path.suffix == ".md" else chinese.english_of(path)
        for one, other, said in ((path, twin, "zh-CN"), (twin, path, "en")):
            text = (written / site.address(one)).read_text(encoding="utf-8")
            assert f'<html lang="{said}"' in text
            (way,) = re.findall(r'<a class="btn btn-sm language" href="([^"]+)"', text)
            there = (written / site.address(one)).parent / way
            assert there.resolve() == written / site.address(other)


def test_a_page_leads_to_its_source_to_binder_and_to_its_neighbours(written):
    for name in PAGES:
        text = (written / name).read_text(encoding="utf-8")
        (source,) = re.findall(r'"https://github.com/owner/name/edit/main/([^"]+)"', text)
        assert (ROOT / source).is_file()
        is_notebook = source.endswith(".ipynb")
        assert (f"owner/name/main?urlpath=lab/tree/{source}" in text) == is_notebook
        assert len(re.findall(r'class="(left-prev|right-next)"', text)) >= 1


def test_the_search_finds_a_word_of_a_notebook(written, page):
    page.goto((written / "search.html").as_uri() + "?q=Kronecker")
    page.locator("#search-results a").first.wait_for()
    assert "05" in " ".join(page.locator("#search-results a").all_text_contents())


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_whole(name, written, anchors, page):
    page.goto((written / name).as_uri())
    page.evaluate(SETTLED)
    assert page.evaluate(FAULTS) == []
    assert of_links(page, anchors) == []
    assert of_sliders(page) == []
    for folded in page.locator("article details.hide").all():  # a cell tagged hide-input
        folded.locator("summary").press("Enter")
        assert folded.locator("pre").first.is_visible()
    for hint in page.locator("article details:not(.hide)").all():
        hint.locator("summary").press("Enter")
        assert hint.locator("p").first.is_visible()
    assert of_axe(page) == []


def of_links(page, anchors):
    """Find the links to a file, or a place in a page, that is not there."""
    found = []
    for link in page.eval_on_selector_all("a[href]", "links => links.map((a) => a.href)"):
        address, _, place = link.partition("#")
        target = Path(url2pathname(urlsplit(address).path))
        if link.startswith("file:"):
            there = target.is_file() and (not place or place in anchors[target])
        else:
            there = address.startswith("https://")  # as far as can be told here
        if not there:
            found.append(link)
    return found


def of_sliders(page):
    """Move each slider by a key, to each of its positions and back to the first."""
    found = []
    for box in page.locator(".sliders").all():
        for slider in box.locator("input").all():
            seen, said = set(), set()
            slider.focus()
            page.keyboard.press("Home")
            most = int(slider.get_attribute("max"))
            for step in range(most + 1):
                if step:
                    page.keyboard.press("ArrowRight")
                shown = box.locator("img:not([hidden])")
                if shown.count() != 1 or shown.get_attribute("alt") in said:
                    found.append(f"position {step} has no picture of its own")
                    continue
                said.add(shown.get_attribute("alt"))
                seen.add(shown.get_attribute("src"))
                if step and box.locator("[role=status]").text_content() not in said:
                    found.append(f"position {step} is not said")
                value = slider.get_attribute("aria-valuetext")
                if slider.locator("+ output").text_content() != value:
                    found.append(f"position {step} reads otherwise than it shows")
            if len(seen) != most + 1:
                found.append(f"{len(seen)} pictures for {most + 1} positions")
    return found


def of_axe(page):
    """List what axe finds, on a phone by day alone: the night is the same at every width."""
    # The corner of a table may be empty.
    rules = {"empty-table-header": {"enabled": False}}
    desk = page.viewport_size["width"] == WIDTHS["desk"]
    found = []
    for scheme in ("light", "dark") if desk else ("light",):
        page.emulate_media(color_scheme=scheme)
        page.locator(f"html[data-theme={scheme}]").wait_for()
        result = Axe().run(page, options={"resultTypes": ["violations"], "rules": rules})
        found += [
            (scheme, each["id"], node["html"][:150])
            for each in result.response["violations"]
            for node in each["nodes"]
        ]
    return found


@pytest.mark.parametrize("by", ["mouse", "finger"])
def test_a_slider_moves_by_mouse_and_by_finger(by, written, browser):
    name = next(name for name in PAGES if 'class="sliders"' in (written / name).read_text())
    context = browser.new_context(
        viewport={"width": WIDTHS["desk" if by == "mouse" else "phone"], "height": 900},
        has_touch=by == "finger",
    )
    page = context.new_page()
    page.goto((written / name).as_uri())
    page.evaluate(SETTLED)
    box = page.locator(".sliders").first
    slider = box.locator("input").first
    slider.scroll_into_view_if_needed()
    at = slider.bounding_box()
    before, middle = (
        box.locator("img:not([hidden])").get_attribute("alt"),
        at["y"] + at["height"] / 2,
    )
    seen = {before}
    for share in (0.02, 0.98):
        if by == "finger":
            page.touchscreen.tap(at["x"] + share * at["width"], middle)
        else:
            page.mouse.move(at["x"] + at["width"] / 2, middle)
            page.mouse.down()
            page.mouse.move(at["x"] + share * at["width"], middle, steps=5)
            page.mouse.up()
        seen.add(box.locator("img:not([hidden])").get_attribute("alt"))
        assert box.locator("[role=status]").text_content() in seen
    assert slider.input_value() == slider.get_attribute("max") and len(seen) > 1
    context.close()

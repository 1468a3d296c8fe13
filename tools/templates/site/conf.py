"""How Sphinx writes the site. ``tools/site.py`` lays out what it reads.

What is otherwise in the Chinese half, it says on the command line.
"""

import json
import os
from pathlib import Path

project = "Backpropagation's matrices"
html_title = project
language = "en"
extensions = ["myst_nb"]
nb_execution_mode = "off"  # what is stored is shown
myst_enable_extensions = ["amsmath", "dollarmath"]
myst_heading_anchors = 4
myst_heading_slug_func = "tools.site.anchor"
smartquotes = False
exclude_patterns = ["static"]
templates_path = ["."]

# MathJax from beside the pages, with the one font that lies there, and MathML for those who
# listen.
mathjax_path = "mathjax/MathJax.js"
mathjax2_config = {
    "config": ["TeX-AMS-MML_HTMLorMML-full.js", "Safe.js"],
    "extensions": ["AssistiveMML.js"],
    "HTML-CSS": {
        "availableFonts": [],
        "preferredFont": None,
        "imageFont": None,
        "webFont": "STIX-Web",
        "linebreaks": {"automatic": False},
    },
    "messageStyle": "none",
    "showMathMenu": False,
    "menuSettings": {"assistiveMML": True, "inTabOrder": False},
}
myst_update_mathjax = False

html_theme = "sphinx_book_theme"
html_static_path = ["static"]  # beside the pages, as they were laid out
html_css_files = ["site.css"]
html_js_files = [("site.js", {"defer": "defer"})]
html_copy_source = False
# Without the title above the search, which stands in no landmark; the contents lead home.
html_sidebars = {"**": ["search-button-field.html", "sbt-sidebar-nav.html"]}
html_show_sphinx = False
html_theme_options = {
    "home_page_in_toc": True,
    "show_navbar_depth": 1,
    "show_toc_level": 2,
    "use_download_button": False,
    "use_fullscreen_button": False,
    "article_header_end": "language.html, article-header-buttons.html",
}
# Where the series lives is known where it is published; without it there are no such buttons.
if repository := os.environ.get("GITHUB_REPOSITORY"):
    html_theme_options |= {
        "repository_url": f"https://github.com/{repository}",
        "repository_branch": "main",
        "use_repository_button": True,
        "use_edit_page_button": True,
        "use_issues_button": True,
        "launch_buttons": {
            "binderhub_url": "https://mybinder.org",
            "notebook_interface": "jupyterlab",
        },
    }

TWINS = json.loads((Path(__file__).parent / "twins.json").read_text(encoding="utf-8"))


def setup(app):
    """Tell each page where it stands in the other language: a part of it has no counterpart."""

    def add_twin(app, page, template, context, doctree):
        here = page.removeprefix("notebooks/")
        if here in TWINS:
            english = app.config.language == "en"
            there = here if here == "index" else f"notebooks/{here}"
            up = "../" * (page.count("/") + (not english))
            context["twin"] = f"{up}zh/{here}.html" if english else f"{up}{there}.html"

    app.connect("html-page-context", add_twin)

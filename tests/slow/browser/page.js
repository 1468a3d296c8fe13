// What the tests ask of a JupyterLab page. Each list of faults is empty when all is well.
window.series = (() => {
  const panel = () => window.jupyterapp?.shell?.currentWidget;
  const cells = () => panel().content.widgets;
  const within = (cell, selector) => [...cell.node.querySelectorAll(selector)];
  const frame = () => new Promise(requestAnimationFrame);
  const words = (element) => element.innerText.trim().replace(/\s+/g, " ").slice(0, 70);

  // Ask of every cell: a list of [id, fault].
  const ask = (faults) =>
    cells().flatMap((cell) => faults(cell).map((fault) => [cell.model.id, fault]));

  // --- opening and running --------------------------------------------------------------

  let pressed = 0;
  addEventListener("keydown", () => (pressed = performance.now()), true);

  const idle = () => panel().sessionContext.session?.kernel?.status === "idle";

  const opened = () =>
    panel()?.context?.isReady &&
    panel().sessionContext?.isReady &&
    cells().length === panel().content.model.cells.length &&
    cells().every((cell) => cell.isAttached) &&
    idle();

  const restart = async () => {
    await window.jupyterapp.commands.execute("notebook:clear-all-cell-outputs");
    await panel().sessionContext.restartKernel();
  };

  // Put every cell on the page, also those out of view.
  const whole = () => {
    const { content } = panel();
    content.notebookConfig = { ...content.notebookConfig, windowingMode: "none" };
  };

  const code = () =>
    cells().flatMap((cell, k) =>
      cell.model.type === "code" && cell.model.sharedModel.source.trim()
        ? [[k, cell.model.id]]
        : [],
    );

  const select = (k) => {
    panel().content.activeCellIndex = k;
    panel().content.mode = "command";
    panel().content.node.focus();
  };

  const done = ({ model, outputArea, node }) =>
    model.executionCount !== null &&
    model.executionState === "idle" &&
    idle() &&
    outputArea.widgets.length === model.outputs.length &&
    !node.innerText.includes("Loading widget...");

  // The milliseconds since the key was pressed, once all that a cell says is on the screen.
  const shown = async (k, limit) => {
    const cell = cells()[k];
    while (!done(cell)) {
      if (performance.now() - pressed > limit) throw new Error(`${cell.model.id} is not done`);
      await frame();
    }
    // Formulas are typeset one after another: when this one is, those before it are.
    await panel().content.rendermime.latexTypesetter.typeset(document.createElement("p"));
    const images = [...cell.node.querySelectorAll("img")];
    await Promise.all(images.map((image) => image.decode().catch(() => null)));
    await frame();
    await frame();
    return performance.now() - pressed;
  };

  const outputs = () =>
    code().map(([k, id]) => {
      const cell = cells()[k].model.toJSON();
      return { id, count: cell.execution_count, outputs: cell.outputs };
    });

  // --- what is seen -----------------------------------------------------------------------

  const FORMULA = /\$\$[^$]+\$\$|\$[^$]+\$/g;
  const CODE = /```[^]*?```|`[^`]*`/g;

  // What is left of an element's text beside its formulas and its code.
  const prose = (element) => {
    const copy = element.cloneNode(true);
    copy.querySelectorAll("mjx-container, code, pre").forEach((part) => part.remove());
    return copy.textContent;
  };

  const ofFormulas = (element, expected) => {
    const faults = [];
    const typeset = [...element.querySelectorAll("mjx-container")];
    const raw = prose(element).match(/.{0,20}(\$|\\[a-zA-Z]+).{0,20}/);
    if (raw) faults.push(`mathematics is left as it was typed: ${raw[0]}`);
    if (expected !== undefined && typeset.length !== expected)
      faults.push(`${typeset.length} of ${expected} formulas are typeset`);
    if (expected === undefined && !typeset.length) faults.push("a formula is not typeset");
    for (const formula of typeset) {
      const error = formula.querySelector("[data-mjx-error], mjx-merror, merror");
      const unknown = [...formula.querySelectorAll("mtext")].find((part) =>
        part.textContent.startsWith("\\"),
      );
      const size = formula.getBoundingClientRect();
      if (error) faults.push(`a formula is wrong: ${error.dataset.mjxError ?? words(error)}`);
      if (unknown) faults.push(`MathJax does not know ${unknown.textContent}`);
      if (!size.width || !size.height) faults.push("a formula has no size");
    }
    return faults;
  };

  const mathematics = () =>
    ask((cell) => {
      if (cell.model.type === "markdown") {
        const source = cell.model.sharedModel.source.replace(CODE, "");
        const [rendered] = within(cell, ".jp-MarkdownOutput");
        if (!rendered?.innerText.trim()) return ["the text is not rendered"];
        return ofFormulas(rendered, source.match(FORMULA)?.length ?? 0);
      }
      return within(cell, ".jp-RenderedLatex").flatMap((output) => ofFormulas(output));
    });

  const pictures = () =>
    ask((cell) => {
      const images = within(cell, "img");
      const expected =
        cell.model.type === "code"
          ? cell.model.toJSON().outputs.filter((output) => output.data?.["image/png"]).length
          : 0;
      const faults = images
        .filter((image) => !image.complete || !image.naturalWidth || !image.clientWidth)
        .map((image) => `a picture is not shown: ${image.src.slice(0, 70)}`);
      if (images.length < expected)
        faults.push(`${images.length} of ${expected} pictures are on the page`);
      return faults;
    });

  // Text, code, outputs, and the notebook itself: none may want to be scrolled sideways.
  const BOXES = ".jp-MarkdownOutput, .jp-OutputArea-output, .jp-Cell-outputArea, .cm-scroller";

  const tooWide = (box) => box.scrollWidth > box.clientWidth + 1;
  const width = () => {
    const faults = ask((cell) =>
      within(cell, BOXES)
        .filter(tooWide)
        .slice(0, 1)
        .map((box) => `${box.scrollWidth} px in ${box.clientWidth}: ${words(box)}`),
    );
    const outer = panel().content.node.querySelector(".jp-WindowedPanel-outer");
    if (tooWide(outer)) faults.push(["", "the notebook is wider than its panel"]);
    return faults;
  };

  const ERRORS = ["error", "stderr"].map((kind) => `[data-mime-type$="jupyter.${kind}"]`).join();

  // Also the errors inside a widget, which no model of the notebook holds.
  const errors = () =>
    ask((cell) => within(cell, ERRORS).map((error) => error.textContent.trim().slice(-70)));

  // Where there is no widget, JupyterLab shows the words that stand for it, or an apology.
  const VIEW = "application/vnd.jupyter.widget-view+json";
  const widgets = () =>
    ask((cell) => {
      if (cell.model.type !== "code") return [];
      const expected = cell.model.toJSON().outputs.filter((output) => output.data?.[VIEW]);
      const there = within(cell, ".jp-OutputArea-output").filter(
        (output) =>
          output.querySelector(".jupyter-widgets") &&
          !output.textContent.startsWith("Error displaying widget"),
      );
      return there.length < expected.length
        ? [`${there.length} of ${expected.length} widgets are on the page`]
        : [];
    });

  // --- sliders ----------------------------------------------------------------------------

  const SLIDER = ".jp-Cell-outputArea .noUi-handle";

  // What a slider moves: the pictures of its cell, or else its text, without the sliders' own.
  const beside = (handle) => {
    const area = handle.closest(".jp-Cell-outputArea");
    const images = [...area.querySelectorAll("img")];
    if (images.length) return images.map((image) => image.complete && image.src).join();
    const copy = area.cloneNode(true);
    copy.querySelectorAll(".widget-label, .widget-readout").forEach((part) => part.remove());
    return copy.textContent.trim();
  };

  const ends = (handle) =>
    ["now", "max"].map((name) => Number(handle.getAttribute(`aria-value${name}`)));

  const idOf = (handle) =>
    cells().find((cell) => cell.node === handle.closest(".jp-Cell")).model.id;

  // Something else is beside the slider, and the kernel is done with it.
  const moved = (handle, before) => idle() && ![before, ""].includes(beside(handle));

  const movedBack = (handle, before) => idle() && beside(handle) === before;

  return {
    SLIDER, beside, code, ends, errors, idOf, idle, mathematics, moved, movedBack, opened,
    outputs, pictures, restart, select, shown, whole, widgets, width,
  };
})();

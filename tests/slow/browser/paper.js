// What the tests ask of a written page, or of the slide that a deck shows.
window.paper = (() => {
  const deck = () => document.querySelector(".reveal") && window.Reveal;
  const part = () => (deck() ? Reveal.getCurrentSlide() : document.body);
  const seen = (element) => element.getClientRects().length;
  const words = (text) => text.trim().replace(/\s+/g, " ").slice(0, 60);
  const FORMULA = ".MathJax, .MathJax_Display, .MathJax_Preview, script, style";

  const settled = async () => {
    await new Promise((resolve) => MathJax.Hub.Queue(resolve));
    await new Promise(requestAnimationFrame);
  };
  const ready = () => window.MathJax?.Hub?.Queue && (!deck() || Reveal.isReady());

  const texts = function* () {
    const walker = document.createTreeWalker(part(), NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
      const element = walker.currentNode.parentElement;
      if (walker.currentNode.data.trim() && seen(element) && !element.closest(FORMULA))
        yield [walker.currentNode.data, element];
    }
  };

  const mathematics = () => [
    ...[...texts()]
      .filter(([text, element]) => /\$|\\[a-zA-Z]+/.test(text) && !element.closest("pre, code"))
      .map(([text]) => `mathematics is left as it was typed: ${words(text)}`),
    ...[...part().querySelectorAll(".MathJax")]
      .filter((formula) => formula.querySelector(".noError, .merror") ||
        formula.textContent.includes("\\"))
      .map((formula) => `a formula is wrong: ${words(formula.textContent)}`),
  ];

  const pictures = () =>
    [...part().querySelectorAll("img")]
      .filter((image) => !image.complete || !image.naturalWidth || !image.alt)
      .map((image) => `a picture is not shown, or says nothing: ${image.alt}`);

  // Slides alone: nothing is cut off, nothing is small.
  const slide = () => {
    const { width, height } = Reveal.getConfig();
    const faults = [];
    if (part().scrollHeight > height) faults.push(`${part().scrollHeight} px high`);
    for (const element of part().querySelectorAll("*"))
      if (seen(element) && element.getBoundingClientRect().right > width + 1)
        faults.push(`cut off on the right: ${words(element.textContent)}`);
    for (const box of part().querySelectorAll("div, pre"))
      if (seen(box) && box.scrollWidth > box.clientWidth + 2 && !box.closest(FORMULA))
        faults.push(`cut off within its box: ${words(box.textContent)}`);
    for (const box of part().querySelectorAll("pre")) {
      const lines = box.textContent.replace(/\n$/, "").split("\n").length;
      const { height, lineHeight, paddingTop, paddingBottom } = getComputedStyle(box);
      const room = parseFloat(height) - parseFloat(paddingTop) - parseFloat(paddingBottom);
      if (seen(box) && room > (lines + 0.9) * parseFloat(lineHeight))
        faults.push(`a line is wrapped: ${words(box.textContent)}`);
    }
    for (const [text, element] of texts())
      if (parseFloat(getComputedStyle(element).fontSize) < 18)
        faults.push(`small: ${words(text)}`);
    return faults;
  };

  const faults = () => [...mathematics(), ...pictures(), ...(deck() ? slide() : [])];

  // Take a step; say whether there was one left.
  const step = () => {
    if (Reveal.isLastSlide() && !Reveal.availableFragments().next) return false;
    Reveal.next();
    return true;
  };

  const formulas = () => document.querySelectorAll(".MathJax").length;
  return { faults, formulas, ready, settled, step };
})();

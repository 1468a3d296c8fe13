// A picture for each position of its sliders: show the one that they say, and say it.
document.querySelectorAll(".sliders").forEach((box) => {
  const sliders = [...box.querySelectorAll("input")];
  const pictures = [...box.querySelectorAll("img")];
  const move = () => {
    let place = 0;
    for (const slider of sliders) {
      const label = JSON.parse(slider.dataset.labels)[slider.value];
      slider.setAttribute("aria-valuetext", label);
      slider.nextElementSibling.textContent = label;
      place = place * (Number(slider.max) + 1) + Number(slider.value);
    }
    pictures.forEach((picture, number) => (picture.hidden = number !== place));
    return pictures[place].alt;
  };
  box.addEventListener("input", () => (box.querySelector("[role=status]").textContent = move()));
  // The other pictures are fetched when a slider is reached for.
  const fetchAll = () => pictures.forEach((picture) => (picture.loading = "eager"));
  for (const event of ["focusin", "pointerover"])
    box.addEventListener(event, fetchAll, { once: true });
  box.querySelectorAll("label").forEach((label) => (label.hidden = false));
  move();
});

// The theme lets the keyboard scroll what is too wide, and measures it when the window changes;
// formulas change the widths too.
window.addEventListener("load", () =>
  window.MathJax?.Hub.Queue(() => window.dispatchEvent(new Event("resize"))));

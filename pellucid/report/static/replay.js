"use strict";
for (const box of document.querySelectorAll("[data-captions]")) {
  const captions = JSON.parse(box.dataset.captions);
  const button = box.querySelector("button");
  const slider = box.querySelector("input");
  const output = box.querySelector("output");
  const picture = box.querySelector("svg");
  const field = box.querySelector("use.field");
  const calm = matchMedia("(prefers-reduced-motion: reduce)");
  let timer = 0;

  const show = (index) => {
    slider.value = index;
    slider.setAttribute("aria-valuetext", captions[index]);
    field.setAttribute("href", `#frame${index}-`);
    output.textContent = captions[index];
    picture.setAttribute("aria-label", `Field. ${captions[index]}.`);
  };
  const stop = () => {
    clearInterval(timer);
    timer = 0;
    button.textContent = "Play";
    output.removeAttribute("aria-live");
  };
  const play = () => {
    const last = captions.length - 1;
    if (Number(slider.value) >= last) show(0);
    button.textContent = "Pause";
    output.setAttribute("aria-live", "off");
    timer = setInterval(() => {
      show(Number(slider.value) + 1);
      if (Number(slider.value) >= last) stop();
    }, calm.matches ? 250 : 100);
  };
  button.addEventListener("click", () => (timer ? stop() : play()));
  slider.addEventListener("input", () => {
    stop();
    show(Number(slider.value));
  });
  show(captions.length - 1);
  box.hidden = false;
}

// Copying, and the laws of the rules by click and Escape. Without it the page still reads, and the laws show on hover and focus.
"use strict";

async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const area = Object.assign(document.createElement("textarea"), { value: text, readOnly: true });
    document.body.append(area);
    area.select();
    document.execCommand("copy");
    area.remove();
  }
}

async function copyFrom(button) {
  const name = (button.dataset.name ??= button.textContent); // a second click may come while it says Copied
  await copy(document.getElementById(button.dataset.copy).textContent);
  button.textContent = "Copied";
  button.closest(".tensor-deriv").querySelector("[role=status]").textContent = `${name}: copied`;
  setTimeout(() => { button.textContent = name; }, 1500);
}

document.addEventListener("click", (event) => {
  const button = event.target.closest(".tensor-deriv button");
  if (button?.dataset.copy) copyFrom(button);
  else if (button) button.focus(); // Safari does not focus what is clicked
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const rule of document.querySelectorAll(".td-rule:hover, .td-rule:focus-within")) {
    rule.classList.add("td-dismissed");
    for (const back of ["mouseleave", "focusout"]) rule.addEventListener(back, () => rule.classList.remove("td-dismissed"), { once: true });
  }
});

// A box that scrolls can be reached with the keyboard, and fades out where it goes on.
const BOXES = ".td-right, .tensor-deriv pre, .td-table, .tensor-deriv figure";

function reach() {
  for (const box of document.querySelectorAll(BOXES)) {
    if (box.scrollWidth > box.clientWidth) box.tabIndex = 0;
    else box.removeAttribute("tabindex");
    fade(box);
  }
}

function fade(box) {
  box.classList.toggle("td-more", box.scrollWidth - box.clientWidth - box.scrollLeft > 1);
}

addEventListener("resize", reach);
document.addEventListener("toggle", reach, true);
document.addEventListener("scroll", ({ target }) => { if (target.matches?.(BOXES)) fade(target); }, true);
reach();

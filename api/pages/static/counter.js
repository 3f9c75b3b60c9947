// The counter's taps: goods into the cart, digits into the PIN, paper, and home again when nobody is there.
(() => {
  "use strict";
  const SETTLE = 150; // milliseconds after the last tap before the server is asked
  let waiting;

  const till = () => document.getElementById("till");

  function put(form, item, quantity) {
    const name = "q." + item;
    let field = form.elements.namedItem(name);
    if (!field) {
      field = document.createElement("input");
      field.type = "hidden";
      field.name = name;
      form.append(field);
    }
    field.value = String(quantity);
  }

  function bump(item, step) {
    const form = till();
    const tile = document.getElementById("tile-" + item);
    const before = Number(tile.dataset.quantity);
    const more = Number(tile.dataset.more);
    if (step > 0 ? more < 1 : before < 1) return;
    tile.dataset.quantity = String(before + step);
    tile.dataset.more = String(more - step);
    const count = tile.querySelector("[data-count]");
    count.textContent = "×" + (before + step);
    count.hidden = before + step === 0;
    put(form, item, before + step);
    // An answer that is still on its way knows nothing of this tap: shown later, it would take the piece out again.
    htmx.trigger(form, "htmx:abort");
    clearTimeout(waiting);
    waiting = setTimeout(() => form.dispatchEvent(new CustomEvent("cart")), SETTLE);
  }

  function press(button) {
    const pin = document.getElementById("pin");
    if (button.dataset.digit) {
      if (pin.value.length < pin.maxLength) pin.value += button.dataset.digit;
    } else {
      pin.value = button.dataset.erase === "all" ? "" : pin.value.slice(0, -1);
    }
    pin.focus();
  }

  const paper = new CSSStyleSheet();
  document.adoptedStyleSheets.push(paper);
  function print(kind) {
    document.documentElement.dataset.paper = kind;
    const height = document.querySelector(".slip").getBoundingClientRect().height * 25.4 / 96;
    // A roll has no pages: a fixed length would waste paper or cut the slip in two.
    const slip = `58mm ${Math.ceil(height) + 8}mm; margin: 2mm 3mm`;
    paper.replaceSync(`@page { size: ${kind === "slip" ? slip : "A4; margin: 20mm"}; }`);
    window.print();
  }

  document.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (!button) return;
    if (button.dataset.add || button.dataset.less) {
      event.preventDefault();
      bump(button.dataset.add || button.dataset.less, button.dataset.add ? 1 : -1);
    } else if (button.dataset.digit || button.dataset.erase) {
      press(button);
    } else if (button.dataset.print) {
      print(button.dataset.print);
    }
  }, true);

  // A tap on another button takes the cart with it: the delayed question would come too late.
  document.addEventListener("submit", () => clearTimeout(waiting), true);

  // Answers -----------------------------------------------------------------------------------------------------

  const lost = (shown) => { document.getElementById("lost").hidden = !shown; };
  document.addEventListener("htmx:before:request", () => {
    lost(false);
    document.getElementById("alert").replaceChildren();
  });
  document.addEventListener("htmx:error", () => {
    lost(true);
    document.getElementById("lost").scrollIntoView({ block: "nearest" });
  });

  function attend() {
    const told = document.querySelector(".notice[data-focus]");
    const field = document.querySelector("input[data-focus], input[autofocus]");
    if (told) told.scrollIntoView({ block: "nearest" });
    if (field) {
      field.focus();
      if (field.value) field.select();
    } else if (told) {
      told.focus();
    } else {
      document.querySelector("a[data-focus]")?.focus();
    }
  }
  let step = "";
  document.addEventListener("htmx:after:swap", () => {
    const form = till();
    const now = form ? form.className : "";
    if (now !== step || document.querySelector(".notice[data-focus]")) attend();
    step = now;
  });
  document.addEventListener("DOMContentLoaded", () => {
    step = till() ? till().className : "";
    attend();
  });

  // Nobody there ------------------------------------------------------------------------------------------------

  const { idle, home } = document.body.dataset;
  let leaving;
  const stay = () => {
    clearTimeout(leaving);
    leaving = setTimeout(() => location.assign(home), Number(idle) * 1000);
  };
  for (const sign of ["pointerdown", "keydown"]) document.addEventListener(sign, stay, { passive: true });
  stay();
  // "Back" after signing out must not show the last person from the browser's memory.
  window.addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });
})();

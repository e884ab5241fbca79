/* The filing form saves each line as you go. Without this file the buttons do the same for the whole page.
   One save at a time, so that a page never conflicts with itself; what is typed while an answer is on its way stays. */
(() => {
  "use strict";
  const waiting = new Set();  /* ids of lines with something to save */
  let busy = null;            /* the line whose save is on its way, and the texts it was sent with */
  let asked = "";             /* a button that was pressed meanwhile, by its id: its turn comes next */
  let pressed = false;        /* between press and release nothing is swapped away from under the pointer */

  const lineOf = element => element.closest?.("[data-line]");
  const fields = line => line.querySelectorAll("input[id]:not([type=hidden]), select[id], textarea[id]");
  const isTicked = field => field.type === "radio" || field.type === "checkbox";
  const textOf = field => isTicked(field) ? field.checked : field.value;
  const textsOf = line => new Map([...fields(line)].map(field => [field.id, textOf(field)]));

  const next = () => {
    if (busy || pressed || !waiting.size) return;
    const id = waiting.values().next().value;
    waiting.delete(id);
    const saver = document.getElementById(id)?.querySelector("[data-save]");
    if (saver) window.htmx.trigger(saver, "save"); else next();
  };
  const later = line => { waiting.add(line.id); next(); };

  document.addEventListener("pointerdown", () => { pressed = true; });
  for (const released of ["pointerup", "pointercancel"]) {
    document.addEventListener(released, () => { pressed = false; setTimeout(next, 0); });
  }

  document.addEventListener("change", event => {
    const line = lineOf(event.target);
    if (!line || event.target.type === "hidden") return;
    /* The arrow keys pass through the three answers: the choice counts when the keyboard leaves the line. */
    if (event.target.name.endsWith("/answer")) line.dataset.chosen = "1";
    else later(line);
  });
  document.addEventListener("click", event => {
    const line = lineOf(event.target);
    if (line?.dataset.chosen && event.target.name?.endsWith("/answer") && event.detail > 0) {
      delete line.dataset.chosen;
      later(line);
    }
  });
  document.addEventListener("focusout", event => {
    const line = lineOf(event.target);
    if (!line) return;
    if (event.target.dataset.typed) {
      delete event.target.dataset.typed;
      later(line);
    }
    if (line.dataset.chosen && !line.contains(event.relatedTarget)) {
      delete line.dataset.chosen;
      later(line);
    }
  });

  document.addEventListener("htmx:beforeRequest", event => {
    const line = lineOf(event.detail.elt);
    if (line && busy) {
      event.preventDefault();
      asked = event.detail.elt.id;
      return;
    }
    if (line) busy = {id: line.id, xhr: event.detail.xhr, texts: textsOf(line)};
  });
  document.addEventListener("htmx:beforeSwap", event => {
    const line = busy && document.getElementById(busy.id);
    if (!line || event.detail.target !== line) return;
    busy.typed = [...textsOf(line)].filter(([id, text]) => busy.texts.get(id) !== text);
    busy.opened = [...line.querySelectorAll("details[open]")].map(details => details.id);
    const {id, selectionStart, selectionEnd} = document.activeElement;
    busy.held = line.contains(document.activeElement) && {id, selectionStart, selectionEnd};
  });
  document.addEventListener("htmx:afterSwap", () => {
    if (!busy?.typed) return;
    for (const id of busy.opened) {
      const details = document.getElementById(id);
      if (details) details.open = true;
    }
    for (const [id, text] of busy.typed) {
      const field = document.getElementById(id);
      if (!field) continue;
      if (isTicked(field)) field.checked = text; else field.value = text;
      /* Somebody is still typing in the field that has the focus: it is saved when it is left. */
      if (field === document.activeElement && !isTicked(field)) field.dataset.typed = "1";
      else waiting.add(busy.id);
    }
    /* Whoever came by Tab types over what is selected, and whoever was typing goes on at the same place. */
    const held = document.activeElement;
    if (busy.held && held.id === busy.held.id && busy.held.selectionStart != null) {
      held.setSelectionRange(busy.held.selectionStart, busy.held.selectionEnd);
    }
    /* A button that is gone leaves the focus at its line, not at the top of the page. */
    if (busy.held && held === document.body) {
      document.getElementById(`${busy.id}-h`)?.focus({preventScroll: true});
    }
    busy.typed = null;
  });
  /* One answer settles in several places of the page, the later ones when the next save is on its way already. */
  const done = event => {
    if (!busy || event.detail.xhr !== busy.xhr) return;
    busy = null;
    const button = document.getElementById(asked);
    asked = "";
    button?.click();
    next();
  };
  for (const ended of ["htmx:afterSettle", "htmx:sendError", "htmx:sendAbort", "htmx:timeout", "htmx:responseError"]) {
    document.addEventListener(ended, done);
  }
})();

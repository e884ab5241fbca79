/* What a page does beyond plain HTML. Each part only adds: without this file everything still works.
   Menus close on Escape and on a click beside them; the summary of errors takes the focus;
   a request or a passkey that fails says so; what is shown once can be copied by a button; what needs scripts is shown only where there are scripts. */
(() => {
  "use strict";
  const menus = () => document.querySelectorAll("details[data-menu][open]");

  document.addEventListener("click", event => {
    for (const menu of menus()) if (!menu.contains(event.target)) menu.open = false;
  });
  document.addEventListener("keydown", event => {
    if (event.key !== "Escape") return;
    for (const menu of menus()) {
      const held = menu.contains(document.activeElement);
      menu.open = false;
      if (held) menu.querySelector("summary").focus();
    }
  });

  const meet = place => {
    const errors = place.matches?.("[data-focus]") ? place : place.querySelector("[data-focus]");
    /* The summary of errors, or the one place where there is something to do. */
    if (errors) (document.getElementById(errors.dataset.focus) ?? errors).focus();
  };
  meet(document);
  document.addEventListener("htmx:afterSettle", event => meet(event.detail.elt));

  const say = (text, isGood = false) => {
    const line = document.getElementById("status");
    if (!line) return;
    line.textContent = "";
    setTimeout(() => { line.textContent = text; }, 50);  /* a changed text is read out, the same text is not */
    if (isGood) return;
    const note = document.getElementById("failure")?.content.cloneNode(true);
    if (!note) return;
    note.querySelector("p").textContent = text;
    document.getElementById("messages")?.replaceChildren(note);
  };
  for (const one of document.querySelectorAll("[data-needs-script]")) one.hidden = false;
  document.addEventListener("click", async event => {
    const button = event.target.closest("[data-copy]");
    if (!button) return;
    const place = document.getElementById(button.dataset.copy);
    place.select();  /* so that the keyboard can copy it, too, where a page may not */
    await navigator.clipboard?.writeText(place.value).then(() => {
      say(button.dataset.copied, true);
      button.querySelector("span").textContent = button.dataset.copied;
    }, () => {});
  });
  document.addEventListener("allauth.error", (event) => {
    event.preventDefault(); // said to the person, and no fault of the page
    say(document.body.dataset.passkey);
  });
  document.addEventListener("htmx:sendError", () => say(document.body.dataset.lost));
  document.addEventListener("htmx:responseError", () => say(document.body.dataset.failed));
})();

/* Lines of the agenda are dragged among those beside them; what is sent is the form that their arrows send, with how far. */
(() => {
  "use strict";
  let held = null;
  const itemOf = target => target.closest?.("li[draggable]");
  const place = item => [...item.parentElement.children].indexOf(item);

  document.addEventListener("dragstart", event => {
    const item = itemOf(event.target);
    if (!item) return;
    held = { item, from: place(item), next: item.nextElementSibling };
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", "");
    item.classList.add("is-held");
  });
  document.addEventListener("dragover", event => {
    if (!held) return;
    let over = itemOf(event.target);
    while (over && over.parentElement !== held.item.parentElement) over = itemOf(over.parentElement);
    if (!over) return;
    event.preventDefault();
    if (over === held.item) return;
    const box = over.getBoundingClientRect();
    over.parentElement.insertBefore(held.item, event.clientY < box.top + box.height / 2 ? over : over.nextElementSibling);
  });
  document.addEventListener("drop", event => {
    if (!held) return;
    event.preventDefault();
    const { item, from } = held;
    held.isDropped = true;
    const steps = place(item) - from;
    if (!steps) return;
    const form = item.querySelector(".bb-sheet__moves");
    const sent = document.createElement("input");
    Object.assign(sent, { type: "hidden", name: "steps", value: String(steps) });
    form.append(sent);
    form.submit();
  });
  document.addEventListener("dragend", () => {
    if (!held) return;
    held.item.classList.remove("is-held");
    if (!held.isDropped) held.item.parentElement.insertBefore(held.item, held.next);
    held = null;
  });
  document.addEventListener("click", event => {
    if (event.target.closest("[data-print]")) window.print();
  });
})();

/* What every drawing of nodes and links needs: the page's own colours, a word at the pointer, and a wheel that still
   scrolls the page. `place` is where it is drawn. */
(() => {
  "use strict";
  window.drawingOn = place => {
    const brush = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
    const tip = document.createElement("p");
    tip.className = "bb-net__tip";
    tip.hidden = true;
    tip.setAttribute("aria-hidden", "true");
    place.parentElement.append(tip);
    /* With Ctrl, or by a pinch, the wheel goes nearer. */
    place.parentElement.addEventListener("wheel", event => { if (!event.ctrlKey && !event.metaKey) event.stopPropagation(); }, { capture: true });

    return {
      brush,
      /* A variable of the theme as the three numbers that Cytoscape reads. */
      colour(name) {
        const probe = document.createElement("i");
        probe.style.color = `var(${name})`;
        place.append(probe);
        brush.fillStyle = getComputedStyle(probe).color;
        probe.remove();
        brush.fillRect(0, 0, 1, 1);
        const [red, green, blue] = brush.getImageData(0, 0, 1, 1).data;
        return `rgb(${red},${green},${blue})`;
      },
      point(at, words) {
        tip.textContent = words;
        tip.hidden = !words;
        tip.style.left = `${Math.min(Math.max(at.x, 120), place.clientWidth - 120)}px`;
        tip.style.top = `${at.y + place.offsetTop + 18}px`;
      },
      unpoint() { tip.hidden = true; },
      nearer(cy, factor) {
        cy.zoom({ level: cy.zoom() * factor, renderedPosition: { x: place.clientWidth / 2, y: place.clientHeight / 2 } });
      },
    };
  };
})();

/* Draws every [data-chart] from the JSON block it names, under a strict content policy:
   expression interpreter (ast), SVG, no injected styles, our own tooltip style (theme.css).
   Colours become CSS variables, so a change of theme, a tenant's accent and print need no redraw. */
(() => {
  "use strict";
  const config = fetch(document.currentScript.dataset.config).then(answer => answer.json()).then(theme => swap(theme.light, theme.tokens));

  function swap(value, names) {
    if (typeof value === "string") return value in names ? `var(${names[value]})` : value;
    if (Array.isArray(value)) return value.map(one => swap(one, names));
    if (value && typeof value === "object") return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, swap(one, names)]));
    return value;
  }

  /* A faceted chart fits its columns to the room it has; the rest use width: "container". */
  function fit(spec, room) {
    if (!spec.facet) return spec;
    const { cell, most } = spec.usermeta.backbone;
    const gap = 28, axis = 46;
    let columns = Math.max(1, Math.min(most, Math.floor((room + gap) / (cell + gap))));
    while (most % columns) columns -= 1;
    const width = Math.floor((room - axis - gap * (columns - 1)) / columns);
    return { ...spec, columns, spec: { ...spec.spec, width } };
  }

  async function draw(place) {
    const spec = JSON.parse(document.getElementById(place.dataset.chart).textContent);
    await vegaEmbed(place, fit(spec, place.clientWidth), {
      ast: true, renderer: "svg", actions: false, defaultStyle: false, config: await config,
      tooltip: { disableDefaultStyle: true }, logLevel: vega.Error,
    });
    const svg = place.querySelector("svg");  /* the place itself is the image and has the name */
    for (const name of ["role", "aria-label", "aria-roledescription"]) svg.removeAttribute(name);
    svg.setAttribute("aria-hidden", "true");
    place.dataset.drawn = "yes";
  }

  const all = (within, which = "[data-chart]") => Promise.all([...within.querySelectorAll(which)].map(draw));
  let wait, last = innerWidth;
  addEventListener("resize", () => {
    if (innerWidth === last) return;
    last = innerWidth;
    clearTimeout(wait);
    wait = setTimeout(() => all(document), 200);
  });
  document.addEventListener("htmx:load", event => {
    if (event.detail.elt !== document.body) all(event.detail.elt, "[data-chart]:not([data-drawn])");
  });
  document.fonts.ready.then(() => all(document));
})();

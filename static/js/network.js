/* The network of organizations. A few stand in a circle; of many, who is tied with most stands in the middle of rings,
   and one that is asked for stands among those around it. The tables below say the same. */
(() => {
  "use strict";
  const place = document.getElementById("network");
  if (!place || typeof cytoscape === "undefined") return;
  const data = JSON.parse(document.getElementById("network-data").textContent);
  const { brush, colour, point, unpoint, nearer } = window.drawingOn(place);
  const isCrowded = data.nodes.length > 40;
  const SIZE = 13, HIGH = 24, LONGEST = 9, FONT = `600 ${SIZE}px "Source Sans 3", sans-serif`;
  let cy, wide = 40;

  const short = code => code.length > LONGEST ? `${code.slice(0, LONGEST - 1)}…` : code;

  function measure() {
    brush.font = FONT;
    wide = Math.max(34, ...data.nodes.map(([, code]) => brush.measureText(short(code)).width + 14));
  }

  const styles = () => [
    { selector: "node", style: {
      shape: "round-rectangle", "corner-radius": 6, width: wide, height: HIGH, label: "data(text)", "background-color": colour("--bb-surface"),
      "border-color": colour("--bb-accent"), "border-width": 1.5, color: colour("--bb-ink"), "font-size": SIZE, "font-weight": 600,
      "font-family": '"Source Sans 3", sans-serif', "text-valign": "center", "min-zoomed-font-size": 6, "overlay-opacity": 0 } },
    { selector: "node[!tied]", style: { "border-style": "dashed", "border-color": colour("--bb-edge") } },
    { selector: "node[?middle]", style: { "border-width": 4, "background-color": colour("--bb-accent-soft") } },
    { selector: "edge", style: {
      width: "data(width)", "line-color": colour(isCrowded ? "--bb-line-2" : "--bb-edge"), "curve-style": "haystack", "haystack-radius": 0,
      "line-opacity": isCrowded ? 0.45 : 0.7, "overlay-opacity": 0, events: "no" } },
    { selector: "edge.near", style: { "line-color": colour("--bb-accent"), "line-opacity": 0.9 } },
    { selector: "node.faint", style: { opacity: 0.25 } },
    { selector: "edge.faint", style: { opacity: 0.08 } },
    { selector: "node.near", style: { "z-index": 9 } },
  ];

  /* Around the middle six, then twelve and so on, all of them as far apart as a card is wide and high. */
  function rings() {
    const found = new Map(), rest = data.nodes.map(([id]) => id);
    const stepX = wide + 10, stepY = HIGH + (isCrowded ? 12 : 40);
    found.set(rest.shift(), { x: 0, y: 0 });
    for (let ring = 1; rest.length; ring += 1) {
      const here = rest.splice(0, 6 * ring), count = here.length;
      here.forEach((id, i) => {
        const turn = 2 * Math.PI * (i + (ring % 2) / 2) / count - Math.PI / 2;
        found.set(id, { x: Math.cos(turn) * ring * stepX, y: Math.sin(turn) * ring * stepY });
      });
    }
    return found;
  }

  function circle(ids, middle) {
    const found = new Map(), radius = Math.max(110, ids.length * (wide + 14) / (2 * Math.PI));
    if (middle) found.set(ids.shift(), { x: 0, y: 0 });
    ids.forEach((id, i) => {
      const turn = 2 * Math.PI * i / ids.length - Math.PI / 2;
      found.set(id, { x: Math.cos(turn) * radius * 1.5, y: Math.sin(turn) * Math.max(110, radius * 0.8) });
    });
    return found;
  }

  function whole() {
    const box = cy.elements().boundingBox({ includeLabels: false }), room = 40;
    const zoom = Math.min(1, (place.clientWidth - room) / box.w);
    place.style.height = `${Math.round(Math.max(box.h * zoom + room, 220))}px`;
    cy.resize();
    cy.zoom(zoom);
    cy.center();
  }

  function hands() {
    cy.on("mouseover", "node", event => {
      const near = event.target.closedNeighborhood();
      cy.batch(() => { cy.elements().addClass("faint"); near.removeClass("faint").addClass("near"); });
      point(event.target.renderedPosition(), `${event.target.data("code")} ${event.target.data("name")}`);
      place.style.cursor = "pointer";
    });
    cy.on("mouseout", "node", () => { cy.elements().removeClass("faint near"); unpoint(); place.style.cursor = ""; });
    cy.on("tap", "node", event => {
      const address = new URL(place.dataset.around || "?", location.href);
      address.searchParams.set("around", event.target.data("code"));
      location.href = address;
    });
    place.parentElement.addEventListener("click", event => {
      const tool = event.target.closest("[data-net]")?.dataset.net;
      if (tool === "in" || tool === "out") nearer(cy, tool === "in" ? 1.25 : 0.8);
      if (tool === "whole") whole();
    });
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => cy.style(styles()));
    let last = innerWidth;
    addEventListener("resize", () => {
      if (innerWidth === last) return;
      last = innerWidth;
      whole();
    });
  }

  function begin() {
    measure();
    const ids = data.nodes.map(([id]) => id), at = isCrowded ? rings() : circle(ids, data.around);
    cy = cytoscape({
      container: place,
      elements: [
        ...data.nodes.map(([id, code, name, tied], i) => ({
          data: { id: `o${id}`, code, name, tied, text: short(code), middle: data.around && i === 0 }, position: at.get(id),
        })),
        ...data.edges.map(([one, other, ties]) => ({ data: { source: `o${one}`, target: `o${other}`, width: Math.min(ties, 7) } })),
      ],
      style: styles(), layout: { name: "preset" }, autoungrabify: true, autounselectify: true, boxSelectionEnabled: false, minZoom: 0.1, maxZoom: 3,
    });
    whole();
    hands();
    place.dataset.drawn = "yes";
  }

  document.fonts.load(FONT).then(begin, begin);
})();

/* The network of organizations: who is tied with most stands in the middle. The tables below say the same. */
(() => {
  "use strict";
  const place = document.getElementById("network");
  if (!place || typeof cytoscape === "undefined") return;
  const data = JSON.parse(document.getElementById("network-data").textContent);
  const brush = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  function colour(name) {
    const probe = document.createElement("i");
    probe.style.color = `var(${name})`;
    place.append(probe);
    brush.fillStyle = getComputedStyle(probe).color;
    probe.remove();
    brush.fillRect(0, 0, 1, 1);
    const [red, green, blue] = brush.getImageData(0, 0, 1, 1).data;
    return `rgb(${red},${green},${blue})`;
  }
  const isCrowded = data.nodes.length > 60;

  const styles = () => [
    { selector: "node", style: {
      label: isCrowded ? "" : "data(code)", width: "data(size)", height: "data(size)", "background-color": colour("--bb-surface"),
      "border-color": colour("--bb-accent"), "border-width": 2, color: colour("--bb-ink"), "font-size": 13, "font-family": "Source Sans 3, sans-serif",
      "text-valign": "center" } },
    { selector: "node[!tied]", style: { "border-style": "dashed", "border-color": colour("--bb-edge") } },
    { selector: "edge", style: { width: "data(width)", "line-color": colour("--bb-line-2"), "curve-style": "haystack" } },
    { selector: ".near", style: { label: "data(code)", "z-index": 9 } },
    { selector: "edge.near", style: { label: "", "line-color": colour("--bb-accent") } },
    { selector: ".faint", style: { opacity: 0.2 } },
  ];

  function begin() {
    const cy = cytoscape({
      container: place,
      elements: [
        ...data.nodes.map(([id, code, name, tied]) => ({ data: { id: `o${id}`, code, name, tied, size: isCrowded ? 10 + Math.min(tied, 20) : 36 } })),
        ...data.edges.map(([one, other, ties]) => ({ data: { source: `o${one}`, target: `o${other}`, width: Math.min(1 + ties, 8) } })),
      ],
      style: styles(),
      layout: !isCrowded ? { name: "circle", animate: false, padding: 24 } : { name: "concentric", concentric: node => node.data("tied"), levelWidth: nodes => Math.max(1, nodes.max(node => node.data("tied")).value / 5), minNodeSpacing: isCrowded ? 4 : 16, animate: false },
      autoungrabify: true, autounselectify: true, boxSelectionEnabled: false, minZoom: 0.2, maxZoom: 3,
    });
    /* The wheel scrolls the page; with Ctrl, or by a pinch, it goes nearer. */
    place.parentElement.addEventListener("wheel", event => { if (!event.ctrlKey && !event.metaKey) event.stopPropagation(); }, { capture: true });
    const tip = document.createElement("p");
    tip.className = "bb-net__tip";
    tip.hidden = true;
    tip.setAttribute("aria-hidden", "true");
    place.parentElement.append(tip);
    cy.on("mouseover", "node", event => {
      const near = event.target.closedNeighborhood(), at = event.target.renderedPosition();
      cy.batch(() => { cy.elements().addClass("faint"); near.removeClass("faint").addClass("near"); });
      tip.textContent = `${event.target.data("code")} ${event.target.data("name")}`;
      tip.hidden = false;
      tip.style.left = `${Math.min(Math.max(at.x, 120), place.clientWidth - 120)}px`;
      tip.style.top = `${at.y + place.offsetTop + 18}px`;
    });
    cy.on("mouseout", "node", () => { cy.elements().removeClass("faint near"); tip.hidden = true; });
    cy.on("tap", "node", event => { location.hash = event.target.id(); });
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => cy.style(styles()));
    place.dataset.drawn = "yes";
  }

  document.fonts.load('13px "Source Sans 3"').then(begin, begin);
})();

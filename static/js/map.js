/* Draws the theory of change with Cytoscape.js, from the JSON blocks #net-data (the whole map) and #map-shown (what is
   looked at, swapped by htmx together with the tables). Without this file the tables say the same.
   Colours are the page's own variables, read again when the theme changes. Where a node is left is sent to the server. */
(() => {
  "use strict";
  const place = document.getElementById("net");
  const source = document.getElementById("net-data");
  if (!place || !source || !window.cytoscape) return;

  const data = JSON.parse(source.textContent);
  const [WIDTH, HEIGHT] = data.card;
  const isLarge = data.nodes.length > 40, isCrowded = data.links.length > 60, isDense = data.links.length > 250;
  const SIZE = isLarge ? 18 : 16, PAD = 12, ROW = 120, NUDGE = 12, SPARK = 52;
  const mayMove = Boolean(place.dataset.save);
  const status = document.getElementById("status");
  const { brush, colour, point, unpoint, nearer } = window.drawingOn(place);
  let cy, current = null, peeked = null, isTall = false;

  /* --- what it is drawn with --- */

  function lines(text, most) {
    brush.font = `600 ${SIZE}px "Source Sans 3", sans-serif`;
    const room = WIDTH - 2 * PAD + 4, fits = words => brush.measureText(words).width <= room;
    const found = [""];
    for (const word of text.split(/\s+/)) {
      const longer = `${found.at(-1)} ${word}`.trim();
      if (fits(longer) || !found.at(-1)) found[found.length - 1] = longer;
      else found.push(word);
    }
    const shown = found.slice(0, most);
    let last = shown.at(-1);
    if (found.length > most) last += "…";
    while (!fits(last) && last.length > 2) last = `${last.replace(/…$/, "").slice(0, -1)}…`;
    return [...shown.slice(0, -1), last].join("\n");
  }

  /* Whether the small line fits beside the words of a figure; where it does not, the words stay alone. */
  function leavesRoom(words) {
    brush.font = `400 ${SIZE - 1}px "Source Sans 3", sans-serif`;
    return brush.measureText(words).width <= WIDTH - PAD - SPARK - 12;
  }

  /* The small line beside a figure: dashed where a value is partial, on its own scale. */
  function spark(points, ink) {
    const width = SPARK, height = 18, step = width / Math.max(points.length - 1, 1);
    const at = points.map((point, i) => point && [2 + i * (step - 4 / points.length), height - 2 - point[0] * (height - 4), point[1]]);
    let solid = "", dashed = "";
    for (let i = 1; i < at.length; i += 1) {
      if (!at[i] || !at[i - 1]) continue;
      const piece = `M${at[i - 1][0]} ${at[i - 1][1]}L${at[i][0]} ${at[i][1]}`;
      if (at[i][2] || at[i - 1][2]) dashed += piece; else solid += piece;
    }
    const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" fill="none" stroke="${ink}" stroke-width="1.5"><path d="${solid}"/><path stroke-dasharray="2 2" d="${dashed}"/></svg>`;
    return `data:image/svg+xml;utf8,${encodeURIComponent(svg)}`;
  }

  function styles() {
    const names = ["canvas", "surface", "sunken", "ink", "ink-2", "edge", "line-2", "bad", "accent", "accent-soft"];
    const ink = Object.fromEntries(names.map(name => [name, colour(`--bb-${name}`)]));
    const card = { shape: "round-rectangle", "corner-radius": 8, width: WIDTH, height: HEIGHT };
    const text = {
      "font-family": '"Source Sans 3", system-ui, sans-serif', "font-size": SIZE, "text-wrap": "wrap", "text-max-width": 10 * WIDTH,
      "text-halign": "right", "text-valign": "center", "text-justification": "left", "text-margin-x": PAD - WIDTH, color: ink.ink,
      "line-height": 1.08, "min-zoomed-font-size": 5,
    };
    return [
      { selector: "node", style: { ...card, ...text, "font-weight": 600, label: "data(text)", "background-color": ink.surface, "border-color": ink.edge, "border-width": 1.5, "overlay-opacity": 0 } },
      { selector: "node[sort = 'activity']", style: { "background-color": ink.sunken, "border-color": ink["line-2"], "corner-radius": 2 } },
      { selector: "node[sort = 'outcome']", style: { "border-color": ink.ink, "border-width": 2 } },
      { selector: "node[sort = 'result']", style: { "border-color": ink.accent, "border-width": 4, "background-color": ink["accent-soft"] } },
      { selector: "node[figure]", style: { "text-margin-y": -SIZE * 0.6 } },
      { selector: "node[spark.length > 0]", style: {
        "background-image": node => spark(node.data("spark"), ink["ink-2"]), "background-width": SPARK, "background-height": 18,
        "background-position-x": WIDTH - SPARK - 8, "background-position-y": HEIGHT - 18 - 7, "background-image-containment": "inside",
      } },
      { selector: "node.figure", style: {
        "font-weight": 400, "font-size": SIZE - 1, color: ink["ink-2"], "background-opacity": 0, "border-width": 0, width: WIDTH, height: 4,
        events: "no", "text-margin-y": 0,
      } },
      { selector: "edge", style: {
        "curve-style": "straight", width: 1.75, "line-color": ink["ink-2"], "target-arrow-color": ink["ink-2"],
        "target-arrow-shape": "triangle", "arrow-scale": isCrowded ? 0.9 : 1.15, "line-opacity": isDense ? 0.28 : isCrowded ? 0.5 : 1, "overlay-opacity": 0,
        "font-family": '"Source Sans 3", system-ui, sans-serif', "font-size": SIZE - 2, color: ink.ink, "text-background-color": ink.canvas,
        "text-background-opacity": 1, "text-background-padding": 3, "text-background-shape": "round-rectangle", "min-zoomed-font-size": 5,
      } },
      { selector: "edge[sign < 0]", style: { "line-color": ink.bad, "target-arrow-color": ink.bad, "target-arrow-shape": "diamond" } },
      { selector: "edge[evidence = 'strong']", style: { width: 3.5, "arrow-scale": isCrowded ? 0.7 : 0.85 } },
      { selector: "edge[evidence = 'own']", style: { "line-style": "dashed", "line-dash-pattern": [9, 4] } },
      { selector: "edge[evidence = 'assumed']", style: { "line-style": "dashed", "line-dash-pattern": [2.5, 4] } },
      { selector: "edge[?stale]", style: { "target-arrow-fill": "hollow" } },
      { selector: isCrowded ? "edge.near" : "edge", style: { label: "data(text)" } },
      { selector: isCrowded ? "edge.near[sign < 0]" : "edge[sign < 0]", style: { color: ink.canvas, "text-background-color": ink.bad } },
      { selector: "edge.near", style: { "line-opacity": 1, "z-index": 5 } },
      { selector: ".gone", style: { display: "none" } },
      { selector: ".faint", style: { opacity: 0.14 } },
      { selector: "edge.faint", style: { opacity: 0.06, label: "", events: "no" } },
      { selector: "node.focus", style: { "border-width": 4, "border-color": ink.ink } },
      { selector: "node.current", style: { "outline-width": 3, "outline-offset": 3, "outline-color": ink.ink } },
    ];
  }

  /* --- where links run --- */

  const half = { x: WIDTH / 2, y: HEIGHT / 2 };
  /* From the right of one card to the left of the next column's; within a column straight, or around what lies between. */
  function sides(edge) {
    const from = edge.source().position(), to = edge.target().position(), across = to.x - from.x, down = to.y - from.y;
    if (across > WIDTH * 0.9) return ["right", "left"];
    if (across < -WIDTH * 0.9) return ["left", "right"];
    if (Math.abs(down) > ROW * 1.6) return ["right", "right"];
    return down > 0 ? ["bottom", "top"] : ["top", "bottom"];
  }

  const present = edges => edges.filter(edge => !edge.source().hasClass("gone") && !edge.target().hasClass("gone"));

  /* Links that meet a card's side share it, in the order of where they come from, so that no two heads lie on each other. */
  function slots(node) {
    const bySide = { left: [], right: [], top: [], bottom: [] };
    present(node.connectedEdges()).forEach(edge => {
      const [start, end] = sides(edge), isSource = edge.source().id() === node.id();
      const other = (isSource ? edge.target() : edge.source()).position();
      bySide[isSource ? start : end].push({ edge, end: isSource ? "from" : "to", other });
    });
    for (const [side, all] of Object.entries(bySide)) {
      const isUpright = side === "left" || side === "right", axis = isUpright ? "y" : "x";
      all.sort((one, two) => one.other[axis] - two.other[axis] || one.edge.id().localeCompare(two.edge.id()));
      const step = Math.min(isUpright ? 13 : 26, (2 * half[axis] - 18) / Math.max(all.length - 1, 1));
      all.forEach(({ edge, end }, i) => {
        const off = (i - (all.length - 1) / 2) * step;
        const at = { left: [-half.x, off], right: [half.x, off], top: [off, -half.y], bottom: [off, half.y] }[side];
        edge.scratch(end, at);
      });
    }
  }

  /* In the columns between, the height nearest to the straight way at which no card stands. */
  function around(from, to, columns) {
    const found = [];
    for (const { x, heights } of columns) {
      if (x - half.x < Math.min(from.x, to.x) || x + half.x > Math.max(from.x, to.x)) continue;
      const wish = from.y + (to.y - from.y) * (x - from.x) / (to.x - from.x), room = half.y + 12;
      const isFree = y => heights.every(one => Math.abs(one - y) >= room);
      const best = [wish, ...heights.flatMap(one => [one - room, one + room])].filter(isFree)
        .sort((one, two) => Math.abs(one - wish) - Math.abs(two - wish))[0] ?? wish;
      found.push(...[-half.x - 40, -half.x + 40, half.x - 40, half.x + 40].map(off => ({ x: x + off, y: best })));
    }
    return from.x < to.x ? found : found.sort((one, two) => two.x - one.x);
  }

  function standing() {
    const found = [];
    for (const node of drawn().length > 40 ? [] : drawn().toArray().sort((one, two) => one.position("x") - two.position("x"))) {
      const { x, y } = node.position();
      if (found.length && x - found.at(-1).x < WIDTH / 2) found.at(-1).heights.push(y);
      else found.push({ x, heights: [y] });
    }
    return found;
  }

  function bend(edge, columns) {
    const a = edge.source().position(), b = edge.target().position();
    const [startSide, endSide] = sides(edge), [ax, ay] = edge.scratch("from"), [bx, by] = edge.scratch("to");
    const from = { x: a.x + ax, y: a.y + ay }, to = { x: b.x + bx, y: b.y + by };
    const isAcross = startSide !== endSide && (startSide === "left" || startSide === "right");
    const between = isAcross ? around(from, to, columns) : [];
    const near = between.length ? 60 : Math.max(24, Math.abs(to.x - from.x) / 2);
    const reach = startSide === endSide ? (isTall ? 22 : 46) + Math.abs(to.y - from.y) / 16 : near;
    const out = { left: [-reach, 0], right: [reach, 0], top: [0, -14], bottom: [0, 14] };
    const [first, last] = [[from, startSide], [to, endSide]].map(([point, side]) => ({ x: point.x + out[side][0], y: point.y + out[side][1] }));
    const way = { x: to.x - from.x, y: to.y - from.y }, length = Math.hypot(way.x, way.y) || 1;
    const weights = [], distances = [];
    for (const point of [first, ...between, last]) {
      const off = { x: point.x - from.x, y: point.y - from.y };
      weights.push(((off.x * way.x + off.y * way.y) / length ** 2).toFixed(4));
      distances.push(((way.x * off.y - way.y * off.x) / length).toFixed(2));
    }
    brush.font = `${SIZE - 2}px "Source Sans 3", sans-serif`;
    edge.style({
      "curve-style": "unbundled-bezier", "edge-distances": "endpoints", "source-endpoint": `${ax}px ${ay}px`, "target-endpoint": `${bx}px ${by}px`,
      "control-point-weights": weights.join(" "), "control-point-distances": distances.join(" "),
      "text-margin-x": isAcross || startSide === endSide ? (between.length ? -52 : 0) : brush.measureText(edge.data("text")).width / 2 + 10,
    });
  }

  function route(nodes) {
    cy.batch(() => {
      const touched = nodes.union(nodes.neighborhood("node")).not(".figure, .gone");
      touched.forEach(slots);
      const columns = standing();
      present(touched.connectedEdges()).forEach(edge => bend(edge, columns));
    });
  }

  /* --- what is looked at --- */

  const figure = node => cy.$id(`f${node.id()}`);
  const below = (x, y) => ({ x, y: y + HEIGHT / 2 - SIZE * 0.85 });
  const cards = () => cy.nodes().not(".figure");
  const drawn = () => cards().not(".gone");
  const isNarrow = () => place.clientWidth < 640;

  function put(node, x, y) {
    node.position({ x, y });
    figure(node).position(below(x, y));
  }

  /* A part of a large map stands alone, in places of its own; on a phone what there is stands in two columns, which the
     page scrolls through. Only where everything stands in its own place can it be moved. */
  function stand_at(shown) {
    const few = shown.nodes.length <= 40;
    isTall = few && isNarrow();
    const isApart = !isTall && Boolean(shown.places);
    const kept = new Set(shown.nodes.map(String));
    cards().forEach(node => node.union(figure(node)).toggleClass("gone", (isTall || isApart) && !kept.has(node.id())));
    if (isTall) {
      const order = drawn().toArray().sort((one, two) => one.data("at")[0] - two.data("at")[0] || one.data("at")[1] - two.data("at")[1]);
      order.forEach((node, i) => put(node, i % 2 * (WIDTH + 36), i * (HEIGHT + 16)));
    } else for (const node of drawn()) {
      const [x, y] = isApart ? shown.places[node.id()] : node.data("at");
      put(node, x, y);
    }
    cy.autoungrabify(!mayMove || isTall || isApart);
    cy.userPanningEnabled(!isTall);
    cy.userZoomingEnabled(!isTall);
    route(drawn());
  }

  function whole() {
    /* A phone cannot be panned to see a line that swings out: its lines and their words are fitted in too. */
    const all = isTall ? drawn().union(drawn().connectedEdges()) : drawn();
    const box = all.boundingBox({ includeLabels: isTall }), width = place.clientWidth;
    const least = isTall ? 0.1 : isNarrow() ? 0.62 : 0.42, zoom = Math.min(1, Math.max(width / (box.w + (isTall ? 24 : 80)), least));
    const height = Math.min(Math.max(box.h * zoom + 40, isTall ? 0 : 300), isTall ? 4000 : isNarrow() ? innerHeight * 0.65 : 1700);
    place.style.height = `${Math.round(height)}px`;
    cy.resize();
    cy.zoom(zoom);
    /* What does not fit begins at the left, with what stands highest of the columns that are seen. */
    const fits = box.w * zoom <= width, seen = fits ? drawn() : drawn().filter(node => (node.position("x") - box.x1) * zoom < width);
    const top = seen.min(node => node.position("y")).value - HEIGHT / 2;
    const down = fits ? Math.max(20, (height - box.h * zoom) / 2) - box.y1 * zoom : 20 - top * zoom;
    cy.pan({ x: fits ? (width - box.w * zoom) / 2 - box.x1 * zoom : 14 - box.x1 * zoom, y: down });
  }

  const asked = () => JSON.parse(document.getElementById("map-shown").textContent);

  function mark(shown) {
    const nodes = new Set(shown.nodes.map(String)), links = new Set(shown.links.map(one => `l${one}`));
    cy.batch(() => {
      cards().forEach(node => {
        node.union(figure(node)).toggleClass("faint", !shown.all && !nodes.has(node.id()));
        node.toggleClass("focus", Number(node.id()) === shown.focus);
      });
      cy.edges().forEach(edge => {
        edge.toggleClass("faint", !shown.all && !links.has(edge.id()));
        edge.toggleClass("near", !shown.all && links.has(edge.id()) && links.size <= 60);
      });
    });
  }

  function apply() {
    const shown = asked();
    peeked = null;
    mark(shown);
    stand_at(shown);
    whole();
  }

  function look(slug) {
    const form = document.getElementById("look");
    form.elements.focus.value = slug;
    form.dispatchEvent(new Event("change", { bubbles: true }));
  }

  /* In a crowded map, pointing at a node shows what it is linked with. */
  function peek(node) {
    if (!isCrowded || peeked === node || !peeked && cy.elements(".faint").nonempty()) return;
    unpeek();
    peeked = node;
    const near = node.closedNeighborhood();
    cy.batch(() => {
      cy.elements().not(near).not(near.nodes().map(figure).reduce((all, one) => all.union(one), cy.collection())).addClass("faint");
      near.edges().addClass("near");
    });
  }

  function unpeek() {
    if (!peeked) return;
    cy.elements().removeClass("faint near");
    peeked = null;
    mark(asked());
  }

  /* --- hands --- */

  function say(text) {
    status.textContent = "";
    setTimeout(() => { status.textContent = text; }, 50);
  }

  function save(nodes) {
    const values = { node: [], x: [], y: [] };
    nodes.forEach(node => {
      values.node.push(node.data("slug"));
      values.x.push(node.position("x").toFixed(1));
      values.y.push(node.position("y").toFixed(1));
    });
    htmx.ajax("POST", place.dataset.save, { values, swap: "none", target: place }).then(() => say(place.dataset.saved));
  }

  function hands() {
    cy.on("tap", "node", event => look(event.target.data("slug")));
    cy.on("tap", "edge", event => { if (!isCrowded || event.target.hasClass("near")) location.href = data.link.replace("/0/", `/${event.target.id().slice(1)}/`); });
    cy.on("mouseover", "node", event => { peek(event.target); if (event.target.data("text").includes("…")) point(event.target.renderedPosition(), event.target.data("label")); place.style.cursor = "pointer"; });
    cy.on("mouseout", "node", () => { unpeek(); unpoint(); place.style.cursor = ""; });
    cy.on("mouseover", "edge", event => point(event.renderedPosition, event.target.data("words")));
    cy.on("mouseout", "edge", () => { unpoint(); });
    cy.on("drag", "node", event => { unpoint(); moved(event.target); });
    cy.on("dragfree", "node", event => save(event.target));
    place.parentElement.addEventListener("click", event => {
      const tool = event.target.closest("[data-net]")?.dataset.net;
      if (tool === "in" || tool === "out") nearer(cy, tool === "in" ? 1.25 : 0.8);
      if (tool === "whole") apply();
      if (tool === "picture") picture();
    });
    place.addEventListener("keydown", keys);
    place.addEventListener("focus", () => stand(current ?? cards().filter(".focus")[0] ?? leftmost()));
    place.addEventListener("blur", () => cy.nodes().removeClass("current"));
  }

  const leftmost = () => drawn().min(node => node.position("x") * 1000 + node.position("y")).ele;

  function moved(node) {
    const { x, y } = node.position();
    node.data("at", [x, y]);
    figure(node).position(below(x, y));
    route(node);
  }

  function stand(node) {
    if (!node) return;
    cy.nodes().removeClass("current");
    current = node.addClass("current");
    const box = node.renderedBoundingBox();
    if (box.x1 < 0 || box.y1 < 0 || box.x2 > place.clientWidth || box.y2 > place.clientHeight) cy.center(node);
    say([node.data("label"), node.data("figure")].filter(Boolean).join(", "));
  }

  const WAYS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
  let waiting;
  function keys(event) {
    const way = WAYS[event.key];
    if (way && event.shiftKey && current?.grabbable() && !cy.autoungrabify()) {
      current.position({ x: current.position("x") + way[0] * NUDGE, y: current.position("y") + way[1] * NUDGE });
      moved(current);
      clearTimeout(waiting);
      waiting = setTimeout(() => save(current), 600);
    } else if (way) {
      const from = current.position();
      const ahead = drawn().not(".faint").not(current).map(node => {
        const x = node.position("x") - from.x, y = node.position("y") - from.y;
        const along = x * way[0] + y * way[1], aside = Math.abs(x * way[1]) + Math.abs(y * way[0]);
        return { node, along, cost: along + 2.5 * aside };
      }).filter(one => one.along > 5).sort((one, two) => one.cost - two.cost);
      stand(ahead[0]?.node);
    } else if (event.key === "Enter" && current) look(current.data("slug"));
    else if (event.key === "Escape") look("");
    else if (event.key === "+" || event.key === "=") nearer(cy, 1.25);
    else if (event.key === "-") nearer(cy, 0.8);
    else return;
    event.preventDefault();
  }

  async function picture() {
    const blob = await cy.png({ full: true, scale: 2, bg: colour("--bb-canvas"), output: "blob-promise", maxWidth: 8000, maxHeight: 8000 });
    const link = document.createElement("a");
    link.href = URL.createObjectURL(blob);
    link.download = place.dataset.picture;
    link.click();
    URL.revokeObjectURL(link.href);
  }

  /* --- begin --- */

  function elements() {
    const found = [];
    for (const one of data.nodes) {
      const node = { ...one, id: String(one.id), text: lines(one.label, one.figure ? 1 : 2) };
      if (!one.figure) delete node.figure;
      else if (!leavesRoom(one.figure)) node.spark = [];
      found.push({ group: "nodes", data: node, position: { x: one.at[0], y: one.at[1] } });
    }
    for (const one of data.links) {
      const words = [one.sign > 0 ? "+" : "−", one.lag].filter(Boolean).join("  ");
      found.push({ group: "edges", data: { ...one, id: `l${one.id}`, source: String(one.source), target: String(one.target), text: words } });
    }
    return found;
  }

  function begin() {
    cy = cytoscape({
      container: place, elements: elements(), style: styles(), layout: { name: "preset" }, minZoom: 0.1, maxZoom: 2.5, boxSelectionEnabled: false,
      autoungrabify: !mayMove, autounselectify: true,
    });
    cards().filter("[figure]").forEach(node => {
      cy.add({ group: "nodes", classes: "figure", data: { id: `f${node.id()}`, text: node.data("figure"), sort: "" }, position: below(...node.data("at")), grabbable: false });
    });
    apply();
    hands();
    place.dataset.drawn = "yes";
  }

  document.addEventListener("htmx:afterSwap", event => {
    if (!cy || event.detail.target.id !== "map-part") return;
    const query = new URL(event.detail.pathInfo?.finalRequestPath ?? location.href, location.href).searchParams;
    const form = document.getElementById("look");
    for (const name of ["q", "focus", "steps"]) form.elements[name].value = query.get(name) ?? (name === "steps" ? "1" : "");
    for (const box of form.querySelectorAll("input[type=checkbox]")) box.checked = query.getAll(box.name).includes(box.value) || box.name === "unconfirmed" && query.has(box.name);
    apply();
  });
  document.addEventListener("htmx:historyRestore", () => location.reload());
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => cy?.style(styles()));
  let last = innerWidth;
  addEventListener("resize", () => {
    if (!cy || innerWidth === last) return;
    last = innerWidth;
    apply();
  });
  document.fonts.load(`600 ${SIZE}px "Source Sans 3"`).then(begin, begin);
})();

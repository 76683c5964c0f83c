/* Maps of sounds on canvases: point at one to see what it is, click to hear it, drag to look closer,
   double-click to see all. What is pointed at is marked on every map. */
for (const atlas of document.querySelectorAll(".atlas")) {
  const data = JSON.parse(atlas.querySelector("script[type='application/json']").textContent);
  const spots = data.spots, key = atlas.querySelector(".key");
  const canvases = [...atlas.querySelectorAll(".chart canvas")];
  const charts = data.charts.map((chart, i) => ({
    ...chart, canvas: canvases[i], box: [0, 0, 10000, 10000], place: new Map(),
  }));
  for (const chart of charts) chart.of.forEach((spot, i) => chart.place.set(spot, i));
  const COLOURS = 6, none = "\u2013";
  const anyMade = spots.some((spot) => spot.made);
  let kind = data.kinds[0] || { name: "", values: [], of: spots.map(() => -1) };
  let only = null, pointed = -1, colours = [], marks = new Map();

  atlas.querySelector(".unscripted").remove();
  const card = document.createElement("div");
  card.className = "card";
  card.setAttribute("role", "status");  /* arrow keys change it */
  card.hidden = true;
  atlas.append(card);

  /* What a spot is drawn as: the number of its label; -1 for another one, -2 for what was made. */
  const group = (spot) => spots[spot].made ? -2 : kind.of[spot];
  const player = (spot) => document.getElementById(spots[spot].sound);

  function readColours() {
    const style = getComputedStyle(atlas);
    const read = (name) => style.getPropertyValue(name).trim();
    colours = [0, 1, 2, 3, 4, 5].map((i) => read("--c" + i));
    colours.other = read("--soft");
    colours.ink = read("--ink");
    colours.paper = read("--card");
    marks = new Map();
  }

  /* A mark as a small canvas of its own: thousands of them are copied, not drawn. */
  function mark(number, faint, ratio) {
    const name = number + (faint ? "f" : "") + ratio;
    if (marks.has(name)) return marks.get(name);
    const made = number === -2, size = Math.ceil((made ? 20 : 12) * ratio);
    const small = document.createElement("canvas");
    small.width = small.height = size;
    const pen = small.getContext("2d"), r = made ? 7.5 : 4;
    pen.scale(ratio, ratio);
    pen.translate(size / ratio / 2, size / ratio / 2);
    pen.globalAlpha = faint ? 0.45 : 0.95;
    pen.fillStyle = made ? colours.ink : number < 0 ? colours.other : colours[number % COLOURS];
    pen.strokeStyle = colours.paper;
    pen.lineWidth = made ? 1.5 : 1;
    pen.beginPath();
    const shape = made ? 3 : number < 0 ? 0 : Math.floor(number / COLOURS) % 3;
    if (shape === 0) pen.arc(0, 0, r, 0, 7);
    if (shape === 1) pen.rect(-r + 0.5, -r + 0.5, 2 * r - 1, 2 * r - 1);
    if (shape === 2) { pen.rotate(Math.PI / 4); pen.rect(-r + 0.5, -r + 0.5, 2 * r - 1, 2 * r - 1); }
    if (shape === 3) {
      for (let i = 0; i < 10; i++) {
        const far = i % 2 ? r * 0.45 : r, angle = Math.PI * i / 5 - Math.PI / 2;
        pen.lineTo(far * Math.cos(angle), far * Math.sin(angle));
      }
      pen.closePath();
    }
    pen.fill();
    pen.stroke();
    marks.set(name, small);
    return small;
  }

  const side = (chart) => chart.canvas.clientWidth;
  function at(chart, i) {
    const [left, bottom, right, top] = chart.box, wide = side(chart);
    return [(chart.x[i] - left) / (right - left) * wide,
            (1 - (chart.y[i] - bottom) / (top - bottom)) * wide];
  }

  /* All points once, onto a picture that pointing does not have to draw again. */
  function drawPoints(chart) {
    const ratio = window.devicePixelRatio || 1, wide = Math.round(side(chart) * ratio);
    if (!wide) return;
    const picture = chart.picture || (chart.picture = document.createElement("canvas"));
    picture.width = picture.height = chart.canvas.width = chart.canvas.height = wide;
    const pen = picture.getContext("2d");
    /* From the faint to what was made, so that none is hidden below one that matters less. */
    for (const layer of [0, 1, 2, 3]) {
      chart.of.forEach((spot, i) => {
        const mine = group(spot), dim = only !== null && mine !== only;
        const rank = dim ? 0 : mine === -2 ? 3 : spots[spot].sound ? 2 : 1;
        if (rank !== layer) return;
        const small = mark(mine, dim || !spots[spot].sound, ratio), [x, y] = at(chart, i);
        if (dim) pen.globalAlpha = 0.25;
        pen.drawImage(small, Math.round(x * ratio - small.width / 2),
                      Math.round(y * ratio - small.height / 2));
        pen.globalAlpha = 1;
      });
    }
    drawPointed(chart);
  }

  function drawPointed(chart) {
    if (!chart.picture) return;
    const pen = chart.canvas.getContext("2d"), ratio = window.devicePixelRatio || 1;
    pen.setTransform(1, 0, 0, 1, 0, 0);
    pen.clearRect(0, 0, chart.canvas.width, chart.canvas.height);
    pen.drawImage(chart.picture, 0, 0);
    pen.scale(ratio, ratio);
    if (chart.drag) {
      const [a, b, c, d] = chart.drag;
      pen.strokeStyle = colours.ink;
      pen.strokeRect(Math.min(a, c), Math.min(b, d), Math.abs(c - a), Math.abs(d - b));
    }
    const i = chart.place.get(pointed);
    if (i === undefined) return;
    const [x, y] = at(chart, i);
    pen.strokeStyle = colours.ink;
    pen.lineWidth = 1.5;
    for (const twin of (spots[pointed].twins || []).slice(0, 50)) {
      const j = chart.place.get(twin);
      if (j === undefined) continue;
      pen.beginPath();
      pen.moveTo(x, y);
      pen.lineTo(...at(chart, j));
      pen.stroke();
    }
    pen.lineWidth = 2.5;
    pen.beginPath();
    pen.arc(x, y, 8, 0, 7);
    pen.stroke();
  }

  function nearest(chart, x, y, most) {
    let best = -1, least = most * most;
    chart.of.forEach((spot, i) => {
      if (only !== null && group(spot) !== only) return;
      const [px, py] = at(chart, i), far = (px - x) ** 2 + (py - y) ** 2;
      if (far < least) { least = far; best = spot; }
    });
    return best;
  }

  function line(text, name) {
    const part = document.createElement("div");
    part.textContent = text;
    if (name) part.className = name;
    return part;
  }

  function point(chart, spot) {
    if (spot === pointed && !card.hidden === (spot >= 0)) return;
    pointed = spot;
    charts.forEach(drawPointed);
    chart.canvas.style.cursor = spot >= 0 && spots[spot].sound ? "pointer" : "crosshair";
    card.hidden = spot < 0;
    if (spot < 0) return;
    const one = spots[spot];
    card.replaceChildren();
    if (one.picture) {
      const image = document.createElement("img");
      image.src = one.picture;
      image.alt = "";
      card.append(image);
    }
    const words = document.createElement("div");
    words.append(line(one.name, "name"));
    for (const [name, value] of Object.entries(one.labels || {}).slice(0, 6)) {
      words.append(line(name + ": " + value));
    }
    if (one.made) words.append(line("generated"));
    if (one.facts) words.append(line(one.facts));
    const twins = one.twins || [];
    for (const twin of twins.slice(0, 5)) words.append(line("same recording: " + spots[twin].name));
    if (twins.length > 5) words.append(line(`and ${twins.length - 5} more`));
    words.append(line(one.sound ? "click to hear" : "its sound is not in the page", "soft"));
    card.append(words);
    const box = chart.canvas.getBoundingClientRect(), home = atlas.getBoundingClientRect();
    const [x, y] = at(chart, chart.place.get(spot));
    const left = box.left - home.left + x + 14;
    card.style.left = Math.max(0, left + card.offsetWidth > home.width
      ? left - card.offsetWidth - 28 : left) + "px";
    card.style.top = (box.top - home.top + y + 10) + "px";
  }

  function play(spot) {
    const sound = spot >= 0 && spots[spot].sound ? player(spot) : null;
    if (!sound) return;
    if (!sound.paused) { sound.pause(); return; }
    sound.currentTime = 0;
    sound.play().catch((error) => {
      if (error.name !== "AbortError") throw error;  /* that is: stopped before it began */
    });
  }

  const inside = (event) => [event.offsetX, event.offsetY];

  function zoom(chart) {
    const [a, b, c, d] = chart.drag, wide = side(chart), [left, bottom, right, top] = chart.box;
    const half = Math.max(Math.abs(c - a), Math.abs(d - b)) / 2 / wide;  /* stays a square */
    const x = left + (a + c) / 2 / wide * (right - left);
    const y = top - (b + d) / 2 / wide * (top - bottom);
    const w = half * (right - left);
    if (w > 20) chart.box = [x - w, y - w, x + w, y + w];
  }

  function step(chart, dx, dy) {
    const from = chart.place.get(pointed);
    if (from === undefined) return point(chart, chart.of.length ? chart.of[0] : -1);
    const [x, y] = at(chart, from);
    let best = -1, least = Infinity;
    chart.of.forEach((spot, i) => {
      const [px, py] = at(chart, i), along = (px - x) * dx + (py - y) * dy;
      const aside = Math.abs((px - x) * dy) + Math.abs((py - y) * dx);
      if (along > 0.5 && along + 2 * aside < least) { least = along + 2 * aside; best = spot; }
    });
    if (best >= 0) point(chart, best);
  }

  for (const chart of charts) {
    const canvas = chart.canvas;
    canvas.addEventListener("pointerdown", (event) => {
      chart.drag = [...inside(event), ...inside(event)];
    });
    canvas.addEventListener("pointermove", (event) => {
      if (chart.drag && event.buttons) {
        [chart.drag[2], chart.drag[3]] = inside(event);
        drawPointed(chart);
      } else {
        chart.drag = null;
        point(chart, nearest(chart, ...inside(event), 14));
      }
    });
    canvas.addEventListener("pointerup", (event) => {
      if (!chart.drag) return;
      const [a, b, c, d] = chart.drag;
      if (Math.hypot(c - a, d - b) > 8) zoom(chart);
      else {
        point(chart, nearest(chart, ...inside(event), 14));
        play(pointed);
      }
      chart.drag = null;
      drawPoints(chart);
    });
    canvas.addEventListener("pointerleave", (event) => {
      if (chart.drag) { chart.drag = null; drawPointed(chart); }
      if (event.pointerType !== "touch") point(chart, -1);  /* a finger leaves as soon as it lifts */
    });
    canvas.addEventListener("dblclick", () => {
      chart.box = [0, 0, 10000, 10000];
      drawPoints(chart);
    });
    canvas.addEventListener("keydown", (event) => {
      const ways = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
      if (ways[event.key]) step(chart, ...ways[event.key]);
      else if (event.key === "Enter" || event.key === " ") play(pointed);
      else if (event.key === "Escape") { chart.box = [0, 0, 10000, 10000]; drawPoints(chart); }
      else return;
      event.preventDefault();
    });
  }

  function drawKey() {
    const focused = [...key.children].indexOf(document.activeElement);
    key.replaceChildren();
    if (data.kinds.length > 1) {
      const choice = document.createElement("select");
      choice.setAttribute("aria-label", "Colour by");
      for (const one of data.kinds) choice.append(new Option("by " + one.name, one.name));
      choice.value = kind.name;
      choice.addEventListener("change", () => {
        kind = data.kinds.find((one) => one.name === choice.value);
        only = null;
        drawAll();
      });
      key.append(choice);
    }
    const counts = new Map();
    spots.forEach((_, i) => counts.set(group(i), (counts.get(group(i)) || 0) + 1));
    const named = kind.values.map((value, i) => [i, value]);
    if (counts.has(-1)) named.push([-1, kind.values.length ? "other or " + none : "real"]);
    if (anyMade) named.push([-2, "generated"]);
    for (const [number, name] of named) {
      const button = document.createElement("button");
      button.type = "button";
      button.setAttribute("aria-pressed", String(only === number));
      const swatch = mark(number, false, 2).cloneNode();
      swatch.getContext("2d").drawImage(mark(number, false, 2), 0, 0);
      button.append(swatch, name + " " + (counts.get(number) || 0));
      button.addEventListener("click", () => {
        only = only === number ? null : number;
        drawAll();
      });
      key.append(button);
    }
    if (focused >= 0 && key.children[focused]) key.children[focused].focus();
  }

  function drawAll() {
    drawKey();
    charts.forEach(drawPoints);
  }

  function anew() { readColours(); drawAll(); }
  anew();
  new ResizeObserver(() => charts.forEach(drawPoints)).observe(atlas);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", anew);
}

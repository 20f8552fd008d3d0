"use strict";
// What the page of a drawing does: search, zoom, one table and its neighbours. The drawing itself is in the page
// already; nothing is loaded, and no text of the project is ever read as markup.
(() => {
  const SVG = "http://www.w3.org/2000/svg";
  const SMALL = 0.5; // below that scale, the name of a table is shown instead of its rows
  const TINY = 0.2; // and below that one not even the name
  const HEAD = 30, BASE = 20; // of a table: its head, and the line that its name stands on
  const TITLE = 15, LEAST = 11; // pixels on the screen: the name of a group
  const WORDS = { "one": "exactly one", "zero-or-one": "zero or one", "many": "one or more", "zero-or-many": "zero or more" };
  const THEMES = ["auto", "light", "dark"];
  const calm = matchMedia("(prefers-reduced-motion: reduce)");

  function make(tag, name, text) {
    const it = document.createElement(tag);
    if (name) it.className = name;
    if (text !== undefined) it.textContent = text;
    return it;
  }

  function drawn(tag, attributes) {
    const it = document.createElementNS(SVG, tag);
    for (const key in attributes) it.setAttribute(key, attributes[key]);
    return it;
  }

  function start(root) {
    const data = JSON.parse(root.querySelector(".rg-data").textContent);
    const part = (name) => root.querySelector(name);
    const canvas = part(".rg-canvas"), world = part(".rg-world"), panel = part(".rg-panel");
    const crumb = part(".rg-only"), spoken = part(".rg-spoken"), help = part(".rg-help");
    const tables = [...world.querySelectorAll(".table")], lines = [...world.querySelectorAll(".line")];
    const home = data.boxes.map(([x, y]) => [x, y]);
    const paths = lines.map((it) => (it.matches("path") ? [it] : [...it.querySelectorAll("path")])); // its ends are one of their own
    const straight = paths.map((them) => them.map((it) => it.getAttribute("d")).join(""));
    const hits = [];
    const edgesOf = tables.map(() => []);
    data.edges.forEach((edge, n) => {
      edgesOf[edge.s].push(n);
      if (edge.t !== edge.s) edgesOf[edge.t].push(n);
    });
    const sole = root.dataset.whole !== undefined; // the page is the graph's
    let view = { x: 0, y: 0, k: 1 }, chosen = -1, alone = -1, reached = 0, moving = 0, untouched = true, restoring = false;
    const here = () => (alone < 0 ? tables.map((_, n) => n) : data.around[alone].n);
    const at = (n) => {
      const around = alone < 0 ? null : data.around[alone];
      const [x, y] = around ? around.at[around.n.indexOf(n)] : home[n];
      return { x, y, w: data.boxes[n][2], h: around && n === alone ? around.high : data.boxes[n][3] };
    };
    const whole = () => {
      if (alone < 0) return { x: 0, y: 0, w: data.size[0], h: data.size[1] };
      const around = data.around[alone];
      return { x: -30, y: -30, w: around.size[0] + 60, h: around.size[1] + 60 };
    };

    // Most large drawings begin so, and what is hidden need not be measured for that.
    canvas.classList.toggle("rg-small", data.groups.length > 1);
    canvas.classList.toggle("rg-tiny", tables.length > 200);

    // Names, as large as there is room for them.

    const ruler = document.createElement("canvas").getContext("2d");
    ruler.font = "600 100px system-ui, sans-serif";
    const wide = (text) => ruler.measureText(text).width / 100;
    tables.forEach((it, n) => {
      const name = it.querySelector(".name"), [, , w, h] = data.boxes[n], body = h - HEAD;
      const flat = body < 16; // the head is all there is
      const size = Math.max(Math.min((w - 12) / wide(name.textContent), (flat ? h : body) * 0.7, 30), 13);
      const middle = flat ? h / 2 : HEAD + Math.min(body / 2, size * 0.85);
      name.classList.toggle("rg-flat", flat);
      name.style.setProperty("--name-size", `${size}px`);
      name.style.setProperty("--name-down", `${middle + size * 0.36 - BASE}px`);
    });
    const titles = [...world.querySelectorAll(".group text")].map((it, n) => ({ it, title: data.groups[n][0], room: data.groups[n][3] - 32, wide: wide(data.groups[n][0]), count: wide(it.lastChild.textContent) }));
    let labelled = 0;

    function label() {
      if (view.k === labelled) return;
      labelled = view.k;
      for (const { it, title, room, wide, count } of titles) {
        const size = Math.min(Math.max(Math.min(TITLE / view.k, room / wide), LEAST / view.k), data.title * 0.72);
        const fits = Math.max(Math.floor((title.length * room) / (wide * size)) - 1, 1);
        it.firstChild.data = wide * size > room ? `${[...title].slice(0, fits).join("")}…` : title;
        it.setAttribute("font-size", size);
        it.setAttribute("y", Math.min(size * 1.3, data.title * 0.86));
        it.lastChild.setAttribute("dx", size * 0.6);
        it.lastChild.setAttribute("visibility", (wide + count + 0.6) * size > room ? "hidden" : "visible");
      }
    }

    // Zoom and move.

    function show(next) {
      view = next;
      world.setAttribute("transform", `translate(${view.x} ${view.y}) scale(${view.k})`);
      canvas.classList.toggle("rg-small", alone < 0 && view.k < SMALL);
      canvas.classList.toggle("rg-tiny", alone < 0 && view.k < TINY);
      label();
      cull();
    }

    // What is out of sight need not be measured at each step: most of a large drawing is, where rows are seen.

    let sight = canvas.getBoundingClientRect();
    const out = tables.map(() => false);

    function cull() {
      if (alone < 0 && view.k < SMALL) return;
      const left = -view.x / view.k, top = -view.y / view.k, right = left + sight.width / view.k, bottom = top + sight.height / view.k;
      tables.forEach((it, n) => {
        const [x, y, w, h] = data.boxes[n];
        const is = alone < 0 && (x > right || y > bottom || x + w < left || y + h < top);
        if (is !== out[n]) it.classList.toggle("rg-out", (out[n] = is));
      });
    }

    function glide(next) {
      cancelAnimationFrame(moving);
      untouched = false;
      if (calm.matches) return show(next);
      const from = view, begun = performance.now();
      const step = (now) => {
        const t = Math.min(Math.max((now - begun) / 220, 0), 1), ease = t * (2 - t);
        const between = (a, b) => a + (b - a) * ease;
        show({ x: between(from.x, next.x), y: between(from.y, next.y), k: between(from.k, next.k) });
        if (t < 1) moving = requestAnimationFrame(step);
      };
      moving = requestAnimationFrame(step);
    }

    function fitted(box, most) {
      const { width, height } = canvas.getBoundingClientRect();
      const k = Math.min(Math.max(width, 50) / box.w, Math.max(height, 50) / box.h, most);
      return { k, x: (width - box.w * k) / 2 - box.x * k, y: (height - box.h * k) / 2 - box.y * k };
    }

    function zoom(factor, x, y) {
      const { width, height } = canvas.getBoundingClientRect();
      const px = x ?? width / 2, py = y ?? height / 2;
      const k = Math.min(Math.max(view.k * factor, 0.03), 4), by = k / view.k;
      return { k, x: px - (px - view.x) * by, y: py - (py - view.y) * by };
    }

    function reveal(n) {
      const box = at(n), { width, height } = canvas.getBoundingClientRect();
      const left = box.x * view.k + view.x, top = box.y * view.k + view.y;
      const inside = left > 8 && top > 8 && left + box.w * view.k < width - 8 && top + Math.min(box.h * view.k, 200) < height - 8;
      if (inside && view.k >= 0.5) return;
      const k = Math.max(view.k, 0.8);
      glide({ k, x: width / 2 - (box.x + box.w / 2) * k, y: height / 2 - (box.y + Math.min(box.h, 300) / 2) * k });
    }

    canvas.addEventListener("wheel", (event) => {
      // Whoever scrolls a page of others along is not caught here.
      if (!sole && !event.ctrlKey && !event.metaKey && !root.contains(document.activeElement)) return;
      event.preventDefault();
      cancelAnimationFrame(moving);
      untouched = false;
      const box = canvas.getBoundingClientRect();
      const delta = event.deltaMode === 1 ? event.deltaY * 16 : event.deltaY;
      show(zoom(Math.exp(-Math.max(Math.min(delta, 120), -120) * (event.ctrlKey ? 0.008 : 0.0022)), event.clientX - box.left, event.clientY - box.top));
    }, { passive: false });

    const fingers = new Map();
    let dragged = false;
    canvas.addEventListener("pointerdown", (event) => {
      if (event.button > 0) return;
      if (!fingers.size) dragged = false;
      fingers.set(event.pointerId, event);
    });
    canvas.addEventListener("pointermove", (event) => {
      const before = fingers.get(event.pointerId);
      if (!before) return;
      const dx = event.clientX - before.clientX, dy = event.clientY - before.clientY;
      if (!dragged && Math.hypot(dx, dy) < 4) return;
      if (!dragged) canvas.setPointerCapture(event.pointerId);
      dragged = true;
      untouched = false;
      cancelAnimationFrame(moving);
      canvas.classList.add("rg-dragged");
      if (fingers.size === 2) {
        const other = [...fingers.values()].find((it) => it.pointerId !== event.pointerId);
        const box = canvas.getBoundingClientRect();
        const was = Math.hypot(before.clientX - other.clientX, before.clientY - other.clientY);
        const is = Math.hypot(event.clientX - other.clientX, event.clientY - other.clientY);
        show(zoom(is / (was || 1), (event.clientX + other.clientX) / 2 - box.left, (event.clientY + other.clientY) / 2 - box.top));
      } else {
        show({ k: view.k, x: view.x + dx, y: view.y + dy });
      }
      fingers.set(event.pointerId, event);
    });
    for (const end of ["pointerup", "pointercancel"]) canvas.addEventListener(end, (event) => {
      fingers.delete(event.pointerId);
      canvas.classList.remove("rg-dragged");
    });

    // One table, and those around it.

    function mark() {
      const near = new Set();
      if (chosen >= 0) for (const n of edgesOf[chosen]) near.add(data.edges[n].s).add(data.edges[n].t);
      tables.forEach((it, n) => {
        it.classList.toggle("rg-chosen", n === chosen);
        it.classList.toggle("rg-near", n !== chosen && near.has(n));
        it.setAttribute("aria-pressed", n === chosen);
      });
      const own = new Set(chosen < 0 ? [] : edgesOf[chosen]);
      lines.forEach((it, n) => it.classList.toggle("rg-near", own.has(n)));
      canvas.classList.toggle("rg-many", alone < 0 && own.size > 24);
      canvas.classList.toggle("rg-some", chosen >= 0 && alone < 0);
    }

    function choose(n, quiet) {
      chosen = n;
      mark();
      if (n < 0) panel.hidden = true;
      else {
        describe(n);
        panel.hidden = false;
        panel.scrollTop = 0;
        stop(n);
        if (!quiet) requestAnimationFrame(() => reveal(n)); // the canvas is narrower only then
      }
      queueMicrotask(remember);
    }

    // The address says what is chosen, so that it can be linked to, and the browser's "back" leads back.

    const numbers = new Map(data.nodes.map((node, n) => [node.i ?? node.l, n]));

    function remember() {
      const hash = chosen < 0 ? "" : `#${alone >= 0 ? "focus" : "table"}=${encodeURIComponent(data.nodes[chosen].i ?? data.nodes[chosen].l)}`;
      if (!sole || restoring || hash === location.hash) return;
      try { history.pushState(null, "", location.href.split("#")[0] + hash); } catch { /* forbidden in frames */ }
    }

    function restore() {
      const [, how, name] = /^#(table|focus)=(.*)$/.exec(location.hash) ?? [];
      let n = -1;
      try { n = numbers.get(decodeURIComponent(name)) ?? -1; } catch { /* not ours */ }
      restoring = true;
      if (alone >= 0) focus(-1);
      if (n >= 0 && how === "focus") focus(n);
      else if (n >= 0 || chosen >= 0) choose(n);
      queueMicrotask(() => { restoring = false; });
    }

    function stop(n) { // the one table that Tab leads to
      tables[reached].setAttribute("tabindex", "-1");
      reached = n;
      tables[n].setAttribute("tabindex", "0");
    }

    function focus(n) {
      alone = n;
      canvas.classList.toggle("rg-alone", n >= 0);
      const around = n < 0 ? null : data.around[n];
      const places = new Map(around ? around.n.map((m, i) => [m, around.at[i]]) : []);
      const bent = new Map(around ? around.e.map((m, i) => [m, around.d[i]]) : []);
      tables.forEach((it, m) => {
        const place = around ? places.get(m) : home[m];
        it.classList.toggle("rg-here", !!around && !!place);
        if (place) it.setAttribute("transform", `translate(${place[0]} ${place[1]})`);
        it.querySelector(".box").setAttribute("height", around && m === n ? around.high : data.boxes[m][3]);
      });
      lines.forEach((it, m) => {
        const d = bent.get(m) ?? straight[m], cut = paths[m].length > 1 ? d.indexOf("M", 1) : d.length;
        it.classList.toggle("rg-here", bent.has(m));
        hits[m].classList.toggle("rg-here", bent.has(m));
        paths[m][0].setAttribute("d", d.slice(0, cut));
        paths[m][1]?.setAttribute("d", d.slice(cut));
        hits[m].setAttribute("d", d);
      });
      crumb.hidden = n < 0;
      if (n >= 0) {
        const count = around.n.length - 1, more = around.more;
        part(".rg-where").textContent = `${data.nodes[n].l}: ${count} neighbour${count === 1 ? "" : "s"}` + (more ? `, and ${more} more at the side` : "");
        spoken.textContent = `Focus on ${data.nodes[n].l}, ${count} neighbours`;
        choose(n, true);
      } else spoken.textContent = "All tables";
      mark();
      requestAnimationFrame(() => {
        const all = fitted(whole(), 1.25);
        untouched = n < 0 || all.k >= 0.45;
        if (untouched) return show(all);
        // Too much for the window: begin at the table itself, where it can be read.
        const own = at(n), { width, height } = canvas.getBoundingClientRect(), k = 0.7;
        show({ k, x: Math.max(40, Math.min(width / 4, width - 200)) - own.x * k, y: height / 2 - (own.y + own.h / 2) * k });
      });
    }

    function leave() {
      if (help.open) help.close();
      else if (alone >= 0) { const n = alone; focus(-1); choose(n, true); requestAnimationFrame(() => reveal(n)); tables[n].focus({ preventScroll: true }); }
      else if (chosen >= 0) { const n = chosen; choose(-1); tables[n].focus({ preventScroll: true }); }
    }

    // What is said of it.

    function section(title, count) {
      const it = make("section");
      it.append(make("h3", "", count === undefined ? title : `${title} (${count})`));
      panel.append(it);
      return it;
    }

    function sign(kind) {
      const it = drawn("svg", { class: kind, viewBox: "0 0 12 12", "aria-hidden": "true" });
      it.append(drawn("use", { href: `#rg-${kind}` }));
      return it;
    }

    function describe(n) {
      const node = data.nodes[n];
      const held = [...panel.querySelectorAll(".rg-act")].indexOf(document.activeElement), within = panel.contains(document.activeElement);
      panel.replaceChildren();
      const title = make("h2", "", node.l);
      title.id = `${root.id}-chosen`;
      panel.append(title);
      const about = [node.k, node.n === node.l ? "" : node.n, node.s ? `schema ${node.s}` : "", data.databases.length > 1 ? data.databases[node.b] : ""];
      panel.append(make("p", "rg-quiet", about.filter(Boolean).join(" · ")), make("p", "rg-quiet", node.p));
      const acts = make("div", "rg-acts");
      const only = make("button", "rg-act", alone === n ? "Show all" : "Focus");
      only.type = "button";
      only.addEventListener("click", () => (alone === n ? leave() : focus(n)));
      const close = make("button", "rg-act", "Close");
      close.type = "button";
      close.addEventListener("click", () => { if (alone >= 0) focus(-1); choose(-1); tables[n].focus({ preventScroll: true }); });
      acts.append(only, close);
      panel.append(acts);

      if (node.f.length) {
        const list = make("ul");
        for (const [kind, rule, message, place] of node.f) {
          const it = make("li", "rg-say");
          it.append(sign(kind), make("span", "rg-spoken", `${kind}: `), make("code", "", rule), words(message), make("small", "", place));
          list.append(it);
        }
        section("Findings", node.f.length).append(list);
      }
      refers("Refers to", edgesOf[n].filter((m) => data.edges[m].s === n), (it) => it.t, n);
      refers("Referred to by", edgesOf[n].filter((m) => data.edges[m].t === n), (it) => it.s, n);
      if (node.q.length) {
        const list = make("ul");
        for (const [said, place, repeated] of node.q) {
          const it = make("li", "rg-say");
          it.append(make("code", "", said), make("small", "", repeated ? `${place}, once per row` : place));
          list.append(it);
        }
        const it = section("Asked at", node.a);
        it.append(list);
        if (node.a > node.q.length) it.append(make("p", "rg-quiet", `and ${node.a - node.q.length} more`));
      }
      const columns = make("table");
      for (const [name, type, marks] of node.c) {
        const row = columns.insertRow(), first = row.insertCell();
        first.append(name);
        for (const mark of marks) first.append(make("span", "rg-mark", mark));
        row.insertCell().append(type);
      }
      section("Columns", node.c.length).append(columns);
      // What had the focus is gone: it stays here, where the reader is.
      if (within) (acts.children[held] ?? panel).focus({ preventScroll: true });
    }

    function words(text) { // `code` in them is code
      const it = make("div"), parts = text.split("`");
      it.append(...(parts.length % 2 ? parts.map((part, n) => (n % 2 ? make("code", "", part) : part)) : [text]));
      return it;
    }

    function refers(title, edges, other, n) {
      if (!edges.length) return;
      const list = make("ul");
      for (const m of edges) {
        const edge = data.edges[m], to = other(edge), own = edge.s === n;
        const it = make("button", "rg-link");
        it.type = "button";
        const [near, far] = [WORDS[edge.near], WORDS[edge.far]];
        it.append(make("span", "", data.nodes[to].l), make("small", "", `${edge.c} → ${edge.r}, ${own ? far : near}` + (edge.d === "NoAction" || edge.d === "Restrict" ? "" : `, on delete ${edge.d}`) + (edge.e ? "" : ", not enforced")));
        it.addEventListener("click", () => (alone >= 0 ? focus(to) : choose(to)));
        const item = make("li");
        item.append(it);
        list.append(item);
      }
      section(title, edges.length).append(list);
    }

    // Search.

    const field = part(".rg-find input"), found = part(".rg-found");
    let matches = [], active = -1;

    function search() {
      const words = field.value.trim().toLowerCase();
      matches = [];
      if (words) {
        data.nodes.forEach((node, n) => {
          const label = node.l.toLowerCase(), name = node.n.toLowerCase();
          const by = label === words || name === words ? 0 : label.startsWith(words) ? 1 : label.includes(words) || name.includes(words) ? 2 : 9;
          if (by < 9) matches.push([by, n, ""]);
          else {
            const column = node.c.find((it) => it[0].toLowerCase().includes(words));
            if (column) matches.push([3, n, column[0]]);
          }
        });
        matches.sort((a, b) => a[0] - b[0] || data.nodes[a[1]].l.length - data.nodes[b[1]].l.length || a[1] - b[1]);
      }
      const count = matches.length;
      matches = matches.slice(0, 40);
      active = matches.length ? 0 : -1;
      found.replaceChildren(...matches.map(([, n, column], i) => {
        const it = make("li");
        it.id = `${root.id}-found-${i}`;
        it.setAttribute("role", "option");
        it.append(make("span", "", data.nodes[n].l.slice(0, 200)), make("span", "rg-quiet", column ? column.slice(0, 80) : data.nodes[n].n === data.nodes[n].l ? "" : data.nodes[n].n.slice(0, 80)));
        it.addEventListener("mousedown", (event) => event.preventDefault()); // the field keeps the focus
        it.addEventListener("click", () => pick(i)); // and a finger can move the list
        return it;
      }));
      if (words && count !== matches.length || words && !count) {
        const it = make("li", "rg-quiet", count ? `and ${count - matches.length} more` : "Nothing of that name");
        it.setAttribute("role", "option");
        it.setAttribute("aria-disabled", "true");
        found.append(it);
      }
      open(!!words);
      if (words) spoken.textContent = `${count} found`;
    }

    function open(is) {
      found.hidden = !is;
      field.setAttribute("aria-expanded", is);
      [...found.children].forEach((it, i) => it.setAttribute("aria-selected", is && i === active));
      if (is && active >= 0) {
        field.setAttribute("aria-activedescendant", found.children[active].id);
        found.children[active].scrollIntoView({ block: "nearest" });
      } else field.removeAttribute("aria-activedescendant");
    }

    function pick(i) {
      const n = matches[i][1];
      open(false);
      field.value = data.nodes[n].l.slice(0, 200);
      if (alone >= 0 && !data.around[alone].n.includes(n)) focus(-1);
      choose(n);
      tables[n].focus({ preventScroll: true });
    }

    field.addEventListener("input", search);
    field.addEventListener("focus", () => { field.select(); if (field.value) search(); });
    field.addEventListener("blur", () => open(false));
    field.addEventListener("keydown", (event) => {
      if (event.key === "ArrowDown" || event.key === "ArrowUp") {
        if (!matches.length) return;
        active = (active + (event.key === "ArrowDown" ? 1 : -1) + matches.length) % matches.length;
        open(true);
      } else if (event.key === "Enter" && active >= 0 && !found.hidden) pick(active);
      else if (event.key === "Escape") {
        if (found.hidden) field.value = "";
        open(false);
      } else return;
      event.preventDefault();
      event.stopPropagation();
    });

    // Keys and buttons.

    function step(key) {
      const own = at(reached), cx = own.x + own.w / 2, cy = own.y + own.h / 2;
      const [dx, dy] = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[key];
      let best = -1, least = Infinity;
      for (const n of here()) {
        if (n === reached) continue;
        const it = at(n), x = it.x + it.w / 2 - cx, y = it.y + it.h / 2 - cy;
        const ahead = x * dx + y * dy, aside = Math.abs(x * dy) + Math.abs(y * dx);
        const cost = ahead + 2.2 * aside;
        if (ahead > 4 && cost < least) [best, least] = [n, cost];
      }
      if (best < 0) return;
      stop(best);
      tables[best].focus({ preventScroll: true });
      reveal(best);
    }

    function toggle(button) {
      const is = button.getAttribute("aria-pressed") !== "true";
      button.setAttribute("aria-pressed", is);
      return is;
    }

    function theme(name) {
      document.documentElement.dataset.theme = name;
      part("[data-do=theme]").textContent = `Theme: ${name}`;
    }

    const acts = {
      in: () => glide(zoom(1.35)), out: () => glide(zoom(1 / 1.35)), fit: () => { glide(fitted(whole(), 1.25)); untouched = true; },
      findings: (it) => canvas.classList.toggle("rg-no-findings", !toggle(it)),
      heat: (it) => canvas.classList.toggle("rg-no-heat", !toggle(it)),
      far: (it) => canvas.classList.toggle("rg-far", toggle(it)),
      theme: () => {
        const next = THEMES[(THEMES.indexOf(document.documentElement.dataset.theme || "auto") + 1) % 3];
        theme(next);
        try { localStorage.setItem("crowsfoot-theme", next); } catch { /* forbidden: it holds for now */ }
      },
      help: () => help.showModal(), back: leave, close: () => help.close(),
    };
    root.addEventListener("click", (event) => {
      const button = event.target.closest("[data-do]");
      if (button && root.contains(button)) acts[button.dataset.do](button);
    });
    let first = null; // the table that a double click begins at: what opens beside it moves it away
    root.addEventListener("click", (event) => { if (event.detail < 2) first = event.target.closest(".rg-canvas .table"); }, true);
    canvas.addEventListener("click", (event) => {
      if (dragged) { dragged = false; return; }
      if (event.detail > 1) return;
      const table = event.target.closest(".table"), line = event.target.closest(".rg-hit");
      if (table) choose(tables.indexOf(table), view.k >= 0.5);
      else if (line) choose(data.edges[hits.indexOf(line)].s, true);
      else if (alone < 0) choose(-1);
    });
    root.addEventListener("dblclick", (event) => {
      if (first) return focus(tables.indexOf(first));
      if (!canvas.contains(event.target)) return;
      const box = canvas.getBoundingClientRect();
      glide(zoom(1.8, event.clientX - box.left, event.clientY - box.top));
    });
    const within = sole ? document : root;
    within.addEventListener("keydown", (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey || help.open) return;
      const typing = event.target.closest && event.target.closest("input, select, textarea, [contenteditable]");
      if (event.key === "Escape") return leave();
      if (typing) return;
      const table = event.target.closest && event.target.closest(".rg-canvas .table");
      if (event.key.startsWith("Arrow") && (table || event.target === canvas)) step(event.key);
      else if (event.key === "Enter" && table) choose(tables.indexOf(table));
      else if (event.key === " " && table) choose(tables.indexOf(table));
      else if (event.key === "f" && (table || chosen >= 0)) focus(table ? tables.indexOf(table) : chosen);
      else if (event.key === "/") { field.focus(); }
      else if (event.key === "+" || event.key === "=") acts.in();
      else if (event.key === "-") acts.out();
      else if (event.key === "0") acts.fit();
      else if (event.key === "?") acts.help();
      else return;
      event.preventDefault();
    });

    // Begin.

    const behind = drawn("g", { class: "rg-hits", "aria-hidden": "true" });
    lines.forEach((it, n) => {
      const hit = drawn("path", { class: it.classList.contains("far") ? "rg-hit far" : "rg-hit", d: straight[n] });
      const title = drawn("title", {});
      title.textContent = it.firstElementChild.textContent;
      hit.append(title);
      hit.addEventListener("pointerenter", () => it.classList.add("rg-near"));
      hit.addEventListener("pointerleave", () => it.classList.toggle("rg-near", chosen >= 0 && edgesOf[chosen].includes(n)));
      hits.push(hit);
      behind.append(hit);
    });
    world.insertBefore(behind, world.querySelector(".tables"));
    tables.forEach((it, n) => {
      it.setAttribute("role", "button");
      it.setAttribute("tabindex", n === reached ? "0" : "-1");
      it.setAttribute("aria-pressed", "false");
      it.addEventListener("focus", () => { if (it.matches(":focus-visible")) { stop(n); reveal(n); } });
    });
    show(fitted(whole(), 1));
    // It may have been hidden until now, or get narrower as something opens beside it.
    new ResizeObserver(() => { sight = canvas.getBoundingClientRect(); cull(); if (untouched) show(fitted(whole(), alone < 0 ? 1 : 1.25)); }).observe(canvas);
    // Until here, and without scripts, all of the drawing is seen.
    canvas.removeAttribute("viewBox");
    // Paper is of another width: what is seen in the window is seen there, smaller.
    addEventListener("beforeprint", () => {
      const { width, height } = canvas.getBoundingClientRect();
      if (width) canvas.setAttribute("viewBox", `0 0 ${width} ${height}`);
    });
    addEventListener("afterprint", () => canvas.removeAttribute("viewBox"));
    if (sole) {
      try { if (THEMES.includes(localStorage.getItem("crowsfoot-theme"))) theme(localStorage.getItem("crowsfoot-theme")); } catch { /* forbidden */ }
      addEventListener("popstate", restore);
      restore();
    }
    root.classList.add("rg-ready");
    performance.mark("rg-ready");
  }

  for (const root of document.querySelectorAll(".relation-graph[data-graph]")) if (!root.classList.contains("rg-ready")) start(root);
})();

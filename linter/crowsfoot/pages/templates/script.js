// Filters, and what folds. Without it everything can be read all the same.
(() => {
  "use strict";
  const $ = (selector, root = document) => root.querySelector(selector);
  const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];

  // The theme: as the system has it, unless the reader says otherwise.
  const theme = $("#theme");
  const themes = ["auto", "light", "dark"];
  const keep = (value) => { try { localStorage.setItem("crowsfoot-theme", value); } catch { /* private */ } };
  const kept = () => { try { return localStorage.getItem("crowsfoot-theme"); } catch { return null; } };
  const show = (value) => {
    if (value === "auto") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = value;
    $("span", theme).textContent = value;
  };
  let chosen = themes.includes(kept()) ? kept() : "auto";
  show(chosen);
  theme.hidden = false;
  theme.addEventListener("click", () => {
    chosen = themes[(themes.indexOf(chosen) + 1) % themes.length];
    show(chosen);
    keep(chosen);
  });

  // A link to what is folded away opens it, and one to what is filtered out ends the filter.
  const reveal = () => {
    let target = null;
    try { target = document.getElementById(decodeURIComponent(location.hash.slice(1))); } catch { return; }
    if (!target) return;
    if (target.closest("[hidden]")) $("#filter")?.reset();
    for (let it = target; it; it = it.parentElement) it.hidden = false;
    for (let it = target; it; it = it.parentElement) if (it.tagName === "DETAILS") it.open = true;
    target.scrollIntoView();
    if (target.tagName === "DETAILS") $("summary", target).focus({ preventScroll: true });
  };
  addEventListener("hashchange", reveal);
  addEventListener("click", (event) => { // the address stays, where it leads there already
    const link = event.target.closest?.("a[href^='#']");
    if (link && link.getAttribute("href") === location.hash) reveal();
  });
  if (location.hash) reveal();

  // A bar leads to its migration, for those who point at it; the list below is for everybody.
  for (const strip of $$(".strip")) {
    strip.dataset.leads = "";
    strip.addEventListener("click", (event) => {
      const id = event.target.dataset.m;
      if (!id) return;
      if (location.hash === `#${id}`) reveal();
      else location.hash = id;
    });
  }

  // On paper nothing can be opened.
  let folded = [];
  addEventListener("beforeprint", () => {
    folded = $$("details:not([open])");
    for (const it of folded) it.open = true;
  });
  addEventListener("afterprint", () => { for (const it of folded) it.open = false; });

  const form = $("#filter");
  if (!form) return;
  const findings = $$(".f").map((element) => ({
    element,
    number: element.id.slice(1),
    group: element.parentElement,
    text: null,
    get words() {
      return (this.text ??= `${element.textContent} ${$("h3", this.group).textContent}`.toLowerCase());
    },
  }));
  const named = new Map($$("li[data-f]").map((element) => [element.dataset.f, element]));
  const groups = $$("#tables > .group, #rules > .group");
  const migrations = $$(".migration").map((element) => ({ element, text: null }));
  const chapters = $$(".chapter");
  const wordsOf = (it) => (it.text ??= it.element.textContent.toLowerCase());
  const inputs = { text: $("#q"), rule: $("#rule"), table: $("#table"), fresh: $("#new") };
  let opened = [];

  const apply = () => {
    const terms = inputs.text.value.toLowerCase().split(/\s+/).filter(Boolean);
    const severities = new Set($$("input[name=severity]:checked", form).map((it) => it.value));
    const narrow = terms.length || inputs.rule.value || inputs.table.value || inputs.fresh?.checked;
    let count = 0;
    for (const it of findings) {
      const data = it.element.dataset;
      const fits = severities.has(data.s)
        && (!inputs.rule.value || data.r === inputs.rule.value)
        && (!inputs.table.value || it.group.dataset.t === inputs.table.value)
        && (!inputs.fresh?.checked || "n" in data)
        && terms.every((term) => it.words.includes(term));
      it.element.hidden = !fits;
      named.get(it.number).hidden = !fits;
      count += fits;
    }
    let runs = 0;
    for (const it of migrations) {
      const fits = terms.every((term) => wordsOf(it).includes(term));
      it.element.hidden = !fits;
      runs += fits;
    }
    for (const it of opened) it.open = false;
    opened = [];
    for (const it of chapters) it.hidden = !$(":scope > .migration:not([hidden])", it);
    for (const group of groups) {
      group.hidden = !$(":scope > .f:not([hidden]), :scope > ol > li:not([hidden])", group);
      if (narrow && !group.hidden && !group.open && group.dataset.t && count <= 200) {
        group.open = true;
        opened.push(group);
      }
    }
    for (const it of $$(".nothing")) it.hidden = count > 0;
    const said = [];
    if (count < findings.length) said.push(`${count} of ${findings.length} findings`);
    if (runs < migrations.length) said.push(`${runs} of ${migrations.length} migrations`);
    $("#shown").textContent = said.length ? `${said.join(" and ")} shown` : "";
  };
  let waiting = 0;
  const soon = () => { clearTimeout(waiting); waiting = setTimeout(apply, 120); };
  const filters = $("#filters");
  filters.hidden = false;
  filters.open = !matchMedia("(max-width: 60rem)").matches;
  form.addEventListener("input", soon);
  form.addEventListener("reset", soon);
  form.addEventListener("submit", (event) => { event.preventDefault(); apply(); });
  $("#open").addEventListener("click", () => {
    for (const it of $$("#tables .group, #tables .f, #rules > .group")) it.open = true;
  });
  $("#close").addEventListener("click", () => {
    for (const it of $$("#tables details, #rules > .group")) it.open = false;
  });
})();

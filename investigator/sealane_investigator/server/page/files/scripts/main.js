// The page: who is signed in, which list is shown, what is live, and the keyboard.

import { actor, assign, ignore, merge, onChanged, reopen, resolve, toggle } from "./actions.js";
import { enumeration, get, onUnknownToken, recall, remember } from "./api.js";
import { Detail } from "./detail.js";
import { fail, help, say, undoLast } from "./dialogs.js";
import { at, button, h, number, refreshTimes, words } from "./dom.js";
import { ACTIVE, PAGE, TABS, cleared, fits, narrowed, question, read, sameList, written } from "./filters.js";
import { onKeys } from "./keyboard.js";
import { List, emptiness } from "./list.js";
import { banner, drawLive } from "./status.js";
import { Live } from "./stream.js";

const MOST_ROWS = 200;
const RETRY = 5000;

let filters = read(location.hash);
let totals = null;
let next = null;
let asked = 0;
/** Changes that came while a page was on its way, which may be older than they are; null: none is on its way. */
let meanwhile = null;
const before = [];
const timers = {};

const address = (changes) => written({ ...filters, ...changes });
const list = new List({ address, open: (id) => go({ incident: String(id) }), picked: drawBulk });
const detail = new Detail({ address, close: shut, step: stepOpen });
const live = new Live({ changed: take, ready: (first) => { if (first) load(); }, reload: () => load(), shown: (told) => drawLive(told, () => live.now()), failed: check });

/** Do it once, a little later, however often it is asked for meanwhile. */
function soon(name, work, wait) {
  if (timers[name]) return;
  timers[name] = setTimeout(() => { timers[name] = null; work().catch(() => {}); }, wait);
}

function go(changes, { replace = false } = {}) {
  const target = written({ ...filters, ...changes });
  if (target === written(filters)) return;
  history[replace ? "replaceState" : "pushState"](null, "", target);
  follow();
}

/** Show what the address says. */
function follow() {
  const wanted = read(location.hash);
  const same = sameList(filters, wanted);
  filters = wanted;
  drawFilters();
  if (!same) load();
  else for (const [id] of list.rows) list.redraw([id]);
  followIncident();
}

function followIncident() {
  const id = Number(filters.incident) || null;
  list.choose(id);
  document.body.classList.toggle("opened", Boolean(id));
  if (id === detail.id) return;
  if (!id) { detail.shut(); return; }
  detail.open(id);
  at("one").scrollTop = 0;
  // Where both have no room, the list is hidden and what had the focus with it.
  if (!at("list").offsetParent) at("one").focus();
}

/** Close the incident that is open and go back to its row. */
function shut() {
  const id = Number(filters.incident);
  go({ incident: "" });
  list.focus(id);
}

async function load() {
  const mine = ++asked;
  meanwhile = [];
  clearTimeout(timers.retry);
  at("list").setAttribute("aria-busy", "true");
  try {
    const page = await get(`v1/incidents?${question(filters)}`);
    if (mine !== asked) return;
    next = page.next;
    list.show(page.incidents);
    const missed = meanwhile;
    meanwhile = null;
    missed.forEach(take);
    banner(null);
    await Promise.all([list.glance(page.incidents.map((each) => each.id)), count()]);
    if (mine !== asked) return;
    suggest();
    drawPages();
    drawEmpty();
  } catch (error) {
    if (mine !== asked || error.status === 401) return;
    if (error.param === "after") { go({ after: "" }, { replace: true }); return; }
    const kept = list.incidents.size ? " What you see was read before." : "";
    banner(`${error.message}${kept}`, ["Try again", load]);
    timers.retry = setTimeout(load, RETRY);
  } finally {
    if (mine === asked) {
      meanwhile = null;
      at("list").removeAttribute("aria-busy");
    }
  }
}

async function count() {
  totals = (await get("v1/incidents/totals")).states;
  drawTabs();
  drawEmpty();
}

/** A change, from the stream or from a deed of ours. */
function take({ kind, incident }) {
  if (meanwhile) meanwhile.push({ kind, incident });
  detail.take(incident, kind);
  if (kind !== "counted") soon("count", count, 3000);
  const known = list.incidents.has(incident.id);
  const belongs = fits(filters, incident);
  if (belongs === false) list.remove(incident.id);
  else if (known) list.put(incident);
  else if (belongs === true && !filters.after) {
    list.put(incident);
    soon("glance", () => list.glance([...list.incidents.keys()].filter((id) => !list.glances.has(id))), 700);
    if (list.incidents.size > MOST_ROWS) soon("load", load, 2000);
  } else if (belongs === null && kind !== "counted" && !filters.after) soon("load", load, 2000);
  if (kind === "edited" && known) soon("children", () => list.glance([...list.incidents.keys()]), 3000);
  drawEmpty();
}

onChanged((incidents) => {
  // Who did something sees at once what came of it.
  clearTimeout(timers.count);
  timers.count = null;
  soon("count", count, 200);
  incidents.forEach((incident) => take({ kind: "edited", incident }));
});

function drawTabs() {
  const figures = { ...totals, active: ACTIVE.reduce((sum, state) => sum + totals[state], 0), all: Object.values(totals).reduce((sum, each) => sum + each, 0) };
  at("tabs").replaceChildren(...TABS.map(([name, label]) => h("a", { href: written({ ...filters, state: name, after: "" }), class: `tab tab-${name}`, "aria-current": filters.state === name ? "page" : null }, label, " ", figures[name] ? h("span", { class: "figure" }, number(figures[name])) : null)));
  document.title = figures.active ? `(${figures.active}) Sealane incidents` : "Sealane incidents";
}

function drawFilters() {
  const form = at("filters");
  for (const name of ["text", "class", "route", "provider", "model", "assignee", "unsure", "sort"]) {
    const field = form.elements[name];
    if (document.activeElement !== field) field.value = filters[name];
    field.classList.toggle("set", name !== "sort" && Boolean(filters[name]));
  }
  const set = narrowed(filters);
  at("clear").hidden = !set;
  at("more-filters").textContent = set ? `Filters · ${set}` : "Filters";
  at("within").hidden = !filters.parent;
  if (filters.parent) at("within").replaceChildren("Incidents that are explained by ", h("a", { href: address({ incident: filters.parent }) }, `#${filters.parent}`), " ", button("Show all", () => go({ parent: "", state: "active" }), { class: "quiet" }));
  if (totals) drawTabs();
}

function suggest() {
  for (const [facet, id] of [["route", "routes"], ["provider", "providers"], ["model", "models"]]) {
    at(id).replaceChildren(...list.values(facet).map((value) => h("option", { value })));
  }
  const people = new Set([...list.incidents.values()].map((each) => each.assignee).filter(Boolean));
  at("assignees").replaceChildren(...[...new Set([actor.name, ...people])].filter(Boolean).map((value) => h("option", { value })));
}

function drawPages() {
  const shown = at("pages");
  shown.hidden = !next && !filters.after;
  shown.replaceChildren(
    button("First page", () => { before.length = 0; go({ after: "" }); }, { disabled: !filters.after }),
    button("Previous", () => go({ after: before.pop() || "" }), { disabled: !before.length }),
    h("span", { class: "muted" }, `${list.incidents.size} shown, ${PAGE} a page`),
    button("Next", () => { before.push(filters.after); go({ after: next }); at("list").scrollTop = 0; }, { disabled: !next }));
}

function drawEmpty() {
  const empty = at("empty");
  empty.hidden = list.incidents.size > 0 || !totals;
  document.body.classList.toggle("bare", !empty.hidden);
  if (empty.hidden) return;
  const all = Object.values(totals).reduce((sum, each) => sum + each, 0);
  const others = ["resolved", "ignored"].filter((state) => state !== filters.state && totals[state]).map((state) => [state, words(state)[0].toUpperCase() + state.slice(1), totals[state]]);
  empty.replaceChildren(...emptiness({
    nothingYet: all === 0, narrowed: narrowed(filters) > 0, state: filters.state, others,
    clear: () => go(cleared(filters)), show: (state) => go({ state, after: "" }),
  }).filter(Boolean));
}

function drawBulk(selected) {
  const bar = at("bulk");
  bar.hidden = selected.size === 0;
  document.body.classList.toggle("picking", selected.size > 0);
  if (bar.hidden) return;
  const chosen = () => [...selected].map((id) => list.incidents.get(id)).filter(Boolean);
  const done = (work) => async () => { await work(chosen()); };
  bar.replaceChildren(h("b", {}, `${selected.size} selected`),
    button("Resolve", done(resolve)), button("Ignore…", done(ignore)), button("Assign…", done(assign)),
    button("Merge…", done(merge), { disabled: selected.size < 2 }), button("Open again", done(reopen)),
    button("All on this page", () => [...list.incidents.keys()].forEach((id) => list.pick(id, true)), { class: "quiet" }),
    button("Clear", () => list.unpick(), { class: "quiet" }));
}

/** The stream does not open: is it the token, the database, or the way there? */
async function check() {
  try {
    Object.assign(actor, await get("v1/caller"));
  } catch (error) {
    if (error.status !== 401 && !list.incidents.size) banner(error.message);
  }
}

function enter(why) {
  live.stop();
  remember("");
  detail.shut();
  list.unpick();
  list.show([]);
  at("main").hidden = true;
  at("leave").hidden = true;
  drawLive({ state: "off" });
  banner(null);
  at("entry").hidden = false;
  at("entry-why").hidden = !why;
  at("entry-why").textContent = why || "";
  at("token").focus();
}

async function begin() {
  at("entry").hidden = true;
  banner(null);
  try {
    Object.assign(actor, await get("v1/caller"));
  } catch (error) {
    if (error.status === 401) return;
    if (error.status === 403) { enter(error.message.replace("do this", "read incidents")); return; }
    banner(error.message, ["Try again", begin]);
    timers.retry = setTimeout(begin, RETRY);
    return;
  }
  clearTimeout(timers.retry);
  at("main").hidden = false;
  at("leave").hidden = false;
  at("leave").title = `Signed in as ${actor.name}`;
  drawFilters();
  live.number = null;
  live.start();
  followIncident();
  classes();
}

async function classes() {
  const field = at("filters").elements.class;
  if (field.options.length > 1) return;
  try {
    for (const name of await enumeration("ErrorClass")) field.append(h("option", { value: name }, words(name)));
    field.value = filters.class;
  } catch {
    // Without the document the list is shorter by a filter.
    field.hidden = true;
  }
}

function stepOpen(by) {
  const id = list.step(by);
  if (id && filters.incident) go({ incident: String(id) }, { replace: true });
}

/** What a key means: those that are selected, else the one that is open, else the one in focus. */
function meant() {
  if (list.selected.size) return [...list.selected].map((id) => list.incidents.get(id)).filter(Boolean);
  if (detail.incident) return [detail.incident];
  const id = list.focused();
  return id && list.incidents.has(id) ? [list.incidents.get(id)] : [];
}

const onMeant = (work) => () => { const incidents = meant(); if (incidents.length) work(incidents); else say("Choose an incident first: j and k move, x selects."); };

const KEYS = {
  j: () => stepOpen(1), k: () => stepOpen(-1), x: () => { const id = list.focused() || detail.id; if (id && list.incidents.has(id)) list.pick(id); },
  e: onMeant(toggle), i: onMeant(ignore), a: onMeant(assign), m: onMeant(merge), z: undoLast,
  c: () => { const field = at("one").querySelector(".remark textarea"); if (field) field.focus(); },
  "/": () => { at("text").focus(); at("text").select(); }, r: () => { load(); if (detail.id) detail.read(); }, "?": help,
};

const asleep = () => at("main").hidden;

function escape() {
  if (list.selected.size) list.unpick();
  else if (filters.incident) shut();
}

function listen() {
  at("entry").addEventListener("submit", (event) => {
    event.preventDefault();
    remember(at("token").value.trim());
    at("token").value = "";
    begin();
  });
  at("filters").addEventListener("submit", (event) => event.preventDefault());
  const set = (field) => go({ [field.name]: field.value.trim(), after: "" });
  at("filters").addEventListener("change", (event) => { if (event.target.name) { before.length = 0; set(event.target); } });
  at("text").addEventListener("input", () => { clearTimeout(timers.text); timers.text = setTimeout(() => set(at("text")), 350); });
  at("clear").addEventListener("click", () => { before.length = 0; go(cleared(filters)); });
  at("more-filters").addEventListener("click", () => {
    const open = at("filters").classList.toggle("open");
    at("more-filters").setAttribute("aria-expanded", String(open));
  });
  onKeys(KEYS, escape, asleep);
  at("help").addEventListener("click", help);
  at("leave").addEventListener("click", () => enter("You are signed out."));
  at("skip").addEventListener("click", (event) => { event.preventDefault(); at("list").focus(); });
  addEventListener("popstate", follow);
  addEventListener("hashchange", follow);
  addEventListener("unhandledrejection", (event) => { if (event.reason instanceof Error && event.reason.status !== 401) fail(event.reason); });
  setInterval(refreshTimes, 10000);
  setInterval(() => { if (!at("main").hidden) list.glance([...list.incidents.keys()].slice(0, 100)).catch(() => {}); }, 120000);
}

onUnknownToken(enter);
listen();
// `sealane up` prints an address with the token behind #. It is taken out of the address at once.
const given = new URLSearchParams(location.hash.slice(1)).get("token");
if (given) {
  remember(given);
  history.replaceState(null, "", location.pathname + written(filters));
} else recall();
if (given || recall()) begin();
else enter("");

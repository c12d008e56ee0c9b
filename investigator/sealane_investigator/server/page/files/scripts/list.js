// The list: one row for each incident, changed where it stands while errors arrive, so that nothing jumps.

import { get } from "./api.js";
import { sparkline } from "./charts.js";
import { at, button, chip, counted, h, icon, number, time, titled, words } from "./dom.js";

const HOUR = 3600;

export class List {
  /** `address(changes)` makes a link within the page; `open(id)`, `picked(set)`. */
  constructor({ address, open, picked }) {
    Object.assign(this, { address, open, picked });
    this.incidents = new Map();
    this.glances = new Map();
    this.rows = new Map();
    this.selected = new Set();
    this.chosen = null;
    this.dirty = new Set();
  }

  show(incidents) {
    this.incidents = new Map(incidents.map((each) => [each.id, each]));
    for (const id of this.glances.keys()) if (!this.incidents.has(id)) this.glances.delete(id);
    for (const id of this.selected) if (!this.incidents.has(id)) this.selected.delete(id);
    const focused = this.focused();
    this.rows = new Map(incidents.map((each) => [each.id, this.row(each)]));
    at("rows").replaceChildren(...this.rows.values());
    if (focused) this.focus(focused);
    this.picked(this.selected);
  }

  /** One that was changed stays where it is; a new one comes on top. */
  put(incident) {
    const known = this.incidents.get(incident.id);
    if (known && incident.version < known.version) return;
    this.count(known, incident);
    this.incidents.set(incident.id, incident);
    this.dirty.add(incident.id);
    this.later();
  }

  remove(id) {
    if (!this.incidents.delete(id)) return;
    if (this.selected.delete(id)) this.picked(this.selected);
    this.dirty.add(id);
    this.later();
  }

  /** What arrived since the last glance belongs to the present hour, if that is still the last one drawn. */
  count(known, incident) {
    const glance = this.glances.get(incident.id);
    const more = known ? incident.count - known.count : 0;
    const last = glance ? glance.since + (glance.hours.length - 1) * HOUR : 0;
    if (more > 0 && incident.last_seen >= last && incident.last_seen < last + HOUR) glance.hours[glance.hours.length - 1] += more;
  }

  later() {
    if (this.waiting) return;
    this.waiting = true;
    requestAnimationFrame(() => { this.waiting = false; this.draw(); });
  }

  draw() {
    const focused = this.focused();
    for (const id of this.dirty) {
      const before = this.rows.get(id);
      const incident = this.incidents.get(id);
      if (!incident) {
        if (before) before.remove();
        this.rows.delete(id);
        continue;
      }
      const row = this.row(incident);
      this.rows.set(id, row);
      if (before) before.replaceWith(row);
      else { row.classList.add("fresh"); at("rows").prepend(row); }
    }
    this.dirty.clear();
    if (focused) this.focus(focused);
    at("empty").hidden = this.incidents.size > 0;
  }

  redraw(ids) {
    for (const id of ids) if (this.incidents.has(id)) this.dirty.add(id);
    this.later();
  }

  async glance(ids) {
    const wanted = ids.filter((id) => this.incidents.has(id)).slice(0, 100);
    if (!wanted.length) return;
    const query = new URLSearchParams(wanted.map((id) => ["incident", id]));
    for (const glance of (await get(`v1/incidents/glances?${query}`)).glances) this.glances.set(glance.incident, glance);
    this.redraw(wanted);
  }

  /** Values that the incidents of this page have, for suggestions. */
  values(facet) {
    const found = new Set();
    for (const id of this.incidents.keys()) {
      const glance = this.glances.get(id);
      for (const value of Object.keys((glance && glance.facets[facet]) || {})) if (value !== "other") found.add(value);
    }
    return [...found].sort();
  }

  choose(id) {
    const before = this.chosen;
    this.chosen = id;
    for (const each of [before, id]) {
      const row = this.rows.get(each);
      if (row) row.classList.toggle("chosen", each === id);
    }
  }

  pick(id, on = !this.selected.has(id)) {
    if (on) this.selected.add(id);
    else this.selected.delete(id);
    const row = this.rows.get(id);
    if (row) {
      row.classList.toggle("picked", on);
      row.querySelector(".pick input").checked = on;
    }
    this.picked(this.selected);
  }

  unpick() {
    for (const id of [...this.selected]) this.pick(id, false);
  }

  focused() {
    const row = document.activeElement && document.activeElement.closest("#rows > li");
    return row ? Number(row.dataset.id) : null;
  }

  focus(id) {
    const row = this.rows.get(id);
    if (row && row.contains(document.activeElement)) return;
    if (row) row.querySelector(".title").focus({ preventScroll: false });
  }

  /** The one after or before the one in focus, or before that the one that is open. */
  step(by) {
    const shown = [...at("rows").children].map((row) => Number(row.dataset.id));
    const here = shown.indexOf(this.focused() || this.chosen);
    const id = shown[here < 0 ? 0 : Math.min(shown.length - 1, Math.max(0, here + by))];
    if (id) this.focus(id);
    return id;
  }

  row(incident) {
    const { id, state, diagnosis } = incident;
    const glance = this.glances.get(id);
    const picked = this.selected.has(id);
    const pick = h("input", { type: "checkbox", "aria-label": `Select incident ${id}`, on: { change: (event) => this.pick(id, event.target.checked) } });
    pick.checked = picked;
    const title = h("a", { class: "title", href: this.address({ incident: String(id) }) }, titled(incident.title));
    const row = h("li", { class: `row state-${state}${id === this.chosen ? " chosen" : ""}${picked ? " picked" : ""}`, "data-id": id },
      h("label", { class: "pick" }, pick),
      h("span", { class: "state" }, icon(state, words(state))),
      h("div", { class: "what" }, title, this.meta(incident, glance)),
      glance ? sparkline(glance.hours, `${number(glance.hours.reduce((sum, each) => sum + each, 0))} in 24 hours`) : h("span", { class: "spark" }),
      h("span", { class: "number" }, counted(incident, { short: true })),
      h("span", { class: "seen" }, time(incident.last_seen), h("small", {}, "first ", time(incident.first_seen))),
      h("span", { class: "who" }, incident.assignee ? initials(incident.assignee) : null));
    if (diagnosis.unsure) row.classList.add("unsure");
    row.addEventListener("click", (event) => {
      if (!event.target.closest("a, button, label, input") && !String(getSelection())) this.open(id);
    });
    return row;
  }

  meta(incident, glance) {
    const facets = (glance && glance.facets) || {};
    const places = ["route", "provider", "model"].map((facet) => place(facet, facets[facet])).filter(Boolean);
    const chips = [chip("class", words(incident.diagnosis.class))];
    if (incident.diagnosis.unsure) chips.push(chip("unsure", "unsure"));
    if (incident.diagnosis.cause) chips.push(chip("cause", words(incident.diagnosis.cause)));
    if (incident.parent) chips.push(h("a", { class: "chip link", href: this.address({ incident: String(incident.parent) }), title: "Explained by the outage of its provider" }, `part of #${incident.parent}`));
    if (glance && glance.children) chips.push(h("a", { class: "chip link", href: this.address({ parent: String(incident.id), state: "all", after: "" }), title: "Show them" }, `explains ${glance.children} more`));
    if (incident.ignored_until) chips.push(chip("muted", "ignored until ", new Date(incident.ignored_until * 1000).toISOString().slice(0, 16).replace("T", " ")));
    return h("div", { class: "meta" }, chips, h("span", { class: "places" }, places.length ? places : incident.subject));
  }
}

function place(facet, values) {
  const names = Object.keys(values || {});
  if (!names.length) return null;
  const more = names.length > 1 ? h("span", { class: "muted", title: names.slice(1).join(", ") }, names.length > 2 ? " and others" : ` and ${names[1]}`) : null;
  return h("span", { class: `place ${facet}`, title: facet }, names[0], more);
}

export function initials(name) {
  const parts = name.split(/[\s.@_-]+/).filter(Boolean);
  const letters = (parts.length > 1 ? [parts[0], parts[1]] : [name]).map((part) => [...part][0] || "").join("");
  return h("span", { class: "avatar", title: name, role: "img", "aria-label": `assigned to ${name}` }, letters.toUpperCase());
}

const WAITING = {
  active: "New incidents appear here by themselves.",
  all: "They appear here by themselves.",
  open: "New incidents appear here by themselves.",
  escalating: "An incident escalates when an hour has far more errors than any hour of the week before.",
  regressed: "An incident regresses when it comes back after it was resolved.",
  resolved: "What is resolved waits here; when it comes back it is active again.",
  ignored: "What is ignored waits here and is counted silently, until its time is over or somebody opens it.",
};

/** What to show where no incident is. */
export function emptiness({ nothingYet, narrowed, state, others, clear, show }) {
  if (nothingYet) {
    return [
      h("h2", {}, "No error has arrived yet"),
      h("p", {}, "Routers send every failed attempt here when they know the address: ", h("code", {}, "SEALANE_INVESTIGATOR_URL"), " and ", h("code", {}, "SEALANE_INVESTIGATOR_TOKEN_FILE"), ". Alertmanager sends its webhook to ", h("code", {}, "/v1/alerts"), "; Warning events are followed with ", h("code", {}, "SEALANE_CLUSTER=true"), "."),
      h("p", {}, "With ", h("code", {}, "sealane up --with-stubs"), " make one yourself; it is here within a second:"),
      h("pre", {}, "curl http://127.0.0.1:8080/v1/chat/completions -H 'x-stub-fault: status:429' \\\n  -d '{\"model\":\"kimi-k3\",\"messages\":[{\"role\":\"user\",\"content\":\"Say hello.\"}]}'"),
    ];
  }
  if (narrowed) return [h("h2", {}, "Nothing matches"), h("p", {}, "No incident has all of these filters. Route, provider, model and assignee are meant as they are written, in full."), button("Clear the filters", clear, { class: "primary" })];
  const calm = state === "active";
  return [
    calm ? h("span", { class: "calm" }, icon("resolved")) : null,
    h("h2", {}, calm ? "Nothing is wrong right now" : `No ${state === "all" ? "" : `${state} `}incidents`),
    h("p", {}, WAITING[state]),
    others.length ? h("p", { class: "choices" }, others.map(([name, label, count]) => button(`${label} ${number(count)}`, () => show(name)))) : null,
  ];
}

// One incident: what to do, why, where, and what happened.

import { actor, comment, assign, ignore, investigate, mayAct, merge, reopen, resolve, right, rollBack, unmerge, wrong } from "./actions.js";
import { get } from "./api.js";
import { confidence, facetBars, hourChart } from "./charts.js";
import { at, button, chip, code, counted, h, icon, moment, time, titled, words } from "./dom.js";
import { fail } from "./dialogs.js";
import { ACTIVE } from "./filters.js";
import { initials } from "./list.js";
import { entries, marks, timelineOf } from "./timeline.js";

const RANGES = [[24, "24 h"], [72, "3 days"], [168, "7 days"], [744, "31 days"]];
const SAMPLES = 20;
/** What is counted changes the figures at once, and the rest this seldom. */
const SLOW = 10000;
const KINDS = { patch: "Change of the route", kubectl: "Command", helm: "Helm command" };
const FACETS = ["route", "provider", "model", "tenant", "revision", "status"];

export class Detail {
  constructor({ address, close, step }) {
    Object.assign(this, { address, close, step });
    this.id = null;
    this.hours = 72;
    this.drafts = new Map();
  }

  async open(id) {
    if (this.id !== id) {
      this.id = id;
      this.incident = null;
      at("one").hidden = false;
      at("one").replaceChildren(h("p", { class: "muted loading" }, `Reading incident ${id} …`));
    }
    await this.read();
  }

  shut() {
    this.id = null;
    this.incident = null;
    clearTimeout(this.slow);
    this.slow = null;
    at("one").hidden = true;
    at("one").replaceChildren();
  }

  async read() {
    const id = this.id;
    const path = `v1/incidents/${id}`;
    try {
      const [incident, timeline, facets, samples, children, merged] = await Promise.all([
        get(path), get(`${path}/timeline?hours=${this.hours}`), get(`${path}/facets`), get(`${path}/occurrences?limit=${SAMPLES}`),
        get(`v1/incidents?parent=${id}&limit=20`), get(`v1/incidents?merged_into=${id}&limit=20`),
      ]);
      if (this.id !== id) return;
      this.incident = incident;
      this.rest = { timeline, facets: facets.facets, samples: samples.occurrences, children: children.incidents, merged: merged.incidents };
      this.draw();
    } catch (error) {
      if (this.id !== id) return;
      if (this.incident) fail(error);
      else at("one").replaceChildren(this.head(null), h("div", { class: "empty" }, h("h2", {}, error.status === 404 ? `There is no incident ${id}` : "It could not be read"), h("p", {}, error.status === 404 ? "It was deleted, because nothing happened to it for long after it was resolved, or the number is wrong." : error.message), error.status === 404 ? null : button("Try again", () => this.open(id), { class: "primary" })));
    }
  }

  /** A change of the one that is shown. Figures change in place: somebody may be copying a text. */
  take(incident, kind) {
    if (incident.id !== this.id || !this.incident || incident.version < this.incident.version) return;
    this.incident = incident;
    if (kind !== "counted") { this.read(); return; }
    if (!this.waiting) {
      this.waiting = true;
      requestAnimationFrame(() => { this.waiting = false; this.drawFigures(); });
    }
    if (!this.slow) this.slow = setTimeout(() => { this.slow = null; this.readChart(); }, SLOW);
  }

  drawFigures() {
    const figures = at("one").querySelector(".figures");
    if (figures && this.incident) figures.replaceWith(this.figures());
  }

  async readChart() {
    const id = this.id;
    if (!id || !this.incident) return;
    try {
      const [timeline, facets] = await Promise.all([get(`v1/incidents/${id}/timeline?hours=${this.hours}`), get(`v1/incidents/${id}/facets`)]);
      if (this.id !== id || !this.rest) return;
      Object.assign(this.rest, { timeline, facets: facets.facets });
      const all = entries(timeline);
      at("one").querySelector(".part-hours").replaceWith(this.chart(all));
      at("one").querySelector(".part-where").replaceWith(this.where());
      at("one").querySelector(".happened").replaceChildren(timelineOf(all));
    } catch (error) {
      fail(error);
    }
  }

  draw() {
    const panel = at("one");
    const writing = panel.querySelector(".remark textarea");
    const focused = writing && document.activeElement === writing;
    const place = writing ? [writing.selectionStart, writing.selectionEnd] : null;
    const height = panel.scrollTop;
    const open = [...panel.querySelectorAll("details[open]")].map((each) => each.dataset.name);
    const all = entries(this.rest.timeline);
    panel.replaceChildren(this.head(this.incident), h("div", { class: "parts" },
      this.notices(), this.figures(), this.advice(), this.diagnosis(), this.chart(all), this.where(), this.related(), this.story(all), this.samples(), this.api()));
    for (const each of panel.querySelectorAll("details")) if (open.includes(each.dataset.name)) each.open = true;
    panel.scrollTop = height;
    const again = panel.querySelector(".remark textarea");
    if (focused && again) { again.focus({ preventScroll: true }); again.setSelectionRange(...place); }
  }

  head(incident) {
    const controls = h("div", { class: "head-controls" },
      button(icon("back", "Previous"), () => this.step(-1), { class: "quiet wide", title: "Previous (k)" }), button(icon("next", "Next"), () => this.step(1), { class: "quiet wide", title: "Next (j)" }),
      h("span", { class: "grow" }), button([icon("close"), h("span", { class: "narrow" }, "Close")], () => this.close(), { class: "quiet", "aria-label": "Close", title: "Close (Esc)" }));
    if (!incident) return h("header", { class: "head" }, controls);
    const active = ACTIVE.includes(incident.state);
    const [state, drawn] = incident.merged_into ? ["merged", "merge"] : [incident.state, incident.state];
    const deeds = h("div", { class: "deeds" },
      active ? button("Resolve", () => resolve([incident]), { class: "primary", title: "Resolve (e)" }) : button("Open again", () => reopen([incident]), { class: "primary", title: "Open again (e)" }),
      incident.state === "ignored" ? null : button("Ignore…", () => ignore([incident]), { title: "Ignore (i)" }),
      button([icon("person"), h("span", { class: "name" }, incident.assignee || "Assign…")], () => assign([incident]), { title: "Assign (a)" }),
      button("Merge…", () => merge([incident]), { title: "Merge (m)" }),
      button("Investigate again", () => investigate([incident])));
    return h("header", { class: "head" }, controls,
      h("div", { class: `state-line state-${state}` }, icon(drawn), h("b", {}, state), h("span", { class: "muted" }, `#${incident.id}`), incident.episode > 1 ? h("span", { class: "muted" }, `episode ${incident.episode}`) : null, incident.origin === "self" ? chip("cause", "Sealane's own trouble") : null),
      h("h2", {}, titled(incident.title)),
      h("p", { class: "muted home" }, incident.subject),
      incident.merged_into ? null : mayAct() ? deeds : h("p", { class: "muted" }, `The token “${actor.name}” may read and not change anything.`));
  }

  notices() {
    const { incident } = this;
    const lines = [];
    if (incident.merged_into) lines.push([h("span", {}, "Merged into ", this.link(incident.merged_into), "; errors of this kind are counted there."), mayAct() ? button("Take it apart", () => unmerge(incident)) : null]);
    if (incident.parent) lines.push([h("span", {}, "Explained by the outage ", this.link(incident.parent), ": nobody is paged for this one while that is open.")]);
    if (incident.state === "ignored") lines.push([h("span", {}, incident.ignored_until ? `Ignored until ${moment(incident.ignored_until)}.` : "Ignored until somebody opens it.")]);
    if (incident.resolution) {
      const { by, revisions } = incident.resolution;
      const at_ = Object.entries(revisions).map(([route, revision]) => `revision ${revision} of ${route}`).join(", ");
      lines.push([h("span", {}, by === "quiet" ? "Resolved by itself: 14 days without an error, " : `Resolved by ${by}${at_ ? ` at ${at_}` : ""}, `, time(incident.resolution.at), ". An error that comes later makes it regressed.")]);
    }
    if (incident.at_least) lines.push([h("span", {}, "A reporter had to drop events, so the count is a lower bound.")]);
    return h("div", { class: "notices" }, lines.map((line) => h("div", { class: "notice" }, ...line)));
  }

  link(id) {
    return h("a", { href: this.address({ incident: String(id) }) }, `#${id}`);
  }

  figures() {
    const { incident } = this;
    const figure = (label, ...value) => h("div", {}, h("dt", {}, label), h("dd", {}, ...value));
    return h("dl", { class: "figures" },
      figure("Errors", counted(incident)), figure("Last seen", time(incident.last_seen)), figure("First seen", time(incident.first_seen)),
      figure("Assignee", incident.assignee ? [initials(incident.assignee), " ", incident.assignee] : "nobody"));
  }

  advice() {
    const { incident } = this;
    const advice = incident.recommendation;
    const waits = this.rest.timeline.investigations.some((each) => each.done_at === null);
    if (!advice) {
      return part("What to do", "advice", h("p", { class: "action" }, words(incident.diagnosis.cause_action || incident.diagnosis.action)),
        h("p", { class: "muted" }, waits ? "It is being investigated; what exactly to do appears here." : "It was not investigated further."));
    }
    return part("What to do", "advice",
      h("p", { class: "action" }, words(advice.action)),
      h("p", { class: "text" }, advice.text),
      advice.risk ? h("p", { class: "risk" }, icon("warning"), h("span", {}, advice.risk)) : null,
      advice.change ? code(advice.change.text, KINDS[advice.change.kind] || advice.change.kind) : null,
      advice.rollback ? this.rollback(advice.rollback) : null,
      evidence(advice.evidence));
  }

  rollback({ route, from_revision, to_revision }) {
    const { incident } = this;
    return h("div", { class: "rollback" },
      h("div", {}, h("b", {}, `Roll ${route} back`), h("div", { class: "muted" }, `revision ${from_revision} → revision ${to_revision}; nothing happens before you confirm`)),
      mayAct() ? button(`Roll back to ${to_revision}…`, () => rollBack(incident), { class: "danger" }) : null);
  }

  diagnosis() {
    const { incident } = this;
    const { diagnosis } = incident;
    const facts = [["Ground", words(diagnosis.ground)], ["Rule", diagnosis.rule]].filter(([, value]) => value);
    return part("Diagnosis", "diagnosis",
      h("div", { class: "verdict" }, chip("class", words(diagnosis.class)), confidence(diagnosis.confidence, diagnosis.unsure)),
      diagnosis.unsure ? h("p", { class: "doubt" }, icon("warning"), h("span", {}, "Unsure: look at the samples before you act on it.")) : null,
      h("p", { class: "why-text" }, diagnosis.why),
      diagnosis.cause ? h("p", {}, chip("cause", words(diagnosis.cause)), " ", diagnosis.cause_why || "") : null,
      h("p", { class: "muted grounds" }, facts.map(([name, value]) => h("span", {}, `${name}: `, h("code", {}, value)))),
      evidence(diagnosis.evidence),
      mayAct() ? h("div", { class: "verdict-on" }, h("span", { class: "muted" }, "Is this class right?"), button("Right", () => right(incident)), button("Wrong…", () => wrong(incident))) : null);
  }

  chart(all) {
    const ranges = RANGES.map(([hours, label]) => button(label, () => { this.hours = hours; this.readChart(); }, { class: hours === this.hours ? "on" : "", "aria-pressed": String(hours === this.hours) }));
    return part("When", "hours", h("div", { class: "ranges", role: "group", "aria-label": "Time" }, ranges), hourChart(this.rest.timeline.hours, marks(all)));
  }

  where() {
    const known = FACETS.filter((facet) => Object.keys(this.rest.facets[facet] || {}).length);
    const filtered = new Set(["route", "provider", "model"]);
    const chosen = (facet, value) => (filtered.has(facet) ? this.address({ [facet]: value, incident: "", after: "" }) : null);
    return part("Where", "where", known.length ? h("div", { class: "facets" }, known.map((facet) => facetBars(facet, this.rest.facets[facet], chosen))) : h("p", { class: "muted" }, "Nothing is known of where it happened."));
  }

  related() {
    const { children, merged } = this.rest;
    const line = (each) => h("li", { class: `state-${each.state}` }, icon(each.state, words(each.state)), h("a", { href: this.address({ incident: String(each.id) }) }, titled(each.title)), h("span", { class: "muted" }, counted(each, { short: true })));
    const groups = [];
    if (children.length) groups.push(part("Explained by this outage", "related", h("ul", { class: "others" }, children.map(line))));
    if (merged.length) groups.push(part("Merged into this one", "related", h("ul", { class: "others" }, merged.map(line))));
    return h("div", {}, groups);
  }

  story(all) {
    const { incident } = this;
    const text = h("textarea", { rows: 2, maxlength: 4096, placeholder: "Write a comment", "aria-label": "Comment" });
    text.value = this.drafts.get(incident.id) || "";
    const send = async () => {
      const said = text.value.trim();
      if (!said || !(await comment(incident, said))) return;
      this.drafts.delete(incident.id);
      text.value = "";
      this.read();
    };
    text.addEventListener("input", () => this.drafts.set(incident.id, text.value));
    text.addEventListener("keydown", (event) => { if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) send(); });
    const remark = mayAct() ? h("div", { class: "remark" }, text, button("Comment", send, { title: "Ctrl+Enter" })) : null;
    return part("What happened", "story", remark, h("div", { class: "happened" }, timelineOf(all)));
  }

  samples() {
    const { samples } = this.rest;
    const one = ({ event, template }, index) => h("details", { class: "sample", open: index === 0, "data-name": event.id },
      h("summary", {}, time(event.occurred_at), " ", h("span", { class: "sample-text" }, event.message || event.exception || template || "(no text)")),
      h("dl", { class: "pairs" }, PAIRS.map(([name, value]) => [name, value(event)]).filter(([, value]) => value !== null && value !== undefined && value !== "").map(([name, value]) => [h("dt", {}, name), h("dd", {}, value)])),
      event.message ? code(event.message, "Message, redacted") : null,
      event.exception ? code(event.exception, "Exception, redacted") : null);
    return part(`Samples (${samples.length === SAMPLES ? `newest ${SAMPLES}` : samples.length})`, "samples", samples.length ? samples.map(one) : h("p", { class: "muted" }, "Samples are kept for 30 days, unless set otherwise; none is left."));
  }

  api() {
    const root = new URL(`v1/incidents/${this.incident.id}`, document.baseURI);
    const lines = ["", "/occurrences", "/timeline", "/facets"].map((path) => `curl -H "authorization: Bearer $SEALANE_TOKEN" ${root}${path}`).join("\n");
    return h("details", { class: "part api", "data-name": "api" }, h("summary", {}, "The same by API"), code(lines, "Commands"), h("p", { class: "muted" }, h("a", { href: "v1/openapi.json", target: "_blank", rel: "noreferrer" }, "OpenAPI document"), ` · fingerprint ${this.incident.fingerprint} · version ${this.incident.version}`));
  }
}

const PAIRS = [
  ["Time", (event) => moment(event.occurred_at)], ["Route", (event) => (event.route ? `${event.route}${event.revision ? `, revision ${event.revision}` : ""}` : null)],
  ["Provider", (event) => [event.provider, event.base_url_host].filter(Boolean).join(" at ")], ["Model", (event) => event.model], ["Tenant", (event) => event.tenant],
  ["Workload", (event) => event.workload], ["Status", (event) => event.status], ["Code", (event) => event.code], ["Type", (event) => event.type],
  ["Failure", (event) => event.failure_class], ["Attempt", (event) => event.attempt || null], ["Stands for", (event) => (event.count > 1 ? `${event.count} errors` : null)],
  ["Credential", (event) => event.credential_class], ["Request", (event) => event.request_id], ["Trace", (event) => event.trace_id], ["Reporter", (event) => event.reporter],
];

function part(title, name, ...children) {
  return h("section", { class: `part part-${name}` }, h("h3", {}, title), ...children);
}

const evidence = (found) => (found.length ? h("details", { class: "evidence", "data-name": `evidence ${found.length}` }, h("summary", {}, `Evidence (${found.length})`), h("ul", {}, found.map((each) => h("li", {}, h("code", {}, each))))) : null);

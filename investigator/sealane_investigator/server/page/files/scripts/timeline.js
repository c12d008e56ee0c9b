// What happened, newest first: states, deeds, investigations, and what the routes did meanwhile.

import { h, icon, moment, time, words } from "./dom.js";

const SHOWN = 40;
const SAME = 5;

const BREAKER = { open: "opened: nothing is sent to", closed: "closed: all is sent again to", half_open: "lets probes through to" };

/** Entries {at, kind, icon, text, detail} of a timeline, newest first. */
export function entries(timeline) {
  const resolved = timeline.deeds.filter((deed) => deed.deed === "resolve").map((deed) => deed.at);
  const states = timeline.states
    .filter((each) => each.kind !== "resolved" || !resolved.some((when) => Math.abs(when - each.at) < SAME))
    .map((each) => ({ at: each.at, kind: each.kind, icon: each.kind === "new" ? "open" : each.kind, text: STATES[each.kind] || each.kind }));
  const all = [
    ...states,
    ...timeline.deeds.map(deed),
    ...timeline.investigations.map((each) => ({
      at: each.done_at || each.asked_at, kind: "look", icon: "look",
      text: each.done_at ? `Investigated (${words(each.trigger)})` : `Waits to be investigated (${words(each.trigger)})`,
    })),
    ...timeline.revisions.map((each) => ({
      at: each.at, kind: "revision", icon: "revision", text: `Revision ${each.revision} of ${each.route} began to serve`,
      detail: each.changed.join("\n"),
    })),
    ...timeline.breakers.map((each) => ({
      at: each.at, kind: "breaker", icon: "breaker", text: `Breaker ${BREAKER[each.after] || `is ${each.after} for`} ${each.provider}`, detail: `${each.route} at router ${each.router}`, quiet: true,
    })),
  ];
  return all.sort((one, other) => other.at - one.at);
}

const STATES = {
  new: "First seen", regressed: "Came back after it was resolved", escalating: "Escalates: far more than in the days before",
  resolved: "Resolved: nothing was seen of it any more",
};

function deed(done) {
  const { by, arguments: given } = done;
  const text = {
    resolve: () => `${by} resolved it${revisions(given.revisions)}`,
    reopen: () => `${by} opened it again`,
    ignore: () => (given.until ? `${by} ignored it until ${moment(given.until)}` : `${by} ignored it`),
    assign: () => (given.assignee ? `${by} assigned it to ${given.assignee}` : `${by} took away its assignee`),
    comment: () => `${by} wrote`,
    feedback: () => `${by} said that the class is ${given.right ? "right" : "wrong"}${given.class && !given.right ? `: it is ${words(given.class)}` : ""}`,
    reclassify: () => `${by} called it ${words(given.class)}`,
    merge: () => `${by} merged it into #${given.into}`,
    unmerge: () => `${by} took it apart again`,
    investigate: () => `${by} asked for an investigation`,
  }[done.deed];
  const kinds = { comment: "comment", resolve: "resolved", ignore: "ignored", merge: "merge", unmerge: "merge", feedback: "flag", reclassify: "flag", investigate: "look", reopen: "open" };
  const kind = kinds[done.deed] || "person";
  return { at: done.at, kind, icon: kind, text: text ? text() : `${by}: ${words(done.deed)}`, said: typeof given.text === "string" ? given.text : null };
}

const revisions = (of) => {
  const named = Object.entries(of || {});
  return named.length ? ` at ${named.map(([route, revision]) => `revision ${revision} of ${route}`).join(", ")}` : "";
};

/** Marks of the chart: what a person looks for beside the errors. */
export function marks(all) {
  const kinds = new Set(["revision", "resolved", "regressed", "escalating"]);
  return all.filter((each) => kinds.has(each.kind)).slice(0, 30).map((each) => ({ at: each.at, kind: each.kind, label: each.text }));
}

export function timelineOf(all) {
  const items = all.map((each) => h("li", { class: `event event-${each.kind}` },
    h("span", { class: "event-icon" }, icon(each.icon)),
    h("div", {}, h("span", { class: "event-text" }, each.text), " ", h("span", { class: "muted" }, time(each.at)),
      each.detail ? h("div", { class: "event-detail" }, each.detail) : null,
      each.said ? h("blockquote", {}, each.said) : null)));
  const list = h("ol", { class: "timeline" }, items.slice(0, SHOWN));
  if (items.length <= SHOWN) return list;
  const rest = h("details", {}, h("summary", {}, `${items.length - SHOWN} older entries`), h("ol", { class: "timeline" }, items.slice(SHOWN)));
  return h("div", {}, list, rest);
}

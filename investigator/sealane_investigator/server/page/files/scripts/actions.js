// What people do to incidents, one or many, and the way back where the API has one.

import { enumeration, get, post } from "./api.js";
import { ask, fail, say } from "./dialogs.js";
import { h, number, words } from "./dom.js";
import { ACTIVE } from "./filters.js";

const PERSON = "person";
const TRIES = 4;

export const actor = { name: "", rights: [] };
export const mayAct = () => actor.rights.includes("act");

/** Set by whoever shows incidents: takes those that changed. */
let changed = () => {};
export const onChanged = (heard) => { changed = heard; };

const some = (incidents) => (incidents.length === 1 ? `#${incidents[0].id}` : `${number(incidents.length)} incidents`);

/** What a person looked at before doing a deed, by the deed; whatever else changed meanwhile is no reason to refuse. */
const STANDS = (incident) => [incident.merged_into, incident.state, incident.episode];
const SAYS = (incident) => [incident.merged_into, incident.diagnosis.class, incident.diagnosis.cause];
const RESTS_ON = {
  resolve: STANDS, reopen: STANDS, ignore: STANDS, feedback: SAYS, reclassify: SAYS,
  assign: (incident) => [incident.merged_into, incident.assignee],
  merge: (incident) => [incident.merged_into], unmerge: (incident) => [incident.merged_into],
};

/**
 * Do a deed to incidents as they were read. Errors that arrive and investigations that end meanwhile change an incident
 * too, so a conflict is tried again when what the deed rests on is still as it was.
 */
async function act(incidents, deed) {
  const looked = RESTS_ON[deed.deed];
  let known = incidents;
  for (let left = TRIES; ; left -= 1) {
    const body = { ...deed, incidents: known.map((each) => each.id), ...(looked ? { versions: known.map((each) => each.version) } : {}) };
    try {
      const answer = await post("v1/incidents/actions", body);
      changed(answer.incidents);
      return answer.incidents;
    } catch (error) {
      if (!String(error.param || "").startsWith("version") || left <= 1) throw error;
      const fresh = await Promise.all(known.map((each) => get(`v1/incidents/${each.id}`)));
      changed(fresh);
      if (fresh.some((each, index) => String(looked(each)) !== String(looked(known[index])))) throw error;
      known = fresh;
    }
  }
}

async function attempt(work) {
  if (!mayAct()) return say("Your token may only read. Somebody has to give it the right act in the token file.", { bad: true });
  try {
    return await work();
  } catch (error) {
    return fail(error);
  }
}

/** What brings each incident back to the state it was in, as few deeds as possible. */
function back(before) {
  const deeds = new Map();
  for (const each of before) {
    const deed = ACTIVE.includes(each.state) ? { deed: "reopen" }
      : each.state === "ignored" ? { deed: "ignore", until: each.ignored_until }
      : { deed: "resolve", revisions: each.resolution ? each.resolution.revisions : null };
    const key = JSON.stringify(deed);
    deeds.set(key, { deed, ids: [...(deeds.get(key) || { ids: [] }).ids, each.id] });
  }
  return [...deeds.values()];
}

function undoing(steps) {
  return () => attempt(async () => {
    for (const { deed, ids } of steps) {
      const now = await Promise.all(ids.map((id) => get(`v1/incidents/${id}`)));
      await act(now, deed);
    }
    say("Undone.");
  });
}

const state = (incidents, deed, told) => attempt(async () => {
  await act(incidents, deed);
  say(told, { undo: undoing(back(incidents)) });
});

export const resolve = (incidents) => state(incidents, { deed: "resolve" }, `Resolved ${some(incidents)}.`);

export const reopen = (incidents) => {
  const closed = incidents.filter((each) => !ACTIVE.includes(each.state));
  return closed.length ? state(closed, { deed: "reopen" }, `Opened ${some(closed)} again.`) : say("It is open already.");
};

/** Resolve what is active; when nothing is, open it again. */
export const toggle = (incidents) => {
  const active = incidents.filter((each) => ACTIVE.includes(each.state));
  return active.length ? resolve(active) : reopen(incidents);
};

const HOUR = 3600;
const SPANS = [[String(HOUR), "1 hour"], [String(8 * HOUR), "8 hours"], [String(24 * HOUR), "1 day"], [String(7 * 24 * HOUR), "1 week"], ["ever", "until somebody opens it"], ["time", "the time below"]];

export const ignore = (incidents) => attempt(async () => {
  const wanted = await ask({
    title: `Ignore ${some(incidents)}`,
    text: "It is counted on, silently. When the time is over, the next error opens it again.",
    fields: [
      { name: "span", label: "For", kind: "select", options: SPANS, value: String(24 * HOUR) },
      { name: "until", label: "Until (your time)", kind: "datetime-local", hint: "Only with “the time below”." },
    ],
    submit: "Ignore",
  });
  if (!wanted) return;
  const named = new Date(wanted.until).getTime() / 1000;
  const until = wanted.span === "ever" ? null : wanted.span === "time" ? named : Date.now() / 1000 + Number(wanted.span);
  if (wanted.span === "time" && !(named > Date.now() / 1000)) return say("Write a time that is still to come.", { bad: true });
  await state(incidents, { deed: "ignore", until }, `Ignored ${some(incidents)}.`);
});

export const assign = (incidents) => attempt(async () => {
  const wanted = await ask({
    title: `Assign ${some(incidents)}`,
    fields: [{ name: "assignee", label: "Who looks after it", value: incidents[0].assignee || localStorage.getItem(PERSON) || actor.name, list: "assignees", hint: "Empty: nobody." }],
    submit: "Assign",
  });
  if (!wanted) return;
  const steps = new Map();
  for (const each of incidents) steps.set(each.assignee, [...(steps.get(each.assignee) || []), each.id]);
  await act(incidents, { deed: "assign", assignee: wanted.assignee || null });
  const undo = undoing([...steps].map(([assignee, ids]) => ({ deed: { deed: "assign", assignee }, ids })));
  say(wanted.assignee ? `Assigned ${some(incidents)} to ${wanted.assignee}.` : `Nobody looks after ${some(incidents)} now.`, { undo });
});

export const merge = (incidents) => attempt(async () => {
  const largest = [...incidents].sort((one, other) => other.count - one.count)[0];
  const many = incidents.length > 1;
  const wanted = await ask({
    title: many ? `Merge ${some(incidents)}` : `Merge #${largest.id} into another incident`,
    text: "They are one kind of error from now on, whatever their texts say. It can be undone.",
    fields: [many
      ? { name: "into", label: "Which one stays", kind: "select", options: incidents.map((each) => [String(each.id), `#${each.id} ${each.title.slice(0, 80)}`]), value: String(largest.id) }
      : { name: "into", label: "Number of the one that stays", kind: "number", required: true }],
    submit: "Merge",
  });
  const into = wanted && Number(wanted.into);
  if (!into) return;
  const sources = incidents.filter((each) => each.id !== into);
  await act(sources, { deed: "merge", into });
  say(`Merged ${some(sources)} into #${into}.`, { undo: undoing([{ deed: { deed: "unmerge" }, ids: sources.map((each) => each.id) }]) });
});

export const unmerge = (incident) => attempt(async () => {
  const into = incident.merged_into;
  await act([incident], { deed: "unmerge" });
  say(`#${incident.id} is an incident of its own again.`, { undo: undoing([{ deed: { deed: "merge", into }, ids: [incident.id] }]) });
});

export const investigate = (incidents) => attempt(async () => {
  await act(incidents, { deed: "investigate" });
  say(`${some(incidents)} will be investigated again; the result appears here.`);
});

export const comment = (incident, text) => attempt(async () => {
  await act([incident], { deed: "comment", text });
  return true;
});

export const right = (incident) => attempt(async () => {
  await act([incident], { deed: "feedback", right: true, class: incident.diagnosis.class });
  say("Noted: the class is right. Thank you.");
});

const classes = async () => (await enumeration("ErrorClass")).map((name) => [name, words(name)]);

export const wrong = (incident) => attempt(async () => {
  const wanted = await ask({
    title: "The diagnosis is wrong",
    text: `It says: ${words(incident.diagnosis.class)}. What you say is kept with the incident, for the next rules.`,
    fields: [
      { name: "class", label: "What is it", kind: "select", options: [["", "I do not know"], ...(await classes())], value: "" },
      { name: "use", label: "And for this incident", kind: "select", options: [["yes", "use that class from now on"], ["no", "only note it"]], value: "yes" },
      { name: "text", label: "Why (if you like)", kind: "long" },
    ],
    submit: "Send",
  });
  if (!wanted) return;
  const feedback = { deed: "feedback", right: false, ...(wanted.class ? { class: wanted.class } : {}), ...(wanted.text ? { text: wanted.text } : {}) };
  let now = await act([incident], feedback);
  if (wanted.class && wanted.use === "yes") {
    now = await act(now, { deed: "reclassify", class: wanted.class });
    await act(now, { deed: "investigate" });
    say(`Noted. #${incident.id} is ${words(wanted.class)} now, and is investigated again.`);
  } else say("Noted: the class is wrong. Thank you.");
});

/** Ask who confirms, then ask the operator; what came of it is written into the timeline by the investigator. */
export const rollBack = (incident) => attempt(async () => {
  const { route, from_revision, to_revision } = incident.recommendation.rollback;
  const wanted = await ask({
    title: `Roll ${route} back`,
    text: [
      h("p", { class: "move" }, h("b", {}, `revision ${from_revision}`), " → ", h("b", {}, `revision ${to_revision}`)),
      `The operator is asked to let revision ${to_revision} serve again. The resource is not rewritten; revision ${from_revision} is refused until its spec changes or somebody asks to retry.`,
      incident.recommendation.risk ? h("p", { class: "risk" }, `Risk: ${incident.recommendation.risk}`) : null,
    ],
    fields: [{ name: PERSON, label: "Your name, for the record", value: localStorage.getItem(PERSON) || "", required: true, longest: 100 }],
    submit: `Roll back to revision ${to_revision}`,
    danger: true,
  });
  if (!wanted || !wanted[PERSON]) return;
  localStorage.setItem(PERSON, wanted[PERSON]);
  const answer = await post(`v1/incidents/${incident.id}/rollback`, { route, from_revision, to_revision, person: wanted[PERSON] });
  say(answer.requested ? `Done: ${answer.text}. What comes of it is written into the timeline.` : `Not needed: ${answer.text}`);
  changed([await get(`v1/incidents/${incident.id}`)]);
});

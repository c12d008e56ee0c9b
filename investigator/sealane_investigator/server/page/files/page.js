// The incidents, live. Everything that is shown is set as text: error messages are written by whoever caused them.
"use strict";

const ACTIVE = ["open", "regressed", "escalating"];
const PAGE = 50;
const MAX_ROWS = 500;
const incidents = new Map();
let token = "", number = null, socket = null, chosen = null, next = null, pause = 1000, asked = 0, linked = null;

const at = (id) => document.getElementById(id);

function make(tag, text, className) {
  const element = document.createElement(tag);
  if (text !== undefined && text !== null) element.textContent = String(text);
  if (className) element.className = className;
  return element;
}

function problem(text) {
  at("problem").textContent = text || "";
  at("problem").hidden = !text;
}

function moment(seconds) {
  return new Date(seconds * 1000).toISOString().replace("T", " ").slice(0, 19) + "Z";
}

async function ask(path, options = {}) {
  const response = await fetch(path, { ...options, headers: { authorization: `Bearer ${token}`, ...options.headers } });
  const body = await response.json().catch(() => ({}));
  if (response.status === 401) enter("This token is not known.");
  if (!response.ok) throw new Error(body.error ? body.error.message : `the investigator answered ${response.status}`);
  return body;
}

function enter(words) {
  token = "";
  sessionStorage.removeItem("token");
  if (socket) socket.close();
  at("entry").hidden = false;
  at("main").hidden = true;
  problem(words);
}

function wanted(incident) {
  const state = at("state").value;
  if (state === "active" && !ACTIVE.includes(incident.state)) return false;
  if (state && state !== "active" && incident.state !== state) return false;
  const text = at("text").value.trim().toLowerCase();
  return !text || `${incident.title} ${incident.subject}`.toLowerCase().includes(text);
}

async function load(more) {
  const mine = ++asked;
  const query = new URLSearchParams({ limit: PAGE });
  const state = at("state").value;
  for (const one of state === "active" ? ACTIVE : state ? [state] : []) query.append("state", one);
  if (at("text").value.trim()) query.set("text", at("text").value.trim());
  if (more && next) query.set("after", next);
  const page = await ask(`/v1/incidents?${query}`);
  if (mine !== asked) return;
  if (!more) incidents.clear();
  for (const incident of page.incidents) incidents.set(incident.id, incident);
  next = page.next;
  at("more").hidden = !next;
  draw();
}

function draw() {
  const shown = [...incidents.values()].sort((a, b) => b.last_seen - a.last_seen).slice(0, MAX_ROWS);
  at("rows").replaceChildren(...shown.map(row));
  at("empty").hidden = shown.length > 0;
}

function row(incident) {
  const line = make("tr", null, incident.id === chosen ? "chosen" : "");
  const state = make("td");
  state.append(make("span", incident.state, `state ${incident.state}`));
  const name = make("td");
  const open = make("button", incident.title);
  open.type = "button";
  open.addEventListener("click", () => show(incident.id));
  name.append(open, make("br"), make("small", incident.subject));
  const kind = incident.diagnosis.class + (incident.diagnosis.unsure ? " (unsure)" : "");
  const count = make("td", (incident.at_least ? "≥ " : "") + incident.count, "number");
  line.append(state, name, make("td", kind, "class"), count, make("td", moment(incident.last_seen)));
  return line;
}

async function show(id) {
  chosen = id;
  draw();
  const [incident, timeline, facets] = await Promise.all([
    ask(`/v1/incidents/${id}`), ask(`/v1/incidents/${id}/timeline?hours=72`), ask(`/v1/incidents/${id}/facets`),
  ]);
  if (chosen !== id) return;
  at("one").hidden = false;
  at("one").replaceChildren(...details(incident, timeline, facets.facets));
}

function details(incident, timeline, facets) {
  const parts = [make("h2", incident.title), facts(incident), make("h3", "Diagnosis"), make("p", incident.diagnosis.why)];
  if (incident.diagnosis.cause_why) parts.push(make("p", `${incident.diagnosis.cause}: ${incident.diagnosis.cause_why}`));
  const advice = incident.recommendation;
  parts.push(make("h3", "What to do"));
  parts.push(make("p", advice ? advice.text : `${incident.diagnosis.action} (not investigated yet)`));
  if (advice && advice.risk) parts.push(make("p", `Risk: ${advice.risk}`));
  if (advice && advice.change) parts.push(...change(advice.change));
  if (advice && advice.rollback) parts.push(rollback(incident, advice.rollback));
  parts.push(make("h3", "Deeds"), deeds(incident), make("h3", "Last 72 hours"), bars(timeline.hours));
  for (const deed of timeline.deeds.slice(0, 20)) {
    const said = deed.arguments.text ? `: ${deed.arguments.text}` : "";
    parts.push(make("p", `${moment(deed.at)} ${deed.by} ${deed.deed}${said}`));
  }
  parts.push(make("h3", "Where"), where(facets));
  return parts;
}

function facts(incident) {
  const list = make("dl");
  const add = (name, value) => list.append(make("dt", name), make("dd", value));
  add("State", incident.state);
  add("Home", incident.subject);
  add("Count", (incident.at_least ? "at least " : "") + incident.count);
  add("Class", `${incident.diagnosis.class}, confidence ${incident.diagnosis.confidence.toFixed(2)}`);
  add("First seen", moment(incident.first_seen));
  add("Last seen", moment(incident.last_seen));
  if (incident.assignee) add("Assignee", incident.assignee);
  if (incident.parent) add("Part of", `incident ${incident.parent}`);
  return list;
}

function change(wantedChange) {
  const text = make("pre", wantedChange.text);
  const copy = make("button", "Copy");
  copy.type = "button";
  copy.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(wantedChange.text);
      copy.textContent = "Copied";
    } catch {
      getSelection().selectAllChildren(text);
    }
  });
  return [make("p", `The exact change (${wantedChange.kind}):`), text, copy];
}

function rollback(incident, wantedRollback) {
  const { route, from_revision, to_revision } = wantedRollback;
  const button = make("button", `Roll ${route} back from revision ${from_revision} to ${to_revision}…`);
  button.type = "button";
  button.addEventListener("click", async () => {
    const person = prompt(`${button.textContent}\nYour name, for the record:`);
    if (!person || !person.trim()) return;
    try {
      const body = JSON.stringify({ route, from_revision, to_revision, person: person.trim() });
      problem((await ask(`/v1/incidents/${incident.id}/rollback`, { method: "POST", body })).text);
    } catch (error) {
      problem(error.message);
    }
    await show(incident.id);
  });
  return button;
}

function deeds(incident) {
  const list = make("div", null, "deeds");
  const add = (label, body) => {
    const button = make("button", label);
    button.type = "button";
    button.addEventListener("click", () => act(incident, body()));
    list.append(button);
  };
  if (incident.state === "resolved" || incident.state === "ignored") add("Reopen", () => ({ deed: "reopen" }));
  else {
    add("Resolve", () => ({ deed: "resolve" }));
    add("Ignore for a day", () => ({ deed: "ignore", until: Date.now() / 1000 + 86400 }));
  }
  add("Investigate again", () => ({ deed: "investigate" }));
  add("Diagnosis is right", () => ({ deed: "feedback", right: true }));
  add("Diagnosis is wrong", () => ({ deed: "feedback", right: false }));
  add("Assign…", () => {
    const name = prompt("Who looks after it? Empty: nobody.", incident.assignee || "");
    return name === null ? null : { deed: "assign", assignee: name.trim() || null };
  });
  add("Comment…", () => {
    const text = prompt("Comment");
    return text && text.trim() ? { deed: "comment", text: text.trim() } : null;
  });
  return list;
}

async function act(incident, body) {
  if (!body) return;
  try {
    const options = { method: "POST", body: JSON.stringify({ ...body, version: incident.version }) };
    incidents.set(incident.id, await ask(`/v1/incidents/${incident.id}/actions`, options));
    problem("");
  } catch (error) {
    problem(error.message);
  }
  await show(incident.id);
}

function bars(hours) {
  const box = make("div", null, "bars");
  const space = "http://www.w3.org/2000/svg";
  const drawing = document.createElementNS(space, "svg");
  drawing.setAttribute("viewBox", `0 0 ${Math.max(1, hours.length)} 100`);
  drawing.setAttribute("preserveAspectRatio", "none");
  drawing.setAttribute("role", "img");
  const most = Math.max(1, ...hours.map((hour) => hour.count));
  hours.forEach((hour, index) => {
    const bar = document.createElementNS(space, "rect");
    const height = (hour.count / most) * 100;
    for (const [name, value] of Object.entries({ x: index, y: 100 - height, width: 0.9, height })) {
      bar.setAttribute(name, value);
    }
    const title = document.createElementNS(space, "title");
    title.textContent = `${moment(hour.at)}: ${hour.count}`;
    bar.append(title);
    drawing.append(bar);
  });
  box.append(drawing);
  return box;
}

function where(facets) {
  const list = make("dl");
  for (const [facet, values] of Object.entries(facets)) {
    const sorted = Object.entries(values).sort((a, b) => b[1] - a[1]).slice(0, 8);
    if (sorted.length) list.append(make("dt", facet), make("dd", sorted.map(([value, count]) => `${value} (${count})`).join(", ")));
  }
  return list;
}

function connect() {
  const address = new URL("/v1/stream", location.href);
  address.protocol = address.protocol === "https:" ? "wss:" : "ws:";
  if (number !== null) address.searchParams.set("after", number);
  const mine = new WebSocket(address, ["sealane.v1", `sealane.token.${token}`]);
  socket = mine;
  mine.addEventListener("open", () => { pause = 1000; at("live").textContent = "live"; });
  mine.addEventListener("message", (event) => heard(JSON.parse(event.data)));
  mine.addEventListener("close", () => {
    if (socket !== mine || !token) return;
    at("live").textContent = "connection lost, trying again";
    setTimeout(connect, pause);
    pause = Math.min(30000, pause * 2);
  });
}

function heard(message) {
  number = message.number;
  if (message.type === "reload") load(false).catch((error) => problem(error.message));
  if (message.type !== "change") return;
  const incident = message.incident;
  if (wanted(incident)) incidents.set(incident.id, incident);
  else incidents.delete(incident.id);
  if (!heard.waiting) {
    heard.waiting = true;
    requestAnimationFrame(() => { heard.waiting = false; draw(); });
  }
  if (incident.id === chosen && message.kind !== "counted") show(incident.id).catch((error) => problem(error.message));
}

async function begin() {
  at("entry").hidden = true;
  at("main").hidden = false;
  problem("");
  try {
    await load(false);
    if (token) connect();
    if (token && linked) await show(linked);
  } catch (error) {
    problem(error.message);
  }
}

addEventListener("DOMContentLoaded", () => {
  at("entry").addEventListener("submit", (event) => {
    event.preventDefault();
    token = at("token").value.trim();
    at("token").value = "";
    sessionStorage.setItem("token", token);
    begin();
  });
  at("state").addEventListener("change", () => load(false).catch((error) => problem(error.message)));
  at("text").addEventListener("change", () => load(false).catch((error) => problem(error.message)));
  at("more").addEventListener("click", () => load(true).catch((error) => problem(error.message)));
  // `sealane up` prints an address with the token behind #, which no browser sends anywhere.
  // Links in notifications name an incident there.
  const behind = new URLSearchParams(location.hash.slice(1));
  linked = Number(behind.get("incident")) || null;
  if (behind.get("token")) {
    sessionStorage.setItem("token", behind.get("token"));
    history.replaceState(null, "", location.pathname);
  }
  token = sessionStorage.getItem("token") || "";
  if (token) begin();
  else enter("");
});

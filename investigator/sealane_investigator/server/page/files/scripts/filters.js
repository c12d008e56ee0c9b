// What is shown, as the part of the address behind #, which no browser sends to anybody: a link shows the same list.

export const ACTIVE = ["open", "regressed", "escalating"];
export const TABS = [
  ["active", "Active"], ["escalating", "Escalating"], ["regressed", "Regressed"],
  ["resolved", "Resolved"], ["ignored", "Ignored"], ["all", "All"],
];
export const PAGE = 50;

const DEFAULTS = {
  state: "active", text: "", class: "", route: "", provider: "", model: "", assignee: "", unsure: "", parent: "",
  sort: "last_seen", after: "", incident: "",
};
const NARROWING = ["text", "class", "route", "provider", "model", "assignee", "unsure", "parent"];
const STATES = new Set(["active", "all", "resolved", "ignored", ...ACTIVE]);
const SORTS = new Set(["last_seen", "first_seen", "count"]);

/** Filters from an address; what makes no sense there is left out. */
export function read(hash) {
  const given = new URLSearchParams(hash.replace(/^#/, ""));
  const filters = { ...DEFAULTS };
  for (const name of Object.keys(DEFAULTS)) if (given.get(name)) filters[name] = given.get(name).slice(0, 256);
  if (!STATES.has(filters.state)) filters.state = DEFAULTS.state;
  if (!SORTS.has(filters.sort)) filters.sort = DEFAULTS.sort;
  for (const name of ["incident", "parent"]) if (!/^[1-9]\d{0,15}$/.test(filters[name])) filters[name] = "";
  return filters;
}

export function written(filters) {
  const said = new URLSearchParams();
  for (const [name, value] of Object.entries(DEFAULTS)) if (filters[name] && filters[name] !== value) said.set(name, filters[name]);
  return `#${said}`;
}

/** The question to the API. */
export function question(filters) {
  const query = new URLSearchParams({ limit: PAGE, sort: filters.sort });
  const states = filters.state === "active" ? ACTIVE : filters.state === "all" ? [] : [filters.state];
  for (const state of states) query.append("state", state);
  for (const name of [...NARROWING, "after"]) if (filters[name]) query.set(name, filters[name]);
  return query;
}

export const narrowed = (filters) => NARROWING.filter((name) => filters[name]).length;

export function cleared(filters) {
  return { ...DEFAULTS, state: filters.state, sort: filters.sort, incident: filters.incident };
}

/** Whether the list is the same but for the incident that is open. */
export const sameList = (one, other) => written({ ...one, incident: "" }) === written({ ...other, incident: "" });

/** Whether an incident belongs to the list; null: only the investigator knows. */
export function fits(filters, incident) {
  if (incident.merged_into) return false;
  if (filters.state === "active" ? !ACTIVE.includes(incident.state) : filters.state !== "all" && filters.state !== incident.state) return false;
  if (filters.class && incident.diagnosis.class !== filters.class) return false;
  if (filters.unsure && String(incident.diagnosis.unsure) !== filters.unsure) return false;
  if (filters.parent && String(incident.parent) !== filters.parent) return false;
  if (filters.assignee && incident.assignee !== filters.assignee) return false;
  return filters.text || filters.route || filters.provider || filters.model ? null : true;
}

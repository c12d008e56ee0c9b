// Elements, icons and words. Whatever is shown becomes a text node or an attribute, never markup: error texts are
// written by whoever caused them.

const SVG = "http://www.w3.org/2000/svg";

export const at = (id) => document.getElementById(id);

/** An element. `on` are listeners, `class` and other names attributes; children are elements, texts or null. */
export function h(tag, properties = {}, ...children) {
  return filled(document.createElement(tag), properties, children);
}

/** The same for SVG. */
export function s(tag, properties = {}, ...children) {
  return filled(document.createElementNS(SVG, tag), properties, children);
}

function filled(element, properties, children) {
  for (const [name, value] of Object.entries(properties)) {
    if (name === "on") for (const [kind, heard] of Object.entries(value)) element.addEventListener(kind, heard);
    else if (value !== null && value !== undefined && value !== false) element.setAttribute(name, value === true ? "" : value);
  }
  for (const child of children.flat(3)) {
    if (child !== null && child !== undefined && child !== false) element.append(child instanceof Node ? child : String(child));
  }
  return element;
}

export function button(label, act, properties = {}) {
  return h("button", { type: "button", ...properties, on: { click: act } }, label);
}

const PATHS = {
  open: "M8 2.5a5.5 5.5 0 1 0 0 11a5.5 5.5 0 0 0 0-11M8 5v3.6M8 10.9v.1",
  escalating: "M3.5 8L8 3.5L12.5 8M3.5 12.5L8 8l4.5 4.5",
  regressed: "M3 3v3.5h3.5M3.3 6.3A5.2 5.2 0 1 1 2.8 9",
  resolved: "M8 2.5a5.5 5.5 0 1 0 0 11a5.5 5.5 0 0 0 0-11M5.4 8.2l1.8 1.8l3.4-3.8",
  ignored: "M8 2.5a5.5 5.5 0 1 0 0 11a5.5 5.5 0 0 0 0-11M4.2 4.2l7.6 7.6",
  close: "M4 4l8 8M12 4l-8 8",
  copy: "M6 5.5V4a1 1 0 0 1 1-1h5a1 1 0 0 1 1 1v5a1 1 0 0 1-1 1h-1.5M4 6h5a1 1 0 0 1 1 1v5a1 1 0 0 1-1 1H4a1 1 0 0 1-1-1V7a1 1 0 0 1 1-1",
  done: "M3.5 8.5l3 3l6-7",
  person: "M8 8.2a2.6 2.6 0 1 0 0-5.2a2.6 2.6 0 0 0 0 5.2M3 13.5c.6-2.2 2.6-3.2 5-3.2s4.400 1 5 3.2",
  comment: "M3 3.500h10v7H7.500L4.500 13v-2.500H3z",
  revision: "M5 3v10M5 6.500c0 2 6 1 6 3.500M5 3.500a.5.5 0 1 0 0-1M11 10a1.300 1.300 0 1 0 0 2.600a1.300 1.300 0 0 0 0-2.600",
  breaker: "M9 2L4 9h3.500L7 14l5-7H8.500z",
  look: "M7 2.500a4.500 4.500 0 1 0 0 9a4.500 4.500 0 0 0 0-9M10.300 10.300L13.500 13.500",
  merge: "M4 2.500v11M4 5.500c0 3 3 3 8 3M9.500 6L12 8.500L9.500 11",
  flag: "M4 14V2.500M4 3h8l-1.500 2.700L12 8.500H4",
  warning: "M8 2.500L14 13H2zM8 6.500v3M8 11.300v.1",
  back: "M10 3L5 8l5 5",
  next: "M6 3l5 5l-5 5",
};

/** A drawing of 16 by 16; without `label` it says nothing to a screen reader. */
export function icon(name, label = null) {
  const drawing = s("svg", { viewBox: "0 0 16 16", class: `icon icon-${name}`, ...(label ? { role: "img" } : { "aria-hidden": "true" }) });
  if (label) drawing.append(s("title", {}, label));
  drawing.append(s("path", { d: PATHS[name] }));
  return drawing;
}

/** `auth_invalid_key` as people write it. */
export const words = (name) => String(name).replaceAll("_", " ");

const NUMBERS = new Intl.NumberFormat("en");
const SHORT = new Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits: 1 });

export const number = (value) => NUMBERS.format(value);

/** The count of an incident; where a reporter had to drop events it is a lower bound and says so. */
export function counted(incident, { short = false } = {}) {
  const figure = short && incident.count >= 10000 ? SHORT.format(incident.count) : number(incident.count);
  return incident.at_least ? h("span", { title: "A reporter had to drop events: there were at least so many." }, h("small", {}, "at least "), figure) : figure;
}

export function ago(seconds, now = Date.now() / 1000) {
  const past = Math.max(0, now - seconds);
  if (past < 10) return "just now";
  if (past < 60) return `${Math.floor(past)} s ago`;
  if (past < 3600) return `${Math.floor(past / 60)} min ago`;
  if (past < 86400) return `${Math.floor(past / 3600)} h ago`;
  if (past < 86400 * 60) return `${Math.floor(past / 86400)} d ago`;
  return new Date(seconds * 1000).toISOString().slice(0, 10);
}

export const moment = (seconds) => {
  const date = new Date(seconds * 1000);
  return Number.isNaN(date.getTime()) ? "at an unknown time" : `${date.toISOString().replace("T", " ").slice(0, 19)} UTC`;
};

/** How long ago, kept true by `refreshTimes`; the exact moment is its title. */
export function time(seconds) {
  return h("time", { "data-at": seconds, title: moment(seconds) }, ago(seconds));
}

export function refreshTimes() {
  for (const each of document.querySelectorAll("time[data-at]")) {
    const text = ago(Number(each.dataset.at));
    if (each.textContent !== text) each.textContent = text;
  }
}

/** Copies `text`; where a browser has no clipboard (plain HTTP), what is shown is selected instead. */
export function copyButton(text, shown) {
  const label = h("span", {}, "Copy");
  const copy = button([icon("copy"), label], async () => {
    try {
      await navigator.clipboard.writeText(text);
      label.textContent = "Copied";
    } catch {
      getSelection().selectAllChildren(shown);
      label.textContent = "Selected: press Ctrl+C";
    }
    setTimeout(() => { label.textContent = "Copy"; }, 2500);
  }, { class: "copy" });
  return copy;
}

/** A text to copy. */
export function code(text, label) {
  const shown = h("pre", { tabindex: "0" }, text);
  return h("div", { class: "code" }, h("div", { class: "code-head" }, h("span", {}, label), copyButton(text, shown)), shown);
}

/** A title as people read it: `{}` is where its occurrences differ. */
export function titled(title) {
  if (!title) return "(no message)";
  return title.split("{}").flatMap((text, index) => (index ? [h("span", { class: "hole", title: "differs" }, "…"), text] : [text]));
}

export const chip = (kind, ...children) => h("span", { class: `chip ${kind}` }, ...children);

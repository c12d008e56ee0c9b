// Questions to the person, and short messages with a way back.

import { at, button, h, icon } from "./dom.js";

/**
 * Ask with a form. `fields` are {name, label, kind, options, value, placeholder, required, hint}; returns what was
 * written by name, or null.
 */
export function ask({ title, text = [], fields = [], submit, danger = false, cancel = "Cancel" }) {
  return new Promise((answer) => {
    const inputs = fields.map(input);
    const close = (value) => { dialog.close(); dialog.remove(); answer(value); };
    // Enter sends a form from a field, though not by itself from a list.
    const sent = (event) => { if (event.key === "Enter" && event.target.tagName === "SELECT") { event.preventDefault(); form.requestSubmit(); } };
    const form = h("form", { on: { keydown: sent, submit: (event) => { event.preventDefault(); close(read(fields, inputs)); } } },
      h("h2", {}, title),
      [text].flat().filter(Boolean).map((line) => (line instanceof Node ? line : h("p", {}, line))),
      fields.map((field, index) => h("label", {}, h("span", {}, field.label), inputs[index], field.hint ? h("small", {}, field.hint) : null)),
      h("div", { class: "choices" },
        cancel ? button(cancel, () => close(null)) : null,
        h("button", { class: danger ? "danger" : "primary" }, submit)));
    const dialog = h("dialog", { "aria-label": title, on: { cancel: (event) => { event.preventDefault(); close(null); } } }, form);
    document.body.append(dialog);
    dialog.showModal();
    (inputs[0] || form.querySelector(".choices button")).focus();
  });
}

function input(field) {
  const common = { name: field.name, required: field.required };
  if (field.kind === "select") {
    return h("select", common, field.options.map(([value, label]) => h("option", { value, selected: value === field.value }, label)));
  }
  if (field.kind === "long") return withValue(h("textarea", { ...common, rows: 4, maxlength: 4096 }), field.value);
  const kind = field.kind || "text";
  return withValue(h("input", { ...common, type: kind, maxlength: field.longest || 256, placeholder: field.placeholder, list: field.list, autocomplete: "off" }), field.value);
}

function withValue(element, value) {
  element.value = value || "";
  return element;
}

const read = (fields, inputs) => Object.fromEntries(fields.map((field, index) => [field.name, inputs[index].value.trim()]));

const SHORT = 6000;
const LONG = 12000;
let undoing = null;

/** Say what was done, or what went wrong; `undo` is offered for a while, and by the key z. */
export function say(text, { undo = null, bad = false } = {}) {
  const gone = () => { toast.remove(); if (undoing === undo) undoing = null; };
  const toast = h("div", { class: `toast${bad ? " bad" : ""}` }, bad ? icon("warning") : null, h("span", {}, text),
    undo ? button("Undo", () => { gone(); undo(); }) : null,
    button(icon("close"), gone, { class: "quiet", "aria-label": "Dismiss" }));
  at("toasts").append(toast);
  while (at("toasts").children.length > 4) at("toasts").firstChild.remove();
  if (undo) undoing = undo;
  setTimeout(gone, undo || bad ? LONG : SHORT);
}

export const fail = (error) => say(error.message, { bad: true });

/** The last thing that can be undone, once. */
export function undoLast() {
  const last = undoing;
  undoing = null;
  if (!last) return say("There is nothing to undo.");
  at("toasts").replaceChildren();
  return last();
}

const KEYS = [
  ["j / k", "next, previous incident"], ["Enter", "open it"], ["Esc", "close it, or what is selected"],
  ["x", "select it"], ["e", "resolve, or open again"], ["i", "ignore"], ["a", "assign"], ["c", "comment"],
  ["m", "merge"], ["z", "undo"], ["/", "search"], ["r", "read the list again"], ["?", "these keys"],
];

export function help() {
  const keys = h("dl", { class: "keys" }, KEYS.map(([key, what]) => [h("dt", {}, h("kbd", {}, key)), h("dd", {}, what)]));
  const note = "Keys that change incidents mean those that are selected, else the one that is open, else the one in focus.";
  return ask({ title: "Keyboard", text: [keys, note], submit: "Close", cancel: null });
}

// Whether what is shown is live, and what stands in the way.

import { at, button, h } from "./dom.js";

let clock = null;

/** Words above everything, with a button (`[label, work]`) that may help; null takes them away. */
export function banner(text, choice = null) {
  at("banner").hidden = !text;
  at("banner").replaceChildren(...(text ? [h("span", {}, text), choice ? button(choice[0], choice[1]) : null].filter(Boolean) : []));
}

/** What the stream says of itself, `off` for nothing; while it waits the seconds are counted down, for the eye only. */
export function drawLive(told, tryNow) {
  clearInterval(clock);
  const shown = at("live");
  const since = told.since ? new Date(told.since).toTimeString().slice(0, 8) : "";
  const said = { off: "", live: "Live", connecting: "Connecting …", trying: `Stale since ${since}, connecting …`, lost: `Stale since ${since}` }[told.state];
  const left = h("span", { "aria-hidden": "true" });
  shown.className = `live live-${told.state}`;
  document.body.classList.toggle("stale", told.state === "lost" || told.state === "trying");
  shown.replaceChildren(...(said ? [h("span", { class: "dot" }), h("span", { class: "said", title: said }, said)] : []));
  if (told.state !== "lost") return;
  const count = () => { left.textContent = `next try in ${Math.max(0, Math.ceil((told.at - Date.now()) / 1000))} s`; };
  count();
  shown.append(left, button("Try now", tryNow, { class: "quiet" }));
  clock = setInterval(count, 1000);
}

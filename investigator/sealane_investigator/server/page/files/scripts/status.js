// Whether what is shown is live, and what stands in the way.

import { at, button, h } from "./dom.js";

let clock = null;

/** Words above everything, with a button (`[label, work]`) that may help; null takes them away. */
export function banner(text, choice = null) {
  at("banner").hidden = !text;
  at("banner").replaceChildren(...(text ? [h("span", {}, text), choice ? button(choice[0], choice[1]) : null].filter(Boolean) : []));
}

/** What the stream says of itself, `off` for nothing; while it waits the seconds are counted down. */
export function drawLive(told, tryNow) {
  clearInterval(clock);
  const shown = at("live");
  const draw = () => {
    const left = told.at ? Math.max(0, Math.ceil((told.at - Date.now()) / 1000)) : 0;
    const since = told.since ? new Date(told.since).toTimeString().slice(0, 8) : "";
    const said = { live: "Live", connecting: "Connecting …", trying: `Stale since ${since}, connecting …`, lost: `Stale since ${since}, next try in ${left} s` }[told.state];
    shown.replaceChildren(h("span", { class: "dot" }), said, ...(told.state === "lost" ? [button("Try now", tryNow, { class: "quiet" })] : []));
  };
  shown.className = `live live-${told.state}`;
  shown.replaceChildren();
  document.body.classList.toggle("stale", told.state === "lost" || told.state === "trying");
  if (told.state !== "off") draw();
  if (told.state === "lost") clock = setInterval(draw, 1000);
}

// Small drawings. Sizes are attributes of SVG, so that no style has to be written into the page.

import { h, moment, number, s } from "./dom.js";

/** The counts of 24 hours as bars; the tallest hour fills the height. */
export function sparkline(hours, label) {
  const most = Math.max(1, ...hours);
  const drawing = s("svg", { viewBox: `0 0 ${hours.length * 4} 24`, preserveAspectRatio: "none", class: "spark", role: "img", "aria-label": label });
  drawing.append(s("title", {}, label));
  hours.forEach((count, index) => {
    const height = count ? Math.max(2, (count / most) * 24) : 1;
    drawing.append(s("rect", { x: index * 4, y: 24 - height, width: 3, height, rx: 0.5, class: count ? "some" : "none" }));
  });
  return drawing;
}

/** The hours of an incident with marks where something happened: `marks` are {at, kind, label}. */
export function hourChart(hours, marks) {
  const most = Math.max(1, ...hours.map((hour) => hour.count));
  const width = 600;
  const step = width / hours.length;
  const drawing = s("svg", { viewBox: `0 0 ${width} 96`, preserveAspectRatio: "none", class: "hours", role: "img", "aria-label": `Errors by the hour, at most ${number(most)}` });
  hours.forEach((hour, index) => {
    const height = hour.count ? Math.max(2, (hour.count / most) * 90) : 0.8;
    drawing.append(
      s("rect", { x: index * step, y: 0, width: step, height: 96, class: "reach" }, s("title", {}, `${moment(hour.at)}: ${number(hour.count)}`)),
      s("rect", { x: index * step + step * 0.1, y: 96 - height, width: step * 0.8, height, class: hour.count ? "some" : "none" }),
    );
  });
  const first = hours[0].at;
  const span = hours.length * 3600;
  for (const mark of marks) {
    const place = ((mark.at - first) / span) * width;
    if (place < 0 || place > width) continue;
    drawing.append(s("line", { x1: place, x2: place, y1: 0, y2: 96, class: `mark mark-${mark.kind}` }, s("title", {}, `${mark.label}, ${moment(mark.at)}`)));
  }
  const ends = h("div", { class: "ends" }, h("span", {}, moment(first).slice(5, 16)), h("span", {}, `at most ${number(most)} an hour`), h("span", {}, "now"));
  return h("div", { class: "chart" }, drawing, ends);
}

/** One facet: the largest values with their share. */
export function facetBars(name, values, chosen) {
  const sorted = Object.entries(values).sort((one, other) => other[1] - one[1]);
  const total = sorted.reduce((sum, [, count]) => sum + count, 0) || 1;
  const shown = sorted.slice(0, 6);
  const rest = sorted.slice(6).reduce((sum, [, count]) => sum + count, 0);
  const line = (value, count, link) => {
    const share = (count / total) * 100;
    const bar = s("svg", { viewBox: "0 0 100 4", preserveAspectRatio: "none", class: "share", "aria-hidden": "true" },
      s("rect", { x: 0, y: 0, width: 100, height: 4, class: "track" }), s("rect", { x: 0, y: 0, width: share, height: 4, class: "some" }));
    const text = link ? h("a", { href: link, title: `Show incidents with ${name} ${value}` }, value) : h("span", {}, value);
    return h("li", {}, h("div", { class: "share-text" }, text, h("span", { class: "muted" }, `${number(count)} · ${share < 1 ? "<1" : Math.round(share)} %`)), bar);
  };
  return h("div", { class: "facet" }, h("h4", {}, name),
    h("ul", {}, shown.map(([value, count]) => line(value, count, value === "other" ? null : chosen(name, value))), rest ? line(`${sorted.length - 6} more`, rest, null) : null));
}

/** How sure a diagnosis is. */
export function confidence(value, unsure) {
  const share = Math.round(value * 100);
  const drawing = s("svg", { viewBox: "0 0 100 6", preserveAspectRatio: "none", class: `confidence${unsure ? " unsure" : ""}`, "aria-hidden": "true" },
    s("rect", { x: 0, y: 0, width: 100, height: 6, class: "track" }), s("rect", { x: 0, y: 0, width: share, height: 6, class: "some" }));
  return h("span", { class: "sure", title: "Calibrated: of diagnoses with this figure, so many were right." }, drawing, `${share} % sure`);
}

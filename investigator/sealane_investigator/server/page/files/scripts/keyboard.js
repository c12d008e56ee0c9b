// Keys outside of fields and dialogs.

/** `keys` are functions by key, `escape` is that key's own; `asleep()`: there is nothing to do anything to. */
export function onKeys(keys, escape, asleep) {
  addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]") || asleep()) return;
    const writing = event.target.closest("input:not([type=checkbox]), textarea, select");
    if (event.key === "Escape") {
      if (writing) writing.blur();
      else escape();
      return;
    }
    const work = writing || !Object.hasOwn(keys, event.key) ? null : keys[event.key];
    if (!work) return;
    event.preventDefault();
    work();
  });
}

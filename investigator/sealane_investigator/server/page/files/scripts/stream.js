// The stream: every change, numbered. It reconnects with the last number, so nothing is missed, and says when what is
// shown is stale.

import { currentToken } from "./api.js";

/** The investigator sends a beat every 15 s; a connection that is silent for longer than this is dead. */
const SILENCE = 40000;
const FIRST_PAUSE = 1000;
const LONGEST_PAUSE = 30000;

export class Live {
  /** `changed(message)`, `ready()` once all that was missed came, `reload()` when too much was; `shown(state)`. */
  constructor({ changed, ready, reload, shown, failed }) {
    Object.assign(this, { changed, ready, reload, shown, failed });
    this.number = null;
    this.socket = null;
    this.pause = FIRST_PAUSE;
    this.since = null;
  }

  start() {
    this.stop();
    this.since = null;
    this.connect();
  }

  stop() {
    const socket = this.socket;
    this.socket = null;
    clearTimeout(this.retry);
    clearTimeout(this.silence);
    if (socket) socket.close();
  }

  now() {
    if (this.socket) return;
    clearTimeout(this.retry);
    this.pause = FIRST_PAUSE;
    this.connect();
  }

  connect() {
    const address = new URL("v1/stream", document.baseURI);
    address.protocol = address.protocol === "https:" ? "wss:" : "ws:";
    if (this.number !== null) address.searchParams.set("after", this.number);
    this.shown({ state: this.since ? "trying" : "connecting", since: this.since });
    const mine = this.open(address);
    this.socket = mine;
    let opened = false;
    const ended = () => {
      clearTimeout(this.silence);
      if (this.socket !== mine) return;
      this.socket = null;
      this.lost(opened);
    };
    // Closing waits for the other side, which a dead connection has not got.
    const silent = () => { ended(); mine.close(); };
    const heard = () => {
      clearTimeout(this.silence);
      this.silence = setTimeout(silent, SILENCE);
    };
    mine.addEventListener("open", () => { opened = true; heard(); });
    mine.addEventListener("message", (event) => {
      if (this.socket !== mine) return;
      heard();
      this.take(JSON.parse(event.data));
    });
    mine.addEventListener("close", ended);
    heard();
  }

  open(address) {
    const token = currentToken();
    try {
      return new WebSocket(address, ["sealane.v1", `sealane.token.${token}`]);
    } catch {
      // A token with characters that no subprotocol may have.
      address.searchParams.set("token", token);
      return new WebSocket(address, ["sealane.v1"]);
    }
  }

  take(message) {
    this.number = message.number;
    if (message.type === "change") this.changed(message);
    if (message.type === "reload") this.reload();
    if (message.type !== "ready") return;
    const first = this.since === null;
    this.since = null;
    this.pause = FIRST_PAUSE;
    this.shown({ state: "live" });
    this.ready(first);
  }

  lost(opened) {
    this.since = this.since || Date.now();
    this.shown({ state: "lost", since: this.since, at: Date.now() + this.pause });
    this.retry = setTimeout(() => this.connect(), this.pause);
    this.pause = Math.min(LONGEST_PAUSE, this.pause * 2);
    if (!opened) this.failed();
  }
}

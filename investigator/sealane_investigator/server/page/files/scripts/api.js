// The REST API of the investigator, as its OpenAPI document describes it. The token lives in this tab only.

/** What the investigator refused, in its own words, or that it could not be reached (status 0). */
export class Problem extends Error {
  constructor(message, status, code, param) {
    super(message);
    this.status = status;
    this.code = code;
    this.param = param;
  }
}

const KEY = "token";
/** How long an answer may take, in ms. */
const PATIENCE = 20000;
let token = "";
let unknown = () => {};

export const currentToken = () => token;

/** Called with words whenever the investigator does not know the token. */
export function onUnknownToken(heard) {
  unknown = heard;
}

export function remember(text) {
  token = text;
  if (text) sessionStorage.setItem(KEY, text);
  else sessionStorage.removeItem(KEY);
}

export function recall() {
  token = sessionStorage.getItem(KEY) || "";
  return token;
}

const WORDS = {
  not_allowed: "Your token may not do this. Somebody has to give it the right in the token file.",
  store_unavailable: "The database does not answer. Nothing was changed; try again in a moment.",
  busy: "The investigator has too many requests at once. Try again in a moment.",
  stopping: "This replica is about to end. Try again in a moment.",
  internal_error: "The investigator has a defect; its log says where.",
};

async function ask(path, options = {}) {
  const headers = { authorization: `Bearer ${token}`, ...options.headers };
  let response;
  try {
    response = await fetch(path, { ...options, headers, cache: "no-store", signal: AbortSignal.timeout(PATIENCE) });
  } catch (error) {
    const slow = error.name === "TimeoutError";
    throw new Problem(slow ? `The investigator did not answer within ${PATIENCE / 1000} s.` : "The investigator cannot be reached. Is it running, and is this machine connected?", 0, "unreachable");
  }
  const body = await response.json().catch(() => null);
  if (response.ok && body !== null) return body;
  const error = (body && body.error) || {};
  if (response.status === 401) unknown(`This token is not accepted: ${error.message || "it is not known"}.`);
  const said = WORDS[error.code] || error.message || `The investigator answered ${response.status}.`;
  throw new Problem(error.code === "conflict" ? `Not done: ${error.message}.` : said, response.status, error.code, error.param);
}

export const get = (path) => ask(path);
export const post = (path, body) => ask(path, { method: "POST", body: JSON.stringify(body), headers: { "content-type": "application/json" } });

let document_ = null;

/** The values of an enumeration, from the document that is served. */
export async function enumeration(name) {
  document_ = document_ || get("v1/openapi.json");
  try {
    const schemas = (await document_).components.schemas;
    return schemas[name].enum || [];
  } catch (error) {
    document_ = null;
    throw error;
  }
}

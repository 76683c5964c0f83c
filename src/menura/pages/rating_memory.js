/* What the browser remembers, and how it reaches the server: who the rater is, and the answers that
   the server has not acknowledged. They are sent until it does, also after a reload. */
"use strict";
const memory = (() => {
  const test = document.body.dataset.test;
  const key = (what) => `menura:${test}:${what}`;
  const here = new Map();  /* what the browser would not keep: newer than what it has */
  return {
    test,
    get(what) {
      try { return here.get(what) ?? localStorage.getItem(key(what)); } catch { return null; }
    },
    set(what, value) {
      here.set(what, value);
      try {
        localStorage.setItem(key(what), value);
        here.delete(what);
      } catch { /* full, or not allowed */ }
    },
    forget(what) {
      here.delete(what);
      try { localStorage.removeItem(key(what)); } catch { /* not allowed */ }
    },
  };
})();

function rater() {
  if (!memory.get("rater")) {
    const drawn = crypto.getRandomValues(new Uint8Array(16));
    memory.set("rater", [...drawn].map((byte) => byte.toString(16).padStart(2, "0")).join(""));
  }
  return memory.get("rater");
}

/* The status and what was said; an error where there is no answer within ten seconds. */
async function post(where, what) {
  const patience = new AbortController();
  const timer = setTimeout(() => patience.abort(), 10000);
  try {
    const answer = await fetch(where, {
      method: "POST", body: JSON.stringify(what), signal: patience.signal, cache: "no-store",
      headers: {"Content-Type": "application/json"},
    });
    return {status: answer.status, said: await answer.json()};
  } finally {
    clearTimeout(timer);
  }
}

const unsent = {
  FIRST_MS: 1000, LAST_MS: 15000,
  wait_ms: 1000, timer: 0, busy: false,
  changed: () => {},  /* told how many are unsent, whether that fails, or another test is there */
  gone: false,        /* whether an answer was refused for good */
  lost: () => {},     /* told so, once the others are sent */

  all() { return JSON.parse(memory.get("unsent") || "[]"); },
  add(one) {
    memory.set("unsent", JSON.stringify([...this.all(), one]));
    this.send();
  },
  drop(one) {
    const others = this.all().filter((o) => o.rater !== one.rater || o.trial !== one.trial);
    memory.set("unsent", JSON.stringify(others));
  },
  async send() {
    clearTimeout(this.timer);
    if (this.busy) return;
    this.busy = true;
    let away = false, another = false;
    try {
      for (let one; (one = this.all()[0]);) {
        const {status, said} = await post("api/answers", {...one, test: memory.test});
        /* Only our server says whether it is saved; what stands between says such numbers too.
           409: another window has answered this trial already, and that answer stays.
           412: another test is served here; the answer is kept until its own is again. */
        another = said?.saved === false && status === 412;
        const refused = said?.saved === false && [404, 409, 413, 422].includes(status);
        if (said?.saved !== true && !refused) throw new Error(`the server says ${status}`);
        this.drop(one);
        this.gone ||= refused && status !== 409;
        this.wait_ms = this.FIRST_MS;
      }
      if (this.gone) { this.gone = false; this.lost(); }
    } catch {
      away = true;
      this.timer = setTimeout(() => this.send(), this.wait_ms);
      this.wait_ms = Math.min(2 * this.wait_ms, this.LAST_MS);
    } finally {
      this.busy = false;
      this.changed(this.all().length, away, another);
    }
  },
};
addEventListener("online", () => unsent.send());
addEventListener("visibilitychange", () => { if (!document.hidden) unsent.send(); });
addEventListener("beforeunload", (event) => { if (unsent.all().length) event.preventDefault(); });

// SPDX-License-Identifier: Apache-2.0

/// What pages look like and do, served from the program itself.
enum Assets {
  struct Asset {
    var type: String
    var text: String
  }

  static let all: [String: Asset] = [
    "dashboard.css": Asset(type: "text/css; charset=utf-8", text: HTMLPage.style + "\n" + style),
    "dashboard.js": Asset(type: "text/javascript; charset=utf-8", text: script),
    "mark.svg": Asset(type: "image/svg+xml", text: mark),
  ]

  private static let mark = """
    <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><path d="M1 14h4v-4h4V6h4V2h2" fill="none" stroke="#3a71b6"
    stroke-width="2"/></svg>
    """

  private static let style = """
    :root { --link: #0a56b0; --bad: #b3261e; --focus: #c2570c; }
    @media (prefers-color-scheme: dark) { :root { --link: #8dbdff; --bad: #ff8a80; --focus: #ffa45c; } }
    a { color: var(--link); } a:focus-visible, button:focus-visible, input:focus-visible, [tabindex="0"]:focus-visible {
    outline: 3px solid var(--focus); outline-offset: 2px; }
    main:focus { outline: none; }
    .skip { position: absolute; left: -100vw; } .skip:focus { left: 1rem; top: .5rem; background: var(--page); padding: .25rem .5rem; }
    header { display: flex; justify-content: space-between; gap: 1rem; margin-bottom: 1.5rem; flex-wrap: wrap; }
    nav { overflow-wrap: anywhere; } #live { color: var(--faint); font-size: .92rem; } #live.lost { color: var(--bad); }
    h1 { overflow-wrap: anywhere; } section { margin: 0 0 1.5rem; }
    dl { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 17rem), 1fr)); gap: .1rem 1.5rem; margin: .5rem 0; }
    dl div { display: flex; gap: .75rem; justify-content: space-between; border-bottom: 1px solid var(--grid); padding: .3rem 0; }
    dl .long { grid-column: 1 / -1; } dl .long dd { text-align: left; flex: 1; }
    dt { color: var(--faint); flex: none; max-width: 60%; overflow-wrap: anywhere; }
    dd { margin: 0; text-align: right; overflow-wrap: anywhere; font-variant-numeric: tabular-nums; }
    progress { width: 100%; height: .6rem; accent-color: var(--good); }
    pre { background: var(--card); border: 1px solid var(--grid); border-radius: 8px; padding: .8rem; overflow: auto; max-height: 30rem;
    font: .85rem/1.45 ui-monospace, monospace; white-space: pre-wrap; overflow-wrap: anywhere; }
    .choices { display: flex; gap: .9rem; flex-wrap: wrap; margin: .4rem 0; } [aria-current="true"] { font-weight: 700;
    text-decoration: none; color: var(--ink); }
    .failure { color: var(--bad); } .note, .later { color: var(--faint); }
    .state.failed, .state.gone { color: var(--bad); } .state.complete, .state.optimal { color: var(--good); }
    form { display: grid; gap: .5rem; max-width: 22rem; margin-top: 1rem; }
    input, button { font: inherit; padding: .5rem .7rem; border: 1px solid var(--grid); border-radius: 6px; background: var(--card);
    color: var(--ink); } button { cursor: pointer; }
    @media (max-width: 40rem) {
    body { padding: 1rem .8rem 3rem; } th, td { padding: .4rem .5rem; } h1 { font-size: 1.35rem; }
    }
    """

  /// Fetches the parts that come later, and all of them again when the server says that something has changed. What has not changed
  /// is left alone, so that nobody loses the place where they read; the focus stays at what has the same address.
  private static let script = """
    "use strict";
    const live = document.getElementById("live");
    const topic = document.body.dataset.topic;
    const shown = new Map();

    async function load(part) {
      const from = part.dataset.part;
      const answer = await fetch(from, { credentials: "same-origin" });
      if (answer.status === 401) { location.reload(); return; }
      if (!answer.ok) return;
      const text = await answer.text();
      if (shown.get(from) === text) return;
      shown.set(from, text);
      const focused = part.contains(document.activeElement) ? document.activeElement : null;
      const scrolls = [...part.querySelectorAll(".wide, pre")].map((e) => [e.scrollLeft, e.scrollTop]);
      const place = focused && [...part.querySelectorAll("a, [tabindex]")].indexOf(focused);
      const address = focused && focused.getAttribute("href");
      part.innerHTML = text;
      delete part.dataset.later;
      [...part.querySelectorAll(".wide, pre")].forEach((e, k) => {
        if (scrolls[k]) [e.scrollLeft, e.scrollTop] = scrolls[k];
      });
      if (!focused) return;
      const all = [...part.querySelectorAll("a, [tabindex]")];
      const same = address && all.find((e) => e.getAttribute("href") === address);
      (same || all[place] || part).focus({ preventScroll: true });
    }

    async function loadAll(parts) {
      for (const part of parts) {
        try { await load(part); } catch { return false; }
      }
      return true;
    }

    const parts = () => [...document.querySelectorAll("[data-part]")];
    let isBusy = false, isWanted = false;
    async function update() {
      if (isBusy) { isWanted = true; return; }
      isBusy = true;
      do {
        isWanted = false;
        await loadAll(parts());
        await new Promise((done) => setTimeout(done, 1000));
      } while (isWanted);
      isBusy = false;
    }

    loadAll(parts().filter((part) => "later" in part.dataset));
    if (topic) {
      const events = new EventSource("/events?of=" + encodeURIComponent(topic + location.search));
      let known = null;
      events.addEventListener("revision", (event) => {
        live.textContent = "live";
        live.className = "";
        if (known !== null && known !== event.data) update();
        known = event.data;
      });
      events.onerror = () => {
        live.textContent = "connection lost; trying again";
        live.className = "lost";
      };
    }
    """
}

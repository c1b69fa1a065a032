// The page's own script: opens clauses and documents, keyboard, copying, feedback. It makes no markup: what it
// inserts comes from this server, escaped there (ui/html.py).
(() => {
  "use strict";
  const $ = (selector, root = document) => root.querySelector(selector);
  const PHONE = matchMedia("(max-width: 999px)");
  const CALM = matchMedia("(prefers-reduced-motion: reduce)");
  let opener = null; // what had the focus before the reader opened
  let pushed = false; // whether opening the reader made an entry in the browser's history
  let asked = 0; // the latest clause or document asked for; an older reply is dropped

  // -- address ------------------------------------------------------------------------------------------------

  function address(changes) {
    const url = new URL(location.href);
    for (const [key, value] of Object.entries(changes)) {
      if (value === null || value === undefined || value === "") url.searchParams.delete(key);
      else url.searchParams.set(key, value);
    }
    return url.pathname + url.search;
  }
  const settle = changes => history.replaceState(history.state, "", address(changes));

  async function fetchFragment(path) {
    try {
      const reply = await fetch(path, { headers: { Accept: "text/html" } });
      return await reply.text();
    } catch {
      return null; // the server has gone
    }
  }

  function say(message, milliseconds = 2600) {
    let toast = $("#toast");
    if (!toast) {
      toast = document.createElement("div");
      toast.id = "toast";
      toast.setAttribute("role", "status");
      document.body.append(toast);
    }
    toast.textContent = message;
    toast.classList.add("shown");
    clearTimeout(say.timer);
    say.timer = setTimeout(() => toast.classList.remove("shown"), milliseconds);
  }
  const GONE = "连不上问规了。请看看后台窗口是否还开着，再刷新页面。";

  // -- the reader ---------------------------------------------------------------------------------------------

  async function openClause(id, start, end, { keep = false } = {}) {
    const reader = $("#reader");
    if (!reader) return;
    const mine = ++asked;
    const query = start !== undefined && start !== "" && start !== null ? `?start=${encodeURIComponent(start)}&end=${encodeURIComponent(end)}` : "";
    const html = await fetchFragment(`/reader/${encodeURIComponent(id)}${query}`);
    if (mine !== asked) return;
    if (html === null) return say(GONE);
    const closed = reader.hidden;
    if (closed) opener = document.activeElement;
    const body = $("#reader-body");
    body.innerHTML = html;
    reader.hidden = false;
    document.body.classList.add("reading");
    reader.setAttribute("role", PHONE.matches ? "dialog" : "complementary");
    reader.toggleAttribute("aria-modal", PHONE.matches);
    setAside(PHONE.matches);
    const where = address({ clause: id, start: query ? start : null, end: query ? end : null });
    if (!keep && closed) { history.pushState({ reader: true }, "", where); pushed = true; }
    else history.replaceState(history.state, "", where);
    markOpen(id, start);
    body.scrollTop = 0;
    // The heading stays in view when the marked words are in view with it.
    const mark = $("mark", body) || ($(".chart", body) ? null : $(".chosen", body));
    if (mark && mark.getBoundingClientRect().bottom > body.getBoundingClientRect().bottom - 24) mark.scrollIntoView({ block: "center", behavior: "instant" });
    ($("h2", body) || body).focus({ preventScroll: true });
  }

  // What the reader covers cannot be reached while it does.
  function setAside(covered) {
    document.querySelectorAll("#header, #talk-view, #files-view, #judged-view, #library-view, #evaluation-view").forEach(part => part.toggleAttribute("inert", covered));
  }
  PHONE.addEventListener("change", () => setAside(PHONE.matches && !!$("#reader") && !$("#reader").hidden));

  function markOpen(id, start) {
    document.querySelectorAll(".mark.on, .source.on").forEach(item => item.classList.remove("on"));
    document.querySelectorAll(".mark, .source").forEach(item => {
      if (item.dataset.clause === id && String(start ?? "") === item.dataset.start) item.classList.add("on");
    });
  }

  function closeReader({ fromHistory = false } = {}) {
    const reader = $("#reader");
    if (!reader || reader.hidden) return false;
    asked++;
    reader.hidden = true;
    setAside(false);
    document.body.classList.remove("reading");
    document.querySelectorAll(".mark.on, .source.on").forEach(item => item.classList.remove("on"));
    const gone = { clause: null, start: null, end: null };
    if (!fromHistory && pushed) { pushed = false; history.back(); }
    else settle(gone);
    if (opener && opener.isConnected) opener.focus({ preventScroll: true });
    opener = null;
    return true;
  }

  addEventListener("popstate", () => {
    const query = new URLSearchParams(location.search);
    pushed = false;
    if (query.get("clause")) openClause(query.get("clause"), query.get("start"), query.get("end"), { keep: true });
    else closeReader({ fromHistory: true });
    const now = $("#now"); // going back must not bring back an older conversation's address
    if (now) settle({ chat: now.dataset.now });
  });

  // -- views and documents ------------------------------------------------------------------------------------

  const KEPT = ["judged", "library", "evaluation"]; // views that the address names
  function showView(view) {
    if (document.body.dataset.view !== view) scrollTo({ top: 0 });
    document.body.dataset.view = view;
    document.body.classList.remove("drawer");
    document.querySelectorAll(".views [data-view]").forEach(button => {
      if (button.dataset.view === view) button.setAttribute("aria-current", "page");
      else button.removeAttribute("aria-current");
    });
    if (view !== "files") settle({ doc: null });
    settle({ view: KEPT.includes(view) ? view : null });
    if (view === "judged") showJudged();
    document.dispatchEvent(new CustomEvent("wengui:view", { detail: view }));
  }

  async function showJudged() {
    const place = await until(() => $("#judged"));
    const html = await fetchFragment("/judged");
    if (html === null || !place) return say(GONE);
    place.innerHTML = html;
    ($("h2", place) || place).focus({ preventScroll: true });
  }

  async function openDocument(id, at) {
    showView("files");
    const place = await until(() => $("#document"));
    if (!place) return;
    const mine = ++asked;
    if (!$(`[data-document="${CSS.escape(id)}"]`, place)) {
      const html = await fetchFragment(`/document/${encodeURIComponent(id)}`);
      if (mine !== asked) return;
      if (html === null) return say(GONE);
      place.innerHTML = html;
    }
    document.body.classList.add("document-open");
    document.querySelectorAll(".spine").forEach(item => {
      if (item.dataset.doc === id) item.setAttribute("aria-current", "true");
      else item.removeAttribute("aria-current");
    });
    settle({ doc: id });
    if (at) jump(at);
    else { scrollTo({ top: 0 }); ($("h2", place) || place).focus({ preventScroll: true }); }
  }

  function jump(id) {
    const part = document.getElementById(`c-${id}`);
    if (!part) return;
    part.scrollIntoView({ block: "center", behavior: CALM.matches ? "instant" : "smooth" });
    part.classList.add("flash");
    setTimeout(() => part.classList.remove("flash"), 1800);
  }

  // -- the question box ---------------------------------------------------------------------------------------

  const box = () => $("#question textarea, #question input");
  function fill(question, send) {
    const field = box();
    if (!field) return;
    showView("talk");
    const setter = Object.getOwnPropertyDescriptor(Object.getPrototypeOf(field), "value").set;
    setter.call(field, question);
    field.dispatchEvent(new Event("input", { bubbles: true }));
    field.focus();
    if (send) setTimeout(() => { const button = $("#question .submit-button"); if (button) button.click(); else say("上一问还没有答完。"); }, 60);
  }

  async function feedback(button, good) {
    const turn = button.closest("[data-turn]");
    let reason = "";
    if (!good) {
      reason = prompt("哪里不对？（可以不写）", "");
      if (reason === null) return;
    }
    if (!await send("/feedback", { turn: Number(turn.dataset.turn), good, reason })) return;
    turn.querySelectorAll('[data-do="good"], [data-do="bad"]').forEach(item =>
      item.setAttribute("aria-pressed", String((item.dataset.do === "good") === good)));
  }

  // Sends JSON and tells what came back. Gives whether it was taken.
  async function send(path, data) {
    try {
      const reply = await fetch(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(data) });
      say((await reply.json()).message || "没有做成。");
      return reply.ok;
    } catch { say(GONE); return false; }
  }

  async function makeCase(button) {
    const item = button.closest("[data-judged]");
    const link = $(".right", item)?.value || "";
    const taken = await send("/feedback/case", { turn: Number(item.dataset.judged), link, unanswerable: button.dataset.unanswerable === "true" });
    if (taken) showJudged();
  }

  // Rows by one column: up, down, as printed. Spanning group cells are given to each row while sorted.
  function sort(button) {
    const table = button.closest("table"), head = button.closest("th"), body = table.tBodies[0];
    table.printed ||= body.cloneNode(true);
    const next = { none: "ascending", ascending: "descending", descending: "none" }[head.getAttribute("aria-sort") || "none"];
    table.querySelectorAll("thead th").forEach(item => item.setAttribute("aria-sort", "none"));
    head.setAttribute("aria-sort", next);
    const fresh = table.printed.cloneNode(true);
    body.replaceWith(fresh);
    if (next === "none") return;
    let group = null;
    for (const row of fresh.rows) {
      const own = $(".group", row);
      if (own) { own.removeAttribute("rowspan"); own.scope = "row"; group = own; }
      else if (group) row.prepend(group.cloneNode(true));
    }
    const column = Number(button.dataset.column), sign = next === "ascending" ? 1 : -1;
    const keyed = [...fresh.rows].map(row => ({ row, cell: row.cells[column] }));
    keyed.sort((a, b) => {
      const [x, y] = [a.cell.dataset.size, b.cell.dataset.size];
      if (x !== undefined && y !== undefined) return sign * (x - y);
      if ((x === undefined) !== (y === undefined)) return x === undefined ? 1 : -1; // what has no value stays last
      return sign * a.cell.textContent.localeCompare(b.cell.textContent, "zh-CN");
    });
    fresh.append(...keyed.map(item => item.row));
  }

  async function copy(words, message) {
    try { await navigator.clipboard.writeText(words); say(message); }
    catch { say("浏览器不让复制，请手动选中文字。"); }
  }

  // The head has set html.dark before the first paint; Gradio's own class follows it.
  const isDark = () => document.documentElement.classList.contains("dark");
  const agree = () => { if (document.body.classList.contains("dark") !== isDark()) document.body.classList.toggle("dark", isDark()); };
  function theme() {
    document.documentElement.classList.toggle("dark");
    agree();
    try { localStorage.setItem("wengui-theme", isDark() ? "dark" : "light"); } catch { /* private window */ }
  }

  // -- clicks and keys ----------------------------------------------------------------------------------------

  const DO = {
    close: () => closeReader(),
    view: button => showView(button.dataset.view),
    drawer: button => button.setAttribute("aria-expanded", String(document.body.classList.toggle("drawer"))),
    theme,
    ask: button => fill(button.dataset.question, true),
    again: button => fill(button.dataset.question, true),
    edit: button => fill(button.dataset.question, false),
    copy: button => copy(button.dataset.copy, "已复制答案和出处。"),
    good: button => feedback(button, true),
    bad: button => feedback(button, false),
    case: makeCase,
    sort,
    link: (button, event) => { event.preventDefault(); copy(button.href, "已复制固定链接。"); },
    print: () => print(),
    document: button => { if (PHONE.matches) closeReader(); openDocument(button.dataset.doc, button.dataset.at); },
    shelf: () => { document.body.classList.remove("document-open"); settle({ doc: null }); },
    jump: button => jump(button.dataset.at),
    previous: () => window.wengui.step(-1),
    next: () => window.wengui.step(1),
    only: () => { closeReader(); showView("talk"); say("以后只问这一份；去掉问题框上面的条件，就又查全部文件。"); },
    reload: () => location.reload(),
  };

  // Small folds over the page close when something else is used.
  function closeFolds(kept = null) {
    const open = [...document.querySelectorAll(".export[open], .timings[open]")].filter(fold => fold !== kept);
    open.forEach(fold => { if (fold.contains(document.activeElement)) $("summary", fold).focus(); fold.removeAttribute("open"); });
    return open.length > 0;
  }

  document.addEventListener("click", event => {
    const target = event.target instanceof Element ? event.target : null;
    if (!target) return;
    closeFolds(target.closest(".export, .timings"));
    const action = target.closest("[data-do]");
    if (action && Object.hasOwn(DO, action.dataset.do)) return DO[action.dataset.do](action, event);
    const clause = target.closest("[data-clause]");
    if (clause) return openClause(clause.dataset.clause, clause.dataset.start, clause.dataset.end);
    if (document.body.classList.contains("drawer") && !target.closest("#side")) document.body.classList.remove("drawer");
  });

  document.addEventListener("input", event => { if (event.target.id === "find") window.wengui.find(event.target.value); });

  document.addEventListener("keydown", event => {
    const typing = event.target instanceof Element && event.target.closest("input, textarea, [contenteditable]");
    if (event.key === "Escape" && !event.isComposing) {
      if (closeFolds() || closeReader()) event.preventDefault();
      else document.body.classList.remove("drawer");
    } else if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
      event.preventDefault();
      showView("talk");
      box()?.focus();
    } else if (event.key === "Enter" && event.target.id === "find") window.wengui.step(event.shiftKey ? -1 : 1);
    else if ((event.key === "ArrowLeft" || event.key === "ArrowRight") && !typing && !$("#reader")?.hidden && event.target.closest?.("#reader")) {
      const steps = document.querySelectorAll("#reader .step");
      const wanted = [...steps].find(item => item.classList.contains(event.key === "ArrowLeft" ? "before" : "after"));
      if (wanted) wanted.click();
    }
  });

  // -- what Gradio changes ------------------------------------------------------------------------------------

  function until(test, tries = 100) {
    return new Promise(resolve => {
      const look = left => { const value = test(); if (value || !left) resolve(value || null); else setTimeout(look, 100, left - 1); };
      look(tries);
    });
  }

  // The list of documents shows those that the conditions leave, and which conditions are on.
  function confineShelf() {
    const on = $("#chips .chips"), shelf = $(".shelf");
    if (!on || !shelf) return;
    const { docs, levels, year } = on.dataset;
    const stamp = `${docs}|${levels}|${year}`;
    if (shelf.stamp === stamp) return;
    shelf.stamp = stamp;
    const wanted = docs === undefined ? null : new Set(docs.split(" "));
    shelf.querySelectorAll("section").forEach(section => {
      let left = 0;
      section.querySelectorAll(".spine").forEach(item => {
        const shown = !wanted || wanted.has(item.dataset.doc);
        item.parentElement.hidden = !shown;
        left += shown ? 1 : 0;
      });
      section.hidden = !left;
      $(".count", section).textContent = `${left} 份`;
    });
    shelf.querySelectorAll('.filters [data-scope="level"]').forEach(button =>
      button.setAttribute("aria-pressed", String(levels.split(" ").includes(button.dataset.value))));
    $(".filters select", shelf).value = year;
  }

  let shownTurn = null;
  function watch() {
    const now = $("#now");
    if (now && now.dataset.now !== watch.now) { watch.now = now.dataset.now; if (watch.settled) settle({ chat: watch.now }); watch.settled = true; }
    const waiting = $("#live .waiting");
    if (waiting && waiting !== shownTurn) {
      shownTurn = waiting;
      document.body.classList.add("asked");
      $("#live").scrollIntoView({ block: "start", behavior: CALM.matches ? "instant" : "smooth" });
    } else if (!waiting) shownTurn = null;
    confineShelf();
    document.querySelectorAll('[id=""]').forEach(part => part.removeAttribute("id")); // Gradio gives many parts the same, empty one
    const field = box();
    if (field && !field.getAttribute("aria-label")) field.setAttribute("aria-label", "问题");
  }

  Object.assign(window.wengui ||= {}, {
    GONE, say, send, fetchFragment,
    // A click in the list of conversations, made into what Python is told.
    conversation(button, tell) {
      const { act, conversation: id, name } = button.dataset;
      if (act === "delete" && !confirm(`删除“${name}”？删了不能恢复。`)) return;
      let changed = "";
      if (act === "rename") { changed = prompt("新的名字", name); if (!changed || !changed.trim()) return; }
      if (act === "open") { document.body.classList.remove("drawer"); document.body.classList.remove("asked"); scrollTo({ top: 0 }); }
      tell({ act, id, name: changed });
    },
  });

  async function begin() {
    agree();
    new MutationObserver(agree).observe(document.body, { attributes: true, attributeFilter: ["class"] });
    document.body.dataset.view ||= "talk";
    await until(() => $("#reader") && $("#header .bar"));
    $("#opening")?.remove();
    new MutationObserver(watch).observe(document.body, { childList: true, subtree: true, attributes: true, attributeFilter: ["data-now"] });
    watch();
    const query = new URLSearchParams(location.search);
    if ([...KEPT, "files"].includes(query.get("view"))) showView(query.get("view"));
    if (query.get("doc")) openDocument(query.get("doc"));
    if (query.get("clause")) openClause(query.get("clause"), query.get("start"), query.get("end"), { keep: true });
  }
  if (document.readyState === "loading") addEventListener("DOMContentLoaded", begin); else begin();
})();

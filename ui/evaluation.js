// The page's part for evaluations: the runs, one of them, two compared, one being made. It makes no markup: what it
// inserts comes from this server, escaped there (ui/evaluation/); names and messages become text.
(() => {
  "use strict";
  const $ = (selector, root = document) => root.querySelector(selector);
  const { GONE, say, send, fetchFragment } = window.wengui;
  const page = () => $("#evaluation");
  let polling = false;
  let told = -1; // the last run whose end was told; −1 before the first look
  let latest = 0; // the last thing asked for; an older reply is dropped

  async function show(path, focus = true) {
    const mine = ++latest;
    const html = await fetchFragment(path);
    if (mine !== latest) return;
    if (html === null || !page()) return say(GONE);
    page().innerHTML = html;
    if (focus) { scrollTo({ top: 0 }); ($("h2", page()) || page()).focus({ preventScroll: true }); }
  }
  const inOverview = () => !!$("[data-evaluations]", page());

  // The run that is being made, in words and as a bar, with a button that stops it.
  function now(seen) {
    const place = $("#evaluation-now");
    if (!place) return;
    if (!seen.busy) return place.replaceChildren();
    if (!$("p", place)) {
      const line = document.createElement("p"), words = document.createElement("span"), stop = document.createElement("button"), bar = document.createElement("progress");
      stop.type = "button";
      stop.className = "act";
      stop.dataset.eval = "cancel";
      stop.textContent = "停止";
      bar.setAttribute("aria-label", "评测进度");
      line.append(words, stop);
      place.replaceChildren(line, bar);
    }
    const words = seen.stopping ? "正在停止…" : `正在评测“${seen.name}”：${seen.step} ${seen.done}/${seen.total}`;
    if ($("span", place).textContent !== words) $("span", place).textContent = words;
    $(".act", place).disabled = seen.stopping;
    $("progress", place).max = seen.total || 1;
    $("progress", place).value = seen.done;
  }

  async function state() {
    try { const reply = await fetch("/evaluation/state"); return reply.ok ? await reply.json() : null; } catch { return null; }
  }

  // Looks at the run until it has ended.
  async function watch() {
    if (polling) return;
    polling = true;
    for (;;) {
      const seen = await state();
      if (!seen) break;
      now(seen);
      if (!seen.busy) {
        const news = told >= 0 && seen.number > told;
        told = seen.number;
        if (news) { say(seen.message, 6000); if (inOverview()) await show("/evaluation", false); }
        break;
      }
      told = Math.max(told, 0); // what ends while it is watched is news
      await new Promise(resolve => setTimeout(resolve, 500));
    }
    polling = false;
  }

  const value = (form, name) => $(`[name="${name}"]`, form).value;
  const FORMS = {
    async start(form) {
      const limit = Math.round(Number(value(form, "limit")));
      if (!(limit >= 1)) return say("题数至少是 1。");
      if (await send("/evaluation/start", { set: value(form, "set"), limit, name: value(form, "name") })) watch();
    },
    compare(form) {
      if (value(form, "before") === value(form, "after")) return say("请选两次不同的评测。");
      return show(`/evaluation/compare?${new URLSearchParams({ before: value(form, "before"), after: value(form, "after") })}`);
    },
  };

  function onlyType(button) {
    const wanted = button.dataset.type;
    page().querySelectorAll('[data-eval="type"]').forEach(chip => chip.setAttribute("aria-pressed", String(chip === button)));
    page().querySelectorAll(".eval-case").forEach(item => { item.hidden = !!wanted && item.dataset.type !== wanted; });
  }

  const EVAL = {
    overview: () => show("/evaluation"),
    run: button => show(`/evaluation/run?name=${encodeURIComponent(button.dataset.run)}`),
    type: onlyType,
    cancel: () => send("/evaluation/cancel", { confirmed: true }),
  };

  document.addEventListener("click", event => {
    const button = event.target instanceof Element && event.target.closest("#evaluation-view [data-eval]");
    if (button && Object.hasOwn(EVAL, button.dataset.eval)) EVAL[button.dataset.eval](button);
  });
  document.addEventListener("submit", event => {
    const form = event.target instanceof Element && event.target.closest("#evaluation [data-form]");
    if (!form || !Object.hasOwn(FORMS, form.dataset.form)) return;
    event.preventDefault();
    FORMS[form.dataset.form](form);
  });
  // No more questions than the chosen set has.
  document.addEventListener("change", event => {
    const select = event.target instanceof Element && event.target.closest('#evaluation [name="set"]');
    if (!select) return;
    const limit = $('[name="limit"]', select.form), most = Number(select.selectedOptions[0].dataset.count);
    limit.max = String(most);
    if (Number(limit.value) > most) limit.value = String(most);
  });

  document.addEventListener("wengui:view", async event => {
    if (event.detail !== "evaluation") return;
    for (let left = 100; !page() && left; left--) await new Promise(resolve => setTimeout(resolve, 100));
    await show("/evaluation");
    watch();
  });
})();

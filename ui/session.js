// A session that has ended: over to the sign-in page and back, with the question that was being written.
(() => {
  "use strict";
  const KEPT = "wengui-question", plain = window.fetch;
  const box = () => document.querySelector("#question textarea, #question input");
  const name = () => document.querySelector(".signed-in span")?.textContent;
  let leaving = false;

  window.fetch = async (...given) => {
    const reply = await plain(...given);
    if (reply.status === 401 && !leaving) {
      leaving = true;
      try { sessionStorage.setItem(KEPT, JSON.stringify({ name: name(), question: box()?.value || "" })); } catch { /* private window */ }
      location.assign(`/login?next=${encodeURIComponent(location.pathname + location.search)}`);
    }
    return reply;
  };

  // Only for the same user: another may have signed in since.
  function restore(tries = 100) {
    if (!tries) return;
    if (!box() || !name()) { setTimeout(restore, 100, tries - 1); return; }
    const kept = JSON.parse(sessionStorage.getItem(KEPT) || "null");
    sessionStorage.removeItem(KEPT);
    if (!kept?.question || kept.name !== name()) return;
    const field = box();
    Object.getOwnPropertyDescriptor(Object.getPrototypeOf(field), "value").set.call(field, kept.question);
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }
  try { if (sessionStorage.getItem(KEPT)) restore(); } catch { /* private window */ }
})();

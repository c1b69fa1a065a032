// The page's part for administering documents: uploads, what waits, what is live. It makes no markup: what it inserts
// comes from this server, escaped there (ui/keeping/); names and messages become text.
(() => {
  "use strict";
  const $ = (selector, root = document) => root.querySelector(selector);
  const { GONE, say, send, fetchFragment } = window.wengui;
  const page = () => $("#library");
  let version = ""; // the source that the next chosen file is a new version of
  let uploading = null; // {name, share} of the file on its way
  let polling = false, wanted = false;
  let changes = -1; // jobs ended when the list was last fetched
  let told = 0; // the last job whose end was told
  let awaited = []; // uploads of this visit that are to be shown once they are read
  let outdated = false; // whether the other views were drawn from an older library

  // -- showing ------------------------------------------------------------------------------------------------

  async function show(path, focus = true) {
    const html = await fetchFragment(path);
    if (html === null || !page()) return say(GONE);
    page().innerHTML = html;
    if (focus) { scrollTo({ top: 0 }); ($("h2", page()) || page()).focus({ preventScroll: true }); }
    watch();
  }
  const overview = (focus = true) => show("/library", focus);
  const inOverview = () => !!$("[data-overview]", page());

  // Which job runs now, in words and as a bar, above everything.
  function now(jobs) {
    const place = $("#library-now");
    if (!place) return;
    const job = jobs.find(item => !item.outcome);
    const words = uploading ? `上传 ${uploading.name}` : job && !job.quiet ? `${job.action} ${job.name}：${job.step}${job.total ? ` ${job.done}/${job.total}` : ""}` : "";
    let line = $("p", place);
    if (!words) { place.replaceChildren(); return; }
    if (!line) {
      line = document.createElement("p");
      const bar = document.createElement("progress");
      bar.max = 1;
      bar.setAttribute("aria-label", "进度");
      place.replaceChildren(line, bar);
    }
    if (line.textContent !== words) line.textContent = words;
    const bar = $("progress", place);
    if (uploading) bar.value = uploading.share;
    else if (job.total) bar.value = job.done / job.total;
    else bar.removeAttribute("value");
  }

  async function state() {
    try { const reply = await fetch("/library/state"); return reply.ok ? await reply.json() : null; } catch { return null; }
  }

  // Looks at the jobs until none is left; asked again meanwhile, it looks once more.
  async function watch() {
    wanted = true;
    if (polling) return;
    polling = true;
    while (wanted) {
      wanted = false;
      const seen = await state();
      if (!seen) break;
      now(seen.jobs);
      const over = seen.jobs.filter(job => job.outcome && job.number > told);
      if (changes < 0) told = Math.max(told, ...over.map(job => job.number)); // what ended before this visit is no news
      else for (const job of over) await ended(job);
      const news = changes >= 0 && changes !== seen.changes;
      changes = seen.changes;
      if (news && inOverview()) await refresh();
      if (seen.busy || uploading) { wanted = true; await new Promise(resolve => setTimeout(resolve, 400)); }
    }
    polling = false;
  }

  // The list anew, without taking the focus from where it is.
  async function refresh() {
    const held = document.activeElement;
    const key = held && page().contains(held) && held.dataset.lib ? `[data-lib="${held.dataset.lib}"]${held.dataset.name ? `[data-name="${CSS.escape(held.dataset.name)}"]` : ""}` : "";
    const html = await fetchFragment("/library");
    if (html === null || !inOverview()) return;
    const open = $("details[open]", page());
    page().innerHTML = html;
    if (open) $("details", page())?.setAttribute("open", "");
    if (key) $(key, page())?.focus({ preventScroll: true });
  }

  async function ended(job) {
    told = Math.max(told, job.number);
    if (job.quiet) return;
    const mine = awaited.includes(job.held);
    awaited = awaited.filter(id => id !== job.held);
    if (job.outcome === "failed" && job.action === "读取") say(`${job.name} 没有读成，原因在列表里。`);
    else if (job.outcome === "failed") say(`${job.name} 没有${job.action}成：${job.message}`, 8000);
    else if (job.action === "读取") {
      if (mine && !awaited.length && !uploading && inOverview()) await show(`/library/uploads/${encodeURIComponent(job.held)}`);
      else say(`${job.name} 读好了，请核对。`);
    } else {
      outdated = true;
      say({ 上线: `${job.name} 已上线，新的回答会用到它。`, 移除: `${job.name} 已移除，回答不再用它。`, 恢复: `${job.name} 已恢复。`, 改信息: "信息已保存。", 重建索引: `${job.name} 的索引已重建。` }[job.action] || "已完成。");
    }
  }

  // -- uploading ----------------------------------------------------------------------------------------------

  function put(file, replaces) {
    return new Promise(resolve => {
      const request = new XMLHttpRequest();
      const query = new URLSearchParams({ name: file.name, ...(replaces ? { replaces } : {}) });
      request.open("PUT", `/library/uploads?${query}`);
      request.setRequestHeader("Content-Type", "application/octet-stream");
      request.upload.addEventListener("progress", event => {
        uploading = { name: file.name, share: event.lengthComputable ? event.loaded / event.total : 0 };
        now([]);
      });
      request.addEventListener("load", () => {
        let answer = {};
        try { answer = JSON.parse(request.responseText); } catch { /* not ours: said below */ }
        resolve({ id: request.status === 200 ? answer.id : "", message: answer.message || "文件没有传上来，请再试一次。" });
      });
      request.addEventListener("error", () => resolve({ id: "", message: "文件没有传上来：连接断了，或文件太大。请再试一次。" }));
      request.send(file);
    });
  }

  async function upload(files, replaces = "") {
    const most = Number($(".drop", page())?.dataset.most || 0);
    for (const file of files) {
      if (most && file.size > most) { say(`${file.name} 太大，没有上传。`, 8000); continue; }
      uploading = { name: file.name, share: 0 };
      now([]);
      const taken = await put(file, replaces);
      if (taken.id) awaited.push(taken.id); else say(`${file.name}：${taken.message}`, 8000);
    }
    uploading = null;
    now([]);
    if (inOverview()) await refresh();
    watch();
  }

  // -- acting -------------------------------------------------------------------------------------------------

  function edits() {
    const found = {};
    page().querySelectorAll("fieldset[data-document]:not([disabled])").forEach(set => {
      found[set.dataset.document] = Object.fromEntries([...set.querySelectorAll("[name]")].map(field => [field.name, field.value]));
    });
    return found;
  }

  async function act(path, data) {
    if (await send(path, data)) await overview();
  }
  const held = button => encodeURIComponent(button.dataset.held);

  const LIB = {
    open: button => show(`/library/uploads/${held(button)}`),
    document: button => show(`/library/documents?name=${encodeURIComponent(button.dataset.name)}`),
    back: () => overview(),
    publish: button => act(`/library/uploads/${held(button)}/live`, { edits: edits() }),
    discard: button => confirm(`放弃“${button.dataset.name}”？上传的文件会删除。`) && act(`/library/uploads/${held(button)}/discard`, { confirmed: true }),
    erase: button => confirm(`彻底删除“${button.dataset.name}”？删了不能恢复。`) && act(`/library/uploads/${held(button)}/discard`, { confirmed: true }),
    restore: button => act(`/library/bin/${held(button)}/restore`, { confirmed: true }),
    remove: button => confirm(`移除“${button.dataset.name}”？回答不再用它；可以从回收站恢复。`) && act("/library/documents/remove", { name: button.dataset.name }),
    reindex: button => act("/library/documents/reindex", { name: button.dataset.name }),
    amend: button => act("/library/documents/amend", { name: button.dataset.name, edits: edits() }),
    version: button => { version = button.dataset.name; $("#library-version").click(); },
  };

  document.addEventListener("click", event => {
    const button = event.target instanceof Element && event.target.closest("[data-lib]");
    if (button && page()?.contains(button) && Object.hasOwn(LIB, button.dataset.lib)) LIB[button.dataset.lib](button);
  });
  document.addEventListener("keydown", event => {
    if (event.key !== "Enter" || event.isComposing || !event.target.closest?.("#library .edits input")) return;
    event.preventDefault(); // Enter in a field decides
    $(".decide .strong", page())?.click();
  });
  document.addEventListener("change", event => {
    if (event.target.id !== "library-files" && event.target.id !== "library-version") return;
    const files = [...event.target.files];
    event.target.value = "";
    if (files.length) upload(files, event.target.id === "library-version" ? version : "");
  });

  const view = event => event.target instanceof Element && event.target.closest("#library-view");
  const carriesFiles = event => [...(event.dataTransfer?.types || [])].includes("Files");
  for (const kind of ["dragenter", "dragover"]) {
    document.addEventListener(kind, event => {
      if (!view(event) || !carriesFiles(event)) return;
      event.preventDefault();
      $(".drop", page())?.classList.add("over");
    });
  }
  document.addEventListener("dragleave", event => { if (view(event) && !event.relatedTarget?.closest?.("#library-view")) $(".drop", page())?.classList.remove("over"); });
  document.addEventListener("drop", event => {
    if (!view(event) || !carriesFiles(event)) return;
    event.preventDefault();
    $(".drop", page())?.classList.remove("over");
    if (inOverview()) upload([...event.dataTransfer.files]); else say("请先返回，再拖文件。");
  });

  document.addEventListener("wengui:view", async event => {
    if (event.detail === "library") {
      for (let left = 100; !page() && left; left--) await new Promise(resolve => setTimeout(resolve, 100));
      return overview();
    }
    // The shelf and the list of documents to choose from are drawn by the server when the page opens.
    if (outdated) {
      const url = new URL(location.href);
      if (event.detail === "files") url.searchParams.set("view", "files");
      location.replace(url);
    }
  });
})();

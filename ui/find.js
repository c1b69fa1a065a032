// Finding words in the document that is open. Marks them with the browser's own highlights, so the text stays as it is.
(() => {
  "use strict";
  let ranges = [];
  let at = -1;
  const canMark = () => typeof Highlight === "function" && CSS.highlights;

  function collect(root, wanted) {
    const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT, node =>
      node.parentElement.closest(".open") ? NodeFilter.FILTER_REJECT : NodeFilter.FILTER_ACCEPT);
    const found = [];
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const low = node.data.toLowerCase();
      for (let place = low.indexOf(wanted); place >= 0; place = low.indexOf(wanted, place + wanted.length)) {
        const range = new Range();
        range.setStart(node, place);
        range.setEnd(node, place + wanted.length);
        found.push(range);
      }
    }
    return found;
  }

  function find(words) {
    const wanted = words.trim().toLowerCase();
    const root = document.querySelector(".fulltext");
    ranges = root && wanted ? collect(root, wanted) : [];
    at = -1;
    if (canMark()) CSS.highlights.set("found", new Highlight(...ranges));
    step(1, wanted);
  }

  // The next (1) or the one before (-1), brought into view, its place told.
  function step(by, wanted = " ") {
    const status = document.getElementById("found");
    if (!ranges.length) {
      if (status) status.textContent = wanted ? "没有找到" : "";
      if (canMark()) CSS.highlights.delete("found-now");
      return;
    }
    at = (at + by + ranges.length) % ranges.length;
    if (canMark()) CSS.highlights.set("found-now", new Highlight(ranges[at]));
    ranges[at].startContainer.parentElement.scrollIntoView({ block: "center" });
    if (status) status.textContent = `${at + 1} / ${ranges.length}`;
  }

  Object.assign(window.wengui ||= {}, { find, step });
})();

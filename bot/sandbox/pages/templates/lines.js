"use strict";
(() => {
  const mark = () => {
    const rows = document.querySelectorAll("#lines tr");
    rows.forEach((row) => row.classList.remove("marked"));
    const asked = /^#L([0-9]+)(?:-L([0-9]+))?$/.exec(location.hash);
    if (!asked) return;
    const ends = [Number(asked[1]), Number(asked[2] || asked[1])].sort((a, b) => a - b);
    for (let line = Math.max(ends[0], 1); line <= Math.min(ends[1], rows.length); line++) {
      rows[line - 1].classList.add("marked");
    }
    if (rows[ends[0] - 1]) rows[ends[0] - 1].scrollIntoView({ block: "center" });
  };
  addEventListener("hashchange", mark);
  mark();
})();

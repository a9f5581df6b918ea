/* The class table: arrow keys, the sheet with what lies behind a mark, live changes. */
(function () {
  "use strict";
  var d = document, main = d.querySelector("main.class"), table = d.querySelector("table.grid");
  if (!main) return;
  var sheet = d.getElementById("sheet"), body = d.getElementById("sheet-body"), from = null, asked = 0;

  /* One stop for the Tab key; arrows move inside. */
  var rows = table ? Array.prototype.map.call(table.tBodies[0].rows, function (r) { return Array.prototype.slice.call(r.querySelectorAll("a.m")); }) : [];
  var at = [0, 0];
  var keep = function (r, c) {
    rows[at[0]][at[1]].tabIndex = -1;
    at = [r, c];
    rows[r][c].tabIndex = 0;
  };
  rows.forEach(function (row) { row.forEach(function (a) { a.tabIndex = -1; }); });
  if (rows.length && rows[0].length) rows[0][0].tabIndex = 0;
  function place(a) {
    for (var r = 0; r < rows.length; r++) { var c = rows[r].indexOf(a); if (c >= 0) return [r, c]; }
    return null;
  }
  if (table) table.addEventListener("focusin", function (e) { var p = place(e.target); if (p) keep(p[0], p[1]); });
  if (table) table.addEventListener("keydown", function (e) {
    var p = place(e.target), rtl = d.documentElement.dir === "rtl" ? -1 : 1;
    if (!p || e.ctrlKey || e.metaKey || e.altKey) return;
    var r = p[0], c = p[1];
    if (e.key === "ArrowRight") c += rtl;
    else if (e.key === "ArrowLeft") c -= rtl;
    else if (e.key === "ArrowDown") r++;
    else if (e.key === "ArrowUp") r--;
    else if (e.key === "Home") c = 0;
    else if (e.key === "End") c = rows[r].length - 1;
    else if (e.key === "PageDown") r += 10;
    else if (e.key === "PageUp") r -= 10;
    else return;
    e.preventDefault();
    r = Math.max(0, Math.min(rows.length - 1, r));
    c = Math.max(0, Math.min(rows[r].length - 1, c));
    keep(r, c);
    rows[r][c].focus();
  });

  /* The sheet. */
  function open(a) {
    var mine = ++asked;
    if (from) from.classList.remove("sel");
    from = a;
    a.classList.add("sel");
    fetch(a.href, { credentials: "same-origin", headers: { "X-Fragment": "1", Accept: "text/html" } }).then(function (r) {
      if (!r.ok) throw new Error("refused");
      return r.text();
    }).then(function (html) { show(mine, html); }).catch(function () { show(mine, ""); });
  }
  function show(mine, html) {
    if (mine !== asked) return;
    if (html) body.innerHTML = html; else body.textContent = body.dataset.failed;
    sheet.hidden = false;
    sheet.scrollTop = 0;
    var h = d.getElementById("sheet-h");
    if (h) h.focus({ preventScroll: true });
  }
  function close() {
    if (sheet.hidden) return;
    asked++;
    sheet.hidden = true;
    body.textContent = "";
    if (from) { from.classList.remove("sel"); from.focus(); }
    from = null;
  }
  if (table) table.addEventListener("click", function (e) {
    var a = e.target.closest("a.m");
    if (!a || !window.fetch || e.ctrlKey || e.metaKey || e.shiftKey) return;
    e.preventDefault();
    open(a);
  });
  d.addEventListener("keydown", function (e) { if (e.key === "Escape") close(); });
  sheet.querySelector("[data-close]").addEventListener("click", close);

  /* Live: a mark changes where it is; nothing moves. EventSource sends Last-Event-ID when it comes back. */
  var live = d.getElementById("live"), changed = d.getElementById("changed"), seen = {}, count = 0;
  if (main.dataset.live && window.EventSource && live) {
    var cells = {};
    rows.forEach(function (row) {
      row.forEach(function (a) {
        var p = new URL(a.href).searchParams;
        cells[p.get("learner") + "." + p.get("competency")] = a;
      });
    });
    var words = main.querySelectorAll(".legend > span");
    var state = function (on) { live.hidden = false; live.classList.toggle("off", !on); live.textContent = on ? live.dataset.on : live.dataset.off; };
    var es = new EventSource(main.dataset.live);
    es.onopen = function () { state(true); };
    es.onerror = function () { state(false); };
    es.addEventListener("cell", function (e) {
      var v = JSON.parse(e.data), key = v.learner_id + "." + v.competency_id, a = cells[key];
      if (!a) return;
      var levels = { not_yet: 0, started: 1, nearly: 2, secure: 3 }, n = typeof v.level === "number" ? v.level : levels[v.level];
      var was = a.className.match(/\bm([0-3])\b/), col = a.parentNode.cellIndex;
      if (n === undefined || !was) return;
      if (Number(was[1]) !== n) {
        a.classList.replace(was[0], "m" + n);
        if (words[n]) a.setAttribute("aria-label", words[n].textContent.trim());
        var foot = table.tFoot.rows[0].cells[col], step = (n === 3) - (was[1] === "3");
        foot.textContent = Number(foot.textContent) + step;
        a.classList.add("new");
        if (!seen[key]) { seen[key] = true; count++; }
        changed.textContent = changed.dataset.words.replace("{n}", count);
      }
      if (a === from && !sheet.hidden) open(a);
    });
    window.addEventListener("pagehide", function () { es.close(); });
  }
})();

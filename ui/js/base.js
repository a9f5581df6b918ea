/* On every page: the list of keys, print buttons, and menus that close. Everything works without it. */
(function () {
  "use strict";
  var d = document;
  d.addEventListener("keydown", function (e) {
    var typing = /^(INPUT|TEXTAREA|SELECT)$/.test(e.target.tagName) && !/^(radio|checkbox)$/.test(e.target.type);
    if (e.key === "Escape") close(null);
    if (typing || e.ctrlKey || e.metaKey || e.altKey) return;
    if (e.key === "?") {
      var k = d.getElementById("keys");
      if (k && k.showModal && !k.open) { e.preventDefault(); k.showModal(); }
    } else if (e.key === "h") {
      var hint = d.querySelector("form[data-hint] button");
      if (hint) { e.preventDefault(); hint.click(); }
    }
  });
  function close(except) {
    d.querySelectorAll("details.menu[open]").forEach(function (m) {
      if (except && m.contains(except)) return;
      m.open = false;
      if (!except) m.querySelector("summary").focus();
    });
  }
  d.addEventListener("click", function (e) { close(e.target); });
  d.querySelectorAll("[data-print]").forEach(function (b) {
    b.hidden = false;
    b.addEventListener("click", function () { window.print(); });
  });
  var sum = d.querySelector(".error-sum[tabindex]");
  if (sum) sum.focus();
})();

/* The student's pages: answers that survive a lost network, drafts, hints and scaffolds in place.
 *
 * An answer is written to this device first, under the learner's id, with an id of its own; then it is sent, and sent
 * again with the same id until the server has it. The next learner at the same device sends none of them. */
(function () {
  "use strict";
  var d = document, learner = d.body.dataset.learner, csrf = d.body.dataset.csrf;
  var net = d.getElementById("net");

  /* Order by buttons, without the server: in the question, in a scaffold, and for a family that tries one. */
  function move(b) {
    var li = b.closest("li"), up = b.value.slice(0, 3) === "up:", other = up ? li.previousElementSibling : li.nextElementSibling;
    if (!other) return;
    li.parentNode.insertBefore(up ? li : other, up ? other : li);
    li.parentNode.querySelectorAll("li").forEach(function (x, i, all) {
      var bs = x.querySelectorAll("button");
      bs[0].disabled = i === 0;
      bs[1].disabled = i === all.length - 1;
      bs.forEach(function (y) { y.setAttribute("aria-label", y.getAttribute("aria-label").replace(/\d+/, i + 1)); });
    });
    (b.disabled ? li.querySelector("button:not(:disabled)") : b).focus();
    b.form.dispatchEvent(new Event("input"));
  }
  d.addEventListener("submit", function (e) {
    if (!e.submitter || e.submitter.name !== "move") return;
    e.preventDefault();
    e.stopPropagation();
    move(e.submitter);
  }, true);

  if (!learner) return;
  var QUEUE = "waymark.queue." + learner, busy = false, timer = 0;

  function load(key) { try { return JSON.parse(localStorage.getItem(key) || "null"); } catch (e) { return null; } }
  function store(key, v) {
    try {
      if (v === null) localStorage.removeItem(key); else localStorage.setItem(key, JSON.stringify(v));
      return true;
    } catch (e) { return false; }
  }
  function queue() { return load(QUEUE) || []; }
  function say(key, words) { if (net) net.textContent = words !== undefined ? words : net.dataset[key] || ""; }

  /* UUIDv7 from getRandomValues, which also works on plain http. */
  function uuid() {
    var b = new Uint8Array(16), t = Date.now(), i;
    crypto.getRandomValues(b);
    for (i = 5; i >= 0; i--) { b[i] = t % 256; t = Math.floor(t / 256); }
    b[6] = b[6] & 15 | 112;
    b[8] = b[8] & 63 | 128;
    var s = Array.prototype.map.call(b, function (x) { return (x + 256).toString(16).slice(1); }).join("");
    return s.slice(0, 8) + "-" + s.slice(8, 12) + "-" + s.slice(12, 16) + "-" + s.slice(16, 20) + "-" + s.slice(20);
  }

  function post(url, body) {
    return fetch(url, { method: "POST", credentials: "same-origin", headers: { Accept: "application/json", "Content-Type": "application/x-www-form-urlencoded" }, body: body });
  }
  function fresh(body) { /* the page's own token instead of the one of back then */
    var p = new URLSearchParams(body);
    p.set("csrf", csrf);
    return p.toString();
  }
  function drop(id) { store(QUEUE, queue().filter(function (q) { return q.id !== id; })); }

  /* Send what waits, in order. done(entry, response or null) hears of each. */
  function flush(done) {
    if (busy) return;
    var q = queue();
    if (!q.length) return;
    busy = true;
    var one = q[0];
    post(one.url, fresh(one.body)).then(function (r) {
      if (r.status >= 500 || r.status === 429 || r.status === 408) throw new Error("later");
      if (r.status === 401 || (r.redirected && !/json/.test(r.headers.get("Content-Type")))) { busy = false; say("signedOut"); return; }
      if (r.status === 403 || r.status === 400) { /* a stale page token: the answer stays, a new page sends it */
        one.tries = (one.tries || 0) + 1;
        if (one.tries >= 3) drop(one.id);
        else store(QUEUE, queue().map(function (x) { return x.id === one.id ? one : x; }));
        busy = false;
        say("refused");
        if (done) done(one, r);
        return;
      }
      return r.json().catch(function () { return {}; }).then(function (reply) {
        drop(one.id);
        busy = false;
        if (!r.ok) say("refused"); else if (one.waited) say("sent"); else say("", "");
        if (done) done(one, r, reply);
        flush(done);
      });
    }).catch(function () {
      busy = false;
      store(QUEUE, queue().map(function (x) { x.waited = true; return x; }));
      say("waiting");
      if (done) done(one, null);
      clearTimeout(timer);
      timer = setTimeout(function () { flush(done); }, 5000 + Math.random() * 5000);
    });
  }

  /* The answer form. */
  var form = d.querySelector("form[data-answer]"), area = d.getElementById("feedback");
  function showReply(one, r, reply) {
    if (!form || one.form !== form.elements.item_id.value + "." + form.elements.variant.value) return;
    var b = form.querySelector("button.primary");
    if (b) b.disabled = false;
    if (!r || !reply) return;
    if (reply.feedback_html !== undefined) area.innerHTML = reply.feedback_html;
    var done = (reply.score >= 1 && reply.readable !== false) || reply.too_fast;
    if (done) {
      store(DRAFT, null);
      form.querySelectorAll("[name=response]").forEach(function (i) { if (i.type === "text") i.readOnly = true; else i.disabled = true; });
      form.querySelectorAll("fieldset button").forEach(function (x) { x.disabled = true; });
      if (b) b.hidden = true;
    }
    var link = area.querySelector("[data-next-link]");
    if (!link && reply.next_url && reply.score >= 1) location.assign(reply.next_url);
    var go = done ? link : area.querySelector("#fb");
    if (go) go.focus({ preventScroll: false });
  }
  function noForm(one, r, reply) { showReply(one, r, reply); }

  var DRAFT, began = Date.now();
  if (form) {
    DRAFT = "waymark.draft." + learner + "." + form.elements.item_id.value + "." + form.elements.variant.value;
    var keep = form.hasAttribute("data-keep");
    var body = function () { return new URLSearchParams(new FormData(form)); };
    var responses = function () { return body().getAll("response"); };

    form.addEventListener("submit", function (e) {
      var given = responses().filter(function (x) { return x.trim() !== ""; });
      if (!given.length) {
        e.preventDefault();
        say("", form.dataset.empty);
        var first = form.querySelector("[name=response]");
        if (first) first.focus();
        return;
      }
      if (!window.fetch || !keep) return; /* the plain form */
      e.preventDefault();
      var p = body(), id = uuid(), entry;
      p.set("client_id", id);
      p.set("took_ms", String(Date.now() - began));
      p.set("answered_at_ms", String(Date.now()));
      p.delete("csrf");
      entry = { id: id, url: form.getAttribute("action"), body: p.toString(), form: p.get("item_id") + "." + p.get("variant") };
      if (!store(QUEUE, queue().concat([entry]))) { form.submit(); return; }
      var b = form.querySelector("button.primary");
      if (b) b.disabled = true;
      say("", form.dataset.checking);
      flush(noForm);
    });

    /* Drafts: on this device at once, on the server a little later. */
    var wait = 0;
    var draft = function () {
      if (!keep) return;
      store(DRAFT, responses());
      clearTimeout(wait);
      wait = setTimeout(function () {
        var p = new URLSearchParams();
        p.set("csrf", csrf);
        p.set("item_id", form.elements.item_id.value);
        p.set("variant", form.elements.variant.value);
        p.set("text", responses().join(" "));
        post("/draft", p.toString()).then(function (r) {
          if (!r.ok) return;
          var t = new Date(), h = t.getHours(), m = t.getMinutes(), en = document.documentElement.lang === "en";
          say("", form.dataset.saved.replace("{time}", (en ? h % 12 || 12 : h) + ":" + (m < 10 ? "0" : "") + m + (en ? h < 12 ? " AM" : " PM" : "")));
        }).catch(function () { /* it is on this device; the answer itself waits in the queue */ });
      }, 900);
    };
    form.addEventListener("input", draft);

    var local = load(DRAFT);
    var field = form.elements.response;
    if (local && keep && field && field.type === "text" && !field.value && !field.readOnly) field.value = local[0] || "";
  }

  /* Hints and scaffolds: the server sends the panel anew. */
  var panel = d.getElementById("hints");
  if (panel) panel.addEventListener("submit", function (e) {
    var f = e.target;
    if (!f.hasAttribute("data-panel") || !window.fetch) return;
    e.preventDefault();
    post(f.getAttribute("action"), new URLSearchParams(new FormData(f)).toString()).then(function (r) {
      if (!r.ok) throw new Error("refused");
      return r.json();
    }).then(function (reply) {
      var at = f.querySelector("input.in") ? f.querySelector("input.in").id : "";
      panel.innerHTML = reply.html;
      var go = (at && d.getElementById(at)) || panel.querySelector("[data-last]");
      if (go) go.focus();
    }).catch(function () { if (navigator.onLine === false) say("waiting"); else f.submit(); });
  });

  window.addEventListener("online", function () { flush(noForm); });
  flush(noForm);
})();

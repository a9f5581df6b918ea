// The scripts of the student's and the teacher's page, in a real browser against a server that plays the network.
//   node test_scripts.mjs PREVIEW_DIR
import { createServer } from "node:http";
import { readFileSync, existsSync } from "node:fs";
import { join } from "node:path";
import { chromium } from "playwright-core";

const dir = process.argv[2];
const types = { html: "text/html; charset=utf-8", css: "text/css", js: "text/javascript", svg: "image/svg+xml" };
const state = { mode: "ok", answers: [], drafts: [], hints: 0, streams: [] };
const server = createServer((req, res) => {
  const path = new URL(req.url, "http://x").pathname;
  if (req.method === "POST") {
    let body = "";
    req.on("data", (d) => (body += d));
    req.on("end", () => {
      if (state.mode === "down") return req.socket.destroy();
      const form = new URLSearchParams(body), json = (v, code = 200) => res.writeHead(code, { "Content-Type": "application/json" }).end(JSON.stringify(v));
      if (path === "/answer") {
        state.answers.push(form);
        if (state.mode === "lost") return req.socket.destroy(); // kept, but the reply is lost
        if (state.mode === "busy") return json({}, 503);
        const right = form.get("response") === "10";
        return json({ evidence_id: "1", score: right ? 1 : 0, readable: true, next_url: "/next", feedback_html: right ? '<div class="fb fb1" id="fb" tabindex="-1">Right.</div><p><a class="btn" data-next-link href="/next">Next</a></p>' : '<div class="fb fb2" id="fb" tabindex="-1">Not yet.</div>' });
      }
      if (path === "/draft") return state.drafts.push(form), json({});
      if (path === "/hint") return state.hints++, json({ html: readFileSync(join(dir, "hints.html"), "utf8") });
      json({}, 404);
    });
    return;
  }
  if (path.endsWith("/live")) {
    res.writeHead(200, { "Content-Type": "text/event-stream" });
    res.write("retry: 100\n\n");
    return state.streams.push({ res, last: req.headers["last-event-id"] });
  }
  const file = join(dir, /\/cell$/.test(path) ? "cell.html" : path);
  if (!existsSync(file)) return res.writeHead(404).end();
  let text = readFileSync(file);
  if (req.url.includes("learner=77")) text = String(text).replace('data-learner="42"', 'data-learner="77"');
  res.writeHead(200, { "Content-Type": types[file.split(".").pop()], "Content-Security-Policy": "default-src 'self'" }).end(text);
}).listen(0);
const base = `http://127.0.0.1:${server.address().port}`;
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM || "/usr/bin/chromium", args: ["--no-sandbox"] });
let passed = 0, failed = 0;
const is = (what, ok) => { if (ok) passed++; else { failed++; console.log("not ok:", what); } };
const until = async (f) => { for (let i = 0; i < 80; i++) { if (await f()) return true; await new Promise((r) => setTimeout(r, 50)); } return false; };

// Answering in place.
{
  const context = await browser.newContext(), page = await context.newPage();
  await page.goto(`${base}/item.html`);
  await page.fill("#response", "5/72");
  is("a draft is saved", await until(() => state.drafts.length === 1) && state.drafts[0].get("text") === "5/72");
  is("the saved state is shown", /Saved \d+:\d\d/.test(await page.textContent("#net")));
  await page.press("#response", "Enter");
  is("feedback comes in place", await until(async () => (await page.textContent("#feedback")).includes("Not yet")));
  is("the work stays", (await page.inputValue("#response")) === "5/72");
  is("the answer carries its time and hints", Number(state.answers[0].get("took_ms")) > 0 && state.answers[0].get("hints") === "0");
  is("the id is a UUIDv7", /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/.test(state.answers[0].get("client_id")));
  await page.keyboard.press("Tab");
  await page.click("form[data-hint] button");
  is("a hint opens in place", await until(() => page.isVisible(".hints li")) && state.hints === 1);
  await page.fill("#response", "10");
  await page.press("#response", "Enter");
  is("the next step has the focus", await until(() => page.evaluate(() => document.activeElement.hasAttribute("data-next-link"))));
  is("a new attempt has a new id", state.answers[1].get("client_id") !== state.answers[0].get("client_id") && state.answers[1].get("hints") === "1");
  await page.goto(`${base}/item.html`);
  await page.fill("#response", "   ");
  await page.press("#response", "Enter");
  is("an empty answer is not sent", (await page.textContent("#net")).length > 0 && state.answers.length === 2);
  await context.close();
}
// The network goes.
{
  state.answers = [];
  const context = await browser.newContext(), page = await context.newPage();
  await page.goto(`${base}/item.html`);
  state.mode = "down";
  await page.fill("#response", "9");
  await page.press("#response", "Enter");
  is("waiting is said", await until(async () => (await page.textContent("#net")).includes("saved on this device")));
  state.mode = "lost";
  await page.reload();
  is("it is sent again after a reload", await until(() => state.answers.length > 0));
  await page.waitForTimeout(300); // a browser may itself repeat a request whose connection broke
  state.mode = "ok";
  const lost = state.answers.length;
  const other = await context.newPage();
  await other.goto(`${base}/item.html?learner=77`);
  await other.waitForTimeout(300);
  is("the next learner at this device sends none of it", state.answers.length === lost);
  await page.reload();
  is("the lost reply is asked for again", await until(() => state.answers.length === lost + 1));
  is("with the same id and body", state.answers.every((a) => a.get("client_id") === state.answers[0].get("client_id") && a.get("response") === "9"));
  await page.waitForTimeout(200);
  await page.reload();
  await page.waitForTimeout(300);
  is("then never again", state.answers.length === lost + 1);
  await context.close();
}
// Order by buttons, with the keyboard alone.
{
  const context = await browser.newContext(), page = await context.newPage();
  await page.goto(`${base}/item-order.html`);
  await page.focus(".order li:first-child button:nth-child(2)");
  await page.keyboard.press("Enter");
  const order = () => page.$$eval(".order input", (l) => l.map((i) => i.value).join(""));
  is("down moves one down", (await order()) === "bacd");
  is("the focus moves along", await page.evaluate(() => document.activeElement.value === "down:a"));
  is("the first cannot go up", await page.isDisabled(".order li:first-child button:nth-child(1)"));
  await context.close();
}
// The class table.
{
  const context = await browser.newContext({ viewport: { width: 1366, height: 768 } }), page = await context.newPage();
  await page.goto(`${base}/class.html`);
  const at = () => page.evaluate(() => { const td = document.activeElement.closest("td"); return td ? [td.parentNode.rowIndex, td.cellIndex].join() : document.activeElement.id; });
  is("one stop for Tab", (await page.$$eval("a.m[tabindex='0']", (l) => l.length)) === 1);
  await page.focus("a.m[tabindex='0']");
  for (const k of ["ArrowDown", "ArrowDown", "ArrowRight", "End", "Home", "ArrowRight"]) await page.keyboard.press(k);
  is("arrows move", (await at()) === "3,2");
  await page.keyboard.press("Enter");
  is("Enter opens the sheet", await until(() => page.isVisible("#sheet-h")));
  await page.keyboard.press("Escape");
  is("Escape goes back to the same cell", (await page.isHidden("#sheet")) && (await at()) === "3,2");
  is("live is said", await until(async () => (await page.textContent("#live")) === "live"));
  const cell = page.locator("table.grid tbody tr:nth-child(1) td:nth-of-type(18) a");
  const was = await page.locator("tfoot td").nth(17).textContent();
  state.streams.at(-1).res.write('id: 7\nevent: cell\ndata: {"learner_id":"100","competency_id":"517","level":"secure","label":"secure"}\n\n');
  is("a mark changes where it is", await until(async () => /\bm3\b/.test(await cell.getAttribute("class"))) && (await cell.getAttribute("aria-label")) === "secure");
  is("the count below follows", Number(await page.locator("tfoot td").nth(17).textContent()) === Number(was) + 1);
  is("a quiet count tells", (await page.textContent("#changed")).startsWith("1 "));
  state.streams.at(-1).res.end();
  is("it comes back with the last id", await until(() => state.streams.length > 1 && state.streams.at(-1).last === "7"));
  await page.keyboard.press("?");
  is("? lists the keys", await until(() => page.isVisible("#keys")));
  await context.close();
}
await browser.close();
server.closeAllConnections();
server.close();
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed ? 1 : 0);

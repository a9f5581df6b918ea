// Every page of a running server, signed in as each role: pictures, axe-core, no sideways scroll, no refused resource.
//   node pages.mjs BASE_URL SIGN_INS.json [--out DIR] [--only NAME,NAME] [--dark] [--print]
// SIGN_INS.json: [{role, username, password, pages: {name: path}}]; a path may hold {first:CSS} of an earlier page.
// Ends with "N passed, N failed".
import { readFileSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { createRequire } from "node:module";
import { chromium } from "playwright-core";

const args = process.argv.slice(2);
const option = (name) => (args.includes(name) ? args[args.indexOf(name) + 1] : "");
const [base, file] = args, out = option("--out"), only = option("--only").split(",").filter(Boolean);
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const people = JSON.parse(readFileSync(file, "utf8"));
const views = [["wide", 1366, 768, "light"], ["phone", 390, 844, "light"]];
if (args.includes("--tablet")) views.push(["tablet", 820, 1180, "light"]);
if (args.includes("--dark")) views.push(["wide-dark", 1366, 768, "dark"], ["phone-dark", 390, 844, "dark"]);
if (out) mkdirSync(out, { recursive: true });
let passed = 0, failed = 0;

async function look(context, role, name, path, view) {
  const faults = [], page = await context.newPage();
  page.on("console", (m) => { if (m.type() === "error") faults.push(m.text()); });
  page.on("pageerror", (e) => faults.push(String(e)));
  page.on("request", (r) => { if (!r.url().startsWith(base) && !r.url().startsWith("data:")) faults.push("reaches " + r.url()); });
  const reply = await page.goto(base + path, { waitUntil: "load" });
  if (!reply || reply.status() >= 400) faults.push(`status ${reply && reply.status()}`);
  await page.waitForTimeout(150);
  if (await page.evaluate(() => document.documentElement.scrollWidth > innerWidth + 1)) faults.push("scrolls sideways");
  await page.evaluate(axe);
  const found = await page.evaluate(() => window.axe.run(document, { resultTypes: ["violations"] }));
  for (const v of found.violations) faults.push(`axe ${v.id}: ${v.nodes.map((n) => n.target.join(" ")).slice(0, 3).join("; ")}`);
  if (out) {
    await page.screenshot({ path: join(out, `${role}-${name}-${view}.png`), fullPage: view !== "wide" || name !== "class" });
    if (args.includes("--print") && view === "wide") {
      await page.emulateMedia({ media: "print" });
      await page.screenshot({ path: join(out, `${role}-${name}-print.png`), fullPage: true });
    }
  }
  await page.close();
  if (faults.length) { failed++; console.log(`FAILED ${role} ${path} ${view}: ${faults.join(" | ")}`); } else passed++;
}

const browser = await chromium.launch({ executablePath: process.env.CHROMIUM || "/usr/bin/chromium", args: ["--no-sandbox"] });
for (const [view, width, height, colorScheme] of views) {
  for (const who of people) {
    const context = await browser.newContext({ viewport: { width, height }, colorScheme });
    if (who.username) {
      const page = await context.newPage();
      await page.goto(base + "/sign-in");
      await page.fill("[name=username]", who.username);
      await page.fill("[name=password]", who.password);
      await Promise.all([page.waitForNavigation(), page.click("button.primary")]);
      await page.close();
    }
    for (const [name, path] of Object.entries(who.pages)) {
      if (only.length && !only.includes(name)) continue;
      let at = path;
      const m = /^(.*)\{first:(.*)\}$/.exec(path); // follow a link of a page
      if (m) {
        const page = await context.newPage();
        await page.goto(base + m[1]);
        at = await page.evaluate((css) => { const a = document.querySelector(css); return a ? a.getAttribute("href") : ""; }, m[2]);
        await page.close();
        if (!at) { failed++; console.log(`FAILED ${who.role} ${name}: no ${m[2]} on ${m[1]}`); continue; }
      }
      await look(context, who.role, name, at, view);
    }
    await context.close();
  }
}
await browser.close();
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed ? 1 : 0);

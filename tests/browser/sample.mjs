// What the suites on the sample district share: the browser, people who are signed in once, counted checks.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { chromium } from "playwright-core";

// ./dev test --all looks at every page in every view; else at each width and each colour scheme once.
export const thorough = Boolean(process.env.WAYMARK_TEST_ALL);

// Given to each page by the debugger, which the page's policy does not hold back.
export const with_axe = (context) => context.addInitScript({ content: readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8") });
export const violations = (page, options) => page.evaluate((o) => window.axe.run(document, { resultTypes: ["violations"], ...o }).then((r) => r.violations), options);

// What fades in is judged when it is there.
export const settled = (page) => page.evaluate(() => Promise.all(document.getAnimations().map((a) => a.finished)));

export const open_browser = () => chromium.launch({ executablePath: process.env.CHROMIUM || "/usr/bin/chromium", args: ["--no-sandbox"] });

// People of `waymark demo`, by role; each with the cookies of one sign-in.
export async function people_of(browser, base, file) {
  const people = {};
  for (const p of JSON.parse(readFileSync(file, "utf8"))) people[p.role] = { ...p, state: await signed_in(browser, base, p.username, p.password) };
  return people;
}

export async function signed_in(browser, base, username, password) {
  const context = await browser.newContext(), page = await context.newPage();
  await page.goto(`${base}/sign-in`);
  await page.fill("[name=username]", username);
  await page.fill("[name=password]", password);
  await Promise.all([page.waitForNavigation(), page.keyboard.press("Enter")]);
  if (page.url().includes("/sign-in")) throw new Error(`${username} cannot sign in`);
  const state = await context.storageState();
  await context.close();
  return state;
}

// Whatever a page does that it must not: errors, refused resources, requests to another host.
export function watch(page, base, fault) {
  page.on("console", (m) => { if (m.type() === "error" && !/ERR_INTERNET_DISCONNECTED|ERR_FAILED|status of 4\d\d/.test(m.text())) fault(m.text()); });
  page.on("pageerror", (e) => fault(String(e)));
  page.on("request", (r) => { if (!r.url().startsWith(base) && !/^(data|blob|about):/.test(r.url())) fault("reaches " + r.url()); });
}

export function checks() {
  const n = { passed: 0, failed: 0 };
  return {
    is(what, ok, more) { if (ok) n.passed++; else { n.failed++; console.log("FAILED", what, more === undefined ? "" : JSON.stringify(more)); } },
    end() { console.log(`${n.passed} passed, ${n.failed} failed`); process.exitCode = n.failed ? 1 : 0; },
  };
}

export const until = async (f, ms = 8000) => {
  for (const end = Date.now() + ms; Date.now() < end; ) { if (await f()) return true; await new Promise((r) => setTimeout(r, 60)); }
  return false;
};

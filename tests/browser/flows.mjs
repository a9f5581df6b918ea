// What people do, on the sample district: a student who answers, loses the network, comes back on another device; a teacher who watches.
//   node flows.mjs BASE_URL SIGN_INS.json
// SIGN_INS.json as `waymark demo` writes it. Ends with "N passed, N failed".
import { readFileSync } from "node:fs";
import { chromium } from "playwright-core";

const [base, file] = process.argv.slice(2);
const people = Object.fromEntries(JSON.parse(readFileSync(file, "utf8")).map((p) => [p.role, p]));
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM || "/usr/bin/chromium", args: ["--no-sandbox"] });
let passed = 0, failed = 0;
const is = (what, ok) => { if (ok) passed++; else { failed++; console.log("FAILED", what); } };
const until = async (f) => { for (let i = 0; i < 80; i++) { if (await f()) return true; await new Promise((r) => setTimeout(r, 100)); } return false; };

async function signIn(role) {
  const context = await browser.newContext({ viewport: { width: 1366, height: 768 } }), page = await context.newPage();
  await page.goto(`${base}/sign-in`);
  await page.fill("[name=username]", people[role].username);
  await page.fill("[name=password]", people[role].password);
  await Promise.all([page.waitForNavigation(), page.keyboard.press("Enter")]);
  return { context, page };
}
const api = (page, path) => page.evaluate(async (p) => (await fetch(p)).json(), path);
const facts = async (page) => { // the sum of all evidence counts
  const me = await api(page, "/api/v1/me");
  const m = await api(page, `/api/v1/learners/${me.user_id}/mastery`);
  return (m.mastery || m.competencies || []).reduce((n, k) => n + (k.evidence_count || 0), 0);
};
// A typed question that is not waiting for anything: the first of the student's skills that has one.
async function typed(page) {
  await page.goto(`${base}/map`);
  const skills = await page.evaluate(() => [...document.querySelectorAll("a[href*='/why']")].map((a) => a.getAttribute("href").match(/\d{6,}/g).at(-1)));
  for (const skill of skills) {
    await page.goto(`${base}/item?c=${skill}`);
    if (await page.$("#response:not([readonly])")) return skill;
  }
  return "";
}

// A student, by keyboard.
{
  const { context, page } = await signIn("student");
  is("Today greets by name", (await page.textContent("h1")).includes("Maya"));
  is("Today says why", (await page.textContent(".next")).length > 40);
  const skill = await typed(page);
  is("there is a question to type an answer to", skill !== "");
  const before = await facts(page);
  await page.goto(`${base}/item?c=${skill}`);
  await page.fill("#response", "banana split");
  await page.keyboard.press("Enter");
  is("what cannot be read is said kindly", await until(async () => /can.t read/i.test(await page.textContent("#feedback"))));
  is("and is no attempt", (await facts(page)) === before);
  await page.fill("#response", "123456");
  is("a draft is kept", await until(async () => (await page.textContent("#net")).trim() !== ""));
  const url = page.url();
  await page.reload();
  is("a reload goes on where it was", (await page.inputValue("#response")) === "123456");
  const other = await signIn("student");
  await other.page.goto(url);
  is("another device goes on too", (await other.page.inputValue("#response")) === "123456");
  await other.context.close();
  await context.setOffline(true);
  await page.keyboard.press("Tab");
  await page.focus("#response");
  await page.keyboard.press("Enter");
  is("without network the answer waits here", await until(async () => (await page.evaluate(() => Object.keys(localStorage).filter((k) => k.startsWith("waymark.queue.") && localStorage[k] !== "[]").length)) === 1));
  is("and the page says so", await until(async () => (await page.textContent("#net")).length > 5));
  await context.setOffline(false);
  is("with network it goes", await until(async () => (await page.evaluate(() => Object.keys(localStorage).filter((k) => k.startsWith("waymark.queue.") && localStorage[k] !== "[]").length)) === 0));
  is("once", (await facts(page)) === before + 1);
  await page.goto(`${base}/item?c=${skill}`);
  const hint = await page.$("text=Show a hint");
  if (hint) { await hint.focus(); await page.keyboard.press("Enter"); }
  is("a hint comes", await until(async () => (await page.$$("#hints li")).length >= 1));
  await context.close();
}

// A teacher watches.
{
  const { context, page } = await signIn("teacher");
  is("Now names Maya's mistake", /Maya Okonkwo[\s\S]*same mistake/.test(await page.textContent("main")));
  await page.goto(`${base}/classes`);
  await page.goto(base + (await page.getAttribute("a[href^='/class/']", "href")));
  is("the class is live", await until(async () => (await page.textContent("#live")) === "live"));
  const student = await signIn("student"), skill = await typed(student.page);
  const me = await api(student.page, "/api/v1/me");
  const cell = page.locator(`a[href*="learner=${me.user_id}&competency=${skill}"]`);
  const changed = await page.textContent("#changed");
  for (let i = 0; i < 6; i++) {
    const next = await api(student.page, `/api/v1/me/next?competency=${skill}`);
    await student.page.evaluate(async ([n, k]) => {
      const csrf = document.body.dataset.csrf;
      await fetch("/api/v1/me/answers", { method: "POST", headers: { "Content-Type": "application/json", "X-CSRF-Token": csrf }, body: JSON.stringify({ client_id: `flow-${Date.now()}-${k}`, item_id: n.item_id, variant: n.variant, response: n.interaction.choices.length ? [n.interaction.choices[0].id] : "99999", took_ms: 9000, hints: 0 }) });
    }, [next, i]);
  }
  is("the page hears of the answers", await until(async () => (await page.textContent("#changed")) !== changed));
  await cell.click();
  is("a cell opens its evidence", await until(async () => (await page.locator("#sheet .ev li").count()) >= 3));
  const shown = await page.textContent("#sheet");
  is("with what was written", /99999|wrote/.test(shown));
  await page.goto(base + (await page.locator("tbody th a").first().getAttribute("href")));
  is("view as student is read only", (await page.$$("form[data-answer]")).length === 0);
  await student.context.close();
  await context.close();
}

// A family, in Spanish, and nothing is kept of a try.
{
  const { context, page } = await signIn("guardian");
  await page.goto(`${base}/language?to=es`);
  await page.goto(`${base}/children`);
  is("the page says that it is Spanish", (await page.getAttribute("html", "lang")) === "es");
  is("and is", /Mis hijos|hijos|Lo que sigue|En casa/i.test(await page.textContent("main")));
  await page.goto(base + (await page.getAttribute("a[href^='/try/']", "href")));
  const box = await page.$("#response");
  if (box) { await box.fill("1"); await page.keyboard.press("Enter"); } else { await page.click("[name=response] >> nth=0"); await page.click("button.primary"); }
  is("a try is answered", await until(async () => (await page.textContent("#feedback, .fb")).trim().length > 3));
  await context.close();
}
await browser.close();
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed ? 1 : 0);

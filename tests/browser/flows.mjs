// What people do, on the sample district: a student who answers, loses the network, comes back on another device; a teacher
// who watches and helps; a family; Spanish. Each fact is read from the page, and where it counts from the API.
//   WAYMARK=program node flows.mjs BASE_URL SIGN_INS.json [PART …]
// SIGN_INS.json as `waymark demo` writes it, its database beside it. Ends with "N passed, N failed".
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { checks, open_browser, people_of, signed_in, until, watch } from "./sample.mjs";

const [base, file, ...only] = process.argv.slice(2);
const browser = await open_browser(), people = await people_of(browser, base, file), { is, end } = checks(), faults = [];

async function as(state, more = {}) {
  const context = await browser.newContext({ viewport: { width: 1366, height: 768 }, storageState: state, ...more }), page = await context.newPage();
  context.on("page", (p) => watch(p, base, (words) => faults.push(words)));
  watch(page, base, (words) => faults.push(words));
  return { context, page };
}
const text = (page, css) => page.evaluate((c) => { const x = document.querySelector(c); return x ? x.innerText.trim() : ""; }, css);
const api = async (page, path) => (await page.request.get(base + path)).json();
const home = (page, css) => page.getAttribute(css, "href").then((href) => page.goto(base + href));
const focused = (page) => page.evaluate(() => { const x = document.activeElement; return x.id || x.textContent.trim(); });
async function tab_to(page, what) { // with the keyboard alone, as far as it takes
  for (let i = 0; i < 60; i++) { if ((await focused(page)) === what) return true; await page.keyboard.press("Tab"); }
  return false;
}

// What the server holds of Maya, told by her teacher's page, which no student's network touches.
const student = (await (await as(people.student.state)).page.request.get(`${base}/api/v1/me`)).json();
const maya = (await student).user_id;
const witness = (await as(people.teacher.state)).page;
const mastery = async () => (await api(witness, `/api/v1/learners/${maya}/mastery`)).competencies;
const unlike = (await mastery()).find((k) => k.name === "Add unlike fractions").competency_id;
const why = (skill = unlike) => api(witness, `/api/v1/learners/${maya}/mastery/${skill}/why`);
const facts = async () => (await why()).steps.length;
const stays = async (count, ms = 700) => { await new Promise((r) => setTimeout(r, ms)); return (await facts()) === count; };

// A sum of two fractions that Maya has not answered yet: its address, the answer, and the mistake she makes.
async function question(page) {
  const next = await api(page, `/api/v1/me/next?competency=${unlike}`);
  const url = `${base}/item?c=${unlike}&i=${next.item_id}&v=${next.variant}`;
  await page.goto(url);
  if (!(await page.$("#response:not([readonly])"))) { // a question with choices in between: find the right one, and go on
    for (const choice of next.interaction.choices) {
      await page.check(`.answer input[name="response"][value="${choice.id}"]`);
      await page.click(".answer button.primary");
      if (await until(async () => (await page.$(".fb1")) !== null, 1500)) break;
    }
    return question(page);
  }
  const n = await page.$$eval("#stem mfrac", (l) => l.map((f) => [...f.children].map((x) => Number(x.textContent))));
  const gcd = (a, b) => (b ? gcd(b, a % b) : a), [[a, b], [c, d]] = n, top = a * d + c * b, g = gcd(top, b * d);
  return { url, right: `${top / g}/${(b * d) / g}`, mistake: `${a + c}/${b + d}`, ids: [next.item_id, String(next.variant)] };
}
const queued = (page) => page.evaluate(() => Object.keys(localStorage).filter((k) => k.startsWith("waymark.queue.") && localStorage[k] !== "[]"));

const parts = {
  // A student: by keyboard alone from Today to the next question.
  async student() {
    const { context, page } = await as(undefined);
    await page.goto(`${base}/today`);
    is("a page of one's own asks to sign in", page.url().includes("/sign-in"));
    await page.fill("[name=username]", people.student.username);
    await page.fill("[name=password]", "not the password");
    await Promise.all([page.waitForNavigation(), page.keyboard.press("Enter")]);
    is("a wrong password is said, and the name stays", (await page.isVisible(".error-sum")) && (await page.inputValue("[name=username]")) === people.student.username);
    await page.fill("[name=password]", people.student.password);
    await Promise.all([page.waitForNavigation(), page.keyboard.press("Enter")]);
    is("then one is where one wanted to be", page.url() === `${base}/today` || page.url() === `${base}/`, page.url());
    is("Today greets by name", (await text(page, "h1")).includes("Maya"));
    is("Today names what is next", (await text(page, ".next h2")).length > 4);
    is("and why", (await text(page, ".next .why")).length > 15);
    const start = await text(page, ".next a.primary");
    is("Tab comes to it", await tab_to(page, start));
    await Promise.all([page.waitForNavigation(), page.keyboard.press("Enter")]);
    is("Enter opens it", page.url().includes("/item?"));
    is("with a reason", (await text(page, ".why-line")).length > 15);

    const q = await question(page), count = await facts();
    is("the question is read as mathematics", (await page.$$("#stem math mfrac")).length >= 2);
    is("Tab comes to the first hint", await tab_to(page, "Show a hint"));
    await page.keyboard.press("Enter");
    is("a hint opens in place", await until(async () => (await page.$$("#hints li")).length === 1));
    is("how many there are is said", /1 of [34]/.test(await text(page, "#hints h2")), await text(page, "#hints h2"));
    is("a hint is no answer", (await facts()) === count);
    await page.reload();
    is("after a reload it is still open", (await page.$$("#hints li")).length === 1);

    is("Tab comes to the answer", await tab_to(page, "response"));
    await page.keyboard.type("abc");
    await page.keyboard.press("Enter");
    is("what cannot be read is said", await until(async () => /couldn.t read/i.test(await text(page, "#feedback"))));
    is("does not count", await stays(count, 200));
    is("and stays to be mended", (await page.inputValue("#response")) === "abc");
    await page.fill("#response", q.mistake);
    await page.keyboard.press("Enter");
    is("a mistake is answered at once, by its name", await until(async () => /added the numerators and the denominators/.test(await text(page, "#feedback"))), await text(page, "#feedback"));
    is("without a word of blame", !/wrong|incorrect|fail|!/i.test(await text(page, "#feedback")));
    is("the work stays on the page", (await page.inputValue("#response")) === q.mistake);
    is("it is one fact", (await facts()) === count + 1);
    const step = (await why()).steps.at(-1);
    is("with its hint, its time and what was written", step.hints >= 1 && step.took_ms > 0 && step.response === q.mistake, step);
    await page.focus("#response");
    await page.fill("#response", q.right);
    await page.keyboard.press("Enter");
    is("the right answer is said", await until(async () => (await page.$(".fb1")) !== null), await text(page, "#feedback"));
    is("the focus is on what comes next", await until(() => page.evaluate(() => document.activeElement.hasAttribute("data-next-link"))));
    is("it is another fact, a second attempt", (await facts()) === count + 2 && (await why()).steps.at(-1).attempt === 2);
    await Promise.all([page.waitForNavigation(), page.keyboard.press("Enter")]);
    is("and the next question is another", page.url().includes("/item?") && page.url() !== q.url);
    await page.goto(q.url);
    is("going back, it is answered", (await page.$(".fb1")) !== null && (await page.$("#response[readonly]")) !== null);
    await page.goto(`${base}/map`);
    is("the map shows the skill with its level", (await page.$$(".plan li")).length >= 12);
    await context.close();
  },

  // What is begun is there again: after a reload, and on another device.
  async draft() {
    const { context, page } = await as(people.student.state), q = await question(page), count = await facts();
    await page.click("form[data-hint] button");
    await until(async () => (await page.$$("#hints li")).length === 1);
    await page.click("form[data-hint] button");
    is("two hints are open", await until(async () => (await page.$$("#hints li")).length === 2));
    await page.fill("#response", "1 1/4 + ½ ‘x’");
    is("a draft is kept, and its time said", await until(async () => /\d:\d\d/.test(await text(page, "#net"))), await text(page, "#net"));
    await page.reload();
    is("a reload has the exact text", (await page.inputValue("#response")) === "1 1/4 + ½ ‘x’");
    is("and the hints", (await page.$$("#hints li")).length === 2);
    const other = await as(people.student.state, { viewport: { width: 390, height: 844 } });
    await other.page.goto(q.url);
    is("another device has the text", (await other.page.inputValue("#response")) === "1 1/4 + ½ ‘x’");
    is("and the hints", (await other.page.$$("#hints li")).length === 2);
    await other.page.goto(`${base}/item?c=${unlike}`);
    is("the next of the skill is the one begun", (await other.page.inputValue("[name=item_id]")) === q.ids[0] && (await other.page.inputValue("#answer [name=variant]")) === q.ids[1]);
    is("nothing of it is an answer", (await facts()) === count);
    await other.context.close();
    await context.close();
  },

  // The network goes: the answer waits here, for this learner alone, and counts once.
  async network() {
    const { context, page } = await as(people.student.state), q = await question(page);
    let count = await facts();
    await context.setOffline(true);
    await page.fill("#response", q.mistake);
    await page.keyboard.press("Enter");
    is("without network the page says that it is saved", await until(async () => /saved on this device/.test(await text(page, "#net"))), await text(page, "#net"));
    is("it is kept, for this learner", (await queued(page)).join() === `waymark.queue.${maya}`, await queued(page));
    const id = await page.evaluate((k) => JSON.parse(localStorage[k])[0].id, `waymark.queue.${maya}`);
    is("the server has nothing", (await facts()) === count);
    let sent = [];
    const down = (route) => route.abort(), count_sent = (r) => { if (r.method() === "POST" && /answer/.test(r.url())) sent.push(r.postData()); };
    await context.route("**/answer", down);
    await context.setOffline(false);
    await page.reload();
    is("a reload keeps it", (await queued(page)).length === 1);
    is("and says so again", await until(async () => /saved on this device/.test(await text(page, "#net"))));
    await context.unroute("**/answer", down);

    // Another learner at the same browser.
    const db = join(dirname(file), "waymark.db");
    execFileSync(process.env.WAYMARK, ["user", "passwd", "--db", db, "tomas.lindqvist"], { input: "three-plain-words\n", stdio: ["pipe", "ignore", "inherit"] });
    const [mine] = await context.cookies(), theirs = await signed_in(browser, base, "tomas.lindqvist", "three-plain-words");
    await context.clearCookies();
    await context.addCookies(theirs.cookies);
    const second = await context.newPage();
    await page.goto("about:blank");
    second.on("request", count_sent);
    await second.goto(`${base}/today`);
    is("another learner is signed in", /Tomas/.test(await text(second, "h1")));
    await second.goto(`${base}/map`);
    await second.goto(`${base}/item`);
    await second.waitForTimeout(400);
    is("sends none of it", sent.length === 0, sent);
    is("and sees none of it", !(await second.content()).includes(q.mistake) && !/kept|waiting/i.test(await text(second, "#net")));
    is("it still waits", (await queued(second)).length === 1 && (await facts()) === count);
    await second.close();
    await context.clearCookies();
    await context.addCookies([mine]);
    page.on("request", count_sent);
    await page.goto(`${base}/today`);
    is("back, it is sent from whichever page", await until(async () => (await queued(page)).length === 0));
    is("once", sent.length === 1 && (await stays(count + 1, 200)), sent.length);
    await page.reload();
    is("and not again", await stays(count + 1, 300));

    // The reply is lost after the server has kept the answer.
    const again = await question(page);
    count = await facts();
    sent = [];
    const lose = async (route) => { await route.fetch(); await route.abort(); };
    await context.route("**/answer", lose);
    await page.fill("#response", again.mistake);
    await page.keyboard.press("Enter");
    is("a lost reply is a lost network to the page", await until(async () => /saved on this device/.test(await text(page, "#net"))));
    is("but the server has it", await until(async () => (await facts()) === count + 1));
    const last = (await why()).steps.at(-1).evidence_id;
    await context.unroute("**/answer", lose);
    await page.evaluate(() => window.dispatchEvent(new Event("online")));
    is("resent, it is answered", await until(async () => /added the numerators and the denominators/.test(await text(page, "#feedback"))));
    is("with the same id and words", sent.length >= 2 && new Set(sent.map((b) => new URLSearchParams(b).get("client_id"))).size === 1 && sent.every((b) => new URLSearchParams(b).get("response") === again.mistake));
    is("and is one fact", (await stays(count + 1, 200)) && (await why()).steps.at(-1).evidence_id === last);
    const body = new URLSearchParams(sent[0]);
    body.set("csrf", await page.getAttribute("body", "data-csrf"));
    const reply = await page.request.post(`${base}/answer`, { headers: { Accept: "application/json", "Content-Type": "application/x-www-form-urlencoded" }, data: body.toString() });
    is("the same client id names the same evidence ever after", (await reply.json()).evidence_id === last && (await facts()) === count + 1);
    is("another answer under that id is refused", await (async () => {
      body.set("response", "7");
      return (await page.request.post(`${base}/answer`, { headers: { Accept: "application/json", "Content-Type": "application/x-www-form-urlencoded" }, data: body.toString() })).status() === 409;
    })());
    is("ids of answers differ", id !== body.get("client_id"));
    await context.close();
  },

  // A teacher: the class live, a cell with its evidence, a student's view, who to see.
  async teacher() {
    const { context, page } = await as(people.teacher.state), s = await as(people.student.state);
    await page.goto(`${base}/classes`);
    await home(page, "a[href^='/class/']");
    is("the class is live", await until(async () => (await text(page, "#live")) === "live"));
    is("every student of the class is there", (await page.$$("tbody tr")).length === (await page.$$("tbody th a")).length && (await page.$$("tbody tr")).length >= 5);
    // A skill of Maya's that is secure: wrong answers move it, whichever it is.
    const skill = (await mastery()).find((k) => k.level === "secure" && k.name === "Find equal fractions") || (await mastery()).find((k) => k.level === "secure");
    const cell = page.locator(`a[href*="learner=${maya}&competency=${skill.competency_id}"]`);
    const before = await cell.getAttribute("class"), foot = () => page.evaluate((c) => document.querySelector(`td a[href*="competency=${c}"]`).closest("td").cellIndex, skill.competency_id).then((i) => page.evaluate((n) => Number(document.querySelector("tfoot tr").cells[n].textContent), i));
    const secure = await foot(), url = page.url();
    await page.evaluate(() => { window.unloaded = false; });
    await s.page.goto(`${base}/today`);
    const csrf = await s.page.getAttribute("body", "data-csrf");
    for (let i = 0; i < 4; i++) {
      const n = await api(s.page, `/api/v1/me/next?competency=${skill.competency_id}`);
      await s.page.request.post(`${base}/api/v1/me/answers`, { headers: { "X-CSRF-Token": csrf }, data: { client_id: `flow-live-${Date.now()}-${i}`, item_id: n.item_id, variant: n.variant, response: n.interaction.choices.length ? ["no such choice", n.interaction.choices.at(-1).id].slice(1) : "99999", took_ms: 9000 + i, hints: 0 } });
    }
    is("a student answers, and the cell changes", await until(async () => (await cell.getAttribute("class")) !== before), before);
    const now = (await mastery()).find((k) => k.competency_id === skill.competency_id), mark = { not_yet: "m0", started: "m1", nearly: "m2", secure: "m3" };
    is("to what the API says", await until(async () => (await cell.getAttribute("class")).split(" ").includes(mark[now.level])), [await cell.getAttribute("class"), now.level]);
    is("without a reload", (await page.evaluate(() => window.unloaded)) === false && page.url() === url);
    is("its name to a screen reader follows", (await cell.getAttribute("aria-label")) === now.level.replace("_", " "));
    is("so does the count below", now.level === "secure" || (await foot()) === secure - 1, [secure, await foot()]);
    is("a quiet count tells", /1/.test(await text(page, "#changed")));

    await cell.focus();
    await page.keyboard.press("Enter");
    is("Enter opens the evidence", await until(() => page.isVisible("#sheet-h")));
    const told = await why(skill.competency_id), rows = await page.$$eval("#sheet .ev > li", (l) => l.map((x) => x.innerText.replace(/\s+/g, " ")));
    is("a row for each answer", rows.length === Math.min(25, told.steps.length), [rows.length, told.steps.length]);
    is("with its time, hints and what was written", rows.slice(0, 2).every((r) => /\d:\d\d/.test(r) && /hint/.test(r)) && rows.some((r) => /99999|wrote/.test(r)), rows[0]);
    const moved = told.steps.at(-1).counted ? Math.sign(Math.round((told.steps.at(-1).after - told.steps.at(-1).before) * 100)) * Math.round(Math.abs(told.steps.at(-1).after - told.steps.at(-1).before) * 100) : 0;
    is("the latest first, with the step it moved", rows[0].replace("−", "-").includes(moved === 0 ? "0" : String(moved)), [rows[0], moved]);
    const shown = await text(page, "#sheet .facts");
    const said = Number((/(\d+)%/.exec(shown) || [])[1]);
    is("its number is the API's", Math.abs(said - told.p_known * 100) <= 1, [shown, told.p_known]);
    await page.keyboard.press("Escape");
    is("Escape goes back to the cell", (await page.isHidden("#sheet")) && (await cell.evaluate((x) => x === document.activeElement)));
    const plain = await page.request.get(base + (await cell.getAttribute("href")));
    is("the cell is a page of its own too", plain.status() === 200 && /<h1/.test(await plain.text()), plain.status());

    await page.goto(`${base}/student/${maya}`);
    is("the view says that it is one", /can.t change anything/i.test(await text(page, ".banner")), await text(page, ".banner"));
    is("has no form and nothing to start", (await page.$$("main form, main button, main a.primary")).length === 0);
    const token = await page.getAttribute("body", "data-csrf") || await page.inputValue("[name=csrf]");
    for (const path of ["/answer", "/draft", "/hint", "/help"]) {
      const r = await page.request.post(base + path, { form: { csrf: token, item_id: "1", variant: "0", response: "1", client_id: "flow-teacher-0001", kind: "hint" } });
      is(`a teacher cannot post ${path}`, r.status() === 403, r.status());
    }
    const no = await page.request.post(`${base}/api/v1/me/answers`, { headers: { "X-CSRF-Token": token }, data: { client_id: "flow-teacher-0002", item_id: "1", variant: 0, response: "1", took_ms: 1, hints: 0 } });
    is("nor answer over the API", no.status() === 403, no.status());

    await page.goto(`${base}/now`);
    const main = await text(page, "main");
    is("Now names Maya's mistake", /Maya Okonkwo[\s\S]{0,80}Same mistake \d+ times/.test(main));
    is("and Leila's question", /Leila Marsh[\s\S]{0,120}asked/.test(main));
    const helps = await page.$$("form[action='/help/close']");
    await Promise.all([page.waitForNavigation(), page.locator("li", { hasText: "Leila Marsh" }).getByRole("button").first().click()]);
    is("done, it is gone", page.url().endsWith("/now") && (await page.$$("form[action='/help/close']")).length === helps.length - 1);
    await page.reload();
    is("and stays so", !/Leila Marsh[\s\S]{0,60}asked/.test(await text(page, "main")));
    await s.page.goto(`${base}/today`);
    await s.page.click("details.help summary");
    await s.page.fill("[name=note]", "Please look at mine.");
    await Promise.all([s.page.waitForNavigation(), s.page.click("details.help button")]);
    is("a student who asks is told so", /teacher/i.test(await text(s.page, ".ok-line")), await text(s.page, ".ok-line"));
    await page.reload();
    is("and is in Now, with the note", /Maya Okonkwo[\s\S]{0,200}Please look at mine\./.test(await text(page, "main")));
    const all = await page.$(".cut a");
    if (all) {
      const n = (await page.$$("ol.q > li:not(.cut)")).length;
      await Promise.all([page.waitForNavigation(), all.click()]);
      is("the rest of the list opens", (await page.$$("ol.q > li:not(.cut)")).length > n);
    }
    await s.context.close();
    await context.close();
  },

  // A family: where the children stand, and a question to try that leaves no trace.
  async guardian() {
    const { context, page } = await as(people.guardian.state), before = await mastery(), count = await facts();
    await page.goto(`${base}/`);
    const main = await text(page, "main");
    is("both children are there", /Maya/.test(main) && /Eli/.test(main));
    is("with what comes next", (main.match(/What comes next/g) || []).length === 2);
    await page.locator("article", { hasText: "How Maya" }).locator("a[href^='/try/']").click();
    await page.waitForSelector("#answer");
    is("that nothing is kept is said", /nothing is saved/i.test(await text(page, ".banner")), await text(page, ".banner"));
    const box = page.locator("#answer [name=response]:visible").first(); // an order is an answer as it stands
    if (await page.locator("#response").count()) await box.fill("1"); else if (await box.count()) await box.check();
    await Promise.all([page.waitForNavigation(), page.click(".answer button.primary")]);
    is("a try is answered", (await text(page, "#feedback")).length > 3);
    const [order] = execFileSync("sqlite3", [`file:${join(dirname(file), "waymark.db")}?mode=ro`, "SELECT item_id FROM item_version WHERE doc LIKE '%\"type\":\"order\"%' LIMIT 1"], { encoding: "utf8" }).trim().split("\n");
    await page.goto(`${base}/try/${order}`);
    const ids = () => page.$$eval("#answer [name=response]", (l) => l.map((x) => x.value)), at_first = await ids();
    await page.locator("#answer li").nth(1).getByRole("button").first().click();
    is("what a family puts in order moves", (await ids()).join() === [at_first[1], at_first[0], ...at_first.slice(2)].join() && page.url().endsWith(`/try/${order}`), [at_first, await ids(), page.url()]);
    await Promise.all([page.waitForNavigation(), page.click(".answer button.primary")]);
    is("and is answered", (await text(page, "#feedback")).length > 3);
    is("nothing is kept in the browser", (await queued(page)).length === 0 && (await page.evaluate(() => Object.keys(localStorage).length)) === 0);
    is("nor on the server", JSON.stringify(await mastery()) === JSON.stringify(before) && (await facts()) === count);
    const r = await page.request.get(`${base}/student/${maya}`);
    is("a teacher's page is not a guardian's", r.status() === 403, r.status());
    await context.close();
  },

  // Spanish: no sentence that has Spanish is left in English.
  async spanish() {
    const po = readFileSync(join(dirname(fileURLToPath(import.meta.url)), "../../src/i18n/po/es.po"), "utf8");
    const words = (s) => [...s.matchAll(/"((?:[^"\\]|\\.)*)"/g)].map((m) => JSON.parse(`"${m[1]}"`)).join("");
    const english = new Set(), spanish = new Set();
    for (const m of po.matchAll(/^msgid ((?:".*"\s)+)(?:msgid_plural (?:".*"\s)+)?msgstr(?:\[0\])? ((?:".*"\s?)+)/gm)) {
      const [id, es] = [words(m[1]), words(m[2])];
      if (id && es && id !== es && !id.includes("{")) english.add(id);
      spanish.add(es);
    }
    for (const w of [...spanish, "English"]) english.delete(w); // a word that is both; and a language is offered in its own name
    is("the Spanish catalogue is read", english.size > 80, english.size);
    const left = (page) => page.evaluate((list) => {
      const set = new Set(list), found = [], walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
      while (walk.nextNode()) { const t = walk.currentNode.data.trim(); if (set.has(t)) found.push(t); }
      for (const x of document.querySelectorAll("[aria-label],[title],[placeholder]")) for (const a of ["aria-label", "title", "placeholder"]) if (set.has(x.getAttribute(a))) found.push(x.getAttribute(a));
      return found;
    }, [...english]);
    const look = async (page, path) => {
      await page.goto(base + path);
      is(`${path} says that it is Spanish`, (await page.getAttribute("html", "lang")) === "es");
      const found = await left(page);
      is(`${path} is`, found.length === 0, found);
    };
    const nobody = await as(undefined);
    await nobody.page.goto(`${base}/sign-in`);
    is("the check itself finds English", (await left(nobody.page)).length >= 3);
    await nobody.page.click("text=Español");
    is("the link leads back to the same page", nobody.page.url().includes("/sign-in"));
    await look(nobody.page, "/sign-in");
    await nobody.context.close();
    for (const [role, paths] of [["student", ["/today", "/map", `/item?c=${unlike}`, `/why?c=${unlike}`, "/account"]], ["guardian", ["/children"]]]) {
      const { context, page } = await as(people[role].state);
      await page.goto(`${base}/language?to=es`);
      for (const path of paths) await look(page, path);
      if (role === "student") {
        await page.goto(`${base}/item?c=${unlike}`);
        const typed = await page.locator("#response").count(), box = page.locator("main form input[name=response]:visible").first();
        if (typed) await page.fill("#response", "abc"); // which question comes depends on the student
        else if (await box.count()) await box.check();
        await page.click("main form .btn.primary");
        await until(async () => (await text(page, "#feedback")).length > 0);
        const found = await left(page);
        is("feedback too", found.length === 0, found);
      }
      await page.goto(`${base}/language?to=en`);
      await page.goto(`${base}/`);
      is(`${role}: and back`, (await page.getAttribute("html", "lang")) === "en");
      await context.close();
    }
  },

  // The skip link, and the list of keys.
  async keys() {
    const { context, page } = await as(people.student.state);
    await page.goto(`${base}/today`);
    await page.keyboard.press("Tab");
    is("the first Tab shows the way past the menu", await page.evaluate(() => document.activeElement.classList.contains("skip") && document.activeElement.getBoundingClientRect().top >= 0));
    await page.keyboard.press("Enter");
    await page.keyboard.press("Tab");
    is("and leads there", await page.evaluate(() => document.querySelector("main").contains(document.activeElement)));
    await page.keyboard.press("?");
    is("? lists the keys", await page.isVisible("#keys"));
    await page.keyboard.press("Escape");
    is("Escape closes it", await page.isHidden("#keys"));
    await context.close();
  },
};

for (const [name, part] of Object.entries(parts)) {
  if (only.length && !only.includes(name)) continue;
  try { await part(); } catch (e) { is(`${name} comes to its end`, false, String(e.stack).slice(0, 600)); }
}
is("no page reached another host, broke a policy or threw", faults.length === 0, faults);
await browser.close();
end();

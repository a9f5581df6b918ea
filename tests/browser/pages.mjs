// Every page of every role on the sample district: axe-core, no sideways scroll, no refused resource, nothing from another
// host, and (wide) the keyboard: Tab reaches every control, what has the focus shows it and is not hidden. Which pages there are
// the program says (`waymark routes --json`); where each is, the links of the other pages: one that no link leads to is a fault.
//   WAYMARK=program node pages.mjs BASE_URL SIGN_INS.json [--views wide,phone,phone-dark,wide-dark,tablet] [--only NAME,NAME] [--out DIR] [--print]
// SIGN_INS.json as `waymark demo` writes it. With --out pictures, with --print also A4 and Letter. Ends with "N passed, N failed".
import { execFileSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { checks, open_browser, people_of, settled, thorough, violations, watch, with_axe } from "./sample.mjs";

const args = process.argv.slice(2);
const option = (name, otherwise = "") => (args.includes(name) ? args[args.indexOf(name) + 1] : otherwise);
const [base, file] = args, out = option("--out"), only = option("--only").split(",").filter(Boolean);
const views = { wide: [1366, 768, "light"], phone: [390, 844, "light"], "phone-dark": [390, 844, "dark"], "wide-dark": [1366, 768, "dark"], tablet: [820, 1180, "light"] };
const chosen = option("--views", thorough ? Object.keys(views).join() : "wide,phone-dark").split(",");
if (out) mkdirSync(out, { recursive: true });

// States of pages that their address alone does not show: a path, or [path, CSS of the link there to follow, …]; what "sheet" and
// "tried" do is in look().
const link = (css) => css, first_class = ["/classes", link("a[href^='/class/']")];
const states = {
  nobody: { error: "/no-such-page" },
  student: { choice: ["/today", link(".choose a")], lost: "/no-such-page" },
  teacher: { sheet: first_class, nearly: [...first_class, link("td a.m3")], next: ["/now", link(".q a.btn")] },
  principal: { waiver: "/rules?waiver=mastery.least_evidence" },
  district: { tried: "/rules" },
};
const relations = { student: "own_record", teacher: "teaches", district: "leads_district", principal: "leads_school", coach: "coaches", counselor: "counsels", guardian: "guardian_of", programs: "sees_programs" };
const leaders = ["district", "principal", "coach"]; // who see much the same

const not_pages = /^\/(api|assets|figure)\/|\/live$|\.|^\/(healthz|readyz|metrics|language)?$/;
const routes = JSON.parse(execFileSync(process.env.WAYMARK, ["routes", "--json"])).filter((r) => r.method === "GET" && !not_pages.test(r.path))
  .map((r) => ({ ...r, name: r.path.replace(/\/:\w+/g, "").slice(1).replaceAll("/", "-") + (/:\w+$/.test(r.path) && !/^\/class\//.test(r.path) ? "-of" : ""), pattern: new RegExp(`^${r.path.replace(/:\w+/g, "[^/?]+")}$`) }));
if (new Set(routes.map((r) => r.name)).size !== routes.length) throw new Error("two routes have one name");
const may = (role, r) => r.may.includes("anyone") || (role !== "nobody" && r.may.includes("signed_in")) || r.may.includes(relations[role]);

// {name: address} of the pages that somebody comes to by links, from those that need no id.
const SAME = 4; // of one route so many are looked through for links, which not each has
async function crawl(browser, role, state) {
  const context = await browser.newContext({ storageState: state });
  const found = {}, seen = {}, waiting = routes.filter((r) => may(role, r) && !r.path.includes(":") && !r.sample).map((r) => [r, r.path]);
  for (let next; (next = waiting.shift()); ) {
    const [route, path] = next;
    const reply = await context.request.get(base + path, { maxRedirects: 0 });
    if (reply.status() !== 200 || !(reply.headers()["content-type"] || "").startsWith("text/html")) {
      route.no_page ||= reply.status() === 200;
      if (reply.status() >= 400) is(`${role} ${path}`, false, `status ${reply.status()}`);
      continue;
    }
    found[route.name] ||= path;
    for (const [, href] of (await reply.text()).matchAll(/ href="(\/[^"#]*)/g)) {
      const to = href.replaceAll("&amp;", "&"), r = routes.find((x) => x.pattern.test(to.split("?")[0]));
      if (!r || !may(role, r) || (seen[r.name] ||= new Set()).has(to) || seen[r.name].size === SAME) continue;
      seen[r.name].add(to);
      waiting.push([r, to]);
    }
  }
  await context.close();
  return found;
}
const { is, end } = checks();

// Where a path leads, found once for all views.
const found = {};
async function follow(page, role, path) {
  const [at, ...links] = [path].flat();
  let now = at, way = `${role} ${at}`;
  for (const css of links) {
    way += ` > ${css}`;
    if (!found[way]) {
      await page.goto(base + now);
      found[way] = await page.evaluate((c) => { const a = document.querySelector(c); return a ? a.getAttribute("href") : ""; }, css);
    }
    now = found[way];
    if (!now) throw new Error(`no ${css} on ${at}`);
  }
  return now;
}

// Tab through the page; what Tab should have reached, and did not, or reached unseen.
async function keyboard(page) {
  const total = await page.evaluate(() => {
    window.onbeforeunload = null;
    document.activeElement.blur();
    const shown = (x) => x.checkVisibility({ checkVisibilityCSS: true }) && !x.closest("[inert]");
    const all = [...document.querySelectorAll("a[href], button:not(:disabled), input:not([type=hidden]):not(:disabled), select, textarea, summary")].filter((x) => shown(x) && x.tabIndex >= 0);
    const groups = {};
    window.expected = new Set(all.filter((x) => { // one stop for a group of radio buttons
      if (x.type !== "radio") return true;
      const key = x.name + (x.form ? [...document.forms].indexOf(x.form) : "");
      if (groups[key]) return false;
      return (groups[key] = true);
    }));
    window.faults = [];
    const inside = 3; // month, day and year of a date, and its calendar, are stops of their own
    return window.expected.size + inside * all.filter((x) => x.type === "date").length;
  });
  for (let i = 0; i < total + 4; i++) {
    await page.keyboard.press("Tab");
    await page.evaluate(() => {
      const x = document.activeElement, tell = (words) => window.faults.push(`${x.tagName} ${(x.getAttribute("aria-label") || x.textContent || x.name || "").trim().slice(0, 40)} ${words}`);
      if (!x || x === document.body) return;
      if (x.type === "radio") for (const e of window.expected) if (e.type === "radio" && e.name === x.name && e.form === x.form) window.expected.delete(e);
      window.expected.delete(x);
      const s = getComputedStyle(x), r = x.getBoundingClientRect();
      if (s.outlineStyle === "none" || parseFloat(s.outlineWidth) < 2) tell("has the focus and does not show it");
      if (r.bottom <= 0 || r.top >= innerHeight) tell("has the focus outside the window");
      else if (r.width && r.height && r.height < innerHeight) {
        const at = document.elementFromPoint(Math.min(innerWidth - 1, Math.max(0, r.x + r.width / 2)), Math.min(innerHeight - 1, Math.max(0, r.y + r.height / 2)));
        if (at && !x.contains(at) && !at.contains(x) && !(at.closest("label") || document.body).contains(x)) tell(`has the focus behind ${at.tagName}.${at.className}`);
      }
    });
  }
  return page.evaluate(() => window.faults.concat([...window.expected].map((x) => `Tab does not reach ${x.outerHTML.slice(0, 80)}`)));
}

async function look(page, faults, role, name, path, view) {
  const reply = await page.goto(base + path, { waitUntil: "load" });
  if ((reply.status() >= 400) !== ["error", "lost"].includes(name)) faults.push(`status ${reply.status()}`);
  if (name === "sheet" && view === "wide") {
    await page.click("table.grid tbody tr:nth-child(3) td:nth-of-type(4) a");
    await page.waitForSelector("#sheet-h");
    await settled(page);
  }
  if (name === "tried") {
    await page.fill("[name='mastery.secure_at']", "85");
    await page.click("aside .btn.primary");
    await page.waitForSelector("aside [name=reason]");
  }
  if (await page.evaluate(() => document.documentElement.scrollWidth > innerWidth + 1)) faults.push("scrolls sideways");
  for (const v of await violations(page)) faults.push(`axe ${v.id}: ${v.nodes.map((n) => n.target.join(" ")).slice(0, 3).join("; ")}`);
  if (out) {
    await page.screenshot({ path: join(out, `${role}-${name}-${view}.png`), fullPage: name !== "class" && name !== "sheet" });
    if (args.includes("--print") && view === "wide") for (const format of ["A4", "Letter"]) await page.pdf({ path: join(out, `${role}-${name}-${format}.pdf`), format });
  }
  if (view === "wide") faults.push(...(await keyboard(page)));
  is(`${role} ${name} ${view}`, !faults.length, faults.length ? faults : undefined);
}

const browser = await open_browser(), people = await people_of(browser, base, file);
const pages = {}, reached = new Set();
for (const role of ["nobody", ...Object.keys(relations)].filter((r) => r === "nobody" || people[r])) {
  const found = await crawl(browser, role, people[role] && people[role].state);
  const known = leaders.slice(0, Math.max(0, leaders.indexOf(role))).flatMap((r) => Object.keys(pages[r] || {}));
  pages[role] = Object.fromEntries(Object.entries(found).filter(([name]) => thorough || !known.includes(name)));
  for (const name of Object.keys(found)) reached.add(name);
  Object.assign(pages[role], states[role]);
}
const not_in_sample = ["/changes/:learner", "/programs"]; // no rules wait for their day there, and nobody has programs alone; the previews show both
for (const r of routes) if (!r.no_page && !not_in_sample.includes(r.path)) is(`a link leads to ${r.path}`, reached.has(r.name));
await Promise.all(chosen.map(async (view) => {
  const [width, height, colorScheme] = views[view];
  for (const [role, list] of Object.entries(pages)) {
    const context = await browser.newContext({ viewport: { width, height }, colorScheme, storageState: people[role] && people[role].state });
    await with_axe(context);
    const page = await context.newPage();
    let faults = [];
    watch(page, base, (words) => faults.push(words));
    page.on("dialog", (d) => d.accept()); // a form that was filled in may be left
    for (const [name, path] of Object.entries(list)) {
      if (only.length && !only.includes(name)) continue;
      try {
        const at = await follow(page, role, path);
        await look(page, (faults = []), role, name, at, view);
      } catch (e) { is(`${role} ${name} ${view}`, false, String(e)); }
    }
    await context.close();
  }
}));
await browser.close();
end();

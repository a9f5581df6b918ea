// Every page of every role on the sample district: axe-core, no sideways scroll, no refused resource, nothing from another
// host, and (wide) the keyboard: Tab reaches every control, what has the focus shows it and is not hidden.
//   node pages.mjs BASE_URL SIGN_INS.json [--views wide,phone,phone-dark,wide-dark,tablet] [--only NAME,NAME] [--out DIR] [--print]
// SIGN_INS.json as `waymark demo` writes it. With --out pictures, with --print also A4 and Letter. Ends with "N passed, N failed".
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { checks, open_browser, people_of, settled, thorough, violations, watch, with_axe } from "./sample.mjs";

const args = process.argv.slice(2);
const option = (name, otherwise = "") => (args.includes(name) ? args[args.indexOf(name) + 1] : otherwise);
const [base, file] = args, out = option("--out"), only = option("--only").split(",").filter(Boolean);
const views = { wide: [1366, 768, "light"], phone: [390, 844, "light"], "phone-dark": [390, 844, "dark"], "wide-dark": [1366, 768, "dark"], tablet: [820, 1180, "light"] };
const chosen = option("--views", thorough ? Object.keys(views).join() : "wide,phone-dark").split(",");
if (out) mkdirSync(out, { recursive: true });

// A path, or [path, CSS of the link there to follow, …]; "sheet" opens a cell of the class table.
const link = (css) => css, first_class = ["/classes", link("a[href^='/class/']")];
const pages = {
  nobody: { "sign-in": "/sign-in", error: "/no-such-page", style: "/style" },
  student: { today: "/today", definition: "/definition", map: "/map", views: ["/map", link("a[href^='/views/']")], item: ["/today", link(".next a.primary")], choice: ["/today", link(".choose a")], why: ["/map", link("a[href*='/why']")], suggestion: ["/today", link("a[href^='/suggestion/']")], grade: ["/map", link("a[href^='/report/']"), link("a[href^='/grade/']")], pace: ["/map", link("a[href^='/standing/']"), link("a[href^='/pace/']")], report: ["/map", link("a[href^='/report/']")], standing: ["/map", link("a[href^='/standing/']")], account: "/account" },
  teacher: {
    now: "/now", rules: "/rules", barriers: "/barriers", drafts: "/drafts", definition: "/definition", classes: "/classes", class: first_class, sheet: first_class, cell: [...first_class, link("td a.m3")], observe: [...first_class, link("th.tilt a")], frameworks: "/frameworks", "framework-tree": ["/frameworks", link("a[href^='/frameworks/tree']")], "framework-map": ["/frameworks", link("a[href^='/frameworks/map']")], checkpoints: "/checkpoints", "checkpoint-print": ["/checkpoints", link("a[href^='/checkpoints/print']")], "checkpoint-enter": ["/checkpoints", link("a[href*='/checkpoint?c=']")], calibration: ["/checkpoints", link("a[href^='/calibration']")], moderation: "/moderation", "moderation-session": ["/moderation", link("a[href^='/moderation/session']")], "class-rules": [...first_class, link("a[href$='/rules']")], habits: [...first_class, link("a[href$='/habits']")], "class-standing": [...first_class, link("a[href$='/standing']")], standing: [...first_class, link("a[href$='/standing']"), link("main li a[href^='/standing/']")],
    cards: [...first_class, link("a[href$='/cards']")], student: ["/now", link(".q a.btn")], view: [...first_class, link("tbody th a")], "student-rules": [...first_class, link("tbody th a"), link("a[href$='/rules'][href^='/student/']")], suggestion: [...first_class, link("tbody th a"), link("a[href^='/suggestion/']")], account: "/account",
  },
  coach: { school: "/school" },
  counselor: { counselor: "/counselor", standing: ["/counselor", link("main li a[href^='/standing/']")], view: ["/counselor", link("main li a[href^='/standing/']"), link("main a[href^='/student/']")], report: ["/counselor", link("main li a[href^='/standing/']"), link("main a[href^='/student/']"), link("a[href^='/report/']")], requirements: "/requirements" },
  principal: { school: "/school", rules: "/rules", waiver: "/rules?waiver=mastery.least_evidence", goals: "/goals", requirements: "/requirements", calibration: ["/checkpoints", link("a[href^='/calibration']")], account: "/account" },
  district: { school: "/school", models: "/models", rules: "/rules", tried: "/rules", barriers: "/barriers", goals: "/goals", requirements: "/requirements", "framework-skill": ["/frameworks", link("a[href^='/frameworks/tree']"), link("a[href^='/frameworks/skill']")] },
  guardian: { children: "/children", views: ["/children", link("a[href^='/views/']")], why: ["/children", link("a[href^='/why/']")], transcript: ["/children", link("a[href^='/report/']"), link("a[href^='/transcript/']")], standing: ["/children", link("a[href^='/standing/']")], letter: ["/children", link("a[href^='/letter/']")], grade: ["/children", link("a[href^='/report/']"), link("a[href^='/grade/']")], pace: ["/children", link("a[href^='/standing/']"), link("a[href^='/pace/']")], suggestion: ["/children", link("a[href^='/suggestion/']")], try: ["/children", link("a[href^='/try/']")], account: "/account" },
};
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
  if ((reply.status() >= 400) !== (name === "error")) faults.push(`status ${reply.status()}`);
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

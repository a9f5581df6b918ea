// Pictures of every preview page, and axe-core over each of them.
//   node preview_shots.mjs PREVIEW_DIR [--out DIR] [--only NAME,NAME] [--axe]
// Serves PREVIEW_DIR (made by tests/ui/preview) on a free port under the program's own Content-Security-Policy.
// Exit 1 when axe finds anything, the policy refuses anything, or a page scrolls sideways.
import { createServer } from "node:http";
import { readFileSync, readdirSync, existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { open_browser, settled, thorough, violations, with_axe } from "./sample.mjs";

const args = process.argv.slice(2);
const option = (name) => (args.includes(name) ? args[args.indexOf(name) + 1] : "");
const dir = args[0], out = option("--out"), only = option("--only").split(",").filter(Boolean), check = args.includes("--axe");
const types = { html: "text/html; charset=utf-8", css: "text/css", js: "text/javascript", svg: "image/svg+xml" };
const policy = "default-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'";

const server = createServer((req, res) => {
  const path = new URL(req.url, "http://x").pathname;
  const file = join(dir, /\/cell$/.test(path) ? "cell.html" : path.replaceAll("..", ""));
  if (!existsSync(file)) return res.writeHead(404).end();
  res.writeHead(200, { "Content-Type": types[file.split(".").pop()], "Content-Security-Policy": policy }).end(readFileSync(file));
}).listen(0);
const base = `http://127.0.0.1:${server.address().port}`;
const fragments = ["cell", "hints", "feedback"];
const pages = readdirSync(dir).filter((f) => f.endsWith(".html")).map((f) => f.slice(0, -5))
  .filter((n) => !fragments.includes(n) && (!only.length || only.includes(n)));
const sizes = [[1366, 768], [820, 1180], [390, 844]];
let bad = 0, seen = 0;
const fault = (...words) => { bad++; console.log(...words); };

const browser = await open_browser();
if (out) mkdirSync(out, { recursive: true });
const looks = ["light", "dark"].map(async (scheme) => { // both at once: the machine has two cores
  for (const [width, height] of sizes.filter(([w]) => out || (w !== 820 && (thorough || (w === 390) === (scheme === "dark"))))) {
    const context = await browser.newContext({ viewport: { width, height }, colorScheme: scheme, bypassCSP: false });
    if (check) await with_axe(context);
    let name = "";
    const page = await context.newPage();
    page.on("console", (m) => { if (/Content Security Policy|SyntaxError/.test(m.text())) fault(name, m.text()); });
    page.on("pageerror", (e) => fault(name, String(e)));
    page.on("dialog", (d) => d.accept());
    for (name of pages) {
      if (scheme === "dark" && width === 820) continue;
      seen++;
      await page.goto(`${base}/${name}.html`);
      const opens = name === "class" || name === "class-60";
      if (opens && width > 400) {
        await page.click("table.grid tbody tr:nth-child(6) td:nth-of-type(5) a");
        await page.waitForSelector("#sheet-h");
        await settled(page);
      }
      const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      if (wide > 0) fault(name, width, "scrolls sideways by", wide);
      if (out) await page.screenshot({ path: join(out, `${name}-${width}-${scheme}.png`) });
      if (check && width !== 820 && name !== "class-150x60") {
        for (const v of await violations(page, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] })) fault(name, width, scheme, v.id, v.nodes.slice(0, 3).map((n) => n.target.join(" ") + ": " + n.any.concat(n.all).map((x) => x.message).join("; ")).join(" | "));
      }
      if (out && scheme === "light" && width === 1366) {
        if (name.startsWith("class")) await page.pdf({ path: join(out, `${name}.pdf`), preferCSSPageSize: true });
        await page.emulateMedia({ media: "print" });
        await page.setViewportSize({ width: 794, height: 1123 });
        await page.screenshot({ path: join(out, `${name}-print.png`) });
        await page.emulateMedia({ media: "screen" });
        await page.setViewportSize({ width, height });
      }
    }
    await context.close();
  }
});
await Promise.all(looks);
await browser.close();
server.close();
console.log(`${Math.max(0, seen - bad)} passed, ${bad} failed`); // a view of a page without a finding passes
process.exit(bad ? 1 : 0);

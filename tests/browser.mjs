// Drives the home page of shapes-api, and the page of prometheus, in headless Chromium. Run by tests/browser:
// node browser.mjs CHROMIUM FOLDER-OF-PLAYWRIGHT SHAPES-API PROMETHEUS SCREENSHOTS

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

const [executablePath, playwright, shapesApi, prometheus, screenshots] = process.argv.slice(2);
const { chromium } = createRequire(join(resolve(playwright), "package.json"))("playwright-core");

/** For a server to start, and for an answer to show. */
const TIMEOUT = 10_000;

// What each button must do, row by row: path, token, the headers it sends, status, and the values that its body may have.
const AUTHORIZATION = "Bearer user-1";
const hello = [{ text: "Hello, World!" }];
const shapes = ["Circle", "Triangle", "Square", "Rectangle"].map((shape) => ({ shape }));
const forms = ["Sphere", "Cone", "Cube", "Box"].map((form) => ({ form }));
const refusal = [{}];
const CALLS = [
  { path: "/v1/hello", token: "no token", status: 200, bodies: hello },
  { path: "/v1/shapes", token: "no token", status: 200, bodies: shapes },
  { path: "/v1/forms", token: "no token", authorization: AUTHORIZATION, status: 200, bodies: forms },
  { path: "/v2/hello", token: "no token", status: 200, bodies: hello },
  { path: "/v2/shapes", token: "no token", status: 400, bodies: refusal },
  { path: "/v2/shapes", token: "good", status: 200, bodies: shapes },
  { path: "/v2/shapes", token: "expired", status: 401, bodies: refusal },
  { path: "/v2/shapes", token: "forged", status: 401, bodies: refusal },
  { path: "/v2/forms", token: "no token", authorization: AUTHORIZATION, status: 400, bodies: refusal },
  { path: "/v2/forms", token: "good", authorization: AUTHORIZATION, status: 200, bodies: forms },
  { path: "/v2/forms", token: "expired", authorization: AUTHORIZATION, status: 401, bodies: refusal },
  { path: "/v2/forms", token: "forged", authorization: AUTHORIZATION, status: 401, bodies: refusal },
  { path: "/v2/forms", token: "stolen", authorization: AUTHORIZATION, status: 401, bodies: refusal },
];
const ENDPOINTS = ["/v1/hello", "/v1/shapes", "/v1/forms", "/v2/hello", "/v2/shapes", "/v2/forms"];

async function freePort() {
  const probe = createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const { port } = probe.address();
  await new Promise((done) => probe.close(done));
  return port;
}

/** Runs `test` with a server that has nothing in its environment but a free port and `variables`. */
async function withServer(binary, variables, test) {
  const folder = mkdtempSync(join(tmpdir(), "approov-actix-"));
  const port = await freePort();
  let log = "";
  const env = { HTTP_PORT: String(port), HTTP_WORKERS: "1", ...variables };
  const server = spawn(resolve(binary), { cwd: folder, env, stdio: ["ignore", "ignore", "pipe"] });
  server.stderr.setEncoding("utf8").on("data", (text) => (log += text));
  const ended = once(server, "exit");
  try {
    const start = Date.now();
    while (!(await accepts(port))) {
      assert.equal(server.exitCode, null, `the server ended: ${log}`);
      assert.ok(Date.now() - start < TIMEOUT, `the server does not listen: ${log}`);
      await sleep(20);
    }
    await test(`http://127.0.0.1:${port}`);
  } catch (error) {
    console.error(`The last lines of the server's log:\n${log.split("\n").slice(-10).join("\n")}`);
    throw error;
  } finally {
    server.kill();
    await ended;
    rmSync(folder, { recursive: true });
  }
  return log;
}

function accepts(port) {
  return new Promise((done) => {
    const socket = connect(port, "127.0.0.1");
    socket.once("connect", () => done(true)).once("error", () => done(false));
    socket.once("connect", () => socket.destroy());
  });
}

/** Opens a page whose console, errors and requests are watched. */
async function watched(browser) {
  const page = await browser.newPage();
  page.setDefaultTimeout(TIMEOUT);
  const seen = { errors: [], requests: [] };
  page.on("pageerror", (error) => seen.errors.push(String(error)));
  page.on("requestfailed", (request) => seen.errors.push(`${request.url()} ${request.failure().errorText}`));
  page.on("console", (message) => {
    if (["error", "warning", "assert"].includes(message.type())) {
      seen.errors.push(`${message.text()} ${message.location().url}`);
    }
  });
  page.on("request", (request) => seen.requests.push(request.url()));
  return { page, seen };
}

/** Presses every button with `press`, and compares what is sent and shown with CALLS. */
async function pressAll(page, press) {
  const rows = page.locator("#calls tr").filter({ has: page.locator("td") });
  const cell = async (row, column) => (await row.locator("td").nth(column).textContent()).trim();
  const labels = await Promise.all((await rows.all()).map(async (row) => `${await cell(row, 0)} ${await cell(row, 1)}`));
  assert.deepEqual(labels, CALLS.map(({ path, token }) => `GET ${path} ${token}`), "the rows");
  assert.equal(await page.locator("button").count(), CALLS.length, "a button in each row, and no others");

  const tokens = [];
  for (const [index, { path, token, authorization, status, bodies }] of CALLS.entries()) {
    const row = rows.nth(index);
    const [request] = await Promise.all([page.waitForRequest(() => true), press(row.getByRole("button"))]);
    await page.waitForFunction(
      (index) => {
        const row = document.querySelectorAll("#calls tr:has(td)")[index];
        return row.cells[2].textContent !== "" && row.cells[3].textContent !== "";
      },
      index,
    );
    const headers = request.headers();
    const shown = { status: await cell(row, 2), body: JSON.parse(await cell(row, 3)) };
    const what = `${labels[index]}: ${JSON.stringify(shown)}`;
    assert.notEqual(await cell(row, 4), "", `${what}: is explained`);
    assert.equal(request.method(), "GET", what);
    assert.equal(new URL(request.url()).pathname, path, what);
    assert.equal(headers.authorization, authorization, what);
    assert.equal("approov-token" in headers, token !== "no token", what);
    assert.equal(shown.status, String(status), what);
    assert.ok(bodies.some((body) => JSON.stringify(body) === JSON.stringify(shown.body)), what);
    const answer = await request.response();
    assert.equal(answer.status(), status, what);
    assert.equal(await row.locator(status === 200 ? ".ok" : ".refused").count(), 1, `${what}: is marked`);
    tokens.push(headers["approov-token"]);
  }
  return tokens;
}

/** Photographs the page as a telephone and a desk show it, light and dark, and wants nothing wider than the screen. */
async function photograph(page, name) {
  mkdirSync(screenshots, { recursive: true });
  for (const width of [390, 1280]) {
    await page.setViewportSize({ width, height: 800 });
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), `${name} is wider than ${width} pixels`);
    const backgrounds = [];
    for (const colorScheme of ["light", "dark"]) {
      await page.emulateMedia({ colorScheme });
      backgrounds.push(await page.evaluate(() => getComputedStyle(document.body).backgroundColor));
      await page.screenshot({ path: join(screenshots, `${name}-${width}-${colorScheme}.png`), fullPage: true });
    }
    assert.notEqual(backgrounds[0], backgrounds[1], `${name} has a dark form`);
  }
}

/** Where the columns of the table are. */
const columns = (page, table) =>
  page.locator(`${table} tr:first-child th`).evaluateAll((cells) => cells.map((cell) => cell.getBoundingClientRect().x));

/** Chromium writes every refusal to the console, which is no error of the page; there must be nothing else. */
function assertClean(seen, url, rounds) {
  const refusals = CALLS.filter(({ status }) => status !== 200);
  const expected = refusals.map(({ path, status }) => {
    const reason = { 400: "Bad Request", 401: "Unauthorized" }[status];
    return `Failed to load resource: the server responded with a status of ${status} (${reason}) ${url}${path}`;
  });
  assert.deepEqual(seen.errors, Array(rounds).fill(expected).flat(), "errors in the console");
  const outside = seen.requests.filter((request) => new URL(request).origin !== url);
  assert.deepEqual(outside, [], "requests to elsewhere");
}

const browser = await chromium.launch({
  executablePath,
  args: [
    ...["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"],
    ...["--disable-component-update", "--disable-sync", "--no-proxy-server"],
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
  ],
});
try {
  const log = await withServer(shapesApi, {}, async (url) => {
    const { page, seen } = await watched(browser);
    await page.goto(url);
    assert.equal(await page.title(), "Shapes API");
    const links = await page.locator("a").evaluateAll((all) => all.map((link) => link.getAttribute("href")));
    assert.deepEqual(links, ENDPOINTS, "the endpoints");
    const before = await columns(page, "#calls");
    const first = await pressAll(page, (button) => button.click());
    assert.deepEqual(await columns(page, "#calls"), before, "the columns stay where they are");
    await photograph(page, "shapes-api");

    await sleep(1000); // tokens of another second are others
    await page.reload();
    const second = await pressAll(page, (button) => button.press("Enter"));
    for (const [index, { path, token }] of CALLS.entries()) {
      if (token !== "no token") {
        assert.notEqual(first[index], second[index], `${path} ${token}: a new token for each page`);
      }
    }
    assertClean(seen, url, 2);
    await page.close();
  });
  assert.ok(log.includes("DEMO MODE") && !log.includes("eyJ"), "the log says what the mode is, and no token");

  const [, secret] = /^APPROOV_BASE64_SECRET=(.+)$/m.exec(readFileSync(new URL("../.env.example", import.meta.url), "utf8"));
  await withServer(shapesApi, { APPROOV_BASE64_SECRET: secret }, async (url) => {
    const { page, seen } = await watched(browser);
    await page.goto(url);
    assert.equal(await page.title(), "Shapes API");
    assert.equal(await page.locator("a").count(), ENDPOINTS.length, "the endpoints");
    assert.equal(await page.locator("#calls, button, script").count(), 0, "no buttons without the demo mode");
    assert.ok(!(await page.content()).includes("eyJ"), "no tokens without the demo mode");
    assert.deepEqual(seen.errors, [], "errors in the console");
    assert.deepEqual(seen.requests, [`${url}/`], "the page needs nothing else");
    await page.close();
  });

  const metricsPort = await freePort();
  await withServer(prometheus, { APPROOV_BASE64_SECRET: secret, METRICS_PORT: String(metricsPort) }, async (url) => {
    const { page, seen } = await watched(browser);
    await page.goto(`http://127.0.0.1:${metricsPort}`);
    await page.getByText("No request yet.").waitFor();
    const decisions = () =>
      page.locator("#decisions tr").evaluateAll((rows) => rows.map((row) => [...row.cells].slice(0, 3).map((cell) => cell.textContent)));
    assert.deepEqual(await decisions(), []);

    const ask = (token) => fetch(`${url}/whoami`, { headers: token === undefined ? {} : { "Approov-Token": token } });
    for (const token of [undefined, undefined, "<b>junk</b>"]) {
      assert.equal((await ask(token)).status, 401);
    }
    await page.waitForFunction(() => document.querySelectorAll("#decisions tr").length === 2);
    assert.deepEqual(await decisions(), [["refused", "token_malformed", "1"], ["refused", "token_missing", "2"]]);
    await page.waitForFunction(() => document.querySelector("#decisions td:nth-child(4)").textContent === "0.0");
    await photograph(page, "prometheus");
    assert.deepEqual(seen.errors, [], "errors in the console");
    const outside = seen.requests.filter((request) => new URL(request).port !== String(metricsPort));
    assert.deepEqual(outside, [], "requests to elsewhere");
    await page.close();
  });
} finally {
  await browser.close();
}
console.log(`browser: all ${CALLS.length} buttons did what they must, twice, and the decisions were shown; the screenshots are in ${screenshots}`);

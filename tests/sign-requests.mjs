// Signs with npm's http-message-signatures (ISC). Run by tests/sign-requests: node sign-requests.mjs FOLDER-OF-THE-PACKAGE

import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";

const require = createRequire(join(resolve(process.argv[2]), "package.json"));
const { createSigner, httpbis } = require("http-message-signatures");

const job = JSON.parse(readFileSync(0, "utf8"));
const account = createSigner(Buffer.from(job.account_key, "base64"), "hmac-sha256");
const installations = job.installation_keys.map((pem) => createSigner(pem, "ecdsa-p256-sha256"));

/** Lines of one name as an array, which is how the package takes them; without the blanks around values, which `;sf` and `;key` do not take. */
function grouped(lines) {
  const headers = new Map();
  for (const [name, value] of lines) {
    headers.set(name.toLowerCase(), [...(headers.get(name.toLowerCase()) ?? []), value.replace(/^[ \t]+|[ \t]+$/g, "")]);
  }
  return Object.fromEntries(headers);
}

async function sign(request) {
  const body = Buffer.from(request.body, "base64");
  const digest = (name) => `${name}=:${createHash(name.replace("-", "")).update(body).digest("base64")}:`;
  let digests = request.digests.map(digest);
  if (digests.length && !request.digest_lines) digests = [digests.join(", ")];
  const made = digests.map((value) => ["Content-Digest", value]);

  let message = { method: request.method, url: request.url, headers: grouped([...request.headers, ...made]) };
  for (const { label, components, parameters } of request.signatures) {
    const times = ["created", "expires"];
    const paramValues = parameters.map(([name, value]) => [name, times.includes(name) ? new Date(value * 1000) : value]);
    const config = {
      key: label === "install" ? installations[request.installation] : account,
      name: label,
      fields: components,
      params: parameters.map(([name]) => name),
      paramValues: Object.fromEntries(paramValues),
    };
    message = await httpbis.signMessage(config, message);
  }
  made.push(["Signature-Input", message.headers["Signature-Input"]], ["Signature", message.headers["Signature"]]);
  return { headers: made };
}

for (const [number, request] of job.requests.entries()) {
  try {
    console.log(JSON.stringify(await sign(request)));
  } catch (error) {
    console.error(`request ${number} cannot be signed: ${error.stack}\n${JSON.stringify(request)}`);
    process.exit(1);
  }
}

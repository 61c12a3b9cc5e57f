// Tries the service at API in a browser. The first argument says what it is started with: `docs` and `allowed` with keys
// (KEY is one), and `allowed` with the origin of the page at PORT in CURIO_CORS_ORIGINS; `open` without keys.
import assert from 'node:assert/strict';

import { chromium } from 'playwright-core';

const { API, KEY, PORT, CHROMIUM } = process.env;
// The same site as the service, and another one.
const PAGES = [`http://127.0.0.1:${PORT}`, `http://localhost:${PORT}`];
const REBOUND = 'rebound.example';

const browser = await chromium.launch({
  executablePath: CHROMIUM,
  // root has no sandbox in a container, and the pages are our own. The name leads where a hostile name server would lead it.
  args: ['--no-sandbox', '--disable-dev-shm-usage', `--host-resolver-rules=MAP ${REBOUND} 127.0.0.1`],
});
// Nothing here takes as long, even on a busy machine.
const patience = 60_000;

/** A new tab at a URL, without what others have stored, and what it complains about. */
async function open(url) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 1000 } });
  context.setDefaultTimeout(patience);
  const page = await context.newPage();
  const complaints = [];
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
  });
  const response = await page.goto(url);
  return { page, complaints, response };
}

/** Calls the API from a page: the response as far as the page can read it, or the error. */
function call(page, path, options = {}) {
  return page.evaluate(
    async ([url, init]) => {
      try {
        const response = await fetch(url, init);
        return { status: response.status, headers: Object.fromEntries(response.headers), text: await response.text() };
      } catch (error) {
        return { error: error.name };
      }
    },
    [API + path, options],
  );
}

/** Sends a form from a page, as a click on its button does: the status and the body of the response. */
async function submit(page, path) {
  const [response] = await Promise.all([
    page.waitForNavigation(),
    page.evaluate((action) => {
      const form = document.createElement('form');
      Object.assign(form, { method: 'post', action });
      document.body.append(form);
      form.submit();
    }, API + path),
  ]);
  return { status: response.status(), body: await response.json() };
}

/** Calls the API from here, as a client that is no browser. */
async function send(method, path, body) {
  const headers = { 'Content-Type': 'application/json', ...(KEY && { Authorization: `Bearer ${KEY}` }) };
  const response = await fetch(API + path, { method, headers, body: body && JSON.stringify(body) });
  assert.ok(response.ok, `${method} ${path}: ${response.status}`);
  return response.status === 204 ? null : response.json();
}

async function deletedItem() {
  const path = `/v1/items/${(await send('POST', '/v1/items', { name: 'Lamp' })).id}`;
  await send('DELETE', path);
  return path;
}

async function isDeleted(path) {
  const response = await fetch(API + path, { headers: KEY ? { Authorization: `Bearer ${KEY}` } : {} });
  return response.status === 404;
}

/** Fills in an operation of /docs, by the names of its parameters, and executes it: what the page shows then. */
async function tryOut(page, id, parameters = {}, body) {
  const block = page.locator(`#operations-${id}`);
  if (!(await block.locator('.execute').isVisible())) await block.locator('.opblock-summary-control').click();
  for (const [name, value] of Object.entries(parameters)) {
    await block.locator(`tr[data-param-name="${name}"] input`).fill(value);
  }
  if (body) await block.locator('textarea.body-param__text').fill(JSON.stringify(body));
  const received = page.waitForResponse((response) => new URL(response.url()).pathname.startsWith('/v1/'));
  await block.locator('.execute').click();
  const status = (await received).status();
  const shown = block.locator('.live-responses-table');
  await shown.locator('.response-col_status', { hasText: String(status) }).first().waitFor();
  const [content, headers] = [shown.locator('.highlight-code code'), shown.locator('.headerline')];
  const text = (await content.count()) ? await content.first().innerText() : '';
  return { status, text, headers: (await headers.allInnerTexts()).map((line) => line.trim()) };
}

async function authorize(page, key) {
  await page.locator('.btn.authorize').click();
  await page.locator('#auth-bearer-value').fill(key);
  await page.locator('.auth-btn-wrapper .authorize').click();
  await page.locator('.auth-btn-wrapper .btn-done').click();
}

async function checkDocs() {
  const { page, complaints } = await open(`${API}/`);
  assert.equal(new URL(page.url()).pathname, '/docs/');
  await page.locator('.swagger-ui .info').waitFor();
  assert.deepEqual(complaints, []);

  const without = await tryOut(page, 'items-list_items');
  assert.equal(without.status, 401);
  assert.match(without.text, /"\/problems\/unauthorized"/);
  assert.ok(without.headers.some((line) => line.startsWith('www-authenticate: Bearer realm="curio"')), without.headers);

  await authorize(page, KEY);
  const created = await tryOut(page, 'items-create_item');
  assert.equal(created.status, 201);
  const { id, name } = JSON.parse(created.text);
  const again = await tryOut(page, 'items-create_item', {}, { name: 'Another lamp' });
  assert.equal(again.status, 201, 'a request sends only what is filled in');
  const patch = { id, 'If-Match': '"1"' };
  const patched = await tryOut(page, 'items-update_item', patch, { status: 'archived' });
  assert.equal(patched.status, 200);
  assert.ok(patched.headers.includes('etag: "2"'), patched.headers);
  assert.equal((await tryOut(page, 'items-update_item', patch, { status: 'draft' })).status, 412);
  const listed = await tryOut(page, 'items-list_items');
  assert.equal(listed.status, 200);
  assert.deepEqual(JSON.parse(listed.text).data.map((item) => item.name), ['Another lamp', name]);
  const list = page.locator('#operations-items-list_items .live-responses-table');
  await list.scrollIntoViewIfNeeded();
  await page.screenshot({ path: '.tools/docs.png' });

  // Chromium reports the rejections as well, which were wanted: 401 and 412.
  const wanted = (text) => /^Failed to load resource: .* (401|412) /.test(text);
  assert.deepEqual(complaints.filter((text) => !wanted(text)), []);
  const stored = await page.evaluate(() => JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie]));
  assert.equal(stored, '[{},{},""]', 'no key is stored');
  await page.reload();
  await page.locator('.swagger-ui .info').waitFor();
  assert.equal((await tryOut(page, 'items-list_items')).status, 401, 'the key is forgotten');
  console.log('/docs: authorized, created, changed and listed items; the key is forgotten');
}

async function checkOtherOrigins() {
  for (const origin of PAGES) {
    const item = await deletedItem();
    const { page } = await open(origin);
    // Without a preflight, so it reaches the service.
    const sent = await call(page, `${item}/restore`, { method: 'POST', mode: 'no-cors' });
    assert.equal(sent.status, 0, 'an opaque response');
    assert.deepEqual(await call(page, '/openapi.json'), { error: 'TypeError' });
    if (KEY) {
      const headers = { Authorization: `Bearer ${KEY}` };
      assert.deepEqual(await call(page, '/v1/items', { headers }), { error: 'TypeError' });
      assert.deepEqual(await call(page, `${item}/restore`, { method: 'POST', headers }), { error: 'TypeError' });
    }
    const { status, body } = await submit(page, `${item}/restore`);
    assert.deepEqual([status, body.type], [403, '/problems/cross-origin-request']);
    assert.ok(await isDeleted(item));
    console.log(`${origin}: reads nothing, and restores nothing`);
  }
}

async function checkAllowedOrigin() {
  const { page } = await open(PAGES[0]);
  const headers = { Authorization: `Bearer ${KEY}`, 'Content-Type': 'application/json' };
  const created = await call(page, '/v1/items', { method: 'POST', headers, body: '{"name": "Lamp"}' });
  assert.equal(created.status, 201);
  const path = created.headers.location;
  const changed = await call(page, path, {
    method: 'PATCH',
    headers: { ...headers, 'If-Match': created.headers.etag },
    body: '{"name": "Desk lamp"}',
  });
  assert.deepEqual([changed.status, changed.headers.etag], [200, '"2"']);
  const listed = await call(page, '/v1/items?limit=1', { headers });
  assert.equal(listed.status, 200);
  for (const field of ['link', 'ratelimit', 'ratelimit-policy', 'x-request-id']) assert.ok(listed.headers[field], field);
  const rejected = await call(page, '/v1/items', { headers: { Authorization: 'Bearer curio_wrong' } });
  assert.equal(rejected.status, 401);
  assert.match(rejected.headers['www-authenticate'], /error="invalid_token"/);
  const other = await open(PAGES[1]);
  assert.deepEqual(await call(other.page, '/v1/items', { headers }), { error: 'TypeError' });
  console.log(`${PAGES[0]}: is allowed, creates and changes an item, and reads ETag, Link and RateLimit`);
}

async function checkRebinding() {
  const { response } = await open(`${API.replace('127.0.0.1', REBOUND)}/v1/items`);
  const { type } = await response.json();
  assert.deepEqual([response.status(), type], [421, '/problems/misdirected-request']);
  const { page } = await open(`${API.replace('127.0.0.1', 'localhost')}/docs/`);
  assert.equal((await tryOut(page, 'items-create_item')).status, 201);
  console.log(`http://${REBOUND}: is not served, and http://localhost is`);
}

const checks = {
  docs: [checkDocs, checkOtherOrigins],
  allowed: [checkAllowedOrigin],
  open: [checkOtherOrigins, checkRebinding],
};
try {
  for (const check of checks[process.argv[2]]) await check();
} finally {
  await browser.close();
}

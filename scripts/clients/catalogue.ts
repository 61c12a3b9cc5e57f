// What a program does with a generated client: finds, pages, counts, changes and fails, all typed.

import assert from "node:assert/strict";
import createClient from "openapi-fetch";
import type { components, paths } from "./api.js";

type Item = components["schemas"]["ItemView"];

const { GET, POST, PATCH, DELETE } = createClient<paths>({ baseUrl: process.env.API });

async function brassLamps(limit: number): Promise<Item[]> {
  const lamps: Item[] = [];
  let cursor: string | undefined;
  do {
    const query = {
      collection: "demo.lamps",
      filter: 'attributes.material = "brass" and attributes.price < 100',
      sort: "attributes.price",
      limit,
      cursor,
    };
    const { data } = await GET("/v1/items", { params: { query } });
    assert(data);
    lamps.push(...data.data);
    cursor = data.next_cursor ?? undefined;
  } while (cursor);
  return lamps;
}

const lamps = await brassLamps(7);
assert(lamps.length > 50);
assert.deepEqual(lamps, await brassLamps(200));
const prices = lamps.map((lamp) => lamp.attributes.price as number);
assert.deepEqual(prices, [...prices].sort((a, b) => a - b));
for (const { collection, attributes } of lamps) {
  assert.equal(collection, "demo.lamps");
  assert.equal(attributes.material, "brass");
  assert((attributes.price as number) < 100);
}

const counted = await GET("/v1/items", {
  params: {
    query: { collection: "demo.lamps", filter: 'attributes.material = "brass" and attributes.price < 100' },
    header: { Prefer: "count=exact" },
  },
});
assert.equal(counted.data?.total_count, lamps.length);

const created = await POST("/v1/items", {
  params: { header: { "Idempotency-Key": "typescript" } },
  body: { name: "Lamp of a client", collection: "demo.lamps", attributes: { kind: "lantern", watts: 5, price: 1.5 } },
});
assert(created.data);
const { id } = created.data;
const etag = created.response.headers.get("ETag") ?? "";
const renamed = await PATCH("/v1/items/{id}", {
  params: { path: { id }, header: { "If-Match": etag } },
  body: { name: "Lantern of a client" },
  headers: { "Content-Type": "application/merge-patch+json" },
});
assert.equal(renamed.data?.version, 2);

const stale = await DELETE("/v1/items/{id}", { params: { path: { id }, header: { "If-Match": etag } } });
assert.equal(stale.error?.current_etag, '"2"');
const invalid = await GET("/v1/items", { params: { query: { filter: "attributes.price <" } } });
assert.equal(invalid.error?.errors?.[0]?.parameter, "filter");
const deleted = await DELETE("/v1/items/{id}", { params: { path: { id }, query: { purge: true } } });
assert.equal(deleted.response.status, 204);

console.log(`TypeScript: ${lamps.length} brass lamps below 100`);

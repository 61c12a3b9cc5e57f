// Serves an empty page on a free port of the loopback interface, which is written to the file that is the first argument.
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';

const server = createServer((_request, response) => {
  response.writeHead(200, { 'Content-Type': 'text/html' }).end('<!doctype html><title>Another origin</title>');
});
await new Promise((listening) => server.listen(0, '127.0.0.1', listening));
writeFileSync(process.argv[2], String(server.address().port));

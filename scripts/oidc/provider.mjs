// An OpenID provider on a free port of the loopback interface, with a client per algorithm. POST /rotate replaces its
// keys. Its URL is written to the file that is the first argument.
import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';

import Provider from 'oidc-provider';

const pairs = {
  RS256: ['rsa', { modulusLength: 2048 }],
  PS256: ['rsa', { modulusLength: 2048 }],
  ES256: ['ec', { namedCurve: 'P-256' }],
  EdDSA: ['ed25519', {}],
};
const scopes = ['read', 'write', 'delete', 'purge', 'manage'].map((action) => `curio:${action}:*`).join(' ');

function keys() {
  return Object.entries(pairs).map(([alg, [kind, options]]) => {
    const { privateKey } = generateKeyPairSync(kind, options);
    return { ...privateKey.export({ format: 'jwk' }), alg, kid: randomUUID(), use: 'sig' };
  });
}

function provider(issuer) {
  const server = new Provider(issuer, {
    clients: Object.keys(pairs).map((alg) => ({
      client_id: alg,
      client_secret: 'a secret of the test, which is not one',
      grant_types: ['client_credentials'],
      redirect_uris: [],
      response_types: [],
      token_endpoint_auth_method: 'client_secret_post',
    })),
    jwks: { keys: keys() },
    features: {
      clientCredentials: { enabled: true },
      devInteractions: { enabled: false },
      resourceIndicators: {
        enabled: true,
        getResourceServerInfo: (_context, resource, client) => ({
          scope: scopes,
          audience: resource,
          accessTokenFormat: 'jwt',
          accessTokenTTL: 300,
          jwt: { sign: { alg: client.clientId } },
        }),
      },
    },
  });
  server.on('server_error', (_context, error) => console.error(error));
  return server.callback();
}

let respond;
const server = createServer((request, response) => {
  if (request.method === 'POST' && request.url === '/rotate') {
    respond = provider(issuer);
    response.writeHead(204).end();
  } else {
    respond(request, response);
  }
});
await new Promise((listening) => server.listen(0, '127.0.0.1', listening));
const issuer = `http://127.0.0.1:${server.address().port}`;
respond = provider(issuer);
writeFileSync(process.argv[2], issuer);

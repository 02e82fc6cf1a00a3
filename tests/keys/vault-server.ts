import { createHmac } from 'node:crypto';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface VaultServer extends AsyncDisposable {
  readonly address: string;
  /** What was asked: method, path, and the headers that matter. */
  readonly asked: {
    readonly path: string;
    readonly token: string | undefined;
    readonly namespace: string | undefined;
    readonly body: string;
  }[];
  /** Answers everything from now on with this instead. */
  answer: ((request: IncomingMessage) => { status: number; body: string; location?: string } | 'nothing') | undefined;
}

/*
 * The part of Vault's HTTP API that dars speaks, as its documentation has it (API, Secrets engines, Transit, "Generate
 * HMAC"; "HTTP status codes"): no Vault can be installed from Debian's packages or npm.
 */

/** Keys by name: `versions[0]` is version 1. */
export async function startVault(
  token: string,
  keys: Readonly<Record<string, readonly string[]>>,
  namespace?: string,
): Promise<VaultServer> {
  const asked: VaultServer['asked'] = [];
  const vault: { answer: VaultServer['answer'] } = { answer: undefined };
  const server = createServer(async (request, response) => {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    const body = Buffer.concat(parts).toString('utf8');
    const header = (name: string): string | undefined => request.headers[name]?.toString();
    asked.push({
      path: `${request.method} ${request.url}`,
      token: header('x-vault-token'),
      namespace: header('x-vault-namespace'),
      body,
    });
    const instead = vault.answer?.(request);
    if (instead === 'nothing') return;
    const errors = (status: number, ...messages: string[]) => ({ status, body: JSON.stringify({ errors: messages }) });
    const right = (): { status: number; body: string; location?: string } => {
      if (namespace !== header('x-vault-namespace')) return errors(404, 'no handler for route');
      if (header('x-vault-token') !== token) return errors(403, 'permission denied');
      const [, name] = /^\/v1\/transit\/hmac\/([^/]+)\/sha2-256$/.exec(request.url ?? '') ?? [];
      if (request.method !== 'POST' || name === undefined) return errors(404, 'no handler for route');
      const { input, key_version: asks = 0 } = JSON.parse(body) as { input: string; key_version?: number };
      const versions = keys[name];
      if (versions === undefined) return errors(400, 'encryption key not found');
      const version = asks === 0 ? versions.length : asks;
      const secret = versions[version - 1];
      if (secret === undefined)
        return errors(400, 'cannot generate HMAC: version does not exist or has not been found');
      const hmac = createHmac('sha256', secret).update(Buffer.from(input, 'base64')).digest('base64');
      return {
        status: 200,
        body: JSON.stringify({
          request_id: 'a',
          lease_id: '',
          renewable: false,
          lease_duration: 0,
          data: { hmac: `vault:v${version}:${hmac}` },
          wrap_info: null,
          warnings: null,
          auth: null,
        }),
      };
    };
    const { status, body: text, location } = instead ?? right();
    response.writeHead(status, { 'content-type': 'application/json', ...(location === undefined ? {} : { location }) });
    response.end(text);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    address: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    get answer() {
      return vault.answer;
    },
    set answer(answer) {
      vault.answer = answer;
    },
    [Symbol.asyncDispose]: () => closed(server),
  };
}

function closed(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((resolve) => {
    server.close(() => resolve());
  });
}

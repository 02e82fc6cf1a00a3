import { ExitCode } from '../kernel/exit-code.ts';
import { Fault } from '../kernel/fault.ts';
import { agreementKey } from '../kernel/pseudonym.ts';
import { Secret } from '../kernel/secret.ts';
import type { KeyProvider } from './key-provider.ts';

export interface VaultSettings {
  /** `https://vault.example.org:8200` */
  readonly address: string;
  /** Where the transit engine is mounted. */
  readonly mount: string;
  /** The name of a key there; of a type that can make HMACs. It never leaves. */
  readonly key: string;
  readonly namespace: string | undefined;
  readonly token: () => Promise<Secret<string>>;
  readonly timeoutMs: number;
}

/** What is authenticated, so that nobody who may ask for other HMACs of the key can be given these. */
const LABEL = 'dars/agreement/v1\u001f';
const MAX_ANSWER = 1 << 16;

/**
 * HashiCorp Vault's transit engine (also OpenBao's) over HTTP: one HMAC an agreement and run, made inside the vault, is
 * what the agreement's key is derived from; the vault's own key never leaves it. `POST /v1/:mount/hmac/:key/sha2-256`
 * with `input` in base64 and `key_version`, answered by `vault:v<version>:<base64>`.
 */
export function vaultTransit(settings: VaultSettings): KeyProvider {
  return {
    async agreementKey(stem, version) {
      const input = Buffer.from(`${LABEL}${stem}`, 'utf8').toString('base64');
      const answer = await ask(settings, { input, ...(version === undefined ? {} : { key_version: version }) });
      const hmac = (answer as { data?: { hmac?: unknown } } | null)?.data?.hmac;
      const [, made, base64] =
        typeof hmac === 'string' ? (/^vault:v([1-9]\d{0,8}):([A-Za-z0-9+/]{43}=)$/.exec(hmac) ?? []) : [];
      if (made === undefined || base64 === undefined)
        throw fault('gave no HMAC-SHA-256 in its answer', 'is it the address of a vault?');
      if (version !== undefined && Number(made) !== version)
        throw fault(`answered with version ${Number(made)} of the key, not with ${version}`, 'nothing was released');
      const master = new Secret(new Uint8Array(Buffer.from(base64, 'base64')));
      return { key: agreementKey(master, stem), version: Number(made) };
    },
  };
}

async function ask(settings: VaultSettings, body: object): Promise<unknown> {
  const url = `${settings.address.replace(/\/+$/, '')}/v1/${path(settings.mount)}/hmac/${path(settings.key)}/sha2-256`;
  const token = await settings.token();
  let status: number;
  let text: string;
  try {
    const response = await fetch(url, {
      method: 'POST',
      // A vault that sends its callers elsewhere would have them carry the token there.
      redirect: 'error',
      headers: {
        'content-type': 'application/json',
        'x-vault-request': 'true',
        'x-vault-token': token.reveal(),
        ...(settings.namespace === undefined ? {} : { 'x-vault-namespace': settings.namespace }),
      },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(settings.timeoutMs),
    });
    status = response.status;
    text = await limited(response);
  } catch (error) {
    if (error instanceof Fault) throw error;
    const timedOut = error instanceof Error && error.name === 'TimeoutError';
    throw fault(timedOut ? 'does not answer' : "can't be reached", 'see keys.pseudonym.vault in dars.yaml');
  }
  if (status !== 200) throw refused(status);
  try {
    return JSON.parse(text);
  } catch {
    throw fault('gave an answer that is no JSON', 'is it the address of a vault?');
  }
}

async function limited(response: Response): Promise<string> {
  const parts: Uint8Array[] = [];
  let bytes = 0;
  for await (const part of response.body ?? []) {
    bytes += part.length;
    if (bytes > MAX_ANSWER) throw fault('gave an answer that is too long', 'is it the address of a vault?');
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}

/** What the vault's status says; its own words are not repeated. */
function refused(status: number): Fault {
  switch (status) {
    case 400:
      return fault('knows no such key, or no such version of it', 'vault read transit/keys/NAME shows its versions');
    case 403:
      return fault('does not allow it', 'the token may have expired, or lacks update on transit/hmac/NAME/sha2-256');
    case 404:
      return fault('has no transit engine there', 'see mount and namespace under keys.pseudonym.vault');
    case 503:
      return fault('is sealed or under maintenance', 'nothing was released; try again when it is open');
    default:
      return fault(`answers with status ${status}`, 'nothing was released');
  }
}

function fault(what: string, hint: string): Fault {
  return new Fault(ExitCode.workspace, 'vault', `the vault of keys.pseudonym ${what}`, { hint });
}

function path(text: string): string {
  return text
    .split('/')
    .filter((part) => part !== '')
    .map(encodeURIComponent)
    .join('/');
}

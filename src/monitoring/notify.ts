import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Secret } from '../kernel/secret.ts';

/** Whom to tell: a program, which gets the message on its standard input, or a web server, which gets it by POST. */
export type NotificationTarget =
  | { readonly command: readonly string[]; readonly folder: string }
  | { readonly webhook: Secret<string> };

const TIMEOUT_MS = 10_000;

/**
 * Tells somebody. Gives why that failed, or undefined: it never throws, as what became of a release does not depend on
 * who heard of it. What the other side says is neither read nor shown.
 */
export async function notify(
  target: NotificationTarget,
  message: object,
  timeoutMs: number = TIMEOUT_MS,
): Promise<string | undefined> {
  const text = `${JSON.stringify(message)}\n`;
  try {
    return 'command' in target
      ? await tellProgram(target, text, timeoutMs)
      : await post(target.webhook, text, timeoutMs);
  } catch (error) {
    return reasonOf(error);
  }
}

async function tellProgram(
  { command: [program = '', ...args], folder }: Extract<NotificationTarget, { command: readonly string[] }>,
  text: string,
  timeout: number,
): Promise<string | undefined> {
  // One that takes no notice of a polite word would be waited for for ever.
  const child = spawn(program, args, {
    cwd: folder,
    stdio: ['pipe', 'ignore', 'ignore'],
    timeout,
    killSignal: 'SIGKILL',
  });
  child.stdin.on('error', () => {}); // it may end without reading
  child.stdin.end(text);
  const [code, signal] = (await once(child, 'exit')) as [number | null, string | null];
  return code === 0 ? undefined : signal === null ? `it ended with ${code}` : 'it took too long';
}

async function post(webhook: Secret<string>, text: string, timeoutMs: number): Promise<string | undefined> {
  const answer = await fetch(webhook.reveal(), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: text,
    redirect: 'error',
    signal: AbortSignal.timeout(timeoutMs),
  });
  await answer.body?.cancel();
  return answer.ok ? undefined : `it answered ${answer.status}`;
}

/** The code of an error, and nothing else of it: a message can hold the URL. */
function reasonOf(error: unknown): string {
  if (error instanceof Error && error.name === 'TimeoutError') return 'it took too long';
  const { code, cause } = error as { code?: unknown; cause?: { code?: unknown } };
  const found = [code, cause?.code].find((each) => typeof each === 'string');
  return typeof found === 'string' ? `it can't be reached (${found})` : "it can't be reached";
}

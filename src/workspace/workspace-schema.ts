import { z } from 'zod';
import { bytesOf } from '../kernel/byte-size.ts';
import { calendarDate, words } from '../kernel/schema-parts.ts';

/** Where a secret lies; the value itself never stands in a file of the workspace. */
const secretSource = z.union(
  [
    z.strictObject({ file: words.describe('a file that holds it') }),
    z.strictObject({ env: words.describe('a variable of the environment') }),
    z.strictObject({ command: z.array(words).min(1).describe('run without a shell; its output is the secret') }),
  ],
  { error: 'expected { file: … }, { env: NAME } or { command: [ … ] }' },
);

const keyVersion = z.int().min(1).max(1_000_000).describe('which version of the key this is; stands in manifests');
const held = {
  file: words.describe('a file that holds it'),
  env: words.describe('a variable of the environment'),
  command: z.array(words).min(1).describe('run without a shell; its output is the key'),
};

const earlierKeys = z
  .array(
    z.union(
      [
        z.strictObject({ file: held.file, version: keyVersion }),
        z.strictObject({ env: held.env, version: keyVersion }),
        z.strictObject({ command: held.command, version: keyVersion }),
      ],
      { error: 'expected { file: …, version: 1 }, { env: NAME, version: 1 } or { command: [ … ], version: 1 }' },
    ),
  )
  .default([])
  .describe('earlier versions: an agreement keeps the one that its first release was made with');
const newest = { version: keyVersion.default(1), before: earlierKeys };

const isLoopback = (url: URL): boolean => ['127.0.0.1', '[::1]', 'localhost'].includes(url.hostname);

const vaultAddress = words
  .refine((text) => URL.canParse(text), 'expected an address such as https://vault.example.org:8200')
  .refine((text) => {
    if (!URL.canParse(text)) return true;
    const url = new URL(text);
    const plain = url.username === '' && url.password === '' && url.search === '' && url.hash === '';
    return plain && (url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url)));
  }, 'expected https, without user, password or query; http only to this machine')
  .describe('of the vault: https://vault.example.org:8200');

const pseudonymKey = z.union(
  [
    z.strictObject({ file: held.file, ...newest }),
    z.strictObject({ env: held.env, ...newest }),
    z.strictObject({ command: held.command, ...newest }),
    z.strictObject({
      vault: z
        .strictObject({
          address: vaultAddress,
          mount: words.default('transit').describe('where its transit engine is mounted'),
          key: words.describe('the name of a key there, which never leaves it'),
          namespace: words.optional(),
          token: secretSource.describe('a token that may update transit/hmac/NAME/sha2-256, and nothing else'),
        })
        .describe('HashiCorp Vault’s transit engine, or OpenBao’s'),
    }),
  ],
  { error: 'expected { file: … }, { env: NAME }, { command: [ … ] } or { vault: … }' },
);

const paths = z.union([words.transform((path) => [path]), z.array(words).min(1)], {
  error: 'expected a path, a glob or a list of them',
});

const delimiter = z
  .string({ error: 'expected one character' })
  .length(1, 'expected one character')
  .regex(/[^"\r\n]/, 'a quote or a line end can’t be a delimiter');

const asAt = z
  .union([calendarDate, z.literal('modified'), z.strictObject({ file: words.describe('it holds the date, alone') })], {
    error: 'expected a date as YYYY-MM-DD, { file: … } or modified',
  })
  .describe('the day that it tells of: written here, in a file beside it, or when the files were last written');

const ready = words
  .optional()
  .describe('a file that whoever writes the source takes away before and puts back after: without it, nothing is read');

const source = z.strictObject({
  path: paths.describe('a file, a glob or a list of them'),
  format: z.enum(['csv', 'parquet', 'arrow']).optional().describe('by default what the file name ends with'),
  delimiter: delimiter.optional().describe('of csv; by default a comma'),
  columns: z
    .record(z.string(), words)
    .optional()
    .describe('catalogue column -> column of the file, where the source spells it in another way'),
  as_at: asAt.optional(),
  max_age_days: z
    .int()
    .nonnegative()
    .optional()
    .describe('what is older is not released from; by default any age will do'),
  ready,
});

const optOutSource = z.strictObject({
  path: paths.describe('the list: one NHS number a line'),
  as_at: asAt.optional(),
  max_age_days: z.int().positive().default(21).describe('older lists release nothing'),
  ready,
  mode: z
    .enum(['deny-list', 'keep-list'], { error: 'expected deny-list or keep-list' })
    .default('deny-list')
    .describe('keep-list: the response of the national service, which lists those that may be kept'),
  request: words.optional().describe('of a keep-list: the request it answers; the response must be a part of it'),
});

const destination = z.discriminatedUnion(
  'type',
  [
    z.strictObject({
      type: z.literal('sftp'),
      host: words,
      port: z.int().min(1).max(65_535).default(22),
      username: words,
      private_key: secretSource.describe('of the SSH key that logs in'),
      password: secretSource.optional().describe('for servers that want one after the key'),
      passphrase: secretSource.optional().describe('of the private key'),
      host_key: words.describe('the fingerprint of the server’s key as ssh-keygen -l prints it: SHA256:…'),
      directory: words.default('.').describe('where files go, at the server'),
    }),
    z.strictObject({ type: z.literal('folder'), path: words.describe('a folder of this machine') }),
  ],
  { error: 'expected type: sftp or folder' },
);

const notification = z
  .strictObject({
    on: z
      .array(z.enum(['done', 'refused', 'failed', 'waiting'], { error: 'expected done, refused, failed or waiting' }))
      .min(1, 'say of what to tell')
      .default(['refused', 'failed', 'waiting'])
      .describe('of what to tell'),
    command: z.array(words).min(1).optional().describe('run without a shell; gets JSON on its standard input'),
    webhook: z
      .union([z.url({ protocol: /^https?$/, error: 'expected a URL' }), secretSource], {
        error: 'expected a URL, or where it lies: { file: … }, { env: NAME } or { command: [ … ] }',
      })
      .optional()
      .describe('gets JSON by POST; a URL that is a secret lies in a file or a variable'),
  })
  .refine(({ command, webhook }) => (command === undefined) !== (webhook === undefined), {
    message: 'name a command or a webhook, one of them',
  });

/** DuckDB needs some tens of megabytes to do anything at all. */
export const LEAST_MEMORY = 64e6;

const size = z.union([z.string().regex(/^\d+(\.\d+)?\s*(KB|MB|GB|TB|KiB|MiB|GiB|TiB)$/i), z.string().regex(/^\d+$/)], {
  error: 'expected a size such as 4GB',
});

const memory = size.refine((text) => bytesOf(text) >= LEAST_MEMORY, 'expected 64MB or more');

const namedKey = z.strictObject({
  name: words,
  fingerprint: words.describe('of the primary OpenPGP key, all of it, learnt by another way than the key'),
  key: words.describe('the public key, ASCII armour; a path inside the workspace'),
});

function distinct(keys: readonly { readonly name: string; readonly fingerprint: string }[]): boolean {
  const plain = (text: string): string => text.replaceAll(/\s/g, '').toUpperCase();
  return (['name', 'fingerprint'] as const).every(
    (part) => new Set(keys.map((key) => plain(key[part]))).size === keys.length,
  );
}

/** `dars.yaml` (design, section 3). */
export const workspaceSchema = z
  .strictObject({
    custodian: z
      .strictObject({ name: words.describe('as agreements are signed'), ods: words.optional().describe('ODS code') })
      .describe('who holds the data and runs dars'),
    agreements: words.default('agreements').describe('folder of *.yaml, one agreement version each'),
    pipelines: words.default('pipelines').describe('folder of *.yaml'),
    catalogue: words.optional().describe('folder of *.yaml that add datasets or replace those that dars brings'),
    state: words.default('state').describe('ledger and outbox; created on first use'),
    sources: z.object({ opt_outs: optOutSource.optional() }).catchall(source).describe('dataset -> where it lies'),
    lookups: z
      .strictObject({
        restricted_codes: z
          .strictObject({
            path: words,
            version: words.describe('of the list; it must be the one that the file names'),
            sha256: z
              .string({ error: 'expected a SHA-256, 64 hex digits' })
              .regex(/^[0-9a-fA-F]{64}$/, 'expected a SHA-256, 64 hex digits')
              .describe('of the file, as sha256sum prints it'),
          })
          .optional()
          .describe('a YAML file of legally restricted codes: rows with one of them are not given out'),
        geography: z
          .strictObject({
            path: words,
            delimiter: delimiter.default(','),
            lsoa: words.default('lsoa'),
            msoa: words.default('msoa'),
            local_authority: words.default('local_authority'),
            region: words.default('region'),
          })
          .optional()
          .describe('a CSV file: LSOA -> MSOA -> local authority -> region; the values name its columns'),
      })
      .default({}),
    keys: z.strictObject({
      pseudonym: pseudonymKey.describe('what tokens are made with: 32 bytes as 64 hex digits, or a vault'),
      signing: z.intersection(
        z.union([z.object({ file: words }), z.object({ env: words }), z.object({ command: z.array(words).min(1) })], {
          error: 'expected file:, env: or command:',
        }),
        z.object({ passphrase: secretSource.optional() }),
      ),
      register: secretSource.optional().describe('signs publications of the register; made by dars register key'),
    }),
    reidentification: z
      .strictObject({
        cap: z.int().min(1).max(1000).default(20).describe('the most tokens that one request may name'),
        approvers: z
          .array(namedKey)
          .min(2, 'two approvers sign each request, so name at least two')
          .refine((keys) => distinct(keys), 'the same name or key stands twice: it would count as two people')
          .describe('who may approve; two of them sign each request'),
        requesters: z
          .array(namedKey)
          .min(1)
          .refine((keys) => distinct(keys), 'the same name or key stands twice')
          .describe('who may be told, each with the key that the answer is encrypted to'),
      })
      .optional()
      .describe('who may have tokens turned back into NHS numbers; without it nobody may'),
    destinations: z.record(words, destination).default({}).describe('name -> where releases go'),
    limits: z
      .strictObject({
        memory: memory.default('4GB').describe('that the engine may use; larger work is done in passes'),
        threads: z.int().min(1).max(512).optional().describe('by default as many as the machine has'),
        temp: words.optional().describe('for pipes and other things that hold no data; never for rows'),
        at_once: z
          .int()
          .min(1)
          .max(16)
          .default(2)
          .describe('releases that dars due works at at once; they share memory and threads'),
      })
      .default({ memory: '4GB', at_once: 2 })
      .describe('how much of the machine dars may use'),
    holidays: z
      .array(calendarDate)
      .default([])
      .describe('days that are no working days, besides weekends and England’s bank holidays'),
    outbox: z
      .strictObject({
        keep_days: z.int().positive().default(14).describe('ciphertext that waits longer is purged and made anew'),
        alert_days: z.int().nonnegative().default(2).describe('from when on dars outbox raises the alarm'),
        retry_seconds: z
          .array(z.number().nonnegative().max(3600))
          .optional()
          .describe('after which dars due tries a destination again that can’t be reached; by default 2, 10 and 30'),
      })
      .default({ keep_days: 14, alert_days: 2 })
      .describe('how long sealed files may wait to be delivered'),
    monitoring: z
      .strictObject({
        metrics: words
          .regex(/\.prom$/, 'the collector of node_exporter reads files named *.prom')
          .optional()
          .describe('a file in Prometheus’ text format, for node_exporter’s textfile collector'),
        notify: z.array(notification).default([]).describe('whom to tell of what dars due came to'),
      })
      .default({ notify: [] }),
  })
  .describe('a workspace of dars');

export type WorkspaceFile = z.output<typeof workspaceSchema>;
export type SourceFile = z.output<typeof source>;
export type NamedKeyFile = z.output<typeof namedKey>;
export type Notification = z.output<typeof notification>;
export type SecretSource = z.output<typeof secretSource>;

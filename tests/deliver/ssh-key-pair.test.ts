import ssh2 from 'ssh2';
import { afterEach, expect, it, vi } from 'vitest';
import { generateSshKeyPair } from '../../src/deliver/ssh-key-pair.ts';

const { utils } = ssh2;

afterEach(() => vi.restoreAllMocks());

it('never gives out a pair that cannot be read back', () => {
  const generate = utils.generateKeyPairSync;
  // Until ssh2 makes one of its malformed pairs: one in about 256.
  let malformed: ReturnType<typeof generate> | undefined;
  for (let n = 0; n < 10_000 && malformed === undefined; n += 1) {
    const pair = generate('ed25519');
    if (utils.parseKey(pair.private) instanceof Error) malformed = pair;
  }
  // When this fails, ssh2 is mended and the work-around can go.
  if (malformed === undefined) throw new Error('ssh2 made 10,000 good pairs');
  vi.spyOn(utils, 'generateKeyPairSync').mockReturnValueOnce(malformed);
  const { privateKey, publicKey } = generateSshKeyPair();
  expect(privateKey).not.toBe(malformed.private);
  const [key, line] = [utils.parseKey(privateKey), utils.parseKey(publicKey)];
  if (key instanceof Error || line instanceof Error) throw new Error('malformed');
  expect(key.getPublicSSH().equals(line.getPublicSSH())).toBe(true);
});

import { describe, expect, it } from 'vitest';
import { deliveryFault } from '../../src/deliver/delivery-fault.ts';
import type { Destination } from '../../src/deliver/destination.ts';
import { Destinations } from '../../src/schedule/destinations.ts';

const NOW = new Date('2026-11-20T02:00:00Z');
const FILE = { path: '/nowhere', name: 'r/FILE0000001', bytes: 1, sha256: '' };

/** A network of which each place answers, one opening after the other, as it is told to: with an error's code, or well. */
function network(script: Readonly<Record<string, readonly string[]>>, delivers: (name: string) => void = () => {}) {
  const opened: string[] = [];
  const paused: number[] = [];
  const open = async (name: string): Promise<Destination> => {
    const code = script[name]?.[opened.filter((each) => each === name).length] ?? 'well';
    opened.push(name);
    if (code !== 'well') throw deliveryFault(code as 'unreachable', `${name} is ${code}.`);
    return { label: name, deliver: async () => delivers(name), [Symbol.asyncDispose]: async () => {} };
  };
  const pause = async (milliseconds: number): Promise<void> => {
    paused.push(milliseconds);
  };
  const options = { open, pause, now: () => NOW, retryMs: [1, 2], resting: new Map() };
  return { opened, paused, options };
}

describe('the destinations of a run', () => {
  it('are tried again after growing delays while they can’t be reached, and serve when they can', async () => {
    const { opened, paused, options } = network({ north: ['unreachable', 'unreachable'] });
    await new Destinations(options).open('north');
    expect([opened.length, paused]).toEqual([3, [1, 2]]);
  });

  it('are not tried again by others once they were found down, and hold up nobody who goes elsewhere', async () => {
    const { opened, options } = network({ north: Array(9).fill('unreachable') as string[] });
    const destinations = new Destinations(options);
    const at = (name: string) =>
      destinations.open(name).then(
        () => 'well',
        (fault: { code: string }) => fault.code,
      );
    const three = [at('north'), at('north'), at('south')];
    expect(await Promise.all(three)).toEqual(['unreachable', 'destination-down', 'well']);
    expect(opened.filter((name) => name === 'north')).toHaveLength(3);
    expect(await at('north')).toBe('destination-down');
    expect(await at('south')).toBe('well');
  });

  it.each(['authentication', 'host-key', 'refused'])('are down at once for what no waiting mends: %s', async (code) => {
    const { opened, paused, options } = network({ north: [code] });
    const destinations = new Destinations(options);
    await expect(destinations.open('north')).rejects.toMatchObject({ code });
    await expect(destinations.open('north')).rejects.toMatchObject({ code: 'destination-down' });
    expect([opened.length, paused]).toEqual([1, []]);
  });

  it('are down when they fail in the middle of a file, but not for what is wrong with the file alone', async () => {
    for (const [code, then] of [
      ['interrupted', 'destination-down'],
      ['space', 'destination-down'],
      ['exists', 'well'],
      ['changed', 'well'],
    ] as const) {
      const { options } = network({}, (name) => {
        throw deliveryFault(code, `${name} is ${code}.`);
      });
      const destinations = new Destinations(options);
      const destination = await destinations.open('north');
      await expect(destination.deliver(FILE, () => {})).rejects.toMatchObject({ code });
      const next = await destinations.open('north').then(
        () => 'well',
        (fault: { code: string }) => fault.code,
      );
      expect([code, next]).toEqual([code, then]);
    }
  });

  it('rest as earlier runs left them, until their time has come', async () => {
    const { opened, options } = network({});
    const rest = { until: new Date('2026-11-20T02:10:00Z'), because: 'it refuses connections' };
    let now = NOW;
    const destinations = new Destinations({ ...options, now: () => now, resting: new Map([['north', rest]]) });
    await expect(destinations.open('north')).rejects.toMatchObject({ code: 'destination-down', exit: 15 });
    expect(opened).toEqual([]);
    now = new Date('2026-11-20T02:10:00Z');
    await destinations.open('north');
    expect(opened).toEqual(['north']);
  });
});

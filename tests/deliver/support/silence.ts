import { afterEach, beforeEach, expect, vi } from 'vitest';

/** Makes every test of the file fail if anything at all is written to the terminal: standard output is for results. */
export function expectSilence(): void {
  const written: unknown[] = [];
  beforeEach(() => {
    written.length = 0;
    for (const stream of [process.stdout, process.stderr]) {
      vi.spyOn(stream, 'write').mockImplementation((text) => {
        written.push(text);
        return true;
      });
    }
    for (const method of ['log', 'info', 'warn', 'error', 'debug', 'trace'] as const) {
      vi.spyOn(console, method).mockImplementation((...args) => {
        written.push(args);
      });
    }
  });
  afterEach(() => {
    vi.restoreAllMocks();
    expect(written).toEqual([]);
  });
}

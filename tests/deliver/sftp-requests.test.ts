import { expect, it, vi } from 'vitest';
import { SftpRequests } from '../../src/deliver/sftp-requests.ts';

const unanswered = (): void => undefined;

it('fails what is pending, and what comes later, at the moment that the connection is lost', async () => {
  const requests = new SftpRequests(60_000, unanswered);
  const pending = [requests.ask(unanswered), requests.ask(unanswered)];
  expect(requests.lost).toBe(false);
  requests.lose();
  const later = vi.fn();
  for (const work of [...pending, requests.ask(later)]) await expect(work).rejects.toMatchObject({ trouble: 'lost' });
  expect(later).not.toHaveBeenCalled();
  expect(requests.lost).toBe(true);
});

it('says when an answer is overdue, and only then', async () => {
  vi.useFakeTimers();
  const onStall = vi.fn();
  const requests = new SftpRequests(1000, onStall);
  await requests.ask<void>((done) => done(undefined));
  await expect(requests.ask((done) => done(new Error('Failure'), undefined))).rejects.toThrow();
  vi.advanceTimersByTime(5000);
  expect(onStall).not.toHaveBeenCalled();
  requests.ask(unanswered).catch(unanswered);
  vi.advanceTimersByTime(999);
  expect(onStall).not.toHaveBeenCalled();
  vi.advanceTimersByTime(1);
  expect(onStall).toHaveBeenCalledOnce();
  vi.useRealTimers();
});

it('takes it for a lost connection when a request cannot even be sent', async () => {
  const requests = new SftpRequests(60_000, unanswered);
  const work = requests.ask(() => {
    throw new Error('cipher is gone');
  });
  await expect(work).rejects.toMatchObject({ trouble: 'lost', message: 'lost' });
});

it.each([
  { status: 2, trouble: 'missing' },
  { status: 3, trouble: 'denied' },
  { status: 4, trouble: 'failed' },
  { status: 8, trouble: 'failed' },
  { status: 7, trouble: 'lost' },
  { status: 14, trouble: 'space' },
  { status: 99, trouble: 'failed' },
  { status: undefined, trouble: 'lost' },
])('understands status $status as $trouble, and repeats no text', async ({ status, trouble }) => {
  const error = Object.assign(new Error('text of the server'), { code: status });
  const work = new SftpRequests(60_000, unanswered).ask((done) => done(error, undefined));
  await expect(work).rejects.toMatchObject({ trouble, message: trouble });
});

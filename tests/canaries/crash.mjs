// Loaded before the program: throws, outside of everything that could catch it, an error whose message holds a value.
const threads = await import('node:worker_threads');
if (threads.isMainThread) {
  const timer = setInterval(() => {
    if (process.listenerCount('uncaughtException') === 0) return;
    clearInterval(timer);
    setTimeout(() => {
      throw new Error(process.env.DARS_TEST_CRASH);
    }, 200);
  }, 10);
  timer.unref();
}

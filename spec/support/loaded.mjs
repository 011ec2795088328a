// Preloaded into a server by a spec: at its end it writes down, in the file LOADED, all modules that it has loaded.
import { writeFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { isMainThread } from 'node:worker_threads';

const loaded = [];
if (isMainThread) {
  registerHooks({
    load(url, context, next) {
      loaded.push(url);
      return next(url, context);
    },
  });
  process.on('exit', () => {
    const builtin = process.moduleLoadList.filter((name) => name.startsWith('NativeModule '));
    writeFileSync(process.env.LOADED, JSON.stringify([...loaded, ...builtin]));
  });
}

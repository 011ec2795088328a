// What the app is compared with, each as a process of its own: `contenders.ts NAME`. Prints its port.
import Router from '@koa/router';
import { type SqlEntityManager as EntityManager, MikroORM } from '@mikro-orm/sqlite';
import Koa from 'koa';
import { createSession } from 'koa-session';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { appendEntry } from '../../server/chat/entry.ts';
import { Room } from '../../server/chat/room.ts';
import { User } from '../../server/chat/user.ts';
import { databaseOptions } from '../../server/database/options.ts';

type Answer = (...given: Parameters<RequestListener>) => unknown;

const contenders: Record<string, () => Answer | Promise<Answer>> = {
  'node:http': () => (_, response) => response.writeHead(204).end(),
  Koa: () => {
    const app = new Koa();
    app.use((ctx) => void (ctx.status = 204));
    return app.callback();
  },
  'Koa + router + session': () => {
    const app = new Koa();
    app.keys = ['a key for the bench'];
    app.use(createSession({ key: 'sid' }, app));
    const router = new Router();
    router.get('/poll', (ctx) => {
      ctx.status = ctx.session?.isNew ? 204 : 200; // read, as by an app that looks up the user
    });
    app.use(router.routes());
    return app.callback();
  },
  'one flush a post': async () => {
    // The same tables with the same promises, on the connection that MikroORM makes by itself.
    const { driverOptions: _, ...options } = databaseOptions(process.env.CHAT_DB!);
    const orm = await MikroORM.init(options);
    for (const pragma of ['journal_mode = wal', 'synchronous = full', 'busy_timeout = 5000'])
      await orm.em.execute(`pragma ${pragma}`);
    let count = 0;
    const store = (room: number, body: string) =>
      (orm.em.fork() as EntityManager).transactional(async (em) => {
        appendEntry(em, await em.findOneOrFail(Room, room), {
          kind: 'message',
          author: em.getReference(User, 1),
          body,
          key: `flush-${process.pid}-${(count += 1)}`,
          at: new Date(),
        });
      });
    return async (request, response) => {
      const { body } = (await json(request)) as { body: string };
      await store(Number(/\d+/.exec(request.url!)![0]), body);
      response.writeHead(201).end();
    };
  },
};

const answer = await contenders[process.argv[2]!]!();
const server = createServer((...given) => void answer(...given));
server.listen(0, '127.0.0.1', () =>
  console.log(`http://127.0.0.1:${(server.address() as AddressInfo).port}`),
);

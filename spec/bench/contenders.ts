// What the app is compared with, each as a process of its own: `contenders.ts NAME`. Prints its port.
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import Router from '@koa/router';
import { MikroORM, type SqlEntityManager as EntityManager } from '@mikro-orm/sqlite';
import Koa from 'koa';
import { createSession } from 'koa-session';
import { databaseOptions } from '../../config/database.ts';
import { Room } from '../../server/chat/room.ts';
import { User } from '../../server/chat/user.ts';

const contenders: Record<string, () => RequestListener | Promise<RequestListener>> = {
  'node:http': () => (_, response) => void response.writeHead(204).end(),
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
      ctx.status = ctx.session?.isNew ? 204 : 200; // looked at, as by whoever wants to know who asks
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
    return (request, response) => {
      let text = '';
      request
        .setEncoding('utf8')
        .on('data', (chunk: string) => (text += chunk))
        .on('end', async () => {
          const { body } = JSON.parse(text) as { body: string };
          const room = Number(/\d+/.exec(request.url!)![0]);
          const em = orm.em.fork() as EntityManager;
          await em.transactional(async (em) => {
            const found = await em.findOneOrFail(Room, room);
            found.append(em, {
              kind: 'message',
              author: em.getReference(User, 1),
              body,
              key: `flush-${process.pid}-${(count += 1)}`,
              at: new Date(),
            });
          });
          response.writeHead(201).end();
        });
    };
  },
};

const server = createServer(await contenders[process.argv[2]!]!());
server.listen(0, '127.0.0.1', () =>
  console.log(`http://127.0.0.1:${(server.address() as AddressInfo).port}`),
);

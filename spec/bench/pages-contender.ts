// What a page costs with the usual parts: Koa, @koa/router, koa-session, Nunjucks and four prepared selects.
// `/page/ROWS/BYTES` shows so many entries of the room that the reader is in, in so many bytes.
import Router from '@koa/router';
import Keygrip from 'keygrip';
import Koa from 'koa';
import { createSession } from 'koa-session';
import { createHash } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { DatabaseSync } from 'node:sqlite';
import nunjucks from 'nunjucks';
import { KEY } from './world.ts';

const TEMPLATE = `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{{ room.name }} – Rooms</title></head><body>
<header><p>You are <bdi>{{ user.username }}</bdi></p><form method="post" action="/logout"><input type="hidden" name="_csrf" value="{{ csrf }}"><button>Log out</button></form></header>
<main><h1 dir="auto">{{ room.name }}</h1>
<ul>{% for one in present %}<li><bdi>{{ one.username }}</bdi></li>{% endfor %}</ul>
<ol>{% for entry in entries %}
<li id="m-{{ entry.seq }}"><p><bdi>{{ entry.username }}</bdi> <a href="/rooms/{{ room.id }}?from={{ entry.seq }}#m-{{ entry.seq }}"><time datetime="{{ entry.iso }}">{{ entry.time }}</time></a></p>
<div dir="auto">{{ entry.body }}</div><p><a href="/rooms/{{ room.id }}/messages/{{ entry.seq }}/report">Report this message by <bdi>{{ entry.username }}</bdi></a></p></li>{% endfor %}</ol>
<form method="post" action="/rooms/{{ room.id }}/messages"><input type="hidden" name="_csrf" value="{{ csrf }}"><input type="hidden" name="after" value="{{ room.last }}"><textarea name="body"></textarea><button>Send</button></form>
</main><p>{{ filler | safe }}</p></body></html>`;

interface Session {
  data: string;
  user: number;
  username: string;
}

const database = new DatabaseSync(process.env.CHAT_DB!, { readOnly: true });
const [selectSession, selectRoom, selectPresent, selectEntries] = [
  'select s.data, u.id as user, u.username from session s join user u on u.id = s.user_id where s.id = ?',
  'select r.id, r.name, r.last_seq as last, m.role from presence p join room r on r.id = p.room_id join membership m on m.room_id = r.id and m.user_id = p.user_id where p.user_id = ?',
  'select u.username from presence p join user u on u.id = p.user_id where p.room_id = ? limit 10',
  'select e.seq, e.body, e.at, u.username from entry e join user u on u.id = e.author_id where e.room_id = ? order by e.seq desc limit ?',
].map((sql) => database.prepare(sql)) as [Statement, Statement, Statement, Statement];
type Statement = ReturnType<DatabaseSync['prepare']>;

const template = new nunjucks.Template(
  TEMPLATE,
  new nunjucks.Environment(null, { autoescape: true }),
  'page',
  true,
);
const fillers = new Map<string, string>();

const app = new Koa();
app.keys = new Keygrip([KEY], 'sha256');
app.use(
  createSession(
    {
      key: 'sid',
      store: {
        get: async (key) => {
          const hash = createHash('sha256').update(key).digest('base64url');
          const found = selectSession.get(hash) as unknown as Session | undefined;
          return (
            found && {
              ...(JSON.parse(found.data) as { csrf: string }),
              user: found.user,
              username: found.username,
            }
          );
        },
        set: async () => {},
        destroy: async () => {},
      },
    },
    app,
  ),
);
const router = new Router();
router.get('/page/:rows/:bytes', (ctx) => {
  const { user, username, csrf } = ctx.session as unknown as { user: number; username: string; csrf: string };
  const room = selectRoom.get(user) as { id: number };
  const entries = selectEntries.all(room.id, Number(ctx.params.rows)) as { at: number }[];
  const values = {
    user: { username },
    csrf,
    room,
    present: selectPresent.all(room.id),
    entries: entries.map((entry) => {
      const iso = new Date(entry.at).toISOString();
      return { ...entry, iso, time: iso.slice(11, 16) };
    }),
  };
  let filler = fillers.get(ctx.path);
  if (filler === undefined) {
    filler = 'x'.repeat(
      Math.max(Number(ctx.params.bytes) - Buffer.byteLength(template.render({ ...values, filler: '' })), 0),
    );
    fillers.set(ctx.path, filler);
  }
  ctx.type = 'html';
  ctx.body = template.render({ ...values, filler });
});
app.use(router.routes());
const server = app.listen(0, '127.0.0.1', () =>
  console.log(`http://127.0.0.1:${(server.address() as AddressInfo).port}`),
);

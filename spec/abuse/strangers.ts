import { routes } from '../../server/routes/index.ts';
import type { Row, Who } from '../support/hostile.ts';

// Every address of a room, by everybody who may not: taken from the table of addresses, so that a
// new one is held to it as soon as it is there.

/** What a post to an address of a room carries, so that it fails for who sends it alone. */
const FIELDS: Record<string, Record<string, string>> = {
  messages: { body: 'hello', key: '12345678' },
  rename: { name: 'parlour' },
  topic: { topic: 'tea' },
  invitations: { days: '7', uses: '1' },
  members: { username: 'linus' },
  role: { role: 'admin' },
};

const ROOMS = routes()
  .stack.filter(({ path }) => String(path).startsWith('/rooms/:id'))
  .flatMap(({ path, methods }) =>
    methods.filter((method) => method !== 'HEAD').map((method) => ({ method, path: String(path) })),
  );

/** The addresses that are for administrators, below that of a room. */
const FOR_ADMINS =
  /\/(rename|topic|invitations|invitations\/1\/end|messages\/1\/pin|messages\/1\/unpin|members|members\/grace\/remove|members\/grace\/role|delete)$/;

interface Outsider {
  by: Who;
  room: 'LOBBY' | 'STUDY' | 'ATTIC';
  why: string;
  /** For a page, and for a post or a script. */
  status: number[];
  only?: RegExp;
}

const OUTSIDERS: Outsider[] = [
  { by: 'nobody', room: 'LOBBY', why: 'nobody is logged in', status: [303] },
  { by: 'nobody', room: 'STUDY', why: 'nobody is logged in', status: [303] },
  { by: 'nobody', room: 'ATTIC', why: 'nobody is logged in', status: [303] },
  { by: 'linus', room: 'STUDY', why: 'it is for its members', status: [404] },
  { by: 'eve', room: 'STUDY', why: 'it is for its members', status: [404] },
  { by: 'ada', room: 'STUDY', why: 'it is for its members', status: [404] },
  { by: 'linus', room: 'ATTIC', why: 'it was deleted', status: [404] },
  { by: 'linus', room: 'LOBBY', why: 'a stranger does not administer it', status: [403], only: FOR_ADMINS },
  { by: 'grace', room: 'LOBBY', why: 'a member does not administer it', status: [403], only: FOR_ADMINS },
];

const written = (path: string, room: string) =>
  path.replace(':id', room).replace(':username', 'grace').replace(/:\w+/g, '1');

export const strangers: Row[] = ROOMS.flatMap(({ method, path }) =>
  OUTSIDERS.flatMap(({ by, room, why, status, only }): Row[] => {
    const address = written(path, room);
    if (only && !only.test(address)) return [];
    const leads = method === 'GET' && path.endsWith('/entries') ? [303] : []; // to the page of the room, for clients without script
    const request = {
      what: `${method} ${address} by ${by}: ${why}`,
      by,
      path: address,
      method,
      status: [...status, ...leads],
    };
    if (method === 'GET')
      return [path.endsWith('.json') && status[0] === 303 ? { ...request, status: [401] } : request];
    const fields = FIELDS[path.split('/').at(-1)!] ?? {};
    return [
      { ...request, form: fields },
      {
        ...request,
        what: `${request.what}, by a script`,
        json: fields,
        status: status[0] === 303 ? [401] : status,
      },
    ];
  }),
);

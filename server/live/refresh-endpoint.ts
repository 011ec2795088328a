import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Awaitable, chain } from './chain.ts';
import type { Leases } from './leases.ts';
import type { PageTags } from './page-tags.ts';
import type { Versions } from './versions.ts';
import { isInRoom, type SessionCache } from './session-cache.ts';

const ROOM_PAGE = /^\/rooms\/(\d{1,9})(?:\?|$)/;

const UNCHANGED = { 'Cache-Control': 'no-store', 'Cross-Origin-Resource-Policy': 'same-origin' };

interface Parts {
  versions: Versions;
  sessions: SessionCache;
  leases: Leases;
  pageTags: PageTags;
}

/** Answers a request for a room's page that the client has already: 304, from memory, ahead of the middleware. */
export class RefreshEndpoint {
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** Answers if the page is unchanged; false if the request has to go on to the middleware. */
  answer(request: IncomingMessage, response: ServerResponse): Awaitable<boolean> {
    const given = request.headers['if-none-match'];
    if (!given || request.method !== 'GET' || request.headers['sec-purpose']) return false;
    const [, room] = ROOM_PAGE.exec(request.url!) ?? [];
    if (!room) return false;
    const { versions, sessions } = this.#parts;
    const find = () => sessions.find(request, response);
    return chain(chain(versions.settled(), find), (user) => {
      if (!isInRoom(user, Number(room))) return false;
      const tag = this.#parts.pageTags.known(request, user, user.room);
      if (!tag || tag !== given) return false;
      this.#parts.leases.record(user.user, { lease: 'page', inRoom: true });
      response.writeHead(304, { ...UNCHANGED, ETag: tag }).end();
      return true;
    });
  }
}

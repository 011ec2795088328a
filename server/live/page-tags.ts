import { hash, randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { ReadMarkers } from './read-markers.ts';
import { type CachedUser, isInRoom } from './session-cache.ts';
import type { Versions } from './versions.ts';

/** The tags that are remembered; all are forgotten when there are more. */
const MOST_PAGES = 20_000;

interface Parts {
  versions: Versions;
  readMarkers: ReadMarkers;
}

/**
 * Names what the page of a room shows to a user, so that the same page need not be sent again (`ETag`, RFC
 * 9110, 8.8.3). A tag is a digest of what the page shows. While nothing has been committed that could
 * change the page, its tag is known without looking at it. It is weak, since tokens and keys differ from
 * page to page.
 */
export class PageTags {
  readonly #parts: Parts;
  /** Another process may have other templates. */
  readonly #process = randomUUID();
  /** The tag of each page, with the state in which it was that. */
  readonly #pages = new Map<string, { state: string; tag: string }>();

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** The versions of what a room's page shows; undefined while they are unknown. Call it before anything of the page is read. */
  stateOf(user: CachedUser, room: number): string | undefined {
    const { versions, readMarkers } = this.#parts;
    const [userVersion, roomVersion] = [versions.ofUser(user.user), versions.ofRoom(room)];
    if (user.version !== userVersion || Number.isNaN(roomVersion)) return undefined;
    const read = Math.max(isInRoom(user, room) ? user.read : 0, readMarkers.unsaved(user.user, room));
    const changes = readMarkers.changesOf(user.user); // they change what the header counts
    return `${userVersion} ${roomVersion} ${read} ${changes}`;
  }

  /** The tag of the page that a request asks for; undefined if the page may have changed. */
  known(request: IncomingMessage, user: CachedUser, room: number): string | undefined {
    const page = this.#pages.get(keyOf(request));
    return page && page.state === this.stateOf(user, room) ? page.tag : undefined;
  }

  /** The tag of a page that shows this. @param state from before anything of it was read */
  of(request: IncomingMessage, state: string | undefined, shown: unknown): string {
    const key = keyOf(request);
    const text = JSON.stringify([this.#process, key, shown]);
    const tag = `W/"${hash('sha256', text, 'base64url').slice(0, 22)}"`;
    if (this.#pages.size >= MOST_PAGES) this.#pages.clear();
    if (state) this.#pages.set(key, { state, tag });
    return tag;
  }
}

const keyOf = ({ url, headers }: IncomingMessage): string => `${url} ${headers.cookie}`;

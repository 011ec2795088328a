import type { SqlEntityManager as EntityManager } from '@mikro-orm/sql';
import { existsSync } from 'node:fs';
import { Readable } from 'node:stream';
import { recordAct } from '../chat/act.ts';
import { createFormerMember } from '../chat/account-deletion.ts';
import { descriptionFor } from '../chat/attachment.ts';
import { appendEntry, Attachment, Entry, type StoredFile } from '../chat/entry.ts';
import { filesTag } from '../chat/files-identity.ts';
import { Membership } from '../chat/membership.ts';
import { Pin } from '../chat/pin.ts';
import type { FileLine } from '../chat/room-lines.ts';
import { deleteSlice } from '../chat/room-deletion.ts';
import { lockRooms, Room } from '../chat/room.ts';
import { findByUsername, lockActor, User } from '../chat/user.ts';
import { FileStore } from '../files/folder.ts';
import { fold } from '../text/characters.ts';
import { type Command, CommandError, type Console, findAccount, withDatabase } from './command.ts';
import { type Header, readRoomFile } from './room-file.ts';
import type { EntryLine } from './room-line.ts';

/** Entries in one transaction, and images and files among them. A message that a user posts meanwhile waits for no more than these. */
const BATCH = 500;
const FILES_OF_BATCH = 20;
/** Entries between two lines of progress. */
const STEP = 20_000;

/** A message that answers no message becomes one like others. */
const ANSWERS_NOTHING = `
  update entry set reply_to = null where room_id = ? and reply_to is not null and not exists (
    select 1 from entry t where t.room_id = entry.room_id and t.seq = entry.reply_to and t.kind = 'message')`;

type Kept = StoredFile & Omit<FileLine, 'content'>;

/** What is known of a valid file before anything is stored. */
interface Contents {
  header: Header;
  /** By their folded form. */
  names: Map<string, string>;
}

/**
 * Creates a room from an exported file, with the same numbers; a conversation of two becomes a room for
 * members only. USERNAME is its only member. Each name without an account here becomes a former member.
 * Images are encoded again, like uploads. All or nothing: nobody sees the room before it is complete.
 */
export const importRoom: Command = {
  parameters: ['FILE', 'USERNAME'],
  summary: 'imports an exported room; USERNAME administers it',
  run: (terminal, file = '', login = '') =>
    withDatabase(terminal, async (em) => {
      if (!existsSync(file)) throw new CommandError(`There is no file ${file}.`);
      const admin = await findAccount(em, login);
      const contents = await contentsOf(file, terminal.now); // checks the whole file before anything is stored
      const room = new NewRoom(em, new FileStore(terminal.env.filesDir, () => filesTag(em)));
      try {
        await room.create(admin, contents, terminal.now);
        await room.fill(file, terminal);
        await room.show(admin, contents.header, terminal.now);
      } catch (error) {
        await room.remove();
        throw error;
      }
      const { unknown, lastSeq } = room;
      if (unknown.length > 0)
        terminal.progress(`Without an account here, so imported as former members: ${unknown.join(', ')}.`);
      terminal.print(
        `The room ${contents.header.name} is imported, with ${lastSeq} ${lastSeq === 1 ? 'entry' : 'entries'}, at /rooms/${room.id}. ${admin.username} administers it.`,
      );
    }),
};

/** Reads a file to its end. @throws CommandError if a line is wrong */
async function contentsOf(file: string, now: Date): Promise<Contents> {
  let header: Header | undefined;
  const names = new Map<string, string>();
  for await (const line of readRoomFile(file, now)) {
    if ('access' in line) header = line;
    else for (const name of [line.author, line.subject]) if (name !== undefined) names.set(fold(name), name);
  }
  if (!header) throw new CommandError(`${file} is empty.`);
  return { header, names };
}

/** A room that is being imported. */
class NewRoom {
  readonly #em: EntityManager;
  readonly #folder: FileStore;
  /** By the folded name. */
  readonly #people = new Map<string, User>();
  readonly #created: number[] = [];
  /** Files that no stored entry has yet. */
  #unused: string[] = [];
  /** The names without an account. */
  readonly unknown: string[] = [];
  id = 0;
  lastSeq = 0;

  constructor(em: EntityManager, folder: FileStore) {
    this.#em = em;
    this.#folder = folder;
  }

  /** Creates the room, which nobody sees yet, and an author for each name without an account. */
  async create(admin: User, { header, names }: Contents, now: Date): Promise<void> {
    await this.#em.transactional(async (em) => {
      await lockActor(em, admin);
      const room = em.create(Room, {
        name: header.name,
        topic: header.topic,
        access: 'importing',
        creator: admin,
        createdAt: now,
      });
      await em.flush();
      this.id = room.id;
    });
    for (const [key, name] of names) {
      const user = await findByUsername(this.#em, name);
      if (!user) this.unknown.push(name);
      const author = user ?? (await createFormerMember(this.#em, now));
      if (!user) this.#created.push(author.id);
      this.#people.set(key, author);
    }
  }

  /** Stores the entries, with their images and files. */
  async fill(file: string, { now, progress }: Console): Promise<void> {
    let batch: EntryLine[] = [];
    let kept = new Map<number, Kept>();
    const store = async () => {
      await this.#store(batch, kept);
      [batch, kept] = [[], new Map()];
    };
    for await (const line of readRoomFile(file, now)) {
      if ('access' in line) continue;
      if (line.file) kept.set(line.seq, await this.#keep(line.seq, line.file));
      batch.push({ ...line, file: undefined });
      if (batch.length === BATCH || kept.size === FILES_OF_BATCH) await store();
      if (line.seq % STEP === 0) progress(`${line.seq} entries`);
    }
    await store();
  }

  /** Makes the room complete: it gets its pins, its access, and its administrator. */
  async show(admin: User, { access, pins }: Header, now: Date): Promise<void> {
    await this.#em.fork().transactional(async (em) => {
      await lockActor(em, admin);
      await lockRooms(em, this.id);
      const room = await em.findOneOrFail(Room, { id: this.id });
      room.access = access === 'open' ? 'open' : 'invite';
      this.lastSeq = room.lastSeq;
      await em.execute(ANSWERS_NOTHING, [room.id], 'run');
      for (const { seq } of await em.find(Entry, { room, kind: 'message', seq: pins }))
        em.create(Pin, { room, seq });
      em.create(Membership, { room, user: admin.id, role: 'admin', joinedAt: now, readSeq: room.lastSeq });
      await recordAct(em, 'room imported', { at: now, user: admin.id, room: this.id });
    });
  }

  /** Deletes all that was stored. */
  async remove(): Promise<void> {
    await this.#folder.remove(this.#unused);
    await this.#em.nativeUpdate(Room, { id: this.id, access: 'importing' }, { access: 'deleted' });
    for (let isGone = false; !isGone;) {
      const slice = await deleteSlice(this.#em.fork(), this.id);
      await this.#folder.remove(slice.files);
      isGone = slice.isGone;
    }
    await this.#em.nativeDelete(User, { id: { $in: this.#created } });
  }

  async #keep(seq: number, { description, describedAt, content }: FileLine): Promise<Kept> {
    try {
      const kept = await this.#folder.keep(Readable.from([content]));
      this.#unused.push(kept.name);
      const decorative = description === '';
      return { ...kept, description: descriptionFor(kept.type, { description, decorative }), describedAt };
    } catch (error) {
      throw new CommandError(
        `The file of entry ${seq} cannot be imported, so nothing was imported: ${(error as Error).message}`,
      );
    }
  }

  /** Appends entries to the room. */
  async #store(lines: EntryLine[], kept: Map<number, Kept>): Promise<void> {
    await this.#em.fork().transactional(async (em) => {
      await lockRooms(em, this.id);
      const room = await em.findOneOrFail(Room, { id: this.id });
      for (const { seq, author, subject, kind, body, key, reply, byToken, at } of lines) {
        const entry = appendEntry(em, room, {
          kind,
          author: this.#person(author),
          ...(subject !== undefined && { subject: this.#person(subject) }),
          body,
          ...(key !== undefined && { key, byToken }),
          ...(reply !== undefined && { replyTo: reply }),
          at,
        });
        const file = kept.get(seq);
        if (file) em.create(Attachment, { room, entry, author: entry.author, ...file });
      }
    });
    this.#unused = [];
  }

  #person(name: string): User {
    return this.#people.get(fold(name))!;
  }
}

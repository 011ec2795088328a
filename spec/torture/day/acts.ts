import { randomUUID } from 'node:crypto';
import { textOf } from './browser.ts';
import type { Person } from './person.ts';
import type { Ending } from './plan.ts';
import { one } from './world.ts';

const HOUR_MS = 3_600_000;
/** How long somebody looks at another page, in milliseconds of the day. */
const READING_MS = 30_000;
const PHOTOS = 0.3;
/** Acts in an hour of presence, beside writing. */
const RATES = {
  history: 0.4,
  search: 0.2,
  person: 0.25,
  conversation: 0.15,
  attach: 0.02,
  change: 0.4,
  other: 0.15,
};
type Act = keyof typeof RATES;

/** What one of the people does in a room beside reading what is new. */
export class Acts {
  readonly #person: Person;

  constructor(person: Person) {
    this.#person = person;
  }

  /** The time until the next act. */
  pauseMs(): number {
    const { plan, day } = this.#person;
    const rate = plan.talks + sum(Object.values(RATES));
    return (-Math.log(1 - plan.random()) * HOUR_MS) / rate / day.speed;
  }

  async next(): Promise<void> {
    const { plan } = this.#person;
    let chance = plan.random() * (plan.talks + sum(Object.values(RATES))) - plan.talks;
    if (chance < 0) return this.#write();
    const act = (Object.keys(RATES) as Act[]).find((name) => (chance -= RATES[name]) < 0) ?? 'other';
    return this[act]();
  }

  async end(ending: Ending): Promise<void> {
    const { browser, room, plan } = this.#person;
    if (ending === 'closes' && plan.hasScript) await this.#close();
    if (ending === 'leaves') {
      const location = await browser.press('leave', `/rooms/${room}/leave`);
      await browser.page('list of rooms', location);
    }
    if (ending === 'logs out') {
      await this.#visit('list of rooms', '/rooms');
      await browser.page('front page', await browser.press('log out', '/logout'));
    }
  }

  async #write(): Promise<void> {
    const { browser, room, last, plan, day, account, page } = this.#person;
    const body = day.say();
    const path = `/rooms/${room}/messages`;
    if (!plan.hasScript) {
      const { location, fields } = await browser.submit('message by form', { page, path, typed: { body } });
      day.ledger.acknowledge({ user: account.id, key: fields.key!, body });
      return this.#person.show(room, await browser.page('room after a message', location));
    }
    const key = randomUUID();
    const json = { body, key, after: last };
    const asked = { path, json, accept: 'application/json', expected: [201] };
    const answer = await browser.ask('message by script', asked);
    const seq = Number(/"seq":(\d+)/.exec(textOf(answer))?.[1]);
    day.ledger.acknowledge({ user: account.id, key, body, seq });
    this.#person.receive(answer);
  }

  async history(): Promise<void> {
    const { room, last } = this.#person;
    await this.#visit('history', `/rooms/${room}?before=${Math.max(2, last - 49)}`);
    await this.#person.enter(room);
  }

  async search(): Promise<void> {
    const { room, plan, day } = this.#person;
    const words = day
      .say()
      .split(' ')
      .filter((word) => word.length > 3);
    const query = `search?q=${encodeURIComponent(words[0] ?? 'the')}`;
    if (plan.random() < 0.5) await this.#visit('search', `/${query}`);
    else await this.#visit('search in a room', `/rooms/${room}/${query}`, true);
    await this.#person.enter(room);
  }

  async person(): Promise<void> {
    const { account, browser, day, plan, room } = this.#person;
    await this.#visit('people', '/people');
    const friend = one(account.friends, plan.random);
    if (friend) {
      const page = await browser.page('person', `/people/${friend}`);
      if (plan.random() < 0.3) {
        const body = day.say();
        const path = `/people/${friend}/note`;
        const { location, fields } = await browser.submit('note', { page, path, typed: { body } });
        day.ledger.acknowledge({ user: account.id, key: fields.key!, body });
        await browser.page('person', location);
      }
    }
    await this.#person.enter(room);
  }

  /** Goes to the conversation with a friend, and stays there. */
  async conversation(): Promise<void> {
    const { account, browser, plan, room } = this.#person;
    const friend = one(account.friends, plan.random);
    if (!friend) return this.change();
    const page = await this.#visit('person', `/people/${friend}`);
    const path = `/people/${friend}/message`;
    let answer = await browser.submit('open a conversation', { page, path, expected: [303, 409] });
    if (answer.status === 409) {
      const [, enter] = /action="(\/rooms\/\d+\/enter)"/.exec(answer.page) ?? [];
      if (!enter) return this.#person.enter(room); // it is the one that they are in
      answer = await browser.submit('enter', { page: answer.page, path: enter });
    }
    const [, id] = /^\/rooms\/(\d+)/.exec(answer.location) ?? [];
    this.#person.show(Number(id), await browser.page('room', answer.location));
  }

  async attach(): Promise<void> {
    const { account, browser, day, plan, room } = this.#person;
    const path = `/rooms/${room}/attachments`;
    const page = await this.#visit('attach page', `/rooms/${room}/attach`, true);
    const file = plan.random() < PHOTOS ? day.images.photo : day.images.small;
    const typed = { description: 'the harbour at night', body: '' };
    const sent = await browser.upload('image sent', { page, path, typed }, file);
    let { location, fields } = sent;
    if (sent.status === 200)
      // it was made smaller, and is shown before it is sent
      ({ location, fields } = await browser.submit('image confirmed', { page: sent.page, path, typed }));
    day.ledger.acknowledge({ user: account.id, key: fields.key!, body: '' });
    this.#person.show(room, await browser.page('room after a message', location));
  }

  async change(): Promise<void> {
    await this.#visit('list of rooms', '/rooms');
    await this.#person.enter(this.#person.otherRoom());
  }

  async other(): Promise<void> {
    const { plan, room } = this.#person;
    const inRoom = ['days', 'present', 'announcements'].map((name) => `/rooms/${room}/${name}`);
    const path = one([...inRoom, '/settings', '/settings/writing', '/help'], plan.random);
    await this.#visit('other page', path, inRoom.includes(path));
    await this.#person.enter(room);
  }

  /** Follows a link out of the room's page, and looks at that page for a while. @param stays whether it belongs to being in the room */
  async #visit(kind: string, path: string, stays = false): Promise<string> {
    const { browser, plan, day } = this.#person;
    const page = await browser.page(kind, path);
    if (plan.hasScript && !stays) await this.#close();
    await day.agenda.at(performance.now() + (READING_MS * (0.2 + 2 * plan.random())) / day.speed);
    return page;
  }

  /** The page of the room tells that it closes. */
  async #close(): Promise<void> {
    const { browser, room } = this.#person;
    await browser.press('page closes', `/rooms/${room}/leave`, { closing: '1' }, 204);
  }
}

const sum = (numbers: number[]): number => numbers.reduce((all, number) => all + number, 0);

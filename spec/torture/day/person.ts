import { Acts } from './acts.ts';
import type { Agenda } from './agenda.ts';
import { Browser, Refused, textOf } from './browser.ts';
import type { Line } from './line.ts';
import type { Plan, Visit } from './plan.ts';
import { imagesIn, type Ledger } from './ledger.ts';
import type { Tally } from './tally.ts';
import { type Account, one, PASSWORD } from './world.ts';

const POLL_MS = 1000;
/** How often who has no script looks for new messages. */
const CHECK_MS = 5000;
const HOUR_MS = 3_600_000;
const IN_GROUPS = 0.65;
/** How often somebody comes back in a visit after a request of theirs was refused. */
const MOST_RETURNS = 3;

/** The day that all of them live through. Times are those of `performance.now()`. */
export interface Day {
  line: Line;
  agenda: Agenda;
  tally: Tally;
  ledger: Ledger;
  /** How many are there now. */
  present: number;
  begin: number;
  end: number;
  /** How many times as fast as time it goes by. */
  speed: number;
  /** The hour of the day at its beginning. */
  from: number;
  say(): string;
  /** Images as people send them. */
  images: { small: Buffer; photo: Buffer };
}

/** One of the people: comes, reads, writes, goes, as planned. */
export class Person {
  readonly day: Day;
  readonly account: Account;
  readonly plan: Plan;
  readonly browser: Browser;
  /** The room that they are in, and its latest entry that they were shown. */
  room = 0;
  last = 0;
  /** The room's page, if they have no script. */
  page = '';
  readonly #known = new Set<string>();

  constructor(day: Day, account: Account, plan: Plan) {
    this.day = day;
    this.account = account;
    this.plan = plan;
    this.browser = new Browser(day.line, day.tally, account.cookies, account.id);
  }

  async live(): Promise<void> {
    const { day, plan } = this;
    const timeOf = (hour: number) => day.begin + ((hour - day.from) * HOUR_MS) / day.speed;
    for (const visit of plan.visits) {
      const [begin, end] = [timeOf(visit.begin), Math.min(timeOf(visit.end), day.end)];
      if (end <= day.begin || begin >= day.end) continue;
      // Who is there already when a part of a day begins comes in its first minutes.
      await day.agenda.at(begin > day.begin ? begin : day.begin + plan.random() * 60_000);
      day.present += 1;
      await this.#visit(end, visit.ending).catch((error: Error) => this.#tell(error));
      day.present -= 1;
    }
  }

  /** Opens the page of a room, and enters it if need be. */
  async enter(room: number): Promise<void> {
    const path = `/rooms/${room}`;
    let page = await this.browser.page('room', path);
    if (!page.includes(`action="${path}/messages"`)) {
      const { location } = await this.browser.submit('enter', { page, path: `${path}/enter` });
      page = await this.browser.page('room', location);
    }
    this.show(room, page);
  }

  /** Goes on with this page of a room. */
  show(room: number, page: string): void {
    const [, last] = /name="after" value="(\d+)"/.exec(page) ?? [];
    if (last === undefined) throw new Error(`No form for a message in room ${room}: ${page.slice(0, 5000)}`);
    this.room = room;
    this.last = Number(last);
    this.page = this.plan.hasScript ? '' : page;
    void this.#load(imagesIn(page), 'image');
  }

  /** Takes over what a poll or a post was answered. */
  receive(answer: Parameters<typeof textOf>[0]): void {
    const { day, last } = this;
    const news = day.ledger.see(this.room, answer.body, () => textOf(answer));
    if (news.first !== last + 1)
      day.tally.fault('news do not follow', `room ${this.room}, after ${last}: ${textOf(answer)}`);
    this.last = news.after;
    if (news.images.length > 0) void this.#load(news.images, 'image');
  }

  /** A room of theirs, other than the one that they are in. */
  otherRoom(): number {
    const { account, plan } = this;
    const rooms = plan.random() < IN_GROUPS ? account.groups : account.large;
    return one(
      rooms.filter((room) => room !== this.room),
      plan.random,
    );
  }

  async #visit(end: number, ending: Visit['ending']): Promise<void> {
    if (!this.browser.hasSession) await this.#logIn();
    await this.browser.page('list of rooms', '/rooms');
    const acts = new Acts(this);
    let room = this.otherRoom();
    for (let returns = 0; returns < MOST_RETURNS; returns += 1) {
      try {
        await this.enter(room);
        await this.#stay(acts, end);
        return await acts.end(ending);
      } catch (error) {
        this.#tell(error as Error);
        room = this.room || room;
      }
    }
  }

  async #stay(acts: Acts, end: number): Promise<void> {
    const { agenda } = this.day;
    let [check, act] = [performance.now(), performance.now() + acts.pauseMs()];
    for (;;) {
      const due = Math.min(check, act, end);
      await agenda.at(due);
      if (due === end) return;
      if (due === act) {
        await acts.next();
        act = performance.now() + acts.pauseMs();
      } else {
        await (this.plan.hasScript ? this.#poll() : this.#check());
        check = performance.now() + (this.plan.hasScript ? POLL_MS : CHECK_MS);
      }
    }
  }

  async #poll(): Promise<void> {
    const path = `/poll?room=${this.room}&after=${this.last}`;
    const answer = await this.browser.ask('poll', { path, accept: 'application/json', expected: [200, 204] });
    if (answer.status === 200) this.receive(answer);
  }

  /** Follows the link “Check for new messages”. */
  async #check(): Promise<void> {
    const [, link = `/rooms/${this.room}`] = /<p id="check"><a href="([^"]+)"/.exec(this.page) ?? [];
    this.show(this.room, await this.browser.page('check without script', link.replaceAll('&amp;', '&')));
  }

  async #logIn(): Promise<void> {
    const page = await this.browser.page('log-in page', '/login');
    await this.#load(assetsIn(page), 'asset');
    const typed = { login: this.account.username, password: PASSWORD };
    const { location } = await this.browser.submit('log in', { page, path: '/login', typed });
    await this.#load(assetsIn(await this.browser.page('list of rooms', location)), 'asset');
  }

  /** Asks for what the browser does not have yet. */
  async #load(paths: string[], kind: string): Promise<void> {
    for (const path of paths) {
      if (this.#known.has(path)) continue;
      this.#known.add(path);
      await this.browser.ask(kind, { path, accept: '*/*', expected: [200] }).catch(() => {}); // counted already
    }
  }

  #tell(error: Error): void {
    if (!(error instanceof Refused)) this.day.tally.fault('unexpected page', error.stack ?? error.message);
  }
}

const assetsIn = (page: string): string[] =>
  [...page.matchAll(/(?:src|href)="(\/[^"]+\.(?:css|js|svg)[^"]*)"/g)].map(([, path]) => path!);

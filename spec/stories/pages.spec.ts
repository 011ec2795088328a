import { readFileSync, writeFileSync } from 'node:fs';
import axe from 'axe-core';
import { HtmlValidate, version } from 'html-validate';
import type { Page } from 'playwright-core';
import * as assert from 'uvu/assert';
import { makeResetLink } from '../../server/chat/reset-link.ts';
import { User } from '../../server/chat/user.ts';
import type { World } from '../support/app.ts';
import { browserSuite, withBrowser } from '../support/browser.ts';
import { MODES, unfit } from '../support/fitness.ts';
import { images, large, PDF } from '../support/files.ts';
import { titleOf, words, type Visitor } from '../support/visitor.ts';

const test = browserSuite('every page');

/** A page, or the answer to a form, as somebody gets it. */
interface Sight {
  name: string;
  who: Visitor;
  path: string;
  /** What is posted, where the page is the answer to a form. */
  fields?: Record<string, string>;
  status?: number;
}

/** What there is before anybody has made a room. */
async function first({ cast, visitor, em, clock }: World): Promise<Sight[]> {
  const [nobody, ada] = [visitor(), await cast('ada')];
  const link = await makeResetLink(em(), await em().findOneOrFail(User, { username: 'ada' }), clock.now());
  return [
    { name: 'welcome', who: nobody, path: '/' },
    { name: 'help', who: nobody, path: '/help' },
    { name: 'accessibility', who: nobody, path: '/accessibility' },
    { name: 'create account', who: nobody, path: '/register' },
    { name: 'create account, refused', who: nobody, path: '/register', fields: { username: '-', email: 'nowhere', password: 'short' }, status: 422 },
    { name: 'log in', who: nobody, path: '/login' },
    { name: 'log in, refused', who: nobody, path: '/login', fields: { login: 'ada', password: 'wrong' }, status: 422 },
    { name: 'forgotten password', who: nobody, path: '/forgotten' },
    { name: 'a mail is on its way', who: nobody, path: '/forgotten/sent' },
    { name: 'set a new password', who: nobody, path: link },
    { name: 'set a new password, refused', who: nobody, path: link, fields: { password: 'short' }, status: 422 },
    { name: 'a link that was used', who: nobody, path: '/reset/used', status: 404 },
    { name: 'goodbye', who: nobody, path: '/goodbye' },
    { name: 'out of date, and not logged in', who: nobody, path: '/rooms/1/messages', fields: { body: 'hello', _csrf: 'old' }, status: 403 },
    { name: 'no rooms', who: ada, path: '/rooms' },
  ];
}

/** What there is once people talk. */
async function later({ cast, clock }: World): Promise<Sight[]> {
  const [ada, grace, linus, alan] = [await cast('ada'), await cast('grace'), await cast('linus'), await cast('alan')];
  const lobby = await ada.createRoom('lobby');
  const study = await ada.createRoom('study', 'invite');
  const long = await linus.createRoom('M'.repeat(64));
  await alan.createRoom('kitchen');
  await grace.enter(lobby);
  await grace.leave(lobby);
  await ada.talk(lobby, 60);
  await ada.say(lobby, `Look:\nhttps://example.org/${'long/'.repeat(40)}`);
  await ada.say(lobby, 'x'.repeat(300));
  await ada.say(lobby, `*Strong*, _emphasised_, \`code\`, [a link](https://example.org) and @ada\n> quoted\n\n- one\n  1. inner\n\n\`\`\`js\n${'long '.repeat(40)}line\n\`\`\``);
  const room = `/rooms/${lobby}`;
  const key = crypto.randomUUID();
  const [today] = clock.now().toISOString().split('T');
  return [
    { name: 'rooms', who: ada, path: '/rooms' },
    { name: 'rooms, of others', who: alan, path: '/rooms' },
    { name: 'rooms, refused', who: ada, path: '/rooms', fields: { name: '', access: 'none' }, status: 422 },
    { name: 'room, in it', who: ada, path: room },
    { name: 'room, out of it', who: grace, path: room },
    { name: 'room, in another', who: ada, path: `/rooms/${study}` },
    { name: 'live view', who: ada, path: `${room}/live` },
    { name: 'live view in a frame', who: ada, path: `${room}/live?after=55` },
    { name: 'live view in a frame, ended', who: alan, path: `${room}/live?after=55`, status: 403 },
    { name: 'room, of a stranger', who: alan, path: room },
    { name: 'room, with a long name', who: linus, path: `/rooms/${long}` },
    { name: 'room, from its beginning', who: ada, path: `${room}?from=1` },
    { name: 'room, with new messages', who: ada, path: `${room}?after=60` },
    { name: 'room, without new messages', who: ada, path: `${room}?after=99` },
    { name: 'message, refused', who: ada, path: `${room}/messages`, fields: { body: '', key }, status: 422 },
    { name: 'message, from outside', who: grace, path: `${room}/messages`, fields: { body: 'hello', key }, status: 409 },
    { name: 'message, from outside and refused', who: grace, path: `${room}/enter`, fields: { body: '', key }, status: 422 },
    { name: 'two rooms', who: ada, path: `/rooms/${study}/enter`, fields: {}, status: 409 },
    { name: 'delete', who: ada, path: `${room}/delete` },
    { name: 'announcements', who: ada, path: `${room}/announcements` },
    { name: 'announcements, refused', who: ada, path: `${room}/announcements`, fields: { messages: 'all', notices: '' }, status: 422 },
    { name: 'announcements in all rooms, refused', who: ada, path: '/settings/announcements', fields: { messages: 'all' }, status: 422 },
    { name: 'practice', who: ada, path: '/practice' },
    { name: 'practice, after steps', who: ada, path: '/practice?done=links.code.emoji.rtl.languages.image.comings.connection' },
    { name: 'practice, ended', who: ada, path: '/practice?ended=removed' },
    { name: 'settings', who: ada, path: '/settings' },
    { name: 'settings, refused', who: ada, path: '/settings', fields: { zone: 'Mars/Base', hourCycle: '?', enterSends: '' }, status: 422 },
    { name: 'password, refused', who: ada, path: '/settings/password', fields: { current: 'wrong', password: 'short' }, status: 422 },
    { name: 'not found', who: ada, path: '/nowhere', status: 404 },
    { name: 'not allowed', who: grace, path: `${room}/delete`, status: 403 },
    { name: 'out of date', who: ada, path: `${room}/messages`, fields: { body: 'hello', key, _csrf: 'old' }, status: 403 },
    { name: 'room, on a day', who: ada, path: `${room}?day=${today}` },
    { name: 'room, on a day when nothing was said', who: ada, path: `${room}?day=2026-01-31` },
    { name: 'room, on no day', who: ada, path: `${room}?day=2026-02-30`, status: 422 },
    { name: 'members, of an administrator', who: ada, path: `${room}/manage` },
    { name: 'members, refused', who: ada, path: `${room}/members`, fields: { username: 'nobody' }, status: 422 },
    { name: 'members, of a member', who: grace, path: `${room}/manage` },
    { name: 'members, in a room with a long name', who: linus, path: `/rooms/${long}/manage` },
  ];
}

/** What the run has looked at, and what the accessibility statement says that it has. */
const audited = new Set<string>();
const TESTED = new URL('../../templates/accessibility/tested.json', import.meta.url);

const markup = new HtmlValidate({
  extends: ['html-validate:recommended', 'html-validate:a11y'],
  rules: {
    'doctype-style': ['error', { style: 'lowercase' }],
    'long-title': ['error', { maxlength: 64 + 'What is announced in  – Rooms – Plainchat'.length }], // a room's name can be that long
    'no-implicit-button-type': 'off', // ours all submit, which is what they do by themselves
    'no-redundant-role': ['error', { exclude: ['list'] }], // WebKit drops it from a list without markers
  },
});

/** What there is where images and files are sent. */
async function withFiles({ cast }: World): Promise<Sight[]> {
  const [ada, grace] = [await cast('ada'), await cast('grace')];
  const lobby = await ada.createRoom('lobby');
  await grace.enter(lobby);
  await grace.leave(lobby);
  await ada.attach(lobby, await large(1200, 800), { body: 'Look at this!' });
  await ada.attach(lobby, PDF, { description: 'Timetable for '.padEnd(200, 'May') });
  await ada.attach(lobby, await images.png(), { description: '', decorative: '1' });
  const description = (await ada.get(`/rooms/${lobby}`)).page.querySelector('a.change')!.getAttribute('href')!;
  const room = `/rooms/${lobby}`;
  const key = crypto.randomUUID();
  return [
    { name: 'room, with files of one’s own', who: ada, path: room },
    { name: 'room, with files of others', who: grace, path: room },
    { name: 'attach', who: ada, path: `${room}/attach` },
    { name: 'attach, refused', who: ada, path: `${room}/attachments`, fields: { description: '', body: 'hello', key }, status: 422 },
    { name: 'attach, from outside', who: grace, path: `${room}/attachments`, fields: { description: 'the harbour', body: 'hello', key }, status: 409 },
    { name: 'description', who: ada, path: description },
    { name: 'description, refused', who: ada, path: description, fields: { description: '' }, status: 422 },
  ];
}

/** What there is once somebody is rude, and others have had enough. */
async function rude({ cast, em, clock }: World): Promise<Sight[]> {
  const [ada, grace, linus] = [await cast('ada'), await cast('grace'), await cast('linus')];
  const room = `/rooms/${await ada.createRoom('lobby')}`;
  await ada.talk(Number(room.split('/').at(-1)), 9);
  await grace.post(`${room}/enter`);
  await grace.post(`${room}/messages/8/report`, { reason: 'It is rude.' });
  await cast('alan');
  await em().nativeUpdate(User, { username: 'linus' }, { operator: true });
  await em().nativeUpdate(User, { username: 'alan' }, { suspendedAt: clock.now(), suspendedFor: 'Rude.' });
  return [
    { name: 'report a message', who: grace, path: `${room}/report` },
    { name: 'report a message, its form', who: grace, path: `${room}/messages/9/report` },
    { name: 'report a message, refused', who: grace, path: `${room}/messages/9/report`, fields: { reason: '' }, status: 422 },
    { name: 'reports', who: linus, path: '/operator/reports' },
    { name: 'a report', who: linus, path: '/operator/reports/1' },
    { name: 'a report, refused', who: linus, path: '/operator/reports/1/suspend', fields: { reason: '' }, status: 422 },
    { name: 'reports, of no operator', who: ada, path: '/operator/reports', status: 404 },
    { name: 'delete my account, with rooms to hand over', who: ada, path: '/settings/delete' },
    { name: 'delete my account, refused', who: grace, path: '/settings/delete', fields: { current: 'wrong horse' }, status: 422 },
  ];
}

/** What is wrong with the HTML as it is served. */
async function unsound({ name, who, path, fields, status = 200 }: Sight, titles: Map<string, string>): Promise<string[]> {
  const answer = fields ? await who.post(path, fields) : await who.get(path);
  assert.is(answer.status, status, name);
  const [title, heading] = [titleOf(answer), words(answer.page.querySelector('h1'))];
  const known = titles.get(title) ?? heading;
  titles.set(title, heading);
  const { results } = await markup.validateString(answer.text);
  return [
    ...results.flatMap(({ messages }) => messages.map((one) => `${name}: ${one.message} (${one.ruleId}, line ${one.line})`)),
    ...(known === heading ? [] : [`${name} has the title of ${known}: ${title}`]),
    ...([403, 404, 422].includes(status) === title.startsWith('Error: ') || status === 409 ? [] : [`${name} has the title: ${title}`]),
  ];
}

/** When, what there is then, and in how many parts it is looked at: no story is to take long. */
const TIMES = [['before there are rooms', first, 3], ['where people talk', later, 8], ['where images and files are sent', withFiles, 2], ['where somebody is rude', rude, 2]] as const;

for (const [when, sights, parts] of TIMES) {
  test(`${when} is sound HTML, with a title that tells it from others`, withBrowser(async (stage) => {
    const titles = new Map<string, string>();
    const wrong: string[] = [];
    for (const sight of await sights(stage)) wrong.push(...await unsound(sight, titles));
    assert.equal(wrong, []);
  }));

  for (let part = 1; part <= parts; part += 1) {
    test(`${when} can be used by everybody, part ${part} of ${parts}`, withBrowser(async (stage) => {
      const chosen = (await sights(stage)).filter((_, index) => index % parts === part - 1);
      const wrong: string[] = [];
      for (const [who, seen] of Map.groupBy(chosen, ({ who }) => who)) {
        const page = await stage.open('/help', who);
        for (const { name, path, fields } of seen) {
          await show(page, stage.base + path, fields);
          await page.evaluate(axe.source);
          for (const mode of MODES) wrong.push(...(await unfit(page, mode)).map((problem) => `${name}, ${mode.name}: ${problem}`));
          audited.add(name);
        }
      }
      assert.equal(wrong, []);
    }));
  }
}

test('is what the accessibility statement says was tested', async () => {
  const now = {
    date: new Date().toISOString().slice(0, 10),
    tools: `axe-core ${axe.version} and html-validate ${version}`,
    modes: MODES.map(({ name }) => name),
    pages: [...audited].sort(),
  };
  if (process.env.AUDIT === 'write') return writeFileSync(TESTED, `${JSON.stringify(now, undefined, 2)}\n`);
  const promised = JSON.parse(readFileSync(TESTED, 'utf8')) as typeof now;
  assert.is(promised.tools, now.tools);
  assert.equal([...promised.modes, ...promised.pages].filter((one) => !now.modes.includes(one) && !audited.has(one)), [], 'run npm run audit');
});

/** Opens a page, by a link or as the answer to a form. */
async function show(page: Page, address: string, fields?: Record<string, string>): Promise<void> {
  if (!fields) return void (await page.goto(address));
  const shown = page.waitForNavigation();
  await page.evaluate(`
    const form = document.createElement('form');
    Object.assign(form, { method: 'post', action: ${JSON.stringify(address)} });
    for (const [name, value] of Object.entries({ _csrf: document.querySelector('[name=csrf-token]').content, ...${JSON.stringify(fields)} })) {
      form.append(Object.assign(document.createElement('input'), { name, value, type: 'hidden' }));
    }
    document.body.append(form);
    form.submit()`);
  await shown;
}

test.run();

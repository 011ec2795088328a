import { suite } from '../support/suite.ts';
import * as assert from 'uvu/assert';
import { withApp } from '../support/app.ts';
import { bare } from '../support/visitor.ts';

const test = suite('addresses for old browsers');

/** The User-Agent of the text browser Links. */
const LINKS = 'Links (2.28; Linux 6.1 x86_64; GNU C; text)';

/** The links of a page to pages of ours that change. */
const linksOf = ({ text }: { text: string }) =>
  [...text.matchAll(/<a [^>]*href="(\/(?:rooms|people|settings)[^"]*)"/g)].map(([, address]) => address!);

test(
  'Links gets new addresses on each page, and other browsers the plain ones',
  withApp(async ({ base, cast }) => {
    const ada = await cast('ada');
    await ada.say(await ada.createRoom('lobby'), '<a href="/rooms">');
    const see = async (headers: Record<string, string>) =>
      linksOf(
        await bare(base, {
          path: '/rooms/1',
          headers: { Cookie: ada.cookieHeader, Accept: 'text/html', ...headers },
        }),
      );
    const [modern, old, again] = [
      await see({}),
      await see({ 'User-Agent': LINKS }),
      await see({ 'User-Agent': LINKS }),
    ];
    assert.ok(modern.length > 6);
    const plain = (addresses: string[]) =>
      addresses.map((address) => address.replace(/(\?|&amp;)check=\w+/, ''));
    assert.equal(plain(old), plain(modern));
    assert.equal(
      old.filter((address) => !/[?;]\w+=/.test(address)),
      [],
    );
    assert.equal(
      old.filter((address) => address.includes('check=') && again.includes(address)),
      [],
    );
    assert.ok(modern.includes('/rooms') && modern.includes('/people'));
  }),
);

test(
  'Links is redirected to a new address after a post, with its query kept',
  withApp(async ({ base, cast }) => {
    const ada = await cast('ada');
    await ada.createRoom('lobby');
    const form = `key=${crypto.randomUUID()}&after=0&body=hello&_csrf=${encodeURIComponent(await ada.token())}`;
    const post = async (path: string, headers: Record<string, string> = {}) =>
      (
        await bare(base, {
          path,
          method: 'POST',
          headers: {
            Cookie: ada.cookieHeader,
            Accept: 'text/html',
            'Content-Type': 'application/x-www-form-urlencoded',
            'Content-Length': form.length,
            ...headers,
          },
          body: form,
        })
      ).headers.location!;
    assert.match(
      await post('/rooms/1/messages', { 'User-Agent': LINKS }),
      /^\/rooms\/1\?after=\d+&check=\w+#new$/,
    );
    assert.match(await post('/rooms/1/leave', { 'User-Agent': LINKS }), /^\/rooms\?check=\w+$/);
    assert.is(await post('/rooms/1/leave'), '/rooms');
  }),
);

test.run();

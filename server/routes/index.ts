import type KoaRouter from '@koa/router';
import { createRequire } from 'node:module';
import type { Context, Handler, Middleware } from '../context.ts';
import * as accessibility from './accessibility.ts';
import * as accounts from './accounts.ts';
import * as announcements from './announcements.ts';
import * as attachments from './attachments.ts';
import * as away from './away.ts';
import * as confirmation from './confirmation.ts';
import * as days from './days.ts';
import * as entries from './entries.ts';
import * as help from './help.ts';
import * as invitations from './invitations.ts';
import * as live from './live-view.ts';
import * as member from './member.ts';
import * as members from './members.ts';
import * as message from './message.ts';
import * as messages from './messages.ts';
import * as notifications from './notifications.ts';
import * as operator from './operator.ts';
import * as operatorAccounts from './operator-accounts.ts';
import * as operatorActs from './operator-acts.ts';
import * as operatorOverview from './operator-overview.ts';
import * as operatorRooms from './operator-rooms.ts';
import * as people from './people.ts';
import * as pins from './pins.ts';
import * as posting from './posting.ts';
import * as practice from './practice.ts';
import * as preferences from './preferences.ts';
import * as presence from './presence.ts';
import * as present from './present.ts';
import * as previews from './previews.ts';
import * as reading from './reading.ts';
import * as reports from './reports.ts';
import * as resetLinks from './reset-links.ts';
import * as roomPage from './room-page.ts';
import * as rooms from './rooms.ts';
import * as runs from './runs.ts';
import * as said from './said.ts';
import * as scenes from './scenes.ts';
import * as search from './search.ts';
import * as sessions from './sessions.ts';
import * as settings from './settings.ts';
import * as shapes from './shapes.ts';
import * as sound from './sound.ts';
import * as style from './style.ts';
import * as tokens from './tokens.ts';
import * as transcripts from './transcripts.ts';
import * as welcome from './welcome.ts';

/** Required, and not imported: its ES module imports all of node:http, see `server/index.ts`. */
const Router = createRequire(import.meta.url)('@koa/router') as typeof KoaRouter;

/** The table of all addresses. */
export function routes(): KoaRouter<object, Context> {
  const router = new Router<object, Context>();
  const get = (path: string, handler: Handler, form?: Handler) => router.get(path, shownOn(form), handler);
  const post = (path: string, handler: Handler, form?: Handler) => router.post(path, shownOn(form), handler);

  get('/', welcome.show);
  get('/help', help.show);
  get('/accessibility', accessibility.show);
  get('/accessibility.jsonld', accessibility.earl);
  get('/accessibility.yaml', accessibility.acr);
  get('/accessibility/criteria', accessibility.criteria);
  get('/accessibility/specs{/:folder}/:name.txt', accessibility.spec);
  get('/style', style.show);
  post('/style', style.choose, style.show);

  get('/register', accounts.form);
  post('/register', accounts.create, accounts.form);
  get('/login', sessions.form);
  post('/login', sessions.logIn, sessions.form);
  post('/logout', sessions.logOut);
  get('/forgotten', resetLinks.forgotten);
  post('/forgotten', resetLinks.send, resetLinks.forgotten);
  get('/forgotten/sent', resetLinks.sent);
  get('/reset/:token', resetLinks.form);
  post('/reset/:token', resetLinks.reset, resetLinks.form);

  get('/confirm/done', confirmation.done);
  get('/confirm/disowned', confirmation.disowned);
  get('/confirm/:token', confirmation.form);
  post('/confirm/:token', confirmation.confirm);
  post('/confirm/:token/disown', confirmation.disown);
  get('/away/stopped', away.stopped);
  get('/away/stop/:key', away.askStop);
  post('/away/stop/:key', away.stop);

  get('/rooms', rooms.list);
  post('/rooms', rooms.create, rooms.list);
  post('/rooms/read', rooms.markRead);
  for (const shape of ['txt', 'json', 'atom']) get(`/rooms/:id.${shape}`, shapes.room);
  get('/rooms/:id', roomPage.show, roomPage.show);
  get('/rooms/:id/delete', rooms.askDelete);
  post('/rooms/:id/delete', rooms.remove);

  post('/rooms/:id/enter', presence.enter, posting.outsideRoom);
  post('/rooms/:id/leave', presence.leave);
  post('/rooms/:id/messages', messages.post, posting.outsideRoom);
  post('/rooms/:id/messages/:seq/pin', pins.pin, message.show);
  post('/rooms/:id/messages/:seq/unpin', pins.unpin, message.show);
  get('/rooms/:id/attach', attachments.form);
  post('/rooms/:id/attachments', attachments.post, attachments.form);
  get('/rooms/:id/files/:name', attachments.file);
  get('/previews/:name', previews.file);
  get('/rooms/:id/messages/:seq/description', attachments.describeForm);
  post('/rooms/:id/messages/:seq/description', attachments.describe, attachments.describeForm);
  get('/rooms/:id/entries', entries.list);
  get('/rooms/:id/live', live.show);
  get('/rooms/:id/stream', live.stream);
  get('/poll', entries.poll);

  for (const shape of ['txt', 'json', 'atom']) {
    get(`/search.${shape}`, shapes.search);
    get(`/waiting.${shape}`, shapes.waiting);
    get(`/rooms/:id/search.${shape}`, shapes.searchInRoom);
  }
  for (const shape of ['txt', 'json']) get(`/rooms/:id/messages/:seq.${shape}`, shapes.message);
  get('/rooms/:id/messages/:seq', message.show); // after its other shapes, whose addresses it would match
  get('/search', search.show, search.show);
  get('/rooms/:id/days', days.show);
  get('/rooms/:id/transcript', transcripts.choose, days.show);
  for (const kind of ['html', 'txt', 'epub', 'jsonl'])
    get(`/rooms/:id/transcript.${kind}`, transcripts.download);
  get('/rooms/:id/search', search.showInRoom, search.showInRoom);

  get('/rooms/:id/announcements', announcements.show);
  post('/rooms/:id/announcements', announcements.saveForRoom, announcements.show);
  post('/rooms/:id/announcements/clear', announcements.clear);
  get('/rooms/:id/said', said.showForRoom);
  post('/rooms/:id/said', said.saveForRoom, said.showForRoom);
  post('/rooms/:id/said/:preset', said.usePresetForRoom);
  get('/rooms/:id/reading', reading.showForRoom);
  post('/rooms/:id/reading', reading.saveForRoom, reading.showForRoom);
  post('/rooms/:id/reading/clear', reading.clear); // before the presets, whose address it would match
  post('/rooms/:id/reading/:preset', reading.usePresetForRoom);

  get('/rooms/:id/away', away.showForRoom, away.showForRoom);
  post('/rooms/:id/away', away.saveForRoom, away.showForRoom);
  post('/rooms/:id/away/clear', away.clearForRoom);

  get('/practice', practice.show);
  post('/practice/say', practice.say, practice.show);
  get('/practice/runs', runs.list);
  post('/practice/runs', runs.begin, runs.list); // before `:step`, which would match
  get('/practice/runs/import', runs.importForm);
  post('/practice/runs/import', runs.importFile, runs.importForm);
  get('/practice/runs/compare', runs.compare);
  for (const kind of ['json', 'jsonld', 'csv']) {
    get(`/practice/runs/:run.${kind}`, runs.download);
    get(`/practice/shared/:secret.${kind}`, runs.downloadShared);
  }
  get('/practice/runs/:run', runs.show);
  get('/practice/runs/:run/scenes/:scene', scenes.show);
  post('/practice/runs/:run/scenes/:scene', runs.note, scenes.show);
  post('/practice/runs/:run/share', runs.share);
  post('/practice/runs/:run/unshare', runs.unshare);
  get('/practice/runs/:run/delete', runs.askDelete);
  post('/practice/runs/:run/delete', runs.remove);
  get('/practice/shared/:secret', runs.showShared);
  post('/practice/:step', practice.step);
  get('/practice/scenes', scenes.list);
  get('/practice/scenes/:scene', scenes.show);
  post('/practice/scenes/:scene/begin', scenes.begin);
  post('/practice/scenes/:scene/say', scenes.say, scenes.show);

  get('/rooms/:id/present', present.show);
  get('/rooms/:id/manage', members.manage);
  post('/rooms/:id/rename', members.rename, members.manage);
  post('/rooms/:id/topic', members.topic, members.manage);
  post('/rooms/:id/mail-text', members.mailText, members.manage);
  post('/rooms/:id/members', members.add, members.manage);
  get('/rooms/:id/members/:username', member.show);
  post('/rooms/:id/members/:username/role', member.changeRole, member.show);
  get('/rooms/:id/members/:username/removal', member.askRemove);
  post('/rooms/:id/members/:username/remove', member.remove, member.askRemove);
  post('/rooms/:id/quit', members.quit, members.manage);

  get('/rooms/:id/invitations', invitations.list);
  post('/rooms/:id/invitations', invitations.make, invitations.list);
  post('/rooms/:id/invitations/:number/end', invitations.end, invitations.list);
  get('/join/:token', invitations.show);
  post('/join/:token', invitations.join);

  get('/rooms/:id/report', reports.choose);
  get('/rooms/:id/messages/:seq/report', reports.form);
  post('/rooms/:id/messages/:seq/report', reports.make, reports.form);
  get('/operator/reports', operator.reports);
  get('/operator/reports/:report', operator.report);
  get('/operator/reports/:report/file', operator.file);
  post('/operator/reports/:report/dismiss', operator.dismiss, operator.report);
  post('/operator/reports/:report/end-sessions', operator.endSessions, operator.report);
  post('/operator/reports/:report/suspend', operator.suspend, operator.report);
  post('/operator/people/:username/unsuspend', operator.unsuspend, operator.reports);

  get('/operator', operatorOverview.show);
  get('/operator/accounts', operatorAccounts.list, operatorAccounts.list);
  post('/operator/accounts', operatorAccounts.find, operatorAccounts.list);
  get('/operator/accounts/:username', operatorAccounts.show);
  get('/operator/accounts/:username/suspend', operatorActs.askSuspend);
  post('/operator/accounts/:username/suspend', operatorActs.suspend, operatorActs.askSuspend);
  get('/operator/accounts/:username/unsuspend', operatorActs.askUnsuspend);
  post('/operator/accounts/:username/unsuspend', operatorActs.unsuspend, operatorActs.askUnsuspend);
  get('/operator/accounts/:username/end-sessions', operatorActs.askEndSessions);
  post('/operator/accounts/:username/end-sessions', operatorActs.endSessions, operatorActs.askEndSessions);
  get('/operator/accounts/:username/make-operator', operatorActs.askMakeOperator);
  post('/operator/accounts/:username/make-operator', operatorActs.makeOperator, operatorActs.askMakeOperator);
  get('/operator/accounts/:username/end-operator', operatorActs.askEndOperator);
  post('/operator/accounts/:username/end-operator', operatorActs.endOperator, operatorActs.askEndOperator);
  get('/operator/accounts/:username/reset-link', operatorAccounts.askResetLink);
  post('/operator/accounts/:username/reset-link', operatorAccounts.resetLink);
  get('/operator/rooms', operatorRooms.list, operatorRooms.list);
  post('/operator/rooms', operatorRooms.find, operatorRooms.list);
  get('/operator/rooms/:id', operatorRooms.show);
  get('/operator/rooms/:id/delete', operatorRooms.askDelete);
  post('/operator/rooms/:id/delete', operatorRooms.remove, operatorRooms.askDelete);

  get('/people', people.list, people.list);
  post('/people', people.find, people.list);
  post('/people/away', people.setAway, people.list);
  get('/people/:username', people.show);
  post('/people/:username/message', people.message, people.show);
  post('/people/:username/note', people.note, people.show);
  post('/people/:username/friend', people.friend, people.show);
  post('/people/:username/unfriend', people.unfriend, people.show);
  post('/people/:username/block', people.blockPerson, people.show);
  post('/people/:username/unblock', people.unblockPerson, people.show);
  post('/groups', people.group, people.list);

  get('/settings', settings.show);
  get('/settings/times', preferences.times);
  get('/settings/writing', preferences.writing);
  get('/settings/privacy', preferences.privacy);
  post('/settings', preferences.save, preferences.showRefused);
  post('/settings/password', settings.changePassword, settings.show);
  post('/notifications', notifications.take);
  get('/settings/away', away.show, away.show);
  post('/settings/away', away.save, away.show);
  post('/settings/away/confirm', confirmation.send, away.show);
  get('/settings/reading', reading.show);
  post('/settings/reading', reading.save, reading.show);
  post('/settings/reading/:preset', reading.usePreset);
  get('/settings/said', said.show);
  post('/settings/said', said.save, said.show);
  post('/settings/said/:preset', said.usePreset);
  get('/settings/sound', sound.show);
  post('/settings/sound', sound.save, sound.show);
  get('/settings/account', settings.showAccount);
  post('/settings/username', settings.changeUsername, settings.showAccount);
  post('/settings/email', settings.changeEmail, settings.showAccount);
  get('/settings/announcements', settings.showAnnouncements);
  post('/settings/announcements', announcements.save, settings.showAnnouncements);
  get('/settings/sessions', settings.showSessions);
  post('/settings/sessions/:session/end', settings.endSession, settings.showSessions);
  get('/settings/tokens', tokens.show, tokens.show);
  post('/settings/tokens', tokens.make, tokens.show);
  post('/settings/tokens/:number/end', tokens.end, tokens.show);
  post('/hooks/:token', messages.hook);
  get('/settings/data', accounts.download);
  get('/settings/delete', accounts.askDelete);
  post('/settings/delete', accounts.remove, accounts.askDelete);
  get('/goodbye', accounts.goodbye);

  return router;
}

/** Sets the page of a form, on which a refusal is shown. */
function shownOn(form: Handler | undefined): Middleware {
  return (ctx, next) => {
    ctx.form = form;
    return next();
  };
}

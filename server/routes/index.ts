import Router from '@koa/router';
import type { Context, Handler, Middleware } from '../context.ts';
import * as accessibility from './accessibility.ts';
import * as accounts from './accounts.ts';
import * as announcements from './announcements.ts';
import * as attachments from './attachments.ts';
import * as entries from './entries.ts';
import * as help from './help.ts';
import * as live from './live.ts';
import * as members from './members.ts';
import * as messages from './messages.ts';
import * as operator from './operator.ts';
import * as people from './people.ts';
import * as practice from './practice.ts';
import * as presence from './presence.ts';
import * as reports from './reports.ts';
import * as resetLinks from './reset-links.ts';
import * as rooms from './rooms.ts';
import * as sessions from './sessions.ts';
import * as settings from './settings.ts';
import * as welcome from './welcome.ts';

/** Every address there is. */
export function routes(): Router<object, Context> {
  const router = new Router<object, Context>();
  const get = (path: string, handler: Handler, form?: Handler) => router.get(path, shownOn(form), handler);
  const post = (path: string, handler: Handler, form?: Handler) => router.post(path, shownOn(form), handler);

  get('/', welcome.show);
  get('/help', help.show);
  get('/accessibility', accessibility.show);

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

  get('/rooms', rooms.list);
  post('/rooms', rooms.create, rooms.list);
  get('/rooms/:id', rooms.show, rooms.show);
  get('/rooms/:id/delete', rooms.askDelete);
  post('/rooms/:id/delete', rooms.remove);

  post('/rooms/:id/enter', presence.enter, messages.outside);
  post('/rooms/:id/leave', presence.leave);
  post('/rooms/:id/messages', messages.post, messages.outside);
  get('/rooms/:id/attach', attachments.form);
  post('/rooms/:id/attachments', attachments.post, attachments.form);
  get('/rooms/:id/files/:name', attachments.file);
  get('/rooms/:id/messages/:seq/description', attachments.describeForm);
  post('/rooms/:id/messages/:seq/description', attachments.describe, attachments.describeForm);
  get('/rooms/:id/entries', entries.list);
  get('/rooms/:id/live', live.show);
  get('/rooms/:id/stream', live.stream);
  get('/poll', entries.poll);

  get('/rooms/:id/announcements', announcements.show);
  post('/rooms/:id/announcements', announcements.saveForRoom, announcements.show);
  post('/rooms/:id/announcements/clear', announcements.clear);

  get('/practice', practice.show);
  post('/practice/say', practice.say, practice.show);
  post('/practice/:step', practice.take);

  get('/rooms/:id/manage', members.manage);
  post('/rooms/:id/rename', members.rename, members.manage);
  post('/rooms/:id/members', members.add, members.manage);
  post('/rooms/:id/members/:username/remove', members.remove, members.manage);
  post('/rooms/:id/members/:username/role', members.changeRole, members.manage);
  post('/rooms/:id/quit', members.quit, members.manage);

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

  get('/people', people.list);
  post('/people', people.find, people.list);
  get('/people/:username', people.show);
  post('/people/:username/message', people.message, people.show);
  post('/people/:username/friend', people.friend, people.show);
  post('/people/:username/unfriend', people.unfriend, people.show);
  post('/people/:username/block', people.blockPerson, people.show);
  post('/people/:username/unblock', people.unblockPerson, people.show);
  post('/groups', people.group, people.list);

  get('/settings', settings.show);
  post('/settings', settings.save, settings.show);
  post('/settings/password', settings.changePassword, settings.show);
  post('/settings/username', settings.changeUsername, settings.show);
  post('/settings/email', settings.changeEmail, settings.show);
  post('/settings/announcements', announcements.save, settings.show);
  post('/settings/sessions/:session/end', settings.endSession, settings.show);
  get('/settings/data', accounts.download);
  get('/settings/delete', accounts.askDelete);
  post('/settings/delete', accounts.remove, accounts.askDelete);
  get('/goodbye', accounts.goodbye);

  return router;
}

/** Names the page that a form stands on, for a refusal to be told there. */
function shownOn(form: Handler | undefined): Middleware {
  return (ctx, next) => {
    ctx.showForm = form;
    return next();
  };
}

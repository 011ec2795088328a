import type { SqlEntityManager as EntityManager } from '@mikro-orm/sql';
import { accountDetails, type AccountDetails } from '../chat/accounts-shown.ts';
import { type ActName, recordAct } from '../chat/act.ts';
import { Invalid, UserNotFound } from '../chat/errors.ts';
import { userNamed } from '../chat/people.ts';
import * as suspension from '../chat/suspension.ts';
import { lockUser, User } from '../chat/user.ts';
import type { Context, Handler } from '../context.ts';
import { requireOperator, requireUser } from '../middleware/current-user.ts';
import { flash, freshParameter, seeOther } from '../middleware/reply.ts';
import { lockOperator } from './operator.ts';
import { field } from './parameters.ts';

interface Act {
  /** What it is called in the log. */
  act: ActName;
  isFor(account: AccountDetails): boolean;
  /** What its button says. */
  label(username: string): string;
  /** What happens. */
  explanation: string;
  hasReason?: boolean;
  run(ctx: Context, em: EntityManager, person: User): Promise<unknown>;
  sentence(username: string): string;
}

/** What an operator can do to an account: each has a page that asks, at its name below the account's address. */
export const ACTS: Record<string, Act> = {
  suspend: {
    act: 'account suspended',
    isFor: ({ suspendedAt, operator }) => !suspendedAt && !operator,
    label: (username) => `Suspend ${username}`,
    explanation:
      'They are logged out everywhere, and cannot log in until an operator lifts the suspension. Their messages stay.',
    hasReason: true,
    run: (ctx, em, person) => suspension.suspend(em, person, field(ctx, 'reason'), ctx.now),
    sentence: (username) => `${username} is suspended, and logged out everywhere.`,
  },
  unsuspend: {
    act: 'suspension lifted',
    isFor: ({ suspendedAt }) => suspendedAt !== null,
    label: (username) => `Lift the suspension of ${username}`,
    explanation: 'They can log in again.',
    run: (_, em, person) => suspension.unsuspend(em, person),
    sentence: (username) => `${username} can log in again.`,
  },
  'end-sessions': {
    act: 'sessions ended',
    isFor: () => true,
    label: (username) => `End sessions of ${username}`,
    explanation:
      'This logs them out everywhere. They can log in again. Do it if somebody else may be using the account.',
    run: (ctx, em, person) => suspension.logOutEverywhere(em, person, ctx.now),
    sentence: (username) => `${username} is logged out everywhere.`,
  },
  'make-operator': {
    act: 'operator made',
    isFor: ({ operator, suspendedAt }) => !operator && !suspendedAt,
    label: (username) => `Make ${username} an operator`,
    explanation: 'Operators can do all that you can do here.',
    run: (_, em, person) => em.nativeUpdate(User, { id: person.id, suspendedAt: null }, { operator: true }),
    sentence: (username) => `${username} is an operator now.`,
  },
  'end-operator': {
    act: 'operator ended',
    isFor: ({ operator }) => operator,
    label: (username) => `Make ${username} no operator`,
    explanation: 'They no longer see reports and these pages.',
    run: (ctx, em, person) => {
      if (person.id === ctx.viewer?.id)
        throw new Invalid({ '': 'You cannot do this to yourself. Ask another operator.' });
      return em.nativeUpdate(User, { id: person.id }, { operator: false });
    },
    sentence: (username) => `${username} is no longer an operator.`,
  },
};

/** @param name of the act */
function asks(name: string): Handler {
  const { label, explanation, hasReason } = ACTS[name]!;
  return async (ctx) => {
    requireOperator(ctx);
    const { username } = await accountOf(ctx);
    ctx.page('operator/act.njk', {
      address: `${addressOf(username)}/${name}`,
      back: { address: addressOf(username), name: username },
      label: label(username),
      explanation,
      hasReason,
    });
  };
}

/** @param name of the act */
function does(name: string): Handler {
  const { act, run, sentence } = ACTS[name]!;
  return async (ctx) => {
    requireOperator(ctx);
    const operator = requireUser(ctx);
    const person = await userNamed(ctx.em, ctx.params.username ?? '');
    await ctx.em.transactional(async (em) => {
      await lockOperator(em, operator, person);
      await run(ctx, em, await lockUser(em, person));
      await recordAct(em, act, { at: ctx.now, by: operator.id, user: person.id });
    });
    flash(ctx, sentence(person.username));
    seeOther(ctx, `${addressOf(person.username)}?${freshParameter()}`);
  };
}

/** GET, POST /operator/accounts/USERNAME/suspend */
export const askSuspend = asks('suspend');
export const suspend = does('suspend');
/** GET, POST /operator/accounts/USERNAME/unsuspend */
export const askUnsuspend = asks('unsuspend');
export const unsuspend = does('unsuspend');
/** GET, POST /operator/accounts/USERNAME/end-sessions */
export const askEndSessions = asks('end-sessions');
export const endSessions = does('end-sessions');
/** GET, POST /operator/accounts/USERNAME/make-operator */
export const askMakeOperator = asks('make-operator');
export const makeOperator = does('make-operator');
/** GET, POST /operator/accounts/USERNAME/end-operator */
export const askEndOperator = asks('end-operator');
export const endOperator = does('end-operator');

/** The account in the address. @throws UserNotFound if there is none */
export async function accountOf(ctx: Context): Promise<AccountDetails> {
  const account = await accountDetails(ctx.reader, ctx.params.username ?? '');
  if (!account) throw new UserNotFound();
  return account;
}

export const addressOf = (username: string): string => `/operator/accounts/${encodeURIComponent(username)}`;

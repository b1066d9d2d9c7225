/** Who is logged in. */

import type { AccessRole, Session, Welcome } from '../api/access';
import { get, post, Refusal, remove, whenUnauthorized } from '../api/client';
import type { SwarmState } from '../api/swarm';
import { router } from '../router/router.svelte';
import { isOpen } from '../router/routes';

const RANK: Record<AccessRole, number> = { viewer: 0, operator: 1, admin: 2 };

const ASK_EVERY_MS = 2000;

class SessionState {
  current = $state<Session | undefined>();
  /** False until it is known whether somebody is logged in. */
  known = $state(false);
  /** Why the log-in page is shown, where there is a reason to tell. */
  ended = $state('');

  /** How the manager's host stands where it is no manager of a Swarm any more: then there are no accounts either. */
  lost = $state<SwarmState | undefined>();
  #watching: ReturnType<typeof setInterval> | undefined;

  /** Whether the one who is logged in may do what the role may. */
  can(role: AccessRole): boolean {
    return this.current !== undefined && RANK[this.current.role] >= RANK[role];
  }

  /** Why a control is out of reach, or undefined where it is not. */
  whyNot(role: AccessRole): string | undefined {
    if (this.can(role)) return undefined;
    return `Needs the role ${role}; yours is ${this.current?.role ?? 'none'}.`;
  }

  async start(): Promise<void> {
    whenUnauthorized(() => void this.refused());
    if (router.route.page === 'setup') {
      this.known = true;
      return;
    }
    await this.read();
  }

  /** Asks the manager who is logged in; with nobody, goes to where one can. */
  async read(): Promise<void> {
    try {
      this.current = await get<Session>('session', { ownUnauthorized: true });
    } catch (error) {
      if (!(error instanceof Refusal && [401, 409].includes(error.status))) throw error;
      this.current = undefined;
      if (error.status === 409) await this.askForSwarm();
      else if (!isOpen(router.route.page)) this.#toLogin();
    }
    this.known = true;
  }

  async logIn(user: string, password: string): Promise<void> {
    this.#begin(await post<Session>('session', { user, password }, { ownUnauthorized: true }));
    router.go(comeBack(router.search.get('to')), { replace: true });
  }

  async setUp(token: string, user: string, password: string): Promise<void> {
    this.#begin(await post<Session>('setup', { token, user, password }, { ownUnauthorized: true }));
    router.go('/', { replace: true });
  }

  async logOut(): Promise<void> {
    await remove('session', { ownUnauthorized: true }).catch((error: unknown) => {
      if (!(error instanceof Refusal && error.status === 401)) throw error;
    });
    this.current = undefined;
    this.ended = '';
    router.go('/login');
  }

  /** Nobody is known by this session any more: it has ended, or the Swarm that the accounts are in has. */
  async refused(): Promise<void> {
    await this.askForSwarm();
    if (this.lost === undefined) this.expire('Your session has ended. Log in again to go on.');
  }

  /** Asks whether the manager still has a Swarm, and goes on asking until it has. */
  async askForSwarm(): Promise<void> {
    const swarm = await this.welcome().then(
      (welcome) => welcome.swarm,
      () => this.lost,
    );
    const before = this.lost;
    this.lost = swarm === 'manager' ? undefined : swarm;
    if (this.lost !== undefined) {
      this.#watching ??= setInterval(() => void this.askForSwarm(), ASK_EVERY_MS);
      return;
    }
    clearInterval(this.#watching);
    this.#watching = undefined;
    // A Swarm that was started anew has other accounts.
    if (before !== undefined) await this.read().catch(() => undefined);
  }

  /** The session is over, by time or by somebody's hand. */
  expire(reason: string): void {
    this.current = undefined;
    this.known = true;
    if (isOpen(router.route.page)) return;
    this.ended = reason;
    this.#toLogin();
  }

  /** Whether anybody has an account yet. */
  async welcome(): Promise<Welcome> {
    return get<Welcome>('welcome', { ownUnauthorized: true });
  }

  #begin(session: Session): void {
    this.current = session;
    this.known = true;
    this.ended = '';
  }

  #toLogin(): void {
    const from = router.address;
    router.go(from === '/' ? '/login' : `/login?to=${encodeURIComponent(from)}`, { replace: true });
  }
}

/** Only a path of this console: a link must not send anybody elsewhere after the log-in. */
export function comeBack(to: string | null): string {
  if (to === null || !to.startsWith('/') || to.startsWith('//') || to.includes('\\')) return '/';
  return to.startsWith('/login') || to.startsWith('/setup') ? '/' : to;
}

export const session = new SessionState();

/** The page's address, by the history API. Links are plain `<a href>`; clicks on them do not load the page anew. */

import { match, type Route } from './routes';

class Router {
  /** Path and search: `/services?mode=global`. */
  address = $state(here());
  readonly route: Route = $derived(match(this.path));

  get path(): string {
    return this.address.split('?')[0] ?? '/';
  }

  get search(): URLSearchParams {
    return new URLSearchParams(this.address.split('?')[1] ?? '');
  }

  start(): void {
    window.addEventListener('popstate', () => {
      this.address = here();
    });
    document.addEventListener('click', (event) => this.#click(event));
  }

  go(address: string, { replace = false } = {}): void {
    const same = samePage(address, this.address);
    if (replace) history.replaceState(null, '', address);
    else history.pushState(null, '', address);
    this.address = here();
    if (!same) window.scrollTo(0, 0);
  }

  /** Keeps filters in the address, so that a link shows the same; empty ones are left out. */
  setSearch(values: Record<string, string | undefined>): void {
    const search = this.search;
    for (const [name, value] of Object.entries(values)) {
      if (value === undefined || value === '') search.delete(name);
      else search.set(name, value);
    }
    const text = search.toString();
    this.go(`${this.path}${text === '' ? '' : `?${text}`}`, { replace: true });
  }

  #click(event: MouseEvent): void {
    if (event.defaultPrevented || event.button !== 0) return;
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    const link = event.target instanceof Element ? event.target.closest('a') : null;
    if (link === null || !isOurs(link)) return;
    event.preventDefault();
    this.go(`${link.pathname}${link.search}`);
  }
}

function isOurs(link: HTMLAnchorElement): boolean {
  if (!link.hasAttribute('href') || link.hasAttribute('download') || link.target !== '') return false;
  if (link.origin !== location.origin || link.hash !== '') return false;
  return !link.pathname.startsWith('/api/');
}

function here(): string {
  return `${location.pathname}${location.search}`;
}

function samePage(a: string, b: string): boolean {
  return a.split('?')[0] === b.split('?')[0];
}

export const router = new Router();

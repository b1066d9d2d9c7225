/** The one-time token of a set-up link: `/setup#TOKEN`. */

let token = '';

/** Takes the token out of the address bar, and so out of the browser's history, before anything else happens. */
export function takeToken(): void {
  if (location.pathname !== '/setup' || location.hash === '') return;
  token = location.hash.slice(1);
  history.replaceState(null, '', `${location.pathname}${location.search}`);
}

export function setupToken(): string {
  return token;
}

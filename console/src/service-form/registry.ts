/** A log-in at the image's registry, as Docker's `X-Registry-Auth` header. It is kept nowhere. */

export interface RegistryLogin {
  user: string;
  password: string;
}

const DOCKER_HUB = 'https://index.docker.io/v1/';

/** The registry that an image's reference names: Docker's rule is that a first part with a dot, a port, or `localhost` is one. */
export function registryOf(image: string): string {
  const [first = '', ...rest] = image.trim().split('/');
  const isRegistry = rest.length > 0 && (/[.:]/.test(first) || first === 'localhost');
  return isRegistry ? first : DOCKER_HUB;
}

/** The headers to send; none where nobody logs in. */
export function registryHeaders(image: string, login: RegistryLogin): Record<string, string> {
  if (login.user === '') return {};
  const fields = { username: login.user, password: login.password, serveraddress: registryOf(image) };
  const bytes = new TextEncoder().encode(JSON.stringify(fields));
  const base64 = btoa(String.fromCharCode(...bytes));
  return { 'x-registry-auth': base64.replaceAll('+', '-').replaceAll('/', '_') };
}

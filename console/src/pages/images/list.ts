/** Images in a list: searched, sorted, named. */

import type { Image } from '../../api/image';

const NONE = '<none>';
const SHORT_ID = 12;

/** `registry.example/web:1`. */
export function referenceOf(image: Image): string {
  return image.tag === NONE ? image.repository : `${image.repository}:${image.tag}`;
}

/** Without one it cannot be sent anywhere. */
export function hasName(image: Image): boolean {
  return image.repository !== NONE && image.tag !== NONE;
}

/** The beginning of an id or digest. */
export function short(id: string): string {
  return id.replace(/^sha256:/, '').slice(0, SHORT_ID);
}

/** Every word has to be found in one of its names. */
export function filtered(images: readonly Image[], search: string): Image[] {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  return images.filter((image) => {
    const text = [referenceOf(image), image.id, image.digest ?? ''].join(' ').toLowerCase();
    return words.every((word) => text.includes(word));
  });
}

export function sorted(images: readonly Image[], { key, down }: { key: string; down: boolean }): Image[] {
  const sign = down ? -1 : 1;
  return [...images].sort((a, b) => sign * compare(a, b, key) || order(referenceOf(a), referenceOf(b)));
}

function compare(a: Image, b: Image, key: string): number {
  if (key === 'size') return a.size_bytes - b.size_bytes;
  if (key === 'created') return a.created_unix_ms - b.created_unix_ms;
  return order(a.repository, b.repository);
}

function order(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

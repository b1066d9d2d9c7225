/** Puts components on a page for a test, and takes them away after it. */

import { flushSync, mount, unmount, type Component } from 'svelte';
import { afterEach } from 'vitest';

const mounted: Record<string, unknown>[] = [];

/** Puts a component on the page and gives the element around it. */
export function render<Props extends object>(
  component: Component<Props, Record<string, never>, '' | keyof Props>,
  props: NoInfer<Props>,
): HTMLElement {
  const target = document.createElement('div');
  document.body.append(target);
  mounted.push(mount(component as Component<Props>, { target, props }));
  flushSync();
  return target;
}

afterEach(async () => {
  await Promise.all(mounted.splice(0).map((component) => unmount(component)));
  document.body.replaceChildren();
});

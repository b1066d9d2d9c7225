import { flushSync, tick } from 'svelte';
import { createRawSnippet } from 'svelte';
import { describe, expect, it, vi } from 'vitest';
import { render } from '../../tests/render';
import { Refusal } from '../api/client';
import Confirm from './Confirm.svelte';

const children = createRawSnippet(() => ({ render: () => '<p>All 3 instances stop.</p>' }));

function open(onconfirm: () => Promise<unknown>, typed?: string): HTMLElement {
  return render(Confirm, {
    open: true,
    title: 'Remove web?',
    action: 'Remove',
    danger: true,
    command: 'swarm-manager service rm web',
    typed,
    onconfirm,
    children,
  });
}

function press(root: HTMLElement): void {
  const form = root.querySelector('form');
  form?.dispatchEvent(new SubmitEvent('submit', { cancelable: true, bubbles: true }));
  flushSync();
}

describe('Confirm', () => {
  it('says what happens and shows the command that does the same', () => {
    const root = open(async () => {});
    expect(root.textContent).toContain('All 3 instances stop.');
    expect(root.querySelector('pre')?.textContent).toBe('swarm-manager service rm web');
  });

  it('does it and closes', async () => {
    const act = vi.fn(async () => {});
    const root = open(act);
    press(root);
    await tick();
    await tick();
    expect(act).toHaveBeenCalledOnce();
    expect(root.querySelector('dialog')?.hasAttribute('open')).toBe(false);
  });

  it('stays open with the reason where it is refused', async () => {
    const root = open(async () => {
      throw new Refusal(409, 'web is being updated');
    });
    press(root);
    await vi.waitFor(() => expect(root.querySelector('[role=alert]')?.textContent).toContain('web is being updated'));
    expect(root.querySelector('dialog')?.hasAttribute('open')).toBe(true);
  });

  it('wants the name typed before it does it', () => {
    const act = vi.fn(async () => {});
    const root = open(act, 'web');
    press(root);
    expect(act).not.toHaveBeenCalled();
    const input = root.querySelector('input');
    if (input === null) throw new Error('no field to type into');
    input.value = 'web';
    input.dispatchEvent(new Event('input', { bubbles: true }));
    flushSync();
    press(root);
    expect(act).toHaveBeenCalledOnce();
  });
});

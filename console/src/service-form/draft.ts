import { emptyForm, type ServiceForm } from './model';

const KEY = 'swarmmanager.service-form';

/** Keeps a form over a reload of the page, in this tab only. Secrets' values are no part of a form. */
export class Draft {
  constructor(private readonly storage: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>) {}

  /** What was kept, with defaults for what is not in it; undefined where nothing was. */
  load(): ServiceForm | undefined {
    const text = this.storage.getItem(KEY);
    if (text === null) return undefined;
    try {
      return merged(emptyForm(), JSON.parse(text) as Partial<ServiceForm>);
    } catch {
      this.clear();
      return undefined;
    }
  }

  /** An untouched form is not worth keeping. */
  save(form: ServiceForm): void {
    const text = JSON.stringify(form);
    if (text === JSON.stringify(emptyForm())) this.clear();
    else this.storage.setItem(KEY, text);
  }

  clear(): void {
    this.storage.removeItem(KEY);
  }
}

/** Only keys of the form, and only with values of the same kind: another version may have written it. */
function merged(form: ServiceForm, kept: Partial<ServiceForm>): ServiceForm {
  const entries = Object.entries(form).map(([key, fallback]) => {
    const value: unknown = kept[key as keyof ServiceForm];
    const alike = typeof value === typeof fallback && Array.isArray(value) === Array.isArray(fallback);
    return [key, alike ? value : fallback];
  });
  return Object.fromEntries(entries) as ServiceForm;
}

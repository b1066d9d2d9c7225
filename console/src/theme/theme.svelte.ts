/** Dark, light, or what the system says. `public/theme.js` applies the same choice before the first paint. */

export type Theme = 'system' | 'light' | 'dark';

const KEY = 'theme';

class ThemeChoice {
  current = $state<Theme>(stored());

  choose(theme: Theme): void {
    this.current = theme;
    if (theme === 'system') delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = theme;
    try {
      if (theme === 'system') localStorage.removeItem(KEY);
      else localStorage.setItem(KEY, theme);
    } catch {
      // Without storage the choice holds until the page is left.
    }
  }
}

function stored(): Theme {
  const theme = document.documentElement.dataset.theme;
  return theme === 'light' || theme === 'dark' ? theme : 'system';
}

export const theme = new ThemeChoice();

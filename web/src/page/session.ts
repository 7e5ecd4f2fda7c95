const USER = 'buyq.user';
const TOKEN = 'buyq.token';
const THEME = 'buyq.theme';

export type Theme = 'system' | 'light' | 'dark';

/** Who looks at this page. A credential lasts as long as its tab, and no key is ever kept. */
export const session = {
  get userId(): string {
    return localStorage.getItem(USER) ?? 'user123';
  },
  get token(): string | undefined {
    return sessionStorage.getItem(TOKEN) ?? undefined;
  },
  become(userId: string, token: string): void {
    localStorage.setItem(USER, userId);
    if (token) sessionStorage.setItem(TOKEN, token);
    else sessionStorage.removeItem(TOKEN);
  },
  get theme(): Theme {
    return (localStorage.getItem(THEME) as Theme | null) ?? 'system';
  },
  paint(theme: Theme): void {
    localStorage.setItem(THEME, theme);
    if (theme === 'system') delete document.documentElement.dataset['theme'];
    else document.documentElement.dataset['theme'] = theme;
  },
};

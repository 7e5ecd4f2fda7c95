export type Child = Node | string | false | null | undefined;
type Listener = (event: Event) => void;
type Value = string | number | boolean | undefined | Listener;

/** Make an element; `on…` names are listeners, `false` and undefined leave an attribute out. */
export function h<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag, attributes: Record<string, Value> = {}, ...children: Child[]
): HTMLElementTagNameMap[Tag] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === 'function') element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, '');
    else if (value !== undefined && value !== false) element.setAttribute(name, String(value));
  }
  element.append(...children.filter((child): child is Node | string => child !== false && child != null));
  return element;
}

/** Put other children into a region; who had the focus keeps it, by its id. */
export function draw(region: Element, ...children: Child[]): void {
  const focused = region.contains(document.activeElement) ? document.activeElement?.id : undefined;
  const opened = new Set([...region.querySelectorAll('details[open]')].map(({ id }) => id));
  region.replaceChildren(...children.filter((child): child is Node | string => child !== false && child != null));
  for (const details of region.querySelectorAll('details')) {
    if (details.id && opened.has(details.id)) details.open = true;
  }
  if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
}

/** The element that the page's own HTML has. */
export function byId<Kind extends HTMLElement>(id: string): Kind {
  const found = document.getElementById(id);
  if (!found) throw new Error(`the page has no #${id}`);
  return found as Kind;
}

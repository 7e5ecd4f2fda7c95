import { byId, draw, h } from '../dom.js';
import { type Theme, session } from '../session.js';
import { askCredential } from './credential.js';
import { type OpenApi, operationsOf } from './document.js';
import { fields, folded } from './fields.js';
import { badge, operationCard } from './operation.js';
import { prose } from './prose.js';

function theme(): void {
  const choice = byId<HTMLSelectElement>('theme');
  choice.value = session.theme;
  session.paint(session.theme);
  choice.addEventListener('change', () => session.paint(choice.value as Theme));
}

function show(document: OpenApi): void {
  byId('version').textContent = `Version ${document.info.version}`;
  draw(byId('about'), ...prose(document.info.description));
  askCredential(document);
  const groups = document.tags.map((tag) => ({ ...tag, operations: operationsOf(document, tag.name) }));
  draw(byId('contents'), ...groups.map(({ name, operations }) => h(
    'div', {}, h('h2', {}, name),
    h('ul', {}, ...operations.map(({ operationId, summary, method }) =>
      h('li', {}, h('a', { href: `#${operationId}` }, badge(method), h('span', {}, summary))))),
  )));
  draw(byId('operations-by-tag'), ...groups.map(({ name, description, operations }) => h(
    'section', { class: 'group', 'aria-labelledby': `tag-${name}` },
    h('h2', { id: `tag-${name}` }, name), h('p', { class: 'quiet' }, description),
    ...operations.map((operation) => operationCard(document, operation)),
  )));
  draw(byId('schemas'), ...Object.entries(document.components.schemas).map(([name, schema]) =>
    h('li', {}, folded(name, () => h('div', {}, ...prose(schema.description ?? ''), fields(document, schema))))));
  byId('schemas-section').hidden = false;
}

/** Open what the address names. */
function route(): void {
  const name = decodeURIComponent(location.hash.slice(1));
  for (const link of document.querySelectorAll('#contents a')) {
    if (link.getAttribute('href') === `#${name}`) link.setAttribute('aria-current', 'true');
    else link.removeAttribute('aria-current');
  }
  const card = document.getElementById(name);
  if (!(card instanceof HTMLDetailsElement)) return;
  card.open = true;
  card.scrollIntoView({ block: 'start' });
  card.querySelector('summary')?.focus({ preventScroll: true });
}

async function load(): Promise<void> {
  try {
    const answer = await fetch('/openapi.json', { credentials: 'omit' });
    if (!answer.ok) throw new Error(`status ${answer.status}`);
    show((await answer.json()) as OpenApi);
    route();
  } catch (thrown) {
    byId('load-error').textContent = `The description of the API could not be read: ${String(thrown)}`;
  }
}

theme();
window.addEventListener('hashchange', route);
byId('contents').addEventListener('click', (event) => {
  // A link to where one is changes no address, and is followed all the same.
  const link = event.target instanceof Element ? event.target.closest('a') : null;
  if (link?.getAttribute('href') === location.hash) route();
});
void load();

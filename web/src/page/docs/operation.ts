import { h } from '../dom.js';
import { type Answer, type OpenApi, type Operation, nameOf, parametersOf } from './document.js';
import { codes, described, fields, folded } from './fields.js';
import { marked, prose } from './prose.js';
import { requestForm } from './request.js';
import { choices, resolved } from './schema.js';

/** One operation: what it says of itself beside a form that sends it. Drawn when it is opened. */
export function operationCard(document: OpenApi, operation: Operation): HTMLDetailsElement {
  const card = h(
    'details', { id: operation.operationId, class: 'operation card' },
    h('summary', {},
      h('h3', {}, operation.summary),
      h('span', { class: 'route' }, badge(operation.method), h('code', {}, ...breakable(operation.path)))),
  );
  card.addEventListener('toggle', () => {
    if (!card.open || card.childElementCount > 1) return;
    card.append(h('div', { class: 'open' },
      h('div', { class: 'says' }, ...prose(operation.description ?? ''),
        ...parameters(document, operation), ...body(document, operation), ...answers(document, operation)),
      requestForm(document, operation)));
  });
  return card;
}

export function badge(method: string): HTMLElement {
  return h('span', { class: 'method', 'data-method': method }, method);
}

function breakable(path: string): (string | Node)[] {
  return path.split(/(?<=\/)/).flatMap((part) => [part, h('wbr')]);
}

function parameters(document: OpenApi, operation: Operation): HTMLElement[] {
  const found = parametersOf(document, operation);
  if (!found.length) return [];
  return [h('h4', {}, 'Parameters'), h('ul', { class: 'fields' }, ...found.map((one) =>
    h('li', {}, ...described(one.name, one.schema, one.required === true, one.description))))];
}

function body(document: OpenApi, operation: Operation): HTMLElement[] {
  const schema = operation.requestBody?.content['application/json']?.schema;
  if (!schema) return [];
  const text = resolved(document, schema).description ?? '';
  return [h('h4', {}, 'Body'), ...prose(text), fields(document, schema)];
}

function answers(document: OpenApi, operation: Operation): HTMLElement[] {
  const rows = Object.entries(operation.responses).map(([status, one]) => answer(document, status, one));
  return [h('h4', {}, 'Answers'), h('ul', { class: 'answers' }, ...rows)];
}

function answer(document: OpenApi, status: string, one: Answer): HTMLElement {
  const [media, content] = Object.entries(one.content ?? {})[0] ?? [];
  const schema = content?.schema;
  const code = schema?.properties?.['code'];
  // The codes stand below as a list.
  const text = code ? one.description.replace(/\. Codes: .*$/, '') : one.description;
  const headers = Object.keys(one.headers ?? {});
  return h(
    'li', {},
    h('p', {}, h('strong', { class: 'status-code', 'data-ok': Number(status) < 400 ? 'true' : undefined }, status), ' ', ...marked(text)),
    code && codes(choices(code)),
    headers.length > 1 && h('p', { class: 'quiet limit' }, `Headers: ${headers.join(', ')}`),
    schema && folded(`${nameOf(schema.$ref ?? '')}, ${media}`, () => fields(document, schema)),
  );
}

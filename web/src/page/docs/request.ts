import { draw, h } from '../dom.js';
import { showAnswer } from './answer.js';
import { credentialHeader } from './credential.js';
import { type OpenApi, type Operation, type Parameter, parametersOf } from './document.js';
import { choices, exampleOf } from './schema.js';

type Entry = readonly [Parameter, HTMLInputElement | HTMLSelectElement];

/** A form that sends one operation to this service, and what came back. */
export function requestForm(document: OpenApi, operation: Operation): HTMLElement {
  const { operationId: id, method } = operation;
  const entries: Entry[] = parametersOf(document, operation).map((one) => [one, entry(id, one)]);
  const schema = operation.requestBody?.content['application/json']?.schema;
  const body = schema && h('textarea', {
    id: `${id}-body`, rows: 9, spellcheck: 'false', autocomplete: 'off', autocapitalize: 'off',
  }, JSON.stringify(exampleOf(document, schema), null, 2));
  const answer = h('div', { class: 'answer' });
  const send = h('button', { class: 'primary' }, 'Send');
  const stop = h('button', { type: 'button', class: 'plain', hidden: true }, 'Stop');
  let sending: AbortController | undefined;
  stop.addEventListener('click', () => sending?.abort());

  async function submit(event: Event): Promise<void> {
    event.preventDefault();
    sending?.abort();
    const mine = (sending = new AbortController());
    stop.hidden = false;
    draw(answer, h('p', { class: 'quiet', role: 'status' }, 'Waiting for the answer…'));
    const began = performance.now();
    try {
      const made = new Request(address(operation, entries), {
        method, headers: headers(entries, body), body: body?.value ?? null,
        cache: 'no-store', credentials: 'omit', signal: mine.signal,
      });
      await showAnswer(answer, await fetch(made), began);
    } catch (thrown) {
      if (!mine.signal.aborted) draw(answer, h('p', { class: 'error', role: 'alert' }, `No answer: ${String(thrown)}`));
      else if (sending === mine && !answer.querySelector('.body')) draw(answer);
    } finally {
      if (sending === mine) stop.hidden = true;
    }
  }

  return h(
    'form', { class: 'request', 'aria-label': `Try ${operation.summary}`, autocomplete: 'off', onsubmit: (event) => void submit(event) },
    h('h4', {}, 'Try it'),
    ...entries.map(([one, input]) => h('label', { class: 'field' }, h('span', {}, one.name, h('span', { class: 'quiet' }, ` ${one.in}`)), input)),
    body && h('label', { class: 'field' }, 'Body', body),
    h('div', { class: 'actions' }, send, stop,
      method !== 'GET' && h('span', { class: 'quiet note' }, 'It is sent to this service for real.')),
    answer,
  );
}

function entry(id: string, one: Parameter): HTMLInputElement | HTMLSelectElement {
  const values = choices(one.schema).map(String);
  const told = { id: `${id}-${one.name}`, required: one.required };
  if (values.length) {
    return h('select', told, h('option', { value: '' }, 'Any'), ...values.map((value) => h('option', { value }, value)));
  }
  const placeholder = one.example === undefined ? undefined : String(one.example);
  return h('input', { ...told, placeholder, spellcheck: 'false', autocomplete: 'off' });
}

function address({ path }: Operation, entries: readonly Entry[]): string {
  let filled = path;
  const query = new URLSearchParams();
  for (const [{ name, in: place }, { value }] of entries) {
    if (place === 'path') filled = filled.replace(`{${name}}`, encodeURIComponent(value));
    else if (place === 'query' && value) query.set(name, value);
  }
  return query.size ? `${filled}?${query}` : filled;
}

function headers(entries: readonly Entry[], body: HTMLTextAreaElement | undefined): Headers {
  const found = new Headers({ ...credentialHeader(), ...(body && { 'Content-Type': 'application/json' }) });
  for (const [{ name, in: place }, { value }] of entries) {
    if (place === 'header' && value) found.set(name, value);
  }
  return found;
}

import { draw, h } from '../dom.js';

/** How much of a body is shown, in characters; a stream has no end. */
const SHOWN = 200_000;

/** What came back: status, headers, and the body while it comes. */
export async function showAnswer(region: HTMLElement, answer: Response, began: number): Promise<void> {
  const outcome = answer.ok ? 'good' : 'bad';
  const body = h('pre', { class: 'body', tabindex: 0, role: 'group', 'aria-label': 'Body of the answer' });
  const line = h('p', { class: 'status-line', 'data-outcome': outcome, role: 'status' });
  const status = `${answer.status} ${answer.statusText}`.trim();
  draw(
    region, line,
    h('details', {}, h('summary', {}, 'Headers'),
      h('dl', { class: 'headers' }, ...[...answer.headers].map(([name, value]) =>
        h('div', {}, h('dt', {}, name), h('dd', {}, value))))),
    body,
  );
  const isStream = answer.headers.get('Content-Type')?.startsWith('text/event-stream') === true;
  line.append(h('strong', {}, status), h('span', { class: 'quiet' }, isStream ? 'Open' : `${Math.round(performance.now() - began)} ms`));
  let text = '';
  try {
    for await (const part of parts(answer)) {
      text = (text + part).slice(-SHOWN);
      body.textContent = text;
      if (isStream) body.scrollTop = body.scrollHeight;
    }
  } finally {
    if (isStream) line.lastElementChild?.replaceChildren('Closed');
  }
  if (!isStream) body.textContent = readable(text) || 'No body';
}

async function* parts(answer: Response): AsyncGenerator<string> {
  const reader = answer.body?.getReader();
  const decoder = new TextDecoder();
  while (reader) {
    const { done, value } = await reader.read();
    if (done) return;
    yield decoder.decode(value, { stream: true });
  }
}

function readable(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

import type { BuyClient } from '../client/client.js';
import { asError } from '../client/errors.js';
import type { OverviewData, VenueFigures } from '../generated/record.js';
import { byId, draw, h } from './dom.js';

const EVERY_MS = 3_000;

/** The operator's figures, read again every three seconds while they are looked at. */
export class Operations {
  readonly #client: BuyClient;
  #timer: ReturnType<typeof setInterval> | undefined;

  constructor(client: BuyClient) {
    this.#client = client;
  }

  show(isShown: boolean): void {
    byId('operations').hidden = !isShown;
    clearInterval(this.#timer);
    if (!isShown) return;
    void this.#read();
    this.#timer = setInterval(() => void this.#read(), EVERY_MS);
  }

  async #read(): Promise<void> {
    try {
      const found = await this.#client.overview();
      byId('operations-error').textContent = '';
      draw(byId('figures'), ...figures(found));
      draw(byId('venues'), ...found.venues.map(venue));
      byId('overview').hidden = false;
    } catch (thrown) {
      const { code, message } = asError(thrown);
      const isRefused = code === 'forbidden' || code === 'unauthenticated';
      if (isRefused) {
        byId('overview').hidden = true;
        draw(byId('figures'));
        draw(byId('venues'));
      }
      byId('operations-error').textContent =
        isRefused ? `This view is for operators: it needs a credential with the scope admin. ${message}.` : message;
    }
  }
}

function figures(found: OverviewData): HTMLElement[] {
  const { completed, failed, cancelled } = found.lastDay;
  const rows: [string, number | undefined, string, boolean?][] = [
    ['Queued', found.queued, 'wait for a worker'],
    ['In flight', found.active, 'being bought now'],
    ['Outcome unknown', found.outcomeUnknown, 'asked of the chain until proven', found.outcomeUnknown > 0],
    ['Dead letters', found.deadLetters, 'records that nobody could read', found.deadLetters > 0],
    ['Lag', found.projectionLag, 'events still to be read', (found.projectionLag ?? 0) > 1000],
    ['Connections', found.openSockets, 'to this replica'],
    ['Completed', completed, 'in 24 hours'],
    ['Failed', failed, 'in 24 hours'],
    ['Cancelled', cancelled, 'in 24 hours'],
  ];
  return rows.map(([name, value, note, isBad]) =>
    h('div', { class: 'figure', 'data-bad': isBad ? 'true' : undefined },
      h('dt', {}, name),
      h('dd', {}, h('span', { class: 'number' }, value === undefined ? '–' : value.toLocaleString()),
        h('span', { class: 'quiet' }, note))));
}

function venue({ platform, completed, failed }: VenueFigures): HTMLElement {
  const all = completed + failed;
  const share = all ? `${Math.round((100 * completed) / all)}%` : '–';
  return h('tr', {},
    h('th', { scope: 'row' }, platform || 'before a venue was chosen'),
    ...[completed, failed, share].map((value) => h('td', {}, value.toLocaleString())));
}

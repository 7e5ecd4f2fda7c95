import { createClient } from '../client/client.js';
import type { Connection } from '../live/following.js';
import { sentenceOf } from '../store/outcome.js';
import { BuyStore } from '../store/store.js';
import { buyForm, priceForm } from './buy-form.js';
import { byId } from './dom.js';
import { JobDetail } from './job-detail.js';
import { JobsList } from './jobs-list.js';
import { offerWallets } from './own-wallet.js';
import { Operations } from './operations.js';
import { type Theme, session } from './session.js';

const STATES: Record<Connection['state'], string> = {
  connecting: 'Connecting', live: 'Live', reconnecting: 'Reconnecting', refused: 'Refused', closed: 'Closed',
};

const client = createClient({ token: () => session.token });
const store = new BuyStore(client, session.userId);
const list = new JobsList(client, store);
const detail = new JobDetail(client, store);
const operations = new Operations(client);

function selected(): string | undefined {
  return /^#\/job\/(.+)$/.exec(location.hash)?.[1];
}

function show(): void {
  const { connection } = store.getState();
  const pill = byId('connection');
  pill.dataset['state'] = connection.state;
  pill.title = connection.error?.message ?? connection.transport ?? '';
  byId('connection-text').textContent =
    STATES[connection.state] + (connection.transport === 'sse' ? ' (events)' : '');
  byId('refused').hidden = connection.state !== 'refused';
  byId('refused-why').textContent = connection.error?.message ?? '';
  list.show(selected());
  detail.show(selected());
  announce();
}

/** One live region that stays: what is drawn anew is not read out. */
function announce(): void {
  const job = store.job(selected());
  const text = job ? `${job.progress.progress}%. ${sentenceOf(job.progress, job.result)}` : '';
  const region = byId('announcer');
  if (region.textContent !== text) region.textContent = text;
}

function route(): void {
  const isOperations = location.hash === '#/operations';
  byId('buys').hidden = isOperations;
  byId('to-buys').toggleAttribute('aria-current', !isOperations);
  byId('to-operations').toggleAttribute('aria-current', isOperations);
  operations.show(isOperations);
  show();
}

function identity(): void {
  const dialog = byId<HTMLDialogElement>('identity');
  byId('who').textContent = session.userId;
  byId('open-identity').addEventListener('click', () => {
    byId<HTMLInputElement>('user').value = session.userId;
    dialog.showModal();
  });
  byId('close-identity').addEventListener('click', () => dialog.close());
  byId('retry').addEventListener('click', () => store.retry());
  dialog.addEventListener('submit', (event) => {
    event.preventDefault();
    const token = byId<HTMLInputElement>('credential').value.trim();
    session.become(byId<HTMLInputElement>('user').value.trim(), token);
    location.hash = '#/';
    location.reload(); // nothing of one user stays for the next
  });
}

function theme(): void {
  const choice = byId<HTMLSelectElement>('theme');
  choice.value = session.theme;
  session.paint(session.theme);
  choice.addEventListener('change', () => session.paint(choice.value as Theme));
}

theme();
identity();
buyForm((order) => store.start(order), (jobId) => {
  location.hash = `#/job/${jobId}`;
  if (matchMedia('(max-width: 60rem)').matches) byId('detail').scrollIntoView({ block: 'start' });
});
priceForm(client);
offerWallets(store, show);
window.addEventListener('hashchange', route);
store.subscribe(show);
route();

import type { BuyClient } from '../client/client.js';
import { asError, ApiError } from '../client/errors.js';
import type { BuyOrder } from '../client/order.js';
import { byId } from './dom.js';
import { ownWallet } from './own-wallet.js';
import { units } from './words.js';

/** The fields of an order, by the names that refusals give them. */
const FIELDS: Record<string, string> = {
  tokenAddress: 'token', buyAmount: 'amount', slippage: 'slippage', priorityFee: 'fee',
  wallet: 'wallets', walletPrivateKey: 'key', 'sealedWalletKey.keyId': 'key', signerId: 'signer', platform: 'platform',
};

/** Let the form submit orders; `start` answers once an order is queued. */
export function buyForm(start: (order: BuyOrder) => Promise<string>, done: (jobId: string) => void): void {
  const form = byId<HTMLFormElement>('buy');
  const button = byId<HTMLButtonElement>('submit');
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    clear(form);
    const order = orderOf(new FormData(form));
    // The field is empty before anything is sent: a key stays nowhere on the page.
    byId<HTMLInputElement>('key').value = '';
    button.disabled = true;
    button.textContent = 'Submitting…';
    start(order).then(done, complain).finally(() => {
      button.disabled = false;
      button.textContent = 'Buy';
    });
  });
  form.addEventListener('change', () => {
    const way = new FormData(form).get('way');
    for (const name of ['key', 'signer', 'wallet']) byId(`${name}-row`).hidden = way !== name;
    for (const name of ['key', 'signer']) byId<HTMLInputElement>(name).required = way === name;
  });
}

/** Let the form's second button say what the order would cost, without a wallet. */
export function priceForm(client: BuyClient): void {
  const text = byId('price');
  byId('ask-price').addEventListener('click', () => {
    const form = byId<HTMLFormElement>('buy');
    clear(form);
    text.textContent = 'Asking…';
    const { tokenAddress, buyAmount, slippage } = orderOf(new FormData(form));
    client.quote({ tokenAddress, buyAmount, slippage: slippage ?? null }).then(
      ({ platform, reason, fees, priceImpact }) => {
        const impact = priceImpact === undefined ? '' : `, moving the price by ${priceImpact}%`;
        const cost = BigInt(fees.networkLamports) + BigInt(fees.priorityLamports)
          + BigInt(fees.rentLamports) + BigInt(fees.tipLamports);
        const beside = cost > 0n ? ` Beside the price at most ${units(String(cost), 9)} SOL.` : '';
        text.textContent = `${platform}${impact}.${beside} Why: ${reason}.`;
      },
      (thrown: unknown) => {
        text.textContent = '';
        complain(thrown);
      },
    );
  });
  byId('buy').addEventListener('input', () => (text.textContent = ''));
}

function orderOf(data: FormData): BuyOrder {
  const text = (name: string): string => String(data.get(name) ?? '').trim();
  const number = (name: string): number | undefined => (text(name) ? Number(text(name)) : undefined);
  const ways: Record<string, Partial<BuyOrder>> = {
    signer: { signerId: text('signer') },
    wallet: { custody: 'client', wallet: ownWallet.address },
    key: { walletPrivateKey: text('key') },
  };
  const wallet = ways[text('way')];
  return {
    tokenAddress: text('token'),
    buyAmount: number('amount') ?? 0,
    slippage: number('slippage'),
    priorityFee: number('fee'),
    ...wallet,
  };
}

function clear(form: HTMLFormElement): void {
  byId('form-error').textContent = '';
  for (const field of form.querySelectorAll('[aria-invalid]')) field.removeAttribute('aria-invalid');
}

function complain(thrown: unknown): void {
  const error = asError(thrown);
  byId('form-error').textContent = error.message;
  const id = error instanceof ApiError && error.field ? FIELDS[error.field] : error.code === 'sealing' ? 'key' : undefined;
  const field = id ? document.getElementById(id) : undefined;
  field?.setAttribute('aria-invalid', 'true');
  (field ?? byId('submit')).focus();
}

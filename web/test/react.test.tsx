// @vitest-environment jsdom
import { act, cleanup, configure, render, renderHook, screen, waitFor } from '@testing-library/react';
import { type ReactNode, StrictMode, useEffect } from 'react';
import { renderToString } from 'react-dom/server';
import { afterEach, expect, test } from 'vitest';
import { ExternalBuyProvider, useExternalBuy } from '../src/react/index.js';
import { storeOf } from '../src/store/index.js';
import { FakeServer } from '../src/testing/index.js';
import { MyComponent } from './seed/listing.js';
import { useListing } from './seed/usage.js';

afterEach(cleanup);
configure({ asyncUtilTimeout: 5_000 }); // a busy machine

const ORDER = { tokenAddress: 'So1', buyAmount: 0.1, signerId: 'a' };

function inStrictMode(server: FakeServer, options = {}) {
  const client = server.client(options);
  return ({ children }: { children: ReactNode }) => (
    <StrictMode><ExternalBuyProvider client={client}>{children}</ExternalBuyProvider></StrictMode>
  );
}

function hook(server: FakeServer, userId = 'user123') {
  return renderHook(() => useExternalBuy(userId), { wrapper: inStrictMode(server) }).result;
}

test('the original\'s listing runs: a click, four phases and a result', async () => {
  const server = new FakeServer();
  // The listing's key is no key: what is tested here is not the sealing.
  const Wrapper = inStrictMode(server, { seal: false });
  render(<Wrapper><MyComponent /></Wrapper>);
  const button = screen.getByRole<HTMLButtonElement>('button', { name: 'Buy Token' });
  act(() => button.click());
  expect(button.disabled).toBe(true);
  await waitFor(() => expect(server.jobIds.length).toBe(1));
  const [jobId] = server.jobIds;
  for (const [phase, percent] of [[1, '10'], [2, '35'], [3, '70']] as const) {
    act(() => server.advance(jobId!, phase));
    await waitFor(() => expect(screen.getByRole('progressbar').getAttribute('aria-valuenow')).toBe(percent));
  }
  act(() => server.complete(jobId!));
  await screen.findByText('Result: Success!');
  expect(screen.getByRole('progressbar').getAttribute('aria-valuenow')).toBe('100');
  expect(button.disabled).toBe(false);
  expect(server.jobIds.length).toBe(1);
});

test('the original\'s second listing runs: the call answers the job\'s id', async () => {
  const server = new FakeServer();
  const { result } = renderHook(useListing, { wrapper: inStrictMode(server, { seal: false }) });
  process.env['WALLET_PRIVATE_KEY'] = 'of nobody';
  const jobId = await act(() => result.current.buy());
  delete process.env['WALLET_PRIVATE_KEY'];
  expect(server.jobIds).toEqual([jobId]);
  const { body } = server.requests.find(({ path }) => path.endsWith('/start'))!;
  expect(body).toMatchObject({ userId: 'user123', buyAmount: 0.5, slippage: 5, walletPrivateKey: 'of nobody' });
});

test('an effect that StrictMode runs twice submits once, over one connection', async () => {
  const server = new FakeServer();
  function Buys(): ReactNode {
    const { startExternalBuy, jobs } = useExternalBuy('user123');
    useEffect(() => void startExternalBuy(ORDER), [startExternalBuy]);
    return <p>{jobs.length} jobs</p>;
  }
  const Wrapper = inStrictMode(server);
  render(<Wrapper><Buys /></Wrapper>);
  await screen.findByText('1 jobs');
  expect(server.jobIds.length).toBe(1);
  expect(server.connections).toBe(1);
});

test('the hook follows the job that it started last; `jobs` has them all', async () => {
  const server = new FakeServer();
  const result = hook(server);
  const first = await act(() => result.current.startExternalBuy(ORDER));
  expect(result.current).toMatchObject({ jobId: first, isLoading: true, result: null });
  const second = await act(() => result.current.startExternalBuy({ ...ORDER, buyAmount: 0.2 }));
  act(() => server.complete(first));
  await waitFor(() => expect(result.current.jobs.find((job) => job.jobId === first)?.result).toBeTruthy());
  expect(result.current).toMatchObject({ jobId: second, isLoading: true, result: null });
  act(() => server.fail(second));
  await waitFor(() => expect(result.current.result?.success).toBe(false));
  expect(result.current.isLoading).toBe(false);
  expect(result.current.progress?.buyAmount).toBe(0.2);
});

test('a cut across the result loses nothing', async () => {
  const server = new FakeServer();
  const result = hook(server);
  const jobId = await act(() => result.current.startExternalBuy(ORDER));
  act(() => server.cut());
  act(() => server.complete(jobId));
  await waitFor(() => expect(result.current.connection.state).toBe('live'));
  await waitFor(() => expect(result.current.result?.success).toBe(true));
});

test('what is refused rejects, is in `error`, and is gone with the next order', async () => {
  const server = new FakeServer();
  const result = hook(server);
  await act(() => expect(result.current.cancel()).rejects.toMatchObject({ code: 'job_not_found' }));
  const key = { tokenAddress: 'So1', buyAmount: 0.1, walletPrivateKey: 'none' };
  await act(() => expect(result.current.startExternalBuy(key)).rejects.toMatchObject({ code: 'sealing' }));
  expect(result.current).toMatchObject({ isLoading: false, error: { code: 'sealing' } });
  await act(() => result.current.startExternalBuy(ORDER));
  expect(result.current.error).toBeNull();
  await act(() => result.current.cancel());
});

test('two users do not see each other, and another user is another page', async () => {
  const server = new FakeServer();
  const { result, rerender } = renderHook(({ user }) => useExternalBuy(user), {
    wrapper: inStrictMode(server), initialProps: { user: 'ann' },
  });
  const other = hook(server, 'bob');
  await act(() => result.current.startExternalBuy(ORDER));
  await waitFor(() => expect(result.current.jobs.length).toBe(1));
  expect(other.current.jobs).toEqual([]);
  rerender({ user: 'bob' });
  expect(result.current).toMatchObject({ jobs: [], progress: null, isLoading: false });
});

test('it renders on a server, which connects to nothing', () => {
  const server = new FakeServer();
  const Wrapper = inStrictMode(server);
  expect(renderToString(<Wrapper><MyComponent /></Wrapper>)).toContain('Buy Token');
  expect(server.connections + server.requests.length).toBe(0);
});

test('it shows the buy that was started last, whichever is answered last', async () => {
  const server = new FakeServer();
  const result = hook(server);
  await waitFor(() => expect(result.current.connection.state).toBe('live'));
  let first: (() => void) | undefined;
  server.respond = async (received) => {
    if (received.path.endsWith('/start') && !first) await new Promise<void>((resolve) => (first = resolve));
  };
  let slow: Promise<string> | undefined;
  act(() => { slow = result.current.startExternalBuy(ORDER); });
  await waitFor(() => expect(first).toBeDefined());
  const quick = await act(() => result.current.startExternalBuy({ ...ORDER, buyAmount: 0.2 }));
  expect(result.current.jobId).toBe(quick);
  await act(async () => { first!(); await slow; });
  expect(result.current.jobId).toBe(quick);
  expect(result.current.isLoading).toBe(true);
});

test('a wallet that is gone is not asked', async () => {
  const server = new FakeServer();
  const client = server.client();
  const signer = (): Promise<string> => Promise.resolve('signed');
  const wrapper = ({ children }: { children: ReactNode }) =>
    <ExternalBuyProvider client={client}>{children}</ExternalBuyProvider>;
  const { rerender } = renderHook(
    ({ connected }) => useExternalBuy('user123', connected ? { signer } : {}),
    { wrapper, initialProps: { connected: true } },
  );
  const store = storeOf(client, 'user123');
  expect(store.signer).toBe(signer);
  rerender({ connected: false });
  expect(store.signer).toBeUndefined();
});

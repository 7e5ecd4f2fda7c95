import { useCallback, useEffect, useMemo, useState, useSyncExternalStore } from 'react';
import { type ExternalBuyError, ExternalBuyError as AnyError } from '../client/errors.js';
import type { BuyOrder } from '../client/order.js';
import type { SubmitOptions } from '../client/submitting.js';
import type { Cancel, ExternalBuyProgress, ExternalBuyResult } from '../generated/buys.js';
import type { Connection } from '../live/following.js';
import type { Job } from '../store/job.js';
import { storeOf } from '../store/shared.js';
import { type BuyStore, EMPTY } from '../store/store.js';
import type { Signer } from '../wallet/signer.js';
import { useBuyClient } from './context.js';

export interface ExternalBuyOptions {
  /** Signs for buys with `custody: 'client'` that this page starts. */
  signer?: Signer;
}

export interface ExternalBuy {
  /** Submit a buy and answer its job's id; rejects with an ExternalBuyError. */
  startExternalBuy(order: BuyOrder, options?: SubmitOptions): Promise<string>;
  /** Of the job that this hook started last; null before. */
  progress: ExternalBuyProgress | null;
  /** The same job's end; null until then. */
  result: ExternalBuyResult | null;
  /** Whether that job is being sent or has not ended. */
  isLoading: boolean;
  /** Ask to cancel a job, the last one unless named; rejects with ApiError `too_late` and others. */
  cancel(jobId?: string): Promise<Cancel>;
  /** Why the last thing that was asked for did not work. */
  error: ExternalBuyError | null;
  connection: Connection;
  /** All buys of this user, newest first, each with its own progress and result. */
  jobs: readonly Job[];
  jobId: string | null;
}

/** What a hook has started. */
interface Started {
  store: BuyStore;
  jobId: string | null;
  sending: number;
  /** The number of the start that came last: its answer counts, whenever it comes. */
  newest: number;
}

let starts = 0;

/** Submit and follow a user's buys. Components of one user share one connection. */
export function useExternalBuy(userId: string, options: ExternalBuyOptions = {}): ExternalBuy {
  const client = useBuyClient();
  const store = useMemo(() => storeOf(client, userId), [client, userId]);
  const state = useSyncExternalStore(store.subscribe, store.getState, () => EMPTY);
  const [last, setLast] = useState<Started>({ store, jobId: null, sending: 0, newest: 0 });
  const own = last.store === store ? last : { store, jobId: null, sending: 0, newest: 0 };
  const { signer } = options;
  useEffect(() => {
    if (!signer) return undefined;
    store.signer = signer;
    return () => {
      if (store.signer === signer) store.signer = undefined;
    };
  }, [store, signer]);

  const startExternalBuy = useCallback(
    async (order: BuyOrder, given?: SubmitOptions) => {
      const turn = (starts += 1);
      // The last buy's progress and result are not the next one's.
      setLast((now) => ({
        ...{ store, jobId: null, newest: turn },
        sending: (now.store === store ? now.sending : 0) + 1,
      }));
      let jobId: string | undefined;
      try {
        jobId = await store.start(order, given);
        return jobId;
      } finally {
        setLast((now) => {
          if (now.store !== store) return now; // the page shows another user by now
          const answered = jobId && now.newest === turn ? { jobId } : {};
          return { ...now, sending: now.sending - 1, ...answered };
        });
      }
    },
    [store],
  );
  const cancel = useCallback(
    (jobId?: string) => {
      const named = jobId ?? own.jobId;
      if (named) return store.cancel(named);
      return Promise.reject(new AnyError('job_not_found', 'there is no buy to cancel', false));
    },
    [store, own.jobId],
  );

  const job = state.jobs.find(({ jobId }) => jobId === own.jobId);
  return {
    startExternalBuy,
    progress: job?.progress ?? null,
    result: job?.result ?? null,
    isLoading: own.sending > 0 || (own.jobId !== null && !job?.result),
    cancel,
    error: state.error ?? null,
    connection: state.connection,
    jobs: state.jobs,
    jobId: own.jobId,
  };
}

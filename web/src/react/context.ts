import { type ReactNode, createContext, createElement, useContext } from 'react';
import type { BuyClient } from '../client/client.js';
import { defaultClient } from '../store/shared.js';

const Context = createContext<BuyClient | undefined>(undefined);

/** Give the hooks below another client than the default one. */
export function ExternalBuyProvider(props: { client: BuyClient; children?: ReactNode }): ReactNode {
  return createElement(Context.Provider, { value: props.client }, props.children);
}

export function useBuyClient(): BuyClient {
  return useContext(Context) ?? defaultClient();
}

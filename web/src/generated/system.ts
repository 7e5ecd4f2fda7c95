// Generated from the OpenAPI document by `just types`. Do not edit.

/** Whether a part that a buy needs answers. */
export interface Check {
  ok: boolean;
  /** Why it does not. */
  why?: string;
}

/** How many sockets are open, and how far the relay has read. */
export interface Connections {
  success: true;
  data: ConnectionsData;
}

/** The sockets of this process. */
export interface ConnectionsData {
  /** Open sockets. */
  connections: number;
  /** Buys that can still change. */
  openBuys: number;
  /** For each partition the offset of the next event to relay. */
  positions: Record<string, number>;
}

/** This document. */
export interface Document {
  openapi: '3.1.0';
}

/** The general health. */
export interface Health {
  success: boolean;
  status: 'ok' | 'degraded';
  /** For how long this process has been up, in ms. */
  uptimeMs: number;
  checks: Record<string, Check>;
}

/** Where to go from here. */
export interface Index {
  success: true;
  name: string;
  /** Method and path of each route, by what it is for. */
  routes: Record<string, string>;
}

/** The process answers. */
export interface Live {
  success: true;
  status: 'live';
}

/** Whether a buy could be taken and followed now. */
export interface Ready {
  success: boolean;
  status: 'ready' | 'not_ready';
  checks: Record<string, Check>;
}

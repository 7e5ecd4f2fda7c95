/** Numbers, times and names for people. Pure. */

export function shorten(text: string, ends = 4): string {
  return text.length > 2 * ends + 3 ? `${text.slice(0, ends)}…${text.slice(-ends)}` : text;
}

export function clock(rfc3339: string): string {
  return new Date(rfc3339).toLocaleTimeString([], {
    hour: '2-digit', minute: '2-digit', second: '2-digit', fractionalSecondDigits: 3, hour12: false,
  });
}

export function moment(rfc3339: string | undefined): string {
  if (!rfc3339) return '';
  const date = new Date(rfc3339);
  const today = new Date().toDateString() === date.toDateString();
  return today
    ? date.toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' })
    : date.toLocaleDateString([], { day: 'numeric', month: 'short', year: 'numeric' });
}

export function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(ms < 10_000 ? 2 : 0)} s`;
}

/** Write base units with their decimals, exactly. */
export function units(amount: string, decimals: number): string {
  const digits = amount.padStart(decimals + 1, '0');
  const whole = digits.slice(0, digits.length - decimals).replace(/\B(?=(\d{3})+$)/g, ',');
  const part = digits.slice(digits.length - decimals).replace(/0+$/, '');
  return part ? `${whole}.${part}` : whole;
}

const EVENTS: Record<string, string> = {
  BuyRequested: 'Requested',
  BuyCancelled: 'Cancel asked for',
  PhaseAdvanced: 'Phase reached',
  BuyQuoted: 'Quoted',
  SignatureRequested: 'Wallet asked to sign',
  SignatureAnswered: 'Wallet answered',
  SignatureFound: 'Sent by the wallet itself',
  SignatureExpired: 'Request expired, with proof',
  BuySigned: 'Signed, written ahead',
  BuySent: 'Sent to the chain',
  BuyUndecided: 'Outcome unknown',
  BuyExpired: 'Expired, with proof',
  AttemptFailed: 'Attempt failed',
  BuyCompleted: 'Completed',
  BuyFailed: 'Failed',
  BuyStopped: 'Stopped',
  BuyFinalized: 'Finalized',
};

/** Name an event of the log; one that this page does not know keeps its own name. */
export function eventName(type: string): string {
  return EVENTS[type] ?? type.replace(/(?<=[a-z])(?=[A-Z])/g, ' ');
}

/** Say in a few words what an event's own fields say; empty where its name says it all. */
export function eventText(type: string, data: Record<string, unknown>): string {
  const text = (name: string): string => String(data[name] ?? '');
  switch (type) {
    case 'PhaseAdvanced':
      return `${text('phase')} of 4 · ${text('title')}`;
    case 'BuyQuoted':
      return `${text('platform')} · ${text('reason')}`;
    case 'SignatureAnswered':
      return text('signature') ? `signed · ${shorten(text('signature'), 6)}` : 'refused';
    case 'SignatureFound':
    case 'BuySigned':
    case 'BuySent':
      return `attempt ${text('attempt')} · ${shorten(text('signature'), 6)}`;
    case 'BuyFailed':
    case 'AttemptFailed':
      return text('error');
    case 'BuyCompleted':
      return `slot ${text('slot')} · ${units(text('lamportsSpent'), 9)} SOL`;
    case 'BuyRequested':
      return `${units(text('lamports'), 9)} SOL · ${text('platform')}`;
    default:
      return '';
  }
}

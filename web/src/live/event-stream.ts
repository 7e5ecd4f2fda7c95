/** One event of a stream, as the HTML standard reads it; `retry` is not used. */
export interface StreamEvent {
  name: string;
  data: string;
  id: string | undefined;
}

/** Takes a `text/event-stream` apart, however its bytes were cut. */
export class EventStream {
  readonly #decoder = new TextDecoder();
  #rest = '';
  #event: { name: string; data: string[]; id: string | undefined } = fresh();

  /** Answer the events that these bytes complete. */
  take(bytes: Uint8Array): StreamEvent[] {
    this.#rest += this.#decoder.decode(bytes, { stream: true });
    const lines = this.#rest.split(/\r\n|\n|\r(?!$)/);
    this.#rest = lines.pop()!;
    return lines.flatMap((line) => this.#line(line));
  }

  #line(line: string): StreamEvent[] {
    if (line === '') return this.#complete();
    const [, field, value] = /^([^:]*):? ?(.*)$/s.exec(line)!;
    if (field === 'event') this.#event.name = value!;
    if (field === 'data') this.#event.data.push(value!);
    if (field === 'id') this.#event.id = value!;
    return [];
  }

  #complete(): StreamEvent[] {
    const { name, data, id } = this.#event;
    this.#event = fresh();
    return data.length ? [{ name: name || 'message', data: data.join('\n'), id }] : [];
  }
}

function fresh(): { name: string; data: string[]; id: undefined } {
  return { name: '', data: [], id: undefined };
}

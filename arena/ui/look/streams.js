// A stream of results that ends without a word: Gradio would throw where a page is left, and wait for ever where the server went away.
// Where something was still to come, the page loads again; where words would be lost with it, a line says what to do.
(() => {
  const EVENT = /\/gradio_api\/queue\/join\b/;
  const STREAM = /\/gradio_api\/queue\/data\b/;
  const SILENCE = 60_000; // milliseconds after which a stream has died; the server says something every 15 s
  const WORDS = "textarea, input[type=text]:not([readonly], [role=listbox])";
  const send = window.fetch;
  const told = (message) => new TextEncoder().encode(`data: ${JSON.stringify(message)}\n\n`);
  const CLOSED = { msg: "close_stream" };
  const LOST = "The connection broke off.";
  const BROKEN = { msg: "unexpected_error", message: LOST };
  const begun = new Set();
  const ended = new Set(); // an event may end before the page knows its name
  const isAwaited = () => [...begun].some((event) => !ended.has(event));
  const hasWords = () => [...document.querySelectorAll(WORDS)].some((field) => field.value && field.checkVisibility());

  // What comes next; nothing where the stream ends, breaks off or is silent for too long.
  async function chunk(reader) {
    let timer;
    const silent = new Promise((resolve) => { timer = setTimeout(resolve, SILENCE, {}); });
    const { value } = await Promise.race([reader.read().catch(() => ({})), silent]);
    clearTimeout(timer);
    return value;
  }

  // Gives whole messages, and nothing at the end: half of one would run into what is told next.
  function messages(reader) {
    const decoder = new TextDecoder();
    let rest = "";
    return async () => {
      for (;;) {
        const end = rest.lastIndexOf("\n\n") + 2;
        if (end > 1) {
          const whole = rest.slice(0, end);
          rest = rest.slice(end);
          return whole;
        }
        const more = await chunk(reader);
        if (!more) return "";
        rest += decoder.decode(more, { stream: true });
      }
    };
  }

  // Notes which events end; whether the server itself breaks off.
  function breaksOff(whole) {
    const lines = whole.split("\n");
    lines.filter((line) => line.includes('"process_completed"')).forEach((line) => ended.add(JSON.parse(line.slice(5)).event_id));
    return lines.some((line) => line.includes('"msg":"unexpected_error"'));
  }

  function calm(answer, signal) {
    const reader = answer.body.getReader();
    const next = messages(reader);
    signal.addEventListener("abort", () => { reader.cancel().catch(() => {}); });
    const body = new ReadableStream({
      async pull(rest) {
        const whole = await next();
        if (whole && !breaksOff(whole)) return rest.enqueue(new TextEncoder().encode(whole));
        if (!signal.aborted && isAwaited()) await lost(rest);
        if (!signal.aborted) rest.enqueue(told(CLOSED));
        rest.close();
      },
      cancel: () => reader.cancel(),
    });
    return new Response(body, { headers: answer.headers });
  }

  // Until the page loads again nothing ends, so that Gradio says nothing of its own.
  async function lost(rest) {
    if (!hasWords()) {
      window.arenaConnection.reload(LOST);
      await new Promise(() => {});
    }
    window.arenaConnection.tell(`${LOST} Try again, or load the page again.`);
    begun.clear();
    rest.enqueue(told(BROKEN));
  }

  window.fetch = async (...request) => {
    const [asked] = request;
    if (asked instanceof Request && STREAM.test(asked.url)) {
      const answer = await send(new Request(asked, { signal: null }));
      return calm(answer.ok ? answer : new Response(""), asked.signal);
    }
    const answer = await send(...request);
    if (EVENT.test(asked) && answer.ok) begun.add((await answer.clone().json()).event_id);
    return answer;
  };
})();

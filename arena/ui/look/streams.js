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

  // Notes which events end; true where the server itself breaks off.
  function listener() {
    const decoder = new TextDecoder();
    let rest = "";
    return (chunk) => {
      const lines = (rest + decoder.decode(chunk, { stream: true })).split("\n");
      rest = lines.pop();
      lines.filter((line) => line.includes('"process_completed"')).forEach((line) => ended.add(JSON.parse(line.slice(5)).event_id));
      return lines.some((line) => line.includes('"msg":"unexpected_error"'));
    };
  }

  // What comes next; the end where nothing does any more.
  async function next(reader, breaksOff) {
    let timer;
    const silent = new Promise((resolve) => { timer = setTimeout(resolve, SILENCE, { done: true }); });
    const heard = await Promise.race([reader.read().catch(() => ({ done: true })), silent]);
    clearTimeout(timer);
    return heard.value && breaksOff(heard.value) ? { done: true } : heard;
  }

  function calm(answer, signal) {
    const reader = answer.body.getReader();
    const breaksOff = listener();
    signal.addEventListener("abort", () => { reader.cancel().catch(() => {}); });
    const body = new ReadableStream({
      async pull(rest) {
        const { done, value } = await next(reader, breaksOff);
        if (!done) return rest.enqueue(value);
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

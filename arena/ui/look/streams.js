// A stream of results that ends without a word: Gradio would throw where a page is left, and wait for ever where the server went away.
(() => {
  const STREAM = /\/gradio_api\/queue\/data\b/;
  const send = window.fetch;
  const told = (message) => new TextEncoder().encode(`data: ${JSON.stringify(message)}\n\n`);
  const CLOSED = { msg: "close_stream" };
  const BROKEN = { msg: "unexpected_error", message: "The connection broke off; try again." };

  function calm(answer, signal) {
    const reader = answer.body.getReader();
    signal.addEventListener("abort", () => { reader.cancel().catch(() => {}); });
    const body = new ReadableStream({
      async pull(rest) {
        const { done, value } = await reader.read().catch(() => {
          rest.enqueue(told(BROKEN));
          return { done: true };
        });
        if (!done) return rest.enqueue(value);
        if (!signal.aborted) rest.enqueue(told(CLOSED));
        rest.close();
      },
      cancel: () => reader.cancel(),
    });
    return new Response(body, answer);
  }

  window.fetch = async (...request) => {
    const [stream] = request;
    if (!(stream instanceof Request) || !STREAM.test(stream.url)) return send(...request);
    const answer = await send(new Request(stream, { signal: null }));
    return answer.body ? calm(answer, stream.signal) : answer;
  };
})();

// Gradio breaks its stream off when a page is left, and leaves what that throws to the console. Here a stream that is broken off ends.
(() => {
  const STREAM = /\/gradio_api\/queue\/data\b/;
  const send = window.fetch;

  function ending(answer, signal) {
    const reader = answer.body.getReader();
    signal.addEventListener("abort", () => { reader.cancel().catch(() => {}); });
    const body = new ReadableStream({
      async pull(rest) {
        const { done, value } = await reader.read();
        done ? rest.close() : rest.enqueue(value);
      },
      cancel: () => reader.cancel(),
    });
    return new Response(body, answer);
  }

  window.fetch = async (...request) => {
    const [stream] = request;
    if (!(stream instanceof Request) || !STREAM.test(stream.url)) return send(...request);
    const answer = await send(new Request(stream, { signal: null }));
    return answer.body ? ending(answer, stream.signal) : answer;
  };
})();

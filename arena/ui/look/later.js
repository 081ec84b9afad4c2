// An event that does not come through, or that the arena does not let in yet, is sent again; until then a line says so. The same
// for the stream that brings what comes of it. The arena knows an event that it has by its key, and does nothing twice.
(() => {
  const EVENTS = /\/gradio_api\/queue\/(join|data)\b/;
  const FULL = "One moment: there is no room for this yet.";
  const GONE = "The arena cannot be reached at the moment.";
  const SLOW = "The arena has not answered yet; the page still waits.";
  const send = window.fetch;
  const { tell } = window.arenaConnection;
  const due = new Map(); // when each event that waits is sent again -> why it waits

  function show() {
    if (!due.size) return tell("");
    const [time, why] = [...due].sort(([one], [other]) => one - other)[0];
    tell(why, `The page tries again by itself in ${Math.max(0, Math.ceil((time - Date.now()) / 1000))} s.`);
  }

  async function wait(seconds, why) {
    // Others of the same address were told the same moment.
    const milliseconds = 1000 * seconds * (1 + Math.random() / 10);
    const time = new Date(Date.now() + milliseconds);
    due.set(time, why);
    show();
    const counting = setInterval(show, 250);
    await new Promise((resolve) => {
      setTimeout(resolve, milliseconds);
      if (why === GONE) addEventListener("online", resolve, { once: true });
    });
    clearInterval(counting);
    due.delete(time);
    show();
  }

  // An answer; none where the connection broke off.
  async function sent(request) {
    const slow = setTimeout(() => { if (!due.size) tell(SLOW); }, 10_000);
    try {
      return await send(...request);
    } catch (error) {
      if (error.name === "AbortError") throw error;
      return null;
    } finally {
      clearTimeout(slow);
      show();
    }
  }

  const key = () => [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");

  window.fetch = async (...request) => {
    const [asked, settings] = request;
    if (!EVENTS.test(asked instanceof Request ? asked.url : asked)) return send(...request);
    if (settings?.method === "POST") {
      const headers = new Headers(settings.headers);
      headers.set("Idempotency-Key", key());
      request[1] = { ...settings, headers };
    }
    for (let pause = 2; ; pause = Math.min(2 * pause, 30)) {
      const answer = await sent(request);
      if (answer && answer.status !== 429 && answer.status < 500) return answer;
      await wait(Number(answer?.headers.get("retry-after")) || pause, answer?.status === 429 ? FULL : GONE);
    }
  };
})();

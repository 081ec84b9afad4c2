// An event that the arena does not let in yet is sent again when it may come; until then a line says so.
(() => {
  const EVENTS = /\/gradio_api\/queue\/join\b/;
  const send = window.fetch;
  const due = new Set(); // when each event that waits is sent again
  let line;

  function show() {
    if (!line) {
      line = Object.assign(document.createElement("p"), { id: "later" });
      line.setAttribute("role", "status");
      line.innerHTML = 'One moment: there is no room for this yet. <span aria-hidden="true"></span>';
      document.body.append(line);
    }
    line.hidden = !due.size;
    if (line.hidden) return;
    const seconds = Math.max(0, Math.ceil((Math.min(...due) - Date.now()) / 1000));
    line.querySelector("span").textContent = `The page tries again by itself in ${seconds} s.`;
  }

  async function wait(seconds) {
    // Others of the same address were told the same moment.
    const milliseconds = 1000 * seconds * (1 + Math.random() / 10);
    const time = new Date(Date.now() + milliseconds);
    due.add(time);
    show();
    const counting = setInterval(show, 250);
    await new Promise((resolve) => { setTimeout(resolve, milliseconds); });
    clearInterval(counting);
    due.delete(time);
    show();
  }

  window.fetch = async (...request) => {
    for (;;) {
      const answer = await send(...request);
      const seconds = Number(answer.headers.get("retry-after"));
      if (answer.status !== 429 || !seconds || !EVENTS.test(answer.url)) return answer;
      await wait(seconds);
    }
  };
})();

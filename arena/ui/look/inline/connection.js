// A connection that breaks off, or a part of the page that never came: one line says so, and the page loads again once the arena
// answers. This stands in the page itself, for any of its files may be what is missing.
window.arenaConnection = (() => {
  const EVERY = 2000; // milliseconds between two questions whether the arena answers
  const CALM = 20_000; // no page loads again by itself sooner after it did so
  let line;
  let reloads = false;
  const sleep = (milliseconds) => new Promise((resolve) => { setTimeout(resolve, milliseconds); });

  // What the line says, and what counts down behind it, which is not read aloud. No text hides it.
  function tell(text, counting = "") {
    if (!document.body) return addEventListener("DOMContentLoaded", () => tell(text, counting));
    if (!text && (reloads || !line)) return;
    if (!line) {
      line = Object.assign(document.createElement("p"), { id: "later", innerHTML: '<span></span> <span aria-hidden="true"></span>' });
      line.setAttribute("role", "status");
      document.body.append(line);
    }
    line.hidden = !text;
    if (line.firstChild.textContent !== text) line.firstChild.textContent = text;
    line.lastChild.textContent = counting;
  }
  const isTold = () => Boolean(line && !line.hidden);

  // Not ready is an answer, too; what a proxy says in place of the arena is none.
  async function answers() {
    const answer = await fetch("healthz", { cache: "no-store", signal: AbortSignal.timeout(10_000) }).catch(() => null);
    return Boolean(answer?.headers.get("content-type")?.includes("json"));
  }
  async function reload(why) {
    if (reloads) return;
    reloads = true;
    await sleep(300); // a page that is left breaks off what it reads, too
    tell(`${why} The page loads again by itself as soon as it can.`);
    const again = performance.getEntriesByType("navigation")[0]?.type === "reload";
    await sleep(Math.max(EVERY, again ? CALM - performance.now() : 0));
    while (!(await answers())) await sleep(EVERY);
    location.reload();
  }

  const incomplete = () => reload("A part of this page did not come through.");
  addEventListener("error", ({ target }) => { if (target.matches?.("script[src], link[rel=stylesheet]")) incomplete(); }, true);
  addEventListener("vite:preloadError", incomplete); // parts that Gradio loads by itself

  // Lets go of what a page holds while it waits for an answer that never comes; not while the line says what it waits for.
  const unanswered = (letGo) => setInterval(() => { if (!isTold()) letGo(); }, 15_000);
  return { tell, reload, unanswered };
})();

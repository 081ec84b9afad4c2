// What the pages of submissions do in the browser: they follow what goes on, and take the reader along.
window.submissions = (() => {
  const EVERY = 3000; // milliseconds between two questions whether anything has changed
  const find = (selector) => document.querySelector(selector);
  const calm = () => matchMedia("(prefers-reduced-motion: reduce)").matches;
  let due = 0;

  // Only the number of the last change is asked for; the page itself only where that is another one than it was made of.
  async function follow() {
    const shown = find("[data-follow]");
    if (!shown || document.hidden || Date.now() < due) return;
    due = Date.now() + EVERY;
    try {
      const answer = await fetch("submissions-revision");
      if (answer.status === 429) due = Date.now() + 1000 * Number(answer.headers.get("retry-after") || 30);
      if (!answer.ok) return;
      const revision = (await answer.text()).trim();
      if (shown.isConnected && /^\d+$/.test(revision) && revision !== shown.dataset.follow) find("#refresh-submissions")?.click();
    } catch { /* the server is started again, perhaps */ }
  }
  setInterval(follow, 1000);
  document.addEventListener("visibilitychange", follow);

  // After a step the reader is taken to its heading, where there is one.
  const moved = (selector) => requestAnimationFrame(() => requestAnimationFrame(() => {
    const title = find(selector);
    if (!title) return;
    document.querySelectorAll(".permanent a").forEach((link) => { link.textContent = link.href; });
    title.focus({ preventScroll: true });
    find("#steps")?.scrollIntoView({ block: "start", behavior: calm() ? "auto" : "smooth" });
  }));

  // In a frame of another site the Hub's own pages have no room, and its cookies may be kept away.
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("a.sign-in");
    if (link && self !== top) link.target = "_blank";
  }, true);
  return { moved };
})();

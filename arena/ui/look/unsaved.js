// Under every page of an arena that saves elsewhere what it stores: how much is not saved yet, and for how long.
(() => {
  const EVERY = 15_000;
  let toldAt = -EVERY;

  async function tell(line) {
    const answer = await fetch("healthz", { cache: "no-store" }).catch(() => null); // a server that is gone is told elsewhere
    const unsaved = (await answer?.json().catch(() => null))?.unsaved;
    if (!unsaved) return;
    const facts = unsaved.facts === 1 ? "1 fact is" : `${unsaved.facts.toLocaleString("en")} facts are`;
    line.textContent = unsaved.facts ? `${facts} not saved yet, the oldest for ${Math.round(unsaved.seconds)} s.` : "Everything is saved.";
  }

  const looking = setInterval(() => {
    const line = document.getElementById("unsaved");
    if (!line && document.querySelector("#foot .foot")) clearInterval(looking); // this arena saves nowhere else
    if (!line || document.hidden || performance.now() - toldAt < EVERY) return;
    toldAt = performance.now();
    tell(line);
  }, 1000);
})();

// What the pages of fresh pairs do in the browser: who this is, uploads, the region, before and after, one verdict at a time.
window.freshPairs = (() => {
  const find = (selector) => document.querySelector(selector);

  // --- who this is -----------------------------------------------------------------------------------------------------
  // A number of this browser's own, so that nobody reviews what they proposed themselves. It is told to the arena alone.
  const KEY = "minimal-pair-arena-browser";
  let own = "";
  function known() {
    try {
      own ||= localStorage.getItem(KEY) ?? "";
    } catch { /* an embedding page may forbid it; the number then lasts as long as this page */ }
    return own;
  }
  function browser() {
    if (!/^[0-9a-f]{32}$/.test(known())) {
      own = [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
      try { localStorage.setItem(KEY, own); } catch { /* see above */ }
    }
    return own;
  }

  // What the operator's link gave this browser to review with: /review#token=…, of which no server and no log hears, or ?token=….
  // It leaves the address at once.
  const TOKEN = "minimal-pair-arena-review-token";
  let token = "";
  function reviewToken() {
    const url = new URL(location.href);
    const sent = new URLSearchParams(url.hash.slice(1)).get("token") ?? url.searchParams.get("token");
    if (sent !== null) {
      token = sent;
      url.hash = "";
      url.searchParams.delete("token");
      history.replaceState(null, "", url);
      try { localStorage.setItem(TOKEN, token); } catch { /* it then lasts as long as this page */ }
    }
    try { token ||= localStorage.getItem(TOKEN) ?? ""; } catch { /* see above */ }
    return token;
  }
  const reviewer = () => [browser(), reviewToken()];
  // The page opens with the pair that its address names.
  const reviewing = () => [new URLSearchParams(location.search).get("pair") ?? "", ...reviewer()];

  // --- uploads ---------------------------------------------------------------------------------------------------------
  let picture = "";
  const uploaded = () => picture;
  async function upload(file) {
    const line = find("#upload-line");
    if (!file || !line) return;
    if (file.size > line.dataset.largest * 2 ** 20) {
      line.textContent = `Picture: the file is larger than ${line.dataset.largest} MB; choose a smaller one.`;
      return;
    }
    const terms = [...document.querySelectorAll("#upload-terms input")];
    const missing = terms.find((box) => !box.checked);
    if (missing) {
      line.textContent = "Tick all of the boxes first.";
      missing.focus();
      return;
    }
    const headers = { "Arena-Browser": browser(), "Arena-Agreed": terms.map((box) => box.name).join() };
    line.textContent = "Uploading …";
    try {
      const told = await (await fetch("picture", { method: "POST", body: file, headers })).json();
      line.textContent = told.error ?? "";
      if (!told.picture) return;
      terms.forEach((box) => { box.checked = false; }); // they speak of one picture
      picture = told.picture;
      find("#uploaded").click();
    } catch {
      line.textContent = "The picture did not come through; try again.";
    }
  }

  // --- the region ------------------------------------------------------------------------------------------------------
  const EDGES = { start: ["left", "top"], end: ["right", "bottom"] };
  const LEAST = 0.05; // width and height of the smallest region
  const STEPS = { ArrowLeft: [-0.01, 0], ArrowRight: [0.01, 0], ArrowUp: [0, -0.01], ArrowDown: [0, 0.01] };
  const edge = (box, name) => Number(box.style.getPropertyValue(`--${name}`));
  function move(corner, x, y) {
    const box = corner.closest(".region");
    const starts = corner.dataset.corner === "start";
    const others = EDGES[starts ? "end" : "start"];
    [x, y].forEach((to, axis) => {
      const other = edge(box, others[axis]);
      const [low, high] = starts ? [0, Math.max(0, other - LEAST)] : [Math.min(1, other + LEAST), 1];
      box.style.setProperty(`--${EDGES[corner.dataset.corner][axis]}`, Math.min(high, Math.max(low, to)).toFixed(4));
    });
  }
  const region = () => {
    const box = find("#source .region");
    return box ? ["left", "top", "right", "bottom"].map((name) => edge(box, name)).join(",") : "";
  };
  // The last two things that are asked with an edit are known to the browser alone.
  const asked = (...given) => [...given.slice(0, -2), region(), browser()];

  // A finished pair is shown; whoever made it is taken there. Where nothing came of it, the button that was pressed has the focus
  // again, which it lost while it could not be used.
  const calm = () => matchMedia("(prefers-reduced-motion: reduce)").matches;
  const made = () => requestAnimationFrame(() => requestAnimationFrame(() => {
    const title = find("#verdict-title");
    (title ?? find("#generate")).focus({ preventScroll: true });
    if (title) find("#pair").scrollIntoView({ block: "start", behavior: calm() ? "auto" : "smooth" });
  }));

  // --- one verdict at a time -------------------------------------------------------------------------------------------
  // A second key must not judge the pair that the first one brings.
  let waiting;
  let pressed = null;
  const held = (stay) => document.querySelectorAll("#bar button").forEach((button) => { button.inert = stay; });
  function judged(...given) {
    pressed = document.activeElement?.closest("#bar button");
    held(true);
    clearInterval(waiting);
    waiting = window.arenaConnection.unanswered(() => held(false));
    return [...given.slice(0, -2), ...reviewer()];
  }
  function shown() {
    clearInterval(waiting);
    held(false);
    pressed?.focus({ preventScroll: true }); // what is held loses the focus
    scrollTo({ top: 0 });
  }

  // Opened over the page that is open already, the operator's link loads nothing by itself.
  addEventListener("hashchange", () => { if (/[#&]token=/.test(location.hash)) location.reload(); });

  // --- listeners -------------------------------------------------------------------------------------------------------
  document.addEventListener("change", (event) => {
    if (event.target.id !== "picture-file") return;
    upload(event.target.files[0]);
    event.target.value = ""; // so that the same file can be chosen again
  });
  document.addEventListener("dragover", (event) => { if (find("#upload-line")) event.preventDefault(); });
  document.addEventListener("drop", (event) => {
    if (!find("#upload-line")) return;
    event.preventDefault();
    upload(event.dataTransfer.files[0]);
  });
  document.addEventListener("pointerdown", (event) => {
    if (event.target.matches?.(".corner")) event.target.setPointerCapture(event.pointerId);
  });
  document.addEventListener("pointermove", (event) => {
    if (!event.target.matches?.(".corner") || !event.target.hasPointerCapture(event.pointerId)) return;
    const frame = event.target.closest(".frame").getBoundingClientRect();
    move(event.target, (event.clientX - frame.left) / frame.width, (event.clientY - frame.top) / frame.height);
  });
  document.addEventListener("keydown", (event) => {
    const step = STEPS[event.key];
    if (!step || !event.target.matches?.(".corner")) return;
    event.preventDefault();
    const box = event.target.closest(".region");
    const [x, y] = EDGES[event.target.dataset.corner].map((name) => edge(box, name));
    move(event.target, x + step[0], y + step[1]);
  });
  document.addEventListener("input", (event) => {
    const figure = event.target.closest?.(".compare");
    if (figure) figure.style.setProperty("--at", event.target.value);
  });
  return { browser, known, reviewer, reviewing, uploaded, asked, made, judged, shown };
})();

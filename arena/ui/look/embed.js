// The arena in a frame of another site: its height is told to that site, links stay in the frame, and the rest of it opens in a new
// tab. On the arena's own pages: the snippet that puts one of them into a frame.
(() => {
  const root = document.documentElement;
  const embedded = root.classList.contains("embed");
  const OWN = ["embed", "theme", "__theme"]; // what the address says of the frame alone
  const TITLES = { battle: "A battle in the Minimal-Pair Arena", board: "The board of the Minimal-Pair Arena", model: "A model in the Minimal-Pair Arena" };
  const TYPE = "minimal-pair-arena";

  // The address of what the page shows now, on a page of its own.
  function fullAddress() {
    const url = new URL(location.href);
    OWN.forEach((name) => url.searchParams.delete(name));
    url.hash = "";
    return url;
  }

  // --- in a frame ------------------------------------------------------------------------------------------------------
  function tellHeight() {
    let last = 0;
    const tell = () => {
      const content = document.querySelector(".main.app");
      const height = content ? Math.ceil(content.getBoundingClientRect().bottom + scrollY) : 0;
      if (!height || height === last) return;
      last = height;
      parent.postMessage({ type: TYPE, height }, "*");
    };
    new ResizeObserver(tell).observe(document.body);
    new MutationObserver(() => requestAnimationFrame(tell)).observe(root, { childList: true, subtree: true });
    addEventListener("load", tell, true); // of pictures, too
    addEventListener("toggle", () => requestAnimationFrame(tell), true);
  }

  function addLine() {
    if (document.getElementById("embed-line") || !document.querySelector("#foot")) return;
    const line = Object.assign(document.createElement("p"), { id: "embed-line" });
    line.innerHTML = '<a target="_blank" rel="noopener">Minimal-Pair Arena: the full page</a>';
    document.querySelector("#foot").prepend(line);
    line.firstChild.href = fullAddress();
  }

  // A page of the arena stays in the frame, and in its look; anything else gets a tab of its own.
  function follow(link) {
    if (link.closest("#embed-line")) {
      link.href = fullAddress();
      return;
    }
    const url = new URL(link.href);
    const home = new URL("./", document.baseURI);
    if (url.origin !== home.origin || !url.pathname.startsWith(home.pathname)) {
      link.target = "_blank";
      link.rel = "noopener";
      return;
    }
    if (link.getAttribute("href").startsWith("#") || link.hasAttribute("download")) return;
    const own = new URLSearchParams(location.search);
    OWN.filter((name) => own.has(name)).forEach((name) => url.searchParams.set(name, own.get(name)));
    link.href = url;
  }

  // A frame may be taller than the window, and a dialog in its middle be out of sight: it comes up where the reader pressed.
  let pressed = 0;
  function bringUp() {
    const dialog = document.querySelector("dialog[open]");
    if (!dialog) return;
    const top = Math.max(8, Math.min(pressed - dialog.offsetHeight / 2, innerHeight - dialog.offsetHeight - 8));
    dialog.style.margin = `${top}px auto auto`;
  }

  if (embedded) {
    tellHeight();
    new MutationObserver(addLine).observe(root, { childList: true, subtree: true });
    document.addEventListener("click", (event) => {
      const link = event.target.closest?.("a[href]");
      if (link) follow(link);
      const box = event.target.closest?.("button, a")?.getBoundingClientRect();
      pressed = box ? box.top : pressed;
      requestAnimationFrame(bringUp);
    }, true);
  }

  // --- the snippet -----------------------------------------------------------------------------------------------------
  function snippet(kind, theme) {
    const url = fullAddress();
    const battle = document.querySelector("#reveal [data-battle]")?.dataset.battle;
    if (kind === "battle" && battle) url.searchParams.set("battle", battle);
    url.search = [["embed"], ...(theme ? [["theme", theme]] : []), ...url.searchParams].map((part) => part.map(encodeURIComponent).join("=")).join("&");
    const most = kind === "battle" ? "; max-height: 95vh" : "";
    return `<iframe src="${url.href.replaceAll("&", "&amp;")}" title="${TITLES[kind]}"
  style="width: 100%; height: 800px${most}; border: 0" loading="lazy" allow="clipboard-write"></iframe>
<script>
  addEventListener("message", ({ data, source }) => {
    if (data?.type !== "${TYPE}") return;
    for (const frame of document.querySelectorAll("iframe")) {
      if (frame.contentWindow === source) frame.style.height = \`\${data.height}px\`;
    }
  });
</${""}script>`;
  }

  const dialog = () => document.getElementById("embed") ?? document.body.appendChild(Object.assign(document.createElement("dialog"), {
    id: "embed",
    innerHTML: `<h2 id="embed-title">Embed</h2>
      <p>Paste this into a page of your own. The frame grows with what it shows.</p>
      <fieldset><legend>Colours</legend>
        <label><input type="radio" name="embed-theme" value="" checked> as the reader’s device</label>
        <label><input type="radio" name="embed-theme" value="light"> light</label>
        <label><input type="radio" name="embed-theme" value="dark"> dark</label></fieldset>
      <textarea rows="8" readonly spellcheck="false" aria-label="HTML to paste"></textarea>
      <p class="told" role="status"></p>
      <div class="embed-tools"><button type="button" class="quiet" data-embed-copy>Copy</button>
      <button type="button" class="quiet" data-embed-close>Close</button></div>`,
  }));

  function write() {
    const box = dialog();
    box.querySelector("textarea").value = snippet(box.dataset.kind, box.querySelector("input:checked").value);
    box.querySelector(".told").textContent = "";
  }

  function open(kind) {
    const box = dialog();
    box.setAttribute("aria-labelledby", "embed-title");
    box.dataset.kind = kind;
    write();
    box.showModal();
    box.querySelector("[data-embed-copy]").focus();
  }

  async function copy() {
    const text = dialog().querySelector("textarea");
    try {
      await navigator.clipboard.writeText(text.value);
      dialog().querySelector(".told").textContent = "Copied.";
    } catch {
      text.focus(); // the browser forbids it: what is selected can be copied by hand
      text.select();
      dialog().querySelector(".told").textContent = "Selected: copy it with Ctrl+C.";
    }
  }

  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("[data-embed]");
    if (button) open(button.dataset.embed);
    if (event.target.closest?.("[data-embed-copy]")) copy();
    if (event.target.closest?.("[data-embed-close]") || event.target.id === "embed") dialog().close();
  });
  document.addEventListener("change", (event) => { if (event.target.name === "embed-theme") write(); });
  // Letters that are typed here must not vote on the page below.
  document.addEventListener("keydown", (event) => { if (document.getElementById("embed")?.open) event.stopImmediatePropagation(); }, true);

  window.arenaEmbed = { fullAddress };
})();

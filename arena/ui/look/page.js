// What the pages do in the browser: keys, the enlarged picture, the veil, links, sorting and searching.
// Gradio replaces parts of the page as it goes, so all listeners sit on the document.
window.arenaPage = (() => {
  // Key and the button that it presses, on whichever page that is.
  const KEYS = [
    ["a", "vote-a"], ["b", "vote-b"], ["g", "vote-both_good"], ["x", "vote-both_bad"], ["r", "vote-skip"], ["n", "next-pair"],
    ["c", "copy-link"], ["arrowleft", "previous-failure"], ["arrowright", "next-failure"],
    ["a", "accept"], ["1", "reject-not_minimal"], ["2", "reject-caption_false"], ["3", "reject-artefact"],
    ["4", "reject-unsafe"], ["5", "reject-duplicate"], ["6", "reject-harmful"], ["u", "undo-review"], ["n", "skip-pair"],
    ["r", "label-refuses"], ["w", "label-warns"], ["a", "label-answers"], ["?", "label-cannot_tell"], ["u", "undo-label"],
  ];
  const find = (selector, root = document) => root.querySelector(selector);
  const calm = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

  // --- links -----------------------------------------------------------------------------------------------------------
  const address = (battle) => {
    const url = new URL(location.href);
    battle ? url.searchParams.set("battle", battle) : url.searchParams.delete("battle");
    return url;
  };
  const currentBattle = () => find("#reveal [data-battle]")?.dataset.battle;

  // The battle that the address names when the page is opened; from then on the reader leaves it for a new pair.
  let opened = false;
  function takeLink() {
    if (!opened) {
      opened = true;
      return new URLSearchParams(location.search).get("battle") ?? "";
    }
    history.replaceState(null, "", address(null));
    hold("#next-pair, #voting button");
    scrollTo({ top: 0, behavior: calm() ? "auto" : "smooth" });
    return "";
  }

  // What the address says under these names; empty where it says nothing.
  const parameters = (names) => names.map((name) => new URLSearchParams(location.search).get(name) ?? "");
  // The same for one name whose values are known; empty for any other value.
  const offered = (name, values) => {
    const [value] = parameters([name]);
    return values.includes(value) ? value : "";
  };
  // What is chosen stands in the address, so that it can be shared.
  function keep(chosen) {
    const url = new URL(location.href);
    for (const [name, value] of Object.entries(chosen)) {
      value ? url.searchParams.set(name, value) : url.searchParams.delete(name);
    }
    history.replaceState(null, "", url);
  }

  // While a vote is on its way the page stays with its battle, and while another pair is, nobody votes on the last one: a late
  // verdict must not appear over another pair.
  const CHOICES = "#filters, #next-pair, #voting button";
  let waiting;
  function letGo() {
    clearInterval(waiting);
    waiting = undefined;
    document.querySelectorAll(CHOICES).forEach((part) => { part.inert = false; });
  }
  function hold(choices) {
    letGo();
    document.querySelectorAll(choices).forEach((part) => { part.inert = true; });
    waiting = window.arenaConnection.unanswered(letGo);
  }
  function voted(battle) {
    hold(CHOICES);
    history.replaceState(null, "", address(battle)); // where the connection breaks off, the page loads again with this battle
    return battle;
  }

  // A judged battle gets its own address; after a vote the reader is taken to the result.
  function revealed(move) {
    letGo();
    requestAnimationFrame(() => requestAnimationFrame(() => {
      if (waiting || !currentBattle()) return; // who pressed Next meanwhile has left it
      history.replaceState(null, "", address(currentBattle()));
      if (!move) return;
      const title = find("#reveal-title");
      title.focus({ preventScroll: true });
      title.closest(".reveal").scrollIntoView({ block: "start", behavior: calm() ? "auto" : "smooth" });
    }));
  }

  async function copy(text, button) {
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      prompt("Copy this:", text); // an embedding page may forbid the clipboard, and a browser asks nothing for a frame
      return;
    }
    announce("Copied");
    if (button.textContent === "Copied") return; // pressed twice
    const label = button.textContent;
    button.textContent = "Copied";
    setTimeout(() => { button.textContent = label; }, 1600);
  }
  // What the address says of a frame alone is left out; while another pair is on its way it names no battle.
  function copyLink() {
    const url = window.arenaEmbed.fullAddress();
    url.searchParams.set("battle", currentBattle());
    copy(url.href, find("#copy-link"));
  }

  // --- reading aloud ---------------------------------------------------------------------------------------------------
  let voice;
  function announce(text) {
    if (!voice) {
      voice = Object.assign(document.createElement("div"), { className: "unseen" });
      voice.setAttribute("aria-live", "polite");
      document.body.append(voice);
    }
    if (voice.textContent !== text) voice.textContent = text;
  }
  new MutationObserver(() => {
    const line = find("[data-announce]");
    if (line) announce(line.textContent.trim());
    if (alwaysShow) showUnsafe();
    if (waiting && find("#pair .waiting") && find("#vote-a").disabled) letGo(); // Gradio itself holds the votes on another pair
    for (const [key, id] of KEYS) document.getElementById(id)?.setAttribute("aria-keyshortcuts", key);
  }).observe(document.documentElement, { childList: true, characterData: true, subtree: true });

  // --- pictures --------------------------------------------------------------------------------------------------------
  let alwaysShow = false;
  const hidden = (figure) => figure.matches(".guarded:not(.shown)");
  const showUnsafe = () => document.querySelectorAll(".guarded:not(.shown)").forEach((figure) => figure.classList.add("shown"));
  const lightbox = () => find("#lightbox") ?? document.body.appendChild(Object.assign(document.createElement("dialog"), {
    id: "lightbox",
    innerHTML: `<figure><img alt=""><figcaption></figcaption></figure>
      <div class="lightbox-tools"><button type="button" data-action="flip">Other picture <kbd>←</kbd> <kbd>→</kbd></button>
      <button type="button" data-action="close">Close <kbd>Esc</kbd></button></div>`,
  }));

  function enlarge(figure) {
    const dialog = lightbox();
    const picture = find(".picture", figure);
    const image = find("img", dialog);
    image.src = picture.src;
    image.alt = picture.alt;
    image.className = hidden(figure) ? "blurred" : "";
    find("figcaption", dialog).textContent = `${figure.dataset.number}  ${find(".caption", figure).textContent}`;
    dialog.dataset.number = figure.dataset.number;
    find('[data-action="flip"]', dialog).hidden = document.querySelectorAll(".pictures .side").length < 2;
    if (!dialog.open) dialog.showModal();
  }
  // The other picture in the same place: what differs jumps to the eye.
  function flip() {
    const other = find(`.pictures .side:not([data-number="${lightbox().dataset.number}"])`);
    if (other) enlarge(other);
  }

  function difference() {
    const button = find('[data-action="difference"]');
    if (!button) return;
    const on = find(".pair").classList.toggle("veiled");
    button.setAttribute("aria-pressed", String(on));
  }

  // --- the board -------------------------------------------------------------------------------------------------------
  function sort(head) {
    const column = head.cellIndex;
    const body = find("tbody", head.closest("table"));
    const before = head.getAttribute("aria-sort");
    const first = head.dataset.best === "high" ? "descending" : "ascending";
    const second = first === "descending" ? "ascending" : "descending";
    const direction = before === first ? second : first;
    head.closest("tr").querySelectorAll("th").forEach((other) => other.removeAttribute("aria-sort"));
    head.setAttribute("aria-sort", direction);
    const value = (row) => row.cells[column].dataset.value;
    const sign = direction === "ascending" ? 1 : -1;
    const compare = (one, other) => {
      const [x, y] = [value(one), value(other)];
      if (x === "" || y === "") return (x === "") - (y === ""); // what has no number stays last
      return sign * (head.dataset.best === "text" ? x.localeCompare(y) : x - y);
    };
    body.append(...[...body.rows].sort(compare));
  }

  function search(text) {
    const rows = [...document.querySelectorAll("#board tbody tr")];
    rows.forEach((row) => { row.hidden = !row.dataset.find.includes(text.trim().toLowerCase()); });
    const shown = rows.filter((row) => !row.hidden).length;
    find(".found").textContent = text.trim() ? `${shown} of ${rows.length}` : "";
  }

  // --- reviews ---------------------------------------------------------------------------------------------------------
  // Nobody accepts what they have not seen.
  document.addEventListener("click", (event) => {
    const covered = event.target.closest?.("#accept") && find("#pair .guarded:not(.shown)");
    if (!covered) return;
    event.stopPropagation();
    announce("Look at what lies behind the content note first");
    find('[data-action="show"]', covered).focus();
  }, true);

  // --- listeners -------------------------------------------------------------------------------------------------------
  const ACTIONS = {
    enlarge: (button) => { if (!hidden(button.closest("figure"))) enlarge(button.closest("figure")); },
    difference,
    flip,
    close: () => lightbox().close(),
    show: (button) => button.closest("figure").classList.add("shown"),
    "show-always": () => {
      alwaysShow = true;
      showUnsafe();
    },
    sort: (button) => sort(button.closest("th")),
    "copy-citation": (button) => copy(find("#citation").textContent, button),
  };
  document.addEventListener("click", (event) => {
    if (event.target.id === "lightbox") event.target.close();
    const button = event.target.closest?.("[data-action]");
    if (button) ACTIONS[button.dataset.action](button);
  });
  document.addEventListener("input", (event) => { if (event.target.id === "board-search") search(event.target.value); });
  // Gradio would open a list again that the Tab key, alone or with Shift, has just left, and it would lie over what comes next.
  // What Enter chooses it tells nobody, other than what is pressed, and Enter would still choose from a list that Escape has closed.
  document.addEventListener("keydown", (event) => {
    if (!["Tab", "Shift", "Enter"].includes(event.key) || !event.target.matches?.("[role=combobox]")) return;
    event.stopPropagation();
    if (event.key !== "Enter" || event.target.ariaExpanded !== "true") return;
    requestAnimationFrame(() => requestAnimationFrame(() => chooseFrom(event.target))); // after what arrows do
  }, true);
  function chooseFrom(list) {
    if (list !== document.activeElement) return;
    const option = document.getElementById(list.getAttribute("aria-activedescendant"));
    if (option?.ariaSelected === "false") option.dispatchEvent(new MouseEvent("mousedown", { bubbles: true, cancelable: true }));
    else if (option) list.blur();
  }
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
    if (find("#lightbox")?.open) {
      if (event.key === "ArrowLeft" || event.key === "ArrowRight") flip();
      return;
    }
    if (event.target.closest?.("input, textarea, select, [contenteditable], [role=listbox], .scroller")) return;
    const key = event.key.toLowerCase();
    if (key === "d") difference();
    const button = KEYS.filter(([each]) => each === key).map(([, id]) => document.getElementById(id)).find(Boolean);
    if (button && !button.disabled && !button.inert && button.checkVisibility()) button.click();
  });
  return { takeLink, voted, revealed, copyLink, parameters, offered, keep };
})();

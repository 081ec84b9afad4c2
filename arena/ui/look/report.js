// Reporting a picture: a form over the page, sent to the arena's endpoint. Gradio replaces parts of the page as it goes, so all
// listeners sit on the document.
(() => {
  const THANKS = "Thank you. Whoever runs this arena will look at it.";
  const ENOUGH = "Thank you. This was reported before, and waits for a decision.";
  const LOST = "The report did not come through; try again.";
  const dialog = () => document.getElementById("report");
  const tell = (line) => { dialog().querySelector(".told").textContent = line; };

  function open(link) {
    const form = dialog().querySelector("form");
    form.reset();
    form.dataset.picture = link.dataset.report;
    form.dataset.pair = link.dataset.pair;
    show(form, link.closest("figure"));
    form.querySelector("[type=submit]").disabled = false;
    tell("");
    dialog().showModal();
  }

  // The picture that is reported, behind its content note as long as it is there.
  function show(form, figure) {
    const shown = form.querySelector(".reported");
    const picture = figure?.querySelector(".picture");
    shown.hidden = !picture;
    if (!picture) return;
    shown.src = picture.src;
    shown.classList.toggle("blurred", figure.matches(".guarded:not(.shown)"));
  }

  // What an event of Gradio came to: the data of its last message.
  async function outcome(event) {
    const stream = await (await fetch(`gradio_api/call/report/${event}`)).text();
    const last = stream.trim().split("\n\n").at(-1);
    return { kind: last.match(/^event: (\w+)/)?.[1], data: JSON.parse(last.match(/^data: (.*)$/m)[1]) };
  }

  async function send(form) {
    const button = form.querySelector("[type=submit]");
    const data = [form.dataset.picture, form.elements.reason.value, form.elements.words.value, form.dataset.pair];
    button.disabled = true;
    tell("Sending …");
    try {
      const headers = { "Content-Type": "application/json" };
      const posted = await fetch("gradio_api/call/report", { method: "POST", headers, body: JSON.stringify({ data }) });
      const answer = await posted.json();
      if (!posted.ok) throw new Error(answer.detail);
      const { kind, data: told } = await outcome(answer.event_id);
      if (kind !== "complete") throw new Error(told?.error ?? "");
      tell(told[0].kept ? THANKS : ENOUGH);
      form.querySelector("[data-report-close]").focus();
    } catch (error) {
      tell((error instanceof TypeError || error instanceof SyntaxError ? "" : error.message) || LOST);
      button.disabled = false;
    }
  }

  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("[data-report]");
    if (link) open(link);
    if (event.target.closest?.("[data-report-close]") || event.target.id === "report") dialog().close();
  });
  document.addEventListener("submit", (event) => {
    if (event.target.closest("#report")) {
      event.preventDefault();
      send(event.target);
    }
  });
  // Letters that are typed here must not vote on the page below.
  document.addEventListener("keydown", (event) => { if (dialog()?.open) event.stopImmediatePropagation(); }, true);
})();

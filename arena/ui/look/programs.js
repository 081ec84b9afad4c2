// The page for programs: examples name the arena that is looked at, wherever it stands.
window.arenaPrograms = {
  showAddress(anywhere) {
    const here = new URL("./", location.href).href.replace(/\/$/, "");
    const replace = () => document.querySelectorAll("#programs pre code").forEach((code) => {
      code.textContent = code.textContent.replaceAll(anywhere, here);
    });
    requestAnimationFrame(() => requestAnimationFrame(replace));
  },
};

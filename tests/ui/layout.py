"""What is wrong with how a page is laid out, found in the browser itself."""

from playwright.sync_api import Page

SETTLED = """
async () => {
  const frame = () => new Promise(requestAnimationFrame);
  const frames = async (count) => { for (let each = 0; each < count; each++) await frame(); };
  const places = () => JSON.stringify([innerWidth, ...[...document.querySelectorAll("body *")].map((element) => {
    const { x, y, width, height } = element.getBoundingClientRect();
    return [x, y + scrollY, width, height];
  })]);
  await document.fonts.ready;
  for (let before = places(), still = 0; still < 2;) {
    await frames(6);
    const moves = document.getAnimations()
      .some((each) => each.playState === "running" && Number.isFinite(each.effect.getComputedTiming().endTime));
    const now = places();
    still = moves || now !== before ? 0 : still + 1;
    before = now;
  }
}
"""
"""Ends when the typefaces are there, no transition runs, and nothing has moved for a dozen frames: Plotly draws a plot anew a
tenth of a second after its window has got another size."""
FAULTS = """
() => {
  const canvas = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
  const once = (told, known = new Map()) => (asked) => known.get(asked) ?? known.set(asked, told(asked)).get(asked);
  const colour = once((text) => {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = text;
    canvas.fillRect(0, 0, 1, 1);
    const [red, green, blue, alpha] = canvas.getImageData(0, 0, 1, 1).data;
    return [red, green, blue, alpha / 255];
  });
  const over = ([r, g, b, a], [R, G, B]) => [r * a + R * (1 - a), g * a + G * (1 - a), b * a + B * (1 - a), 1];
  const background = once((element) => element
    ? over(colour(getComputedStyle(element).backgroundColor), background(element.parentElement)) : [255, 255, 255, 1]);
  // WCAG 2.2: relative luminance and contrast ratio.
  const luminance = ([r, g, b]) => [r, g, b].map((part) => part / 255)
    .map((part) => part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4)
    .reduce((sum, part, index) => sum + part * [0.2126, 0.7152, 0.0722][index], 0);
  const ratio = (one, other) => {
    const [dark, light] = [luminance(one), luminance(other)].sort((a, b) => a - b);
    return (light + 0.05) / (dark + 0.05);
  };
  const scrolls = once((element) => element !== null
    && (["auto", "scroll"].includes(getComputedStyle(element).overflowX) || scrolls(element.parentElement)));
  const isRead = (element) => element.checkVisibility({ opacityProperty: true, visibilityProperty: true })
    && [...element.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.textContent.trim())
    && !element.closest(".unseen, .sr-only, .skip, .frame, :disabled, script, style");

  const faults = [];
  if (document.documentElement.scrollWidth > innerWidth) {
    faults.push(`the page is ${document.documentElement.scrollWidth} px wide in a window of ${innerWidth}`);
  }
  for (const element of [...document.body.querySelectorAll("*")].filter(isRead)) {
    const style = getComputedStyle(element);
    const name = `<${element.tagName.toLowerCase()} class="${element.getAttribute("class")}"> `
      + element.textContent.trim().slice(0, 40);
    const box = element.getBoundingClientRect();
    if (!scrolls(element) && (box.left < -1 || box.right > innerWidth + 1)) faults.push(`${name}: leaves the window`);
    const isDrawn = element instanceof SVGElement;
    if (!isDrawn && !scrolls(element) && style.display !== "inline" && element.scrollWidth > element.clientWidth + 1) {
      faults.push(`${name}: text of ${element.scrollWidth} px in ${element.clientWidth}`);
    }
    const behind = background(element);
    const contrast = ratio(over(colour(isDrawn ? style.fill : style.color), behind), behind);
    const size = parseFloat(style.fontSize);
    const isLarge = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
    if (contrast < (isLarge ? 3 : 4.5)) faults.push(`${name}: contrast ${contrast.toFixed(2)}`);
  }
  return faults;
}
"""
"""Text that overflows its box or the window, and text with less contrast than WCAG 2.2 AA asks for."""


def faults(page: Page) -> list[str]:
    """One line a fault of the page, once it stands still."""
    page.evaluate(SETTLED)
    return page.evaluate(FAULTS)

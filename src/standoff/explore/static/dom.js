// Elements from values. Text is always text: nothing here reads markup.

/** An element with attributes and children; a child is a node or something to print. A null attribute is left out. */
export function el(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (typeof value === "function") element.addEventListener(key, value);
    else element.setAttribute(key, value === true ? "" : String(value));
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

/** Sets the text of an element only where it differs, so that nothing is laid out or read out anew. */
export function write(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/** A number as a person writes it: at most six digits, no exponent where it can be helped. */
export function plain(value) {
  if (!Number.isFinite(value)) return "–";
  return String(Number(value.toPrecision(6)));
}

// Drawings of the server, put into the page as elements. They are read as XML, never as HTML.

const NAMESPACE = "http://www.w3.org/2000/svg";
const FORBIDDEN = new Set(["script", "foreignObject", "iframe", "a", "style", "image", "animate", "set"]);
// the one place where text becomes elements; a page that asks for trusted types needs to know it by name
const policy = globalThis.trustedTypes?.createPolicy("drawing", { createHTML: (text) => text });

/** The drawing as an element. Throws where the text is not one SVG element. */
export function drawing(text) {
  const source = policy ? policy.createHTML(text) : text;
  const root = new DOMParser().parseFromString(source, "image/svg+xml").documentElement;
  if (root.namespaceURI !== NAMESPACE || root.localName !== "svg") throw new Error("the drawing cannot be read");
  const styled = [];
  for (const element of [root, ...root.querySelectorAll("*")]) {
    if (element.namespaceURI !== NAMESPACE && element.namespaceURI !== null) continue;
    if (FORBIDDEN.has(element.localName)) {
      element.remove();
      continue;
    }
    for (const { name, value } of [...element.attributes]) {
      if (name.startsWith("on")) element.removeAttribute(name);
      else if (name.endsWith("href") && !value.startsWith("#")) element.removeAttribute(name);
      else if (name === "style") {
        // the policy of the page allows no inline style; what a script sets is no inline style
        element.removeAttribute(name);
        styled.push([element, value]);
      }
    }
  }
  const placed = document.importNode(root, true);
  if (styled.length) {
    const before = [root, ...root.querySelectorAll("*")];
    const after = [placed, ...placed.querySelectorAll("*")];
    const place = new Map(before.map((element, number) => [element, after[number]]));
    for (const [element, value] of styled) declare(place.get(element), value);
  }
  return placed;
}

function declare(element, text) {
  if (!element) return;
  for (const part of text.split(";")) {
    const colon = part.indexOf(":");
    if (colon > 0) element.style.setProperty(part.slice(0, colon).trim(), part.slice(colon + 1).trim());
  }
}

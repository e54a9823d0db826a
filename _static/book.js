// Let the keyboard scroll an equation that is wider than its place, as the theme does for code and
// tables. It must wait for MathJax, whose promise is there on pages with mathematics only.
function makeWideEquationsFocusable() {
  for (const equation of document.querySelectorAll("mjx-container")) {
    if (equation.scrollWidth > equation.clientWidth) {
      equation.tabIndex = 0;
    } else {
      equation.removeAttribute("tabindex");
    }
  }
}

window.addEventListener("load", async () => {
  await window.MathJax?.startup.promise;
  makeWideEquationsFocusable();
  window.addEventListener("resize", makeWideEquationsFocusable);
});

const GREEK =
  "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi omicron pi rho " +
  "sigma sigma tau upsilon phi chi psi omega"; // in the order of Unicode, which has two small sigmas
const NAMES = GREEK.split(" ");

// Let a search result quote the page's text, not the buttons that stand above it. And let a Greek
// letter be found: mathematics is in the index as TeX has it, where the letter is its name.
document.addEventListener("DOMContentLoaded", () => {
  if (typeof Search === "undefined") return; // on all pages but the one that shows results
  const perform = Search.performSearch;
  Search.performSearch = (query) =>
    perform(query.replace(/[α-ω]/g, (letter) => ` ${NAMES[letter.codePointAt(0) - 0x3b1]} `));
  const textOfMain = Search.htmlToText;
  Search.htmlToText = (html, anchor) => {
    const article = html.replace(' role="main"', "").replace("<article ", '<article role="main" ');
    return textOfMain(article, anchor).replace(/\s+/g, " ");
  };
});

// Show beside a link what it leads to, while the link has the mouse or the focus: an equation of
// this page, or what the link's title says, as those of terms and of references do.
function showWhatLinksLeadTo() {
  const preview = document.createElement("div");
  preview.className = "preview";
  preview.id = "preview";
  preview.setAttribute("role", "tooltip");
  preview.hidden = true;
  document.body.append(preview);

  function hide() {
    preview.hidden = true;
    document.querySelector("[aria-describedby='preview']")?.removeAttribute("aria-describedby");
  }

  function contentFor(link) {
    if (link.dataset.preview) return link.dataset.preview;
    const equation = document.getElementById(decodeURIComponent(link.hash.slice(1)));
    const drawing = equation?.querySelector("mjx-container")?.cloneNode(true);
    drawing?.removeAttribute("tabindex");
    return drawing;
  }

  function show(link) {
    const content = contentFor(link);
    if (!content) return;
    hide();
    preview.replaceChildren(content);
    preview.hidden = false;
    link.setAttribute("aria-describedby", preview.id);
    const place = link.getBoundingClientRect();
    const room = document.documentElement.clientWidth - preview.offsetWidth;
    preview.style.left = `${window.scrollX + Math.max(0, Math.min(place.left, room))}px`;
    preview.style.top = `${window.scrollY + place.bottom + 6}px`;
  }

  const links = "article a.reference.internal:is([href^='#equation-'], [title])";
  for (const link of document.querySelectorAll(links)) {
    if (link.title) {
      link.dataset.preview = link.title; // else the browser would show the title as well
      link.removeAttribute("title");
    }
    link.addEventListener("mouseenter", () => show(link));
    link.addEventListener("focus", () => show(link));
    link.addEventListener("mouseleave", hide);
    link.addEventListener("blur", hide);
  }
  document.addEventListener("keydown", (event) => event.key === "Escape" && hide());
}

document.addEventListener("DOMContentLoaded", showWhatLinksLeadTo);

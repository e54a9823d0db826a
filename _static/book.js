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

// Let a search result quote the page's text, not the buttons that stand above it.
document.addEventListener("DOMContentLoaded", () => {
  if (typeof Search === "undefined") return; // on all pages but the one that shows results
  const textOfMain = Search.htmlToText;
  Search.htmlToText = (html, anchor) => {
    const article = html.replace(' role="main"', "").replace("<article ", '<article role="main" ');
    return textOfMain(article, anchor).replace(/\s+/g, " ");
  };
});

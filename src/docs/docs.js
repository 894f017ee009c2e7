/** What the page gains with a script: this server's own address in the snippets, and buttons that copy them. */
const said = document.querySelector("#said")
const { address } = document.documentElement.dataset

for (const element of document.querySelectorAll("[data-origin], .code code, .code span")) {
  for (const node of element.childNodes) {
    if (node.nodeType === Node.TEXT_NODE) node.data = node.data.replaceAll(address, location.origin)
  }
}

for (const figure of document.querySelectorAll(".code")) {
  const button = document.createElement("button")
  button.type = "button"
  button.className = "copy"
  button.textContent = "Copy"
  button.addEventListener("click", () => copy(figure.querySelector("code"), button))
  figure.append(button)
}

// On a narrow screen the contents would stand before everything else.
const contents = document.querySelector("nav details")
const isWide = matchMedia("(min-width: 70rem)")
const fold = () => {
  contents.open = isWide.matches
}
isWide.addEventListener("change", fold)
fold()

async function copy(code, button) {
  const isCopied = await written(code)
  button.textContent = isCopied ? "Copied" : "Press Ctrl+C"
  said.textContent = isCopied ? "Copied" : "The code is selected"
  setTimeout(() => {
    button.textContent = "Copy"
    said.textContent = ""
  }, 2_000)
}

/** The clipboard is open to pages from HTTPS and localhost only; elsewhere the code is selected, to be copied by hand. */
async function written(code) {
  try {
    await navigator.clipboard.writeText(code.textContent)
    return true
  } catch {
    getSelection().selectAllChildren(code)
    return false
  }
}

// The contents show where the reader is.
const links = new Map([...document.querySelectorAll("nav a")].map((link) => [link.hash.slice(1), link]))
const headings = [...document.querySelectorAll("h2, h3")].filter(({ id }) => links.has(id))
const observer = new IntersectionObserver(
  () => {
    const above = headings.filter((heading) => heading.getBoundingClientRect().top < innerHeight / 3)
    for (const link of links.values()) link.removeAttribute("aria-current")
    links.get(above.at(-1)?.id)?.setAttribute("aria-current", "location")
  },
  { rootMargin: "0px 0px -66%" },
)
for (const heading of headings) observer.observe(heading)

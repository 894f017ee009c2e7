import { expect, test } from "bun:test"
import { letterOf } from "../../src/web/letter-of.ts"

test("a shortcut is its letter, wherever a Latin keyboard has it, and its place on any other", () => {
  const pressed = [
    ["k", "KeyK"],
    ["K", "KeyK"],
    // Dvorak and German: the letter counts.
    ["k", "KeyV"],
    ["y", "KeyZ"],
    // Arabic and Greek.
    ["ن", "KeyK"],
    ["لا", "KeyB"],
    ["ظ", "Slash"],
    ["φ", "KeyF"],
    // No letter there, and keys that have a name.
    ["ذ", "Backquote"],
    ["Escape", "Escape"],
    ["ArrowDown", "ArrowDown"],
  ]
  expect(pressed.map(([key = "", code = ""]) => letterOf({ key, code }))).toEqual([
    ...["k", "k", "k", "y", "k", "b", "/", "f", "ذ", "escape", "arrowdown"],
  ])
})

import { expect, test } from "bun:test"
import { typeOf } from "../../src/files/type.ts"
import { kindOf } from "../../src/web/views/file-kind.ts"
import { showAllTexts } from "./all-texts.ts"

showAllTexts()

test("a file is called what people call it, by its bytes and then by its name, and never by its MIME type", () => {
  const zip = "PK\x03\x04"
  const kinds = (
    [
      ["minutes.docx", zip, "Word document"],
      ["Budget.XLSX", zip, "Spreadsheet"],
      ["talk.odp", zip, "Presentation"],
      ["all.zip", zip, "Zip archive"],
      ["no name", zip, "Zip archive"],
      ["old.doc", "\xd0\xcf\x11\xe0", "Word document"],
      ["letter.rtf", "{\\rtf1", "Text document"],
      ["people.csv", "a,b", "Spreadsheet"],
      ["notes.md", "# Notes", "Text"],
      ["report.pdf", "%PDF-1.7", "PDF"],
      // What it is counts, whatever it is called.
      ["report.docx", "%PDF-1.7", "PDF"],
      ["logs.gz", "\x1f\x8b", "Archive"],
      ["page.htm", "<!doctype html>", "Web page"],
      ["drawing.svg", "<svg ", "Picture"],
      ["tune.mp3", "ID3", "Audio"],
      ["house.dwg", "\x00\x01", "DWG"],
      ["data.a-b", "\x00\x01", "File"],
      ["README", "\x00\x01", "File"],
    ] as const
  ).map(([name, head, kind]) => {
    const mimeType = typeOf(Uint8Array.from(head, (letter) => letter.charCodeAt(0)))
    return [name, kindOf({ name, mimeType }), kind]
  })
  for (const [name, said, kind] of kinds) expect([name, said]).toEqual([name, kind])
})

test("before the server has seen it, a file is what the browser takes it for", () => {
  const mimeType = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
  expect([kindOf({ name: "minutes.docx", mimeType }), kindOf({ name: "minutes", mimeType })]).toEqual([
    "Word document",
    "File",
  ])
  expect(kindOf({ name: "clip.mov", mimeType: "video/quicktime" })).toBe("Video")
})

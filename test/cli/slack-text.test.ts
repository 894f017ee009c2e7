/** What a message of Slack says, wherever Slack has put it, as one reads and writes it in Warren. */
import { expect, test } from "bun:test"
import { emojiNamed, withEmoji } from "../../src/cli/import/emoji.ts"
import { filesOf, textOf, withMarks } from "../../src/cli/import/slack-text.ts"
import { contentsOf, plainText } from "../../src/cli/import/text.ts"

const nobody = { user: () => undefined, room: () => undefined }

test("emoji are known by every kind of name that Slack and Mattermost have, and by no other", () => {
  const expected = {
    ...{ "+1": "👍", tada: "🎉", "wave::skin-tone-3": "👋", thinking_face: "🤔", hugging_face: "🤗", robot_face: "🤖" },
    ...{ "man-shrugging": "🤷‍♂️", "female-technologist": "👩‍💻", "male-doctor": "👨‍⚕️", "woman-running": "🏃‍♀️" },
    ...{ "flag-de": "🇩🇪", "flag-england": "🏴󠁧󠁢󠁥󠁮󠁧󠁿", large_green_circle: "🟢", first_place_medal: "🥇", "spock-hand": "🖖" },
    ...{ "man-woman-girl": "👨‍👩‍👧", "woman-heart-man": "👩‍❤️‍👨", "woman-kiss-woman": "👩‍❤️‍💋‍👩" },
  }
  for (const [name, emoji] of Object.entries(expected)) expect(emojiNamed(name), name).toBe(emoji)
  for (const name of ["party-parrot", "flag-zz", "man-man-man", "constructor", "heart-kiss", "", "-", "a".repeat(1e6)])
    expect(emojiNamed(name), name.slice(0, 20)).toBeUndefined()
})

test("names of emoji in a text become emoji, with their tone, but in no code and in no word", () => {
  expect(withEmoji("done:tada::tada: :wave::skin-tone-3: :man-shrugging::skin-tone-5: :rocket::skin-tone-2:")).toBe(
    "done🎉🎉 👋🏼 🤷🏾‍♂️ 🚀",
  )
  for (const text of ["`:tada:`", "```\n:tada:\n```", ":party-parrot:", "urn:a:b", "at 10:30:45", "::", ":tada"])
    expect(withEmoji(text)).toBe(text)
})

test("bold and struck text are marked as Markdown marks them", () => {
  expect(withMarks("*bold*, _it_, ~gone~ and `*code*`")).toBe("**bold**, _it_, ~~gone~~ and `*code*`")
  for (const text of ["2 * 3 * 4", "**bold**", "a*b*c", "* one\n* two", "~ 5 ~", "~/a ~/b"])
    expect(withMarks(text)).toBe(text)
})

test("what programs write, and what is forwarded, stands under the text; a preview of a link in it does not", () => {
  const pull = {
    fallback: "[acme/app] PR #1",
    pretext: "Opened by ann",
    title: "#1 Fix it",
    title_link: "https://github.example/1",
    text: "Body",
    fields: [{ title: "State", value: "open" }],
  }
  expect(textOf({ text: "", attachments: [pull, { text: "second" }, { fallback: "third" }] })).toBe(
    "Opened by ann\n#1 Fix it (https://github.example/1)\nBody\nState: open\nsecond\nthird",
  )
  const shared = { is_share: true, from_url: "https://acme.example/p1", text: "forwarded" }
  const preview = { from_url: "https://a.example/p", title: "Page", text: "preview" }
  expect(textOf({ text: "see <https://a.example/p>", attachments: [shared, preview] })).toBe(
    "see <https://a.example/p>\nforwarded",
  )
})

test("a message that is blocks alone is read from them", () => {
  const line = (...elements: unknown[]) => ({ type: "rich_text_section", elements })
  const word = (text: string) => ({ type: "text", text })
  const rich = [
    line(
      word("a <b> & "),
      { type: "user", user_id: "U1" },
      { type: "emoji", name: "rocket" },
      { type: "broadcast", range: "here" },
    ),
    {
      type: "rich_text_list",
      elements: [line(word("one")), line({ type: "link", url: "https://a.example/?b&c", text: "two" })],
    },
    { type: "rich_text_quote", elements: [word("quoted")] },
    { type: "rich_text_preformatted", elements: [word("code")] },
  ]
  const text = textOf({ text: "", blocks: [{ type: "rich_text", elements: rich }] })
  expect(plainText(text, { ...nobody, user: () => "Ann" })).toBe(
    "a <b> & @Ann:rocket:@here\n- one\n- two (https://a.example/?b&c)\nquoted\n```code```",
  )
  const ofProgram = [
    { type: "header", text: { type: "plain_text", text: "Build" } },
    { type: "divider" },
    { type: "section", text: { type: "mrkdwn", text: "*failed*" }, fields: [{ type: "mrkdwn", text: "main" }] },
    {
      type: "context",
      elements: [
        { type: "mrkdwn", text: "12" },
        { type: "plain_text", text: "s" },
      ],
    },
    { type: "image", alt_text: "a graph" },
  ]
  const said = "Build\n*failed*\nmain\n12 s\na graph"
  expect(textOf({ text: "", blocks: ofProgram })).toBe(said)
  expect(textOf({ text: "", attachments: [{ fallback: "[no preview available]", blocks: ofProgram }] })).toBe(said)
  expect(textOf({ text: "said", blocks: ofProgram })).toBe("said")
  let deep: unknown = word("deep")
  for (let depth = 0; depth < 5_000; depth++) deep = line(deep)
  expect(textOf({ text: "", blocks: [deep] })).toBe("")
})

test("the link to a file is without the export's token, which opens every file; deleted ones are none", () => {
  const files = [
    { name: "plan.pdf", url_private: "https://files.example/T1-F1/plan.pdf?t=xoxe-secret&x=1" },
    { mode: "tombstone" },
    { name: "x", url_private: "https://files.example/T1-F2/x" },
  ]
  expect(contentsOf(filesOf({ files }))).toEqual([
    "plan.pdf: https://files.example/T1-F1/plan.pdf?x=1\nx: https://files.example/T1-F2/x",
  ])
})

/**
 * What the highlighter knows of each language: the forms of comments and strings, and its
 * words.
 *
 * Every pattern matches from its beginning to its end, or to the end of the text if that is
 * missing, so no character is tried twice.
 */
export interface Language {
  readonly comment?: string
  readonly string?: string
  readonly words?: ReadonlySet<string>
  /** Words count in capitals too. */
  readonly ignoresCase?: boolean
}

const slashes = String.raw`\/\/[^\n]*|\/\*[^]*?(?:\*\/|$)`
const hash = String.raw`#[^\n]*`
const quotes = String.raw`"(?:[^"\\\n]|\\[^\n])*"?|'(?:[^'\\\n]|\\[^\n])*'?`
const backticks = "`(?:[^`\\\\]|\\\\[^])*`?"
const triple = `"""[^]*?(?:"""|$)|'''[^]*?(?:'''|$)`

const wordsOf = (words: string): ReadonlySet<string> => new Set(words.split(" "))

const usual =
  "break case catch class const continue default do else enum extends false finally for if import in interface new null private protected public return static super switch this throw true try void while"

const c = (words: string): Language => ({ comment: slashes, string: quotes, words: wordsOf(`${usual} ${words}`) })

const javascript: Language = {
  comment: slashes,
  string: `${quotes}|${backticks}`,
  words: wordsOf(
    `${usual} abstract any as async await boolean debugger declare delete export from function get implements instanceof is keyof let never number object of package readonly satisfies set string type typeof undefined unknown using var with yield`,
  ),
}
const python: Language = {
  comment: hash,
  string: `${triple}|${quotes}`,
  words: wordsOf(
    "and as assert async await break case class continue def del elif else except False finally for from global if import in is lambda match None nonlocal not or pass raise return True try while with yield",
  ),
}
const shell: Language = {
  comment: String.raw`(?<![^\s])#[^\n]*`,
  string: `"(?:[^"\\\\]|\\\\[^])*"?|'[^']*'?`,
  words: wordsOf(
    "case cd do done echo elif else esac exit export fi for function if in local read return set sudo then until while",
  ),
}
const ruby: Language = {
  comment: hash,
  string: quotes,
  words: wordsOf(
    "alias and begin break case class def defined do else elsif end ensure false for if in module next nil not or redo rescue retry return self super then true undef unless until when while yield",
  ),
}
const sql: Language = {
  comment: String.raw`--[^\n]*|\/\*[^]*?(?:\*\/|$)`,
  string: "'[^']*'?",
  ignoresCase: true,
  words: wordsOf(
    "add all alter and as asc begin between by case check commit constraint create cross default delete desc distinct drop else end exists false foreign from full group having if in index inner insert into is join key left like limit not null offset on or order outer primary references returning right rollback select set table then transaction true union unique update using values view when where with",
  ),
}
const markup: Language = {
  comment: String.raw`<!--[^]*?(?:-->|$)|<\/?[a-zA-Z][\w:.\-]*|\/?>`,
  string: quotes,
}
const lua: Language = {
  comment: String.raw`--[^\n]*`,
  string: quotes,
  words: wordsOf(
    "and break do else elseif end false for function goto if in local nil not or repeat return then true until while",
  ),
}

/** By every name in use. */
export const languages: ReadonlyMap<string, Language> = new Map(
  (
    [
      ["js jsx javascript mjs cjs ts tsx typescript mts json json5 jsonc", javascript],
      [
        "c h cpp c++ cc hpp",
        c(
          "auto char double extern float inline int long namespace short signed sizeof struct template typedef union unsigned using virtual volatile nullptr bool #include #define #ifdef #ifndef #endif",
        ),
      ],
      [
        "cs csharp c#",
        c(
          "async await base bool byte decimal double float get int internal is long namespace object out override params readonly record ref sealed set string struct uint using var virtual yield",
        ),
      ],
      [
        "java",
        c(
          "abstract boolean byte char double final float implements instanceof int long native package record sealed short synchronized throws transient var volatile",
        ),
      ],
      [
        "kotlin kt",
        c("as companion data fun internal is object open operator override sealed suspend typealias val var when"),
      ],
      [
        "swift",
        c(
          "actor async await defer deinit extension fileprivate func guard init inout internal is let nil protocol repeat self some struct throws var where",
        ),
      ],
      [
        "rust rs",
        {
          ...c(
            "as async await crate dyn fn impl let loop match mod move mut pub ref self Self struct trait type unsafe use where",
          ),
          string: String.raw`"(?:[^"\\]|\\[^])*"?`,
        },
      ],
      [
        "go golang",
        {
          ...c("chan defer fallthrough func go goto map nil package range select struct type var"),
          string: `${quotes}|${backticks}`,
        },
      ],
      [
        "php",
        {
          ...c(
            "abstract and array as echo elseif fn foreach function implements instanceof namespace or require trait use var",
          ),
          comment: `${slashes}|${hash}`,
        },
      ],
      [
        "dart scala groovy",
        c(
          "abstract as async await def dynamic factory final get late mixin object override required set val var with yield",
        ),
      ],
      [
        "css scss less",
        {
          comment: slashes,
          string: quotes,
          words: wordsOf("important @media @supports @import @layer @keyframes @font-face @container from to"),
        },
      ],
      ["python py", python],
      ["sh bash shell zsh console", shell],
      ["ruby rb", ruby],
      ["sql sqlite postgres postgresql mysql", sql],
      ["html xml svg vue", markup],
      ["lua", lua],
      [
        "yaml yml toml ini conf nginx dockerfile docker makefile make env",
        {
          comment: String.raw`(?<![^\s])[#;][^\n]*`,
          string: quotes,
          words: wordsOf("true false null yes no on off FROM RUN COPY CMD ENTRYPOINT ENV WORKDIR EXPOSE ARG USER"),
        },
      ],
    ] as const
  ).flatMap(([names, language]) => names.split(" ").map((name): [string, Language] => [name, language])),
)

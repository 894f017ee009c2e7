/** Emoji by the names of other chats, and in texts. */
import { gemoji } from "gemoji"
import groups from "unicode-emoji-json/data-by-group.json"
import { outsideCode } from "./text.ts"

/** The usual short names, and Unicode's own. */
const byName = new Map([
  ...groups.flatMap(({ emojis }) => emojis.map(({ slug, emoji }) => [slug, emoji] as const)),
  ...gemoji.flatMap(({ emoji, names }) => names.map((name) => [name, emoji] as const)),
])
const single = /^\p{RGI_Emoji}$/v

/** Further names in Slack and Mattermost that no rule below covers. */
const others: Readonly<Record<string, string>> = {
  airplane_arriving: "🛬",
  badminton_racquet_and_shuttlecock: "🏸",
  bald_person: "🧑‍🦲",
  black_circle_for_record: "⏺️",
  black_left_pointing_double_triangle_with_vertical_bar: "⏮️",
  black_right_pointing_double_triangle_with_vertical_bar: "⏭️",
  black_right_pointing_triangle_with_double_vertical_bar: "⏯️",
  black_square_for_stop: "⏹️",
  compression: "🗜️",
  cricket_bat_and_ball: "🏏",
  curly_haired_person: "🧑‍🦱",
  dagger_knife: "🗡️",
  derelict_house_building: "🏚️",
  double_vertical_bar: "⏸️",
  dove_of_peace: "🕊️",
  drum_with_drumsticks: "🥁",
  eject: "⏏️",
  face_palm: "🤦",
  face_with_cowboy_hat: "🤠",
  face_with_finger_covering_closed_lips: "🤫",
  face_with_one_eyebrow_raised: "🤨",
  face_with_open_mouth_vomiting: "🤮",
  female_doctor: "👩‍⚕️",
  fencer: "🤺",
  field_hockey_stick_and_ball: "🏑",
  first_place_medal: "🥇",
  frame_with_picture: "🖼️",
  golfer: "🏌️",
  grinning_face_with_one_large_and_one_small_eye: "🤪",
  grinning_face_with_star_eyes: "🤩",
  hand_with_index_and_middle_fingers_crossed: "🤞",
  handball: "🤾",
  heavy_heart_exclamation_mark_ornament: "❣️",
  helmet_with_white_cross: "⛑️",
  house_buildings: "🏘️",
  hugging_face: "🤗",
  i_love_you_hand_sign: "🤟",
  ice_hockey_stick_and_puck: "🏒",
  juggling: "🤹",
  keycap_star: "*️⃣",
  kiwifruit: "🥝",
  knife_fork_plate: "🍽️",
  ladybug: "🐞",
  lightning: "🌩️",
  lightning_cloud: "🌩️",
  lower_left_ballpoint_pen: "🖊️",
  lower_left_crayon: "🖍️",
  lower_left_fountain_pen: "🖋️",
  lower_left_paintbrush: "🖌️",
  male_doctor: "👨‍⚕️",
  man_and_woman_holding_hands: "👫",
  man_in_business_suit_levitating: "🕴️",
  man_wrestling: "🤼‍♂️",
  mate_drink: "🧉",
  medal: "🎖️",
  menorah_with_nine_branches: "🕎",
  mostly_sunny: "🌤️",
  mother_christmas: "🤶",
  octagonal_sign: "🛑",
  om_symbol: "🕉️",
  partly_sunny_rain: "🌦️",
  person_doing_cartwheel: "🤸",
  person_with_ball: "⛹️",
  person_with_blond_hair: "👱",
  person_with_headscarf: "🧕",
  person_with_pouting_face: "🙎",
  racing_motorcycle: "🏍️",
  rain_cloud: "🌧️",
  red_haired_person: "🧑‍🦰",
  reversed_hand_with_middle_finger_extended: "🖕",
  scales: "⚖️",
  scooter: "🛴",
  second_place_medal: "🥈",
  serious_face_with_symbols_covering_mouth: "🤬",
  shocked_face_with_exploding_head: "🤯",
  shopping_trolley: "🛒",
  sleeping_accommodation: "🛌",
  sleuth_or_spy: "🕵️",
  smiling_face_with_3_hearts: "🥰",
  smiling_face_with_smiling_eyes_and_hand_covering_mouth: "🤭",
  snow_cloud: "🌨️",
  speaking_head_in_silhouette: "🗣️",
  spiral_calendar_pad: "🗓️",
  spiral_note_pad: "🗒️",
  spock_hand: "🖖",
  staff_of_aesculapius: "⚕️",
  sun_small_cloud: "🌤️",
  barely_sunny: "🌥️",
  table_tennis_paddle_and_ball: "🏓",
  the_horns: "🤘",
  third_place_medal: "🥉",
  three_button_mouse: "🖱️",
  thunder_cloud_and_rain: "⛈️",
  tornado_cloud: "🌪️",
  waving_black_flag: "🏴",
  waving_white_flag: "🏳️",
  weight_lifter: "🏋️",
  white_frowning_face: "☹️",
  white_haired_person: "🧑‍🦳",
  wind_blowing_face: "🌬️",
  woman_wrestling: "🤼‍♀️",
  womans_flat_shoe: "🥿",
  wrestlers: "🤼",
}
/** The parts of `man-woman-girl` and `woman-heart-man`. */
const family: Readonly<Record<string, string>> = {
  ...{ man: "👨", woman: "👩", boy: "👦", girl: "👧" },
  ...{ heart: "❤️", kiss: "❤️‍💋" },
}
const joiner = "\u200d"
/** Anybody may invent names: this is as long as any real one. */
const nameLengthMax = 64

const tones = ["light", "medium_light", "medium", "medium_dark", "dark"]
/** As Mattermost names them: `wave_medium_dark_skin_tone`. */
const tonedName = new RegExp(`_(${tones.join("|")})_skin_tone$`)

/** `+1`, `wave::skin-tone-2` without the tone; undefined for custom emoji of a workspace. */
export function emojiNamed(name: string): string | undefined {
  const [plain = ""] = name.replace(tonedName, "").split("::")
  if (plain.length > nameLengthMax) return undefined
  return byName.get(plain) ?? flagNamed(plain) ?? familyNamed(plain) ?? byRule(plain.replaceAll("-", "_"))
}

/** Replaces `:tada:` and `:wave::skin-tone-3:` in a text, outside of code. */
export function withEmoji(text: string): string {
  return outsideCode(text, (part) => part.replace(written, emojiWritten))
}

const written = /:([a-z0-9_+'-]{1,64}):(?::skin-tone-([2-6]):)?/g
const isWordLike = /[\p{L}\p{N}/]/u
/** `urn:a:b` contains no emoji. */
const sureLength = 4

function emojiWritten(whole: string, name: string, tone: string | undefined, at: number, text: string): string {
  const emoji = emojiNamed(name)
  const isAmidWord = isWordLike.test(text.charAt(at - 1)) || isWordLike.test(text.charAt(at + whole.length))
  if (emoji === undefined || (isAmidWord && name.length < sureLength)) return whole
  const place = tones.indexOf(tonedName.exec(name)?.[1] ?? "")
  if (tone !== undefined) return toned(emoji, Number(tone))
  return place === -1 ? emoji : toned(emoji, place + 2)
}

/** Slack counts the tones of skin from 2. */
function toned(emoji: string, tone: number): string {
  const candidate = emoji.replace(/^(.)\ufe0f?/u, `$1${String.fromCodePoint(0x1f3fb + tone - 2)}`)
  return single.test(candidate) ? candidate : emoji
}

function byRule(name: string): string | undefined {
  if (Object.hasOwn(others, name)) return others[name]
  const person = name.replace(/^male_/, "man_").replace(/^female_/, "woman_")
  const candidates = [
    person,
    person.replace(/^large_(.*)_(circle|square)$/, "$1_$2"),
    person.replace(/_(face|sign)$/, ""),
    person.replace(/^face_with_/, ""),
    person.replace(/^(man|woman)_(.*)$/, "$2_$1"),
    person.replace(/^(.*)_(man|woman)$/, "$2_$1"),
  ]
  return byName.get(candidates.find((candidate) => byName.has(candidate)) ?? "")
}

function familyNamed(name: string): string | undefined {
  const parts = name.split("-").map((part) => (Object.hasOwn(family, part) ? family[part] : undefined))
  const joined = parts.join(joiner)
  return parts.length > 1 && !parts.includes(undefined) && single.test(joined) ? joined : undefined
}

/** `flag-de`: by the letters of the country. */
function flagNamed(name: string): string | undefined {
  const [, letters] = /^flag-([a-z]{2})$/.exec(name) ?? []
  if (letters === undefined) return undefined
  const flag = String.fromCodePoint(...Array.from(letters, (letter) => letter.charCodeAt(0) - 0x61 + 0x1f1e6))
  return single.test(flag) ? flag : undefined
}

/** The text, if it is one emoji; some are written without the variation selector that they need. */
export function emojiIn(text: string): string | undefined {
  const trimmed = text.trim()
  return [trimmed, `${trimmed}\ufe0f`].find((candidate) => single.test(candidate))
}

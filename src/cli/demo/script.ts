/**
 * The conversation of the demo: a bicycle workshop with a coffee bar, its people and their
 * three rooms. `before` is in the past when the demo starts; `live` is said during it.
 */
export const people = {
  maya: "Maya Okafor",
  jonas: "Jonas Lindqvist",
  lina: "Lina Chen",
  narges: "نرگس",
  tomas: "Tomás Rivera",
  ines: "Inês Duarte",
  sam: "Sam",
} as const

export type Person = keyof typeof people

export const persons = Object.keys(people) as Person[]

export interface More {
  /** Which line it replies to: so many lines above. */
  readonly answers?: number
  readonly reactions?: Readonly<Record<string, readonly Person[]>>
}

export interface ScriptedRoom {
  readonly name: string
  readonly before: readonly (readonly [minutesAfterTheLast: number, by: Person, text: string, more?: More])[]
  readonly live: readonly (readonly [by: Person, text: string, more?: More])[]
}

export const rooms: readonly ScriptedRoom[] = [
  {
    name: "General",
    before: [
      [0, "maya", "Good morning! The new sign is up: Spoke & Bean, in letters one can read from the tram."],
      [2, "tomas", "It looks wonderful. My mother already sent me a photo of it."],
      [1, "ines", "Mine too 😄"],
      [14, "jonas", "The inspector for the coffee bar comes on Thursday at ten. I need one of you here."],
      [3, "lina", "I can be there. Does she want to see the water filter papers?"],
      [1, "jonas", "She does. They are in the blue folder under the till, I hope."],
      [6, "lina", "They are not in the blue folder."],
      [1, "lina", "They are in the green one. All is well."],
      [210, "sam", "Saturday's repair class is full: twelve people and a waiting list of five."],
      [2, "maya", "Then let us do a second one in the afternoon. Who has the time?"],
      [1, "narges", "I do, from two o'clock."],
      [1, "ines", "I will bring the stands up from the cellar."],
      [
        1_180,
        "jonas",
        "**Inspection passed!** Not one remark. She stayed for an espresso.",
        { reactions: { "🎉": ["maya", "lina", "ines", "sam"], "☕": ["tomas"] } },
      ],
      [1, "tomas", "👏"],
      [1, "narges", "آفرین! عالی شد. بعدازظهر شیرینی می‌آورم."],
      [1, "maya", "A box of pastries on the house, then. Narges beat me to it, I see."],
      [
        6,
        "lina",
        "For the newsletter, one line each please:\n• what you repaired last week\n• what you learned from it\n• the strangest thing somebody rode in on",
      ],
      [
        4,
        "sam",
        "A cargo bike with a piano stool instead of a saddle.",
        { answers: 1, reactions: { "😂": ["maya", "jonas", "narges"], "🎹": ["tomas"] } },
      ],
      [2, "ines", "That cannot be beaten."],
      [
        95,
        "tomas",
        "Supplier's catalogue for the autumn: https://example.com/catalogue/autumn?page=4 (the tyres on page 4).",
      ],
      [5, "jonas", "The reflective ones? Yes, ten pairs.", { answers: 1, reactions: { "👍": ["tomas", "maya"] } }],
      [38, "maya", "Reminder: we close at four today, it is the street festival."],
      [1, "sam", "I will be the one in the paper bicycle costume.", { reactions: { "🚲": ["ines", "lina"] } }],
      [1, "ines", "There will be photos."],
    ],
    live: [
      ["ines", "The festival stand is set up. We have shade, a pump and far too much lemonade."],
      ["sam", "The costume fits. I cannot sit down in it.", { reactions: { "😂": ["ines", "maya"] } }],
      ["maya", "Please stand by the door, then. You are our best advertisement."],
      ["tomas", "Two children asked whether you are real."],
      ["sam", "I gave them a bell each. They are ringing them now. I regret it."],
      ["narges", "قیمت‌ها را روی تخته نوشتم 🙂"],
      ["jonas", "Somebody left a helmet at the counter, silver, with a sticker of a fox."],
      ["lina", "That is mine, thank you! I was looking for it since Tuesday.", { answers: 1 }],
      [
        "maya",
        "Day's tally so far: 41 tyres pumped, 9 chains oiled, 3 new people for the class.",
        { reactions: { "🎉": ["jonas", "lina", "tomas"] } },
      ],
      ["ines", "And one piano stool returned."],
    ],
  },
  {
    name: "Workshop",
    before: [
      [0, "narges", "Stand 2 is free again. The blue tandem is done and paid."],
      [3, "sam", "Which grease for the old headset, the one with loose bearings?"],
      [
        2,
        "jonas",
        "The waterproof one in the red tub. And count the balls before you lose one.",
        { answers: 1, reactions: { "🙏": ["sam"] } },
      ],
      [1, "sam", "How many should there be?"],
      [1, "jonas", "One more than you have now."],
      [420, "ines", "Wheel truing: the rear of the green tourer will not come below 0.5 mm, I suspect the rim."],
      [4, "narges", "Rim. It had the same last spring. Tell her before you spend another hour on it."],
      [9, "ines", "She says to replace it. Ordering now."],
      [890, "tomas", "Torque for carbon seat posts, for the wall, since I am asked daily: 5 Nm, with paste."],
      [1, "lina", "Writing it on the wall, in large letters."],
      [70, "sam", "The bearing count was right in the end. All 25 of them."],
      [2, "jonas", "A proud day.", { answers: 1 }],
      [33, "narges", "The ultrasonic cleaner hums again. It was the fuse."],
    ],
    live: [
      ["narges", "Next on stand 1: a folding bike that does not fold."],
      ["ines", "Or does not unfold?"],
      ["narges", "It is in between. Its owner is, too."],
      ["jonas", "Hinge pin. Second drawer, left, the small bag."],
      ["narges", "Found it. It folds! It unfolds! He is dancing.", { reactions: { "🕺": ["ines", "sam"] } }],
      ["sam", "Who has the 15 mm pedal spanner?"],
      ["ines", "It is where you left it: in the paper costume."],
    ],
  },
  {
    name: "Menu ideas",
    before: [
      [0, "lina", "Autumn menu, first thoughts: cardamom bun, pumpkin soup, something with pears."],
      [
        5,
        "tomas",
        "Pear and walnut toast. I can make it in four minutes.",
        { answers: 1, reactions: { "🍐": ["maya", "lina"] } },
      ],
      [1, "maya", "I would eat that twice a day."],
      [600, "lina", "Tasting on Friday at three. Bring opinions."],
      [2, "ines", "I have many."],
      [
        1_300,
        "lina",
        "Results: soup 7 votes, toast 7 votes, bun 7 votes. There are seven of us. You are no help at all ❤️",
      ],
      [12, "jonas", "Then the menu has three things on it."],
    ],
    live: [
      [
        "tomas",
        "First pear toast sold. The customer closed her eyes while she ate it.",
        { reactions: { "❤️": ["lina", "maya"] } },
      ],
      ["lina", "That is better than a review."],
      ["maya", "Should the bun have sugar on top, or is it enough inside?"],
      ["tomas", "On top. People like to hear it crunch.", { answers: 1 }],
      ["lina", "Sugar on top it is."],
    ],
  },
]

/** What a bot answers to a message, in this order and then again from the second on. */
export const replies: readonly ((name: string) => string)[] = [
  (name) =>
    `Welcome, ${name}! Have a look around: open this page in a second window and talk to yourself, it is quite good.`,
  () => "Well said.",
  (name) => `I will pass that on to the others, ${name}.`,
  () => "Hm, let me think about that over a coffee.",
  () => "👍",
]

/** Of those that were said in the room before it. */
export function answeredBy<Id>({ answers = 0 }: More = {}, ids: readonly Id[]): Id | undefined {
  return answers === 0 ? undefined : ids.at(-answers)
}

export function reactionsOf({ reactions = {} }: More = {}): (readonly [Person, emoji: string])[] {
  return Object.entries(reactions).flatMap(([emoji, by]) => by.map((person) => [person, emoji] as const))
}

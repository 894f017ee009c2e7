/** What the people of the demo say after their script: short exchanges that fit any day, in any order. */
import type { Person } from "./script.ts"

export type Exchange = readonly (readonly [by: Person, text: string])[]

/** By the room's name. */
export const smalltalk: Readonly<Record<string, readonly Exchange[]>> = {
  General: [
    [
      ["maya", "Who locks up tonight?"],
      ["jonas", "I do. I have to wait for a delivery anyway."],
    ],
    [
      ["ines", "The tram stop is closed until Monday, so expect people to walk in from the bridge."],
      ["tomas", "More people past the window. I will put the pastries there."],
    ],
    [
      ["sam", "Somebody asks whether we rent out cargo bikes."],
      ["maya", "Not yet. Take their number, please."],
      ["sam", "Done."],
    ],
    [
      ["narges", "چراغ ورودی سوخته بود، عوضش کردم."],
      ["lina", "Thank you! I walked into the bucket twice."],
    ],
    [
      ["jonas", "The card reader is back. It wanted to be restarted."],
      ["maya", "Do not we all."],
    ],
    [
      ["ines", "Three more for Saturday's class."],
      ["sam", "Then I will print more handouts."],
    ],
    [
      ["lina", "Does anybody have change for a fifty?"],
      ["tomas", "At the bar, top drawer."],
    ],
  ],
  Workshop: [
    [
      ["narges", "Stand 3 is free."],
      ["ines", "I will take the red tourer then."],
    ],
    [
      ["sam", "How tight is a bottom bracket, in words?"],
      ["jonas", "Tighter than you think, and not as tight as you can."],
    ],
    [
      ["ines", "We are down to four 28-inch tubes."],
      ["jonas", "Ordered. They come tomorrow."],
      ["ines", "👍"],
    ],
    [
      ["narges", "Whose are the two left pedals?"],
      ["sam", "Mine. I am looking for the right ones."],
      ["narges", "There cannot be two right ones."],
    ],
    [
      ["jonas", "The compressor is loud again. Please close the hatch when you use it."],
      ["sam", "Closed."],
    ],
    [
      ["ines", "Wheel done, 0.2 mm. I am a little proud."],
      ["narges", "As you should be."],
    ],
  ],
  "Menu ideas": [
    [
      ["tomas", "What do we think of lemon cake?"],
      ["lina", "Always yes."],
    ],
    [
      ["lina", "Two people asked for oat milk this morning."],
      ["tomas", "I will add a carton to the order."],
    ],
    [
      ["maya", "The soup sold out at half past twelve."],
      ["tomas", "Then I make the large pot tomorrow."],
      ["maya", "Make it the very large one."],
    ],
    [
      ["ines", "Could we have something without sugar?"],
      ["tomas", "Water."],
      ["lina", "He means cheese toast. He is on it."],
    ],
    [
      ["lina", "Somebody left a tip and a drawing of a bun with wheels."],
      ["maya", "Frame it!"],
    ],
  ],
}

/** All that the page says, in English, as it is once the views that say it have been loaded. */
import { en } from "../../src/web/texts/en.ts"
import { laterEn } from "../../src/web/texts/later/en.ts"
import { show } from "../../src/web/texts/texts.ts"

export const showAllTexts = () => show({ first: en, later: laterEn }, "en")

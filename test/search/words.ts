/** Words and texts by chance, the same for the same seed: of eight scripts, emoji, and what is none of them. */
import type { Random } from "../support/random.ts"

export function pick<T>(next: Random, list: readonly T[]): T {
  return list[Math.floor(next() * list.length)] as T
}

const alphabets = [
  "aábcdeéfghiklmnoöpqrsßtuüvwxyzAÄÉÖøłæ",
  "αάβγδεέζηθικλμνξοόπρσςτυύφχψωώΆΣ",
  "абвгдеёжзийклмнопрстуфхцчшщыэюяЙ",
  "ابتثجحخدذرزسشصضطظعغفقكلمنهويآأإًٌَُِّْـ",
  "אבגדהוזחטיכלמנסעפצקרשתָּׁ",
  "कखगघचजटडतदनपबमयरलवशसहािीुूेोंँ्",
  "กขคงจชดตถทนบปผพมยรลวสหอะาิีุูเแโ่้",
  "東京大学生日本語中国人山川あいうえおかがきぎアイウエオカガキギーｶﾞｷﾞ서울에만나요한국어",
] as const

/** Of a few letters each, so that words come again. */
export function wordIn(next: Random): string {
  const letters = [...pick(next, alphabets)].slice(0, 8 + Math.floor(next() * 4))
  return Array.from({ length: 1 + Math.floor(next() * 4) }, () => pick(next, letters)).join("")
}

const between = [
  " ",
  " ",
  " ",
  " ",
  ", ",
  ". ",
  "-",
  "\n",
  " 👍🏽 ",
  " 1️⃣ ",
  "/",
  "’",
  " (",
  '" ',
  "\u200c",
  "_",
] as const

export function textIn(next: Random): string {
  return Array.from({ length: 1 + Math.floor(next() * 9) }, () => wordIn(next) + pick(next, between)).join("")
}

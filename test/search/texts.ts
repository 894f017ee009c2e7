/** Texts in eight scripts, each with a query that finds it and one that must not. */
export const scripts = [
  {
    name: "Latin",
    text: "Die Straße führt ins Café, ﬁnally",
    finds: ["strasse", "CAFE", "fin", "fuhrt ca"],
    not: ["strase", "caf fin"],
  },
  { name: "Greek", text: "Η Ελλάδα και ο κόσμος", finds: ["ελλαδα", "ΚΟΣΜΟΣ", "κόσμ"], not: ["λλαδα", "κοσμοσα"] },
  { name: "Cyrillic", text: "Привет, ёжик в тумане", finds: ["ПРИВЕТ", "ежик", "тум"], not: ["ривет", "туманы"] },
  { name: "Arabic", text: "السَّلَامُ عَلَيْكُمْ أحمد", finds: ["السلام", "عليكم", "احمد"], not: ["سلا م", "علي كم"] },
  { name: "Hebrew", text: "שָׁלוֹם עוֹלָם", finds: ["שלום", "עול"], not: ["לום"] },
  { name: "Devanagari", text: "हिन्दी की किताब", finds: ["हिन्दी", "किता"], not: ["हन्द", "ताब"] },
  { name: "Thai", text: "สวัสดีครับ ยินดีต้อนรับ", finds: ["สวัสดี", "ครับ", "ต้อน"], not: ["ครบ"] },
  {
    name: "Chinese and Japanese",
    text: "東京タワーへ行く、ｶﾞｷﾞ",
    finds: ["東京", "タワ", "京", "く", "ガギ", "東京タワー 行"],
    not: ["京東", "カギ", '"東京 行く"'],
  },
  { name: "Korean", text: "서울에서 만나요", finds: ["서울", "만나", "요", "서울에서"], not: ["울서"] },
] as const

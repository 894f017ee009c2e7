/** The page in Arabic, from right to left. */
import { type Formats, isolated } from "./formats.ts"
import type { Texts } from "./texts.ts"

export const ar = (f: Formats): Texts => ({
  shared: {
    close: "إغلاق",
    tryAgain: "حاول مجددًا",
    copyLink: "نسخ الرابط",
    copied: "تم النسخ",
    linkCopied: "تم نسخ الرابط",
    loading: "جارٍ التحميل… إن طال الأمر فتحقق من اتصالك.",
  },
  names: {
    you: "أنت",
    someone: "شخص ما",
    list: (names, others) => f.list([...names.map(isolated), ...(others > 0 ? [f.count(others, otherPeople)] : [])]),
  },
  language: {
    label: "اللغة",
    browser: "لغة المتصفح",
  },
  keys: { control: "Ctrl", alt: "Alt", shift: "Shift", enter: "Enter", cancel: "Esc" },
  title: {
    page: "Warren",
    room: (name) => `${isolated(name)} · Warren`,
    unread: (count, title) => `(${count}) ${title}`,
  },
  problems: {
    nameEmpty: "أدخل اسمًا.",
    tooLong: (max) =>
      f.count(max, { few: "الحد الأقصى # أحرف.", many: "الحد الأقصى # حرفًا.", other: "الحد الأقصى # حرف." }),
    invisible: "أزل الأحرف غير المرئية.",
    url: "أدخل عنوانًا يبدأ بـ https:// أو http://.",
    removed: "أُخرجتَ من هذه الغرفة.",
  },
  welcome: {
    title: "مرحبًا بك في Warren",
    lead: "غرف محادثة لفريقك. بماذا نناديك؟",
    name: "اسمك",
    nameHint: "يظهر بجانب رسائلك.",
    submit: "ابدأ المحادثة",
  },
  connection: {
    idle: "جارٍ الاتصال…",
    connecting: "جارٍ الاتصال…",
    online: "متصل",
    offline: "بلا شبكة",
    down: "جارٍ إعادة الاتصال…",
    unauthorized: "لا صلاحية للدخول",
    refused: "غير متصل",
  },
  strip: {
    connecting: "جارٍ الاتصال…",
    offline: "لا اتصال لديك بالشبكة.",
    down: "تعذّر الوصول إلى الخادم.",
    later: "ستُرسل الرسائل عند عودة الاتصال.",
    refused: "غير متصل.",
    closed: "أنهى الخادم الاتصال.",
    full: "اتصالات كثيرة تأتي من شبكتك.",
    barred: "هذا الخادم غير مهيأ لهذا العنوان.",
    typing: (names, count) => f.form(count, { one: `${names} يكتب`, two: `${names} يكتبان`, other: `${names} يكتبون` }),
  },
  sidebar: {
    direct: "الرسائل المباشرة",
    label: "الغرف",
    newRoom: "غرفة جديدة",
    find: "الانتقال إلى…",
    own: "غرفك",
    browse: "تصفح الغرف",
    more: "عرض المزيد",
    notListed: "لا يعرض هذا الخادم قائمة غرفه. افتح غرفة عبر رابطها.",
    failed: "تعذّر تحميل الغرف. حاول مجددًا بعد قليل.",
    unread: (shown) => `${shown} غير مقروءة`,
    mentions: (shown) => `${shown} موجهة إليك`,
    muted: "مكتومة",
    online: (count) => `المتصلون: ${f.number(count)}`,
    noMessages: "لا رسائل بعد",
  },
  find: {
    label: "البحث عن غرف وأشخاص",
  },
  settings: {
    title: "الإعدادات",
  },
  profile: {
    edit: "تعديل ملفك الشخصي",
  },
  noRoom: {
    title: "اختر غرفة",
    text: "اختر واحدة من القائمة أو أنشئ غرفتك.",
    create: "إنشاء غرفة",
  },
  room: {
    back: "العودة إلى الغرف",
    online: (count) => `المتصلون: ${f.number(count)}`,
    details: (isDirect) => (isDirect ? "تفاصيل المحادثة" : "تفاصيل الغرفة"),
    copyLink: "نسخ رابط هذه الغرفة",
  },
  messages: {
    label: (room) => `رسائل ${isolated(room)}`,
    loading: "جارٍ تحميل الرسائل",
    loadingOlder: "جارٍ تحميل الرسائل السابقة…",
    start: (room) => `هنا بداية ${isolated(room)}`,
    startDirect: (people) => `هنا بداية رسائلك مع ${isolated(people)}`,
    startEmpty: "لا رسائل بعد. ألقِ التحية.",
    new: "جديد",
  },
  message: {
    edited: "(معدّلة)",
    reactions: "التفاعلات",
    reacted: (emoji, names) => `تفاعل بـ ${emoji}: ${names}`,
    showAll: "عرض الكل",
    showLess: "عرض أقل",
    sending: "جارٍ الإرسال…",
    waiting: "في انتظار الإرسال",
    refused: "لم تُرسل.",
    edit: "تعديل",
    remove: "إزالة",
    pictureExcerpt: "صورة",
    announce: (author, text) => `${isolated(author)}: ${text}`,
  },
  notices: {
    joined: (names, count) => f.form(count, { one: `انضم ${names}`, other: `انضم كل من ${names}` }),
    left: (names, count) => f.form(count, { one: `غادر ${names}`, other: `غادر كل من ${names}` }),
    visited: (names, count) =>
      f.form(count, { one: `انضم ${names} ثم غادر`, two: `انضم ${names} ثم غادرا`, other: `انضم ${names} ثم غادروا` }),
  },
  composer: {
    label: (room) => `رسالة إلى ${isolated(room)}`,
    keys: "يرسل مفتاح الإدخال الرسالة، ويبدأ معه مفتاح التحويل سطرًا جديدًا",
    keysTouch: "يبدأ مفتاح الإدخال سطرًا جديدًا، ويرسل الزرُّ الرسالة",
    picture: "إرسال ملفات",
    send: "إرسال",
    left: (count) => f.number(count),
  },
  emoji: {
    title: "رموز تعبيرية",
  },
  times: {
    now: "الآن",
    today: "اليوم",
    yesterday: "أمس",
  },
})

const otherPeople = {
  one: "شخص آخر",
  two: "شخصان آخران",
  few: "# آخرون",
  many: "# آخرون",
  other: "# آخرون",
}

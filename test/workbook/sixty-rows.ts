export const headings = ['Centre number', 'Centre name', 'Email']
const names = [
  'École Élémentaire "Les Chênes"',
  'مدرسة النيل',
  '北京国际学校',
  'Ω & <Söhne>',
  "O'Brien’s",
  '=SUM(A1)',
  '-5',
  '0042',
  'नमस्ते विद्यालय',
  'two  blanks',
  '_xylophone school',
  '😀 Academy',
]

/** Sixty rows as offices have them. */
export const sixtyRows = Array.from({ length: 60 }, (_, at) => [
  String(at * 37).padStart(5, '0'),
  `${names[at % names.length]} ${at}`,
  `user${at}+tag@école${at}.example`,
])

/** What demo people are made of. Invented; any likeness is chance. */

// biome-ignore format: word lists
export const FIRST_NAMES = [
  'Anders', 'Åsa', 'Björn', 'Britt-Marie', 'Börje', 'Cecilia', 'Elin', 'Emil', 'Erik', 'Eva-Lena', 'Frida', 'Fredrik', 'Göran', 'Gunnel', 'Gustav',
  'Hanna', 'Håkan', 'Hjördis', 'Ida', 'Ingrid', 'Jan-Erik', 'Johanna', 'Jörgen', 'Karin', 'Kerstin', 'Klas-Göran', 'Lars', 'Lena', 'Linnéa', 'Maja',
  'Magnus', 'Märta', 'Mikael', 'Måns', 'Nils', 'Oskar', 'Pär', 'Pernilla', 'Rolf', 'Saga', 'Sören', 'Stina', 'Sven', 'Tove', 'Ulla-Britt', 'Viktor',
  'Wilma', 'Östen', 'Aino', 'Väinö', 'Päivi', 'Søren', 'Bjørg', 'Øyvind', 'Agnieszka', 'Paweł', 'Małgorzata', 'Jiří', 'Zdeňka', 'Szilvia', 'Győző',
  'Amélie', 'François', 'Zoë', 'José', 'Íñigo', 'João', 'Jürgen', 'Käthe', 'Ayşe', 'Yiğit', 'Nguyễn', 'Thúy', 'Leila', 'Omar', 'Samira', 'Dragana',
  'Živko', 'Ömer', 'Abdirahman', 'Hodan', 'Rasa', 'Jānis', 'Kristīne', 'Kärt', 'Sigríður', 'Þórdís', 'Ana-Maria', 'Ștefan',
] as const

// biome-ignore format: word lists
export const LAST_NAMES = [
  'Andersson', 'Johansson', 'Karlsson', 'Nilsson', 'Eriksson', 'Larsson', 'Olsson', 'Persson', 'Svensson', 'Gustafsson', 'Lindström', 'Sjöberg',
  'Öberg', 'Åkesson', 'Ångström', 'Ström', 'Söderqvist', 'Nyström', 'Björklund', 'Hedlund', 'Ekström', 'Lundgren', 'Holmgren', 'Wallström', 'Källgren',
  'Åberg', 'Östlund', 'Sjögren', 'Blomqvist', 'Engström', 'Forsström', 'Grönlund', 'Hägg', 'Löfgren', 'Mårtensson', 'Näslund', 'Rosén', 'Skärgård',
  'Törnqvist', 'Wikström', 'Rönnblad', 'Bäckman', 'Mäkinen', 'Hämäläinen', 'Sørensen', 'Kjær', 'Bjørnstad', 'Wiśniewski', 'Wójcik', 'Łukaszewicz',
  'Dvořák', 'Nováková', 'Szabó', 'Kőszegi', 'Lefèvre', 'Gonçalves', 'Muñoz', 'Peña', 'Müller', 'Groß', 'Yılmaz', 'Şahin', 'Trần', 'Đặng', 'Haddad',
  'al-Masri', 'Petrović', 'Kovačević', 'Jović', 'Hassan Ali', 'Kazlauskienė', 'Bērziņš', 'Tamm', 'Guðmundsdóttir', 'Ionescu', 'Țurcanu', 'von Essen',
  'af Ekenstam', 'de la Gardie', 'Bergman Lind',
] as const

/** Names that no list above makes: apostrophes, other scripts, one word, very long, namesakes. Their userids are given where folding cannot. */
export const FURTHER_PEOPLE: readonly { name: string; userid?: string }[] = [
  { name: 'Anna Lindström' },
  { name: 'Anna Lindström' },
  { name: 'Åsa Öberg' },
  { name: 'Siobhán O’Brien' },
  { name: 'Seán O’Neill' },
  { name: 'Даниил Соколов', userid: 'daniil.sokolov' },
  { name: 'Ελένη Παπαδοπούλου', userid: 'eleni.papadopoulou' },
  { name: '李娜', userid: 'li.na' },
  { name: 'محمد الأحمد', userid: 'mohammed.alahmad' },
  { name: 'Rasmus', userid: 'rasmus' },
  { name: 'Maria-Magdalena Wolfeschlegelsteinhausenbergerdorff-Åkerblom', userid: 'maria.wolfe' },
  { name: 'Bo Ek' },
]

const place = (country: string, town: string) => ({ country, town })

/** Where people sit, and the company that stands in their certificate. */
export const PLACES = [
  { place: place('SE', 'Stockholm'), company: 'Nordlund Energi AB' },
  { place: place('SE', 'Stockholm'), company: 'Nordlund Energi AB' },
  { place: place('SE', 'Göteborg'), company: 'Nordlund Energi AB' },
  { place: place('SE', 'Malmö'), company: 'Nordlund Energi AB' },
  { place: place('SE', 'Umeå'), company: 'Nordlund Elnät AB' },
  { place: place('SE', 'Östersund'), company: 'Nordlund Elnät AB' },
  { place: place('SE', 'Linköping'), company: 'Nordlund Fjärrvärme AB' },
  { place: place('FI', 'Helsinki'), company: 'Nordlund Energia Oy' },
  { place: place('NO', 'Tromsø'), company: 'Nordlund Kraft AS' },
  { place: place('DK', 'København'), company: 'Nordlund Energi A/S' },
] as const

"""What plates say: the patterns of ../shared policy and of European countries, vanity texts, and words that are none."""

# @ a letter, # a digit, $ a month (1 to 9, O, N, D), - a gap that may hold a symbol. A pattern's weight is about how common it is on a road.
US_PATTERNS = (
    ('#@@@###', 14), ('###@@@#', 2), ('@@@-####', 14), ('###-@@@', 12), ('@@@-###', 12), ('@@#-@#@', 12), ('@@###@#', 1),
    ('#@#####', 4), ('#####@#', 4), ('@###-###', 2), ('@##-####', 4), ('@@-####', 2), ('@@-#####', 2), ('##-@@@#', 1),
    ('######', 2), ('###-###', 3), ('###-####', 4), ('#######', 2), ('@#####@', 1), ('##@-###', 2), ('##@-@##', 2),
    ('@@@-##@', 3), ('@##-@@@', 2), ('@###-@@', 2), ('@@@@##', 2), ('@##@@@', 1), ('###-@@#', 2), ('#@@-##', 1), ('###@@-#', 1),
    ('##@@##', 2), ('#@@-####', 2), ('##@#####', 1), ('##@###@', 2), ('#@#####', 1), ('@######', 3), ('######@', 1),
    ('@@@##@', 1), ('@###@@', 2), ('###-#@@', 2), ('@@@@-###', 1), ('#@-#####', 2), ('#@-####', 1), ('@@##-@#@', 1), ('@@##@##', 1),
    ('@@#####', 2), ('@@####', 2), ('@@##-##', 1), ('@@-###', 2), ('@-#####', 1), ('#####-@@', 1), ('####-@@', 1), ('####@@@', 1),
    ('$@@-###', 3), ('#-#####', 1), ('##-#####', 1), ('#####', 1), ('####', 1), ('###@@', 1), ('@@@#@#', 1), ('@@##@#', 1), ('#@#-@@#', 1))
EU_PATTERNS = (
    ('@@-###@@', 12), ('#@#-####', 8), ('@@@-##-##', 4), ('@@-##-##', 2), ('@-@@-###', 3), ('@@-@@-###', 3), ('@-@@-####', 3),
    ('@@-@-####', 2), ('@@@-@@-##', 2), ('@@##-@@@', 8), ('@@-###-@@', 6), ('@@-#####', 3), ('@@@-####', 3), ('@@@-@###', 1),
    ('####-@@@', 5), ('##-@@@-#', 2), ('#-@@@-##', 1), ('##-@@-@@', 2), ('@@@-###', 6), ('@@-######', 2), ('#-@@@-###', 2),
    ('@@-##-@@@', 3), ('@-##-@@@', 1), ('@@-####-@@', 2), ('@@@-###@', 2), ('@@-@@-##', 1), ('@###@@@', 1), ('@-@@@@@', 1),
    ('@-#####@', 1), ('#@@-####', 1), ('###-@@@', 1), ('@@###@@', 2), ('@@@##@#', 1), ('#@##-####', 1))
SAFE_LETTERS = 'ABCDEFGHJKLMNPRSTUVWXYZ'
ALL_LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ'
VOWELS, CONSONANTS = 'AEIOU', 'BCDFGHJKLMNPRSTVWYZ'
STATES = '''Alabama Alaska Arizona Arkansas California Colorado Connecticut Delaware Florida Georgia Hawaii Idaho Illinois
Indiana Iowa Kansas Kentucky Louisiana Maine Maryland Massachusetts Michigan Minnesota Mississippi Missouri Montana Nebraska
Nevada New_Hampshire New_Jersey New_Mexico New_York North_Carolina North_Dakota Ohio Oklahoma Oregon Pennsylvania Rhode_Island
South_Carolina South_Dakota Tennessee Texas Utah Vermont Virginia Washington West_Virginia Wisconsin Wyoming'''.split()
MONTHS = 'JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC'.split()
WORDS = '''state the land of lincoln sunshine garden empire show me golden grand canyon evergreen lone star first in flight
famous potatoes motors toyota honda ford dealer sales auto center exempt county city park lake great plains wild west
wonderful live free peace bay police north south street road legends ford chevrolet nissan hybrid turbo sport limited
service exit speed limit only no parking stop open sale since www com phone call'''.split()


def weighted(patterns, dice):
    weights = [w for _, w in patterns]
    pick = dice.uniform(0, sum(weights))
    for text, weight in patterns:
        pick -= weight
        if pick <= 0:
            return text
    return patterns[-1][0]


def fill(pattern, letters, dice):
    out = ''
    for c in pattern:
        if c == '@':
            c = letters[dice.integers(len(letters))]
        elif c == '#':
            c = str(dice.integers(10))
        elif c == '$':
            c = '123456789OND'[dice.integers(12)]
        out += c
    return out


def vanity(dice):
    length = int(dice.integers(3, 9))
    out = ''
    for i in range(length):
        roll = dice.random()
        if roll < 0.12:
            out += str(dice.integers(10))
        elif (i % 2 == 0) != (roll < 0.25):
            out += CONSONANTS[dice.integers(len(CONSONANTS))]
        else:
            out += VOWELS[dice.integers(len(VOWELS))]
    if length > 3 and dice.random() < 0.3:
        at = int(dice.integers(1, length - 1))
        out = out[:at] + '-' + out[at:]
    return out


def uniform(dice):
    length = int(dice.integers(3, 9))
    out = ''.join((ALL_LETTERS + '0123456789' * 2)[dice.integers(46)] for _ in range(length))
    if dice.random() < 0.4:
        at = int(dice.integers(1, length))
        out = out[:at] + '-' + out[at:]
    return out


def as_registered(text, european):
    """Where no pattern tells O from 0, American registers take them for one character, and this writes it 0."""
    return text if european else text.replace('O', '0')


def plate_text(european, dice):
    roll = dice.random()
    if roll < (0.05 if european else 0.19):
        return as_registered(vanity(dice), european)
    if roll < 0.32:
        return as_registered(uniform(dice), european)
    letters = ALL_LETTERS if european or dice.random() < 0.12 else SAFE_LETTERS
    return fill(weighted(EU_PATTERNS if european else US_PATTERNS, dice), letters, dice)


def short_text(european, dice):
    """At most six characters, where letters are wide: those that owners choose, and old numbers."""
    while True:
        text = as_registered(vanity(dice), european) if dice.random() < 0.5 else plate_text(european, dice)
        if len(text.replace('-', '')) <= 6:
            return text


def state_name(dice):
    name = STATES[dice.integers(len(STATES))].replace('_', ' ')
    return name.upper() if dice.random() < 0.5 else name


def words(dice, most=4):
    out = ' '.join(WORDS[dice.integers(len(WORDS))] for _ in range(int(dice.integers(1, most + 1))))
    roll = dice.random()
    return out.upper() if roll < 0.5 else out.title() if roll < 0.85 else out


def sticker(dice):
    """The month and year that a plate is paid for, the sticker's number."""
    number = lambda n: ''.join(str(dice.integers(10)) for _ in range(n))
    kind = int(dice.integers(6))
    return (MONTHS[dice.integers(12)], number(2), '20' + number(2), number(2) + '-' + number(2), 'EXP ' + number(2), number(7))[kind]


def not_a_plate(dice):
    """Lines of print that no plate has: dates, phone numbers, words, badges. None may be taken for a plate's text, or the
    reader learns to leave out what it sees well."""
    roll = int(dice.integers(6))
    number = lambda n: ''.join(str(dice.integers(10)) for _ in range(n))
    if roll == 0:
        mark = '/-.:'[dice.integers(4)]
        return mark.join((number(4), number(2), number(2))) + ' ' + ':'.join((number(2), number(2), number(2)))
    if roll == 1:
        return '(%s) %s-%s' % (number(3), number(3), number(4)) if dice.random() < 0.5 else number(3) + '.' + number(3) + '.' + number(4)
    if roll == 2:
        return state_name(dice)
    return words(dice)

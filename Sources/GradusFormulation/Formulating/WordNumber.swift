// SPDX-License-Identifier: Apache-2.0

/// A number as a text says it: in digits (`1,200`, `2.5 million`, `3/4`, `5 %`, `8:30`) or in a word (`seven`, `half`, `dozen`).
public struct WordNumber: Sendable, Codable, Hashable {
  /// As it stands in the text.
  public var text: String
  /// What it may mean, the nearest first: 5 % is 5, 0.05, 0.95 or 1.05.
  public var readings: [Double]
  /// False for words that are numbers only at times, such as `one` and `third`: a model need not use them.
  public var isCertain: Bool
  /// Where it begins, in bytes.
  public var offset: Int

  public init(_ text: String, readings: [Double], isCertain: Bool = true, offset: Int = 0) {
    self.text = text
    self.readings = readings
    self.isCertain = isCertain
    self.offset = offset
  }

  /// The numbers of a text, in its order. Parts of names (`A1`), ordinals (`3rd`) and the numbering of a list are none. In a text
  /// that is not English `3,5` is 3.5, and `1.200` may be 1200. Cost: linear.
  public static func all(in text: String) -> [WordNumber] {
    var scanner = WordNumberScanner(text, isEnglish: WordLanguage.isEnglish(text))
    return scanner.numbers()
  }

  static let words: [String: Double] = [
    "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10, "eleven": 11,
    "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16, "seventeen": 17, "eighteen": 18,
    "nineteen": 19, "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80,
    "ninety": 90, "hundred": 100,
  ]

  /// Numbers at times, something else at others.
  static let loose: [String: Double] = [
    "zero": 0, "one": 1, "once": 1, "twice": 2, "double": 2, "triple": 3, "half": 0.5, "third": 1.0 / 3,
    "quarter": 0.25,
    "dozen": 12, "pair": 2, "both": 2, "thousand": 1000, "million": 1e6,
  ]

  static let scales: [String: Double] = [
    "hundred": 100, "thousand": 1000, "million": 1e6, "billion": 1e9, "dozen": 12, "k": 1000,
  ]
}

/// Walks through a text once.
private struct WordNumberScanner {
  private let bytes: [UInt8]
  private var position = 0
  private var found: [WordNumber] = []

  private let isEnglish: Bool

  init(_ text: String, isEnglish: Bool) {
    bytes = Array(text.utf8)
    self.isEnglish = isEnglish
  }

  private func byte(_ place: Int) -> UInt8 { bytes.indices.contains(place) ? bytes[place] : 0x20 }

  private static func isDigit(_ byte: UInt8) -> Bool { byte &- 0x30 <= 9 }

  private static func isLetter(_ byte: UInt8) -> Bool { (byte | 0x20) &- 0x61 <= 25 || byte >= 0x80 || byte == 0x5F }

  private func shown(_ range: Range<Int>) -> String { String(decoding: bytes[range], as: UTF8.self) }

  mutating func numbers() -> [WordNumber] {
    while position < bytes.count {
      let byte = bytes[position]
      if Self.isDigit(byte) || byte == UInt8(ascii: ".") && Self.isDigit(self.byte(position + 1)) {
        digits()
      } else if Self.isLetter(byte) {
        word()
      } else {
        position += 1
      }
    }
    return found
  }

  /// A word, or a name with digits in it.
  private mutating func word() {
    let start = position
    while position < bytes.count, Self.isLetter(bytes[position]) || Self.isDigit(bytes[position]) { position += 1 }
    let text = shown(start..<position)
    let lower = text.lowercased()
    if let value = WordNumber.words[lower] {
      // twenty-five, two hundred
      var value = value
      if value >= 20, value < 100, byte(position) == UInt8(ascii: "-") || byte(position) == 0x20,
        let (unit, end) = nextWord(position + 1), let small = WordNumber.words[unit] ?? (unit == "one" ? 1 : nil),
        small < 10
      {
        value += small
        position = end
      }
      finish([value], start, certain: true)
    } else if let value = WordNumber.loose[lower] {
      finish([value], start, certain: false)
    }
  }

  /// Digits from here on.
  private mutating func run() -> String {
    let begin = position
    while position < bytes.count, Self.isDigit(bytes[position]) { position += 1 }
    return shown(begin..<position)
  }

  /// Where `3,5` is 3.5: the fraction behind a comma that no English text has there; nil where there is none.
  private mutating func fraction() -> String? {
    guard !isEnglish, byte(position) == UInt8(ascii: ","), Self.isDigit(byte(position + 1)) else { return nil }
    let begin = position
    position += 1
    let digits = run()
    if digits.utf8.count != 3 { return digits }
    position = begin
    return nil
  }

  /// 12 · 1,200 · 2.5 · 1e6 · 100,200,300, which may be a list without blanks
  private mutating func digits() {
    let start = position
    // $3 and €3 begin with no letter; CO2 does, and was taken as a word.
    var groups = [run()]
    while byte(position) == UInt8(ascii: ","), (1...3).contains(groups[0].count), groups.count < 7,
      (1...3).allSatisfy({ Self.isDigit(byte(position + $0)) }), !Self.isDigit(byte(position + 4))
    {
      position += 1
      groups.append(run())
    }
    var text = groups.joined()
    var others = groups.count > 2 ? groups.compactMap { Double($0) } : []
    if byte(position) == UInt8(ascii: "."), Self.isDigit(byte(position + 1)) {
      position += 1
      let digits = run()
      if !isEnglish, digits.utf8.count == 3, let whole = Double(text + digits) { others.append(whole) }
      text += "." + digits
    } else if let digits = fraction() {
      text += "." + digits
    } else if !isEnglish, groups.count == 2, let share = Double(groups.joined(separator: ".")) {
      others.append(share)
    }
    if byte(position) | 0x20 == UInt8(ascii: "e") {
      let sign = [UInt8(ascii: "-"), UInt8(ascii: "+")].contains(byte(position + 1)) ? 1 : 0
      if Self.isDigit(byte(position + 1 + sign)) {
        let begin = position
        position += 1 + sign
        _ = run()
        text += shown(begin..<position)
      }
    }
    guard let value = Double(text), value.isFinite else { return }
    if isNumbering(start) { return }
    if let (unit, end) = nextWord(position), ["st", "nd", "rd", "th"].contains(unit) {
      position = end
      return
    }
    if byte(position) == UInt8(ascii: ":"), Self.isDigit(byte(position + 1)), Self.isDigit(byte(position + 2)) {
      let minutes = Double(bytes[position + 1] - 0x30) * 10 + Double(bytes[position + 2] - 0x30)
      position += 3
      return finish([value + minutes / 60, value, value * 60 + minutes], start, certain: true)
    }
    if byte(position) == UInt8(ascii: "/"), Self.isDigit(byte(position + 1)) {
      position += 1
      let divisor = Double(run()) ?? 0
      let readings = divisor > 0 ? [value / divisor, value, divisor] : [value]
      return finish(readings, start, certain: true)
    }
    finish([value] + others, start, certain: true)
  }

  /// `1. ` or `2) ` at the beginning of a line.
  private func isNumbering(_ start: Int) -> Bool {
    guard [UInt8(ascii: "."), UInt8(ascii: ")")].contains(byte(position)), [0x20, 0x09].contains(byte(position + 1)),
      position + 1 < bytes.count
    else { return false }
    var place = start
    while place > 0, byte(place - 1) == 0x20 || byte(place - 1) == UInt8(ascii: "(") { place -= 1 }
    return place == 0 || byte(place - 1) == 10
  }

  /// The word that begins at most one blank behind a place, in lower case, and where it ends.
  private func nextWord(_ place: Int) -> (String, Int)? {
    var begin = place
    if byte(begin) == 0x20 || byte(begin) == UInt8(ascii: "-") { begin += 1 }
    var end = begin
    while end < bytes.count, end - begin < 20, Self.isLetter(bytes[end]) { end += 1 }
    return end > begin ? (shown(begin..<end).lowercased(), end) : nil
  }

  private mutating func finish(_ readings: [Double], _ start: Int, certain: Bool) {
    var readings = readings
    while let (word, end) = nextWord(position), let scale = WordNumber.scales[word] {
      readings = readings.map { $0 * scale } + (word == "k" ? readings : [])
      position = end
    }
    var isShare =
      byte(position) == UInt8(ascii: "%") || byte(position) == 0x20 && byte(position + 1) == UInt8(ascii: "%")
    if let (word, _) = nextWord(position), ["percent", "percentage", "pct"].contains(word) { isShare = true }
    if isShare { readings = readings.flatMap { [$0, $0 / 100, 1 - $0 / 100, 1 + $0 / 100] } }
    found.append(WordNumber(shown(start..<position), readings: readings, isCertain: certain, offset: start))
  }
}

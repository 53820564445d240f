// SPDX-License-Identifier: Apache-2.0

/// CONSTANTS, RANGES, BOUNDS and START POINT: sections whose entries belong to a named set.
extension SIFReader {
  /// True when the card belongs to the first set of its section.
  private mutating func isFirstSet(
    _ card: SIFCard, _ section: SIFSection, allowsMore: Bool = false
  ) throws(ReadError) -> Bool {
    guard let known = setNames[section] else {
      setNames[section] = card.first.text
      return true
    }
    if known == card.first.text { return true }
    if allowsMore { return false }
    throw error(
      card, card.first, "\(card.first.text) is a second set in \(section.rawValue)",
      "one set, here \"\(known)\": a file states one problem")
  }

  private func checkDefault(_ card: SIFCard, _ section: SIFSection) throws(ReadError) {
    if hasEntries.contains(section) {
      throw error(card, card.second, "'DEFAULT' behind single entries", "'DEFAULT' first in its section")
    }
  }

  private func pairs(_ card: SIFCard, _ prefix: UInt8) throws(ReadError) -> [Entry] {
    let result = try entries(card, prefix: prefix)
    if result.isEmpty { throw error(card, card.second, "an entry without a name", "a name in columns 15-24") }
    return result
  }

  mutating func readConstant(_ card: SIFCard) throws(ReadError) {
    let (prefix, rest) = prefixed(card)
    if !rest.isEmpty { throw unknown(card, "nothing, X or Z") }
    _ = try isFirstSet(card, .constants)
    for entry in try pairs(card, prefix) {
      if entry.name == "'DEFAULT'" {
        try checkDefault(card, .constants)
        defaultConstant = entry.value
      } else {
        hasEntries.insert(.constants)
        groups[try group(card, entry.field, entry.name)].constant = entry.value
      }
    }
  }

  mutating func readRange(_ card: SIFCard) throws(ReadError) {
    let (prefix, rest) = prefixed(card)
    if !rest.isEmpty { throw unknown(card, "nothing, X or Z") }
    _ = try isFirstSet(card, .ranges)
    for entry in try pairs(card, prefix) {
      if entry.name == "'DEFAULT'" {
        try checkDefault(card, .ranges)
        defaultRange = abs(entry.value)
      } else {
        hasEntries.insert(.ranges)
        let i = try group(card, entry.field, entry.name)
        guard groups[i].kind == 0x4C || groups[i].kind == 0x47 else {
          throw error(
            card, entry.field,
            "a range of \(groups[i].name), which is of type \(Character(UnicodeScalar(groups[i].kind)))",
            "a group of type L or G")
        }
        groups[i].range = abs(entry.value)
      }
    }
  }

  /// Bounds of magnitude 1e20 and more are infinite.
  private static func limited(_ value: Double) -> Double {
    value >= 1e20 ? .infinity : value <= -1e20 ? -.infinity : value
  }

  mutating func readBound(_ card: SIFCard) throws(ReadError) {
    let code = card.code.text
    let kind: Character
    let prefix: UInt8
    switch code {
    case "LO", "UP", "FX", "FR", "MI", "PL":
      (kind, prefix) = (code == "FX" ? "X" : code == "FR" ? "R" : code.first ?? " ", 0)
    case "XL", "XU", "XX", "XR", "XM", "XP": (kind, prefix) = (code.last ?? " ", 0x58)
    case "ZL", "ZU", "ZX": (kind, prefix) = (code.last ?? " ", 0x5A)
    default: throw unknown(card, "LO, UP, FX, FR, MI, PL, XL, XU, XX, XR, XM, XP, ZL, ZU or ZX")
    }
    _ = try isFirstSet(card, .bounds)
    let name = prefix == 0 ? card.second.text : try expanded(card, card.second)
    var value = 0.0
    if kind == "L" || kind == "U" || kind == "X" {
      value = prefix == 0x5A ? try real(card, card.third, isArray: true) : try number(card, card.firstNumber)
      value = SIFReader.limited(value)
      if kind == "L" && value == .infinity || kind == "U" && value == -.infinity || kind == "X" && value.isInfinite {
        throw error(card, card.firstNumber, "a bound that leaves no value", "a finite number")
      }
    }
    if name == "'DEFAULT'" {
      try checkDefault(card, .bounds)
      defaultBounds = SIFReader.bounded(defaultBounds, kind, value)
      if kind == "M" { defaultBounds.upper = 0 }
      for j in variables.indices { (variables[j].lower, variables[j].upper) = defaultBounds }
      return
    }
    let j = try variable(card, card.second, name)
    hasEntries.insert(.bounds)
    let old = (lower: variables[j].lower, upper: variables[j].upper)
    (variables[j].lower, variables[j].upper) = SIFReader.bounded(old, kind, value)
  }

  private static func bounded(
    _ old: (lower: Double, upper: Double), _ kind: Character, _ value: Double
  ) -> (lower: Double, upper: Double) {
    let isFresh = old.lower == 0 && old.upper == .infinity
    switch kind {
    case "L": return (value, old.upper)
    case "U": return (isFresh && value == 0 ? -.infinity : old.lower, value)
    case "X": return (value, value)
    case "R": return (-.infinity, .infinity)
    case "M": return (-.infinity, isFresh ? 0 : old.upper)
    default: return (old.lower, .infinity)
    }
  }

  mutating func readStart(_ card: SIFCard) throws(ReadError) {
    let (prefix, rest) = prefixed(card)
    guard rest.isEmpty || rest == "V" || rest == "M" else {
      throw unknown(card, "nothing, V, M, X, XV, XM, Z, ZV or ZM")
    }
    guard try isFirstSet(card, .start, allowsMore: true) else {
      let note = "of several start points the first is taken"
      if !notes.contains(note) { notes.append(note) }
      for entry in try pairs(card, prefix) where entry.name != "'DEFAULT'" && variableIndex[entry.name] == nil {
        _ = try group(card, entry.field, entry.name)
      }
      return
    }
    for entry in try pairs(card, prefix) {
      if entry.name == "'DEFAULT'" {
        try checkDefault(card, .start)
        if rest != "M" { start = [Double](repeating: entry.value, count: variables.count) }
        if rest == "M" {
          multipliers = [Double](repeating: entry.value, count: groups.count)
          hasMultipliers = true
        }
        continue
      }
      hasEntries.insert(.start)
      if rest == "M" || rest.isEmpty && variableIndex[entry.name] == nil && groupIndex[entry.name] != nil {
        multipliers[try group(card, entry.field, entry.name)] = entry.value
        hasMultipliers = true
      } else {
        start[try variable(card, entry.field, entry.name)] = entry.value
      }
    }
  }
}

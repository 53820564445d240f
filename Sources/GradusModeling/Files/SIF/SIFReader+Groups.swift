// SPDX-License-Identifier: Apache-2.0
internal import GradusCore

/// GROUPS, VARIABLES and QUADRATIC: names, linear terms and scale factors.
extension SIFReader {
  /// A pair of a name and a number: fields 3 and 4, or 5 and 6; with Z, field 5 names the parameter that is the number.
  typealias Entry = (field: SIFField, name: String, value: Double, valueField: SIFField)

  /// The letter behind X or Z, and which of the two it is; 0 for a card without.
  func prefixed(_ card: SIFCard) -> (prefix: UInt8, rest: String) {
    let code = card.code.text
    guard let first = code.utf8.first, first == 0x58 || first == 0x5A else { return (0, code) }
    return (first, String(code.dropFirst()))
  }

  /// The pairs of a card. `blank` stands for a number that is missing; nil refuses that.
  func entries(_ card: SIFCard, prefix: UInt8, blank: Double? = nil) throws(ReadError) -> [Entry] {
    if card.second.isEmpty {
      for field in [card.firstNumber, card.third, card.secondNumber] where !field.isEmpty {
        throw error(card, field, "a field without a name in field 3", "a name in columns 15-24")
      }
      return []
    }
    func value(_ field: SIFField) throws(ReadError) -> Double {
      if field.isEmpty, let blank { return blank }
      return try number(card, field)
    }
    let first = prefix == 0 ? card.second.text : try expanded(card, card.second)
    if prefix == 0x5A {
      for field in [card.firstNumber, card.secondNumber] where !field.isEmpty {
        throw error(card, field, "a number on a card of type Z", "the name of a real parameter in field 5")
      }
      return [(card.second, first, try real(card, card.third, isArray: true), card.third)]
    }
    var result = [(card.second, first, try value(card.firstNumber), card.firstNumber)]
    if !card.third.isEmpty {
      let second = prefix == 0 ? card.third.text : try expanded(card, card.third)
      result.append((card.third, second, try value(card.secondNumber), card.secondNumber))
    } else if !card.secondNumber.isEmpty {
      throw error(card, card.secondNumber, "a number without a name in field 5", "a name in columns 40-49")
    }
    return result
  }

  /// The name in field 2.
  func subject(_ card: SIFCard, prefix: UInt8, _ what: String) throws(ReadError) -> String {
    let name = prefix == 0 ? card.first.text : try expanded(card, card.first)
    if name.isEmpty { throw error(card, card.first, "the name of the \(what) is missing", "a name in columns 5-14") }
    return name
  }

  func group(_ card: SIFCard, _ field: SIFField, _ name: String) throws(ReadError) -> Int {
    guard let i = groupIndex[name] else {
      throw error(card, field, "the group \(name) is unknown", "a name from the section GROUPS")
    }
    return i
  }

  func variable(_ card: SIFCard, _ field: SIFField, _ name: String) throws(ReadError) -> Int {
    guard let j = variableIndex[name] else {
      throw error(card, field, "the variable \(name) is unknown", "a name from the section VARIABLES")
    }
    return j
  }

  mutating func readGroup(_ card: SIFCard) throws(ReadError) {
    let (prefix, rest) = prefixed(card)
    if rest.count == 2, rest.hasPrefix("D") {
      throw error(card, card.code, "D-groups are not supported", "groups of type N, L, G or E")
    }
    guard let kind = rest.utf8.first, rest.utf8.count == 1, "NLGE".utf8.contains(kind) else {
      throw unknown(card, "N, L, G or E, behind X or Z for names of arrays")
    }
    let name = try subject(card, prefix: prefix, "group")
    let i = groupIndex[name] ?? groups.count
    if i == groups.count {
      groupIndex[name] = i
      groups.append(Group(name: name, line: card.line, kind: kind))
    } else if groups[i].kind != kind {
      throw error(card, card.code, "the group \(name) has two types", "one of N, L, G and E a group")
    }
    for entry in try entries(card, prefix: prefix) {
      if entry.name == "'SCALE'" {
        try scale(i, card, entry)
      } else {
        if !seen.contains(.variables) {
          throw error(card, entry.field, "a variable in GROUPS", "'SCALE', or the section VARIABLES before GROUPS")
        }
        let j = try variable(card, entry.field, entry.name)
        if entry.value != 0 { groups[i].linear.append((entry.value, j)) }
      }
    }
  }

  private mutating func scale(_ i: Int, _ card: SIFCard, _ entry: Entry) throws(ReadError) {
    guard (1 / entry.value).isFinite else {
      throw error(card, entry.valueField, "a scale factor of \(entry.value)", "a number that is not zero")
    }
    groups[i].scale = entry.value
  }

  mutating func readVariable(_ card: SIFCard) throws(ReadError) {
    let (prefix, rest) = prefixed(card)
    if !rest.isEmpty { throw unknown(card, "nothing, X or Z") }
    if card.second.text == "'MARKER'" {
      throw error(card, card.second, "integer markers are not supported", "'INTEGER' in field 3")
    }
    let name = try subject(card, prefix: prefix, "variable")
    let j = variableIndex[name] ?? variables.count
    if j == variables.count {
      variableIndex[name] = j
      variables.append(Variable(name: name))
    }
    if card.second.text == "'INTEGER'" || card.second.text == "'ZERO-ONE'" {
      variables[j].kind = .integer
      if card.second.text == "'ZERO-ONE'" { variables[j].upper = 1 }
      return
    }
    for entry in try entries(card, prefix: prefix) {
      if entry.name == "'SCALE'" {
        throw error(
          card, entry.field, "scale factors of variables are not supported", "scale factors of groups only")
      }
      if !seen.contains(.groups) {
        throw error(card, entry.field, "a group in VARIABLES", "the section GROUPS before VARIABLES")
      }
      let i = try group(card, entry.field, entry.name)
      if entry.value != 0 { groups[i].linear.append((entry.value, j)) }
    }
  }

  /// One triangle of H in ½ xᵀHx.
  mutating func readQuadratic(_ card: SIFCard) throws(ReadError) {
    let (prefix, rest) = prefixed(card)
    if !rest.isEmpty { throw unknown(card, "nothing, X or Z") }
    let i = try variable(card, card.first, subject(card, prefix: prefix, "variable"))
    let pairs = try entries(card, prefix: prefix)
    if pairs.isEmpty { throw error(card, card.second, "an entry without its column", "a variable in field 3") }
    for entry in pairs { quadratic.append((entry.value, i, try variable(card, entry.field, entry.name))) }
  }

  mutating func readObjectBound(_ card: SIFCard) throws(ReadError) {
    switch card.code.text {
    case "LO", "UP", "XL", "XU": _ = try number(card, card.firstNumber)
    case "ZL", "ZU": _ = try real(card, card.third, isArray: true)
    default: throw unknown(card, "LO, UP, XL, XU, ZL or ZU")
    }
  }
}

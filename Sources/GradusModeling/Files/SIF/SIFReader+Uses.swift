// SPDX-License-Identifier: Apache-2.0

/// ELEMENT TYPE, ELEMENT USES, GROUP TYPE and GROUP USES.
extension SIFReader {
  mutating func readElementType(_ card: SIFCard) throws(ReadError) {
    guard ["EV", "IV", "EP"].contains(card.code.text) else { throw unknown(card, "EV, IV or EP") }
    let t = elementTypes.declared(try subject(card, prefix: 0, "element type"), line: card.line)
    for name in try typeNames(card) {
      if elementTypes.types[t].uses(name.text) { throw twice(card, name) }
      switch card.code.text {
      case "EV": elementTypes.types[t].variables.append(name.text)
      case "IV": elementTypes.types[t].internals.append(name.text)
      default: elementTypes.types[t].parameters.append(name.text)
      }
    }
  }

  mutating func readGroupType(_ card: SIFCard) throws(ReadError) {
    guard ["GV", "GP"].contains(card.code.text) else { throw unknown(card, "GV or GP") }
    let t = groupTypes.declared(try subject(card, prefix: 0, "group type"), line: card.line)
    for name in try typeNames(card) {
      if groupTypes.types[t].uses(name.text) { throw twice(card, name) }
      if card.code.text == "GP" {
        groupTypes.types[t].parameters.append(name.text)
      } else if groupTypes.types[t].variables.isEmpty {
        groupTypes.types[t].variables.append(name.text)
      } else {
        throw error(card, name, "a second variable of a group type", "one GV a group type")
      }
    }
  }

  private func twice(_ card: SIFCard, _ name: SIFField) -> ReadError {
    error(card, name, "\(name.text) stands twice in this type", "different names")
  }

  private func typeNames(_ card: SIFCard) throws(ReadError) -> [SIFField] {
    if card.second.isEmpty { throw error(card, card.second, "a card without a name", "a name in columns 15-24") }
    for field in [card.firstNumber, card.secondNumber] where !field.isEmpty {
      throw error(card, field, "a number in the definition of a type", "names in fields 3 and 5")
    }
    let names = card.third.isEmpty ? [card.second] : [card.second, card.third]
    for name in names where !FortranLexer.isName(name.text) {
      throw error(card, name, "\"\(name.text)\" is not a name in Fortran", "a letter, then letters, digits and _")
    }
    return names
  }

  mutating func readElementUse(_ card: SIFCard) throws(ReadError) {
    let (prefix, rest) = prefixed(card)
    let isDefault = card.first.text == "'DEFAULT'"
    switch rest {
    case "T" where prefix != 0x5A:
      guard let t = elementTypes.index[card.second.text] else {
        throw error(
          card, card.second, "the element type \(card.second.text) is unknown", "a name from the section ELEMENT TYPE")
      }
      if isDefault {
        if defaultElementType != nil { throw error(card, card.first, "a second 'DEFAULT'", "one default type") }
        defaultElementType = t
        return
      }
      let name = try subject(card, prefix: prefix, "element")
      if elementIndex[name] != nil {
        throw error(card, card.first, "the element \(name) has a type already", "the type before everything else, once")
      }
      declareElement(name, t, card)
    case "V":
      let e = try element(card, prefix)
      let t = elements[e].type
      guard let k = elementTypes.types[t].variables.firstIndex(of: card.second.text) else {
        throw error(
          card, card.second, "\(card.second.text) is no variable of the element type \(elementTypes.types[t].name)",
          "one of \(elementTypes.types[t].variables.joined(separator: ", "))")
      }
      let j = try variable(card, card.third, prefix == 0 ? card.third.text : try expanded(card, card.third))
      if elements[e].variables[k] != nil { throw twice(card, card.second) }
      elements[e].variables[k] = j
    case "P":
      let e = try element(card, prefix)
      let t = elements[e].type
      for entry in try entries(card, prefix: prefix) {
        guard let k = elementTypes.types[t].parameters.firstIndex(of: entry.name) else {
          throw error(
            card, entry.field, "\(entry.name) is no parameter of the element type \(elementTypes.types[t].name)",
            "a name from an EP card")
        }
        if elements[e].parameters[k] != nil { throw twice(card, entry.field) }
        elements[e].parameters[k] = entry.value
      }
    default: throw unknown(card, "T, V, P, XT, XV, XP, ZV or ZP")
    }
  }

  private mutating func declareElement(_ name: String, _ t: Int, _ card: SIFCard) {
    elementIndex[name] = elements.count
    let type = elementTypes.types[t]
    elements.append(
      Element(
        name: name, line: card.line, type: t, variables: [Int?](repeating: nil, count: type.variables.count),
        parameters: [Double?](repeating: nil, count: type.parameters.count)))
  }

  /// The element of a card; one without a type of its own gets the default.
  private mutating func element(_ card: SIFCard, _ prefix: UInt8) throws(ReadError) -> Int {
    let name = try subject(card, prefix: prefix, "element")
    if let e = elementIndex[name] { return e }
    guard let t = defaultElementType else {
      throw error(card, card.first, "the element \(name) has no type", "a card T first, or T with 'DEFAULT'")
    }
    declareElement(name, t, card)
    return elements.count - 1
  }

  mutating func readGroupUse(_ card: SIFCard) throws(ReadError) {
    let (prefix, rest) = prefixed(card)
    switch rest {
    case "T" where prefix != 0x5A:
      guard let t = groupTypes.index[card.second.text] else {
        throw error(
          card, card.second, "the group type \(card.second.text) is unknown", "a name from the section GROUP TYPE")
      }
      if card.first.text == "'DEFAULT'" {
        if defaultGroupType != nil { throw error(card, card.first, "a second 'DEFAULT'", "one default type") }
        defaultGroupType = (t, card.line)
        return
      }
      let i = try usedGroup(card, prefix)
      if groups[i].type != nil || !groups[i].parameters.isEmpty {
        throw error(card, card.first, "the group \(groups[i].name) has a type already", "the type first, once")
      }
      setType(i, t, card.line)
    case "E":
      let i = try usedGroup(card, prefix)
      let pairs = try entries(card, prefix: prefix, blank: 1)
      if pairs.isEmpty { throw error(card, card.second, "a card without an element", "a name in columns 15-24") }
      for entry in pairs {
        guard let e = elementIndex[entry.name] else {
          throw error(card, entry.field, "the element \(entry.name) is unknown", "a name from ELEMENT USES")
        }
        if entry.value != 0 { groups[i].elements.append((entry.value, e)) }
      }
    case "P":
      let i = try usedGroup(card, prefix)
      if groups[i].type == nil, let (t, _) = defaultGroupType { setType(i, t, card.line) }
      guard let t = groups[i].type else {
        throw error(card, card.first, "the group \(groups[i].name) has no type", "a card T first, or T with 'DEFAULT'")
      }
      for entry in try entries(card, prefix: prefix) {
        guard let k = groupTypes.types[t].parameters.firstIndex(of: entry.name) else {
          throw error(
            card, entry.field, "\(entry.name) is no parameter of the group type \(groupTypes.types[t].name)",
            "a name from a GP card")
        }
        if groups[i].parameters[k] != nil { throw twice(card, entry.field) }
        groups[i].parameters[k] = entry.value
      }
    default: throw unknown(card, "T, E, P, XT, XE, XP, ZE or ZP")
    }
  }

  private func usedGroup(_ card: SIFCard, _ prefix: UInt8) throws(ReadError) -> Int {
    try group(card, card.first, subject(card, prefix: prefix, "group"))
  }

  mutating func setType(_ i: Int, _ t: Int, _ line: Int) {
    groups[i].type = t
    groups[i].typePlace = line
    groups[i].parameters = [Double?](repeating: nil, count: groupTypes.types[t].parameters.count)
  }
}

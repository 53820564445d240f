// SPDX-License-Identifier: Apache-2.0

/// The parts ELEMENTS and GROUPS behind the data: what the functions of the types are.
extension SIFReader {
  mutating func readParts(_ lines: ArraySlice<SIFLine>) throws(ReadError) {
    var hasElements = false
    var hasGroups = false
    var rest = lines
    while let line = rest.first {
      let header = source.isHeader(line) ? source.field(line, 1, 14).text : ""
      guard header == "ELEMENTS" && !hasElements || header == "GROUPS" && !hasGroups else {
        let isSecond = header == "ELEMENTS" || header == "GROUPS"
        throw source.error(
          line.number, 1, isSecond ? "the part \(header) stands twice" : "text behind ENDATA",
          expected: "the parts ELEMENTS and GROUPS, once each, or the end of the file")
      }
      guard
        let end = rest.dropFirst().firstIndex(where: { source.isHeader($0) && source.field($0, 1, 14).text == "ENDATA" }
        )
      else { throw missingEnd() }
      let body = rest[(rest.startIndex + 1)..<end]
      if header == "ELEMENTS" {
        hasElements = true
        var part = SIFPart(source: source, types: elementTypes, isElements: true)
        try part.read(body)
        elementTypes = part.types
      } else {
        hasGroups = true
        var part = SIFPart(source: source, types: groupTypes, isElements: false)
        try part.read(body)
        groupTypes = part.types
      }
      rest = rest[(end + 1)...]
    }
  }
}

/// One of the two function parts while it is being read.
struct SIFPart {
  /// A card with its continuation lines: the text of an expression, and where its pieces stand.
  private struct Card {
    var line: SIFLine
    var code: String
    var text: [UInt8] = []
    var pieces: [(offset: Int, line: Int, column: Int)] = []
  }

  private enum Section { case none, temporaries, globals, individuals }

  private let source: SIFLines
  private(set) var types: SIFTypes
  private let isElements: Bool
  /// The temporaries, which all types share.
  private var temporaries = FortranScope()
  private var globals: [SIFStatement] = []
  private var globalSlots: Set<Int> = []

  // The type at hand.
  private var type: Int?
  private var scope = FortranScope()
  private var function = SIFFunction()
  private var hasValue = false
  private var assigned: Set<Int> = []

  init(source: SIFLines, types: SIFTypes, isElements: Bool) {
    self.source = source
    self.types = types
    self.isElements = isElements
  }

  mutating func read(_ lines: ArraySlice<SIFLine>) throws(ReadError) {
    var section = Section.none
    var k = lines.startIndex
    while k < lines.endIndex {
      let line = lines[k]
      if source.isHeader(line) {
        let word = source.field(line, 1, max(14, line.bytes.count)).text
        switch word {
        case "TEMPORARIES" where section == .none: section = .temporaries
        case "GLOBALS" where section == .none || section == .temporaries: section = .globals
        case "INDIVIDUALS" where section != .individuals: section = .individuals
        default:
          throw source.error(
            line.number, 1, "\"\(word)\" is no section here",
            expected: "TEMPORARIES, GLOBALS, INDIVIDUALS, in this order")
        }
        k += 1
        continue
      }
      let card = try self.card(lines, &k)
      switch section {
      case .none:
        throw source.error(line.number, 2, "data before the first section", expected: "TEMPORARIES or INDIVIDUALS")
      case .temporaries: try readTemporary(card)
      case .globals:
        guard let statement = try statement(card, temporaries) else {
          throw unknown(card, "A, I or E")
        }
        globals.append(statement)
      case .individuals: try readIndividual(card)
      }
    }
    try finishType()
  }

  private func unknown(_ card: Card, _ expected: String) -> ReadError {
    source.error(
      card.line.number, 2, card.code.isEmpty ? "columns 2 and 3 are empty" : "\"\(card.code)\" is unknown here",
      expected: expected)
  }

  /// The card at `k` with its continuation lines; moves `k` behind them.
  private func card(_ lines: ArraySlice<SIFLine>, _ k: inout Int) throws(ReadError) -> Card {
    let line = lines[k]
    var card = Card(line: line, code: source.field(line, 2, 3).text)
    try source.refuse(line, 4...4)
    k += 1
    let continuation: String
    switch card.code {
    case "A", "F", "I", "E", "G", "H": continuation = card.code + "+"
    default: return card
    }
    let first = card.code == "A" || card.code == "F" ? 15 : 25
    add(line, first, &card)
    if card.code != "G", card.code != "H" { try source.refuse(line, 66...max(66, line.bytes.count)) }
    while k < lines.endIndex, !source.isHeader(lines[k]), source.field(lines[k], 2, 3).text == continuation {
      if card.code != "G", card.code != "H" {
        try source.refuse(lines[k], 4...(first - 1))
        try source.refuse(lines[k], 66...max(66, lines[k].bytes.count))
      }
      add(lines[k], first, &card)
      k += 1
    }
    return card
  }

  private func add(_ line: SIFLine, _ first: Int, _ card: inout Card) {
    card.text.append(0x20)
    card.pieces.append((card.text.count, line.number, first))
    card.text.append(contentsOf: source.text(line, first, 65))
  }

  private func parse(
    _ card: Card, _ scope: FortranScope
  ) throws(ReadError) -> (code: [FortranInstruction], kind: FortranKind) {
    let result: (code: [FortranInstruction], kind: FortranKind)
    do throws(FortranError) {
      result = try FortranParser.parse(card.text, scope)
    } catch {
      let piece = card.pieces.last { $0.offset <= error.offset } ?? (0, card.line.number, 1)
      throw source.error(
        piece.line, max(1, error.offset - piece.offset + piece.column), error.cause, expected: error.expected)
    }
    for case .load(let slot) in result.code where slot < temporaries.count && !isAssigned(slot) {
      throw source.error(
        card.line.number, 2, "the expression uses a temporary that has no value yet", expected: "an assignment first")
    }
    return result
  }

  private func isAssigned(_ slot: Int) -> Bool { assigned.contains(slot) || globalSlots.contains(slot) }

  private mutating func readTemporary(_ card: Card) throws(ReadError) {
    let name = source.field(card.line, 5, 14)
    guard FortranLexer.isName(name.text) else {
      throw source.error(
        card.line.number, name, "\"\(name.text)\" is not a name in Fortran",
        expected: "a letter, then letters, digits and _")
    }
    switch card.code {
    case "I": temporaries.declare(name.text, .integer)
    case "R": temporaries.declare(name.text, .real)
    case "L": temporaries.declare(name.text, .logical)
    case "M":
      if FortranFunction(name.text.uppercased()) == nil {
        throw source.error(
          card.line.number, name, "the function \(name.text) is not supported",
          expected: "an intrinsic function such as EXP, LOG, SQRT, SIN, ABS or MAX")
      }
    case "F":
      throw source.error(
        card.line.number, 2, "external functions are not supported", expected: "intrinsic functions (M) only")
    default: throw unknown(card, "I, R, L or M")
    }
  }

  /// The assignment that a card makes; nil for a card of another kind.
  private mutating func statement(_ card: Card, _ scope: FortranScope) throws(ReadError) -> SIFStatement? {
    guard ["A", "I", "E"].contains(card.code) else { return nil }
    let isConditional = card.code != "A"
    let first = source.field(card.line, 5, 14)
    let name = isConditional ? source.field(card.line, 15, 24) : first
    guard let target = scope.slot(name.text.uppercased()), target.index < temporaries.count else {
      throw source.error(
        card.line.number, name, "\"\(name.text)\" cannot be assigned to", expected: "a name from TEMPORARIES")
    }
    var condition: (slot: Int, holds: Bool)?
    if isConditional {
      guard let slot = scope.slot(first.text.uppercased()), slot.kind == .logical, isAssigned(slot.index) else {
        throw source.error(
          card.line.number, first, "\"\(first.text)\" is no condition that has a value", expected: "a logical temporary"
        )
      }
      condition = (slot.index, card.code == "I")
    }
    var (code, kind) = try parse(card, scope)
    guard (kind == .logical) == (target.kind == .logical) else {
      throw source.error(
        card.line.number, name, "\(name.text) is \(target.kind) and gets a value that is \(kind)",
        expected: "a value of its own kind")
    }
    if target.kind == .integer && kind == .real { code.append(.unary(.truncate)) }
    if type == nil { globalSlots.insert(target.index) } else { assigned.insert(target.index) }
    return SIFStatement(target: target.index, condition: condition, code: code)
  }

  private mutating func readIndividual(_ card: Card) throws(ReadError) {
    if card.code == "T" {
      try finishType()
      return try beginType(card)
    }
    guard type != nil else { throw source.error(card.line.number, 2, "a card before the first type", expected: "T") }
    switch card.code {
    case "R" where isElements: try readTransformation(card)
    case "A", "I", "E":
      if hasValue {
        throw source.error(card.line.number, 2, "an assignment behind the value", expected: "assignments before F")
      }
      if let statement = try statement(card, scope) { function.statements.append(statement) }
    case "F":
      let name = source.field(card.line, 5, 14)
      if !name.isEmpty { throw source.error(card.line.number, name, "a name on a card F", expected: "nothing") }
      if hasValue { throw source.error(card.line.number, 2, "a second value", expected: "one card F a type") }
      let (code, kind) = try parse(card, scope)
      if kind == .logical {
        throw source.error(card.line.number, 25, "a condition as the value", expected: "a number")
      }
      function.value = code
      hasValue = true
    case "G", "H": break
    default: throw unknown(card, isElements ? "T, R, A, I, E, F, G or H" : "T, A, I, E, F, G or H")
    }
  }

  private mutating func beginType(_ card: Card) throws(ReadError) {
    let name = source.field(card.line, 5, 14)
    guard let t = types.index[name.text] else {
      throw source.error(
        card.line.number, name, "the type \(name.text) is unknown",
        expected: "a name from the section \(isElements ? "ELEMENT" : "GROUP") TYPE")
    }
    if types.types[t].function != nil {
      throw source.error(card.line.number, name, "the type \(name.text) stands twice", expected: "each type once")
    }
    type = t
    scope = temporaries
    function = SIFFunction()
    function.variables = types.types[t].variables.map { scope.declare($0, .real).index }
    function.internals = types.types[t].internals.map { (scope.declare($0, .real).index, []) }
    function.parameters = types.types[t].parameters.map { scope.declare($0, .real).index }
    function.slotCount = scope.count
    function.statements = globals
    hasValue = false
    assigned = []
  }

  /// A term of an internal variable.
  private mutating func readTransformation(_ card: Card) throws(ReadError) {
    guard let t = type else { return }
    let data = try source.card(card.line)
    if data.isCut {
      throw source.error(data.line, 37, "a number runs over the end of its field", expected: "numbers in columns 25-36")
    }
    guard let u = types.types[t].internals.firstIndex(of: data.first.text) else {
      throw source.error(
        data.line, data.first, "\"\(data.first.text)\" is no internal variable of this type",
        expected: "a name from an IV card")
    }
    for (name, number) in [(data.second, data.firstNumber), (data.third, data.secondNumber)] {
      if name.isEmpty, number.isEmpty, name != data.second { continue }
      guard let v = types.types[t].variables.firstIndex(of: name.text) else {
        throw source.error(
          data.line, name, "\"\(name.text)\" is no variable of this type", expected: "a name from an EV card")
      }
      guard let weight = SIFLines.number(number.text) else {
        throw source.error(data.line, number, "\"\(number.text)\" is not a finite number", expected: "a finite number")
      }
      function.internals[u].terms.append((weight, v))
    }
  }

  private mutating func finishType() throws(ReadError) {
    guard let t = type else { return }
    let line = types.types[t].line
    if !hasValue {
      throw source.error(
        line, 1, "the type \(types.types[t].name) has no value", expected: "a card F in its function part")
    }
    for (k, u) in function.internals.enumerated() where u.terms.isEmpty {
      throw source.error(
        line, 1, "the internal variable \(types.types[t].internals[k]) has no terms",
        expected: "a card R in its function part")
    }
    function.dropUnused()
    types.types[t].function = function
    type = nil
  }
}

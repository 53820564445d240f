// SPDX-License-Identifier: Apache-2.0
internal import GradusCore
internal import GradusNumerics

/// Reads `.sif` files, the format of the CUTEst collection, into formulas.
///
/// A problem is stated by groups, elements and variables (Conn, Gould and Toint, "LANCELOT", 1992, chapter 7):
///
///     minimize Σ over N groups of gᵢ(aᵢᵀx + Σ wᵢⱼ eⱼ(x) − cᵢ)/sᵢ  + ½ xᵀHx
///
/// subject to the same expression of each E, G and L group being = 0, ≥ 0, ≤ 0, within its range. gᵢ is the identity for
/// groups without a type. Rows of such groups keep their constant as a side. The functions gᵢ and eⱼ come from the
/// Fortran expressions of the parts ELEMENTS and GROUPS; their derivatives are not read.
///
/// Where the format leaves a choice, it is SIFDecode's: integer parameters are truncated; a bound `MI` of a variable with
/// the bounds 0 and ∞ makes its upper bound 0, `UP` 0 makes its lower bound −∞; ranges count by magnitude; repeated
/// coefficients add up; numbers end with their field; of several start points the first counts.
///
/// Refused by name: D-groups, scale factors of variables (implementations disagree about their meaning), integer markers,
/// external functions, ranges of equations, free format, a second set of constants, ranges or bounds.
package struct SIFReader {
  /// What a group is: its kind is N, L, G or E.
  struct Group {
    var name: String
    var line: Int
    var kind: UInt8
    var scale = 1.0
    var constant: Double?
    var range: Double?
    var linear: [(weight: Double, column: Int)] = []
    var elements: [(weight: Double, element: Int)] = []
    var type: Int?
    var typePlace = 0
    var parameters: [Double?] = []
  }

  struct Variable {
    var name: String
    var kind = VariableKind.continuous
    var lower = 0.0
    var upper = Double.infinity
  }

  struct Element {
    var name: String
    var line: Int
    var type: Int
    var variables: [Int?]
    var parameters: [Double?]
  }

  /// How much a file may make its reader do, in cards executed and terms built; loops repeat cards.
  package static let workLimit = 1 << 28

  let source: SIFLines
  var work: Int
  var notes: [String] = []
  var hasCuts = false
  var name = ""
  var seen: Set<SIFSection> = []

  // Parameters: integers and reals have names of their own.
  var integers: [String: Int] = [:]
  var reals: [String: Double] = [:]

  var groupIndex: [String: Int] = [:]
  var groups: [Group] = []
  var variableIndex: [String: Int] = [:]
  var variables: [Variable] = []
  var elementIndex: [String: Int] = [:]
  var elements: [Element] = []
  var elementTypes = SIFTypes()
  var groupTypes = SIFTypes()
  var defaultElementType: Int?
  var defaultGroupType: (type: Int, line: Int)?

  /// The first name of a set in each section where sets have names.
  var setNames: [SIFSection: String] = [:]
  var defaultConstant = 0.0
  var defaultRange: Double?
  var defaultBounds = (lower: 0.0, upper: Double.infinity)
  /// Variables and groups with an entry of their own, behind which a 'DEFAULT' would come too late.
  var hasEntries: Set<SIFSection> = []
  var start: [Double] = []
  var multipliers: [Double] = []
  var hasMultipliers = false
  var quadratic: [(Double, Int, Int)] = []

  /// The problem in `file`, and remarks on choices that were made. Cost: linear in the cards that its loops execute.
  package static func read(
    _ file: FileBytes, workLimit: Int = SIFReader.workLimit
  ) throws(ReadError) -> (program: FormulaProgram, notes: [String]) {
    var reader = SIFReader(source: try SIFLines(file), work: workLimit)
    return (try reader.readAll(), reader.notes)
  }

  private init(source: SIFLines, work: Int) {
    self.source = source
    self.work = work
  }

  private mutating func readAll() throws(ReadError) -> FormulaProgram {
    let lines = source.lines
    guard let first = lines.first else {
      throw source.error(1, 1, "the file is empty", expected: "the section NAME")
    }
    var next = 0
    while true {
      guard next < lines.count else { throw missingEnd() }
      let section = try header(lines[next])
      if !seen.contains(.name), section != .name {
        throw source.error(first.number, 1, "the section NAME is missing", expected: "NAME in the first line")
      }
      next += 1
      if section == .end { break }
      let begin = next
      while next < lines.count, !source.isHeader(lines[next]) { next += 1 }
      try read(section, lines[begin..<next])
    }
    try readParts(lines[next...])
    return try assemble()
  }

  func missingEnd() -> ReadError {
    let last = source.lines.last?.number ?? 1
    return source.error(last, 1, "the file ends without ENDATA", expected: "ENDATA behind each part")
  }

  private mutating func header(_ line: SIFLine) throws(ReadError) -> SIFSection {
    guard source.isHeader(line) else {
      throw source.error(line.number, 1, "data before the first section", expected: "the section NAME")
    }
    let word = source.field(line, 1, 14)
    guard let section = SIFSection(header: word.text) else {
      throw source.error(
        line.number, 1, "\"\(word.text)\" is not a section that is read here", expected: "one of \(SIFSection.known)")
    }
    let rest = source.field(line, 15, max(15, line.bytes.count))
    if section == .name {
      name = rest.text
    } else if !rest.isEmpty {
      throw source.error(line.number, rest, "text behind a section's name", expected: "nothing")
    }
    if !seen.insert(section).inserted {
      throw source.error(line.number, 1, "the section \(section.rawValue) stands twice", expected: "one of each")
    }
    if section.needsNames, !seen.contains(.groups) || !seen.contains(.variables) {
      throw source.error(
        line.number, 1, "the section \(section.rawValue) stands before GROUPS or VARIABLES",
        expected: "GROUPS and VARIABLES first")
    }
    if section == .end, !seen.contains(.groups) || !seen.contains(.variables) {
      throw source.error(line.number, 1, "GROUPS or VARIABLES is missing", expected: "both before ENDATA")
    }
    return section
  }

  private mutating func read(_ section: SIFSection, _ lines: ArraySlice<SIFLine>) throws(ReadError) {
    var cards: [SIFCard] = []
    cards.reserveCapacity(lines.count)
    for line in lines {
      let card = try source.card(line)
      if card.isCut, !hasCuts {
        hasCuts = true
        notes.append("decimals behind column 36 are left out, first in line \(card.line)")
      }
      cards.append(card)
    }
    if section == .start {
      start = [Double](repeating: 0, count: variables.count)
      multipliers = [Double](repeating: 0, count: groups.count)
    }
    try execute(cards, section)
  }

  /// Carries out one card that is neither a loop nor a parameter.
  mutating func apply(_ card: SIFCard, _ section: SIFSection) throws(ReadError) {
    switch section {
    case .groups: try readGroup(card)
    case .variables: try readVariable(card)
    case .constants: try readConstant(card)
    case .ranges: try readRange(card)
    case .bounds: try readBound(card)
    case .start: try readStart(card)
    case .quadratic: try readQuadratic(card)
    case .elementTypes: try readElementType(card)
    case .elementUses: try readElementUse(card)
    case .groupTypes: try readGroupType(card)
    case .groupUses: try readGroupUse(card)
    case .objectBound: try readObjectBound(card)
    case .name, .end: throw unknown(card, "a parameter or a loop")
    }
  }

  func unknown(_ card: SIFCard, _ expected: String) -> ReadError {
    source.error(
      card.line, card.code.isEmpty ? 2 : card.code.column,
      card.code.isEmpty ? "columns 2 and 3 are empty" : "\"\(card.code.text)\" is unknown here", expected: expected)
  }

  func error(_ card: SIFCard, _ field: SIFField, _ cause: String, _ expected: String) -> ReadError {
    source.error(card.line, field, cause, expected: expected)
  }

  /// Takes `amount` off the work that the file may cause.
  mutating func spend(_ amount: Int, _ line: Int) throws(ReadError) {
    work -= amount
    if work < 0 {
      throw source.error(
        line, 1, "the loops of this file go beyond the reader's limit of work", expected: "a smaller problem")
    }
  }
}

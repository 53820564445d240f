// SPDX-License-Identifier: Apache-2.0
package import GradusCore
internal import GradusNumerics

/// Reads `.lp` files in the format of CPLEX, with the names of Gurobi (`x[1]`).
///
/// - `[ … ] / 2` adds half of a quadratic expression to the objective, `[ … ]` all of it to a constraint.
/// - `b = 1 -> row` makes the row depend on a binary variable.
/// - A number may stand on the left of a constraint (`1 <= x + y <= 3`); the right side is always one number.
/// - Variables have the bounds [0, ∞) until `Bounds` says otherwise; `Binary` cuts them down to [0, 1].
/// - A negative upper bound leaves a zero lower bound alone, with a note, as in MPS files.
/// - Bounds and sides of magnitude 1e20 and more are infinite.
/// - Rows without a name are called c1, c2, … by their place.
/// - Behind a number on the left, a line that begins with a sign continues the row. Where the text could also be two
///   rows – rows need no labels, and `1 <= x` is one – it is refused, unless every row of the file has a label.
///
/// Repeated terms are added. An unknown variable behind the constraints, two different values of one bound, a second
/// row of one name and a missing `End` are errors.
package struct LPReader {
  var scanner: LPScanner
  var notes: [String] = []
  var sense = Sense.minimize
  var objectiveName = "obj"
  var objective = LPFunction()
  var rows: [LPFunction] = []
  var rowLower: [Double] = []
  var rowUpper: [Double] = []
  var rowLabels: [String?] = []
  /// The first line that continues a row only because every row has a label.
  var continuation: LPToken?
  var usedLabels: Set<String> = []
  var columns = NameIndex()
  var lower: [Double] = []
  var upper: [Double] = []
  var boundFlags: [UInt8] = []
  var kinds: [VariableKind] = []
  var isBinary: [Bool] = []
  var sets: [SpecialOrderedSet] = []
  var indicators: [Indicator] = []
  var indicatorTokens: [LPToken] = []
  /// For each column the last function that mentions it, and where: terms of one variable are added there.
  var lastFunction: [Int] = []
  var termPlace: [Int] = []
  var functionCount = 0

  /// The problem in `file`, and remarks on choices that were made.
  package static func read(_ file: FileBytes) throws(ReadError) -> (form: StandardForm, notes: [String]) {
    let result: Result<(form: StandardForm, notes: [String]), ReadError> = file.bytes.withUnsafeBufferPointer { bytes in
      guard let base = bytes.baseAddress else {
        return .failure(ReadError(file: file.path, cause: "the file is empty", expected: "an LP file"))
      }
      do throws(ReadError) {
        var reader = LPReader(scanner: try LPScanner(path: file.path, base: base, count: bytes.count))
        return .success((try reader.readAll(), reader.notes))
      } catch {
        return .failure(error)
      }
    }
    return try result.get()
  }

  private init(scanner: LPScanner) { self.scanner = scanner }

  private mutating func readAll() throws(ReadError) -> StandardForm {
    switch scanner.token.kind {
    case .section(.minimize): sense = .minimize
    case .section(.maximize): sense = .maximize
    default: throw scanner.unexpected("Minimize or Maximize at the start of a line")
    }
    try scanner.advance()
    try readObjective()
    if scanner.token.kind == .section(.constraints) {
      try scanner.advance()
      while !scanner.token.kind.isSection { try readConstraint() }
      if let continuation, rowLabels.contains(nil) { throw ambiguous(continuation) }
    } else if !scanner.token.kind.isSection {
      throw scanner.unexpected("a sign and a term, or Subject To at the start of a line")
    }
    var seen: Set<LPSection> = []
    while scanner.token.kind != .section(.end) {
      guard case .section(let section) = scanner.token.kind else { throw scanner.unexpected("End in the last line") }
      let repeats = section == .integers || section == .binaries || section == .semicontinuous || section == .bounds
      if !seen.insert(section).inserted && !repeats { throw scanner.unexpected("each section once") }
      if section == .refused {
        throw scanner.error(
          scanner.token, "the section \(scanner.text(scanner.token)) is not supported",
          expected: "Bounds, General, Binary, Semi-Continuous, SOS or End")
      }
      let first = scanner.token
      try scanner.advance()
      switch section {
      case .bounds: while !scanner.token.kind.isSection { try readBound() }
      case .integers:
        try readNames { $0.kinds[$1] = $0.kinds[$1] == .continuous ? .integer : .semiinteger }
      case .binaries:
        try readNames {
          $0.kinds[$1] = .integer
          $0.isBinary[$1] = true
        }
      case .semicontinuous:
        try readNames { $0.kinds[$1] = $0.kinds[$1] == .continuous ? .semicontinuous : .semiinteger }
      case .sets: try readSets()
      default:
        throw scanner.error(
          first, "\(scanner.text(first)) stands behind the constraints",
          expected: "Bounds, General, Binary, Semi-Continuous, SOS or End")
      }
    }
    return try assemble()
  }

  /// The column of a name in the objective or a constraint; new names are new columns.
  mutating func columnOrNew(_ token: LPToken) -> Int {
    if let j = columns.position(of: scanner.bytes(token.field)) { return j }
    let j = columns.count
    _ = columns.insert(scanner.bytes(token.field))
    lower.append(0)
    upper.append(.infinity)
    boundFlags.append(0)
    kinds.append(.continuous)
    isBinary.append(false)
    lastFunction.append(-1)
    termPlace.append(0)
    return j
  }

  /// The column of a name behind the constraints.
  func column(_ token: LPToken) throws(ReadError) -> Int {
    guard token.kind == .name, let j = columns.position(of: scanner.bytes(token.field)) else {
      throw scanner.error(
        token, token.kind == .name ? "the variable \(scanner.text(token)) is unknown" : "found \(scanner.text(token))",
        expected: "a variable of the objective or a constraint")
    }
    return j
  }

  private mutating func readNames(_ body: (inout LPReader, Int) -> Void) throws(ReadError) {
    while !scanner.token.kind.isSection {
      body(&self, try column(scanner.token))
      try scanner.advance()
    }
  }

  mutating func note(_ text: String) {
    if notes.count < 20 { notes.append(text) } else if notes.count == 20 { notes.append("and more of the kind") }
  }

  /// From here on a bound or a side means "none".
  static func clipped(_ value: Double) -> Double {
    abs(value) >= MPSReader.infinity ? (value < 0 ? -.infinity : .infinity) : value + 0
  }
}

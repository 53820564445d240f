// SPDX-License-Identifier: Apache-2.0
package import GradusCore
internal import GradusNumerics

/// Reads `.mps` and `.qps` files, fixed and free format.
///
/// The format is found by trying: free format first; when that fails, fixed format, whose names may hold blanks. If
/// neither fits, the attempt that came further explains itself.
///
/// Where the format leaves a choice, the choice is HiGHS's, and a note says so where a problem depends on it:
/// - The first N row (or the one that `OBJNAME` names) is the objective; other N rows are left out.
/// - A right-hand side r of the objective row adds −r to the objective.
/// - A range R of an E row with right-hand side b means [b, b + |R|] for R > 0 and [b − |R|, b] for R < 0.
/// - A column between `INTORG` and `INTEND` without any bound is binary; with one, its default bounds are [0, ∞).
/// - A negative upper bound leaves a zero lower bound alone: the problem is infeasible by that bound.
/// - Bounds and sides of magnitude 1e20 and more are infinite.
/// - `QUADOBJ` and `QSECTION` list one triangle of Q in ½ xᵀQx, `QMATRIX` both; `QCMATRIX` lists both triangles of Q in
///   xᵀQx without the factor ½.
/// - Coefficients that are zero are left out.
///
/// Stricter than most: a repeated row, column or coefficient, two different values of one bound or side, a second set
/// of right-hand sides, ranges or bounds, and names that were not declared are errors, not warnings. `lower > upper` is
/// read: it is a statement about the problem, not about the file.
package struct MPSReader {
  enum RowRole: Int32 { case objective = -1, free = -2 }

  var scanner: MPSScanner
  var notes: [String] = []
  var name = ""
  var sense = Sense.minimize
  var wantedObjective: String?
  var seen: Set<MPSSection> = []

  // Rows: `rows` knows every name of the section, `roles` what it stands for: a row number or a `RowRole`.
  var rows = NameIndex()
  var roles: [Int32] = []
  var types: [UInt8] = []
  var rowNames = NameTable()
  var objectiveName = ""
  var hasObjective = false
  var freeRowCount = 0

  var columns = NameIndex()
  var costs: [Double] = []
  var isMarkedInteger: [Bool] = []
  var starts: [Int32] = [0]
  var entryRows: [Int32] = []
  var entryValues: [Double] = []

  var sides: [Double] = []
  var hasSide: [Bool] = []
  var objectiveSide: Double?
  var ranges: [Double] = []
  var hasRange: [Bool] = []
  var lower: [Double] = []
  var upper: [Double] = []
  var boundFlags: [UInt8] = []
  var kinds: [VariableKind] = []

  var quadratic: SparseMatrix?
  var quadraticTerms: [QuadraticTerm] = []
  var specialOrderedSets: [SpecialOrderedSet] = []
  var indicators: [Indicator] = []
  var indicatorPlaces: [(line: Int, column: Int)] = []

  /// The problem in `file`, and remarks on choices that were made.
  package static func read(_ file: FileBytes) throws(ReadError) -> (form: StandardForm, notes: [String]) {
    let free = attempt(file, isFixed: false)
    guard case .failure(let first) = free else { return try free.get() }
    let fixed = attempt(file, isFixed: true)
    guard case .failure(let second) = fixed else { return try fixed.get() }
    throw second.line > first.line ? second : first
  }

  private static func attempt(
    _ file: FileBytes, isFixed: Bool
  ) -> Result<(form: StandardForm, notes: [String]), ReadError> {
    MPSScanner.scan(file, isFixed: isFixed) { scanner in
      var reader = MPSReader(scanner: scanner)
      do throws(ReadError) {
        return .success((try reader.readAll(), reader.notes))
      } catch {
        return .failure(error)
      }
    }
  }

  private init(scanner: MPSScanner) { self.scanner = scanner }

  private mutating func readAll() throws(ReadError) -> StandardForm {
    guard try scanner.advance() else {
      throw ReadError(
        file: scanner.path, line: 1, column: 1, cause: "the file is empty", expected: "a section NAME or ROWS")
    }
    while true {
      let section = try header()
      if section == .end { break }
      if try !read(section) {
        throw scanner.error(at: scanner.lineStart, "the file ends without ENDATA", expected: "ENDATA in the last line")
      }
    }
    for section in [MPSSection.rows, .columns] where !seen.contains(section) {
      throw scanner.error(
        at: scanner.lineStart, "the section \(section.rawValue) is missing",
        expected: "\(section.rawValue) before ENDATA")
    }
    return try assemble()
  }

  /// The section that begins on the current line.
  private mutating func header() throws(ReadError) -> MPSSection {
    guard let section = try headerOnLine() else {
      let word = scanner.text(scanner.fields[0])
      throw scanner.error(
        scanner.fields[0], "\"\(word)\" is not a section of an MPS file", expected: "one of \(MPSSection.known)")
    }
    if seen.contains(section), !section.repeats {
      throw scanner.error(scanner.fields[0], "the section \(section.rawValue) stands twice", expected: "one of each")
    }
    if section.needsColumns && !seen.contains(.columns) {
      throw scanner.error(
        scanner.fields[0], "the section \(section.rawValue) stands before COLUMNS", expected: "ROWS and COLUMNS first")
    }
    if section == .columns && !seen.contains(.rows) {
      throw scanner.error(scanner.fields[0], "the section COLUMNS stands before ROWS", expected: "ROWS first")
    }
    seen.insert(section)
    return section
  }

  /// The section whose header the current line is; nil for a line of data.
  private func headerOnLine() throws(ReadError) -> MPSSection? {
    guard scanner.isFlushLeft else { return nil }
    let word = String(decoding: scanner.bytes(scanner.fields[0]).prefix(16), as: UTF8.self).uppercased()
    if let section = MPSSection(rawValue: word) {
      if section.takesArgument || scanner.fieldCount == 1 { return section }
      return nil
    }
    if scanner.fieldCount == 1, MPSSection.refused.contains(word) {
      throw scanner.error(
        scanner.fields[0], "the section \(word) is not supported", expected: "one of \(MPSSection.known)")
    }
    return nil
  }

  /// Moves to the next line of data of the section at hand; false at the next header or at the end of the file.
  mutating func nextLine() throws(ReadError) -> Bool {
    guard try scanner.advance() else {
      isAtEnd = true
      return false
    }
    guard scanner.isFlushLeft else { return true }
    if try headerOnLine() != nil { return false }
    if scanner.isFixed || scanner.fieldCount == 1 {
      let word = scanner.text(scanner.fields[0])
      throw scanner.error(
        scanner.fields[0], "\"\(word)\" is not a section of an MPS file", expected: "one of \(MPSSection.known)")
    }
    return true
  }

  private var isAtEnd = false

  /// Reads one section; false when the file ended inside it.
  private mutating func read(_ section: MPSSection) throws(ReadError) -> Bool {
    switch section {
    case .name: try readName()
    case .objectiveSense: try readSense()
    case .objectiveName: try readObjectiveName()
    case .rows: try readRows()
    case .columns: try readColumns()
    case .sides: try readSides()
    case .ranges: try readRanges()
    case .bounds: try readBounds()
    case .quadraticTriangle: quadratic = try readQuadratic(.oneTriangle, replacing: quadratic)
    case .quadraticMatrix: quadratic = try readQuadratic(.whole, replacing: quadratic)
    case .quadraticSection: try readQuadraticRow(.oneTriangle, factor: 1)
    case .quadraticConstraint: try readQuadraticRow(.whole, factor: 2)
    case .specialOrderedSets, .sets: try readSets()
    case .indicators: try readIndicators()
    case .end: return true
    }
    return !isAtEnd
  }
}
